"""Programs by phone or video: found in every state that they say they serve, wherever they sit."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse

from programs.filters import ProgramFilter
from programs.models import Program, SearchRow
from programs.search.criteria import InCounty, InState, Near
from programs.search.places import resolve_place
from programs.search.vocabulary import read_vocabulary
from tests.factories import FacilityFactory, ProgramFactory, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

#: Billings, Montana, 850 miles from Chandler.
BILLINGS = {"city": "Billings", "state": "MT", "latitude": 45.78, "longitude": -108.5}


def remote(*states: str) -> Program:
    facility = FacilityFactory.create(zip_code="59101", **BILLINGS)
    return ProgramFactory.create(facility=facility, states_served=list(states))


def get(client, query: str):
    return page_of(client.get(f"/programs/?{query}"))


def found(page) -> list[int]:
    return [int(result["data-program"]) for result in page.select("[data-program]")]


@pytest.mark.parametrize("near", ["85225", "Chandler, AZ", "Maricopa County, AZ", "AZ"])
def test_it_is_found_in_a_state_that_it_serves_after_what_is_there(client, near):
    online, here = remote("AZ", "NM"), ProgramFactory.create()
    remote("NM")
    here.facility.county = resolve_place("Maricopa County, AZ").place
    here.facility.save()
    page = get(client, f"near={near}")
    assert found(page) == [here.pk, online.pk]
    assert int(str(only(page, "[data-total]")["data-total"])) == 2
    assert words(page, "h1").startswith("1 program")
    assert words(page, "h1").endswith(", and 1 by phone or video")
    said = words(page, f"[data-program='{online.pk}'] strong")
    assert said == "By phone or video in Arizona"


def test_a_telehealth_program_that_names_no_state_is_found_where_it_is_alone(client):
    state(remote(), "level_of_care/telehealth")
    assert found(get(client, "near=AZ")) == []
    assert len(found(get(client, "near=MT"))) == 1


def test_near_its_own_door_it_has_a_distance(client):
    remote("MT")
    page = get(client, "near=59101")
    assert words(page, "h1") == "1 program within 25 miles of 59101"
    assert words(page, "[data-program] strong").endswith("miles away")


def test_far_from_its_door_in_its_own_state_it_is_by_phone(client):
    online = remote("MT")
    page = get(client, "near=Missoula, MT")
    assert words(page, f"[data-program='{online.pk}'] strong") == "By phone or video in Montana"


def test_filters_and_their_numbers_hold_for_it_too(client):
    for path in ("payment/medicaid", "track/women"):
        online = remote("AZ")
        state(online, path)
    page = get(client, "near=85225&payment=medicaid")
    assert len(found(page)) == 1
    assert only(page, "[data-facet=track][data-term=women]")["data-count"] == "0"
    [way] = page.select("[data-way]")
    assert (way["data-way"], way["data-more"]) == ("payment", "1")


def test_it_is_never_offered_as_farther_away(client):
    online = remote("AZ")
    north = ProgramFactory.create(facility__latitude=33.75)
    page = get(client, "near=85225")
    ways = [(way["data-way"], way["data-more"]) for way in page.select("[data-way]")]
    assert found(page) == [online.pk]
    assert ways == [("miles-50", "2"), ("nearest", "1")]
    assert f"/{north.pk}/" in str(only(page, "[data-way=nearest] a")["href"])


def test_a_location_is_in_the_state_of_its_nearest_zip_code(client):
    online = remote("AZ")
    # The Colorado River parts Bullhead City, Arizona, from Laughlin, Nevada.
    assert found(get(client, "near=35.13,-114.53")) == [online.pk]
    assert found(get(client, "near=35.16,-114.63")) == []
    assert resolve_place("35.16,-114.63").place.state == "NV"


def test_the_whole_directory_has_it_once(client):
    remote("AZ", "NM", "MT")
    page = get(client, "")
    assert (len(found(page)), words(page, "h1")) == (1, "1 program in the whole directory")


def test_the_listing_names_the_states(client):
    text = words(page_of(client.get(remote("AZ", "NM").get_absolute_url())), "main")
    assert "By phone or video for people in: Arizona, New Mexico." in text


def test_the_projection_follows_every_change():
    program = remote("AZ")
    Program.objects.update(states_served=["NM", "AZ"])
    assert SearchRow.objects.get(pk=program.pk).serves == ["NM", "AZ"]
    Program.objects.update(states_served=[])
    assert SearchRow.objects.get(pk=program.pk).serves is None


def test_the_table_takes_states_alone():
    with pytest.raises(IntegrityError, match="program_serves_known_states"), transaction.atomic():
        remote("XX")


@pytest.mark.parametrize(
    ("typed", "stored", "errors"),
    [
        ("nm, AZ,az", ["AZ", "NM"], 0),
        ("", [], 0),
        ("AZ, Nevada", ["NV"], 1),
    ],
)
def test_a_keeper_types_the_states(admin_client, typed, stored, errors):
    program = remote("NV")
    url = reverse("admin:programs_program_change", args=[program.pk])
    form = page_of(admin_client.get(url))
    fields = {
        str(field["name"]): str(field.get("value", ""))
        for field in form.select("#program_form input[name]")
        if field.get("type") != "checkbox"
    }
    fields |= {"scope": program.scope, "status": program.status, "states_served": typed}
    fields["facility"] = str(program.facility_id)
    response = admin_client.post(url, fields)
    program.refresh_from_db()
    assert program.states_served == stored
    assert len(page_of(response).select(".errorlist li")) == errors


@pytest.mark.parametrize(
    ("text", "state_of_place"),
    [("85225", "AZ"), ("AZ", "AZ"), ("Pima County, AZ", "AZ"), ("33.31,-111.82", "AZ")],
)
def test_every_kind_of_place_knows_its_state(text, state_of_place):
    program_filter = ProgramFilter(QueryDict(f"near={text}"), vocabulary=read_vocabulary())
    assert program_filter.is_valid()
    where = program_filter.criteria().where
    assert isinstance(where, Near | InState | InCounty)
    assert where.state == state_of_place
