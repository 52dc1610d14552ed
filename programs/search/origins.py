"""How many listings there are, where they come from, and how old that is, counted live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, OuterRef, Q, Subquery

from programs.enums import ImportStatus, ListingStatus
from programs.models import FederalRecord, ImportRun, SearchRow, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of the listings that a search can find."""

    listings: int
    invented: int
    #: Of which a keeper confirmed a fact, and when last.
    confirmed: int
    last_confirmed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A release that listings came from."""

    name: str
    url: str
    published_on: date | None
    date_precision: str
    listings: int
    last_loaded_at: datetime | None


def totals() -> Totals:
    """Count the listings. One statement."""
    return Totals(
        **SearchRow.objects.aggregate(
            listings=Count("*"),
            invented=Count("pk", filter=Q(program__facility__is_invented=True)),
            confirmed=Count("confirmed_on"),
            last_confirmed_on=Max("confirmed_on"),
        )
    )


def origins() -> list[Origin]:
    """Return the releases that listings came from, the newest first. One statement."""
    records = (
        FederalRecord.objects.filter(source=OuterRef("pk"), program__status=ListingStatus.PUBLISHED)
        .order_by()
        .values("source")
        .annotate(count=Count("*"))
    )
    loads = (
        ImportRun.objects.filter(source=OuterRef("pk"), status=ImportStatus.APPLIED)
        .order_by()
        .values("source")
        .annotate(last=Max("applied_at"))
    )
    rows = (
        Source.objects.annotate(
            listings=Subquery(records.values("count")),
            last_loaded_at=Subquery(loads.values("last")),
        )
        .filter(listings__gt=0)
        .order_by("-published_on", "pk")
    )
    fields = ("name", "url", "published_on", "date_precision", "listings", "last_loaded_at")
    return [Origin(**row) for row in rows.values(*fields)]
