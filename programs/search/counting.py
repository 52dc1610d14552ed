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
from programs.search.conditions import Condition, NameCondition, rows_of
from programs.search.criteria import Anywhere, SearchCriteria
from programs.search.facets import Counters
from programs.search.vocabulary import Vocabulary, slot_mask

_REMOTE = "count(*) FILTER (WHERE r.is_remote)"


@dataclass(frozen=True, slots=True)
class Counts:
    """`remote`: how many of all serve the place by phone or video alone. `by_slot`: what choosing
    an option would give. By condition name: `gains`, how many more without the condition; `silent`,
    how many more if places that did not say counted too."""

    total: int
    remote: int
    by_slot: Mapping[int, int]
    gains: Mapping[str, int]
    silent: Mapping[str, int]


class _Group(NamedTuple):
    """The rows that fail the same: how many, by phone or video, only for want of a word; sums."""

    failed: int
    rows: int
    remote: int
    silent: int
    sums: Sequence[int]


def count(
    criteria: SearchCriteria, conditions: Sequence[Condition], vocabulary: Vocabulary
) -> Counts:
    """Count matches, options and relaxations. One statement."""
    counters = vocabulary.counters(criteria.medication_aspect)
    rows_sql, parameters = rows_of(criteria.where)
    bits = {condition.name: 1 << index for index, condition in enumerate(conditions)}
    for condition in conditions:
        parameters |= condition.parameters
    options = _option_words(criteria, vocabulary, counters, parameters)
    # What people type is never kept, not even here.
    is_typed = any(isinstance(condition, NameCondition) for condition in conditions)
    if isinstance(criteria.where, Anywhere) and not is_typed:
        source = f"{rows_sql} WHERE {kept.IS_NEWS}"
        sql = _groups_sql(source, conditions, options, counters)
        rows = kept.rows(sql, parameters)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_groups_sql(rows_sql, conditions, options, counters), parameters)
            rows = cursor.fetchall()
    groups = {row[0]: _Group(*row) for row in rows}
    nobody = _Group(0, 0, 0, 0, ())
    alone = {name: groups.get(bit, nobody) for name, bit in bits.items()}
    return Counts(
        total=groups.get(0, nobody).rows,
        remote=groups.get(0, nobody).remote,
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
        if group.rows and condition.own_terms:
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
    source: str, conditions: Sequence[Condition], options: Sequence[str], counters: Counters
) -> str:
    """Return a row for each set of rows that fail the same: none, or one condition alone."""
    columns = ", ".join(["r.is_remote", counters.MASK, *options])
    if not conditions:
        return f"""SELECT 0, count(*), {_REMOTE}, 0, {counters.sql}
            FROM (SELECT {columns} FROM {source}) r HAVING count(*) > 0"""
    bits = [(1 << index, condition) for index, condition in enumerate(conditions)]
    stated = [each for each in bits if each[1].silent_sql]
    denied = {word: f", r.denied{word}" for _, each in stated for word in each.words}
    failed = " + ".join(f"CASE WHEN {each.sql} THEN 0 ELSE {bit} END" for bit, each in bits)
    silent = " ".join(f"WHEN {bit} THEN {each.silent_sql}" for bit, each in stated)
    flag = f"CASE r.failed {silent} END" if silent else "false"
    return f"""SELECT failed, count(*), {_REMOTE}, count(*) FILTER (WHERE {flag}), {counters.sql}
        FROM (SELECT {failed} AS failed, {columns}{"".join(denied.values())}
                FROM {source} OFFSET 0) r
       WHERE failed & (failed - 1) = 0 GROUP BY failed"""
