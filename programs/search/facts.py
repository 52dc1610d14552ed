"""The facts of programs as plain data, in one statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from programs.enums import ListingPart, NetworkRelation
from programs.search.vocabulary import Vocabulary, VocabularyFacet, VocabularyTerm

_OF_PROGRAMS = "WHERE program_id = ANY(%(program_ids)s::int[])"
_OF_TERMS = " AND term_id = ANY(%(term_ids)s::int[])"

#: More than a vocabulary's terms, each as a survey or a keeper of the same day may state it.
MOST_FACTS_KEPT = 16_384

# Facts that share their source and dates, which is nearly all of a program's, share a row: one
# text, a line for each. JSON has no line break of its own.
_FACTS = """
SELECT fact.program_id, source.name, source.kind, source.date_precision, fact.reported_on,
       fact.confirmed_on, fact.statements
  FROM (
    SELECT program_id, source_id, reported_on, confirmed_on,
           string_agg(json_build_array(term_id, answer, relation, plan, details)::text, E'\\n')
             AS statements
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
    A tuple that sorts as pages print it: `place` is that of the term in the vocabulary, and no two
    facts of a program are the same in the first three.
    """

    place: int
    relation: str
    plan: str
    facet: VocabularyFacet
    term: VocabularyTerm
    answer: str
    details: dict[str, int | str | bool | None] | None
    source_name: str
    source_kind: str
    date_precision: str
    reported_on: date
    confirmed_on: date | None

    def shelf_life_days(self, vocabulary: Vocabulary) -> int:
        """Return how long it stays good: as its facet says, but a network changes sooner."""
        if self.relation == NetworkRelation.IN_NETWORK:
            return vocabulary.shelf_life_days(ListingPart.IN_NETWORK)
        return self.facet.shelf_life_days


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
    for program_id, *said, statements in rows:
        facts = [_fact(vocabulary, text, *said) for text in statements.split("\n")]
        # A term added a moment ago is not in this vocabulary yet: the next page has it.
        found[program_id] += filter(None, facts)
    return {program_id: tuple(sorted(facts)) for program_id, facts in found.items()}


# Programs state the same of the same terms on the same day: few statements make up all pages.
@lru_cache(maxsize=MOST_FACTS_KEPT)
def _fact(
    vocabulary: Vocabulary,
    statement: str,
    source_name: str,
    source_kind: str,
    date_precision: str,
    reported_on: date,
    confirmed_on: date | None,
) -> StatedFact | None:
    """Return what a statement says, or None if its term is not in the vocabulary."""
    term_id, answer, relation, plan, details = json.loads(statement)
    if term_id not in vocabulary.term_by_id:
        return None
    return StatedFact(
        place=vocabulary.place_of_term[term_id],
        relation=relation,
        plan=plan,
        facet=vocabulary.facet_of_term[term_id],
        term=vocabulary.term_by_id[term_id],
        answer=answer,
        details=details,
        source_name=source_name,
        source_kind=source_kind,
        date_precision=date_precision,
        reported_on=reported_on,
        confirmed_on=confirmed_on,
    )
