"""Reminders: who gets one and when; no mail is sent twice, whatever the mail server does."""

from __future__ import annotations

import contextlib
import re
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from programs.enums import OpeningStatus, ReminderKind, ReminderStatus, SuppressionReason
from programs.models import (
    CareFact,
    Facility,
    Opening,
    Phone,
    Reminder,
    SuppressedAddress,
    UpdateLink,
)
from programs.upkeep import reminder_mail, update_links
from programs.upkeep.openings import state_opening
from programs.upkeep.reminder_mail import claim, message_of, send_waiting, stop_token
from programs.upkeep.reminders import ask_for_link, due_mails, make_reminders, send_link
from programs.views import update_mail
from programs.views.limits import AddressLimit
from tests.factories import (
    MembershipFactory,
    PhoneFactory,
    ProgramFactory,
    SourceFactory,
    UpdateLinkFactory,
    state,
)
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

IOP = "level_of_care/iop"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def facility() -> Facility:
    """A place whose listing was confirmed today, and that never said whether there is room."""
    program = ProgramFactory.create(facility__name="Quiet Kettle")
    state(program, IOP, confirmed_on=timezone.localdate())
    return program.facility


@pytest.fixture
def link(facility) -> UpdateLink:
    return UpdateLinkFactory.create(facility=facility, email="ann@example.org")


def say_open(facility: Facility, at: datetime) -> Opening:
    return state_opening(
        facility.programs.get(), None, OpeningStatus.OPEN, source=SourceFactory.create(),
        user=None, now=at,
    )  # fmt: skip


def due(now: datetime) -> list[str]:
    return [mail.email for mail in due_mails(now)]


def run(now: datetime) -> int:
    """Make the reminders of a time, and take them as sent then; return how many."""
    count = make_reminders(now)
    Reminder.objects.filter(status=ReminderStatus.PENDING).update(
        status=ReminderStatus.SENT, sent_at=now, claimed_at=now
    )
    return count


# Who, and when.


def test_nobody_is_asked_while_all_is_fresh(facility, link):
    now = timezone.now()
    say_open(facility, now)
    assert due(now) == []


def test_people_are_asked_twelve_hours_before_an_opening_runs_out_and_after(facility, link):
    said_at = timezone.now()
    say_open(facility, said_at)
    times = [said_at + 48 * HOUR - 13 * HOUR, said_at + 37 * HOUR, said_at + 72 * HOUR]
    assert [due(now) for now in times] == [[], [link.email], [link.email]]


@pytest.mark.parametrize("model", [CareFact, Phone])
def test_people_are_asked_when_a_part_of_the_listing_is_old(facility, link, model):
    now = timezone.now()
    if model is CareFact:
        CareFact.objects.update(confirmed_on=None)
    else:
        PhoneFactory.create(facility=facility)
    assert due(now) == [link.email]


def test_a_closed_program_and_a_level_no_longer_offered_are_nobodys_concern(facility, link):
    now = timezone.now()
    program = facility.programs.get()
    term = program.carefact_set.get().term
    state_opening(
        program, term, OpeningStatus.OPEN, source=SourceFactory.create(), user=None,
        now=now - 5 * DAY,
    )  # fmt: skip
    assert due(now) == [link.email]
    CareFact.objects.update(answer="no")
    assert due(now) == []


def test_what_ran_out_before_somebody_was_last_there_is_not_asked_again(facility, link):
    now = timezone.now()
    say_open(facility, now - 5 * DAY)
    UpdateLink.objects.update(last_used_at=now - 2 * DAY)
    assert due(now) == []
    UpdateLink.objects.update(last_used_at=now - 4 * DAY)
    assert due(now) == [link.email]


def test_only_people_with_a_link_that_was_not_revoked_are_asked(facility, link):
    now = timezone.now()
    say_open(facility, now - 5 * DAY)
    membership = MembershipFactory.create()
    UpdateLinkFactory.create(facility=facility, keeper=membership.keeper, email="b@example.org")
    UpdateLinkFactory.create(facility=facility, email="c@example.org", created_at=now - 456 * DAY)
    assert due(now) == [link.email]
    update_links.revoke(link, now)
    assert due(now) == []


def test_somebody_with_two_places_gets_one_mail_with_both_links(facility, link):
    now = timezone.now()
    other = ProgramFactory.create().facility
    UpdateLinkFactory.create(facility=other, email="Ann@Example.org")
    for place in (facility, other):
        say_open(place, now - 5 * DAY)
    make_reminders(now)
    [message] = [message_of(reminder) for reminder in Reminder.objects.all()]
    assert message.to == ["ann@example.org"]
    assert len(re.findall(r"/update/[\w.-]+/", str(message.body))) == 2
    assert message.subject == "Is there room at your programs?"


def test_without_an_answer_reminders_come_ever_more_seldom(facility, link):
    start = timezone.now()
    say_open(facility, start - 5 * DAY)
    days = [day for day in range(90) if run(start + day * DAY)]
    assert days == [0, 1, 3, 7, 14, 28, 58, 88]


@pytest.mark.parametrize("status", [ReminderStatus.FAILED, ReminderStatus.DROPPED])
def test_of_a_day_there_is_one_reminder_whatever_became_of_it(facility, link, status):
    start = timezone.now().replace(hour=0, minute=10)
    say_open(facility, start - 5 * DAY)
    assert make_reminders(start) == 1
    Reminder.objects.update(status=status, claimed_at=start)
    assert [make_reminders(start + hours * HOUR) for hours in (1, 23.5)] == [0, 0]
    assert make_reminders(start + DAY) == 1


def test_who_was_just_sent_a_link_is_not_reminded_of_it_the_same_day(facility, link):
    now = timezone.now()
    say_open(facility, now - 2 * DAY)
    assert due(now) == [link.email]
    send_link(link, now)
    assert [due(now + wait) for wait in (HOUR, DAY)] == [[], [link.email]]


def test_an_answer_starts_anew(facility, link):
    start = timezone.now()
    say_open(facility, start - 5 * DAY)
    assert [run(start + day * DAY) for day in range(4)] == [1, 1, 0, 1]
    answered = start + 4 * DAY
    UpdateLink.objects.update(last_used_at=answered)
    say_open(facility, answered)
    assert [run(answered + hours * HOUR) for hours in (1, 24, 35, 37, 50, 61)] == [0, 0, 0, 1, 0, 1]


def test_a_link_that_soon_ends_is_made_again_for_the_mail(facility, link):
    now = timezone.now()
    say_open(facility, now - 5 * DAY)
    UpdateLink.objects.update(expires_at=now + 3 * DAY)
    make_reminders(now)
    fresh = Reminder.objects.get().links.get()
    assert fresh != link
    assert fresh.expires_at == now + update_links.VALID_FOR


def test_the_command_says_who_is_due_and_changes_nothing_when_dry(facility, link):
    say_open(facility, timezone.now() - 5 * DAY)
    out = StringIO()
    call_command("send_reminders", "--dry-run", stdout=out)
    assert out.getvalue().splitlines() == [
        "ann@example.org: Quiet Kettle",
        "Mails that wait already: 0. Nothing was changed.",
    ]
    assert Reminder.objects.count() == 0
    assert mail.outbox == []


@pytest.mark.parametrize("count", [1, 20])
def test_the_plan_takes_as_many_statements_however_many_people(count, django_assert_num_queries):
    now = timezone.now()
    for _number in range(count):
        program = ProgramFactory.create()
        UpdateLinkFactory.create(facility=program.facility)
        say_open(program.facility, now - 5 * DAY)
    with django_assert_num_queries(6):
        assert len(due_mails(now)) == count


# The mail.


@pytest.fixture
def reminder(facility, link) -> Reminder:
    say_open(facility, timezone.now() - 5 * DAY)
    make_reminders(timezone.now())
    return Reminder.objects.get()


def test_the_mail_is_plain_and_short_with_the_link_and_a_stop(reminder, link, client):
    with override_settings(SITE_URL="https://directory.example", DEFAULT_FROM_EMAIL="a@b.example"):
        call_command("send_reminders", stdout=StringIO())
    [message] = mail.outbox
    assert message.subject == "Is there room at Quiet Kettle?"
    assert message.to == ["ann@example.org"]
    address = f"https://directory.example/update/{update_links.token_of(link)}/"
    stop = f"https://directory.example/stop-reminders/{stop_token(reminder)}/"
    ask = f"https://directory.example{reverse('programs:ask')}"
    assert re.findall(r"https?://\S+", str(message.body)) == [address, ask, stop]
    headers = message.extra_headers
    assert headers["Message-ID"] == f"<reminder-{reminder.pk}@b.example>"
    assert headers["List-Unsubscribe"] == f"<{stop}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(str(message.body)) < 900
    reminder.refresh_from_db()
    assert reminder.status == ReminderStatus.SENT


def test_the_mail_says_the_day_on_which_the_link_ends_where_the_facility_is(reminder, link):
    # Three in the morning in Greenwich is the evening before in Chandler, Arizona.
    UpdateLink.objects.update(expires_at=datetime(2099, 3, 5, 3, tzinfo=UTC))
    send_waiting()
    assert "It works until March 4, 2099." in str(mail.outbox[0].body)


@pytest.mark.parametrize(
    ("name", "branch", "line"),
    [
        ("Spero Health", "Chandler", "Spero Health, Chandler:"),
        ("Spero Health, Chandler", "", "Spero Health, Chandler:"),
        ("Spero Health", "Night group", "Spero Health, Night group, Chandler:"),
        ("Chandler House", "", "Chandler House, Chandler:"),
    ],
)
def test_the_mail_names_the_town_once(reminder, facility, name, branch, line):
    Facility.objects.update(name=name, branch=branch)
    send_waiting()
    assert line in str(mail.outbox[0].body).splitlines()


def test_a_second_run_sends_nothing_again(reminder):
    for _time in range(3):
        call_command("send_reminders", stdout=StringIO())
    assert len(mail.outbox) == 1


def test_the_file_backend_writes_one_file_a_mail(reminder, tmp_path: Path):
    backend = "django.core.mail.backends.filebased.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH=str(tmp_path)):
        call_command("send_reminders", stdout=StringIO())
    [written] = list(tmp_path.iterdir())
    assert f"Message-ID: <reminder-{reminder.pk}@localhost>" in written.read_text()


def test_who_answered_meanwhile_gets_no_mail(reminder):
    UpdateLink.objects.update(last_used_at=timezone.now())
    assert send_waiting() == {ReminderStatus.DROPPED: 1}
    assert mail.outbox == []


@pytest.mark.parametrize("reason", SuppressionReason)
def test_a_suppressed_address_gets_no_reminder(reminder, facility, reason):
    SuppressedAddress.objects.create(email="ANN@example.org", reason=reason, since=timezone.now())
    assert send_waiting() == {ReminderStatus.DROPPED: 1}
    assert due(timezone.now() + 30 * DAY) == []


# Mail servers.


class Server(socketserver.ThreadingTCPServer):
    """A mail server on a port of its own that speaks as little SMTP as a client needs."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, answers: dict[str, str], drops_at: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers, self.drops_at = answers, drops_at
        self.taken: list[str] = []


class Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        if self.server.drops_at == "CONNECT":
            return
        self._say("220 ready")
        for line in self.rfile:
            word = line.decode().split()[0].upper() if line.strip() else ""
            if word == "DATA":
                self._say("354 go on")
                self._take()
                if self.server.drops_at == "END":
                    return
            if word == self.server.drops_at:
                return
            self._say(self.server.answers.get(word, "221 bye" if word == "QUIT" else "250 fine"))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.decode())
        self.server.taken.append("".join(lines))


@contextlib.contextmanager
def mail_server(drops_at: str = "", **answers: str) -> Iterator[Server]:
    with Server(answers, drops_at) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.server_address[1], EMAIL_TIMEOUT=5,
        ):  # fmt: skip
            yield server
        server.shutdown()


def test_a_mail_server_that_is_down_keeps_the_mail_for_later(reminder):
    with mail_server(drops_at="CONNECT"):
        for _time in range(2):
            with pytest.raises(CommandError, match=r"wait for the next run: 1\."):
                call_command("send_reminders", stdout=StringIO())
    reminder.refresh_from_db()
    assert (reminder.status, reminder.attempt_count) == (ReminderStatus.PENDING, 0)
    with mail_server() as server:
        for _time in range(2):
            call_command("send_reminders", stdout=StringIO())
    assert len(server.taken) == 1
    assert f"Message-ID: <reminder-{reminder.pk}@localhost>" in server.taken[0]


def test_a_mail_that_may_have_gone_is_never_sent_again_by_itself(reminder):
    error = StringIO()
    with mail_server(drops_at="END") as server:
        call_command("send_reminders", stdout=StringIO())
        Reminder.objects.update(claimed_at=timezone.now() - HOUR)
        call_command("send_reminders", stdout=StringIO(), stderr=error)
    assert len(server.taken) == 1
    reminder.refresh_from_db()
    assert (reminder.status, reminder.sent_at) == (ReminderStatus.SENDING, None)
    assert "1 mails may have been sent or not." in error.getvalue()
    # It counts as a reminder without an answer.
    assert due(timezone.now()) == []


def test_a_run_that_was_killed_leaves_its_mail_in_doubt(reminder):
    claimed = claim(timezone.now())
    assert claimed == reminder
    assert send_waiting() == {}
    assert mail.outbox == []
    assert list(reminder_mail.in_doubt(timezone.now() + HOUR)) == [reminder]


def test_a_server_that_says_later_is_asked_again_after_an_hour_twelve_times(reminder):
    with mail_server(MAIL="451 later") as server:
        for attempt in range(1, 13):
            assert sum(send_waiting().values()) == 1
            assert send_waiting() == {}
            reminder.refresh_from_db()
            assert (reminder.attempt_count, reminder.problem) == (attempt, "451 later")
            Reminder.objects.update(retry_at=timezone.now())
    assert reminder.status == ReminderStatus.FAILED
    assert server.taken == []


def test_an_address_that_nobody_has_is_suppressed(reminder):
    with mail_server(RCPT="550 no such user"):
        assert send_waiting() == {ReminderStatus.FAILED: 1}
    address = SuppressedAddress.objects.get()
    assert (address.email, address.reason) == ("ann@example.org", SuppressionReason.BOUNCED)


def test_a_second_reminder_of_a_day_is_refused_by_the_table(reminder):
    twin = Reminder(
        email="ANN@example.org", kind=ReminderKind.REMINDER, made_at=reminder.made_at,
        made_on=reminder.made_on,
    )  # fmt: skip
    with pytest.raises(Exception, match="reminder_once_a_day"):
        twin.save()


# The stop.


def test_one_click_stops_reminders_and_opening_the_link_does_not(reminder, client, link):
    path = f"/stop-reminders/{stop_token(reminder)}/"
    assert words(page_of(client.get(path)), "h1") == "Stop reminders?"
    assert SuppressedAddress.objects.count() == 0
    # As a mail program sends it: no cookie, no referrer.
    response = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert words(page_of(response), "h1") == "Reminders are stopped"
    assert SuppressedAddress.objects.get().reason == SuppressionReason.STOPPED
    # The one-tap link goes on working.
    assert client.get(f"/update/{update_links.token_of(link)}/").status_code == 200


def test_a_stop_link_does_nothing_a_second_time(reminder, client):
    path = f"/stop-reminders/{stop_token(reminder)}/"
    client.post(path)
    SuppressedAddress.objects.all().delete()
    assert words(page_of(client.post(path)), "h1") == "This link was used before"
    assert SuppressedAddress.objects.count() == 0


@pytest.mark.parametrize("token", ["1", "1.forged", "x"])
def test_a_forged_stop_link_stops_nothing(reminder, client, token):
    for forged in (token, update_links.token_of(reminder.links.get())):
        assert client.post(f"/stop-reminders/{forged}/").status_code == 404
    assert SuppressedAddress.objects.count() == 0


# A new link.


@pytest.fixture(autouse=True)
def no_limit_is_used_up(monkeypatch):
    monkeypatch.setattr(update_mail, "ASK_LIMIT", AddressLimit(per_window=5))


def test_a_new_link_goes_to_a_known_address_and_the_page_says_the_same_to_all(client, link):
    UpdateLink.objects.update(created_at=timezone.now() - 91 * DAY, expires_at=timezone.now() - DAY)
    pages = [client.post("/update/", {"email": email}) for email in (link.email, "b@example.org")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content
    send_waiting()
    [message] = mail.outbox
    assert message.to == [link.email]
    [path] = re.findall(r"/update/[\w.-]+/", str(message.body))
    assert client.get(path).status_code == 200
    assert "List-Unsubscribe" not in message.extra_headers


def test_a_link_is_sent_once_an_hour_and_never_after_it_was_revoked(link):
    now = timezone.now()
    for hours in (0, 0.5, 1):
        ask_for_link("ANN@example.org", now + hours * HOUR)
    assert Reminder.objects.count() == 2
    update_links.revoke(link, now)
    ask_for_link("ann@example.org", now + 5 * HOUR)
    assert Reminder.objects.count() == 2


def test_who_stopped_reminders_still_gets_a_link_but_not_who_bounces(link):
    now = timezone.now()
    stopped = SuppressedAddress.objects.create(
        email=link.email, reason=SuppressionReason.STOPPED, since=now
    )
    ask_for_link(link.email, now)
    assert send_waiting() == {ReminderStatus.SENT: 1}
    SuppressedAddress.objects.filter(pk=stopped.pk).update(reason=SuppressionReason.BOUNCED)
    ask_for_link(link.email, now + 2 * HOUR)
    send_link(link, now)
    assert send_waiting() == {ReminderStatus.DROPPED: 1}


def test_what_is_no_address_is_told_and_many_requests_are_slowed_down(client):
    assert client.get("/update/").status_code == 200
    response = client.post("/update/", {"email": "nobody"})
    assert response.status_code == 400
    assert words(page_of(response), "#email-error") == "Enter a valid email address."
    statuses = [client.post("/update/", {"email": "a@example.org"}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]


def test_the_command_notes_bounces_and_names_what_is_no_address():
    out = StringIO()
    for _time in range(2):
        call_command("record_bounce", "A@example.org", stdout=out)
    assert out.getvalue().splitlines() == [
        "A@example.org: noted.",
        "A@example.org: was noted before.",
    ]
    with pytest.raises(CommandError, match="nobody: not an e-mail address"):
        call_command("record_bounce", "b@example.org", "nobody", stdout=out)
    assert SuppressedAddress.objects.count() == 1
