"""The home of the desk, the lists of listings, and the way from one row to the next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.models import Correction, Facility, FederalRecord, Program
from programs.upkeep.desk import QUEUES
from tests.clients import queries_of, signed_in
from tests.factories import (
    CorrectionFactory,
    FacilityFactory,
    KeeperFactory,
    OrganizationFactory,
    PhoneFactory,
    ProgramFactory,
    SourceFactory,
    open_until,
    state,
)
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

PROGRAMS = reverse("admin:programs_program_changelist")
FACILITIES = reverse("admin:programs_facility_changelist")


@pytest.fixture
def desk() -> Client:
    return signed_in(KeeperFactory.create().user)


def listed(client: Client, address: str = PROGRAMS, **query: str) -> list[Any]:
    response = client.get(address, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def gone_program() -> Program:
    program = ProgramFactory.create()
    FederalRecord.objects.create(
        program=program, source=SourceFactory.create(), row_number=1, row={}, fingerprint="",
        missing_since=SourceFactory.create(slug="later"),
    )  # fmt: skip
    return program


# The home.


def test_the_home_says_how_much_waits_and_leads_there(desk):
    now = timezone.now()
    CorrectionFactory.create()
    gone_program()
    expired = ProgramFactory.create()
    open_until(expired, now - timedelta(hours=1))
    page = page_of(desk.get(reverse("admin:index")))
    assert [words(item, "a") for item in page.select(".desk li")] == [
        "1 Reports from the public",
        "0 Changes handed in by facilities",
        "0 Claims of listings",
        "0 Calls promised for today",
        "0 Listings assigned to me",
        "3 Listings to check by phone",
        "1 Openings that have expired",
        "1 Not in the latest federal list",
        "0 Conflicts with a release",
        "0 Likely duplicates",
    ]
    for link in page.select(".desk a"):
        assert desk.get(str(link["href"])).status_code == 200


def test_the_home_takes_a_statement_for_each_queue(desk):
    at_none = queries_of(desk, reverse("admin:index"))
    CorrectionFactory.create_batch(20)
    assert queries_of(desk, reverse("admin:index")) == at_none
    assert at_none - len(QUEUES) <= 4


def test_the_lists_behind_the_queues_are_what_was_counted(desk):
    gone = gone_program()
    expired = ProgramFactory.create()
    open_until(expired, timezone.now() - timedelta(hours=1))
    ProgramFactory.create()
    assert listed(desk, waits="gone") == [gone]
    assert listed(desk, openings="expired", status__exact="published") == [expired]


# The lists.


def test_a_list_says_how_far_listings_were_checked(desk):
    organization = OrganizationFactory.create(name="Kettle Group")
    program = ProgramFactory.create(facility__organization=organization)
    state(program, "track/women")

    def cells() -> list[str]:
        page = page_of(desk.get(PROGRAMS))
        return [
            words(page, f".field-{name}")
            for name in ("organization", "last_checked", "openings_now", "federal_source")
        ]

    assert cells() == ["Kettle Group", "not by us (2023)", "-", "-"]
    state(program, "track/men", confirmed_on=date(2026, 3, 5))
    open_until(program, timezone.now() + timedelta(hours=1))
    assert cells() == ["Kettle Group", "in part, 03/05/2026", "Open", "-"]
    program.featurefact_set.update(confirmed_on=date(2026, 3, 6))
    assert cells()[1] == "03/06/2026"


@pytest.mark.parametrize("address", [PROGRAMS, FACILITIES])
def test_a_list_with_facts_asks_as_often_for_twenty_rows_as_for_one(desk, address):
    def one_more() -> None:
        program = gone_program()
        state(program, "track/women")
        open_until(program, timezone.now() + timedelta(hours=1))

    one_more()
    desk.get(address)
    at_one = queries_of(desk, address)
    for _number in range(19):
        one_more()
    assert queries_of(desk, address) == at_one


@pytest.mark.parametrize("typed", ["Quiet Kettle", "kettle", "Quiet", "quiet kettle"])
def test_a_listing_is_found_by_the_name_that_it_once_had(desk, typed):
    facility = FacilityFactory.create(name="Quiet Kettle")
    program = ProgramFactory.create(facility=facility)
    ProgramFactory.create()
    facility.name = "Loud Pan"
    facility.save()
    assert listed(desk, q=typed) == [program]
    assert listed(desk, FACILITIES, q=typed) == [facility]


def test_a_name_of_before_is_found_by_all_its_words_only(desk):
    facility = FacilityFactory.create(name="Quiet Kettle")
    ProgramFactory.create(facility=facility)
    Facility.objects.update(name="Loud Pan")
    assert listed(desk, q="quiet spoon") == []


def test_listings_are_filtered_by_accreditation(desk):
    wanted, denied = ProgramFactory.create(), ProgramFactory.create()
    state(wanted, "accreditation/joint_commission")
    state(denied, "accreditation/joint_commission", answer="no")
    assert listed(desk, accreditation="joint_commission") == [wanted]


def test_a_listing_is_found_once_by_a_number_that_it_has_twice(desk):
    phone = PhoneFactory.create(number="+14805550123")
    PhoneFactory.create(number="+14805550123", facility=phone.facility, use="intake")
    program = ProgramFactory.create(facility=phone.facility)
    assert listed(desk, q="(480) 555-0123") == [program]


# From one row to the next.


def change_url(program: Program, filters: str) -> str:
    page = reverse("admin:programs_program_change", args=[program.pk])
    return f"{page}?_changelist_filters={quote(filters)}"


def next_link(client: Client, address: str) -> str:
    links = page_of(client.get(address)).select("a[accesskey=n]")
    return str(links[0]["href"]) if links else ""


def test_a_page_opened_from_a_list_leads_to_the_next_row_of_that_list(desk):
    first, second = gone_program(), gone_program()
    Facility.objects.filter(pk=first.facility_id).update(name="A")
    Facility.objects.filter(pk=second.facility_id).update(name="C")
    ProgramFactory.create(facility__name="B")
    assert next_link(desk, change_url(first, "waits=gone")) == change_url(second, "waits=gone")
    assert next_link(desk, change_url(second, "waits=gone")) == ""


def test_a_row_that_left_the_list_leads_to_its_first(desk):
    done, waiting = ProgramFactory.create(), gone_program()
    assert next_link(desk, change_url(done, "waits=gone")) == change_url(waiting, "waits=gone")


@pytest.mark.parametrize("filters", ["", "no_such=1", "waits=%00", "p=x"])
def test_a_page_with_odd_filters_answers(desk, filters):
    program = ProgramFactory.create()
    assert desk.get(change_url(program, filters)).status_code == 200


def test_a_page_with_a_nul_in_its_address_is_a_bad_request(desk):
    program = ProgramFactory.create()
    assert desk.get(change_url(program, "status__exact=\x00")).status_code == 400


def test_a_page_opened_from_nowhere_has_no_next(desk):
    program = ProgramFactory.create()
    assert next_link(desk, reverse("admin:programs_program_change", args=[program.pk])) == ""


def test_counts_of_a_thousand_and_more_have_their_comma(desk):
    program = ProgramFactory.create()
    Correction.objects.bulk_create(
        CorrectionFactory.build(program=program, link=str(number)) for number in range(1_000)
    )
    home = page_of(desk.get(reverse("admin:index")))
    assert words(home, ".desk li:first-child a") == "1,000 Reports from the public"
    page = page_of(desk.get(reverse("admin:programs_correction_changelist")))
    assert words(page, "p.paginator").endswith("1,000 reports from the public")
