"""Reports from the public: how they come in, are worked through, and are forgotten."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from programs.enums import CorrectionKind, CorrectionStatus
from programs.models import Correction, ReportDay, ReporterCount
from programs.models.correction import CONTACT_LIFE, token_hash

#: Of one network in a day. A library or a shelter is many people behind one address.
REPORTS_A_DAY = 10


class TooManyReports(Exception):
    """This network has sent as many reports today as one may."""


class AlreadyClosed(Exception):
    """Another keeper closed the report first; `correction` says who, and how."""

    def __init__(self, correction: Correction) -> None:
        super().__init__(correction)
        self.correction = correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The fact in question: a term, a phone, or neither."""

    term_id: int | None = None
    phone: str = ""
    phone_extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a visitor says is wrong."""

    program_id: int
    kind: CorrectionKind
    subject: Subject
    text: str
    contact: str

    def columns(self) -> dict[str, Any]:
        columns = asdict(self)
        return {**columns.pop("subject"), **columns}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a report is closed. `forget_text` is for reports that tell about somebody's health."""

    status: CorrectionStatus
    answer: str = ""
    forget_text: bool = False


def new_token() -> str:
    """Return a secret for a reporter's link."""
    return secrets.token_urlsafe(24)


@transaction.atomic
def receive(report: Report, *, token: str, network: str, now: datetime) -> str:
    """Store a report and return the secret of its link: `token`, which came with the form.

    The same form sent twice is one report; sent again with other words it is another one.
    Raise TooManyReports when the network has used up its day; then nothing is stored.
    """
    forget_reporters(now)
    columns = report.columns()
    stored, is_new = _store(token, columns, now)
    if not is_new and not _says(stored, columns):
        token = new_token()
        _stored, is_new = _store(token, columns, now)
    if is_new:
        count_report(network, now)
    return token


def _store(token: str, columns: dict[str, Any], now: datetime) -> tuple[Correction, bool]:
    return Correction.objects.get_or_create(
        token_hash=token_hash(token), defaults={**columns, "received_at": now}
    )


def _says(correction: Correction, columns: dict[str, Any]) -> bool:
    return all(getattr(correction, name) == value for name, value in columns.items())


def count_report(network: str, now: datetime) -> None:
    """Count one more for the network, under a hash that only this day's salt can make again.

    Raises TooManyReports.
    """
    day, _ = ReportDay.objects.get_or_create(
        day=timezone.localdate(now), defaults={"salt": secrets.token_urlsafe(32)}
    )
    network_hash = salted_hmac(day.salt, network, algorithm="sha256").hexdigest()
    ReporterCount.objects.get_or_create(
        network_hash=network_hash, defaults={"day": day, "report_count": 0}
    )
    below_limit = ReporterCount.objects.filter(pk=network_hash, report_count__lt=REPORTS_A_DAY)
    if not below_limit.update(report_count=F("report_count") + 1):
        raise TooManyReports


def forget_reporters(now: datetime) -> tuple[int, int]:
    """Delete contacts past their life, and the counts of days that are over, salt and all.

    Return how many contacts and how many days.
    """
    _rows, deleted = ReportDay.objects.filter(day__lt=timezone.localdate(now)).delete()
    past = Correction.objects.exclude(contact="").filter(received_at__lte=now - CONTACT_LIFE)
    return past.update(contact=""), deleted.get(ReportDay._meta.label, 0)


def reported_with(token: str) -> Correction | None:
    """Return the report that a link's secret belongs to, with its listing."""
    corrections = Correction.objects.with_listing()
    return corrections.filter(token_hash=token_hash(token)).first()


@transaction.atomic
def take(correction_id: int, *, user: User) -> Correction:
    """Say that this keeper is checking the report. Raise AlreadyClosed when it is closed."""
    correction = _open_for_update(correction_id)
    correction.status, correction.handled_by = CorrectionStatus.CHECKING, user
    correction.save(update_fields=["status", "handled_by"])
    return correction


@transaction.atomic
def close(correction_id: int, outcome: Outcome, *, user: User, now: datetime) -> Correction:
    """Close the report and forget the contact. Raise AlreadyClosed when somebody did before."""
    forget_reporters(now)
    correction = _open_for_update(correction_id)
    correction.status, correction.answer = outcome.status, outcome.answer
    correction.closed_at, correction.handled_by, correction.contact = now, user, ""
    if outcome.forget_text:
        correction.text = ""
    correction.save()
    return correction


def _open_for_update(correction_id: int) -> Correction:
    correction = Correction.objects.select_for_update().get(pk=correction_id)
    if not correction.is_open:
        raise AlreadyClosed(correction)
    return correction


def next_open(after: Correction, *, user: User) -> Correction | None:
    """Return the oldest report that came after this one, or else the oldest there is.

    Of those that wait; not those that another keeper is checking.
    """
    waiting = Correction.objects.open().oldest_first().exclude(pk=after.pk)
    free = waiting.filter(Q(status=CorrectionStatus.NEW) | Q(handled_by=user))
    later = Q(received_at__gt=after.received_at) | Q(received_at=after.received_at, id__gt=after.pk)
    return free.filter(later).first() or free.first()
