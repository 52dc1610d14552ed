"""The facts of programs as plain data, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from programs.search.vocabulary import Vocabulary, VocabularyFacet, VocabularyTerm

_OF_PROGRAMS = "WHERE program_id = ANY(%(program_ids)s::int[])"
_OF_TERMS = " AND term_id = ANY(%(term_ids)s::int[])"

# Facts that share their source and dates, which is nearly all of a program's, share a row.
_FACTS = """
SELECT fact.program_id, source.name, source.kind, source.date_precision, fact.reported_on,
       fact.confirmed_on, fact.statements
  FROM (
    SELECT program_id, source_id, reported_on, confirmed_on,
           json_agg(json_build_array(term_id, answer, relation, plan, details)) AS statements
      FROM (
        SELECT program_id, term_id, answer, '' AS relation, '' AS plan, source_id, reported_on,
               confirmed_on,
               CASE WHEN num_nonnulls(hours_per_week_min, hours_per_week_max, length_days_min,
                                      length_days_max, overnight, asam_edition) > 0
                 THEN json_build_object('hours_per_week_min', hours_per_week_min,
                                        'hours_per_week_max', hours_per_week_max,
                                        'length_days_min', length_days_min,
                                        'length_days_max', length_days_max,
                                        'overnight', overnight,
                                        'asam_level', asam_level,
                                        'asam_edition', asam_edition) END AS details
          FROM programs_carefact {wanted}
        UNION ALL
        SELECT program_id, term_id, answer, relation, '', source_id, reported_on, confirmed_on, NULL
          FROM programs_medicationfact {wanted}
        UNION ALL
        SELECT program_id, term_id, answer, relation, plan, source_id, reported_on, confirmed_on,
               NULL
          FROM programs_coveragefact {wanted}
        UNION ALL
        SELECT program_id, term_id, answer, '', '', source_id, reported_on, confirmed_on, NULL
          FROM programs_featurefact {wanted}
      ) statement
     GROUP BY program_id, source_id, reported_on, confirmed_on
  ) fact JOIN programs_source source ON source.id = fact.source_id
"""


class StatedFact(NamedTuple):
    """One statement, with who made it and when. `relation` is empty where the kind has none.

    `details` are the further columns of a level of care, or None where none is stated.
    A named tuple: a page makes hundreds of them.
    """

    facet: VocabularyFacet
    term: VocabularyTerm
    answer: str
    relation: str
    plan: str
    details: dict[str, int | str | bool | None] | None
    source_name: str
    source_kind: str
    date_precision: str
    reported_on: date
    confirmed_on: date | None


def stated_facts(
    program_ids: Sequence[int],
    vocabulary: Vocabulary,
    *,
    term_ids: Iterable[int] | None = None,
) -> dict[int, tuple[StatedFact, ...]]:
    """Return the facts of these programs by program id, in the vocabulary's order. One statement.

    With `term_ids` only those about these terms, for a page that shows few of them.
    """
    parameters = {"program_ids": list(program_ids)}
    wanted = _OF_PROGRAMS
    if term_ids is not None:
        wanted += _OF_TERMS
        parameters["term_ids"] = list(term_ids)
    with connection.cursor() as cursor:
        cursor.execute(_FACTS.format(wanted=wanted), parameters)
        rows = cursor.fetchall()
    found: dict[int, list[StatedFact]] = {program_id: [] for program_id in program_ids}
    for row in rows:
        found[row[0]].extend(_facts_of_row(row, vocabulary))
    order = vocabulary.place_of_term
    return {
        program_id: tuple(
            sorted(facts, key=lambda fact: (order[fact.term.id], fact.relation, fact.plan))
        )
        for program_id, facts in found.items()
    }


def _facts_of_row(row: tuple[Any, ...], vocabulary: Vocabulary) -> Iterable[StatedFact]:
    _program_id, name, kind, precision, reported_on, confirmed_on, statements = row
    for term_id, answer, relation, plan, details in statements:
        # A term added a moment ago is not in this vocabulary yet: the next page has it.
        if term_id in vocabulary.term_by_id:
            yield StatedFact(
                vocabulary.facet_of_term[term_id],
                vocabulary.term_by_id[term_id],
                answer,
                relation,
                plan,
                details,
                name,
                kind,
                precision,
                reported_on,
                confirmed_on,
            )
