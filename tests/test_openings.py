"""Openings: stated in one place, whole or not at all, and not known any more after their time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from programs.enums import Answer, OpeningStatus
from programs.models import Opening, Program
from programs.upkeep.openings import state_opening
from tests.factories import ProgramFactory, SourceFactory, open_until, state, term

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
IOP = "level_of_care/iop"


@pytest.fixture
def program(db) -> Program:
    program = ProgramFactory.create()
    state(program, IOP)
    return program


def say(program: Program, path: str, status: OpeningStatus, **details) -> Opening:
    said = {"source": SourceFactory(), "user": None, "now": NOW, **details}
    return state_opening(program, term(path) if path else None, status, **said)


def test_a_statement_takes_the_place_of_the_one_before(program):
    keeper = User.objects.create(username="keeper")
    say(program, IOP, OpeningStatus.WAITLIST, wait_days=5)
    later = NOW + timedelta(hours=3)
    say(
        program,
        IOP,
        OpeningStatus.OPEN,
        places_count=2,
        can_start_today=True,
        walk_in_hours=" 8-10 ",
        user=keeper,
        now=later,
    )
    assert list(
        Opening.objects.values_list(
            "status",
            "wait_days",
            "places_count",
            "can_start_today",
            "walk_in_hours",
            "stated_at",
            "stated_by",
        )
    ) == [("open", None, 2, True, "8-10", later, keeper.pk)]


def test_each_level_and_the_whole_program_have_their_own(program):
    say(program, "", OpeningStatus.FULL)
    say(program, IOP, OpeningStatus.OPEN)
    say(program, "", OpeningStatus.NOT_TAKING)
    said = Opening.objects.order_by("id").values_list("term__slug", "status")
    assert list(said) == [(None, "not_taking"), ("iop", "open")]


@pytest.mark.parametrize(
    ("status", "hours"),
    [
        (OpeningStatus.OPEN, 48),
        (OpeningStatus.FULL, 48),
        (OpeningStatus.WAITLIST, 168),
        (OpeningStatus.NOT_TAKING, 168),
    ],
)
def test_it_counts_for_two_days_or_a_week_unless_the_level_says_otherwise(program, status, hours):
    whole = say(program, "", status)
    assert whole.expires_at - NOW == timedelta(hours=hours)
    assert say(program, IOP, status).expires_at == whole.expires_at
    iop = term(IOP)
    iop.open_hours, iop.wait_hours = 6, 72
    iop.save()
    expected = 6 if hours == 48 else 72
    assert say(program, IOP, status).expires_at - NOW == timedelta(hours=expected)


def test_it_reads_not_known_from_the_second_it_expires(program):
    expires_at = say(program, IOP, OpeningStatus.OPEN).expires_at
    just_before = expires_at - timedelta(microseconds=1)
    assert Opening.objects.current(just_before).count() == 1
    assert Opening.objects.current(expires_at).count() == 0


@pytest.mark.parametrize(
    ("path", "status", "details", "message"),
    [
        (IOP, OpeningStatus.OPEN, {"wait_days": 3}, "Only a waitlist has a wait in days."),
        (IOP, OpeningStatus.FULL, {"places_count": 1}, "Only “open” has open places"),
        (IOP, OpeningStatus.OPEN, {"places_count": 0}, "Only “open” has open places"),
        (IOP, OpeningStatus.FULL, {"can_start_today": True}, "Who can start today finds it open"),
        ("level_of_care/php", OpeningStatus.OPEN, {}, "This program is not said to offer"),
        ("track/women", OpeningStatus.OPEN, {}, "“Women” is not a level of care."),
        (IOP, "maybe", {}, "Value 'maybe' is not a valid choice."),
        (IOP, OpeningStatus.WAITLIST, {"wait_days": -1}, "greater than or equal to 0"),
        (IOP, OpeningStatus.WAITLIST, {"wait_days": 10**6}, "less than or equal to 32767"),
        (IOP, OpeningStatus.OPEN, {"walk_in_hours": "x" * 81}, "at most 80 characters"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_what_was_said_stays(
    program, path, status, details, message
):
    say(program, IOP, OpeningStatus.WAITLIST, wait_days=5)
    with pytest.raises(ValidationError) as refused:
        say(program, path, status, **details)
    assert [text for text in refused.value.messages if message in text] != []
    assert list(Opening.objects.values_list("status", "wait_days")) == [("waitlist", 5)]


def test_a_level_that_is_denied_has_no_openings(program):
    state(program, "level_of_care/php", answer=Answer.NO)
    with pytest.raises(ValidationError):
        say(program, "level_of_care/php", OpeningStatus.FULL)


def test_the_table_holds_one_line_a_level_whoever_writes(program):
    open_until(program, NOW)
    with pytest.raises(IntegrityError, match="opening_once_a_level"), transaction.atomic():
        open_until(program, NOW)


@pytest.mark.parametrize(
    ("constraint", "details"),
    [
        ("opening_status_is_known", {"status": "maybe"}),
        ("opening_wait_is_of_a_waitlist", {"wait_days": 1}),
        ("opening_places_are_open", {"places_count": 0}),
        ("opening_starts_today_if_open", {"status": "full", "can_start_today": True}),
        ("opening_expires_after_it_was_said", {"stated_at": NOW}),
    ],
)
def test_the_table_refuses_what_makes_no_sense(program, constraint, details):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        open_until(program, NOW, **details)


def test_the_wait_of_a_level_that_nobody_said_is_not_known(program):
    assert say(program, IOP, OpeningStatus.WAITLIST).wait_days is None
