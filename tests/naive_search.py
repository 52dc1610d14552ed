"""The search again, by plain loops over the facts: slow, obvious, and nothing shared with the SQL.

It reads programs, facilities and facts as they are stored, never the projection.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from programs.enums import Answer, ListingStatus, MedicationRelation, SearchAspect
from programs.geo import Coordinates
from programs.models import (
    CareFact,
    CoverageFact,
    Facet,
    FeatureFact,
    MedicationFact,
    Program,
    effective_relations,
)
from programs.search.criteria import PAGE_SIZE, InCounty, InState, Near, SearchCriteria

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
    county_id: int | None
    coordinates: Coordinates | None
    confirmed_on: date | None
    offered: Mapping[SearchAspect, frozenset[Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveResults:
    """Every match in order, and what choosing each option would give."""

    program_ids: list[int]
    distances_miles: list[float | None]
    counts: dict[Path, int]

    def page(self, number: int) -> list[int]:
        return self.program_ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


def naive_search(criteria: SearchCriteria) -> NaiveResults:
    """Return all matches of the criteria, whatever page they ask for."""
    here = [known for known in published_programs() if is_where(known, criteria)]
    found = [known for known in here if meets(known, criteria, but_for="")]
    found.sort(key=lambda known: order(known, criteria))
    return NaiveResults(
        program_ids=[known.program_id for known in found],
        distances_miles=[distance_miles(known, criteria) for known in found],
        counts={
            (facet, term): sum(
                meets(known, criteria, but_for=facet)
                and (facet, term) in known.offered[criteria.medication_aspect]
                for known in here
            )
            for facet, term in vocabulary_paths()
        },
    )


def vocabulary_paths() -> list[Path]:
    return [
        (facet.slug, term.slug)
        for facet in Facet.objects.prefetch_related("terms")
        for term in facet.terms.all()
    ]


def is_where(known: NaiveProgram, criteria: SearchCriteria) -> bool:
    match criteria.where:
        case Near(radius_miles=radius_miles):
            miles = distance_miles(known, criteria)
            return miles is not None and miles <= radius_miles
        case InState(state=state):
            return known.state == state
        case InCounty(county_id=county_id):
            return known.county_id == county_id
        case _:
            return True


def meets(known: NaiveProgram, criteria: SearchCriteria, *, but_for: str) -> bool:
    """Return whether each facet that was chosen from, but for one, has a chosen term offered."""
    offered = known.offered[criteria.medication_aspect]
    return all(
        any((facet, term) in offered for term in terms)
        for facet, terms in criteria.wanted.items()
        if facet != but_for and terms
    )


def order(known: NaiveProgram, criteria: SearchCriteria) -> tuple[float, float, int]:
    """Nearest first, then the latest confirmed, then by id."""
    confirmed = -known.confirmed_on.toordinal() if known.confirmed_on else math.inf
    return distance_miles(known, criteria) or 0.0, confirmed, known.program_id


def distance_miles(known: NaiveProgram, criteria: SearchCriteria) -> float | None:
    """Return the miles by the angle between the two points, not by haversine or chord."""
    if not isinstance(criteria.where, Near) or known.coordinates is None:
        return None
    a, b = criteria.where.origin, known.coordinates
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    turn = math.radians(b.longitude - a.longitude)
    across = math.hypot(
        math.cos(lat_b) * math.sin(turn),
        math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(turn),
    )
    along = math.sin(lat_a) * math.sin(lat_b) + math.cos(lat_a) * math.cos(lat_b) * math.cos(turn)
    return 3958.7613 * math.atan2(across, along)


def published_programs() -> Iterator[NaiveProgram]:
    facts = facts_by_program()
    published = Program.objects.filter(status=ListingStatus.PUBLISHED).select_related("facility")
    for program in published:
        said = facts.get(program.pk, [])
        yield NaiveProgram(
            program_id=program.pk,
            state=program.facility.state,
            county_id=program.facility.county_id,
            coordinates=program.facility.coordinates,
            confirmed_on=max((f.confirmed_on for f in said if f.confirmed_on), default=None),
            offered={aspect: frozenset(offered(said, aspect)) for aspect in SearchAspect},
        )


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
