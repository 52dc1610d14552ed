"""The search again, by plain loops over the facts: slow, obvious, and nothing shared with the SQL.

It reads programs, facilities and facts as they are stored, never the projection.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from programs.enums import (
    Miles,
    Sort,
)
from programs.models import (
    Facet,
)
from programs.search.criteria import PAGE_SIZE, InCounty, InState, Near, SearchCriteria
from tests.naive_names import is_named
from tests.naive_programs import NaiveProgram, Path, published_programs


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
    if not is_named(known.name_words, criteria.names):
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
