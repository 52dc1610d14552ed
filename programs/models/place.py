"""The places a search can be near or in. Loaded from installed packages, never from the network."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.enums import PlaceKind
from programs.geo import Coordinates


class Place(models.Model):
    """A ZIP code, town, county or state.

    `key` is the name as `search.place_names.place_key` folds it; for a ZIP code, its five digits.
    `latitude` and `longitude` are degrees: a ZIP's centroid, or the mean of an area's ZIPs.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=PlaceKind)
    key = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=2)
    county = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, verbose_name=_("county")
    )
    latitude = models.FloatField(_("latitude in degrees"))
    longitude = models.FloatField(_("longitude in degrees"))
    # How many ZIP codes it has: the only sign of size the packages give.
    zip_count = models.PositiveIntegerField(_("ZIP codes"), default=1)
    # Of a ZIP code, such as "America/Phoenix"; of all else, empty.
    time_zone = models.CharField(_("time zone"), max_length=40, default="", db_default="")

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "state"], name="place_unique"),
        ]
        indexes = [
            models.Index(fields=["key"], name="place_key"),
            # The nearest ZIP code of a location.
            models.Index(
                fields=["latitude"],
                name="place_zip_latitude",
                condition=models.Q(kind=PlaceKind.ZIP),
            ),
            GinIndex(fields=["key"], name="place_key_trigrams", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        if self.kind in (PlaceKind.STATE, PlaceKind.ZIP):
            return self.name
        return f"{self.name}, {self.state}"

    @property
    def coordinates(self) -> Coordinates:
        return Coordinates(latitude=self.latitude, longitude=self.longitude)
