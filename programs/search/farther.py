"""What lies beyond the circle: how many in wider ones, and the nearest of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection

from programs.enums import Miles
from programs.geo import miles_of_squared_chord, squared_chord, unit_vector
from programs.querysets import SQUARED_CHORD
from programs.search.conditions import Condition, demands_sql
from programs.search.criteria import Anywhere, Near, SearchCriteria


@dataclass(frozen=True, slots=True)
class WiderCircle:
    radius_miles: int
    total: int


@dataclass(frozen=True, slots=True)
class NearestBeyond:
    """The nearest match outside the circle."""

    program_id: int
    distance_miles: float


@dataclass(frozen=True, slots=True)
class Farther:
    """`circles` have more matches than the one asked for; `nearest` is None if there is none."""

    circles: tuple[WiderCircle, ...]
    nearest: NearestBeyond | None


def look_farther(criteria: SearchCriteria, conditions: Sequence[Condition]) -> Farther | None:
    """Return what is beyond the circle, or None for a search that has none.

    One statement; a second one where nothing is within the widest circle either.
    """
    if not isinstance(criteria.where, Near):
        return None
    circles, nearest = _within_the_widest(criteria.where, conditions)
    return Farther(circles, nearest or _anywhere(criteria.where, conditions))


def _within_the_widest(
    near: Near, conditions: Sequence[Condition]
) -> tuple[tuple[WiderCircle, ...], NearestBeyond | None]:
    wider = [int(miles) for miles in Miles if miles > near.radius_miles]
    if not wider:
        return (), None
    demands, parameters = demands_sql(replace(near, radius_miles=max(wider)), conditions)
    parameters |= {f"within{miles}": squared_chord(miles) for miles in wider}
    parameters["asked"] = squared_chord(near.radius_miles)
    counts = ", ".join(
        f"count(*) FILTER (WHERE squared_chord <= %(within{miles})s::float8)" for miles in wider
    )
    first = "ORDER BY squared_chord, program_id"
    beyond = "FILTER (WHERE squared_chord > %(asked)s::float8)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE squared_chord <= %(asked)s::float8), {counts},"
            f" (array_agg(program_id {first}) {beyond})[1], min(squared_chord) {beyond}"
            f" FROM (SELECT r.program_id, {SQUARED_CHORD} AS squared_chord"
            f" FROM programs_searchrow r WHERE {demands}) found",
            parameters,
        )
        here, *totals, program_id, squared = cursor.fetchone()
    circles: list[WiderCircle] = []
    for miles, total in zip(wider, totals, strict=True):
        if total > (circles[-1].total if circles else here):
            circles.append(WiderCircle(miles, total))
    return tuple(circles), _nearest(program_id, squared)


def _anywhere(near: Near, conditions: Sequence[Condition]) -> NearestBeyond | None:
    """Find the nearest match in the whole directory that is outside the circle."""
    demands, parameters = demands_sql(Anywhere(), conditions)
    x, y, z = unit_vector(near.origin)
    parameters |= {"x": x, "y": y, "z": z, "asked": squared_chord(near.radius_miles)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.program_id, {SQUARED_CHORD} AS squared_chord FROM programs_searchrow r"
            f" WHERE {demands} AND {SQUARED_CHORD} > %(asked)s::float8"
            f" ORDER BY squared_chord, r.program_id LIMIT 1",
            parameters,
        )
        row = cursor.fetchone()
    return _nearest(*row) if row else None


def _nearest(program_id: int | None, squared: float | None) -> NearestBeyond | None:
    if program_id is None or squared is None:
        return None
    return NearestBeyond(program_id, miles_of_squared_chord(squared))
