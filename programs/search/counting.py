"""The total, every option of every facet, and every relaxation: one statement, one pass.

A facet's options are counted without its own condition, and dropping a condition adds the rows
that fail it alone. So a row that fails one condition still counts, for that condition's facet;
a row that fails two counts nowhere and is dropped first. The rest are grouped by what they fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from programs.search import kept
from programs.search.conditions import (
    Condition,
    Demand,
    FacetCondition,
    NameCondition,
    OpenLevelsCondition,
    rows_of,
)
from programs.search.criteria import Anywhere, SearchCriteria
from programs.search.facets import Counters
from programs.search.openings import LEVELS, OpeningCondition
from programs.search.vocabulary import Vocabulary, slot_mask

_REMOTE = "count(*) FILTER (WHERE r.is_remote)"
_OPEN = "count(*) FILTER (WHERE r.is_open)"
_Unit = Condition | OpenLevelsCondition


@dataclass(frozen=True, slots=True)
class Counts:
    """`remote`: how many of all serve the place by phone or video alone. `openings`: how many there
    are with an opening now. `by_slot`: what choosing an option would give. By condition name:
    `gains`, how many more without the condition; `silent`, how many more if places that did not say
    counted too."""

    total: int
    remote: int
    openings: int
    by_slot: Mapping[int, int]
    gains: Mapping[str, int]
    silent: Mapping[str, int]


class _Group(NamedTuple):
    """The rows that fail the same: how many, by phone or video, with an opening; with an opening of
    any level, at a level that is wanted (both where levels and openings are asked for); how many
    fail only for want of a word; sums."""

    failed: int
    rows: int = 0
    remote: int = 0
    open: int = 0
    open_at_any: int = 0
    at_level: int = 0
    silent: int = 0
    sums: Sequence[int] = ()


def count(
    criteria: SearchCriteria,
    conditions: Sequence[Condition],
    opening: OpeningCondition,
    vocabulary: Vocabulary,
) -> Counts:
    """Count matches, options, relaxations, and openings whether asked for or not. One statement."""
    counters = vocabulary.counters(criteria.medication_aspect)
    rows_sql, parameters = rows_of(criteria.where, with_distance=False)
    units = _units(conditions)
    for condition in (*units, opening):
        parameters |= condition.parameters
    options = _option_words(criteria, vocabulary, counters, parameters)
    if opening in conditions:
        options = _of_open_levels(options, opening, vocabulary, parameters)
    columns = [f"{column} AS word{word}" for word, column in options.items()]
    columns += [counters.MASK, f"{opening.sql} AS is_open", "r.is_remote"]
    # What people type is never kept, not even here.
    is_typed = any(isinstance(condition, NameCondition) for condition in conditions)
    if isinstance(criteria.where, Anywhere) and not is_typed:
        sql = _groups_sql(f"{rows_sql} WHERE {kept.IS_NEWS}", units, columns, counters)
        del parameters["now"]
        rows = kept.rows(sql, parameters, now=opening.now)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_groups_sql(rows_sql, units, columns, counters), parameters)
            rows = cursor.fetchall()
    groups = {row[0]: _Group(*row) for row in rows}
    matches = groups.get(0, _Group(0))
    alone = {unit.name: groups.get(1 << index, _Group(0)) for index, unit in enumerate(units)}
    return Counts(
        total=matches.rows,
        remote=matches.remote,
        openings=matches.open,
        by_slot=_by_slot(criteria, units, counters, matches, alone),
        gains=_gains(units, alone),
        silent=_silent(units, alone),
    )


def _units(conditions: Sequence[Condition]) -> list[_Unit]:
    """Return what a row passes or fails as one: each condition, levels and openings together."""
    opening = next((each for each in conditions if isinstance(each, OpeningCondition)), None)
    levels = next((each for each in conditions if _wants_levels(each)), None)
    if not opening or not isinstance(levels, FacetCondition):
        return list(conditions)
    others = [each for each in conditions if each not in (opening, levels)]
    return [*others, OpenLevelsCondition(levels, opening)]


def _wants_levels(condition: Condition) -> bool:
    return (
        isinstance(condition, FacetCondition)
        and condition.facet.slug == LEVELS
        and condition.demand != Demand.NOT_STATED
    )


def _gains(units: Sequence[_Unit], alone: Mapping[str, _Group]) -> dict[str, int]:
    """Return by condition what dropping it adds."""
    gains = {}
    for unit in units:
        if isinstance(unit, OpenLevelsCondition):
            gains[unit.levels.name] = alone[unit.name].open_at_any
            gains[unit.opening.name] = alone[unit.name].at_level
        else:
            gains[unit.name] = alone[unit.name].rows
    return gains


def _silent(units: Sequence[_Unit], alone: Mapping[str, _Group]) -> dict[str, int]:
    return {
        unit.levels.name if isinstance(unit, OpenLevelsCondition) else unit.name: alone[
            unit.name
        ].silent
        for unit in units
    }


def _by_slot(
    criteria: SearchCriteria,
    units: Sequence[_Unit],
    counters: Counters,
    matches: _Group,
    alone: Mapping[str, _Group],
) -> dict[int, int]:
    """Return the matches' counts, and for a chosen facet those that fail its condition alone."""
    by_slot = counters.counts(matches.sums) if matches.rows else {}
    for unit in units:
        group = alone[unit.name]
        if group.rows and unit.own_terms:
            own = [term.slot(criteria.medication_aspect) for term in unit.own_terms]
            for slot, more in counters.counts(group.sums, own).items():
                by_slot[slot] = by_slot.get(slot, 0) + more
    return by_slot


def _option_words(
    criteria: SearchCriteria, vocabulary: Vocabulary, counters: Counters, parameters: dict[str, Any]
) -> dict[int, str]:
    """Return the words whose bits are counted: where places that did not say count too, all bits
    but the denied ones."""
    slots = slot_mask(
        number
        for slug in criteria.or_unknown
        for term in vocabulary.by_slug[slug].terms
        for number in term.slots.values()
    )
    words = {}
    for word in counters.words:
        words[word] = f"r.word{word}"
        if slots[word]:
            parameters[f"unknown{word}"] = slots[word]
            unknown = f"~coalesce(r.denied{word}, 0) & %(unknown{word})s::bigint"
            words[word] = f"(r.word{word} | ({unknown}))"
    return words


def _of_open_levels(
    words: Mapping[int, str],
    opening: OpeningCondition,
    vocabulary: Vocabulary,
    parameters: dict[str, Any],
) -> dict[int, str]:
    """Return the words without levels that have no opening: choosing one would ask for that."""
    levels = vocabulary.by_slug[LEVELS].mask if LEVELS in vocabulary.by_slug else ()
    found = dict(words)
    for word, mask in enumerate(levels):
        if mask:
            parameters[f"levels{word}"] = mask
            is_open = f"(~%(levels{word})s::bigint | {opening.bits_sql(word)})"
            found[word] = f"({words[word]} & {is_open})"
    return found


def _groups_sql(
    source: str, units: Sequence[_Unit], columns: Sequence[str], counters: Counters
) -> str:
    """Return a row for each set of rows that fail the same: none, or one condition alone."""
    inner = ", ".join(columns)
    if not units:
        return f"""SELECT 0, count(*), {_REMOTE}, {_OPEN}, 0, 0, 0, {counters.sql}
            FROM (SELECT {inner} FROM {source}) r HAVING count(*) > 0"""
    bits = [(1 << index, unit) for index, unit in enumerate(units)]
    stated = [each for each in bits if each[1].silent_sql]
    denied = {word: f", r.denied{word}" for _, each in stated for word in each.words}
    failed = " + ".join(f"CASE WHEN {each.sql} THEN 0 ELSE {bit} END" for bit, each in bits)
    silent = " ".join(f"WHEN {bit} THEN {each.silent_sql}" for bit, each in stated)
    flag = f"CASE r.failed {silent} END" if silent else "false"
    more, more_columns = _open_levels_sql(units)
    return f"""SELECT failed, count(*), {_REMOTE}, {_OPEN}, {more},
               count(*) FILTER (WHERE {flag}), {counters.sql}
        FROM (SELECT {failed} AS failed, {inner}{"".join(denied.values())}{more_columns}
                FROM {source} OFFSET 0) r
       WHERE failed & (failed - 1) = 0 GROUP BY failed"""


def _open_levels_sql(units: Sequence[_Unit]) -> tuple[str, str]:
    """Return the two counts of a group that are of levels and openings, and what they read."""
    both = next((unit for unit in units if isinstance(unit, OpenLevelsCondition)), None)
    if not both:
        return "0, 0", ""
    return (
        "count(*) FILTER (WHERE r.open_at_any), count(*) FILTER (WHERE r.at_level)",
        f", {both.opening.any_sql} AS open_at_any, {both.levels.sql} AS at_level",
    )
