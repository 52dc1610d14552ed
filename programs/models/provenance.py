"""Where facts come from: sources, and the federal record behind a listing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from programs.enums import DatePrecision, SourceKind
from programs.models.program import Program

#: Names of the sources in `fixtures/sources.yaml`. Those that keepers add stay as they are.
NAMES_KNOWN = frozenset(
    [
        gettext_noop("SAMHSA National Directory of substance use treatment facilities, 2022"),
        gettext_noop("SAMHSA National Directory of substance use treatment facilities, 2023"),
        gettext_noop("The facility itself"),
        gettext_noop("Our staff"),
        gettext_noop("Invented sample"),
    ]
)


def name_of_source(name: str) -> str:
    """Return a source's name in the current language, where it is known in that."""
    return gettext(name) if name in NAMES_KNOWN else name


class Source(models.Model):
    """Somebody who states facts: a federal release, a facility, our staff, the invented sample."""

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=20, choices=SourceKind)
    url = models.URLField(_("web address"), blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    date_precision = models.CharField(
        _("dates are known to the"), max_length=4, choices=DatePrecision, default=DatePrecision.DAY
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return name_of_source(self.name)


class FederalRecord(models.Model):
    """The federal row that a listing came from, word for word, to find it again in the next one.

    The federal directory has no stable id. `fingerprint` is a digest of the row and of the
    crosswalk it was read with: the same digest means that nothing has to be done.
    """

    program = models.OneToOneField(
        Program, models.CASCADE, related_name="federal_record", verbose_name=_("program")
    )
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("release"))
    row_number = models.PositiveIntegerField(_("row of the file"))
    # The columns of the directory, as published: {"name1": ..., "service_code_info": ...}.
    row = models.JSONField(_("row"))
    fingerprint = models.CharField(max_length=64)
    missing_since = models.ForeignKey(
        Source,
        models.PROTECT,
        related_name="+",
        verbose_name=_("not in the list since"),
        null=True,
        blank=True,
    )
    # When a keeper found it open though the list no longer has it.
    found_open_on = models.DateField(_("found open on"), null=True, blank=True)

    class Meta:
        verbose_name = _("federal record")
        verbose_name_plural = _("federal records")
        constraints = [
            models.CheckConstraint(
                name="federal_record_row_is_numbered", condition=Q(row_number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}, row {self.row_number}"


class GoneListing(FederalRecord):
    """A federal record as the queue of listings that are not in the newest list shows it."""

    class Meta:
        proxy = True
        verbose_name = _("listing not in the newest federal list")
        verbose_name_plural = _("listings not in the newest federal list")
