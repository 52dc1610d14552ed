"""The search again, by plain loops over the facts: slow, obvious, and nothing shared with the SQL.

It reads programs, facilities and facts as they are stored, never the projection.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from programs.enums import (
    Answer,
    ListingStatus,
    MedicationRelation,
    Miles,
    OpeningStatus,
    SearchAspect,
    Sort,
)
from programs.geo import Coordinates
from programs.models import (
    CareFact,
    CoverageFact,
    Facet,
    FeatureFact,
    MedicationFact,
    Opening,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveResults:
    """Every match in order, and what choosing each option would give."""

    program_ids: list[int]
    distances_miles: list[float | None]
    #: How many of them serve the state by phone or video and are not in the place.
    remote: int
    counts: dict[Path, int]
    #: By facet: how many more without what was chosen, without what was left out, and if places
    #: that did not say counted too.
    gains: dict[str, int]
    gains_of_exclusions: dict[str, int]
    silent: dict[str, int]
    gain_of_names: int
    #: How many there would be with openings now, and how many more if that was not asked for.
    openings: int
    gain_of_openings: int
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


def naive_search(criteria: SearchCriteria, *, now: datetime | None = None) -> NaiveResults:
    """Return all matches of the criteria, whatever page they ask for."""
    published = list(published_programs(now))
    here = [known for known in published if is_where(known, criteria)]
    found = [known for known in here if meets(known, criteria)]
    found.sort(key=lambda known: order(known, criteria))
    return NaiveResults(
        program_ids=[known.program_id for known in found],
        distances_miles=[distance_miles(known, criteria) for known in found],
        remote=sum(not is_here(known, criteria) for known in found),
        counts={
            (facet, term): sum(meets(known, choosing(criteria, facet, term)) for known in here)
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
        gain_of_names=how_many(here, replace(criteria, names="")) - len(found),
        openings=how_many(here, replace(criteria, openings_now=True)),
        gain_of_openings=how_many(here, replace(criteria, openings_now=False)) - len(found),
        **beyond(criteria, published),
    )


def how_many(programs: list[NaiveProgram], criteria: SearchCriteria) -> int:
    return sum(meets(known, criteria) for known in programs)


def choosing(criteria: SearchCriteria, facet: str, term: str) -> SearchCriteria:
    """Return the search that has this term chosen in the facet, and no other of it."""
    return replace(criteria, wanted={**criteria.wanted, facet: (term,)})


def without(criteria: SearchCriteria, *, wanted: str = "", excluded: str = "") -> SearchCriteria:
    return replace(
        criteria,
        wanted={facet: terms for facet, terms in criteria.wanted.items() if facet != wanted},
        excluded={facet: terms for facet, terms in criteria.excluded.items() if facet != excluded},
    )


def beyond(criteria: SearchCriteria, published: list[NaiveProgram]) -> dict[str, Any]:
    """Return the matches of each wider circle, and the nearest match outside this one."""
    if not isinstance(criteria.where, Near):
        return {"wider": {}, "nearest_beyond": None}
    radius_miles = criteria.where.radius_miles
    remote = {
        known.program_id
        for known in published
        if meets(known, criteria) and serves(known, criteria)
    }
    away = sorted(
        (miles, known.program_id)
        for known in published
        if meets(known, criteria) and (miles := straight_miles(known, criteria)) is not None
    )
    outside = [
        program_id
        for miles, program_id in away
        if miles > radius_miles and program_id not in remote
    ]
    return {
        "wider": {
            int(wider): len(remote.union(of for miles, of in away if miles <= wider))
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
    return is_here(known, criteria) or serves(known, criteria)


def serves(known: NaiveProgram, criteria: SearchCriteria) -> bool:
    """Return whether it serves the state of the place by phone or video."""
    return getattr(criteria.where, "state", "") in known.states_served


def is_here(known: NaiveProgram, criteria: SearchCriteria) -> bool:
    match criteria.where:
        case Near(radius_miles=radius_miles):
            miles = straight_miles(known, criteria)
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
    if not is_named(known, criteria.names):
        return False
    if criteria.openings_now and not has_opening(known, criteria):
        return False
    return all(
        any(counts_for(known, (facet, term), criteria) for term in terms)
        for facet, terms in criteria.wanted.items()
        if terms
    ) and not any(
        (facet, term) in offered for facet, terms in criteria.excluded.items() for term in terms
    )


def has_opening(known: NaiveProgram, criteria: SearchCriteria) -> bool:
    """Return whether it has an opening in one of the levels that are wanted, or as a whole."""
    levels = criteria.wanted.get("level_of_care")
    return bool(known.open_levels & {"", *levels} if levels else known.open_levels)


def is_named(known: NaiveProgram, names: str) -> bool:
    """Return whether each word of the names is, or is nearly, a word of the program's."""
    typed = folded(names)
    if names.strip() and not typed:
        return False
    return all(any(is_like(word, other) for other in known.name_words) for word in typed)


def folded(text: str) -> set[str]:
    """Return the words of a text without case, accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", text).lower()
    marks = [character for character in plain if unicodedata.combining(character)]
    for dropped in {*marks, "'", "`", "\u00b4", "\u2018", "\u2019"}:
        plain = plain.replace(dropped, "")
    return set(
        "".join(
            character if character.isascii() and character.isalnum() else " " for character in plain
        ).split()
    )


def is_like(typed: str, word: str) -> bool:
    """The same word, give or take a plural s; or nearly the same, and then of like letters too."""
    if without_s(typed) == without_s(word):
        return True
    if typed[0] != word[0] or len(typed) < 5 or any(letter.isdigit() for letter in typed):
        return False
    wrong = letters_wrong(typed, word)
    if wrong > (1 if len(typed) < 9 else 2):
        return False
    return likeness(typed, word) >= 0.3 or is_swapped(typed, word)


def without_s(word: str) -> str:
    return word[:-1] if len(word) > 4 and word[-1] == "s" and word[-2] != "s" else word


def is_swapped(typed: str, word: str) -> bool:
    return len(typed) == len(word) and any(
        typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] == word
        for at in range(len(typed) - 1)
    )


def likeness(one: str, other: str) -> float:
    """Return the share of three-letter pieces that two words have in common."""
    pieces = [
        {padded[at : at + 3] for at in range(len(padded) - 2)}
        for padded in (f"  {one} ", f"  {other} ")
    ]
    # PostgreSQL counts in single precision.
    return round(len(pieces[0] & pieces[1]) / len(pieces[0] | pieces[1]), 6)


def letters_wrong(typed: str, word: str) -> int:
    """Count letters changed, left out, added or swapped: optimal string alignment by its table."""
    rows = [list(range(len(word) + 1))]
    for i, letter in enumerate(typed, start=1):
        row = [i]
        for j, other in enumerate(word, start=1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                least = min(least, rows[-2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]


def counts_for(known: NaiveProgram, path: Path, criteria: SearchCriteria) -> bool:
    """Return whether a term was said to be offered, or, where that counts too, was not denied."""
    if path[0] in criteria.or_unknown and path not in known.denied:
        return True
    return path in known.offered[criteria.medication_aspect]


def order(known: NaiveProgram, criteria: SearchCriteria) -> tuple[float, ...]:
    """Nearest first, who is only on the phone last, then the latest confirmed, then by id; or the
    latest confirmed first."""
    confirmed = -known.confirmed_on.toordinal() if known.confirmed_on else math.inf
    remote = not is_here(known, criteria)
    if criteria.sort == Sort.OPENINGS:
        return not has_opening(known, criteria), *order(known, replace(criteria, sort=Sort.NEAREST))
    miles = distance_miles(known, criteria) or 0.0
    if criteria.sort == Sort.CONFIRMED:
        return confirmed, remote, miles, known.program_id
    return remote, miles, confirmed, known.program_id


def distance_miles(known: NaiveProgram, criteria: SearchCriteria) -> float | None:
    """Return the miles to a place in the circle; whoever is found by its state has none."""
    return straight_miles(known, criteria) if is_here(known, criteria) else None


def straight_miles(known: NaiveProgram, criteria: SearchCriteria) -> float | None:
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
