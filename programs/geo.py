"""Points on the globe. Pure Python: no Django, no database.

Latitude and longitude are degrees, north and east positive, and are always passed by name.
Distances are statute miles along a great circle of a sphere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Mean radius of the Earth (IUGG R1, 6371.0088 km) in statute miles.
EARTH_RADIUS_MILES = 3958.7613

#: Cells of the search grid to a degree: a cell is a quarter of a degree, 17 miles north to south.
CELLS_PER_DEGREE = 4
GRID_COLUMNS = 360 * CELLS_PER_DEGREE
GRID_ROWS = 180 * CELLS_PER_DEGREE

#: A centimeter. What is finer nobody measured, and PostgreSQL refuses products of tiny numbers.
DEGREE_DECIMALS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """A point. Raises ValueError for values that are not on the globe."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90):
            raise ValueError(f"latitude {self.latitude} is not between -90 and 90")
        if not (-180 <= self.longitude <= 180):
            raise ValueError(f"longitude {self.longitude} is not between -180 and 180")


def rounded_degrees(degrees: float) -> float:
    """Return a latitude or longitude as exact as it is stored."""
    return round(degrees, DEGREE_DECIMALS)


def haversine_miles(a: Coordinates, b: Coordinates) -> float:
    """Return the great-circle distance in miles. Stable for points that almost coincide."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat = (lat_b - lat_a) / 2
    half_lng = math.radians(b.longitude - a.longitude) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_MILES * math.asin(math.sqrt(min(1.0, h)))


def unit_vector(point: Coordinates) -> tuple[float, float, float]:
    """Return (x, y, z) on the unit sphere: x towards 0°N 0°E, z towards the north pole."""
    lat, lng = math.radians(point.latitude), math.radians(point.longitude)
    return math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)


def squared_chord(miles: float) -> float:
    """Return the squared straight-line distance of two unit vectors `miles` apart on the ground.

    Chords order points exactly as great-circle distances do, and need no trigonometry per row.
    """
    return float((2 * math.sin(min(miles / EARTH_RADIUS_MILES, math.pi) / 2)) ** 2)


def miles_of_squared_chord(squared: float) -> float:
    """Return the great-circle miles of a squared chord: the inverse of `squared_chord`."""
    return 2 * EARTH_RADIUS_MILES * math.asin(min(1.0, math.sqrt(max(0.0, squared)) / 2))


def grid_cell(point: Coordinates) -> int:
    """Return the number of the grid cell that holds the point, row by row from the south-west."""
    row = min(GRID_ROWS - 1, math.floor((point.latitude + 90) * CELLS_PER_DEGREE))
    column = math.floor((point.longitude + 180) * CELLS_PER_DEGREE) % GRID_COLUMNS
    return row * GRID_COLUMNS + column


@dataclass(frozen=True, slots=True)
class CellBox:
    """Rows and columns of the grid, both ends included; columns may run past the date line."""

    south: int
    north: int
    west: int
    east: int


def box_around(center: Coordinates, *, radius_miles: float) -> CellBox:
    """Return the bounding box of a circle, across the date line too."""
    reach_degrees = math.degrees(radius_miles / EARTH_RADIUS_MILES)
    south = max(-90.0, center.latitude - reach_degrees)
    north = min(90.0, center.latitude + reach_degrees)
    # The circle is widest in longitude where its tangent meridians touch, not at its center.
    cosine = math.cos(math.radians(center.latitude))
    sine = math.sin(min(math.pi / 2, radius_miles / EARTH_RADIUS_MILES))
    if north >= 90 or south <= -90 or sine >= cosine:
        west, east = 0, GRID_COLUMNS - 1
    else:
        half_width = math.degrees(math.asin(sine / cosine))
        west = math.floor((center.longitude - half_width + 180) * CELLS_PER_DEGREE)
        east = math.floor((center.longitude + half_width + 180) * CELLS_PER_DEGREE)
        east = min(east, west + GRID_COLUMNS - 1)
    return CellBox(
        south=math.floor((south + 90) * CELLS_PER_DEGREE),
        north=min(GRID_ROWS - 1, math.floor((north + 90) * CELLS_PER_DEGREE)),
        west=west,
        east=east,
    )


def cells_within(center: Coordinates, *, radius_miles: float) -> list[int]:
    """Return the grid cells that a circle may touch: those of its bounding box."""
    box = box_around(center, radius_miles=radius_miles)
    return [
        row * GRID_COLUMNS + column % GRID_COLUMNS
        for row in range(box.south, box.north + 1)
        for column in range(box.west, box.east + 1)
    ]
