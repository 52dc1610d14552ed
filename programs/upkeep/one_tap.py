"""What a one-tap link does: say whether there is room, take that back, confirm, report.

Each use is recorded, for editors. A page that is sent again, or that somebody overtook, changes
nothing: its forms name what was stated when it was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, CorrectionKind, LinkUseKind, OpeningStatus
from programs.models import CareFact, Opening, Program, Source, Term, UpdateLink, UpdateLinkUse
from programs.models.history import change_set
from programs.upkeep import update_links
from programs.upkeep.call_sheets import Section, sections_of
from programs.upkeep.confirming import confirm_facts, confirm_parts
from programs.upkeep.corrections import Report, Subject, receive
from programs.upkeep.openings import as_said, put_back, state_opening

FACILITY_SOURCE = "facility"
UNDO_WITHIN = timedelta(minutes=15)
#: A second tap so soon after the first is the same one.
DOUBLE_TAP = timedelta(minutes=1)
#: What a facility may write; the report says before it who wrote.
REPORT_LIMIT = 400


class OutdatedPageError(Exception):
    """What the page said is no longer so: nothing was changed, look again."""


@dataclass(frozen=True, slots=True)
class Level:
    """A line of the page: a level of care, or the whole program, and what was last said of it."""

    program: Program
    term: Term | None
    opening: Opening | None

    @property
    def term_id(self) -> int | None:
        return self.term.pk if self.term else None

    @property
    def seen(self) -> str:
        return seen_mark(self.opening)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """What was tapped. `seen` is the mark of what the page showed of this level."""

    program_id: int
    term_id: int | None
    status: OpeningStatus
    seen: str
    #: wait_days, places_count, can_start_today, walk_in_hours; None keeps what still holds.
    details: dict[str, Any] | None = None


def seen_mark(opening: Opening | None) -> str:
    return opening.stated_at.isoformat() if opening else ""


def levels_of(facility_ids: Collection[int]) -> list[list[Level]]:
    """Return the lines of the page, a list for each published program. Three queries."""
    published = Program.objects.published().filter(facility__in=facility_ids)
    programs = list(published.with_facility().order_by("facility_id", "name", "id"))
    ids = [program.pk for program in programs]
    care = CareFact.objects.filter(program__in=ids, answer="yes").select_related("term__facet")
    care = care.order_by("term__facet__position", "term__position", "term_id")
    said = Opening.objects.filter(program__in=ids).select_related("source")
    openings = {(opening.program_id, opening.term_id): opening for opening in said}
    terms: dict[int, list[Term | None]] = {pk: [None] for pk in ids}
    for fact in care:
        terms[fact.program_id].append(fact.term)
    return [
        [
            Level(program, term, openings.get((program.pk, term.pk if term else None)))
            for term in terms[program.pk]
        ]
        for program in programs
    ]


def last_use(link: UpdateLink) -> UpdateLinkUse | None:
    """Return what was done last with the link, with its program and level. One query."""
    uses = link.uses.select_related("program__facility", "term").order_by("-used_at", "-id")
    return uses.first()


def can_undo(use: UpdateLinkUse | None, now: datetime) -> bool:
    return bool(use and use.kind == LinkUseKind.STATED and now < use.used_at + UNDO_WITHIN)


@transaction.atomic
def tap(token: str, tapped: Tap, now: datetime) -> None:
    """Say whether there is room. A double tap counts once.

    Raises ClosedLinkError, OutdatedPageError, or ValidationError for details that do not fit.
    """
    link = update_links.find(token, now, lock=True)
    program = locked_program(link.facility_id, tapped.program_id)
    opening = Opening.objects.filter(program=program, term=tapped.term_id).first()
    if seen_mark(opening) != tapped.seen:
        if opening and _is_double(link, opening, tapped, now):
            return
        raise OutdatedPageError
    term = offered(program, tapped.term_id)
    details = tapped.details
    if details is None:
        details = details_that_hold(opening, tapped.status, now)
    before = as_said(opening)
    with _changes(link):
        stated = state_opening(
            program, term, tapped.status, **details,
            source=Source.objects.get(slug=FACILITY_SOURCE), user=_user(link), now=now,
        )  # fmt: skip
    said = stated.get_status_display()
    _record(link, LinkUseKind.STATED, now, program=program, term=term, said=said, before=before)


def locked_program(facility_id: int, program_id: int) -> Program:
    """Return a published program of the facility, locked. Raises OutdatedPageError."""
    # Whoever else says something of it waits, as in `state_opening`.
    programs = Program.objects.published().select_for_update(no_key=True)
    program: Program | None = programs.filter(pk=program_id, facility=facility_id).first()
    if program is None:
        raise OutdatedPageError
    return program


def offered(program: Program, term_id: int | None) -> Term | None:
    """Return the level of care, None for all of it. Raises OutdatedPageError if not offered."""
    if term_id is None:
        return None
    care = CareFact.objects.filter(program=program, term=term_id, answer="yes")
    fact = care.select_related("term__facet").first()
    if fact is None:
        raise OutdatedPageError
    return fact.term


def _is_double(link: UpdateLink, opening: Opening, tapped: Tap, now: datetime) -> bool:
    last = last_use(link)
    return bool(
        last
        and last.kind == LinkUseKind.STATED
        and last.used_at == opening.stated_at
        and now < last.used_at + DOUBLE_TAP
        and opening.status == tapped.status
        and tapped.details is None
    )


def details_that_hold(
    opening: Opening | None, status: OpeningStatus, now: datetime
) -> dict[str, Any]:
    """Return the details to go on with: walk-in hours, and all the page showed of this status."""
    if opening is None:
        return {}
    kept = ["walk_in_hours"]
    if opening.status == status and opening.expires_at > now:
        kept += ["wait_days", "places_count", "can_start_today"]
    return {name: getattr(opening, name) for name in kept}


@transaction.atomic
def undo(token: str, use_id: int, now: datetime) -> tuple[int, int | None]:
    """Take back the last tap of the link, which is this one; return its program and level.

    Raises ClosedLinkError, or OutdatedPageError when it is too late or somebody spoke since.
    """
    link = update_links.find(token, now, lock=True)
    use = last_use(link)
    if use is None or use.pk != use_id or not can_undo(use, now) or use.program_id is None:
        raise OutdatedPageError
    program = locked_program(link.facility_id, use.program_id)
    opening = Opening.objects.filter(program=program, term=use.term_id).first()
    if opening is None or opening.stated_at != use.used_at:
        raise OutdatedPageError
    with _changes(link):
        put_back(opening, use.before)
    _record(link, LinkUseKind.UNDONE, now, program=program, term=use.term, said=use.said)
    return program.pk, use.term_id


def digest_of(sections: Sequence[Section]) -> str:
    """Return a digest of all that the page asks to confirm."""
    stated = [(q.key, q.seen) for section in sections for q in section.questions]
    return hashlib.sha256(repr(stated).encode()).hexdigest()


@transaction.atomic
def confirm(token: str, seen: str, after: int, now: datetime, today: date) -> None:
    """Stand by all that the listing says: stamp it as of today.

    `seen` is the digest of what the page showed, `after` the link's last confirmation then. A
    form that was sent before confirms nothing again. Raises ClosedLinkError, OutdatedPageError.
    """
    link = update_links.find(token, now, lock=True)
    if last_confirmation(link) != after:
        return
    programs = link.facility.programs.published().select_for_update(no_key=True).order_by("id")
    ids = [program.pk for program in programs]
    if digest_of(sections_of(link.facility, today)) != seen:
        raise OutdatedPageError
    with _changes(link):
        confirm_facts(ids, today)
        confirm_parts([link.facility_id], today)
    _record(link, LinkUseKind.CONFIRMED, now)


def last_confirmation(link: UpdateLink) -> int:
    """Return the number of the link's last confirmation, or 0. One query."""
    uses = link.uses.filter(kind=LinkUseKind.CONFIRMED).order_by("-id")
    return uses.values_list("id", flat=True).first() or 0


@transaction.atomic
def report(
    token: str, program_id: int, text: str, *, once: str, network: str, now: datetime
) -> None:
    """Tell the keepers what changed: a report in their queue that says from whom it is.

    `once` is the secret of the form: sent twice it is one report. Raises ClosedLinkError,
    OutdatedPageError, or TooManyReports.
    """
    link = update_links.find(token, now, lock=True)
    program = locked_program(link.facility_id, program_id)
    words = _("From the facility (%(name)s, one-tap link): %(text)s")
    said = Report(
        program_id=program.pk,
        kind=CorrectionKind.OTHER,
        subject=Subject(),
        text=words % {"name": link.name[:60], "text": text},
        contact=link.email[:120],
    )
    receive(said, token=once, network=network, now=now)
    _record(link, LinkUseKind.REPORTED, now, program=program)


def _changes(link: UpdateLink) -> Any:
    kind, labels = ChangeKind.ONE_TAP, {"link": link.pk, "facility": link.facility_id}
    return change_set(_user(link), kind=kind, note=link.name, **labels)


def _user(link: UpdateLink) -> User | None:
    return link.keeper.user if link.keeper else None


def _record(link: UpdateLink, kind: LinkUseKind, now: datetime, **what: Any) -> None:
    UpdateLinkUse.objects.create(link=link, kind=kind, used_at=now, **what)
    UpdateLink.objects.filter(pk=link.pk).update(last_used_at=now)
