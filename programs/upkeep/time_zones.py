"""Which clock a facility goes by."""

from __future__ import annotations

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
