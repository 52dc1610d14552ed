"""Few or no matches: what finds more, each step with a true number and an address that keeps it."""

from __future__ import annotations

import pytest

from programs.enums import Answer
from programs.search.ranking import RANKING, RankKey
from tests.factories import ProgramFactory, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

NEAR = "near=85225"


def get(client, query: str):
    return page_of(client.get(f"/programs/?{query}"))


def total(page) -> int:
    return int(str(only(page, "[data-total]")["data-total"]))


def ways(page) -> list[tuple[str, int]]:
    return [(way["data-way"], int(way["data-more"])) for way in page.select("[data-way]")]


def program_with(*paths: str, latitude: float = 33.3105):
    program = ProgramFactory.create(facility__latitude=latitude)
    for path in paths:
        state(program, path)
    return program


def test_each_filter_says_what_dropping_it_gives_the_most_first(client):
    program_with("level_of_care/iop", "payment/medicaid", "language/spanish")
    for _ in range(3):
        program_with("level_of_care/iop", "payment/medicaid")
    program_with("payment/medicaid", "language/spanish")
    page = get(client, f"{NEAR}&level_of_care=iop&payment=medicaid&language=spanish")
    assert total(page) == 1
    assert ways(page) == [("language", 3), ("level_of_care", 1)]
    first = only(page, "[data-way=language] a")
    assert first.get_text() == "3 more if you drop Spanish"
    assert total(get(client, str(first["href"]).lstrip("?"))) == 1 + 3


def test_wider_circles_and_the_nearest_beyond_are_true(client):
    program_with("track/women", latitude=33.6)
    nearest = program_with("track/women", latitude=33.75)
    program_with("track/women", latitude=34.6)
    page = get(client, f"{NEAR}&miles=25&track=women")
    assert total(page) == 1
    assert ways(page) == [("miles-50", 2), ("miles-100", 3), ("nearest", 1)]
    assert words(page, "[data-way=nearest]") == "The nearest one farther away: about 30 miles"
    link = str(only(page, "[data-way=nearest] a")["href"])
    assert client.get(link).headers["Location"] == nearest.get_absolute_url()
    wider = str(only(page, "[data-way=miles-50] a")["href"]).lstrip("?")
    assert total(get(client, wider)) == 2


def test_the_nearest_is_found_however_far_it_is(client):
    far = program_with("track/women", latitude=-30.0)
    page = get(client, f"{NEAR}&miles=5&track=women")
    assert (total(page), ways(page)) == (0, [("nearest", 1)])
    assert f"/programs/{far.pk}/" in str(only(page, "[data-way=nearest] a")["href"])


def test_what_is_known_to_match_can_be_left_out(client):
    program_with("track/women")
    quiet = ProgramFactory.create()
    page = get(client, f"{NEAR}&not_track=women")
    assert [int(found["data-program"]) for found in page.select("[data-program]")] == [quiet.pk]
    assert ways(page) == [("not_track", 1)]
    assert words(page, "[data-way]") == "1 more if you do not leave out Women"
    assert words(page, ".pills") == "Remove the filter Made for: not Women \N{MULTIPLICATION SIGN}"


def test_places_that_did_not_say_can_count_and_say_so(client):
    program_with("payment/medicaid")
    ProgramFactory.create()
    refusing = ProgramFactory.create()
    state(refusing, "payment/medicaid", relation="does_not_accept")
    page = get(client, f"{NEAR}&payment=medicaid")
    assert total(page) == 1
    assert only(page, "[data-unknown=payment]")["data-more"] == "1"
    page = get(client, f"{NEAR}&payment=medicaid&unknown=payment")
    assert total(page) == 2
    said = [words(line) for line in page.select(".asked")]
    assert said[1] == "Medicaid did not say. Ask."


def test_an_option_counts_places_that_did_not_say_when_they_count(client):
    program_with("payment/medicare")
    denied = ProgramFactory.create()
    state(denied, "payment/medicare", relation="does_not_accept")
    ProgramFactory.create()
    page = get(client, f"{NEAR}&unknown=payment")
    announced = int(str(only(page, "[data-term=medicare]")["data-count"]))
    assert announced == total(get(client, f"{NEAR}&unknown=payment&payment=medicare")) == 2


@pytest.mark.parametrize(
    ("years", "group"),
    [
        (0, "children_teens"),
        (17, "children_teens"),
        (18, "young_adults"),
        (25, "young_adults"),
        (26, "adults"),
        (64, "adults"),
        (65, "older_adults"),
        (120, "older_adults"),
    ],
)
def test_an_exact_age_asks_for_its_group(client, years, group):
    program_with(f"age/{group}")
    program_with("age/" + ("adults" if group != "adults" else "older_adults"))
    page = get(client, f"{NEAR}&years={years}")
    assert total(page) == 1
    assert page.select(f"[data-facet=age][data-term={group}] input[checked]") != []


@pytest.mark.parametrize("years", ["-1", "121", "ten", "1.5", "9" * 400])
def test_an_age_that_is_none_is_a_message_on_its_field(client, years):
    response = client.get(f"/programs/?{NEAR}&years={years}")
    assert response.status_code == 400
    assert only(page_of(response), "#id_years")["aria-invalid"] == "true"


def test_a_search_with_few_matches_is_still_five_statements(client, django_assert_num_queries):
    program_with("track/women", latitude=33.75)
    client.get("/")
    for query in (f"{NEAR}&track=women", f"{NEAR}&miles=50&track=women"):
        with django_assert_num_queries(4 if "miles" not in query else 5):
            client.get(f"/programs/?{query}")


def test_the_rule_is_public_and_is_the_one_that_orders(client):
    page = page_of(client.get("/how-we-rank/"))
    printed = [[words(item) for item in order.select("li")] for order in page.select("main ol")]
    assert printed == [[str(key.words) for key in keys] for keys in RANKING.values()]


def test_nothing_but_openings_place_distance_confirmation_and_number_orders():
    """No key of the order names a column that somebody could pay for."""
    assert {key.sql.split()[0] for key in RankKey} == {
        "is_open",
        "is_remote",
        "squared_chord",
        "confirmed_on",
        "program_id",
    }


def test_a_no_never_counts_as_not_saying(client):
    refusing = ProgramFactory.create()
    state(refusing, "track/women", answer=Answer.NO)
    assert total(get(client, f"{NEAR}&track=women&unknown=track")) == 0
