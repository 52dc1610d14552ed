"""Checking listings by phone: what comes first, what a tick does, and two people at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from programs.enums import ChangeKind, ListingStatus, Role
from programs.models import (
    CallSheet,
    ChangeSet,
    Facility,
    FeatureFact,
    MedicationFact,
    Program,
)
from programs.upkeep.verification import Wanted, queue, retry_day, take
from tests.admin_pages import form_data
from tests.clients import queries_of, signed_in
from tests.factories import KeeperFactory, PhoneFactory, ProgramFactory, state
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:programs_callsheet_changelist")


@pytest.fixture
def editor() -> User:
    user: User = KeeperFactory.create(user__first_name="Ada").user
    return user


@pytest.fixture
def desk(editor) -> Client:
    return signed_in(editor)


def checked_program(**details: Any) -> Program:
    """Return a program of whose place everything was confirmed today."""
    today = timezone.localdate()
    program = ProgramFactory.create(
        facility__name_confirmed_on=today, facility__address_confirmed_on=today, **details
    )
    PhoneFactory.create(facility=program.facility, confirmed_on=today)
    return program


def sheet_url(program: Program) -> str:
    return reverse("admin:programs_callsheet_sheet", args=[program.facility_id])


def queued(**wanted: Any) -> list[int]:
    now = timezone.now()
    sheets, total = queue(Wanted(**wanted), now=now, today=timezone.localdate(), limit=50)
    assert total == len(sheets)
    return [sheet.facility_id for sheet in sheets]


def sent(client: Client, program: Program, **data: Any) -> dict[str, Any]:
    """Return what the sheet would send with nothing ticked, and `data`."""
    page = page_of(client.get(sheet_url(program)))
    fields = {
        str(field["name"]): str(field["value"])
        for field in page.select("input[form=sheet]")
        if field.get("type") != "radio"
    }
    return fields | data


# What comes first.


def test_what_is_checked_is_not_in_the_queue():
    program = checked_program()
    state(program, "track/women", confirmed_on=timezone.localdate())
    assert queued() == []


def test_what_weighs_more_comes_first_and_what_is_older_before_what_is_newer():
    light, heavy, older = checked_program(), checked_program(), checked_program()
    state(light, "therapy/cbt")
    state(heavy, "medication/methadone")
    state(older, "medication/methadone", reported_on=date(2020, 1, 1))
    assert queued() == [older.facility_id, heavy.facility_id, light.facility_id]


def test_a_fact_is_due_on_the_day_that_its_shelf_life_is_over():
    program = checked_program()
    state(program, "track/women", confirmed_on=date(2025, 3, 1))

    def on(day: date) -> int:
        return queue(Wanted(), now=timezone.now(), today=day, limit=1)[1]

    assert (on(date(2026, 2, 28)), on(date(2026, 3, 1))) == (0, 1)


def test_being_in_network_is_due_after_ninety_days():
    program = checked_program()
    state(
        program, "payment/medicaid", relation="in_network", plan="Plan A",
        confirmed_on=timezone.localdate() - timedelta(days=89),
    )  # fmt: skip
    assert queued() == []
    program.coveragefact_set.update(confirmed_on=timezone.localdate() - timedelta(days=90))
    assert queued() == [program.facility_id]


def test_old_phones_and_addresses_are_due_without_any_fact():
    program = checked_program()
    program.facility.phones.update(confirmed_on=timezone.localdate() - timedelta(days=182))
    other = checked_program()
    Facility.objects.filter(pk=other.facility_id).update(address_confirmed_on=None)
    assert queued() == [program.facility_id, other.facility_id]


def test_closed_listings_and_drafts_are_not_called():
    for status in (ListingStatus.CLOSED, ListingStatus.DRAFT):
        state(ProgramFactory.create(status=status), "track/women")
    assert queued() == []


@pytest.mark.parametrize("number", ["x", "0", "-1", "9" * 25])
def test_a_page_that_there_cannot_be_is_the_first(desk, number):
    response = desk.get(QUEUE, {"p": number})
    assert (response.status_code, response.context["page"]) == (200, 1)


def test_the_queue_is_of_a_state_or_of_a_person(editor):
    ours, theirs = ProgramFactory.create(), ProgramFactory.create(facility__state="NM")
    CallSheet.objects.create(facility=ours.facility, assigned_to=editor)
    assert queued(state="NM") == [theirs.facility_id]
    assert queued(assigned_to=editor.pk) == [ours.facility_id]


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 16), date(2026, 11, 19)),
        (date(2026, 11, 19), date(2026, 11, 24)),
        (date(2026, 11, 21), date(2026, 11, 25)),
    ],
)
def test_a_call_is_tried_again_in_three_working_days(today, day):
    assert retry_day(today) == day


# Working through a sheet.


def test_a_tick_confirms_its_group_alone_with_who_and_when(desk, editor):
    program = ProgramFactory.create()
    state(program, "track/women")
    state(program, "track/men")
    state(program, "medication/methadone")
    data = sent(desk, program, save="1") | {f"tick-{program.pk}/track": "right"}
    assert desk.post(sheet_url(program), data).status_code == 302
    today = timezone.localdate()
    assert set(FeatureFact.objects.values_list("confirmed_on", "source__slug")) == {
        (today, "test-survey")
    }
    assert MedicationFact.objects.get().confirmed_on is None
    [change] = ChangeSet.objects.all()
    assert (change.kind, change.user_id) == (ChangeKind.VERIFICATION, editor.pk)
    sheet = CallSheet.objects.get()
    assert (sheet.called_by, sheet.held_by, sheet.retry_on) == (editor, None, retry_day(today))


def test_a_sheet_names_its_groups_in_the_language_of_who_calls(desk):
    program = checked_program()
    track = state(program, "track/women").term.facet
    with translation.override("es"):
        page = page_of(desk.get(sheet_url(program)))
    assert words(page, f"#q-{program.pk}track legend") == track.label_es != track.label


def test_a_sheet_of_which_all_is_right_is_done(desk):
    program = ProgramFactory.create()
    PhoneFactory.create(facility=program.facility)
    state(program, "payment/medicaid")
    ticks = {f"tick-{key}": "right" for key in ("phones", "address", "name")}
    ticks[f"tick-{program.pk}/payment"] = "right"
    response = desk.post(sheet_url(program), sent(desk, program, save="1") | ticks, follow=True)
    assert response.redirect_chain[-1][0] == QUEUE
    assert queued() == []
    assert CallSheet.objects.get().retry_on is None
    program.facility.refresh_from_db()
    today = timezone.localdate()
    assert program.facility.name_confirmed_on == program.facility.address_confirmed_on == today


def test_could_not_tell_changes_nothing_and_is_asked_again(desk):
    program = ProgramFactory.create()
    state(program, "track/women")
    data = sent(desk, program, save="1") | {f"tick-{program.pk}/track": "unsure"}
    desk.post(sheet_url(program), data)
    assert FeatureFact.objects.get().confirmed_on is None
    assert ChangeSet.objects.count() == 0
    assert queued() == []
    CallSheet.objects.update(retry_on=timezone.localdate())
    assert queued(is_due=True) == [program.facility_id]


def test_calls_without_an_answer_are_counted_and_tried_again(desk):
    program = ProgramFactory.create()
    for count in (1, 2):
        desk.post(sheet_url(program), sent(desk, program, no_answer="1"))
        sheet = CallSheet.objects.get()
        assert (sheet.unanswered_count, sheet.retry_on) == (
            count,
            retry_day(timezone.localdate()),
        )
    desk.post(sheet_url(program), sent(desk, program, save="1"))
    assert CallSheet.objects.get().unanswered_count == 0


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Say when to call again."),
        ("soon", "Enter a day, such as 2026-03-31."),
        ("2020-01-01", "Choose a day after today."),
    ],
)
def test_a_wrong_day_is_refused_and_keeps_the_ticks(desk, typed, error):
    program = ProgramFactory.create()
    state(program, "track/women")
    data = sent(desk, program, save="1") | {f"tick-{program.pk}/track": "right"}
    response = desk.post(sheet_url(program), data | {"retry_on": typed})
    assert response.status_code == 400
    page = page_of(response)
    assert words(page, ".errorlist") == error
    [ticked] = page.select("input[type=radio][checked]")
    assert (ticked["name"], ticked["value"]) == (f"tick-{program.pk}/track", "right")
    assert FeatureFact.objects.get().confirmed_on is None


def test_a_tick_on_what_changed_meanwhile_is_not_saved(desk):
    program = ProgramFactory.create()
    state(program, "track/women")
    data = sent(desk, program, save="1") | {f"tick-{program.pk}/track": "right"}
    FeatureFact.objects.update(answer="no")
    response = desk.post(sheet_url(program), data)
    assert response.status_code == 409
    said = words(page_of(response), ".messagelist")
    assert said == ("This changed while you called, so nothing was saved. Look again: Made for.")
    assert FeatureFact.objects.get().confirmed_on is None


def test_a_tick_of_something_else_is_none(desk):
    program = ProgramFactory.create()
    state(program, "track/women")
    data = sent(desk, program, save="1") | {
        f"tick-{program.pk}/track": "perhaps", "tick-999/track": "right", "tick-x": "right",
    }  # fmt: skip
    assert desk.post(sheet_url(program), data).status_code == 302
    assert FeatureFact.objects.get().confirmed_on is None


# Two people.


def test_the_second_on_a_sheet_is_told_and_changes_nothing(desk, editor):
    program = ProgramFactory.create()
    state(program, "track/women")
    other = KeeperFactory.create(user__first_name="Grace").user
    take(program.facility_id, user=other, now=timezone.now())
    data = sent(desk, program, save="1") | {f"tick-{program.pk}/track": "right"}
    response = desk.post(sheet_url(program), data)
    assert response.status_code == 409
    assert words(page_of(response), ".messagelist").startswith("Grace")
    assert FeatureFact.objects.get().confirmed_on is None
    assert desk.post(QUEUE).headers["Location"] == QUEUE


def test_a_sheet_is_free_again_after_an_hour(desk):
    program = ProgramFactory.create()
    other = KeeperFactory.create().user
    take(program.facility_id, user=other, now=timezone.now() - timedelta(minutes=61))
    assert desk.post(QUEUE).headers["Location"] == sheet_url(program)


def test_the_next_sheet_is_taken_by_asking_for_it_and_not_by_looking(desk, editor):
    program = ProgramFactory.create()
    desk.get(QUEUE)
    desk.get(sheet_url(program))
    assert CallSheet.objects.count() == 0
    assert desk.post(f"{QUEUE}?state=AZ").headers["Location"] == f"{sheet_url(program)}?state=AZ"
    sheet = CallSheet.objects.get()
    assert sheet.held_by == editor
    assert sheet.held_until is not None
    assert sheet.held_until - timezone.now() <= timedelta(hours=1)


# The pages.


def test_the_queue_asks_as_often_for_twenty_rows_as_for_one(desk):
    state(ProgramFactory.create(), "track/women")
    at_one = queries_of(desk, QUEUE)
    ProgramFactory.create_batch(19)
    assert queries_of(desk, QUEUE) == at_one == 4


def test_a_sheet_asks_as_often_for_many_facts_as_for_one(desk):
    program = ProgramFactory.create()
    state(program, "track/women")
    at_one = queries_of(desk, sheet_url(program))
    for path in ("track/men", "medication/methadone", "payment/medicaid", "level_of_care/iop"):
        state(program, path)
    assert queries_of(desk, sheet_url(program)) == at_one


def test_sheets_are_printed_with_a_box_for_each_group(desk):
    program = ProgramFactory.create(facility__name="Quiet Kettle")
    state(program, "medication/methadone")
    page = page_of(desk.get(reverse("admin:programs_callsheet_print")))
    assert words(page, "h1") == "Quiet Kettle"
    assert [words(cell) for cell in page.select(".box")] == ["☐"] * 8
    assert "Methadone: Can start you on it and keep you on it" in words(page, "article")


def test_a_place_that_is_not_there_is_a_404(desk):
    assert desk.get(reverse("admin:programs_callsheet_sheet", args=[1])).status_code == 404


@pytest.mark.parametrize("role", [Role.VISITOR, Role.FACILITY_STAFF])
def test_others_do_not_see_call_sheets(role):
    program = ProgramFactory.create()
    user = KeeperFactory.create(role=role).user if role else User.objects.create_user("x")
    client = signed_in(user)
    for address in (QUEUE, sheet_url(program), reverse("admin:programs_callsheet_print")):
        assert client.get(address).status_code == 302


def test_saving_the_address_leads_back_to_the_sheet(desk):
    program = ProgramFactory.create()
    address = reverse("admin:programs_facility_change", args=[program.facility_id]) + "?sheet=1"
    data = form_data(desk.get(address))
    data["programs-0-id"], data["programs-0-facility"] = program.pk, program.facility_id
    response = desk.post(address, data | {"street1": "2 Main Street"})
    assert response.status_code == 302
    assert response.headers["Location"] == sheet_url(program)
