"""The shortlist: what is ticked stands in the address, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from programs.enums import Answer, ListingStatus, LocationPrecision
from programs.models import Program, Source
from tests.factories import PhoneFactory, ProgramFactory, open_until, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

SHORTLIST, HANDOUT = "/shortlist/", "/shortlist/handout/"
#: Survey facts of the factories are of 2023: past their shelf life.
OLD = "From Test survey, reported January 2023. Call to confirm."


def page_with(client, *ids: int, at: str = SHORTLIST, **more: str) -> BeautifulSoup:
    response = client.get(at, {"p": ids, **more})
    assert response.status_code == 200
    return page_of(response)


def two_programs() -> tuple[Program, Program]:
    return ProgramFactory.create(), ProgramFactory.create()


def differing(page: BeautifulSoup) -> dict[str, list[str]]:
    """Return the cells of each row that the page has of differences."""
    return {
        words(row, "[scope=row]"): [words(cell) for cell in row.select("td")]
        for row in page.select("tbody tr:has([scope=row])")
    }


def shared(page: BeautifulSoup) -> dict[str, str]:
    return {words(line, "dt"): words(line, "dd") for line in page.select(".shared dl div")}


def notices(page: BeautifulSoup) -> list[str]:
    return [words(notice) for notice in page.select(".note li, p.note")]


def names(page: BeautifulSoup) -> list[str]:
    return [words(heading) for heading in page.select(".side h2, .on-paper h2")]


# ---- what is on the list


def test_programs_stand_in_the_order_of_the_address(client):
    first, second = two_programs()
    page = page_with(client, second.pk, first.pk)
    assert words(page, "h1") == "Your list: 2 programs"
    assert names(page) == [f"1. {second}", f"2. {first}"]


def test_a_program_that_is_named_twice_is_there_once(client):
    program = ProgramFactory.create()
    assert names(page_with(client, program.pk, program.pk)) == [f"1. {program}"]


def test_without_numbers_the_list_is_empty_and_leads_to_a_search(client):
    page = page_with(client)
    assert words(page, "h1") == "Your list is empty"
    assert [link["href"] for link in page.select("main a")] == ["/programs/"]


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.CLOSED])
def test_a_program_that_the_public_may_not_see_is_told_by_its_number_alone(client, status):
    program = ProgramFactory.create(status=status, facility__name="Quiet Kettle")
    for address in (SHORTLIST, HANDOUT):
        page = page_with(client, program.pk, at=address)
        assert notices(page) == [
            f"Number {program.pk} is not in this directory now. It may have closed."
        ]
        assert "Kettle" not in page.get_text()


def test_a_number_that_no_program_has_is_told(client):
    program = ProgramFactory.create()
    page = page_with(client, program.pk, 2_147_483_647)
    assert notices(page) == ["Number 2147483647 is not in this directory now. It may have closed."]
    assert names(page) == [f"1. {program}"]


def test_a_merged_program_leads_to_the_one_that_stays_and_says_so(client):
    stays = ProgramFactory.create()
    merged = ProgramFactory.create(status=ListingStatus.CLOSED, merged_into=stays)
    page = page_with(client, merged.pk, stays.pk)
    assert names(page) == [f"1. {stays}"]
    assert notices(page) == [f"Number {merged.pk} is now listed as {stays}."]
    assert words(page, ".own-address") == f"http://testserver/shortlist/?p={stays.pk}"


def test_a_program_merged_into_one_that_closed_is_gone(client):
    closed = ProgramFactory.create(status=ListingStatus.CLOSED)
    merged = ProgramFactory.create(status=ListingStatus.CLOSED, merged_into=closed)
    assert notices(page_with(client, merged.pk)) == [
        f"Number {merged.pk} is not in this directory now. It may have closed."
    ]


def test_a_list_holds_twenty_programs_and_says_how_many_were_left_out(client):
    programs = ProgramFactory.create_batch(22)
    page = page_with(client, *(program.pk for program in programs))
    assert len(names(page)) == 20
    assert notices(page) == ["A list holds 20 programs at most. The last 2 were left out."]


@pytest.mark.parametrize(
    "text", ["x", "0", "-3", "1.5", "2147483648", "\uff19", "12'--", "\x00", "9" * 5000]
)
@pytest.mark.parametrize("address", [SHORTLIST, HANDOUT, "/programs/"])
def test_what_is_no_number_of_a_program_is_said_on_the_page(client, address, text):
    response = client.get(address, {"p": ["1", text]})
    assert response.status_code == 400
    assert "Your list:" in words(page_of(response), "[role=alert]")


class AnyQuery(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.text(max_size=12), max_size=5))
    def test_no_list_of_texts_breaks_the_page(self, texts):
        assert self.client.get(SHORTLIST, {"p": texts}).status_code in {200, 400}


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("address", [SHORTLIST, HANDOUT])
def test_a_list_takes_six_statements_however_long_it_is(
    client, django_assert_num_queries, address, count
):
    programs = ProgramFactory.create_batch(count)
    for program in programs:
        PhoneFactory.create(facility=program.facility)
        state(program, "level_of_care/iop")
        open_until(program, timezone.now() + timedelta(hours=5))
    with django_assert_num_queries(6):
        page_with(client, *(program.pk for program in programs), at=address)


# ---- ticks in results and listings


def results(client, *ids: int, **more: str) -> BeautifulSoup:
    return page_with(client, *ids, at="/programs/", **more)


def ticks(page: BeautifulSoup) -> dict[str, bool]:
    """Return by its value whether each box is ticked."""
    return {
        str(box["value"]): box.has_attr("checked") for box in page.select("[type=checkbox][name=p]")
    }


def test_each_result_has_a_box_in_the_form_that_searches(client):
    first, second = two_programs()
    page = results(client, second.pk)
    assert ticks(page) == {str(first.pk): False, str(second.pk): True}
    assert {box["form"] for box in page.select("[name=p]")} == {only(page, "form")["id"]}
    assert only(page, "button[formaction]")["formaction"] == SHORTLIST


def test_what_is_ticked_elsewhere_goes_along_with_the_form(client):
    here, elsewhere = two_programs()
    page = results(client, elsewhere.pk, here.pk, near=here.facility.zip_code, track="women")
    assert ticks(page) == {}
    carried = page.select("form [type=hidden][name=p]")
    assert [field["value"] for field in carried] == [str(elsewhere.pk), str(here.pk)]
    assert "and 2 more" in words(page, ".ticks")


def test_the_links_of_a_search_carry_what_is_ticked(client):
    programs = ProgramFactory.create_batch(21)
    for program in programs:
        state(program, "track/women")
    ticked = f"p={programs[0].pk}&p={programs[1].pk}"
    page = results(client, programs[0].pk, programs[1].pk, track="women")
    assert only(page, "[rel=next]")["href"] == f"?{ticked}&track=women&page=2"
    assert only(page, ".pills a")["href"] == f"?{ticked}"
    assert {str(link["href"]).partition("?")[2] for link in page.select(".program h2 a")} == {
        ticked
    }


def test_a_tick_changes_neither_matches_nor_order_nor_numbers(client):
    program, other = two_programs()
    state(program, "track/women")
    for query in ({}, {"track": "women"}):
        plain, ticked = results(client, **query), results(client, other.pk, **query)
        for page in (plain, ticked):
            for part in page.select("[name=p], .ticks"):
                part.decompose()
        assert words(plain, "main") == words(ticked, "main")


def test_more_ticks_than_a_list_holds_are_told(client):
    program = ProgramFactory.create()
    many = [program.pk, *range(1_000_000, 1_000_020)]
    assert "A list holds 20 programs at most." in words(results(client, *many), ".ticks")


def test_a_listing_is_put_on_the_list_that_came_along(client):
    program, other = two_programs()
    address = program.get_absolute_url()
    form = only(page_of(client.get(address, {"p": other.pk})), ".ticks")
    assert (form["action"], form["method"]) == (SHORTLIST, "get")
    assert [(field["name"], field["value"]) for field in form.select("[name]")] == [
        ("p", str(other.pk)),
        ("p", str(program.pk)),
    ]
    again = only(page_of(client.get(address, {"p": [other.pk, program.pk]})), ".ticks")
    assert [field["value"] for field in again.select("[name]")] == [str(other.pk), str(program.pk)]


# ---- what a card says


def test_a_card_has_name_place_numbers_and_who_said_so(client):
    program = ProgramFactory.create()
    PhoneFactory.create(facility=program.facility, number="+14805550101", extension="5")
    state(program, "level_of_care/iop")
    card = only(page_with(client, program.pk), ".side .program")
    assert only(card, "h2 a")["href"] == program.get_absolute_url()
    assert "1 Main Street, Chandler, AZ 85225" in words(card)
    assert [link["href"] for link in card.select("[href^='tel:']")] == ["tel:+14805550101,5"]
    assert words(card).count(OLD) == 1


def test_the_number_for_who_wants_to_start_comes_first_as_in_results(client):
    program = ProgramFactory.create()
    for position, use in enumerate(["main", "hotline", "intake"]):
        number = f"+1480555010{position}"
        PhoneFactory.create(facility=program.facility, number=number, use=use, position=position)
    for address in (SHORTLIST, HANDOUT, "/programs/"):
        page = page_with(client, program.pk, at=address)
        numbers = [str(link["href"]) for link in page.select("main a[href^='tel:+1480']")]
        assert numbers[:2] == ["tel:+14805550102", "tel:+14805550100"], address
    sms = str(only(page_with(client, program.pk), ".ways [href^='sms:']")["href"])
    assert "555-0102" in sms


def test_the_distance_is_said_where_the_address_has_a_place(client):
    program = ProgramFactory.create()
    assert "away" not in words(page_with(client, program.pk), "main")
    assert "away" in words(page_with(client, program.pk, near="Tempe, AZ"), ".side .program")


def test_a_private_address_stays_private(client):
    program = ProgramFactory.create(
        facility__address_is_public=False,
        facility__street1="",
        facility__zip_code="",
        facility__location_precision=LocationPrecision.COUNTY,
    )
    for address in (SHORTLIST, HANDOUT):
        page = page_with(client, program.pk, at=address)
        assert "Chandler, AZ. The address is private: call for it." in words(page, "main")


def test_what_is_invented_is_marked(client):
    program = ProgramFactory.create(facility__is_invented=True)
    for address in (SHORTLIST, HANDOUT):
        page = page_with(client, program.pk, at=address)
        assert words(page, ".invented") == "Invented: not a real place"


def test_an_opening_is_said_with_who_said_it(client):
    program = ProgramFactory.create()
    open_until(program, timezone.now() + timedelta(hours=5))
    card = only(page_with(client, program.pk), ".side .program")
    assert "Open" in words(card, "dl strong")
    assert words(card, "dl .source").endswith("by: Test survey. Counts for 5 hours more.")


def test_an_opening_that_ran_out_is_not_known(client):
    program = ProgramFactory.create()
    open_until(program, timezone.now() - timedelta(hours=1))
    card = only(page_with(client, program.pk), ".side .program")
    assert "if there is an opening now" in words(card, ".unknown")


def test_each_card_has_a_link_that_takes_it_off_and_keeps_the_search(client):
    first, second = two_programs()
    page = page_with(client, first.pk, second.pk, near="85225", q="")
    assert [link["href"] for link in page.select(".remove")] == [
        f"/shortlist/?p={second.pk}&near=85225",
        f"/shortlist/?p={first.pk}&near=85225",
    ]


def test_the_search_goes_on_with_the_list(client):
    program = ProgramFactory.create()
    page = page_with(client, program.pk, near="85225", track="women")
    link = only(page, ".ways a[href^='/programs/']")
    assert link["href"] == f"/programs/?p={program.pk}&near=85225&track=women"


def test_nothing_of_the_search_is_in_what_is_passed_on(client):
    program = ProgramFactory.create()
    page = page_with(client, program.pk, near="85225", track="women")
    own = f"http://testserver/shortlist/?p={program.pk}"
    assert words(page, ".own-address") == own
    assert only(page, "[href*=handout]")["href"] == f"{HANDOUT}?p={program.pk}"
    message = str(only(page, ".ways [href^='sms:']")["href"])
    assert message.endswith(f"%3Fp%3D{program.pk}")
    paper = page_with(client, program.pk, at=HANDOUT, near="85225", track="women")
    assert "women" not in str(only(paper, "main"))
    assert "away" not in words(paper, "main")


# ---- what differs


def test_only_what_differs_is_in_the_table(client):
    first, second = two_programs()
    for program in (first, second):
        state(program, "level_of_care/outpatient")
    state(first, "level_of_care/iop")
    page = page_with(client, first.pk, second.pk)
    assert differing(page) == {"Intensive outpatient (IOP)": ["Yes", "Not known. Ask"]}
    assert shared(page) == {"Level of care": "Outpatient counseling"}


def test_a_no_says_who_said_it(client):
    first, second = two_programs()
    state(first, "track/women", answer=Answer.NO)
    state(first, "track/men")
    state(second, "track/women")
    rows = differing(page_with(client, first.pk, second.pk))
    assert rows["Women"] == [f"No {OLD}", "Yes"]


def test_a_no_that_all_say_names_who_said_it_too(client):
    first, second = two_programs()
    for program in (first, second):
        state(program, "track/women", answer=Answer.NO)
    page = page_with(client, first.pk, second.pk)
    assert shared(page) == {"Made for": f"Women: No. {OLD}"}


def test_the_same_medicine_on_another_rung_differs(client):
    first, second = two_programs()
    state(first, "medication/methadone", relation="starts_and_continues")
    state(second, "medication/methadone", relation="accepts_elsewhere")
    rows = differing(page_with(client, first.pk, second.pk))
    assert rows["Methadone"] == [
        "Yes Can start you on it and keep you on it",
        "Allowed You can keep taking it. Someone else prescribes it",
    ]


def test_who_said_it_and_when_is_no_difference(client):
    first, second = two_programs()
    state(first, "payment/medicaid")
    staff = Source.objects.get(slug="staff")
    state(second, "payment/medicaid", source=staff, confirmed_on=timezone.localdate())
    page = page_with(client, first.pk, second.pk)
    assert differing(page) == {}
    assert shared(page) == {"Payment": "Medicaid (Ask if you are in network)"}
    assert "These programs do not differ in anything that they reported." in words(page, "main")


def test_a_fact_that_is_older_than_the_rest_says_so_in_its_cell(client):
    first, second = two_programs()
    staff, today = Source.objects.get(slug="staff"), timezone.localdate()
    for path in ("track/men", "track/women", "track/veterans"):
        state(first, path, source=staff, reported_on=today, confirmed_on=today)
    state(first, "level_of_care/iop", source=staff, confirmed_on=date(2024, 3, 5))
    rows = differing(page_with(client, first.pk, second.pk))
    stale = "From Our staff. Last checked March 2024. Call to confirm."
    assert rows["Intensive outpatient (IOP)"] == [f"Yes {stale}", "Not known. Ask"]
    assert rows["Women"] == ["Yes", "Not known. Ask"]


def test_one_program_alone_is_not_compared(client):
    program = ProgramFactory.create()
    state(program, "track/women")
    assert page_with(client, program.pk).select("#differs, table") == []


# ---- on paper


def test_the_handout_is_dated_and_says_what_each_said_and_when(client):
    program = ProgramFactory.create()
    PhoneFactory.create(facility=program.facility, number="+14805550101")
    state(program, "level_of_care/iop")
    state(program, "payment/medicaid")
    page = page_with(client, program.pk, at=HANDOUT)
    paper = words(page, ".on-paper")
    assert words(page, ".handout header").startswith("Treatment programs to call Printed on ")
    assert "(480) 555-0101" in paper
    assert "Care Intensive outpatient (IOP) (reported Jan. 1, 2023)" in paper
    assert words(page, ".on-paper .source") == f"{OLD} Number {program.pk} in the directory."


def test_sources_that_differ_are_said_for_each_part(client):
    program = ProgramFactory.create()
    state(program, "level_of_care/iop")
    staff, today = Source.objects.get(slug="staff"), timezone.localdate()
    state(program, "payment/medicaid", source=staff, confirmed_on=today)
    source = words(page_with(client, program.pk, at=HANDOUT), ".on-paper .source")
    assert source.startswith(f"Care: {OLD} Ways to pay: From Our staff, confirmed ")


def test_the_handout_has_the_crisis_numbers_and_no_field_to_fill_in(client):
    page = page_with(client, ProgramFactory.create().pk, at=HANDOUT)
    assert [link["href"] for link in page.select(".crisis [href^='tel:']")] == [
        "tel:911",
        "tel:988",
        "tel:+18006624357",
    ]
    assert page.select("input, textarea, form") == []


def test_neither_page_is_indexed(client):
    program = ProgramFactory.create()
    for address in (SHORTLIST, HANDOUT):
        page = page_with(client, program.pk, at=address)
        assert only(page, "meta[name=robots]")["content"] == "noindex"
