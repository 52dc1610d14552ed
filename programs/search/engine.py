"""The one function that finds programs: `search(criteria, vocabulary)`.

Three statements, whatever the number of results: the page of matches with their distances, the
total with every facet's counts, and the facts to show. docs/search.md explains them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from programs.enums import Answer, FactKind, Sort
from programs.geo import miles_of_squared_chord
from programs.search.conditions import (
    Condition,
    Demand,
    FacetCondition,
    conditions_of,
    demands_sql,
    rows_of,
)
from programs.search.counting import Counts, count
from programs.search.criteria import PAGE_SIZE, Near, SearchCriteria
from programs.search.facts import StatedFact, stated_facts
from programs.search.farther import Farther, farther_column, farther_of, look_farther
from programs.search.names import name_conditions
from programs.search.openings import (
    OPENINGS_OF_PROGRAM,
    OpeningCondition,
    StatedOpening,
    opening_condition,
    stated_openings,
)
from programs.search.options import FacetCounts, counted_facets
from programs.search.ranking import order_sql
from programs.search.vocabulary import Vocabulary

#: Every result says what is known of these, whatever was asked.
KINDS_ON_EVERY_RESULT = (FactKind.CARE, FactKind.COVERAGE)
OPIOID_MEDICINES = ("methadone", "buprenorphine", "naltrexone")
#: A program for these people alone says so before anybody calls in vain.
EXCLUSIVE_TRACKS = ("dui_only", "oud_only", "aud_only")
ON_EVERY_RESULT = (
    *(("medication", slug) for slug in OPIOID_MEDICINES),
    *(("track", slug) for slug in EXCLUSIVE_TRACKS),
)


#: Columns of the page that are not a match's own, or not as they are.
NOT_PRINTED = ("squared_chord", "phones", "farther", "openings")
#: With fewer matches than this a search says what is farther away.
FEW = 5


class StatedPhone(NamedTuple):
    use: str
    number: str
    extension: str


class Match(NamedTuple):
    """A program that meets the criteria.

    `is_remote`: it is not in the place, but serves its state by phone or video. `distance_miles` is
    None then, and for a search without a point.
    """

    program_id: int
    program_name: str
    facility_name: str
    branch: str
    street1: str
    street2: str
    city: str
    state: str
    zip_code: str
    location_precision: str
    address_is_public: bool
    is_invented: bool
    phones: tuple[StatedPhone, ...]
    is_remote: bool
    distance_miles: float | None
    facts: tuple[StatedFact, ...]
    #: What was said about openings and still counts.
    openings: tuple[StatedOpening, ...]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A condition, and how many more programs there would be without it.

    It is that of a facet, or with `names` that of the names, or that of `openings`; then `facet` is
    empty.
    """

    facet: str
    is_exclusion: bool
    gain: int
    names: str = ""
    openings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """The page asked for, the number of all matches, and the counts of every facet."""

    criteria: SearchCriteria
    matches: tuple[Match, ...]
    total: int
    #: How many of all are not in the place, but serve its state by phone or video.
    remote: int
    #: How many there are, or would be, with openings now.
    openings: int
    facets: tuple[FacetCounts, ...]
    relaxations: tuple[Relaxation, ...]
    #: What is beyond the circle, where few are in it.
    farther: Farther | None

    @property
    def is_few(self) -> bool:
        return self.total < FEW

    @property
    def page_count(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def search(
    criteria: SearchCriteria, vocabulary: Vocabulary, *, now: datetime | None = None
) -> SearchResults:
    """Return the page, total and counts of these criteria, with the openings that count `now`.

    At most three statements, and one more where names are searched.
    Raises KeyError when the criteria name a facet or term that the vocabulary lacks.
    """
    opening = opening_condition(criteria, vocabulary, now or timezone.now())
    conditions = _all_conditions(criteria, opening, vocabulary)
    counts, rows, farther = find(criteria, conditions, opening, vocabulary)
    facts = _facts_to_show(rows, criteria, vocabulary) if rows else {}
    return SearchResults(
        criteria=criteria,
        matches=tuple(_match(row, facts, vocabulary) for row in rows),
        total=counts.total,
        remote=counts.remote,
        openings=counts.openings,
        facets=counted_facets(criteria, conditions, counts, vocabulary),
        relaxations=tuple(_relaxations(criteria, conditions, counts)),
        farther=farther,
    )


def counts(
    criteria: SearchCriteria, vocabulary: Vocabulary, *, now: datetime | None = None
) -> Counts:
    """Return the counts that `search` would, for a page that leads to the search.

    One statement, and one more where names are searched. Raises KeyError as `search` does.
    """
    opening = opening_condition(criteria, vocabulary, now or timezone.now())
    conditions = _all_conditions(criteria, opening, vocabulary)
    return count(criteria, conditions, opening, vocabulary)


def _all_conditions(
    criteria: SearchCriteria, opening: OpeningCondition, vocabulary: Vocabulary
) -> list[Condition]:
    return [
        *conditions_of(criteria, vocabulary),
        *name_conditions(criteria.names),
        *([opening] if criteria.openings_now else []),
    ]


def find(
    criteria: SearchCriteria,
    conditions: Sequence[Condition],
    opening: OpeningCondition,
    vocabulary: Vocabulary,
) -> tuple[Counts, list[dict[str, Any]], Farther | None]:
    """Return all counts, the rows of the page, and what is farther where few match.

    Two statements.
    """
    counts = count(criteria, conditions, opening, vocabulary)
    near = criteria.where if isinstance(criteria.where, Near) and counts.total < FEW else None
    if counts.total > (criteria.page - 1) * PAGE_SIZE:
        rows = page_of(criteria, conditions, opening, farther_than=near)
        beyond = farther_of(near, counts.total, rows[0]["farther"]) if near and rows else None
        return counts, rows, beyond
    return counts, [], look_farther(near, counts.total, conditions) if near else None


def _facts_to_show(
    rows: Sequence[Mapping[str, Any]], criteria: SearchCriteria, vocabulary: Vocabulary
) -> dict[int, tuple[StatedFact, ...]]:
    """Return the facts that a result shows: those of `ON_EVERY_RESULT`, and those asked for."""
    asked = {
        vocabulary.by_slug[facet].by_slug[term].id
        for facet, terms in criteria.wanted.items()
        for term in terms
    }
    ids = [row["program_id"] for row in rows]
    return stated_facts(ids, vocabulary, term_ids=_always_shown(vocabulary) | asked)


# Two versions of the vocabulary, in two languages.
@lru_cache(maxsize=4)
def _always_shown(vocabulary: Vocabulary) -> frozenset[int]:
    """Return the ids of the terms that every result says what is known of."""
    return frozenset(
        term.id
        for facet in vocabulary.facets
        for term in facet.terms
        if facet.kind in KINDS_ON_EVERY_RESULT or (facet.slug, term.slug) in ON_EVERY_RESULT
    )


def page_of(
    criteria: SearchCriteria,
    conditions: Sequence[Condition],
    opening: OpeningCondition,
    *,
    farther_than: Near | None,
) -> list[dict[str, Any]]:
    """Return the rows of the page; with `farther_than`, what is beyond that circle in each."""
    demands, parameters = demands_sql(conditions)
    rows, place = rows_of(criteria.where)
    parameters |= place | opening.parameters
    is_open = opening.sql if criteria.sort == Sort.OPENINGS else "NULL::boolean"
    order = order_sql(criteria.sort)
    farther = "NULL::json"
    if farther_than:
        farther, more = farther_column(farther_than, conditions)
        parameters |= more
    sql = f"""
        SELECT {farther} AS farther, hit.program_id, hit.squared_chord, hit.is_remote,
               program.name AS program_name, facility.name AS facility_name, facility.branch,
               facility.street1, facility.street2, facility.city, facility.state, facility.zip_code,
               facility.location_precision, facility.address_is_public,
               facility.is_invented,
               (SELECT json_agg(json_build_array(phone.use, phone.number, phone.extension)
                                ORDER BY phone.position, phone.id)
                  FROM programs_phone phone WHERE phone.facility_id = facility.id) AS phones,
               {OPENINGS_OF_PROGRAM} AS openings
          FROM (SELECT r.program_id, r.confirmed_on, r.squared_chord, r.is_remote,
                       {is_open} AS is_open
                  FROM {rows} WHERE {demands}
                 ORDER BY {order} LIMIT {PAGE_SIZE} OFFSET %(offset)s::bigint) hit
          JOIN programs_program program ON program.id = hit.program_id
          JOIN programs_facility facility ON facility.id = program.facility_id
         ORDER BY {order}"""
    parameters["offset"] = (criteria.page - 1) * PAGE_SIZE
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _match(
    row: Mapping[str, Any], facts: Mapping[int, tuple[StatedFact, ...]], vocabulary: Vocabulary
) -> Match:
    squared, stated = row["squared_chord"], facts.get(row["program_id"], ())
    openings: tuple[StatedOpening, ...] = ()
    if row["openings"]:
        offered = [fact.term.id for fact in stated if fact.answer == Answer.YES]
        openings = stated_openings(row["openings"], offered, vocabulary)
    details = {name: row[name] for name in row if name not in NOT_PRINTED}
    return Match(
        **details,
        phones=tuple(StatedPhone(*phone) for phone in row["phones"] or ()),
        distance_miles=None if squared is None else miles_of_squared_chord(squared),
        facts=stated,
        openings=openings,
    )


def _relaxations(
    criteria: SearchCriteria, conditions: Sequence[Condition], counts: Counts
) -> list[Relaxation]:
    """Return what dropping each condition would add, the most first; none that adds nothing."""
    relaxations = [
        _relaxation(condition, criteria, counts.gains[condition.name])
        for condition in conditions
        if counts.gains[condition.name]
    ]
    return sorted(relaxations, key=lambda relaxation: -relaxation.gain)


def _relaxation(condition: Condition, criteria: SearchCriteria, gain: int) -> Relaxation:
    if isinstance(condition, FacetCondition):
        is_exclusion = condition.demand == Demand.NOT_STATED
        return Relaxation(condition.facet.slug, is_exclusion, gain)
    if isinstance(condition, OpeningCondition):
        return Relaxation("", is_exclusion=False, gain=gain, openings=True)
    return Relaxation("", is_exclusion=False, gain=gain, names=criteria.names)
