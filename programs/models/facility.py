"""A place that people go to, and the numbers they call."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from programs.enums import LocationPrecision, PhoneUse
from programs.geo import Coordinates
from programs.models.organization import Organization
from programs.models.place import Place

ZIP_CODE = RegexValidator(r"^\d{5}$", _("A ZIP code has five digits."))


#: What a keeper confirms by typing it.
CONFIRMED_WITH = {
    "name_confirmed_on": {"name", "branch"},
    "address_confirmed_on": {"street1", "street2", "city", "state", "zip_code"},
}


class Facility(models.Model):
    """A site with an address.

    `latitude` and `longitude` are degrees, as exact as `location_precision` says. When
    `address_is_public` is false they are at most those of the county's middle, `street1` and
    `street2` are empty, and the true address is in `ConfidentialAddress`: nothing that reads a
    facility can give it away.
    """

    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="facilities",
        verbose_name=_("organization"),
        null=True,
        blank=True,
    )
    name = models.CharField(_("name"), max_length=160)
    branch = models.CharField(_("branch or second name"), max_length=160, blank=True)
    street1 = models.CharField(_("street"), max_length=120, blank=True)
    street2 = models.CharField(_("street, second line"), max_length=120, blank=True)
    city = models.CharField(_("city or town"), max_length=80)
    state = models.CharField(_("state"), max_length=2)
    zip_code = models.CharField(_("ZIP code"), max_length=5, validators=[ZIP_CODE], blank=True)
    county = models.ForeignKey(
        Place, models.SET_NULL, verbose_name=_("county"), null=True, blank=True
    )
    latitude = models.FloatField(
        _("latitude in degrees"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        _("longitude in degrees"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    location_precision = models.CharField(
        _("location precision"),
        max_length=8,
        choices=LocationPrecision,
        default=LocationPrecision.NONE,
    )
    address_is_public = models.BooleanField(_("address is public"), default=True)
    website = models.URLField(_("web site"), blank=True)
    # Set by keepers alone, as `Fact.confirmed_on` is. Each ages at its own pace (`ShelfLife`).
    name_confirmed_on = models.DateField(_("name confirmed on"), null=True, blank=True)
    address_confirmed_on = models.DateField(_("address confirmed on"), null=True, blank=True)
    # Made up for trying the site out: marked so wherever it shows, removed by `remove_sample`.
    is_invented = models.BooleanField(_("invented"), default=False, editable=False)

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        indexes = [
            models.Index(fields=["state", "city"], name="facility_state_city"),
            models.Index(
                fields=["is_invented"], name="facility_invented", condition=Q(is_invented=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="facility_coordinates_fit_their_precision",
                violation_error_message=_(
                    "Latitude, longitude and how exact they are: all three, or “none”."
                ),
                condition=Q(
                    latitude__isnull=True,
                    longitude__isnull=True,
                    location_precision=LocationPrecision.NONE,
                )
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180))
                & ~Q(location_precision=LocationPrecision.NONE),
            ),
            models.CheckConstraint(
                name="facility_confidential_address_is_kept_apart",
                violation_error_message=_(
                    "The address is confidential: no street, no ZIP code, only the county."
                ),
                condition=Q(address_is_public=True)
                | Q(
                    street1="",
                    street2="",
                    zip_code="",
                    location_precision__in=[LocationPrecision.COUNTY, LocationPrecision.NONE],
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.branch}" if self.branch else self.name

    @property
    def name_and_town(self) -> str:
        """The name with the town behind it, unless the name, or the branch, says it already."""
        said = {part.strip().casefold() for part in str(self).split(",")}
        return str(self) if self.city.casefold() in said else f"{self}, {self.city}"

    @property
    def coordinates(self) -> Coordinates | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Coordinates(latitude=self.latitude, longitude=self.longitude)


class ConfidentialAddress(models.Model):
    """The true address of a site that hides it. Never shown, exported, or used for distance."""

    facility = models.OneToOneField(
        Facility, models.CASCADE, related_name="confidential_address", verbose_name=_("facility")
    )
    street1 = models.CharField(_("street"), max_length=120)
    street2 = models.CharField(_("street, second line"), max_length=120, blank=True)
    zip_code = models.CharField(_("ZIP code"), max_length=5, validators=[ZIP_CODE], blank=True)

    class Meta:
        verbose_name = _("confidential address")
        verbose_name_plural = _("confidential addresses")

    def __str__(self) -> str:
        return str(_("Confidential address"))


class Phone(models.Model):
    """A number to call, with its own extension. Stored as E.164, printed the national way."""

    facility = models.ForeignKey(
        Facility, models.CASCADE, related_name="phones", verbose_name=_("facility")
    )
    use = models.CharField(_("use"), max_length=8, choices=PhoneUse, default=PhoneUse.MAIN)
    number = PhoneNumberField(_("number"), region="US")
    extension = models.CharField(
        _("extension"), max_length=8, blank=True, validators=[RegexValidator(r"^\d+$")]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # As of a fact: who stated it and when, and when a keeper last confirmed it.
    source = models.ForeignKey(
        "programs.Source", models.PROTECT, verbose_name=_("source"), db_index=False
    )
    reported_on = models.DateField(_("reported on"))
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "use", "number", "extension"],
                name="phone_listed_once",
                violation_error_message=_("This number is there already for this use."),
            ),
        ]

    def __str__(self) -> str:
        national = self.number.as_national
        return f"{national} x{self.extension}" if self.extension else national
