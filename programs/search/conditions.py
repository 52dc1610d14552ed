"""What a program must meet, as SQL on `programs_searchrow r` and its parameters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from programs.geo import cells_within, squared_chord, unit_vector
from programs.querysets import IS_NEAR, SERVES_STATE, SQUARED_CHORD, WITHIN_RADIUS
from programs.search.criteria import Anywhere, InCounty, InState, Near, SearchCriteria, Where
from programs.search.openings import OpeningCondition
from programs.search.vocabulary import (
    SlotMask,
    Vocabulary,
    VocabularyFacet,
    VocabularyTerm,
    slot_mask,
)

_NO_DISTANCE = "NULL::float8"
_SELECT = (
    "SELECT r.*, {distance} AS squared_chord, {is_remote} AS is_remote FROM programs_searchrow r"
)

#: More than z can be off by, and less than an inch.
ROUNDING = 1e-9


class Demand(StrEnum):
    """What a condition asks of the terms that were chosen in its facet."""

    #: A source says yes to one of them.
    STATED = "stated"
    #: A source says yes to one of them, or about one of them nobody said anything.
    NOT_DENIED = "not_denied"
    #: No source says yes to any of them.
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class FacetCondition:
    """One facet's demand. `name` keeps its parameters apart from those of other conditions."""

    name: str
    facet: VocabularyFacet
    demand: Demand
    mask: SlotMask

    @property
    def sql(self) -> str:
        match self.demand:
            case Demand.STATED:
                return f"(({self._any_bit('r.word{word}')}) <> 0)"
            case Demand.NOT_DENIED:
                return self.not_denied_sql
            case Demand.NOT_STATED:
                return f"(({self._any_bit('r.word{word}')}) = 0)"

    @property
    def not_denied_sql(self) -> str:
        """The condition as if places that did not say counted too."""
        return f"(({self._any_bit('(r.word{word} | ~coalesce(r.denied{word}, 0))')}) <> 0)"

    @property
    def silent_sql(self) -> str:
        """Rows that would meet it if places that did not say counted too; "" for none."""
        return self.not_denied_sql if self.demand == Demand.STATED else ""

    @property
    def own_terms(self) -> tuple[VocabularyTerm, ...]:
        """The terms for which a row counts that fails this condition alone."""
        return () if self.demand == Demand.NOT_STATED else self.facet.terms

    @property
    def parameters(self) -> dict[str, int]:
        return {f"{self.name}_{word}": self.mask[word] for word in self.words}

    @property
    def words(self) -> list[int]:
        """The words of the projection that the chosen terms are in."""
        return [word for word, bits in enumerate(self.mask) if bits]

    def _any_bit(self, column: str) -> str:
        return " | ".join(
            f"({column.format(word=word)} & %({self.name}_{word})s::bigint)" for word in self.words
        )


@dataclass(frozen=True, slots=True)
class NameCondition:
    """Each typed word is answered by a word of the program's names.

    `answers` holds, for each typed word, the words that answer it. None typed: nothing does.
    """

    answers: Sequence[Sequence[str]]
    name: ClassVar[str] = "named"
    own_terms: ClassVar[tuple[VocabularyTerm, ...]] = ()
    silent_sql: ClassVar[str] = ""
    words: ClassVar[tuple[int, ...]] = ()

    @property
    def sql(self) -> str:
        each = [f"n.words && %(named{number})s::text[]" for number in range(len(self.answers))]
        return (
            "(r.program_id IN (SELECT n.program_id FROM programs_searchname n"
            f" WHERE {' AND '.join(each) or 'false'}))"
        )

    @property
    def parameters(self) -> dict[str, list[str]]:
        return {f"named{number}": list(words) for number, words in enumerate(self.answers)}


@dataclass(frozen=True, slots=True)
class OpenLevelsCondition:
    """Levels and openings, both asked for: without the one, the other means something else."""

    levels: FacetCondition
    opening: OpeningCondition
    name: ClassVar[str] = "open_levels"

    @property
    def sql(self) -> str:
        return f"({self.levels.sql} AND {self.opening.sql})"

    @property
    def silent_sql(self) -> str:
        """As for the levels; of rows of which `is_open` is known."""
        return f"({self.levels.silent_sql} AND r.is_open)" if self.levels.silent_sql else ""

    @property
    def own_terms(self) -> tuple[VocabularyTerm, ...]:
        return self.levels.own_terms

    @property
    def words(self) -> list[int]:
        return self.levels.words

    @property
    def parameters(self) -> dict[str, Any]:
        return self.levels.parameters | self.opening.parameters


Condition = FacetCondition | NameCondition | OpeningCondition


def conditions_of(criteria: SearchCriteria, vocabulary: Vocabulary) -> list[FacetCondition]:
    """Return a condition for each facet that something was chosen in, and each exclusion.

    Raises KeyError when the criteria name a facet or term that the vocabulary lacks.
    """
    conditions = []
    for slug, term_slugs in criteria.wanted.items():
        if term_slugs:
            demand = Demand.NOT_DENIED if slug in criteria.or_unknown else Demand.STATED
            conditions.append((slug, demand, term_slugs))
    for slug, term_slugs in criteria.excluded.items():
        if term_slugs:
            conditions.append((slug, Demand.NOT_STATED, term_slugs))
    return [
        FacetCondition(
            name=f"c{index}",
            facet=vocabulary.by_slug[slug],
            demand=demand,
            mask=_mask(vocabulary.by_slug[slug], term_slugs, criteria),
        )
        for index, (slug, demand, term_slugs) in enumerate(conditions)
    ]


def _mask(facet: VocabularyFacet, term_slugs: Iterable[str], criteria: SearchCriteria) -> SlotMask:
    return slot_mask(
        facet.by_slug[term_slug].slot(criteria.medication_aspect) for term_slug in term_slugs
    )


def demands_sql(conditions: Iterable[Condition]) -> tuple[str, dict[str, Any]]:
    """Return all conditions together, and their parameters."""
    demands: list[str] = ["true"]
    parameters: dict[str, Any] = {}
    for condition in conditions:
        demands.append(condition.sql)
        parameters |= condition.parameters
    return " AND ".join(demands), parameters


def rows_of(where: Where, *, with_distance: bool = True) -> tuple[str, dict[str, Any]]:
    """Return the rows of the place as an item `r` of FROM, and its parameters.

    To the columns of the projection come `squared_chord`, null where there is no distance, and
    `is_remote`: not of the place, but serving its state by phone or video. Two branches, each by
    its own index: an OR would cost the search by distance its own.
    """
    if isinstance(where, Anywhere):
        return f"({_SELECT.format(distance=_NO_DISTANCE, is_remote=False)}) r", {}
    place, parameters = where_sql(where)
    is_near = isinstance(where, Near)
    distance = SQUARED_CHORD if is_near and with_distance else _NO_DISTANCE
    here = f"{_SELECT.format(distance=distance, is_remote=False)} WHERE {place}"
    served = f"{_SELECT.format(distance=_NO_DISTANCE, is_remote=True)} WHERE {SERVES_STATE}"
    elsewhere = f"({IS_NEAR if is_near else place}) IS NOT TRUE"
    parameters["served"] = where.state
    return f"({here} UNION ALL {served} AND {elsewhere}) r", parameters


def where_sql(where: Near | InState | InCounty) -> tuple[str, dict[str, Any]]:
    """Return the condition of the place and its parameters."""
    match where:
        case Near(origin=origin, radius_miles=miles):
            x, y, z = unit_vector(origin)
            chord = math.sqrt(squared_chord(miles)) + ROUNDING
            return WITHIN_RADIUS, {
                "lowest_z": z - chord,
                "highest_z": z + chord,
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
