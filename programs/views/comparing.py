"""Programs beside each other: the facts in which they differ, and those that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from programs.enums import Answer, FactKind, NetworkRelation
from programs.search.facts import StatedFact
from programs.search.vocabulary import Vocabulary, VocabularyFacet
from programs.views.fact_groups import answer_of, by_term, details_of, word_of
from programs.views.results import payment_text
from programs.views.wording import attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is known of a term at one program.

    `note` says who said it where that is not what the program's card says; of a "no" always.
    """

    answer: str
    word: str
    details: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A term in which the programs differ, with a cell for each of them, in their order."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFacet:
    label: str
    is_common: bool
    differences: tuple[Difference, ...]
    #: What all the programs say of themselves alike.
    shared: tuple[str, ...]


class _Said(NamedTuple):
    """What is said of one program, by term; and who said most of it."""

    by_term: dict[int, list[StatedFact]]
    usual: str


def compared(
    facts: Sequence[Sequence[StatedFact]], vocabulary: Vocabulary, today: date
) -> list[ComparedFacet]:
    """Return the facets in which programs with these facts differ or agree, in their order.

    A term that nobody spoke of is left out. Who said a thing, and when, makes no difference.
    """
    programs = [
        _Said(
            by_term={said[0].term.id: said for said in by_term(each)},
            usual=usual_attribution(each, vocabulary, today),
        )
        for each in facts
    ]
    facets = [_compared(facet, programs, vocabulary, today) for facet in vocabulary.facets]
    return [facet for facet in facets if facet.differences or facet.shared]


def _compared(
    facet: VocabularyFacet, programs: Sequence[_Said], vocabulary: Vocabulary, today: date
) -> ComparedFacet:
    differences, shared = [], []
    for term in facet.terms:
        said = [program.by_term.get(term.id) for program in programs]
        if not any(said):
            continue
        cells = tuple(
            _cell(each, program.usual, vocabulary, today) if each else _not_known()
            for each, program in zip(said, programs, strict=True)
        )
        if len(set(map(_key, said))) > 1:
            differences.append(Difference(label=term.label, cells=cells))
        else:
            shared.append(_shared(term.label, cells))
    return ComparedFacet(
        label=facet.label,
        is_common=facet.is_common,
        differences=tuple(differences),
        shared=tuple(shared),
    )


def usual_attribution(facts: Iterable[StatedFact], vocabulary: Vocabulary, today: date) -> str:
    """Return who said most of this and when; "" of nothing."""
    sentences = Counter(_said_by(fact, vocabulary, today) for fact in facts)
    return sentences.most_common(1)[0][0] if sentences else ""


def _said_by(fact: StatedFact, vocabulary: Vocabulary, today: date) -> str:
    return attribution(fact, fact.shelf_life_days(vocabulary), today)


def _key(said: Sequence[StatedFact] | None) -> Hashable:
    """Return what makes two programs alike: all that is stated, but for who said so and when."""
    return said and frozenset(
        (fact.answer, fact.relation, fact.plan, str(fact.details)) for fact in said
    )


def _not_known() -> Cell:
    return Cell(answer="unknown", word=_("Not known. Ask"))


def _cell(said: Sequence[StatedFact], usual: str, vocabulary: Vocabulary, today: date) -> Cell:
    # Statements about one term, such as several of a medicine, may have several sources.
    note = " ".join(dict.fromkeys(_said_by(fact, vocabulary, today) for fact in said))
    answer = answer_of(said)
    return Cell(
        answer=answer,
        word=word_of(said),
        details=tuple(_short_details(said)),
        note="" if note == usual and answer == Answer.YES else note,
    )


def _short_details(said: Sequence[StatedFact]) -> Iterable[str]:
    """Return the details as a listing has them; of ways to pay what a narrow cell has room for."""
    if said[0].facet.kind != FactKind.COVERAGE:
        return details_of(said)
    return filter(None, map(_short_payment, said))


def _short_payment(fact: StatedFact) -> str:
    match fact.relation:
        case NetworkRelation.ACCEPTS:
            return ""
        case NetworkRelation.ACCEPTS_NETWORK_UNKNOWN:
            return _("Ask if you are in network")
        case NetworkRelation.IN_NETWORK:
            # Of a network the plan and the day are part of what is said.
            return payment_text(fact)
        case _:
            return f"{NetworkRelation(fact.relation).label} {fact.plan}".strip()


def _shared(label: str, cells: Sequence[Cell]) -> str:
    """Return what all of these cells say; of a "no" with all who said it."""
    cell = cells[0]
    said = label if cell.answer == Answer.YES else f"{label}: {cell.word}"
    details = "; ".join(cell.details)
    said = f"{said} ({details})" if details else said
    if cell.answer == Answer.YES:
        return said
    return ". ".join([said, " ".join(dict.fromkeys(each.note for each in cells))])
