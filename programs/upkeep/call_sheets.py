"""What a call sheet asks, and what the ticks on it do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, ListingPart, NetworkRelation, Tick
from programs.models import FACT_MODELS, Facility, Fact, Program, ShelfLife, change_set
from programs.upkeep.confirming import confirm_facts, confirm_parts
from programs.upkeep.stated_by import fact_text
from programs.upkeep.verification import end_call, own_sheet


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is stated. `table` and `row_id` say which fact it is, to mend it."""

    text: str
    table: str = ""
    row_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A group of things that one tick answers: the phones, or one facet of a program."""

    #: "phones", or "12/payment" for a facet of program 12. Names the tick.
    key: str
    label: str
    lines: tuple[Line, ...]
    #: The longest that anybody has not stood by one of the lines; None where nobody ever did.
    oldest_on: date | None
    is_confirmed: bool
    is_due: bool

    @property
    def seen(self) -> str:
        """A digest of what is stated, to tell whether it still is when the sheet comes back."""
        stated = repr([line.text for line in self.lines])
        return hashlib.sha256(stated.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Section:
    """What to ask about the place, or about one of its programs (`program_id`)."""

    title: str
    questions: tuple[Question, ...]
    program_id: int | None = None


class ChangedMeanwhileError(Exception):
    """What was ticked right says something else than when the sheet was opened."""

    def __init__(self, changed: list[Question]) -> None:
        super().__init__(", ".join(question.key for question in changed))
        self.changed = changed


def sections_of(facility: Facility, today: date) -> list[Section]:
    """Return all that is stated of a facility and its published programs. Eight statements."""
    lives = {life.part: timedelta(days=life.days) for life in ShelfLife.objects.all()}
    programs = facility.programs.published().with_federal_source().order_by("name", "id")
    sections = [Section(_("The place"), tuple(_of_the_place(facility, programs, lives, today)))]
    facts = _facts_by_program([program.pk for program in programs])
    for program in programs:
        questions = tuple(_of_a_program(program.pk, facts.get(program.pk, []), lives, today))
        title = program.name or _("What it offers")
        sections.append(Section(title, questions, program.pk))
    return sections


def _of_the_place(
    facility: Facility,
    programs: Iterable[Program],
    lives: Mapping[str, timedelta],
    today: date,
) -> Iterator[Question]:
    phones = list(facility.phones.order_by("position", "id"))
    days = [phone.confirmed_on or phone.reported_on for phone in phones]
    yield Question(
        key=ListingPart.PHONES.value,
        label=str(ListingPart.PHONES.label),
        lines=tuple(Line(f"{phone} ({phone.get_use_display()})") for phone in phones),
        oldest_on=min(days, default=None),
        is_confirmed=bool(phones) and all(phone.confirmed_on for phone in phones),
        is_due=_is_due(min(days, default=None), lives.get(ListingPart.PHONES), today),
    )
    records = [getattr(program, "federal_record", None) for program in programs]
    published = [record.source.published_on for record in records if record]
    for part, text, confirmed_on in (
        (ListingPart.ADDRESS, address_text(facility), facility.address_confirmed_on),
        (ListingPart.NAME, str(facility), facility.name_confirmed_on),
    ):
        last = max(filter(None, [confirmed_on, *published]), default=None)
        yield Question(
            key=part.value,
            label=str(part.label),
            lines=(Line(text),),
            oldest_on=last,
            is_confirmed=confirmed_on is not None,
            is_due=_is_due(last, lives.get(part), today),
        )


def address_text(facility: Facility) -> str:
    """Return the public address in one line."""
    town = f"{facility.city}, {facility.state} {facility.zip_code}".strip()
    if not facility.address_is_public:
        return _("%s (the address is private: confirm the town alone)") % town
    return ", ".join(filter(None, (facility.street1, facility.street2, town)))


def _facts_by_program(program_ids: list[int]) -> dict[int, list[Fact]]:
    """Return the facts, in the vocabulary's order. Four statements."""
    facts: dict[int, list[Fact]] = {}
    for model in FACT_MODELS:
        stated = model.objects.filter(program_id__in=program_ids).select_related("term__facet")
        for fact in stated:
            facts.setdefault(fact.program_id, []).append(fact)
    for stated in facts.values():
        stated.sort(key=lambda f: (f.term.facet.position, f.term.facet_id, f.term.position, f.pk))
    return facts


def _of_a_program(
    program_id: int, facts: Iterable[Fact], lives: Mapping[str, timedelta], today: date
) -> Iterator[Question]:
    for facet, stated in groupby(facts, key=lambda fact: fact.term.facet):
        together = list(stated)
        good_for = timedelta(days=facet.shelf_life_days)
        yield Question(
            key=f"{program_id}/{facet.slug}",
            label=str(facet),
            lines=tuple(
                Line(fact_text(fact), fact._meta.model_name or "", fact.pk) for fact in together
            ),
            oldest_on=min(_stood_by_on(fact) for fact in together),
            is_confirmed=all(fact.confirmed_on for fact in together),
            is_due=any(
                _is_due(_stood_by_on(fact), _good_for(fact, good_for, lives), today)
                for fact in together
            ),
        )


def _stood_by_on(fact: Fact) -> date:
    return fact.confirmed_on or fact.reported_on


def _good_for(fact: Any, facet: timedelta, lives: Mapping[str, timedelta]) -> timedelta:
    is_in_network = getattr(fact, "relation", "") == NetworkRelation.IN_NETWORK
    return lives.get(ListingPart.IN_NETWORK, facet) if is_in_network else facet


def _is_due(last: date | None, good_for: timedelta | None, today: date) -> bool:
    return good_for is not None and (last is None or last + good_for <= today)


@transaction.atomic
def record_call(
    facility: Facility,
    ticks: Mapping[str, Tick],
    *,
    seen: Mapping[str, str],
    retry_on: date,
    user: User,
    now: datetime,
    today: date,
) -> int:
    """Confirm what was ticked right, with who and when; return how many rows that changed.

    When something past its shelf life was not ticked right, the place is to be called again on
    `retry_on`. Raises HeldByAnotherError, or ChangedMeanwhileError when what was ticked right is no
    longer what the sheet said (`Question.seen` by key): nothing is changed then.
    """
    sheet = own_sheet(facility.pk, user=user, now=now)
    questions = [
        question for section in sections_of(facility, today) for question in section.questions
    ]
    right = [question for question in questions if ticks.get(question.key) == Tick.RIGHT]
    if changed := [question for question in right if seen.get(question.key) != question.seen]:
        raise ChangedMeanwhileError(changed)
    with change_set(user, kind=ChangeKind.VERIFICATION, facility=facility.pk):
        confirmed = sum(_confirm(facility, question.key, today) for question in right)
    is_left = any(question.is_due and question not in right for question in questions)
    sheet.unanswered_count = 0
    end_call(sheet, user=user, now=now, retry_on=retry_on if is_left else None)
    return confirmed


def _confirm(facility: Facility, key: str, today: date) -> int:
    program_id, _slash, facet_slug = key.partition("/")
    if facet_slug:
        return confirm_facts([int(program_id)], today, facet_slug=facet_slug)
    return confirm_parts([facility.pk], today, parts=[ListingPart(key)])
