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
from programs.search.conditions import Condition, where_sql
from programs.search.criteria import Anywhere, SearchCriteria
from programs.search.facets import Counters
from programs.search.vocabulary import Vocabulary, slot_mask


@dataclass(frozen=True, slots=True)
class Counts:
    """`by_slot`: what choosing an option would give. By condition name: `gains`, how many more
    without the condition; `silent`, how many more if places that did not say counted too."""

    total: int
    by_slot: Mapping[int, int]
    gains: Mapping[str, int]
    silent: Mapping[str, int]


class _Group(NamedTuple):
    """The rows that fail the same: how many, how many of them only for want of a word, sums."""

    failed: int
    rows: int
    silent: int
    sums: Sequence[int]


def count(
    criteria: SearchCriteria, conditions: Sequence[Condition], vocabulary: Vocabulary
) -> Counts:
    """Count matches, options and relaxations. One statement."""
    counters = vocabulary.counters(criteria.medication_aspect)
    place, parameters = where_sql(criteria.where)
    bits = {condition.name: 1 << index for index, condition in enumerate(conditions)}
    for condition in conditions:
        parameters |= condition.parameters
    options = _option_words(criteria, vocabulary, counters, parameters)
    if isinstance(criteria.where, Anywhere):
        sql = _groups_sql(kept.IS_NEWS, conditions, options, counters)
        rows = kept.rows(sql, parameters)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_groups_sql(place, conditions, options, counters), parameters)
            rows = cursor.fetchall()
    groups = {row[0]: _Group(*row) for row in rows}
    nobody = _Group(0, 0, 0, ())
    alone = {name: groups.get(bit, nobody) for name, bit in bits.items()}
    return Counts(
        total=groups.get(0, nobody).rows,
        by_slot=_by_slot(criteria, conditions, counters, groups.get(0, nobody), alone),
        gains={name: group.rows for name, group in alone.items()},
        silent={name: group.silent for name, group in alone.items()},
    )


def _by_slot(
    criteria: SearchCriteria,
    conditions: Sequence[Condition],
    counters: Counters,
    matches: _Group,
    alone: Mapping[str, _Group],
) -> dict[int, int]:
    """Return the matches' counts, and for a chosen facet those that fail its condition alone."""
    by_slot = counters.counts(matches.sums) if matches.rows else {}
    for condition in conditions:
        group = alone[condition.name]
        if group.rows:
            own = [term.slot(criteria.medication_aspect) for term in condition.own_terms]
            for slot, more in counters.counts(group.sums, own).items():
                by_slot[slot] = by_slot.get(slot, 0) + more
    return by_slot


def _option_words(
    criteria: SearchCriteria, vocabulary: Vocabulary, counters: Counters, parameters: dict[str, Any]
) -> list[str]:
    """Return the words whose bits are counted: where places that did not say count too, all bits
    but the denied ones."""
    slots = slot_mask(
        number
        for slug in criteria.or_unknown
        for term in vocabulary.by_slug[slug].terms
        for number in term.slots.values()
    )
    columns = []
    for word in counters.words:
        column = f"r.word{word}"
        if slots[word]:
            parameters[f"unknown{word}"] = slots[word]
            column = f"{column} | (~coalesce(r.denied{word}, 0) & %(unknown{word})s::bigint)"
        columns.append(f"{column} AS word{word}")
    return columns


def _groups_sql(
    place: str, conditions: Sequence[Condition], options: Sequence[str], counters: Counters
) -> str:
    """Return a row for each set of rows that fail the same: none, or one condition alone."""
    words = ", ".join(options)
    if not conditions:
        return f"""SELECT 0, count(*), 0, {counters.sql}
            FROM (SELECT {words} FROM programs_searchrow r WHERE {place}) r HAVING count(*) > 0"""
    bits = [(1 << index, condition) for index, condition in enumerate(conditions)]
    failed = " + ".join(f"CASE WHEN {each.sql} THEN 0 ELSE {bit} END" for bit, each in bits)
    silent = " ".join(f"WHEN {bit} THEN {each.silent_sql}" for bit, each in bits)
    how_many = f"count(*), count(*) FILTER (WHERE CASE failed {silent} END)"
    denied = sorted({f", r.denied{word}" for _, each in bits for word in each.words})
    return f"""SELECT failed, {how_many}, {counters.sql}
        FROM (SELECT {failed} AS failed, {words}{"".join(denied)}
                FROM programs_searchrow r
               WHERE {place} OFFSET 0) r
       WHERE failed & (failed - 1) = 0 GROUP BY failed"""
