"""The one function that finds programs: `search(criteria, vocabulary)`.

Three statements, whatever the number of results: the page of matches with their distances, the
total with every facet's counts, and the facts to show. docs/search.md explains them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from programs.enums import FactKind
from programs.geo import cells_within, miles_of_squared_chord, squared_chord, unit_vector
from programs.querysets import SQUARED_CHORD, WITHIN_RADIUS
from programs.search.criteria import (
    PAGE_SIZE,
    InCounty,
    InState,
    Near,
    SearchCriteria,
    Where,
)
from programs.search.facets import counter_columns, counts_by_slot
from programs.search.facts import StatedFact, stated_facts
from programs.search.vocabulary import (
    SlotMask,
    Vocabulary,
    VocabularyFacet,
    VocabularyTerm,
    slot_mask,
)

#: Every result says what is known of these, whatever was asked.
KINDS_ON_EVERY_RESULT = (FactKind.CARE, FactKind.COVERAGE)
OPIOID_MEDICINES = ("methadone", "buprenorphine", "naltrexone")
#: A program for these people alone says so before anybody calls in vain.
EXCLUSIVE_TRACKS = ("dui_only", "oud_only", "aud_only")
ON_EVERY_RESULT = (
    *(("medication", slug) for slug in OPIOID_MEDICINES),
    *(("track", slug) for slug in EXCLUSIVE_TRACKS),
)


@dataclass(frozen=True, slots=True)
class StatedPhone:
    use: str
    number: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A program that meets the criteria. `distance_miles` is None for a search without a point."""

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
    distance_miles: float | None
    facts: tuple[StatedFact, ...]


class FacetOption(NamedTuple):
    """An option and how many programs choosing it would give; None when nothing was searched."""

    slug: str
    label: str
    definition: str
    program_count: int | None
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCounts:
    slug: str
    label: str
    is_common: bool
    options: tuple[FacetOption, ...]

    @property
    def selected(self) -> tuple[FacetOption, ...]:
        return tuple(option for option in self.options if option.selected)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """The page asked for, the number of all matches, and the counts of every facet."""

    criteria: SearchCriteria
    matches: tuple[Match, ...]
    total: int
    facets: tuple[FacetCounts, ...]

    @property
    def page_count(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class _ActiveFilter:
    facet: VocabularyFacet
    mask: SlotMask

    def condition(self, prefix: str) -> str:
        tests = [
            f"r.word{word} & %({prefix}{word})s::bigint"
            for word, bits in enumerate(self.mask)
            if bits
        ]
        return f"(({' | '.join(f'({test})' for test in tests)}) <> 0)"

    def parameters(self, prefix: str) -> dict[str, int]:
        return {f"{prefix}{word}": bits for word, bits in enumerate(self.mask) if bits}


def search(criteria: SearchCriteria, vocabulary: Vocabulary) -> SearchResults:
    """Return the page, total and counts of these criteria. At most three statements.

    Raises KeyError when `criteria.wanted` names a facet or term that the vocabulary lacks.
    """
    filters = _active_filters(criteria, vocabulary)
    total, counts = _count(criteria.where, filters, vocabulary)
    rows = _page(criteria, filters) if total > (criteria.page - 1) * PAGE_SIZE else []
    facts = _facts_to_show(rows, criteria, vocabulary) if rows else {}
    return SearchResults(
        criteria=criteria,
        matches=tuple(_match(row, facts) for row in rows),
        total=total,
        facets=tuple(_facet_counts(facet, criteria, counts) for facet in vocabulary.facets),
    )


def _facts_to_show(
    rows: Sequence[Mapping[str, Any]], criteria: SearchCriteria, vocabulary: Vocabulary
) -> dict[int, tuple[StatedFact, ...]]:
    """Return the facts that a result shows: those of `ON_EVERY_RESULT`, and those asked for."""
    paths = [
        *ON_EVERY_RESULT,
        *((facet, term) for facet, terms in criteria.wanted.items() for term in terms),
    ]
    shown = {
        term.id
        for facet in vocabulary.facets
        for term in facet.terms
        if facet.kind in KINDS_ON_EVERY_RESULT or (facet.slug, term.slug) in paths
    }
    ids = [row["program_id"] for row in rows]
    return stated_facts(ids, vocabulary, term_ids=shown)


def _active_filters(criteria: SearchCriteria, vocabulary: Vocabulary) -> list[_ActiveFilter]:
    filters = []
    for slug, term_slugs in criteria.wanted.items():
        if not term_slugs:
            continue
        facet = vocabulary.by_slug[slug]
        aspect = criteria.medication_aspect
        numbers = [facet.by_slug[term_slug].slot(aspect) for term_slug in term_slugs]
        filters.append(_ActiveFilter(facet, slot_mask(numbers)))
    return filters


def _where_sql(where: Where) -> tuple[str, dict[str, Any]]:
    """Return the condition on `programs_searchrow r` and its parameters."""
    match where:
        case Near(origin=origin, radius_miles=miles):
            x, y, z = unit_vector(origin)
            return WITHIN_RADIUS, {
                "x": x,
                "y": y,
                "z": z,
                "cells": cells_within(origin, radius_miles=miles),
                "squared_chord": squared_chord(miles),
            }
        case InState(state=state):
            return "r.state = %(state)s", {"state": state}
        case InCounty(county_id=county_id):
            return "r.county_id = %(county_id)s::bigint", {"county_id": county_id}
        case _:
            return "true", {}


def _page(criteria: SearchCriteria, filters: Sequence[_ActiveFilter]) -> list[dict[str, Any]]:
    condition, parameters = _where_sql(criteria.where)
    for index, active in enumerate(filters):
        condition += f" AND {active.condition(f'f{index}_')}"
        parameters |= active.parameters(f"f{index}_")
    distance = SQUARED_CHORD if isinstance(criteria.where, Near) else "NULL::float8"
    order = "squared_chord, confirmed_on DESC NULLS LAST, program_id"
    sql = f"""
        SELECT hit.program_id, hit.squared_chord, program.name AS program_name,
               facility.name AS facility_name, facility.branch, facility.street1,
               facility.street2, facility.city, facility.state, facility.zip_code,
               facility.location_precision, facility.address_is_public,
               facility.is_invented,
               (SELECT json_agg(json_build_array(phone.use, phone.number, phone.extension)
                                ORDER BY phone.position, phone.id)
                  FROM programs_phone phone WHERE phone.facility_id = facility.id) AS phones
          FROM (SELECT r.program_id, r.confirmed_on, {distance} AS squared_chord
                  FROM programs_searchrow r WHERE {condition}
                 ORDER BY {order} LIMIT {PAGE_SIZE} OFFSET %(offset)s::bigint) hit
          JOIN programs_program program ON program.id = hit.program_id
          JOIN programs_facility facility ON facility.id = program.facility_id
         ORDER BY {order}"""
    parameters["offset"] = (criteria.page - 1) * PAGE_SIZE
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _count(
    where: Where, filters: Sequence[_ActiveFilter], vocabulary: Vocabulary
) -> tuple[int, dict[int, int]]:
    """Return the total and, by slot number, how many programs each option would give.

    A facet's options are counted without its own filter: a program that fails one filter only
    still counts for the options of that filter's facet, and one that fails two counts nowhere.
    """
    condition, parameters = _where_sql(where)
    words = vocabulary.words_in_use
    passes = []
    for index, active in enumerate(filters):
        passes.append(active.condition(f"f{index}_"))
        parameters |= active.parameters(f"f{index}_")
        parameters |= {f"own{index}_{word}": active.facet.mask[word] for word in words}
    rows = (
        _all_rows_sql(condition, words) if not passes else _near_rows_sql(condition, passes, words)
    )
    columns = ", ".join(counter_columns(words))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE failed = 0), {columns} FROM ({rows}) r", parameters
        )
        total, *sums = cursor.fetchone()
    return total, counts_by_slot(sums)


def _all_rows_sql(condition: str, words: range) -> str:
    columns = ", ".join(f"r.word{word}" for word in words)
    return f"SELECT 0 AS failed, {columns} FROM programs_searchrow r WHERE {condition}"


def _near_rows_sql(condition: str, passes: Sequence[str], words: range) -> str:
    """Return rows that fail at most one filter, `failed` being its number, or 0 for a match."""
    failing = " + ".join(
        f"(CASE WHEN {test} THEN 0 ELSE {index} END)" for index, test in enumerate(passes, start=1)
    )
    how_many = " + ".join(f"(NOT {test})::int" for test in passes)
    columns = ", ".join(
        f"word{word} & CASE failed WHEN 0 THEN -1::bigint "
        + " ".join(
            f"WHEN {index} THEN %(own{index - 1}_{word})s::bigint"
            for index in range(1, len(passes) + 1)
        )
        + f" END AS word{word}"
        for word in words
    )
    originals = ", ".join(f"r.word{word}" for word in words)
    return f"""SELECT failed, {columns} FROM (
        SELECT {failing} AS failed, {originals} FROM programs_searchrow r
         WHERE {condition} AND {how_many} <= 1 OFFSET 0) r"""


def _match(row: Mapping[str, Any], facts: Mapping[int, tuple[StatedFact, ...]]) -> Match:
    squared = row["squared_chord"]
    details = {name: row[name] for name in row if name not in ("squared_chord", "phones")}
    return Match(
        **details,
        phones=tuple(StatedPhone(*phone) for phone in row["phones"] or ()),
        distance_miles=None if squared is None else miles_of_squared_chord(squared),
        facts=facts.get(row["program_id"], ()),
    )


def options_without_counts(
    vocabulary: Vocabulary, chosen: Mapping[str, Sequence[str]]
) -> tuple[FacetCounts, ...]:
    """Return the options for a search form that could not be answered."""
    return tuple(
        _facet_options(facet, chosen.get(facet.slug, ()), lambda term: None)
        for facet in vocabulary.facets
    )


def _facet_counts(
    facet: VocabularyFacet, criteria: SearchCriteria, counts: Mapping[int, int]
) -> FacetCounts:
    return _facet_options(
        facet,
        criteria.wanted.get(facet.slug, ()),
        lambda term: counts.get(term.slot(criteria.medication_aspect), 0),
    )


def _facet_options(
    facet: VocabularyFacet,
    chosen: Sequence[str],
    count_of: Callable[[VocabularyTerm], int | None],
) -> FacetCounts:
    return FacetCounts(
        slug=facet.slug,
        label=facet.label,
        is_common=facet.is_common,
        options=tuple(
            FacetOption(
                slug=term.slug,
                label=term.label,
                definition=term.definition,
                program_count=count_of(term),
                selected=term.slug in chosen,
            )
            for term in facet.terms
        ),
    )
