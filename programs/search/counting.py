"""The total, every option of every facet, and every relaxation: one statement, one pass.

A facet's options are counted without its own condition, and dropping a condition adds the rows
that fail it alone. So a row that fails one condition still counts, for that condition's facet;
a row that fails two counts nowhere and is dropped first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from programs.search.conditions import Condition, FacetCondition, NameCondition, demands_sql
from programs.search.criteria import SearchCriteria
from programs.search.facets import counter_columns, counts_by_slot
from programs.search.vocabulary import Vocabulary, slot_mask


@dataclass(frozen=True, slots=True)
class Counts:
    """`by_slot`: what choosing an option would give. By condition name: `gains`, how many more
    without the condition; `silent`, how many more if places that did not say counted too."""

    total: int
    by_slot: Mapping[int, int]
    gains: Mapping[str, int]
    silent: Mapping[str, int]


def count(
    criteria: SearchCriteria, conditions: Sequence[Condition], vocabulary: Vocabulary
) -> Counts:
    """Count matches, options and relaxations. One statement."""
    words = vocabulary.words_in_use
    facets = [condition for condition in conditions if isinstance(condition, FacetCondition)]
    named = [condition for condition in conditions if isinstance(condition, NameCondition)]
    # All that is counted has the name, so it narrows the rows first, like the place.
    here, parameters = demands_sql(criteria.where, named)
    nameless, _same = demands_sql(criteria.where, facets)
    for condition in facets:
        parameters |= condition.parameters | _own_slots(condition, words)
    options = _option_words(criteria, vocabulary, words, parameters)
    rows = _rows_sql(here, facets, options)
    relaxed = [
        f"count(*) FILTER (WHERE failed = {number}{also})"
        for number in range(1, len(facets) + 1)
        for also in ("", f" AND silent{number}")
    ]
    without_names = f"(SELECT count(*) FROM programs_searchrow r WHERE {nameless})"
    columns = [
        "count(*) FILTER (WHERE failed = 0)",
        without_names if named else "0",
        *relaxed,
        *counter_columns(words),
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM ({rows}) r", parameters)
        total, nameless_total, *values = cursor.fetchone()
    gains, silent = values[: len(relaxed) : 2], values[1 : len(relaxed) : 2]
    names = [condition.name for condition in facets]
    return Counts(
        total=total,
        by_slot=counts_by_slot(values[len(relaxed) :]),
        gains={
            **dict(zip(names, gains, strict=True)),
            **{condition.name: nameless_total - total for condition in named},
        },
        silent=dict(zip(names, silent, strict=True)),
    )


def _own_slots(condition: FacetCondition, words: range) -> dict[str, int]:
    """Return the slots for which a row counts that fails this condition alone."""
    return {f"{condition.name}_own{word}": condition.own_mask[word] for word in words}


def _option_words(
    criteria: SearchCriteria, vocabulary: Vocabulary, words: range, parameters: dict[str, Any]
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
    for word in words:
        column = f"r.word{word}"
        if slots[word]:
            parameters[f"unknown{word}"] = slots[word]
            column = f"({column} | (~coalesce(r.denied{word}, 0) & %(unknown{word})s::bigint))"
        columns.append(f"{column} AS word{word}")
    return columns


def _rows_sql(place: str, conditions: Sequence[FacetCondition], options: Sequence[str]) -> str:
    """Return the rows that fail at most one condition: `failed` is its number, 0 for a match."""
    if not conditions:
        return f"SELECT 0 AS failed, {', '.join(options)} FROM programs_searchrow r WHERE {place}"
    numbered = list(enumerate(conditions, start=1))
    failed = " + ".join(f"CASE WHEN {c.sql} THEN 0 ELSE {number} END" for number, c in numbered)
    how_many = " + ".join(f"(NOT {c.sql})::int" for _, c in numbered)
    silent = ", ".join(f"{c.silent_sql} AS silent{number}" for number, c in numbered)
    own = " ".join(f"WHEN {number} THEN %({c.name}_own{{word}})s::bigint" for number, c in numbered)
    kept = ", ".join(
        f"word{word} & CASE failed WHEN 0 THEN -1::bigint {own.format(word=word)} END AS word{word}"
        for word in range(len(options))
    )
    flags = ", ".join(f"silent{number}" for number, _ in numbered)
    return f"""SELECT failed, {flags}, {kept} FROM (
        SELECT {failed} AS failed, {silent}, {", ".join(options)} FROM programs_searchrow r
         WHERE {place} AND {how_many} <= 1 OFFSET 0) r"""
