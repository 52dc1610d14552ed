from __future__ import annotations

import contextlib
import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from programs.enums import STATE_NAMES, PlaceKind
from programs.models import Place
from programs.search.place_names import place_key
from programs.search.places import PlaceIsAmbiguous, PlaceNotFound, resolve_place

pytestmark = pytest.mark.django_db

#: Words that the rules of `place_key` turn on, and others.
FOLDED_WORDS = ["st", "ste", "mt", "ft", "n", "s", "e", "w", "mc", "o", "d", "de", "la", "le", "co"]
COUNTY_WORDS = ["county", "parish", "borough", "city", "and", "of", "census", "area"]
OTHER_WORDS = ["f", "louis", "o'fallon", "85225", "1234", "az", "new", "york", "usa", "X", "é", "ß"]
WORDS = st.sampled_from(FOLDED_WORDS + COUNTY_WORDS + OTHER_WORDS)


def resolved(text):
    place = resolve_place(text).place
    return f"{place.kind}: {place}"


def also(text):
    return [f"{place.kind}: {place}" for place in resolve_place(text).also]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("85225", "zip: 85225"),
        ("85225-1234", "zip: 85225"),
        ("852251234", "zip: 85225"),
        (" 85225 ", "zip: 85225"),
        ("85225, AZ", "zip: 85225"),
        ("Chandler, AZ 85225", "zip: 85225"),
        ("1 Main St, Chandler, AZ 85225-1234", "zip: 85225"),
        ("Chandler, AZ", "city: Chandler, AZ"),
        ("chandler az", "city: Chandler, AZ"),
        ("CHANDLER,AZ", "city: Chandler, AZ"),
        ("Chandler Arizona", "city: Chandler, AZ"),
        ("Chandler, AZ, USA", "city: Chandler, AZ"),
        ("St. Louis, MO", "city: Saint Louis, MO"),
        ("Saint Louis MO", "city: Saint Louis, MO"),
        ("St.Louis MO", "city: Saint Louis, MO"),
        ("Mt Vernon WA", "city: Mount Vernon, WA"),
        ("Ft. Worth TX", "city: Fort Worth, TX"),
        ("O'Fallon, MO", "city: O Fallon, MO"),
        ("O’Fallon, MO", "city: O Fallon, MO"),  # noqa: RUF001 - as phones type it
        ("Coeur d'Alene, Idaho", "city: Coeur D Alene, ID"),
        ("McAllen TX", "city: Mcallen, TX"),
        ("Winston-Salem, North Carolina", "city: Winston Salem, NC"),
        ("Charleston, West Virginia", "city: Charleston, WV"),
        ("Cataño", "city: Catano, PR"),
        ("chicago", "city: Chicago, IL"),
        ("New York, NY", "city: New York, NY"),
        ("new york city", "city: New York City, NY"),
        ("kansas city ks", "city: Kansas City, KS"),
        ("California, MD", "city: California, MD"),
        ("Washington DC", "city: Washington, DC"),
        ("Washington, D.C.", "city: Washington, DC"),
        ("D.C.", "state: District of Columbia"),
        ("Arizona", "state: Arizona"),
        ("AZ", "state: Arizona"),
        ("az", "state: Arizona"),
        ("N.Y.", "state: New York"),
        ("new york", "state: New York"),
        ("washington", "state: Washington"),
        ("Washington State", "state: Washington"),
        ("  NEW   MEXICO ", "state: New Mexico"),
        ("Virgin Islands", "state: U.S. Virgin Islands"),
        ("U.S. Virgin Islands", "state: U.S. Virgin Islands"),
        ("Maricopa County, AZ", "county: Maricopa County, AZ"),
        ("Maricopa County", "county: Maricopa County, AZ"),
        ("maricopa co", "county: Maricopa County, AZ"),
        ("maricopa co az", "county: Maricopa County, AZ"),
        ("County of Los Angeles", "county: Los Angeles County, CA"),
        ("Miami-Dade, FL", "county: Miami-Dade County, FL"),
        ("Orleans Parish", "county: Orleans Parish, LA"),
        ("Orleans Parish, LA", "county: Orleans Parish, LA"),
        ("Kenai Peninsula Borough", "county: Kenai Peninsula Borough, AK"),
        ("Municipality of Anchorage", "county: Anchorage Municipality, AK"),
        ("Ponce Municipio", "county: Ponce Municipio, PR"),
        ("St. Louis city, MO", "county: St. Louis City, MO"),
        ("St. Louis County, MO", "county: St. Louis County, MO"),
        ("Richmond city, VA", "county: Richmond City, VA"),
    ],
)
def test_a_place_is_read_as_people_type_it(text, expected):
    assert resolved(text) == expected


def test_a_po_box_zip_is_found():
    assert resolved("85299") == "zip: 85299"


def test_the_city_is_offered_where_the_name_is_read_as_a_state():
    assert also("new york")[0] == "city: New York, NY"
    assert also("washington")[0] == "city: Washington, DC"
    assert also("AZ") == []


def test_the_town_of_a_zip_and_the_county_of_a_town_are_offered():
    assert also("Chandler, AZ 85225") == ["city: Chandler, AZ"]
    assert also("Orange, CA") == ["county: Orange County, CA"]
    assert also("Chandler, AZ") == []


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        (
            "glendale",
            ("Glendale, CA", "Glendale, AZ", "Glendale, WI", "Glendale, CO", "Glendale, KY"),
        ),
        ("Aurora", ("Aurora, CO", "Aurora, IL", "Aurora, IA", "Aurora, IN", "Aurora, KS")),
    ],
)
def test_a_name_in_several_states_is_ambiguous_the_biggest_first(text, candidates):
    with pytest.raises(PlaceIsAmbiguous) as caught:
        resolve_place(text)

    assert caught.value.candidates == candidates
    assert str(caught.value) == f"More than one place is called “{text}”. Add the state."


def test_a_name_that_nearly_everybody_means_is_read_so_and_the_others_are_offered():
    assert resolved("Las Vegas") == "city: Las Vegas, NV"
    assert also("Las Vegas") == ["city: Las Vegas, NM"]
    assert resolved("baltimore") == "city: Baltimore, MD"
    assert resolved("St. Louis") == "city: Saint Louis, MO"
    assert also("kansas city") == ["city: Kansas City, KS"]


def test_at_most_five_candidates_are_named_and_each_resolves():
    with pytest.raises(PlaceIsAmbiguous) as caught:
        resolve_place("Springfield")

    assert len(caught.value.candidates) == 5
    assert [str(resolve_place(name).place) for name in caught.value.candidates] == list(
        caught.value.candidates
    )


@pytest.mark.parametrize(
    ("text", "near_names"),
    [
        ("Chandlerton, AZ", ("Chandler, AZ", "Chandler Heights, AZ")),
        ("Ajjo, AZ", ("Ajo, AZ",)),
        ("85200", ("85201", "85202", "85203", "85204", "85205")),
        ("zzzzzz", ()),
        ("1234", ()),
    ],
)
def test_a_place_that_is_not_there_comes_with_near_names(text, near_names):
    with pytest.raises(PlaceNotFound) as caught:
        resolve_place(text)

    assert caught.value.near_names == near_names
    assert str(caught.value) == (
        f"We could not find “{text}”. Try a ZIP code, or a city and state."
    )


def test_a_town_in_the_wrong_state_brings_up_the_right_one():
    with pytest.raises(PlaceNotFound) as caught:
        resolve_place("Chandler, CA")

    assert caught.value.near_names[0] == "Chandler, AZ"


@pytest.mark.parametrize(
    "text", ["85225", "Chandler, AZ 85225", "st louis mo", "washington", "Orange County, CA"]
)
def test_a_hit_costs_one_statement(text, django_assert_num_queries):
    with django_assert_num_queries(1):
        resolve_place(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("phenix az", "Phoenix, AZ"),
        ("Chandlar AZ", "Chandler, AZ"),
        ("Chandlr, Arizona", "Chandler, AZ"),
        ("Pheonix, AZ", "Phoenix, AZ"),
        ("Tuscon AZ", "Tucson, AZ"),
        ("Albuqerque, NM", "Albuquerque, NM"),
        ("Pittsburg, PA", "Pittsburgh, PA"),
        ("Philadelfia PA", "Philadelphia, PA"),
        ("St. Loius, MO", "Saint Louis, MO"),
        ("St. Loius", "Saint Louis, MO"),
        ("Maricoppa County, AZ", "Maricopa County, AZ"),
        ("Arizonna", "Arizona"),
    ],
)
def test_a_misspelt_place_is_read_as_the_one_that_it_is_near(text, expected):
    resolved_place = resolve_place(text)
    assert (str(resolved_place.place), resolved_place.misspelt) == (expected, text)


def test_the_namesakes_of_a_misspelt_town_are_offered():
    assert also("St. Loius") == ["city: Saint Louis, MI", "city: Saint Louis, OK"]


@pytest.mark.parametrize("text", ["Chandler, AZ", "85225", "Arizona", "Orange, CA"])
def test_a_place_that_is_spelled_right_is_not_called_misspelt(text):
    assert resolve_place(text).misspelt == ""


def test_a_misspelt_town_of_several_states_is_ambiguous_too():
    with pytest.raises(PlaceIsAmbiguous) as caught:
        resolve_place("Sprngfield")

    assert len(caught.value.candidates) == 5


@pytest.mark.parametrize(
    "text",
    [
        # Too short; a town of another state; as near to one as to another; another first letter.
        "Ajjo, AZ",
        "Chandler, CA",
        "Wesson, ME",
        "Eakton, MD",
        "Tandler, AZ",
    ],
)
def test_no_place_is_guessed_where_it_is_not_clear(text):
    with pytest.raises(PlaceNotFound):
        resolve_place(text)


def one_letter_wrong(name: str, number: int) -> str:
    """Return a name with a letter changed, left out, added or swapped, by turns."""
    at = 1 + number % (len(name) - 2)
    match number % 4:
        case 0:
            return f"{name[:at]}q{name[at + 1 :]}"
        case 1:
            return name[:at] + name[at + 1 :]
        case 2:
            return f"{name[:at]}q{name[at:]}"
        case _:
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def test_a_town_with_a_letter_wrong_is_nearly_always_understood_and_hardly_ever_as_another():
    right: list[Place] = []
    wrong: list[Place] = []
    towns = [town for town in every(150, PlaceKind.CITY) if town.zip_count and len(town.name) > 5]
    for number, town in enumerate(towns):
        try:
            found = resolve_place(f"{one_letter_wrong(town.name, number)}, {town.state}").place
        except (PlaceNotFound, PlaceIsAmbiguous):
            continue
        (right if found == town else wrong).append(town)
    assert len(right) > 0.85 * len(towns)
    assert len(wrong) < 0.02 * len(towns)


@pytest.mark.parametrize("text", ["85200", "Qwertyville, AZ", "Chandler, CA", "zzzzzz"])
def test_a_miss_costs_two_statements(text, django_assert_num_queries):
    with django_assert_num_queries(2), pytest.raises(PlaceNotFound):
        resolve_place(text)


@pytest.mark.parametrize("text", ["a" * 101, "85225 " * 2000, "🙂" * 10, "\ud800", "\x00", "usa"])
def test_text_that_cannot_be_a_place_costs_no_statement(text, django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(PlaceNotFound) as caught:
        resolve_place(text)

    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "text",
    ["'; drop table programs_place; --", "100%", "\\", "a\x00b", '"', "%s %(key)s", "_"],
)
def test_hostile_text_is_only_not_found(text):
    with pytest.raises(PlaceNotFound):
        resolve_place(text)


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        ("St. Louis", "saint  louis"),
        ("Mt. Vernon", "MOUNT VERNON"),
        ("Ft Worth", "Fort Worth"),
        ("N. Las Vegas", "North Las Vegas"),
        ("LaSalle", "La Salle"),
        ("Mayagüez", "Mayaguez"),
        ("Acadia Parish", "Acadia County"),
        ("Juneau City and Borough", "City and Borough of Juneau"),
        ("Coeur d’Alene", "COEUR D ALENE"),  # noqa: RUF001 - as phones type it
    ],
)
def test_two_spellings_have_one_key(spelling, other):
    assert place_key(spelling) == place_key(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("St. Louis", "St. Louis city"), ("Orange", "Orange County"), ("Kansas", "Kansas City")],
)
def test_two_places_have_two_keys(name, other):
    assert place_key(name) != place_key(other)


@example("d e x")
@given(st.text() | st.lists(WORDS).map(" ".join))
def test_a_key_is_its_own_key(text):
    assert place_key(place_key(text)) == place_key(text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters()) | st.lists(WORDS, max_size=6).map(" ".join))
def test_any_text_resolves_or_is_refused_in_two_statements(text):
    with CaptureQueriesContext(connection) as queries:
        try:
            read = resolve_place(text)
            statements_allowed, message = 2 if read.misspelt else 1, str(read.place)
        except (PlaceNotFound, PlaceIsAmbiguous) as refused:
            statements_allowed, message = 2, str(refused)
    assert len(queries) <= statements_allowed
    assert message.isprintable()


@settings(max_examples=50, deadline=None)
@given(
    st.floats(-99, 99).map("{:.400f}".format) | st.floats(-99, 99).map(repr),
    st.floats(-999, 999).map("{:.400f}".format) | st.floats(-999, 999).map(repr),
)
@example("0." + 310 * "0" + "1", "-0." + 310 * "0" + "1")
@example("44.5", "-89.5")
def test_any_latitude_and_longitude_is_a_place_or_none(latitude, longitude):
    with contextlib.suppress(PlaceNotFound):
        place = resolve_place(f"{latitude},{longitude}").place
        assert (place.latitude, place.longitude) == (
            round(float(latitude), 2), round(float(longitude), 2),
        )  # fmt: skip


def every(step, kind):
    """Return every so many-th place of a kind, in the order of their names."""
    return Place.objects.filter(kind=kind).order_by("key", "state")[::step]


def test_towns_resolve_from_every_way_to_write_their_state():
    wrong = [
        text
        for town in every(300, PlaceKind.CITY)
        for text in (
            f"{town.name}, {town.state}",
            f"{town.name.lower()} {town.state.lower()}",
            f" {town.name.upper()}  {STATE_NAMES[town.state].upper()} ",
        )
        if resolve_place(text).place != town
    ]

    assert wrong == []


def test_counties_resolve_from_their_own_name():
    counties = every(20, PlaceKind.COUNTY)

    assert [county for county in counties if resolve_place(str(county)).place != county] == []


def test_a_city_that_is_its_own_county_is_read_as_the_city():
    assert resolved("Carson City, NV") == "city: Carson City, NV"
    assert also("Carson City, NV") == ["county: Carson City, NV"]


def test_states_resolve_from_their_name_and_code():
    for state in Place.objects.filter(kind=PlaceKind.STATE):
        assert resolve_place(state.name).place == state
        assert resolve_place(state.state).place == state


def test_zips_resolve():
    zips = every(200, PlaceKind.ZIP)

    assert [digits.key for digits in zips if resolve_place(digits.key).place != digits] == []


@pytest.mark.parametrize("directory", ["directory_2022_csv", "directory_2023_csv"])
def test_every_zip_and_nearly_every_town_of_the_federal_files_is_a_place(directory, request):
    with request.getfixturevalue(directory).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    zips = {row["zip"][:5] for row in rows}
    towns = {(place_key(row["city"]), row["state"]) for row in rows}
    loaded_zips = set(Place.objects.filter(kind=PlaceKind.ZIP).values_list("key", flat=True))
    loaded_towns = set(Place.objects.filter(kind=PlaceKind.CITY).values_list("key", "state"))

    assert zips - loaded_zips == set()
    assert towns - loaded_towns <= {("glendale luke afb", "AZ")}
