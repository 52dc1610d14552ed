"""Programs with what they are known to offer, read from the facts and never the projection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from programs.enums import (
    Answer,
    ListingStatus,
    MedicationRelation,
    OpeningStatus,
    SearchAspect,
)
from programs.geo import Coordinates
from programs.models import (
    CareFact,
    CoverageFact,
    FeatureFact,
    MedicationFact,
    Opening,
    Program,
    effective_relations,
)
from programs.models.facts import MEDICATION_REFUSALS
from tests.naive_names import folded

#: The relations that answer each aspect, spelled out from the field guide.
ANSWERING = {
    SearchAspect.START: {MedicationRelation.STARTS_AND_CONTINUES},
    SearchAspect.STAY: {
        MedicationRelation.STARTS_AND_CONTINUES,
        MedicationRelation.CONTINUES_ONLY,
        MedicationRelation.ACCEPTS_ELSEWHERE,
    },
    SearchAspect.OFFERS: {
        MedicationRelation.STARTS_AND_CONTINUES,
        MedicationRelation.CONTINUES_ONLY,
        MedicationRelation.TIME_LIMITED,
        MedicationRelation.TAPER_ONLY,
        MedicationRelation.REPORTS_USE_UNSPECIFIED,
    },
}
ANSWERING[SearchAspect.ANY] = ANSWERING[SearchAspect.STAY] | ANSWERING[SearchAspect.OFFERS]

AnyFact = CareFact | CoverageFact | FeatureFact | MedicationFact
#: A facet's slug and a term's slug.
Path = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveProgram:
    """A published program with what it is known to offer, under each aspect."""

    program_id: int
    state: str
    states_served: frozenset[str]
    county_id: int | None
    coordinates: Coordinates | None
    confirmed_on: date | None
    offered: Mapping[SearchAspect, frozenset[Path]]
    #: What a source said no to, and nobody yes.
    denied: frozenset[Path]
    #: The words of its names and its town, folded.
    name_words: frozenset[str]
    #: Levels of care that it offers and has an opening in now; "" for the program as a whole.
    open_levels: frozenset[str] = field(default_factory=frozenset)


def published_programs(now: datetime | None = None) -> Iterator[NaiveProgram]:
    facts = facts_by_program()
    open_levels = open_levels_by_program(now or datetime.now(UTC))
    published = Program.objects.filter(status=ListingStatus.PUBLISHED).select_related(
        "facility__organization"
    )
    for program in published:
        said = facts.get(program.pk, [])
        yield NaiveProgram(
            program_id=program.pk,
            state=program.facility.state,
            states_served=frozenset(program.states_served),
            county_id=program.facility.county_id,
            coordinates=program.facility.coordinates,
            confirmed_on=max((f.confirmed_on for f in said if f.confirmed_on), default=None),
            offered={aspect: frozenset(offered(said, aspect)) for aspect in SearchAspect},
            denied=frozenset(denied(said)),
            name_words=frozenset(name_words(program)),
            open_levels=frozenset(
                level
                for level in open_levels.get(program.pk, [])
                if not level or ("level_of_care", level) in set(offered(said, SearchAspect.OFFERS))
            ),
        )


def name_words(program: Program) -> set[str]:
    facility = program.facility
    names = [program.name, facility.name, facility.branch, facility.city, facility.state]
    if facility.organization:
        names.append(facility.organization.name)
    return folded(" ".join(names))


def open_levels_by_program(now: datetime) -> dict[int, list[str]]:
    levels: dict[int, list[str]] = {}
    for opening in Opening.objects.select_related("term"):
        if opening.status == OpeningStatus.OPEN and opening.expires_at > now:
            level = opening.term.slug if opening.term else ""
            levels.setdefault(opening.program_id, []).append(level)
    return levels


def facts_by_program() -> dict[int, list[AnyFact]]:
    facts: dict[int, list[AnyFact]] = {}
    for model in (CareFact, MedicationFact, CoverageFact, FeatureFact):
        for fact in model._default_manager.select_related("term__facet"):
            facts.setdefault(fact.program_id, []).append(fact)
    return facts


def offered(facts: list[AnyFact], aspect: SearchAspect) -> Iterator[Path]:
    """Yield what a program is known to offer. A no, and what nobody said, is not offered."""
    relations: dict[Path, list[str]] = {}
    for fact in facts:
        path = (fact.term.facet.slug, fact.term.slug)
        if isinstance(fact, MedicationFact):
            relations.setdefault(path, []).append(fact.relation)
        elif fact.answer == Answer.YES:
            yield path
    for path, stated in relations.items():
        if ANSWERING[aspect] & set(effective_relations(stated)):
            yield path


def denied(facts: list[AnyFact]) -> Iterator[Path]:
    """Yield what was said no to: for a payer by every plan, for a medicine by what counts."""
    by_path: dict[Path, list[AnyFact]] = {}
    for fact in facts:
        by_path.setdefault((fact.term.facet.slug, fact.term.slug), []).append(fact)
    for path, said in by_path.items():
        relations = [fact.relation for fact in said if isinstance(fact, MedicationFact)]
        if relations:
            if set(effective_relations(relations)) & MEDICATION_REFUSALS:
                yield path
        elif all(fact.answer == Answer.NO for fact in said):
            yield path
