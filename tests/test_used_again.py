"""The page for somebody who used again: what it says first, and that its counts are true."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.models import Term
from tests.factories import PhoneFactory, ProgramFactory, open_until, state
from tests.pages import only, page_of, words
from tests.reading import grade, sentences
from tests.test_vocabulary import LABELLING_WORDS

pytestmark = pytest.mark.django_db

NEAR = "/used-again/?near=85225"


def get(client, address: str = NEAR, status: int = 200) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == status
    return page_of(response)


def ways(page: BeautifulSoup) -> dict[str, int]:
    """Return the count of each way in, with those for any drug after those to start medicine."""
    return {str(way["data-way"]): int(str(way["data-count"])) for way in page.select("[data-way]")}


@pytest.fixture
def places() -> None:
    """Make three places that start medicine, one of which may do so today, and two that do not."""
    soon = timezone.now() + timedelta(hours=5)
    for number in range(5):
        program = ProgramFactory.create(facility__name=f"Place {number}")
        PhoneFactory.create(facility=program.facility, number=f"+1480555010{number}")
        if number < 3:
            medicine = ("methadone", "buprenorphine", "buprenorphine")[number]
            state(program, f"medication/{medicine}", relation="starts_and_continues")
        if number == 3:
            state(program, "medication/buprenorphine", relation="accepts_elsewhere")
        if number in (2, 3):
            open_until(program, soon)
            state(program, "access/walk_in")
        if number == 4:
            state(program, "access/welcomes_returning")
            state(program, "level_of_care/withdrawal_care")
    far = ProgramFactory.create(
        facility__latitude=40.7, facility__longitude=-74.0, facility__state="NY"
    )
    state(far, "medication/methadone", relation="starts_and_continues")


def test_without_a_place_it_asks_for_one_and_says_what_comes_first(client):
    page = get(client, "/used-again/")
    text = words(page, "main")
    assert [words(heading) for heading in page.select("main h1, main h2")] == [
        "You used again. You are not alone.",
        "1. Are you safe right now?",
        "2. Stay safe today",
        "3. Find help near you",
        "4. You can go back to where you were",
    ]
    order = ["breath", "Signs of an", "Give naloxone", "Try to keep", "Lay them", "Stay until"]
    found = [text.index(word) for word in order]
    assert found == sorted(found)
    form = only(page, "main form")
    assert (form["action"], form["method"]) == ("/used-again/#near", "get")
    assert [field["name"] for field in form.select("input")] == ["near"]
    assert page.select("[data-way], [data-program]") == []


def test_the_title_says_nothing_of_why_and_lost_tolerance_is_two_sentences(client):
    page = get(client, "/used-again/")
    assert words(page, "title") == "Next steps"
    assert words(page, ".note").count(".") == 2


def test_a_number_that_nobody_dialed_says_so(client):
    lines = [words(line) for line in get(client, "/used-again/").select(".crisis-lines li")]
    assert len(lines) == 2
    assert [("We have not checked this number yet." in line) for line in lines] == [True, True]


def test_it_can_be_read_after_eight_years_of_school_and_blames_nobody(client, places):
    page = get(client)
    for listed in page.select(".programs, .crisis-lines"):
        listed.decompose()
    text = sentences(only(page, "main"))
    assert grade(text) <= 8
    assert LABELLING_WORDS.findall(text) == []


def test_the_counts_are_those_of_the_places(client, places):
    page = get(client)
    counts = [
        (str(way["data-way"]), int(str(way["data-count"]))) for way in page.select("[data-way]")
    ]
    assert counts == [
        ("start", 3),
        ("openings", 1),
        ("walk_in", 1),
        ("nearest", 1),
        ("openings", 2),
        ("walk_in", 2),
        ("welcomes_returning", 1),
        ("withdrawal_care", 1),
        ("all", 5),
    ]


def test_each_link_finds_as_many_as_it_says(client, places):
    links = [way for way in get(client).select("[data-way]") if way["data-way"] != "nearest"]
    assert len(links) == 8
    for way in links:
        found = get(client, str(only(way, "a")["href"]))
        assert str(only(found, "[data-total]")["data-total"]) == way["data-count"]


def test_the_nearest_that_can_start_are_shown_with_their_numbers(client, places):
    shown = get(client).select(".programs > li")
    assert [words(each, "h4") for each in shown] == ["Place 0", "Place 1", "Place 2"]
    assert [str(only(each, ".call a")["href"]) for each in shown] == [
        f"tel:+1480555010{number}" for number in range(3)
    ]
    assert "Can start you on it and keep you on it" in words(shown[0])


def test_where_nobody_is_near_it_says_so_and_names_the_nearest(client, places):
    page = get(client, "/used-again/?near=Tucson, AZ")
    assert "No place here has told us that it can start you" in words(page, "main")
    assert "nearest" in ways(page)
    query = parse_qs(urlsplit(str(only(page, "[data-way^=miles-100] a")["href"])).query)
    assert query["medication_access"] == ["start"]
    assert (query["miles"], query["near"]) == (["100"], ["Tucson, AZ"])


@pytest.mark.parametrize("count", [1, 20])
def test_it_costs_the_same_for_one_place_as_for_twenty(client, count, django_assert_num_queries):
    for _ in range(count):
        program = ProgramFactory.create()
        state(program, "medication/methadone", relation="starts_and_continues")
    get(client)  # the vocabulary is read once
    with django_assert_num_queries(8):
        get(client)
    with django_assert_num_queries(1):
        get(client, "/used-again/")


@pytest.mark.parametrize("near", ["AZ", "Chandler, AZ", "33.31,-111.84"])
def test_a_state_a_town_and_a_location_work_as_in_the_search(client, places, near):
    assert ways(get(client, f"/used-again/?near={near}"))["start"] == 3


def test_a_place_that_is_not_understood_is_said_on_its_field(client):
    page = get(client, "/used-again/?near=Chandlr, AZZ", 400)
    field = only(page, "input[name=near]")
    assert (field["aria-describedby"], field["value"]) == ("near-error", "Chandlr, AZZ")
    assert "We could not find “Chandlr, AZZ”" in words(page, "#near-error")
    assert page.select("[data-way]") == []


def test_only_a_page_with_a_place_is_kept_out_of_indexes(client):
    for address, is_indexed in (("/used-again/", True), (NEAR, False)):
        page = get(client, address)
        assert bool(page.select("meta[name=robots]")) is not is_indexed
        assert bool(page.select("link[hreflang]")) is is_indexed


def test_it_leaves_nothing_behind(client, places):
    response = client.get(NEAR)
    assert (response.headers.get("Set-Cookie"), dict(response.cookies)) == (None, {})
    assert client.post("/used-again/", {"near": "85225"}).status_code == 405


def test_without_the_medicines_in_the_vocabulary_the_rest_still_stands(client):
    program = ProgramFactory.create()
    state(program, "access/walk_in")
    Term.objects.filter(slug__in=["methadone", "buprenorphine"]).update(
        slug=Concat("slug", Value("x"))
    )
    page = get(client)
    assert ways(page) == {"walk_in": 1, "all": 1}


def test_the_first_page_and_every_other_lead_here(client):
    page = get(client, "/")
    assert len(page.select("main a[href='/used-again/']")) == 1
    assert len(get(client, "/how-we-rank/").select("header nav a[href='/used-again/']")) == 1


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(near=st.text(max_size=120))
def test_whatever_is_typed_gives_a_page(client, near):
    response = client.get("/used-again/", {"near": near, "medication": near, "miles": near})
    assert response.status_code in (200, 400)
