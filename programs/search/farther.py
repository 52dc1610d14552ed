"""What lies beyond the circle: how many in wider ones, and the nearest of all.

It is one value, `FARTHER`, that the page's statement brings along where few programs match; where
none does there is no page, and it is a statement of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from programs.enums import Miles
from programs.geo import (
    box_around,
    cells_within,
    miles_of_squared_chord,
    squared_chord,
    unit_vector,
)
from programs.querysets import CELLS_OF_BOX, SERVES_STATE, SQUARED_CHORD
from programs.search.conditions import Condition, demands_sql
from programs.search.criteria import Near

#: The nearest match is looked for in the wider circles, then within this, and last everywhere.
FAR_MILES = 200

_HIT = "json_build_array(program_id, squared_chord)"
_ORDER = "ORDER BY squared_chord, program_id"
_BEYOND = "squared_chord > %(asked)s::float8"
_ROWS = f"SELECT r.program_id, {SQUARED_CHORD} AS squared_chord FROM programs_searchrow r"


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


def look_farther(near: Near, here: int, conditions: Sequence[Condition]) -> Farther:
    """Return what is beyond a circle, where there is no page to bring it along. One statement."""
    column, parameters = farther_column(near, conditions)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}", parameters)
        (value,) = cursor.fetchone()
    return farther_of(near, here, value)


def farther_column(near: Near, conditions: Sequence[Condition]) -> tuple[str, dict[str, Any]]:
    """Return the value as SQL, and its parameters.

    [how many more in each wider circle ..., [program id, squared chord] of the nearest beyond]
    Who serves the state by phone or video is found already, however far away.
    """
    demands, parameters = demands_sql(conditions)
    demands = f"({SERVES_STATE}) IS NOT TRUE AND {demands}"
    parameters["served"] = near.state
    x, y, z = unit_vector(near.origin)
    box = box_around(near.origin, radius_miles=FAR_MILES)
    parameters |= asdict(box)
    parameters |= {
        "x": x,
        "y": y,
        "z": z,
        "asked": squared_chord(near.radius_miles),
        "far": squared_chord(FAR_MILES),
    }
    near_enough = _nearest_sql(f"r.cell = ANY({CELLS_OF_BOX}) AND {demands}", within="far")
    nearest = f"coalesce({near_enough}, {_nearest_sql(demands)})"
    wider = wider_circles(near)
    if not wider:
        return f"json_build_array({nearest})", parameters
    parameters |= {f"within{miles}": squared_chord(miles) for miles in wider}
    parameters["wide_cells"] = cells_within(near.origin, radius_miles=max(wider))
    totals = ", ".join(
        f"count(*) FILTER (WHERE {_BEYOND} AND squared_chord <= %(within{miles})s::float8)"
        for miles in wider
    )
    sql = f"""(
        SELECT json_build_array({totals},
                 coalesce((array_agg({_HIT} {_ORDER}) FILTER (WHERE {_BEYOND}))[1], {nearest}))
          FROM ({_ROWS} WHERE r.cell = ANY(%(wide_cells)s::int[]) AND {demands}) found
         WHERE squared_chord <= %(within{max(wider)})s::float8)"""
    return sql, parameters


def _nearest_sql(demands: str, *, within: str = "") -> str:
    """Return the nearest beyond the circle, of the rows that meet the demands, or null."""
    limit = f"AND squared_chord <= %({within})s::float8" if within else ""
    return (
        f"(SELECT {_HIT} FROM ({_ROWS} WHERE {demands}) r WHERE {_BEYOND} {limit} {_ORDER} LIMIT 1)"
    )


def farther_of(near: Near, here: int, value: Sequence[Any]) -> Farther:
    """Return what the value of `farther_column` says; `here` are the matches of the search."""
    *more, nearest = value
    circles: list[WiderCircle] = []
    for miles, beyond in zip(wider_circles(near), more, strict=True):
        total = here + beyond
        if total > (circles[-1].total if circles else here):
            circles.append(WiderCircle(miles, total))
    if nearest is None:
        return Farther(tuple(circles), None)
    program_id, squared = nearest
    return Farther(tuple(circles), NearestBeyond(program_id, miles_of_squared_chord(squared)))


def wider_circles(near: Near) -> list[int]:
    return [int(miles) for miles in Miles if miles > near.radius_miles]
