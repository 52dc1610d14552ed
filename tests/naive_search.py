"""The search again, by plain loops over the facts: slow, obvious, and nothing shared with the SQL.

It reads programs, facilities and facts as they are stored, never the projection.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from programs.enums import Answer, ListingStatus, MedicationRelation, Miles, SearchAspect, Sort
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
from programs.models.facts import MEDICATION_REFUSALS
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
    #: What a source said no to, and nobody yes.
    denied: frozenset[Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveResults:
    """Every match in order, and what choosing each option would give."""

    program_ids: list[int]
    distances_miles: list[float | None]
    counts: dict[Path, int]
    #: By facet: how many more without what was chosen, without what was left out, and if places
    #: that did not say counted too.
    gains: dict[str, int]
    gains_of_exclusions: dict[str, int]
    silent: dict[str, int]
    #: Matches in each wider circle, and the nearest match beyond this one.
    wider: dict[int, int]
    nearest_beyond: int | None

    @property
    def wider_that_have_more(self) -> dict[int, int]:
        """The wider circles with more matches than the one before."""
        more, before = {}, len(self.program_ids)
        for miles, total in self.wider.items():
            if total > before:
                more[miles] = before = total
        return more

    def page(self, number: int) -> list[int]:
        return self.program_ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


def naive_search(criteria: SearchCriteria) -> NaiveResults:
    """Return all matches of the criteria, whatever page they ask for."""
    here = [known for known in published_programs() if is_where(known, criteria)]
    found = [known for known in here if meets(known, criteria)]
    found.sort(key=lambda known: order(known, criteria))
    return NaiveResults(
        program_ids=[known.program_id for known in found],
        distances_miles=[distance_miles(known, criteria) for known in found],
        counts={
            (facet, term): sum(
                meets(known, without(criteria, wanted=facet))
                and counts_for(known, (facet, term), criteria)
                for known in here
            )
            for facet, term in vocabulary_paths()
        },
        gains={
            facet: gain
            for facet, terms in criteria.wanted.items()
            if terms and (gain := how_many(here, without(criteria, wanted=facet)) - len(found))
        },
        gains_of_exclusions={
            facet: gain
            for facet, terms in criteria.excluded.items()
            if terms and (gain := how_many(here, without(criteria, excluded=facet)) - len(found))
        },
        silent={
            facet: how_many(here, replace(criteria, or_unknown=criteria.or_unknown | {facet}))
            - len(found)
            for facet, terms in criteria.wanted.items()
            if terms
        },
        **beyond(criteria),
    )


def how_many(programs: list[NaiveProgram], criteria: SearchCriteria) -> int:
    return sum(meets(known, criteria) for known in programs)


def without(criteria: SearchCriteria, *, wanted: str = "", excluded: str = "") -> SearchCriteria:
    return replace(
        criteria,
        wanted={facet: terms for facet, terms in criteria.wanted.items() if facet != wanted},
        excluded={facet: terms for facet, terms in criteria.excluded.items() if facet != excluded},
    )


def beyond(criteria: SearchCriteria) -> dict[str, Any]:
    """Return the matches of each wider circle, and the nearest match outside this one."""
    if not isinstance(criteria.where, Near):
        return {"wider": {}, "nearest_beyond": None}
    radius_miles = criteria.where.radius_miles
    away = sorted(
        (miles, known.program_id)
        for known in published_programs()
        if meets(known, criteria) and (miles := distance_miles(known, criteria)) is not None
    )
    outside = [program_id for miles, program_id in away if miles > radius_miles]
    return {
        "wider": {
            int(wider): sum(miles <= wider for miles, _ in away)
            for wider in Miles
            if wider > radius_miles
        },
        "nearest_beyond": outside[0] if outside else None,
    }


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


def meets(known: NaiveProgram, criteria: SearchCriteria) -> bool:
    """Return whether each facet chosen from has a term that counts, and none that is left out."""
    offered = known.offered[criteria.medication_aspect]
    return all(
        any(counts_for(known, (facet, term), criteria) for term in terms)
        for facet, terms in criteria.wanted.items()
        if terms
    ) and not any(
        (facet, term) in offered for facet, terms in criteria.excluded.items() for term in terms
    )


def counts_for(known: NaiveProgram, path: Path, criteria: SearchCriteria) -> bool:
    """Return whether a term was said to be offered, or, where that counts too, was not denied."""
    if path[0] in criteria.or_unknown and path not in known.denied:
        return True
    return path in known.offered[criteria.medication_aspect]


def order(known: NaiveProgram, criteria: SearchCriteria) -> tuple[float, float, int]:
    """Nearest first, then the latest confirmed, then by id; or the latest confirmed first."""
    confirmed = -known.confirmed_on.toordinal() if known.confirmed_on else math.inf
    miles = distance_miles(known, criteria) or 0.0
    if criteria.sort == Sort.CONFIRMED:
        return confirmed, miles, known.program_id
    return miles, confirmed, known.program_id


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
            denied=frozenset(denied(said)),
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
