"""Reports from the public: received once, limited by the day, closed once, forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from psycopg import sql

from programs.enums import CorrectionKind, CorrectionStatus
from programs.models import Correction, Program, ReportDay, ReporterCount
from programs.upkeep.corrections import (
    REPORTS_A_DAY,
    AlreadyClosed,
    Outcome,
    Report,
    Subject,
    TooManyReports,
    close,
    forget_reporters,
    new_token,
    next_open,
    receive,
    reported_with,
    take,
)
from programs.upkeep.turnaround import turnaround
from tests.factories import CorrectionFactory, ProgramFactory, term

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NETWORK = "203.0.113.77"


def report_of(program: Program, **changes: object) -> Report:
    said = {
        "kind": CorrectionKind.PHONE, "subject": Subject(phone="+14805550123"),
        "text": "It is 0124.", "contact": "me@example.org",
    }  # fmt: skip
    return Report(program_id=program.pk, **(said | changes))  # type: ignore[arg-type]


def send(program: Program, *, now: datetime = NOON, network: str = NETWORK, **changes) -> str:
    return receive(report_of(program, **changes), token=new_token(), network=network, now=now)


def closed(**columns) -> Correction:
    columns = {"status": CorrectionStatus.FIXED, "closed_at": NOON, **columns}
    return CorrectionFactory.create(**columns)


@pytest.fixture
def editor(db) -> User:
    return User.objects.create_user("editor")


# Coming in.


def test_a_report_is_stored_as_it_was_said_and_found_by_its_link():
    program = ProgramFactory.create()
    token = send(program)
    found = reported_with(token)
    assert found == Correction.objects.get()
    assert (found.program, found.kind, found.phone.as_e164, found.term) == (
        program, CorrectionKind.PHONE, "+14805550123", None
    )  # fmt: skip
    assert (found.text, found.contact, found.status, found.received_at) == (
        "It is 0124.", "me@example.org", CorrectionStatus.NEW, NOON
    )  # fmt: skip


def test_the_secret_of_a_link_is_not_in_the_table():
    token = send(ProgramFactory.create())
    assert Correction.objects.filter(token_hash__contains=token).count() == 0
    assert reported_with(Correction.objects.get().token_hash) is None


def test_the_same_form_sent_twice_is_one_report():
    report, token = report_of(ProgramFactory.create()), new_token()
    links = {receive(report, token=token, network=NETWORK, now=NOON) for _ in range(2)}
    assert links == {token}
    assert Correction.objects.count() == 1
    assert ReporterCount.objects.get().report_count == 1


def test_the_same_form_sent_again_with_other_words_is_another_report():
    program, token = ProgramFactory.create(), new_token()
    links = {
        receive(report_of(program, text=text), token=token, network=NETWORK, now=NOON)
        for text in ("one", "two")
    }
    assert {reported_with(link).text for link in links} == {"one", "two"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "broken",
    [
        {"status": CorrectionStatus.FIXED},
        {"closed_at": NOON},
        {"closed_at": NOON, "status": CorrectionStatus.FIXED, "contact": "me@example.org"},
        {"kind": "rude"},
    ],
)
def test_the_table_refuses_what_would_break_a_promise(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionFactory.create(**broken)


def test_a_report_is_about_one_fact():
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionFactory.create(term=term("payment/medicaid"), phone="+14805550123")


# The limit of a day.


def test_a_network_may_send_so_many_reports_a_day_and_no_more():
    program = ProgramFactory.create()
    for number in range(REPORTS_A_DAY):
        send(program, text=str(number))
    with pytest.raises(TooManyReports):
        send(program)
    assert Correction.objects.count() == REPORTS_A_DAY
    send(program, network="203.0.113.78")
    send(program, now=NOON + timedelta(hours=12))
    assert Correction.objects.count() == REPORTS_A_DAY + 2


def test_a_refused_report_is_not_counted_and_changes_nothing():
    program = ProgramFactory.create()
    for number in range(REPORTS_A_DAY):
        send(program, text=str(number))
    for _ in range(3):
        with pytest.raises(TooManyReports):
            send(program)
    assert ReporterCount.objects.get().report_count == REPORTS_A_DAY


def test_the_hash_of_a_network_is_gone_after_the_day_with_its_salt():
    send(ProgramFactory.create())
    before = ReportDay.objects.get(), ReporterCount.objects.get()
    forget_reporters(NOON + timedelta(hours=11, minutes=59))
    assert (ReportDay.objects.get(), ReporterCount.objects.get()) == before
    forget_reporters(NOON + timedelta(hours=12))
    assert not ReportDay.objects.exists()
    assert not ReporterCount.objects.exists()


def test_the_next_report_forgets_the_day_before_and_hashes_with_another_salt():
    program = ProgramFactory.create()
    send(program)
    first = ReporterCount.objects.get().network_hash
    send(program, now=NOON + timedelta(days=1), text="again")
    assert ReporterCount.objects.get().network_hash != first
    assert ReportDay.objects.get().day == (NOON + timedelta(days=1)).date()


def test_counts_stay_out_of_the_write_ahead_log():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relpersistence FROM pg_class WHERE relname = ANY(%s)",
            [["programs_reportday", "programs_reportercount"]],
        )
        assert cursor.fetchall() == [("u",), ("u",)]


def rows_that_hold(text: str) -> list[str]:
    """Return the tables, ours and Django's, of which a row holds the text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            holding = sql.SQL("SELECT count(*) FROM {} t WHERE t::text LIKE %s")
            cursor.execute(holding.format(sql.Identifier(table)), [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_an_address_is_in_no_table():
    send(ProgramFactory.create())
    assert rows_that_hold("It is 0124.") == ["programs_correction"]
    assert rows_that_hold(NETWORK) == []


# Working through.


def test_closing_a_report_forgets_the_contact_and_keeps_the_rest(editor):
    report = CorrectionFactory.create(contact="canary@example.org", text="canarytext")
    outcome = Outcome(status=CorrectionStatus.FIXED, answer="We changed the number.")
    close(report.pk, outcome, user=editor, now=NOON + timedelta(hours=3))
    assert rows_that_hold("canary@example.org") == []
    assert rows_that_hold("canarytext") == ["programs_correction"]
    report.refresh_from_db()
    assert (report.status, report.answer, report.handled_by, report.closed_at) == (
        CorrectionStatus.FIXED, "We changed the number.", editor, NOON + timedelta(hours=3)
    )  # fmt: skip


def test_a_text_about_health_can_be_forgotten_on_closing(editor):
    report = CorrectionFactory.create(text="canarytext")
    outcome = Outcome(status=CorrectionStatus.NO_CHANGE, forget_text=True)
    close(report.pk, outcome, user=editor, now=NOON)
    assert rows_that_hold("canarytext") == []


def test_the_second_of_two_keepers_is_told_that_the_report_is_closed(editor):
    report = CorrectionFactory.create()
    close(report.pk, Outcome(status=CorrectionStatus.FIXED), user=editor, now=NOON)
    second = User.objects.create_user("second")
    with pytest.raises(AlreadyClosed) as refused:
        close(report.pk, Outcome(status=CorrectionStatus.SPAM), user=second, now=NOON)
    assert (refused.value.correction.status, refused.value.correction.handled_by) == (
        CorrectionStatus.FIXED, editor
    )  # fmt: skip
    with pytest.raises(AlreadyClosed):
        take(report.pk, user=second)


def test_a_contact_is_gone_after_90_days_even_when_nobody_does_anything():
    report = CorrectionFactory.create(contact="canary@example.org")
    last_moment = report.received_at + timedelta(days=90) - timedelta(seconds=1)
    assert report.contact_at(last_moment) == "canary@example.org"
    assert report.contact_at(last_moment + timedelta(seconds=1)) == ""


def test_the_next_write_deletes_a_contact_of_90_days():
    CorrectionFactory.create(contact="canary@example.org")
    forget_reporters(NOON + timedelta(days=89))
    assert rows_that_hold("canary@example.org") == ["programs_correction"]
    send(ProgramFactory.create(), now=NOON + timedelta(days=90))
    assert rows_that_hold("canary@example.org") == []


def test_the_next_report_is_the_oldest_one_after_this_then_the_oldest_of_all(editor):
    first, second, third = (
        CorrectionFactory.create(received_at=NOON + timedelta(minutes=n)) for n in range(3)
    )
    closed()
    assert next_open(first, user=editor) == second
    assert next_open(third, user=editor) == first
    take(second.pk, user=User.objects.create_user("second"))
    assert next_open(first, user=editor) == third
    take(third.pk, user=editor)
    assert next_open(first, user=editor) == third


def test_after_the_last_report_there_is_no_next(editor):
    assert next_open(CorrectionFactory.create(), user=editor) is None


# How long it takes.


def test_the_waits_are_those_of_reports_closed_in_the_last_30_days(django_assert_num_queries):
    now = NOON + timedelta(days=40)
    for days in (1, 2, 3, 4, 10):
        closed(received_at=now - timedelta(days=days), closed_at=now)
    closed(received_at=now - timedelta(days=500), closed_at=now - timedelta(days=30))
    closed(received_at=now - timedelta(days=300), closed_at=now, status=CorrectionStatus.SPAM)
    CorrectionFactory.create(received_at=now - timedelta(days=35))
    CorrectionFactory.create(received_at=now - timedelta(days=5))
    with django_assert_num_queries(1):
        figures = turnaround(now)
    assert (figures.received_count, figures.closed_count, figures.open_count) == (6, 5, 2)
    assert figures.oldest_open_wait == timedelta(days=35)
    assert figures.median_wait == timedelta(days=3)
    # Between the fourth (4) and the fifth (10): 0.9 * 4 = 3.6.
    assert figures.ninetieth_wait == timedelta(days=7.6)


def test_fewer_than_five_give_no_waits():
    for _ in range(4):
        closed(received_at=NOON - timedelta(days=1))
    figures = turnaround(NOON + timedelta(hours=1))
    assert (figures.closed_count, figures.median_wait, figures.ninetieth_wait) == (4, None, None)


def test_without_a_report_there_are_no_figures():
    figures = turnaround(timezone.now())
    assert (figures.received_count, figures.open_count, figures.oldest_open_wait) == (0, 0, None)
