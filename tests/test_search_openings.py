"""Openings in a search: found while they count, by level, and said with their age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from programs.enums import Answer, OpeningStatus, Sort
from programs.models import CareFact, Opening, Program
from programs.search.criteria import PAGE_SIZE, SearchCriteria
from programs.search.engine import SearchResults, search
from programs.search.vocabulary import read_vocabulary
from programs.views.wording import ago, time_left
from tests.factories import ProgramFactory, open_until, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
IOP, OUTPATIENT = "level_of_care/iop", "level_of_care/outpatient"


def program_with(*levels: str) -> Program:
    program = ProgramFactory.create()
    for path in levels:
        state(program, path)
    return program


def found(*levels: str, now: datetime = NOW, **criteria: Any) -> SearchResults:
    wanted = {"level_of_care": levels} if levels else {}
    asked = SearchCriteria(wanted=wanted, **{"openings_now": True, **criteria})
    return search(asked, read_vocabulary(), now=now)


def ids(results: SearchResults) -> list[int]:
    return [match.program_id for match in results.matches]


def counts(results: SearchResults) -> dict[str, int]:
    [levels] = [facet for facet in results.facets if facet.slug == "level_of_care"]
    return {option.slug: option.program_count or 0 for option in levels.options}


def test_an_opening_is_found_until_the_moment_it_expires():
    program = program_with()
    open_until(program, LATER)
    assert ids(found(now=LATER - timedelta(microseconds=1))) == [program.pk]
    assert ids(found(now=LATER)) == []


@pytest.mark.parametrize(
    "status", [OpeningStatus.WAITLIST, OpeningStatus.FULL, OpeningStatus.NOT_TAKING]
)
def test_only_open_is_an_opening(status):
    open_until(program_with(), LATER, status=status)
    assert found().total == 0


def test_with_levels_chosen_it_is_an_opening_in_one_of_them_that_counts():
    of_iop, of_outpatient, of_all = (program_with(IOP, OUTPATIENT) for _ in range(3))
    open_until(of_iop, LATER, IOP)
    open_until(of_outpatient, LATER, OUTPATIENT)
    open_until(of_all, LATER)
    assert ids(found("iop")) == [of_iop.pk, of_all.pk]
    assert ids(found("outpatient")) == [of_outpatient.pk, of_all.pk]
    assert found("iop", "outpatient").total == found().total == 3


def test_an_opening_of_a_level_that_the_program_does_not_say_it_offers_is_none():
    program = program_with(IOP)
    open_until(program, LATER, IOP)
    CareFact.objects.update(answer=Answer.NO)
    assert found().total == 0
    CareFact.objects.update(answer=Answer.YES)
    assert found().total == 1


def test_every_way_of_writing_is_found_at_once():
    program, other = program_with(IOP), program_with()
    open_until(program, NOW, IOP)
    openings = Opening.objects.all()
    writes = [
        lambda: openings.update(expires_at=LATER),
        lambda: openings.update(status=OpeningStatus.FULL),
        lambda: openings.update(status=OpeningStatus.OPEN),
        lambda: openings.update(term=None, program=other),
        lambda: openings.delete(),
    ]
    seen = []
    for write in writes:
        write()
        seen.append(ids(found()))
    assert seen == [[program.pk], [], [program.pk], [other.pk], []]


def test_each_level_says_what_choosing_it_gives():
    both, other = program_with(IOP, OUTPATIENT), program_with(IOP)
    open_until(both, LATER, OUTPATIENT)
    open_until(other, LATER)
    for levels in ((), ("iop",), ("outpatient",)):
        announced = counts(found(*levels))
        assert (announced["iop"], announced["outpatient"]) == (
            found("iop").total,
            found("outpatient").total,
        )


def test_dropping_the_level_or_the_openings_says_what_it_gives():
    elsewhere, full = program_with(IOP, OUTPATIENT), program_with(IOP)
    open_until(elsewhere, LATER, OUTPATIENT)
    open_until(full, LATER, IOP, status=OpeningStatus.FULL)
    results = found("iop")
    gains = {each.facet or "openings": each.gain for each in results.relaxations}
    assert (results.total, gains) == (0, {"openings": 2, "level_of_care": 1})
    assert found("iop", openings_now=False).total == 2
    assert found().total == 1


def test_openings_can_come_first_and_the_usual_order_after():
    first, second, full, last = (program_with(IOP) for _ in range(4))
    open_until(second, LATER)
    open_until(full, LATER, status=OpeningStatus.FULL)
    open_until(last, NOW)
    assert ids(found(openings_now=False, sort=Sort.OPENINGS)) == [
        second.pk,
        first.pk,
        full.pk,
        last.pk,
    ]


@pytest.mark.parametrize("programs", [1, PAGE_SIZE])
def test_a_search_for_openings_is_three_statements(programs, django_assert_num_queries):
    for _ in range(programs):
        open_until(program_with(IOP), LATER, IOP)
    vocabulary = read_vocabulary()
    criteria = SearchCriteria(openings_now=True, sort=Sort.OPENINGS)
    with django_assert_num_queries(3):
        assert len(search(criteria, vocabulary, now=NOW).matches) == programs


def page(client, query: str):
    return page_of(client.get(f"/programs/?{query}"))


def said(minutes: int, **details: Any) -> dict[str, Any]:
    stated_at = timezone.now() - timedelta(minutes=minutes)
    return {"stated_at": stated_at, **details}


def test_a_result_says_what_was_said_and_how_long_ago(client):
    program = program_with(IOP, OUTPATIENT)
    soon = timezone.now() + timedelta(hours=1)
    open_until(program, soon, IOP, **said(190))
    waits = {"status": OpeningStatus.WAITLIST, "wait_days": 5}
    open_until(program, soon, OUTPATIENT, **said(26 * 60, **waits))
    text = words(page(client, ""), ".program dl")
    assert (
        "Openings Waitlist of about 5 days for Outpatient counseling, said yesterday;"
        " Open for Intensive outpatient (IOP), said 3 hours ago"
    ) in text
    assert "if there is an opening now" not in text
    assert "Outpatient counseling, said" not in words(
        page(client, "level_of_care=iop"), ".program dl"
    )


def test_what_expired_is_not_said_and_to_be_asked(client):
    open_until(program_with(IOP), timezone.now(), IOP)
    text = words(page(client, ""), ".program dl")
    assert "Openings" not in text
    assert "if there is an opening now" in text


def test_the_filter_has_its_number_a_pill_and_a_way_out(client):
    soon = timezone.now() + timedelta(hours=1)
    open_until(program_with(IOP), soon)
    program_with(IOP)
    announced = only(page(client, "level_of_care=iop"), "[data-openings]")["data-openings"]
    asked = page(client, "level_of_care=iop&openings=now")
    assert announced == only(asked, "[data-total]")["data-total"] == "1"
    assert only(asked, "[name=openings]").has_attr("checked")
    pill = only(asked, ".pills li:first-child a")
    assert (words(pill), pill["href"]) == (
        "Remove the filter Openings: Says it has openings now \N{MULTIPLICATION SIGN}",
        "?level_of_care=iop",
    )
    way = only(asked, "[data-way=openings]")
    assert (way["data-more"], words(way)) == (
        "1",
        "1 more that does not say it has openings now",
    )


def test_another_value_is_a_message(client):
    response = client.get("/programs/?openings=maybe")
    assert response.status_code == 400
    assert "“maybe” is not one of the choices here." in words(page_of(response), ".errors")


def test_a_listing_says_all_of_it_and_until_when_it_counts(client):
    program = program_with(IOP)
    details = {"places_count": 2, "can_start_today": True, "walk_in_hours": "8 to 10"}
    open_until(program, timezone.now() + timedelta(hours=45), IOP, **said(190, **details))
    text = words(
        page_of(client.get(program.get_absolute_url())), "section[aria-labelledby=openings]"
    )
    assert text == (
        "Openings Open Intensive outpatient (IOP) 2 places You can start today Walk in: 8 to 10"
        " Said 3 hours ago by: Test survey. Counts for 45 hours more."
    )


def test_a_listing_without_says_not_known(client):
    program = program_with(IOP)
    open_until(program, timezone.now(), IOP)
    text = words(
        page_of(client.get(program.get_absolute_url())), "section[aria-labelledby=openings]"
    )
    assert text == "Openings Not known Ask."


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-5, "in the last hour"),
        (59, "in the last hour"),
        (60, "1 hour ago"),
        (23 * 60 + 59, "23 hours ago"),
        (24 * 60, "yesterday"),
        (48 * 60, "2 days ago"),
    ],
)
def test_how_long_ago(minutes, text):
    assert ago(NOW - timedelta(minutes=minutes), NOW) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (1, "1 hour"),
        (45 * 60, "45 hours"),
        (71 * 60, "71 hours"),
        (72 * 60, "3 days"),
        (7 * 24 * 60, "7 days"),
    ],
)
def test_how_long_it_counts_yet(minutes, text):
    assert time_left(NOW + timedelta(minutes=minutes), NOW) == text
