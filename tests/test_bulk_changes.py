"""Bulk actions: a page says what would change, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.enums import ListingStatus
from programs.models import CallSheet, ChangeSet, Facility, Program
from programs.upkeep import bulk
from tests.clients import signed_in
from tests.factories import (
    KeeperFactory,
    OrganizationFactory,
    PhoneFactory,
    ProgramFactory,
    state,
)
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

PROGRAMS = reverse("admin:programs_program_changelist")
FACILITIES = reverse("admin:programs_facility_changelist")


@pytest.fixture
def editor() -> User:
    user: User = KeeperFactory.create().user
    return user


@pytest.fixture
def desk(editor) -> Client:
    return signed_in(editor)


def choose(client: Client, action: str, *rows: Any, address: str = PROGRAMS, **more: Any) -> Any:
    """Choose rows and an action, as the list does."""
    chosen = {"action": action, "index": "0", "_selected_action": [row.pk for row in rows]}
    return client.post(address, chosen | more)


def answer(client: Client, preview: Any, *, address: str = PROGRAMS, **more: Any) -> Any:
    """Send the form of the preview, and `more`."""
    fields: dict[str, Any] = {}
    for field in page_of(preview).select("#content-main input[name]"):
        fields.setdefault(str(field["name"]), []).append(str(field.get("value", "")))
    return client.post(address, fields | more, follow="target" not in more)


def said(response: Any) -> str:
    return words(page_of(response), ".messagelist")


def test_nothing_changes_before_the_preview_is_confirmed(desk):
    first, second = ProgramFactory.create_batch(2)
    closed = ProgramFactory.create(status=ListingStatus.CLOSED)
    page = page_of(choose(desk, "close_listings", first, second, closed))
    assert words(page, "#content-main strong") == "2 listings change."
    assert "1 chosen is so already, and stays." in words(page, "#content-main")
    assert len(page.select("#content-main li")) == 2
    assert Program.objects.published().count() == 2


def test_a_confirmed_change_is_one_change_set_and_leads_to_its_history(desk, editor):
    first, second = ProgramFactory.create_batch(2)
    other = ProgramFactory.create()
    preview = choose(desk, "close_listings", first, second)
    response = answer(desk, preview)
    assert said(response).startswith("Close: 2 listings changed.")
    assert list(Program.objects.published()) == [other]
    [change] = ChangeSet.objects.filter(metadata__note="Close")
    assert change.user_id == editor.pk
    link = page_of(response).select(".messagelist a")[0]["href"]
    assert link == reverse("admin:programs_changeset_change", args=[change.pk])
    assert desk.get(str(link)).status_code == 200


def test_all_that_match_a_filter_are_changed_together(desk):
    ProgramFactory.create_batch(3, facility__state="NM", status=ListingStatus.DRAFT)
    other = ProgramFactory.create(status=ListingStatus.DRAFT)
    address = f"{PROGRAMS}?state=NM"
    row = Program.objects.filter(facility__state="NM")[0]
    preview = choose(desk, "publish_listings", row, address=address, select_across="1")
    assert words(page_of(preview), "#content-main strong") == "3 listings change."
    answer(desk, preview, address=address)
    assert Program.objects.published().count() == 3
    other.refresh_from_db()
    assert other.status == ListingStatus.DRAFT


def test_a_preview_that_is_no_longer_true_is_shown_again(desk):
    first, second = ProgramFactory.create_batch(2)
    preview = choose(desk, "close_listings", first, second)
    Program.objects.filter(pk=first.pk).update(status=ListingStatus.CLOSED)
    page = page_of(answer(desk, preview))
    assert words(page, ".errornote").startswith("Look again")
    assert list(Program.objects.published()) == [second]


def test_confirming_stamps_all_that_is_stated_and_keeps_the_sources(desk):
    program, other = ProgramFactory.create(), ProgramFactory.create()
    PhoneFactory.create(facility=program.facility)
    state(program, "track/women")
    state(other, "track/women")
    answer(desk, choose(desk, "confirm_listings", program))
    today = timezone.localdate()
    fact = program.featurefact_set.get()
    assert (fact.confirmed_on, fact.source.slug) == (today, "test-survey")
    facility = Facility.objects.get(pk=program.facility_id)
    assert facility.name_confirmed_on == facility.address_confirmed_on == today
    assert facility.phones.get().confirmed_on == today
    assert other.featurefact_set.get().confirmed_on is None
    preview = choose(desk, "confirm_listings", program)
    assert words(page_of(preview), "#content-main strong") == "0 listings change."


def test_listings_are_assigned_to_an_organization_after_showing_which(desk):
    organization = OrganizationFactory.create()
    theirs = ProgramFactory.create(facility__organization=organization)
    program = ProgramFactory.create()
    choice = choose(desk, "assign_organization", theirs, program)
    preview = answer(desk, choice, target=str(organization.pk))
    assert words(page_of(preview), "#content-main strong") == "1 listing changes."
    assert Facility.objects.get(pk=program.facility_id).organization is None
    answer(desk, preview, target=str(organization.pk))
    assert Facility.objects.get(pk=program.facility_id).organization == organization


def test_listings_are_assigned_to_a_keeper_from_the_list_of_facilities(desk, editor):
    program = ProgramFactory.create()
    choice = choose(desk, "assign_caller", program.facility, address=FACILITIES)
    preview = answer(desk, choice, address=FACILITIES, target=str(editor.pk))
    answer(desk, preview, address=FACILITIES, target=str(editor.pk))
    assert CallSheet.objects.get().assigned_to == editor
    assert CallSheet.objects.get().facility == program.facility


@pytest.mark.parametrize("target", ["", "999999", "x"])
def test_an_organization_that_is_none_is_refused_in_words(desk, target):
    program = ProgramFactory.create()
    response = answer(desk, choose(desk, "assign_organization", program), target=target)
    assert response.status_code == 200
    assert len(page_of(response).select(".errorlist")) == 1
    assert Facility.objects.get().organization is None


def test_too_many_at_once_are_refused(desk, monkeypatch):
    monkeypatch.setattr("programs.admin.bulk.MOST_AT_ONCE", 1)
    first, second = ProgramFactory.create_batch(2)
    response = choose(desk, "close_listings", first, second)
    response = desk.get(PROGRAMS) if response.status_code == 302 else response
    assert said(response) == (
        "2 listings are too many at once: choose at most 1. Nothing was changed."
    )
    assert Program.objects.published().count() == 2


@pytest.mark.parametrize("change", bulk.BULK_CHANGES, ids=lambda change: change.slug)
def test_every_bulk_change_is_offered_to_editors(desk, change):
    ProgramFactory.create()
    page = page_of(desk.get(PROGRAMS))
    offered = [str(option["value"]) for option in page.select("select[name=action] option")]
    assert change.slug in offered
