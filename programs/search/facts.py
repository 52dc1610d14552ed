"""The facts of programs as plain data, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from programs.search.vocabulary import Vocabulary, VocabularyFacet, VocabularyTerm

_FACTS = """
SELECT fact.program_id, fact.term_id, fact.answer, fact.relation, fact.plan,
       fact.reported_on, fact.confirmed_on, source.name, source.kind, source.date_precision,
       fact.details
  FROM (
    SELECT program_id, term_id, answer, '' AS relation, '' AS plan, source_id, reported_on,
           confirmed_on,
           json_build_object('hours_per_week_min', hours_per_week_min,
                             'hours_per_week_max', hours_per_week_max,
                             'length_days_min', length_days_min,
                             'length_days_max', length_days_max,
                             'overnight', overnight,
                             'asam_level', asam_level, 'asam_edition', asam_edition) AS details
      FROM programs_carefact WHERE program_id = ANY(%(ids)s::int[])
    UNION ALL
    SELECT program_id, term_id, answer, relation, '', source_id, reported_on, confirmed_on, NULL
      FROM programs_medicationfact WHERE program_id = ANY(%(ids)s::int[])
    UNION ALL
    SELECT program_id, term_id, answer, relation, plan, source_id, reported_on, confirmed_on, NULL
      FROM programs_coveragefact WHERE program_id = ANY(%(ids)s::int[])
    UNION ALL
    SELECT program_id, term_id, answer, '', '', source_id, reported_on, confirmed_on, NULL
      FROM programs_featurefact
     WHERE program_id = ANY(%(ids)s::int[])
       AND (%(terms)s::int[] IS NULL OR term_id = ANY(%(terms)s::int[]))
  ) fact JOIN programs_source source ON source.id = fact.source_id
"""


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One statement, with who made it and when. `relation` is empty where the kind has none."""

    facet: VocabularyFacet
    term: VocabularyTerm
    answer: str
    relation: str
    plan: str
    reported_on: date
    confirmed_on: date | None
    source_name: str
    source_kind: str
    date_precision: str
    details: dict[str, int | str | bool | None] | None


def stated_facts(
    program_ids: Sequence[int],
    vocabulary: Vocabulary,
    *,
    feature_term_ids: Sequence[int] | None = None,
) -> dict[int, tuple[StatedFact, ...]]:
    """Return the facts of these programs by program id, in the vocabulary's order. One statement.

    Features can be limited to some terms, for a page that shows few of them.
    """
    with connection.cursor() as cursor:
        limit = None if feature_term_ids is None else list(feature_term_ids)
        cursor.execute(_FACTS, {"ids": list(program_ids), "terms": limit})
        rows = cursor.fetchall()
    order = {term_id: place for place, term_id in enumerate(vocabulary.term_by_id)}
    rows.sort(key=lambda row: (order.get(row[1], -1), row[3], row[4]))
    found: dict[int, list[StatedFact]] = {program_id: [] for program_id in program_ids}
    for program_id, term_id, *values in rows:
        # A term added a moment ago is not in this vocabulary yet: the next page has it.
        if term_id in order:
            facet, term = vocabulary.facet_of_term[term_id], vocabulary.term_by_id[term_id]
            found[program_id].append(StatedFact(facet, term, *values))
    return {program_id: tuple(facts) for program_id, facts in found.items()}
