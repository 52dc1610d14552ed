"""The programs of a shortlist, ready to be printed: on the screen and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from programs.enums import STATE_NAMES, FactKind, ListingPart, PhoneUse
from programs.models import Program
from programs.search.criteria import Near, SearchCriteria, Where
from programs.search.shortlist import Shortlist, Ticked, match_of
from programs.search.vocabulary import Vocabulary
from programs.views.comparing import usual_attribution
from programs.views.listing import OpeningLine, address_attribution, opening_lines, phone_lines
from programs.views.results import Result, results_of
from programs.views.wording import PhoneLink, attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A program of the list, as the page and the paper print it."""

    number: int
    result: Result
    #: Each number with who said it, which is left out where the next one's is the same.
    phones: tuple[tuple[PhoneLink, str], ...]
    address_attribution: str
    openings: tuple[OpeningLine, ...]
    #: Who said most of what is known, and when.
    facts_attribution: str
    sources: tuple[str, ...]
    #: The year of the federal list that does not have it any more.
    missing_since: int | None
    states_served: str
    without_url: str


def cards_of(
    listed: Shortlist,
    where: Where,
    vocabulary: Vocabulary,
    *,
    now: datetime,
    without_url: Callable[[int], str],
) -> list[Card]:
    """Return a card for each program, with its distance where `where` has a point.

    `without_url` gives the address of the list without the program of a number.
    """
    origin = where.origin if isinstance(where, Near) else None
    matches = [match_of(ticked, origin, vocabulary) for ticked in listed.programs]
    # Of a search only the place counts here: what differs is the question now.
    results = results_of(matches, SearchCriteria(where=where), vocabulary, now=now)
    return [
        _card(number, ticked, result, vocabulary, now, without_url(result.program_id))
        for number, (ticked, result) in enumerate(
            zip(listed.programs, results, strict=True), start=1
        )
    ]


def _card(
    number: int,
    ticked: Ticked,
    result: Result,
    vocabulary: Vocabulary,
    now: datetime,
    without_url: str,
) -> Card:
    program, today = ticked.program, timezone.localdate()
    phone_days = vocabulary.shelf_life_days(ListingPart.PHONES)
    address_days = vocabulary.shelf_life_days(ListingPart.ADDRESS)
    # As in results: intake is for who wants to start.
    intake_first = sorted(ticked.phones, key=lambda phone: phone.use != PhoneUse.INTAKE)
    phones = phone_lines(intake_first, phone_days, today)
    address_said = address_attribution(program, address_days, today)
    openings = opening_lines(ticked.openings, ticked.facts, vocabulary, now)
    return Card(
        number=number,
        result=result,
        phones=tuple((link, said) for _id, link, said in phones),
        address_attribution=address_said,
        openings=tuple(openings),
        facts_attribution=usual_attribution(ticked.facts, vocabulary, today),
        sources=tuple(
            _sources(ticked, [said for *_phone, said in phones], address_said, vocabulary, today)
        ),
        missing_since=_missing_since(program),
        states_served=", ".join(str(STATE_NAMES[code]) for code in program.states_served),
        without_url=without_url,
    )


def _missing_since(program: Program) -> int | None:
    """Return the year of the federal list that dropped it, if no keeper found it open since."""
    record = getattr(program, "federal_record", None)
    if not record or not record.missing_since or record.found_open_on:
        return None
    published_on: date | None = record.missing_since.published_on
    return published_on.year if published_on else None


def _sources(
    ticked: Ticked, phones: Iterable[str], address: str, vocabulary: Vocabulary, today: date
) -> Iterable[str]:
    """Say who stated each part and when, the parts of one source together; or all of it at once."""
    kinds = {
        FactKind.CARE: _("Care"),
        FactKind.MEDICATION: _("Medicine"),
        FactKind.COVERAGE: _("Ways to pay"),
    }
    parts: dict[str, dict[str, None]] = {}
    said = [(_("Phone"), sentence) for sentence in phones] + [(_("Address"), address)]
    for fact in ticked.facts:
        if fact.facet.kind in kinds:
            days = fact.shelf_life_days(vocabulary)
            said.append((kinds[fact.facet.kind], attribution(fact, days, today)))
    for part, sentence in said:
        if sentence:
            parts.setdefault(sentence, {})[part] = None
    if len(parts) == 1:
        yield from parts
        return
    for sentence, names in parts.items():
        yield f"{', '.join(names)}: {sentence}"
