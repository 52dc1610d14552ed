from __future__ import annotations

from io import StringIO

import pytest
import zipcodes
from django.core.management import call_command
from django.db.models import Count

from programs.enums import STATE_NAMES, PlaceKind
from programs.geo import Coordinates, haversine_miles
from programs.importers.places import (
    CORRECTED_POINTS,
    census_points,
    load_places,
    place_rows,
    read_zips,
)
from programs.models import Facility, Place
from tests.factories import FacilityFactory

pytestmark = pytest.mark.django_db


def record(**changes):
    """Return a record as `zipcodes` gives it: of 85225 in Chandler, Arizona, unless changed."""
    return {
        "zip_code": "85225",
        "zip_code_type": "STANDARD",
        "city": "Chandler",
        "acceptable_cities": [],
        "unacceptable_cities": [],
        "state": "AZ",
        "county": "Maricopa County",
        "lat": "33.3105",
        "long": "-111.8239",
        **changes,
    }


def rows_of(*records, census=None):
    zips, _without_point = read_zips(records, census or {})
    return {(row.kind, row.key): row for row in place_rows(zips)}


def place(kind, name, state):
    return Place.objects.get(kind=kind, name=name, state=state)


def test_every_civil_zip_of_the_package_is_a_place_but_one_that_nothing_locates():
    civil = {
        row["zip_code"]
        for row in zipcodes.list_all()
        if row["zip_code_type"] != "MILITARY" and row["city"] not in ("Apo", "Dpo")
    }
    loaded = set(Place.objects.filter(kind=PlaceKind.ZIP).values_list("key", flat=True))

    assert civil - loaded == {"18768", "88888"}
    assert loaded - civil == set()


def test_every_state_and_territory_is_a_place():
    states = Place.objects.filter(kind=PlaceKind.STATE).values_list("state", "name")

    assert dict(states) == STATE_NAMES


def test_towns_and_counties_are_places():
    counted = dict(Place.objects.values_list("kind").annotate(count=Count("id")))

    # Floors, not exact: a newer package may have a few more or less.
    assert counted["city"] > 50_000
    assert 3_100 < counted["county"] < 3_300


def test_no_place_is_at_zero_degrees_or_outside_the_country():
    # Nothing lies between Guam's side of the ocean and the Atlantic islands.
    abroad = Place.objects.exclude(latitude__range=(-15, 72), longitude__range=(-180, -64))

    assert set(abroad.values_list("state", flat=True)) == {"FM", "GU", "MH", "MP", "PW"}
    assert abroad.filter(longitude__lt=134).count() == 0


def test_a_zip_and_a_town_know_their_county():
    county = place("county", "Maricopa County", "AZ")

    assert place("zip", "85225", "AZ").county == county
    assert place("city", "Chandler", "AZ").county == county
    assert county.county is None


def test_two_spellings_of_an_independent_city_are_one_county():
    counties = Place.objects.filter(kind=PlaceKind.COUNTY, key="manassas city", state="VA")

    assert [county.zip_count for county in counties] == [3]


def test_a_blank_county_stays_unknown():
    rows = rows_of(record(county=""))

    assert rows["zip", "85225"].county_key is None
    assert rows["city", "chandler"].county_key is None


def test_a_town_is_in_the_county_of_most_of_its_zips():
    rows = rows_of(
        record(zip_code="85001", county="Pinal County"),
        record(zip_code="85002", county="Maricopa County"),
        record(zip_code="85003", county="Maricopa County"),
    )

    assert rows["city", "chandler"].county_key == "maricopa county"
    assert rows["city", "chandler"].zip_count == 3


def test_a_town_is_in_the_middle_of_the_zips_where_people_live():
    rows = rows_of(
        record(zip_code="85001", lat="33.0", long="-111.0"),
        record(zip_code="85002", lat="33.2", long="-111.4"),
        record(zip_code="85003", lat="40.0", long="-120.0", zip_code_type="PO BOX"),
    )

    town = rows["city", "chandler"]
    assert (town.latitude, town.longitude) == (33.1, -111.2)


def test_a_town_of_po_boxes_is_in_the_middle_of_them():
    rows = rows_of(record(zip_code_type="PO BOX"))

    assert rows["city", "chandler"].latitude == 33.3105


def test_the_census_point_of_a_zip_comes_first():
    nearby = Coordinates(latitude=33.35, longitude=-111.80)

    assert rows_of(record(), census={"85225": nearby})["zip", "85225"].latitude == 33.35


def test_a_census_point_far_from_the_post_office_is_not_used():
    # As for 99503 in the middle of Anchorage, whose Census point is 278 miles to the west.
    far = Coordinates(latitude=34.0, longitude=-111.8239)

    assert rows_of(record(), census={"85225": far})["zip", "85225"].latitude == 33.3105


def test_the_zips_of_anchorage_are_near_anchorage():
    anchorage = Coordinates(latitude=61.2176, longitude=-149.8997)

    zips = Place.objects.filter(kind=PlaceKind.ZIP, key__range=("99501", "99524"))
    furthest = max(haversine_miles(anchorage, zip_code.coordinates) for zip_code in zips)
    assert furthest < 20


def test_a_zip_without_a_point_takes_that_of_its_town_or_else_its_county():
    rows = rows_of(
        record(zip_code="85001"),
        record(zip_code="85002", lat="0", long="0"),
        record(zip_code="85003", lat="0", long="0", city="Elsewhere"),
    )

    assert rows["zip", "85002"].latitude == 33.3105
    assert rows["zip", "85003"].latitude == 33.3105


def test_a_zip_that_nothing_locates_is_left_out_and_named():
    zips, without_point = read_zips([record(lat="0", long="0")], {})

    assert zips == []
    assert without_point == ["85225"]


def test_military_mail_is_no_place():
    assert rows_of(record(state="AE", zip_code_type="MILITARY")) == {}


def test_a_tolerated_name_is_a_town_that_counts_no_zip():
    rows = rows_of(record(unacceptable_cities=["Ocotillo", "Widgets 4 U"]))

    assert rows["city", "ocotillo"].zip_count == 0
    assert ("city", "widgets 4 u") not in rows


def test_a_tolerated_name_never_replaces_a_town_or_a_county():
    rows = rows_of(
        record(unacceptable_cities=["Mesa", "Maricopa County"]),
        record(zip_code="85201", city="Mesa", lat="33.4", long="-111.8"),
    )

    assert rows["city", "mesa"].zip_count == 1
    assert rows["city", "mesa"].latitude == 33.4
    assert ("city", "maricopa county") not in rows


def test_the_corrected_points_lie_in_or_near_what_else_is_known_of_them():
    census = census_points()
    for digits, point in CORRECTED_POINTS.items():
        if digits in census:
            assert haversine_miles(point, census[digits]) < 5


def test_a_load_restores_what_differs_and_keeps_the_rows():
    chandler = place("city", "Chandler", "AZ")
    county = place("county", "Maricopa County", "AZ")
    Place.objects.filter(pk=chandler.pk).update(latitude=0, county=None)
    Place.objects.filter(pk=county.pk).update(zip_count=1)

    loaded = load_places()

    assert loaded.written == 2
    assert place("city", "Chandler", "AZ") == chandler
    assert place("city", "Chandler", "AZ").latitude == chandler.latitude
    assert place("city", "Chandler", "AZ").county == county


def test_a_load_deletes_what_the_packages_no_longer_have_but_a_county_in_use():
    old = {"state": "AZ", "latitude": 33, "longitude": -111}
    Place.objects.create(kind=PlaceKind.ZIP, key="00000", name="00000", **old)
    Place.objects.create(kind=PlaceKind.COUNTY, key="empty county", name="Empty County", **old)
    in_use = Place.objects.create(kind=PlaceKind.COUNTY, key="old county", name="Old County", **old)
    facility = FacilityFactory.create(county=in_use)

    assert load_places().deleted == 2
    assert Facility.objects.get(pk=facility.pk).county == in_use


def test_the_command_prints_counts_by_kind_and_a_second_load_writes_nothing():
    out = StringIO()
    call_command("load_places", stdout=out)

    lines = out.getvalue().splitlines()
    assert [line.split(":")[0] for line in lines[:4]] == [
        "ZIP code",
        "City or town",
        "County",
        "State",
    ]
    assert lines[3:] == [
        "State: 59",
        "Rows written: 0. Rows deleted: 0.",
        "Left out, since nothing says where they are: 18768.",
    ]
