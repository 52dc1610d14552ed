"""Who gets a mail with their one-tap links, and when: reminders, and links that were asked for.

Only people who have a link are reminded. Mails are rows first; `upkeep.reminder_mail` sends them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from programs.enums import LinkState, ReminderKind, ReminderStatus, SuppressionReason
from programs.models import Facility, Keeper, Reminder, SuppressedAddress, UpdateLink
from programs.upkeep.update_links import make_again, make_link, standing_links, state_of

#: So long before an opening runs out its people are asked.
SOON = timedelta(hours=12)
#: Nobody gets two reminders, or one after an answer, sooner than this: a day, less the jitter of
#: whatever starts the command.
AT_LEAST = timedelta(hours=23)
#: After so many reminders without an answer the next one waits so many days; then a month.
BACK_OFF_DAYS = (1, 2, 4, 7, 14)
MONTHLY_DAYS = 30
#: Who was on the page has seen what is old there, and is not asked about it sooner than this.
ASK_ABOUT_AGE_AFTER = timedelta(days=30)
#: A mail carries no link with less than this left, and none of a person who was silent for a year.
RENEW_BEFORE = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=365)
#: A link is asked for once in this time.
ASK_EVERY = timedelta(hours=1)
#: Two plans at once would be made of the same state: one waits for the other.
PLAN_LOCK = 760_226

#: Of each facility the last time by %(soon)s at which an opening ran out, and whether something
#: is past its shelf life. An opening of a level that is not offered any more is nobody's concern.
_DUE = """
WITH program AS (
  SELECT id, facility_id FROM programs_program
   WHERE status = 'published' AND facility_id = ANY(%(facilities)s::bigint[])
)
SELECT facility_id, max(expires_at), bool_or(is_old) FROM (
  SELECT program.facility_id, opening.expires_at, false AS is_old
    FROM program JOIN programs_opening opening ON opening.program_id = program.id
   WHERE opening.expires_at <= %(soon)s::timestamptz
     AND (opening.term_id IS NULL OR EXISTS (
       SELECT FROM programs_carefact care
        WHERE care.program_id = program.id AND care.term_id = opening.term_id
          AND care.answer = 'yes'))
   UNION ALL
  SELECT program.facility_id, NULL, true
    FROM program
    JOIN programs_freshnessrow fresh ON fresh.program_id = program.id
    JOIN programs_facet facet ON facet.id = fresh.facet_id
    LEFT JOIN programs_shelflife life ON life.part = fresh.part
   WHERE fresh.oldest_on + coalesce(life.days, facet.shelf_life_days)::int <= %(today)s::date
   UNION ALL
  SELECT program.facility_id, NULL, true
    FROM program
    JOIN programs_phone phone ON phone.facility_id = program.facility_id
    JOIN programs_shelflife life ON life.part = 'phones'
   WHERE coalesce(phone.confirmed_on, phone.reported_on) + life.days::int <= %(today)s::date
) due GROUP BY facility_id
"""


class AskedLatelyError(Exception):
    """A mail with this link was made less than an hour ago."""


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail to make: an address, and the links of the facilities it is about."""

    email: str
    links: tuple[UpdateLink, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What is due at a facility."""

    ran_out_at: datetime | None
    is_old: bool

    def since(self, answered_at: datetime | None, now: datetime) -> bool:
        """Return whether to ask somebody about it who was last on the page at this time."""
        if answered_at is None:
            return True
        ran_out = self.ran_out_at is not None and self.ran_out_at > answered_at
        return ran_out or (self.is_old and now >= answered_at + ASK_ABOUT_AGE_AFTER)


def due_mails(now: datetime) -> list[DueMail]:
    """Return the reminders that are due, by address. Six statements, and those for accounts."""
    links = standing_links().filter(expires_at__gt=now - FORGOTTEN_AFTER)
    people = list(links.annotate(address=Lower("email")).order_by("address", "facility_id"))
    due = _due({link.facility_id for link in people}, now)
    answered = _answers()
    resting = _resting(answered, now)
    mails = []
    for email, own in groupby(people, key=lambda link: link.email.lower()):
        if email not in resting:
            wanted = tuple(_wanted(own, due, answered, now))
            if wanted:
                mails.append(DueMail(email, wanted))
    return mails


def _wanted(
    links: Iterable[UpdateLink],
    due: dict[int, Due],
    answered: dict[tuple[str, int], datetime],
    now: datetime,
) -> Iterator[UpdateLink]:
    for link in links:
        what = due.get(link.facility_id)
        answered_at = answered.get((link.email.lower(), link.facility_id))
        if what and what.since(answered_at, now) and state_of(link, now) != LinkState.REVOKED:
            yield link


def _due(facility_ids: Collection[int], now: datetime) -> dict[int, Due]:
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE,
            {
                "facilities": list(facility_ids),
                "soon": now + SOON,
                "today": timezone.localdate(now),
            },
        )
        return {facility_id: Due(*what) for facility_id, *what in cursor.fetchall()}


def _answers() -> dict[tuple[str, int], datetime]:
    """Return when each person last did something with a link, by address and facility."""
    used = UpdateLink.objects.exclude(last_used_at=None).annotate(address=Lower("email"))
    last = used.values("address", "facility_id").annotate(at=Max("last_used_at"))
    return {(row["address"], row["facility_id"]): row["at"] for row in last}


def _resting(answered: dict[tuple[str, int], datetime], now: datetime) -> set[str]:
    """Return the addresses that get no reminder now: suppressed, or mailed or answered lately."""
    last_answer: dict[str, datetime] = {}
    for (email, _facility), at in answered.items():
        last_answer[email] = max(at, last_answer.get(email, at))
    resting = {email.lower() for email in SuppressedAddress.objects.values_list("email", flat=True)}
    resting |= {email for email, at in last_answer.items() if now < at + AT_LEAST}
    sent = Reminder.objects.filter(kind=ReminderKind.REMINDER)
    today = timezone.localdate(now)
    # Of a day there is one, whatever became of it; one that was not needed counts for that day. Who
    # was just sent a link has what a reminder would bring.
    of_today = Q(kind=ReminderKind.REMINDER, made_on=today)
    link_came = Q(kind=ReminderKind.LINK, made_at__gt=now - AT_LEAST)
    lately = Reminder.objects.filter(of_today | link_came & ~Q(status=ReminderStatus.DROPPED))
    resting |= {email.lower() for email in lately.values_list("email", flat=True)}
    sent = sent.exclude(status=ReminderStatus.DROPPED)
    sent = sent.annotate(address=Lower("email"), at=Coalesce("sent_at", "claimed_at", "made_at"))
    rows = sent.order_by("address", "-at").values_list("address", "status", "at")
    for email, reminders in groupby(rows, key=lambda row: row[0]):
        mailed = list(reminders)
        unanswered = [at for _, _, at in mailed if at > last_answer.get(email, at - AT_LEAST)]
        waits = any(status == ReminderStatus.PENDING for _, status, _ in mailed)
        if waits or now < mailed[0][2] + wait_after(len(unanswered)):
            resting.add(email)
    return resting


def wait_after(unanswered_count: int) -> timedelta:
    """Return how long to wait after so many reminders without an answer."""
    if unanswered_count <= 1:
        return AT_LEAST
    step = unanswered_count - 1
    return timedelta(days=BACK_OFF_DAYS[step] if step < len(BACK_OFF_DAYS) else MONTHLY_DAYS)


@transaction.atomic
def make_reminders(now: datetime) -> int:
    """Make the reminders that are due, to be sent; return how many. Safe to run twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [PLAN_LOCK])
    mails = due_mails(now)
    for due in mails:
        _make(due.email, due.links, ReminderKind.REMINDER, now)
    return len(mails)


def _make(email: str, links: Iterable[UpdateLink], kind: ReminderKind, now: datetime) -> Reminder:
    reminder = Reminder.objects.create(
        email=email.lower(), kind=kind, made_at=now, made_on=timezone.localdate(now)
    )
    lasting = [
        link if link.expires_at > now + RENEW_BEFORE else make_again(link, now) for link in links
    ]
    reminder.links.set(lasting)
    return reminder


@transaction.atomic
def send_link(link: UpdateLink, now: datetime) -> Reminder:
    """Make the mail that brings somebody their link."""
    return _make(link.email, [link], ReminderKind.LINK, now)


@transaction.atomic
def own_link(keeper: Keeper, facility: Facility, now: datetime) -> None:
    """Mail somebody with an account a link of their own. Raises AskedLatelyError: once an hour."""
    own = Reminder.objects.filter(links__keeper=keeper, links__facility=facility)
    if own.filter(kind=ReminderKind.LINK, made_at__gt=now - ASK_EVERY).exists():
        raise AskedLatelyError
    email = keeper.user.email
    link = make_link(facility, str(keeper), email, keeper=keeper, now=now)
    _make(email, [link], ReminderKind.LINK, now)


@transaction.atomic
def ask_for_link(email: str, now: datetime) -> None:
    """Make a mail with the links of an address, if it has some; otherwise do nothing.

    The caller says the same either way. Once an hour; never to an address that bounces, nor links
    that were revoked.
    """
    own = Reminder.objects.filter(email__iexact=email, kind=ReminderKind.LINK)
    if own.filter(made_at__gt=now - ASK_EVERY).exists():
        return
    bounces = SuppressedAddress.objects.filter(reason=SuppressionReason.BOUNCED)
    if bounces.filter(email__iexact=email).exists():
        return
    standing = standing_links(email).filter(expires_at__gt=now - FORGOTTEN_AFTER)
    links = [link for link in standing if state_of(link, now) != LinkState.REVOKED]
    if links:
        _make(email, links, ReminderKind.LINK, now)


def record_bounce(email: str, now: datetime) -> bool:
    """Send nothing to the address any more; return whether that is news."""
    return _suppress(email, SuppressionReason.BOUNCED, now)


def _suppress(email: str, reason: SuppressionReason, now: datetime) -> bool:
    _address, is_new = SuppressedAddress.objects.get_or_create(
        email=email.lower(), defaults={"reason": reason, "since": now}
    )
    return is_new


def stop(reminder_id: int, now: datetime) -> bool:
    """Send no reminders to the address of this one; return False if its link was used before."""
    with transaction.atomic():
        reminder = Reminder.objects.select_for_update().filter(pk=reminder_id).first()
        if reminder is None or reminder.stopped_at:
            return False
        reminder.stopped_at = now
        reminder.save(update_fields=["stopped_at"])
        _suppress(reminder.email, SuppressionReason.STOPPED, now)
        return True
