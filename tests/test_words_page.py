"""The search box on the pages: what was read is printed, can be taken out, and finds."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest
from bs4 import BeautifulSoup

from programs.models import Program
from tests.factories import ProgramFactory, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def saguaro() -> Program:
    """Make a clinic in Chandler that the searches below look for."""
    program = ProgramFactory.create(facility__name="Saguaro Recovery")
    state(program, "level_of_care/iop")
    state(program, "medication/buprenorphine")
    state(program, "payment/medicaid")
    return program


@pytest.fixture
def others(saguaro) -> dict[str, Program]:
    """Make programs that each miss one thing that the clinic has."""
    made = {
        "far": ProgramFactory.create(
            facility__name="Saguaro Recovery", facility__state="NM", facility__latitude=35.1
        ),
        "hospital": ProgramFactory.create(facility__name="Mesquite"),
    }
    for path in ("level_of_care/iop", "medication/buprenorphine", "payment/medicaid"):
        state(made["far"], path)
    state(made["hospital"], "level_of_care/hospital")
    return made


def get(client, status: int = 200, **query: str | list[str]) -> BeautifulSoup:
    response = client.get(f"/programs/?{urlencode(query, doseq=True)}")
    assert response.status_code == status
    return page_of(response)


def found(page: BeautifulSoup) -> list[int]:
    return [int(str(result["data-program"])) for result in page.select("[data-program]")]


def read(page: BeautifulSoup) -> dict[str, str]:
    """Return how each thing was read, by its kind: the sentence alone."""
    return {
        str(item["data-read"]): str(item.find(string=True)).strip()
        for item in page.select(".words li")
    }


def link_to_remove(page: BeautifulSoup, kind: str) -> dict[str, list[str]]:
    link = only(page, f".words [data-read={kind}] a.without")
    return parse_qs(str(link["href"]).removeprefix("?"))


def test_a_word_of_the_vocabulary_is_a_filter_that_says_so(client, saguaro, others):
    page = get(client, q="suboxone", near="85225")
    assert found(page) == [saguaro.pk]
    assert read(page) == {"medication": "We read “suboxone” as Buprenorphine (such as Suboxone)."}
    assert link_to_remove(page, "medication") == {"near": ["85225"]}


def test_one_box_alone_is_split_into_need_payer_and_place(client, saguaro, others):
    page = get(client, q="iop chandler az medicaid")
    assert found(page) == [saguaro.pk]
    assert words(page, "h1") == "1 program within 25 miles of Chandler, AZ"
    assert list(read(page)) == ["level_of_care", "payment", "place"]
    assert link_to_remove(page, "payment") == {"q": ["iop chandler az"]}
    assert link_to_remove(page, "place") == {"q": ["iop medicaid"]}


def test_suboxone_near_a_misspelt_town_works(client, saguaro, others):
    page = get(client, q="Suboxone near chandlar az")
    assert found(page) == [saguaro.pk]
    assert read(page) == {
        "medication": "We read “Suboxone” as Buprenorphine (such as Suboxone).",
        "place": "We read “chandlar az” as the place Chandler, AZ.",
    }


def test_a_misspelt_place_of_its_own_field_is_read_and_said(client, saguaro):
    page = get(client, near="Chandlar AZ")
    assert found(page) == [saguaro.pk]
    assert read(page) == {"near": "We read “Chandlar AZ” as Chandler, AZ."}
    assert page.select(".words a") == []


def test_inpatient_is_the_hospital_and_the_live_in_program_and_says_so(client, others):
    residential = ProgramFactory.create()
    state(residential, "level_of_care/residential")
    page = get(client, q="inpatient")
    assert found(page) == [others["hospital"].pk, residential.pk]
    assert read(page) == {
        "level_of_care": "“inpatient” can mean several things. We look for any of:"
        " Residential (live-in) treatment or Hospital inpatient."
    }


def test_what_was_read_is_beside_what_was_chosen_in_the_same_facet(client, saguaro, others):
    page = get(client, q="iop", level_of_care="hospital", near="85225")
    assert found(page) == [saguaro.pk, others["hospital"].pk]
    assert [words(pill) for pill in page.select(".pills a")] == [
        "Remove the filter Level of care: Hospital inpatient \u00d7"
    ]


def test_a_name_is_found_though_misspelt_and_can_be_dropped(client, saguaro, others):
    page = get(client, q="sagauro", near="85225")
    assert found(page) == [saguaro.pk]
    assert read(page) == {"names": "We look for the name “sagauro”."}
    way = only(page, "[data-way=q]")
    assert (words(way), way["data-more"]) == ("1 more without the name “sagauro”", "1")
    without = page_of(client.get(f"/programs/{only(way, 'a')['href']}"))
    assert found(without) == [saguaro.pk, others["hospital"].pk]


def test_medicaid_by_its_name_in_a_state_looks_in_that_state(client, saguaro, others):
    page = get(client, q="AHCCCS")
    assert found(page) == [saguaro.pk]
    assert words(page, "h1") == "1 program in Arizona"
    assert list(read(page).values()) == [
        "We read “AHCCCS” as Medicaid. It has that name in Arizona.",
        "You gave no place, so we look in Arizona.",
    ]
    [anywhere] = page.select("[data-read=place] .also a")
    assert found(page_of(client.get(f"/programs/{anywhere['href']}"))) == [
        saguaro.pk,
        others["far"].pk,
    ]


def test_every_other_reading_is_a_link_that_works(client, saguaro):
    page = get(client, q="methadone springfield anthem iop", miles="50")
    links = [str(link["href"]) for link in page.select(".words .also a")]
    assert len(links) > 5
    assert {client.get(f"/programs/{link}").status_code for link in links} == {200}
    assert all("miles=50" in link for link in links)


def test_the_form_shows_what_was_understood(client, saguaro):
    page = get(client, q="iop chandlar az medicaid saguaro")
    assert only(page, "#id_q")["value"] == "saguaro"
    assert only(page, "#id_near")["value"] == "Chandler, AZ"
    assert sorted(box["value"] for box in page.select("input[checked]")) == ["iop", "medicaid"]
    again = get(client, q="saguaro", near="Chandler, AZ", level_of_care="iop", payment="medicaid")
    assert found(again) == found(page) == [saguaro.pk]


def test_the_landing_page_has_the_box(client):
    box = only(page_of(client.get("/")), "#id_q")
    assert (box["name"], box["value"], box["maxlength"]) == ("q", "", "200")
    assert words(page_of(client.get("/")), "label[for=id_q]") == "What kind of help, or a name"


@pytest.mark.parametrize(
    "text", ["suicide", "I want to kill myself", "overdose", "my son is dying"]
)
def test_a_cry_for_help_puts_the_numbers_above_the_results(client, saguaro, text):
    page = get(client, q=text)
    main = only(page, "main")
    block = only(main, ".crisis-first")
    assert [link["href"] for link in block.select("a")] == ["tel:911", "tel:988", "sms:988"]
    assert main.find_all(["section", "h1"])[0] == block


@pytest.mark.parametrize("query", [{"q": "suicide " * 40}, {"q": "suicide", "near": "Qwertyville"}])
def test_the_numbers_are_above_a_search_that_is_not_understood_too(client, query):
    assert len(get(client, status=400, **query).select(".crisis-first")) == 1


def test_other_searches_have_no_such_block(client, saguaro):
    assert get(client, q="rehab").select(".crisis-first") == []


@pytest.mark.parametrize("text", ["a" * 201, "rehab " * 2000, "a\x00b"])
def test_a_text_that_is_too_long_or_broken_is_a_message_on_its_field(client, text):
    page = get(client, status=400, q=text)
    assert len(page.select("#q-error")) == 1
    assert only(page, "#id_q")["aria-invalid"] == "true"


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ({"near": "85225"}, 5),
        ({"near": "85225", "q": "iop"}, 5),
        ({"q": "iop chandler az"}, 5),
        ({"q": "iop chandlar az"}, 6),
        ({"q": "saguaro", "near": "85225"}, 6),
        ({"q": "saguaro near chandlar az"}, 7),
    ],
)
@pytest.mark.parametrize("programs", [1, 3])
def test_a_page_makes_as_many_statements_whatever_it_finds(
    client, saguaro, programs, query, statements, django_assert_num_queries
):
    for _ in range(programs - 1):
        state(ProgramFactory.create(facility__name="Saguaro"), "level_of_care/iop")
    get(client, **query)
    with django_assert_num_queries(statements):
        page = get(client, **query)
    assert len(found(page)) == programs
