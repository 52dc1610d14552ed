"""Sending the mails that wait, each once at most.

A mail is claimed, which is committed, before it is handed to the mail server. Whatever the server
refused is tried again or marked; where the answer was lost nobody knows whether it went, and it is
never sent again by itself: an editor decides.
"""

from __future__ import annotations

import smtplib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.enums import LinkState, ReminderKind, ReminderStatus, SuppressionReason
from programs.models import Reminder, SuppressedAddress, UpdateLink
from programs.upkeep.reminders import record_bounce
from programs.upkeep.time_zones import time_zone_of
from programs.upkeep.update_links import address_of, state_of

#: A server that says "later" is asked again after this, so often.
RETRY_AFTER = timedelta(hours=1)
MOST_ATTEMPTS = 12
#: By then the one who claimed a mail is done with it, or is no more.
CLAIM_LASTS = timedelta(minutes=10)
PERMANENT = 500
#: Of RFC 5321: mailbox unavailable, not here, its name not allowed.
NO_SUCH_ADDRESS = {550, 551, 553}
#: The server has answered, and did not take the mail.
REFUSALS = (
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPNotSupportedError,
)


class MailServerDownError(Exception):
    """The mail server cannot be reached. Nothing was claimed; everything waits."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a mail server answered. `code` is that of SMTP, 0 for none."""

    code: int
    text: str

    @property
    def is_permanent(self) -> bool:
        return self.code == 0 or self.code >= PERMANENT

    @property
    def is_of_the_address(self) -> bool:
        """Whether it says that nobody has this address."""
        return self.code in NO_SUCH_ADDRESS


def send_waiting() -> Counter[ReminderStatus]:
    """Send all mails that wait and whose time has come; count what became of them.

    Several at once share the work. Raises MailServerDownError as soon as the server is away.
    """
    outcomes: Counter[ReminderStatus] = Counter()
    while _waiting(timezone.now()).exists():
        with _open_connection() as mail_server:
            reminder = claim(timezone.now())
            if reminder is None:
                # The last ones are in the hands of others.
                break
            if reminder.status == ReminderStatus.SENDING:
                _send(reminder, mail_server)
            outcomes[ReminderStatus(reminder.status)] += 1
    return outcomes


def send_now(reminder: Reminder) -> ReminderStatus:
    """Send this mail if it waits, and return what became of it. Raises MailServerDownError."""
    with _open_connection() as mail_server:
        claimed = claim(timezone.now(), only=reminder.pk)
        if claimed and claimed.status == ReminderStatus.SENDING:
            _send(claimed, mail_server)
    reminder.refresh_from_db()
    return ReminderStatus(reminder.status)


def _waiting(now: datetime) -> QuerySet[Reminder]:
    waiting = Reminder.objects.filter(status=ReminderStatus.PENDING)
    return waiting.filter(Q(retry_at=None) | Q(retry_at__lte=now)).order_by("made_at", "id")


def _open_connection() -> Any:
    """Return a fresh connection, so that one that went stale leaves nothing in doubt."""
    mail_server = get_connection()
    try:
        mail_server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerDownError(str(error)) from error
    return mail_server


@transaction.atomic
def claim(now: datetime, *, only: int | None = None) -> Reminder | None:
    """Take the next mail that waits and nobody else works on: as SENDING, or DROPPED if moot."""
    waiting = _waiting(now) if only is None else _waiting(now).filter(pk=only)
    reminder: Reminder | None = waiting.select_for_update(skip_locked=True).first()
    if reminder is None:
        return None
    is_wanted = bool(_links_of(reminder, now)) and not _is_moot(reminder)
    reminder.status = ReminderStatus.SENDING if is_wanted else ReminderStatus.DROPPED
    reminder.claimed_at = now
    reminder.attempt_count += 1
    reminder.save()
    return reminder


def _links_of(reminder: Reminder, now: datetime) -> list[UpdateLink]:
    links = reminder.links.select_related("facility", "keeper__user").order_by("facility__name")
    return [link for link in links.order_by("id") if state_of(link, now) == LinkState.OPEN]


def _is_moot(reminder: Reminder) -> bool:
    """Return whether the person said meanwhile what it asks, or wants no mail."""
    suppressed = SuppressedAddress.objects.filter(email__iexact=reminder.email)
    if reminder.kind == ReminderKind.LINK:
        return suppressed.filter(reason=SuppressionReason.BOUNCED).exists()
    own = UpdateLink.objects.filter(email__iexact=reminder.email)
    answered = own.filter(last_used_at__gt=reminder.made_at)
    return suppressed.exists() or answered.exists()


def _send(reminder: Reminder, mail_server: Any) -> None:
    """Hand the mail over, and note what became of it.

    Where the connection breaks nobody knows: it stays SENDING.
    """
    try:
        mail_server.send_messages([message_of(reminder)])
    except REFUSALS as error:
        _refused(reminder, _refusal(error))
    except ValueError as error:
        # An address or a header that no mail can have.
        _refused(reminder, Refusal(0, str(error)))
    except (OSError, smtplib.SMTPException) as error:
        reminder.problem = f"{type(error).__name__}: {error}"[:300]
    else:
        reminder.status, reminder.sent_at = ReminderStatus.SENT, timezone.now()
        reminder.problem = ""
    reminder.save()


def _refusal(error: Any) -> Refusal:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return Refusal(code, _text(text))
    if isinstance(error, smtplib.SMTPResponseException):
        return Refusal(error.smtp_code, _text(error.smtp_error))
    return Refusal(0, str(error))


def _text(answer: str | bytes) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)


def _refused(reminder: Reminder, refusal: Refusal) -> None:
    now = timezone.now()
    reminder.problem = f"{refusal.code or ''} {refusal.text}".strip()[:300]
    if refusal.is_of_the_address:
        record_bounce(reminder.email, now)
    if refusal.is_permanent or reminder.attempt_count >= MOST_ATTEMPTS:
        reminder.status = ReminderStatus.FAILED
    else:
        reminder.status, reminder.retry_at = ReminderStatus.PENDING, now + RETRY_AFTER


def in_doubt(now: datetime) -> QuerySet[Reminder]:
    """Return the mails of which nobody knows whether they went. In no order."""
    claimed = Reminder.objects.filter(status=ReminderStatus.SENDING)
    return claimed.filter(claimed_at__lte=now - CLAIM_LASTS)


def send_again(reminders: QuerySet[Reminder]) -> int:
    """Let mails in doubt wait again: somebody decided that. Return how many."""
    return reminders.update(status=ReminderStatus.PENDING, retry_at=None)


def take_as_sent(reminders: QuerySet[Reminder]) -> int:
    """Take mails in doubt as sent when they were claimed. Return how many."""
    return reminders.update(status=ReminderStatus.SENT, sent_at=F("claimed_at"))


def message_of(reminder: Reminder) -> EmailMessage:
    """Return the mail: plain, short, nothing secret but the links. Sent again, it is the same."""
    now = timezone.now()
    links = _links_of(reminder, now)
    stop_address = f"{settings.SITE_URL}{reverse('programs:stop', args=[stop_token(reminder)])}"
    context = {
        "name": links[0].name if links else "",
        "items": [
            {
                "facility": link.facility,
                "address": address_of(link),
                # A day, not a moment: templates would turn that into the clock of the server.
                "expires_on": timezone.localdate(link.expires_at, time_zone_of(link.facility)),
            }
            for link in links
        ],
        "stop": stop_address,
        "ask": f"{settings.SITE_URL}{reverse('programs:ask')}",
        "is_reminder": reminder.kind == ReminderKind.REMINDER,
    }
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {
        "Message-ID": f"<reminder-{reminder.pk}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if reminder.kind == ReminderKind.REMINDER:
        # One click in the mail program, as RFC 8058 has it.
        headers["List-Unsubscribe"] = f"<{stop_address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(
        subject_of(reminder, links),
        render_to_string("programs/mail/update_link.txt", context),
        to=[reminder.email],
        headers=headers,
    )


def subject_of(reminder: Reminder, links: list[UpdateLink]) -> str:
    if len({link.facility_id for link in links}) != 1:
        return _("Is there room at your programs?")
    # A header is one line.
    name = " ".join(str(links[0].facility).split())
    return _("Is there room at %s?") % name


def _stop_signer() -> signing.Signer:
    return signing.Signer(salt="programs.stop_reminders", sep=".")


def stop_token(reminder: Reminder) -> str:
    return _stop_signer().sign(str(reminder.pk))


def reminder_of_stop(token: str) -> int | None:
    """Return the number of the reminder whose stop link this is, or None."""
    try:
        return int(_stop_signer().unsign(token))
    except (signing.BadSignature, ValueError):
        return None
