"""The query string: what it means, and a message, never an error, for what it cannot mean."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.enums import Miles, SearchAspect
from programs.filters import ProgramFilter
from programs.models import Facet
from programs.search.criteria import Anywhere, InCounty, InState, Near, SearchCriteria
from programs.search.vocabulary import read_vocabulary
from tests.factories import ProgramFactory
from tests.pages import only, page_of

pytestmark = pytest.mark.django_db


def criteria_of(query: str) -> SearchCriteria:
    program_filter = ProgramFilter(QueryDict(query), vocabulary=read_vocabulary())
    assert program_filter.is_valid(), program_filter.form.errors
    return program_filter.criteria()


def errors_of(query: str) -> dict[str, list[str]]:
    errors = ProgramFilter(QueryDict(query), vocabulary=read_vocabulary()).form.errors
    return {name: [str(message) for message in messages] for name, messages in errors.items()}


def test_a_full_query_string_becomes_criteria():
    found = criteria_of(
        "near=85225&miles=50&level_of_care=iop&level_of_care=php&medication=methadone"
        "&medication_access=stay&payment=medicaid&page=3"
    )
    assert isinstance(found.where, Near)
    assert found.where.radius_miles == 50
    assert found.where.origin.latitude == pytest.approx(33.3, abs=0.1)
    assert found.wanted == {
        "level_of_care": ("iop", "php"),
        "medication": ("methadone",),
        "payment": ("medicaid",),
    }
    assert (found.medication_aspect, found.page) == (SearchAspect.STAY, 3)


@pytest.mark.parametrize(
    "query", ["", "near=&miles=&level_of_care=&medication_access=&page=", "near=+++", "other=1"]
)
def test_empty_values_ask_for_the_whole_directory(query):
    assert criteria_of(query) == SearchCriteria(where=Anywhere())


def test_a_radius_is_25_miles_when_none_is_chosen():
    where = criteria_of("near=85225").where
    assert isinstance(where, Near)
    assert where.radius_miles == Miles.TWENTY_FIVE


def test_a_state_and_a_county_are_areas_not_circles():
    assert criteria_of("near=Arizona&miles=5").where == InState(state="AZ")
    assert isinstance(criteria_of("near=Maricopa+County,+AZ").where, InCounty)


def test_a_term_that_is_chosen_twice_is_wanted_once():
    assert criteria_of("track=women&track=women").wanted == {"track": ("women",)}


def test_the_last_place_counts_where_several_are_given():
    assert criteria_of("near=Chandler,+AZ&near=Nevada").where == InState(state="NV")


LONG = "a" * 10_000


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("near=Qwertyville", "near"),
        ("near=00000", "near"),
        ("near=Springfield", "near"),
        (urlencode({"near": LONG}), "near"),
        ("near=8522%005", "near"),
        ("miles=nan", "miles"),
        ("miles=-1", "miles"),
        ("miles=0", "miles"),
        ("miles=26", "miles"),
        ("miles=1e9", "miles"),
        ("miles=25.0", "miles"),
        ("miles=null", "miles"),
        (urlencode({"miles": "٢٥"}), "miles"),
        (urlencode({"miles": LONG}), "miles"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1000000000", "page"),
        ("page=1.5", "page"),
        ("page=two", "page"),
        (urlencode({"page": "9" * 10_000}), "page"),
        ("page=%00", "page"),
        ("level_of_care=spa", "level_of_care"),
        ("level_of_care=iop&level_of_care=spa", "level_of_care"),
        ("level_of_care=IOP", "level_of_care"),
        ("payment=iop", "payment"),
        ("track=null", "track"),
        ("track=%00", "track"),
        (urlencode({"track": LONG}), "track"),
        ("medication_access=maybe", "medication_access"),
    ],
)
def test_what_is_not_understood_is_a_message_on_its_field_and_a_400(client, query, field):
    assert list(errors_of(query)) == [field]
    response = client.get(f"/programs/?{query}")
    page = page_of(response)
    assert response.status_code == 400
    assert page.select_one("[data-total]") is None
    assert len(page.select(".errors > ul:first-of-type > li")) == 1
    assert page.select_one("form.filters input[name=near]") is not None


def test_the_message_names_the_word_that_is_not_a_choice():
    assert errors_of("level_of_care=spa") == {
        "level_of_care": ["“spa” is not one of the choices here."]
    }


def test_what_was_understood_stays_in_the_form_beside_the_message(client):
    response = client.get("/programs/?near=Qwertyville&miles=50&track=women&medication_access=stay")
    page = page_of(response)
    assert only(page, "input[name=near]")["value"] == "Qwertyville"
    assert only(page, "#id_miles option[selected]")["value"] == "50"
    assert only(page, "#id_medication_access option[selected]")["value"] == "stay"
    assert [box["value"] for box in page.select("input[checked]")] == ["women"]


def test_a_misspelt_place_offers_names_that_keep_the_other_filters(client):
    response = client.get("/programs/?near=Chandlerville,+AZ&track=women&page=4")
    page = page_of(response)
    links = [link["href"] for link in page.select(".errors a")]
    assert links
    assert {client.get(f"/programs/{link}").status_code for link in links} == {200}
    assert all("track=women" in link and "page=" not in link for link in links)


def test_a_page_beyond_the_end_is_a_404_that_leads_back(client):
    ProgramFactory.create()
    response = client.get("/programs/?near=85225&page=2")
    page = page_of(response)
    assert response.status_code == 404
    assert only(page, "[data-total]")["data-total"] == "1"
    assert page.select(".errors a")[0]["href"] == "?near=85225"


def test_no_facet_of_the_vocabulary_takes_the_name_of_another_parameter():
    taken = {"near", "miles", "page", "medication_access"}
    assert taken.isdisjoint(Facet.objects.values_list("slug", flat=True))


names = st.sampled_from(
    ["near", "miles", "page", "medication_access", "level_of_care", "payment", "track", "", "x"]
)
values = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["85225", "Arizona", "iop", "women", "25", "1", "stay", "\x00", "'; --", "%s"]),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pairs=st.lists(st.tuples(names, values), max_size=6))
def test_no_query_string_breaks_the_page(client, pairs):
    response = client.get(f"/programs/?{urlencode(pairs, errors='surrogatepass')}")
    assert response.status_code in {200, 400, 404}
    page = page_of(response)
    assert page.select_one("form.filters input[name=near]") is not None
    assert (page.select_one("[data-total]") is None) == (response.status_code == 400)


@pytest.mark.parametrize("query", ["%", "near=%ff%fe", "near=%zz", "&&&=", "near[]=1", "?near=1"])
def test_a_mangled_query_string_is_answered(client, query):
    assert client.get(f"/programs/?{query}").status_code in {200, 400}
