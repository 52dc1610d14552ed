"""Where a row of a directory is: by its own coordinates, its ZIP code, or its town."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from programs.enums import LocationPrecision, PlaceKind
from programs.geo import Coordinates, haversine_miles
from programs.importers.records import CleanRow
from programs.models import Place
from programs.search.place_names import place_key

#: No ZIP code of the lower states reaches this far from its middle; a point beyond is a mistake.
MAX_MILES_FROM_ZIP = 150


class NoPlacesError(Exception):
    """There are no places in the database. The message says what to do."""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    coordinates: Coordinates
    state: str
    county_id: int | None


@dataclass(frozen=True, slots=True)
class Location:
    """Where a facility is, how exactly that is known, and what was wrong with the file's say."""

    coordinates: Coordinates | None
    precision: str
    county_id: int | None
    note: str = ""


@dataclass(slots=True)
class Gazetteer:
    """The ZIP codes (by their digits) and towns (by folded name and state) of some rows."""

    zip_codes: dict[str, KnownPlace]
    towns: dict[tuple[str, str], KnownPlace] = field(default_factory=dict)

    def locate(self, row: CleanRow) -> Location:
        """Return the best location the row allows. An impossible point gives way, with a note."""
        of_zip = self.zip_codes.get(row.zip_code)
        of_town = self.towns.get((place_key(row.city), row.state))
        known = of_zip or of_town
        county_id = _county_id(row, of_zip, of_town)
        note = ""
        point = row.coordinates
        if row.coordinates_are_of_zip and of_zip:
            point = None  # ours is as fine, and the same whichever file is loaded
        if point and (known is None or _is_near(point, known)):
            is_zip = row.coordinates_are_of_zip
            precision = LocationPrecision.ZIP if is_zip else LocationPrecision.ADDRESS
            return Location(point, precision, county_id)
        if point and known:
            miles = haversine_miles(point, known.coordinates)
            note = f"its coordinates are {miles:,.0f} miles from its ZIP code: not used"
        if known is None:
            return Location(None, LocationPrecision.NONE, county_id, note)
        precision = LocationPrecision.ZIP if of_zip else LocationPrecision.CITY
        return Location(known.coordinates, precision, county_id, note)


def load_gazetteer(rows: Iterable[CleanRow]) -> Gazetteer:
    """Read the places that the rows name from the database: three queries."""
    if not Place.objects.filter(kind=PlaceKind.ZIP).exists():
        raise NoPlacesError("There are no ZIP codes yet. Run load_places first.")
    rows = list(rows)
    zip_codes = _places(PlaceKind.ZIP, {row.zip_code for row in rows})
    return Gazetteer(
        zip_codes={key: place for (key, _state), place in zip_codes.items()},
        towns=_places(PlaceKind.CITY, {place_key(row.city) for row in rows}),
    )


def _places(kind: PlaceKind, keys: set[str]) -> dict[tuple[str, str], KnownPlace]:
    places = Place.objects.filter(kind=kind, key__in=keys).values_list(
        "key", "state", "latitude", "longitude", "county_id"
    )
    return {
        (key, state): KnownPlace(
            Coordinates(latitude=latitude, longitude=longitude), state, county_id
        )
        for key, state, latitude, longitude, county_id in places
    }


def _county_id(row: CleanRow, *places: KnownPlace | None) -> int | None:
    """Return the county of the first place that has one in the row's own state."""
    for place in places:
        if place and place.county_id and place.state == row.state:
            return place.county_id
    return None


def _is_near(coordinates: Coordinates, place: KnownPlace) -> bool:
    return haversine_miles(coordinates, place.coordinates) <= MAX_MILES_FROM_ZIP
