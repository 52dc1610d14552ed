"""Which clock a facility goes by."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Case, IntegerField, Value, When

from programs.enums import PlaceKind
from programs.models import Facility, Place

UTC = ZoneInfo("UTC")


def time_zone_of(facility: Facility) -> ZoneInfo:
    """Return the zone of its ZIP code, or else of one in its county, or else in its state.

    UTC where nothing is known. So name the zone beside every time. One query.
    """
    nearness = Case(
        When(key=facility.zip_code, then=Value(0)),
        When(county=facility.county_id or 0, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    zips = Place.objects.filter(kind=PlaceKind.ZIP, state=facility.state).exclude(time_zone="")
    named = zips.order_by(nearness, "key", "id").values_list("time_zone", flat=True).first()
    try:
        return ZoneInfo(named) if named else UTC
    except ZoneInfoNotFoundError:
        return UTC


def time_zones_of(facilities: Collection[Facility]) -> dict[int, ZoneInfo]:
    """Return the zone of each by its id. One query, and one more for each of unknown ZIP code."""
    keys = {facility.zip_code for facility in facilities if facility.zip_code}
    zips = Place.objects.filter(kind=PlaceKind.ZIP, key__in=keys).exclude(time_zone="")
    named = dict(zips.values_list("key", "time_zone"))
    return {
        facility.pk: ZoneInfo(named[facility.zip_code])
        if facility.zip_code in named
        else time_zone_of(facility)
        for facility in facilities
    }
