"""The plan in temporary tables, where the database compares and writes a million facts at once.

- `staged_row`: a row of the plan that may have to be written, with all values that it will have.
- `staged_fact`: the distinct facts of the release, numbered; `staged_row.facts` holds numbers.
- `fact_change`: what differs between the facts of matched programs and the release.

All are dropped when the transaction ends.
"""

# Every name put into a statement here is a constant of the code.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from programs.enums import FactKind, SourceKind
from programs.importers.crosswalk import CARE_DETAILS, Crosswalk, StatedFact
from programs.importers.listings import FACILITY_COLUMNS
from programs.importers.plan import ADDED, ALTERED, CONFLICT, REMOVED, FactChange, Plan, PlannedRow

#: A keeper's fact that the release does not state: a conflict only if it stated it before.
UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class FactTable:
    """A table of facts: what tells facts of one program and term apart, and what they say."""

    kind: FactKind
    name: str
    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.keys, *self.values)

    def listed(self, alias: str, columns: Iterable[str]) -> str:
        return ", ".join(f"{alias}.{column}" for column in columns)


FACT_TABLES = (
    FactTable(FactKind.CARE, "programs_carefact", values=("answer", *CARE_DETAILS)),
    FactTable(FactKind.MEDICATION, "programs_medicationfact", keys=("relation",)),
    FactTable(
        FactKind.COVERAGE, "programs_coveragefact", keys=("plan",), values=("relation", "state")
    ),
    FactTable(FactKind.FEATURE, "programs_featurefact", values=("answer",)),
)

#: Facts that a load leaves alone: confirmed, or said by somebody nearer than the directory.
IS_PROTECTED = (
    f"(fact.confirmed_on IS NOT NULL OR source.kind <> '{SourceKind.FEDERAL_DIRECTORY.value}')"
)

CREATE_TABLES = """
DROP TABLE IF EXISTS pg_temp.staged_row, pg_temp.staged_fact, pg_temp.fact_change;
CREATE TEMPORARY TABLE staged_row (
  row_number int PRIMARY KEY, is_new boolean, program_id int, facility_id bigint,
  name text, branch text, street1 text, street2 text, city text, state text, zip_code text,
  county_id bigint, latitude float8, longitude float8, location_precision text,
  row jsonb, fingerprint text, facts int[]
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_fact (
  number int PRIMARY KEY, kind text, term_id int, answer text, relation text,
  hours_per_week_min int, hours_per_week_max int, length_days_min int, length_days_max int,
  overnight boolean, asam_level text NOT NULL DEFAULT '', asam_edition int,
  plan text NOT NULL DEFAULT '', state text NOT NULL DEFAULT ''
) ON COMMIT DROP;
CREATE TEMPORARY TABLE fact_change (
  id int GENERATED ALWAYS AS IDENTITY,
  change text, kind text, program_id int, term_id int, fact_id bigint, number int, was jsonb,
  said_on date, is_taken boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
"""


def stage(cursor: CursorWrapper, plan: Plan) -> list[StatedFact]:
    """Fill the temporary tables. Return the facts by number."""
    cursor.execute(CREATE_TABLES)
    numbers: dict[StatedFact, int] = {}
    columns = ", ".join(FACILITY_COLUMNS)
    with cursor.copy(
        f"COPY staged_row (row_number, is_new, program_id, facility_id, {columns},"
        " row, fingerprint, facts) FROM STDIN"
    ) as copy:
        for planned in plan.rows:
            if not planned.is_settled:
                copy.write_row(_staged_row(planned, numbers))
    facts = list(numbers)
    details = ", ".join(CARE_DETAILS)
    cursor.executemany(
        f"INSERT INTO staged_fact (number, kind, term_id, answer, relation, {details})"
        f" VALUES (%s, %s, %s, %s, %s, {', '.join(['%s'] * len(CARE_DETAILS))})",
        [_staged_fact(number, fact) for number, fact in enumerate(facts)],
    )
    cursor.execute("ANALYZE staged_row; ANALYZE staged_fact")
    return facts


def _staged_row(planned: PlannedRow, numbers: dict[StatedFact, int]) -> list[Any]:
    listing = planned.listing
    return [
        planned.row.row_number,
        listing is None,
        listing.program_id if listing else None,
        listing.facility_id if listing else None,
        *(getattr(planned.facility, column) for column in FACILITY_COLUMNS),
        json.dumps(planned.row.raw),
        planned.fingerprint,
        [numbers.setdefault(fact, len(numbers)) for fact in planned.facts],
    ]


def _staged_fact(number: int, fact: StatedFact) -> list[Any]:
    detail = dict(fact.detail)
    defaults = {"asam_level": ""}
    details = [detail.get(name, defaults.get(name)) for name in CARE_DETAILS]
    return [number, fact.kind, fact.term_id, fact.answer, fact.relation, *details]


def find_fact_changes(
    cursor: CursorWrapper, plan: Plan, facts: list[StatedFact], crosswalk: Crosswalk
) -> None:
    """Compare the facts of matched programs with the release, and put what differs in the plan."""
    for table in FACT_TABLES:
        cursor.execute(_compare(table))
    cursor.execute(KEEP_CONFIRMED_MEDICINES)
    for table in FACT_TABLES:
        cursor.execute(_leave_to_parts(table))
    cursor.execute("ANALYZE fact_change")
    planned_of = {row.listing.program_id: row for row in plan.rows if row.listing}
    for id, program_id, change, term_id, number, was, said_on in _fact_changes(cursor):
        planned = planned_of[program_id]
        said = facts[number] if number is not None else None
        if change == UNSTATED:
            if not _was_stated_before(planned, crosswalk, term_id, was):
                continue
            change = CONFLICT
        planned.fact_changes.append(
            FactChange(
                change=change,
                path=crosswalk.paths[term_id],
                was=_readable(was) if was else "",
                says=said.value if said else "",
                number=id,
                said_on=said_on,
            )
        )


def _compare(table: FactTable) -> str:
    """Return the statement that finds what differs in one table of facts."""
    using = ", ".join(("program_id", "term_id", *table.keys))
    pairs = ", ".join(f"'{column}', stored.{column}" for column in table.columns)
    differs = (
        f"({table.listed('stated', table.values)}) IS DISTINCT FROM"
        f" ({table.listed('stored', table.values)})"
        if table.values
        else "false"
    )
    return f"""
    INSERT INTO fact_change (change, kind, program_id, term_id, fact_id, number, was, said_on)
    SELECT CASE WHEN stored.id IS NULL THEN '{ADDED}'
                WHEN stated.number IS NULL AND stored.is_protected THEN '{UNSTATED}'
                WHEN stated.number IS NULL THEN '{REMOVED}'
                WHEN stored.is_protected THEN '{CONFLICT}'
                ELSE '{ALTERED}' END,
           '{table.kind.value}', program_id, term_id, stored.id, stated.number,
           CASE WHEN stored.id IS NOT NULL THEN jsonb_build_object({pairs}) END,
           CASE WHEN stored.is_protected THEN coalesce(stored.confirmed_on, stored.reported_on) END
      FROM (SELECT staged.program_id, said.*
              FROM staged_row staged
              CROSS JOIN unnest(staged.facts) AS fact(number)
              JOIN staged_fact said USING (number)
              WHERE NOT staged.is_new AND said.kind = '{table.kind.value}') stated
      FULL JOIN
           (SELECT fact.*, {IS_PROTECTED} AS is_protected
              FROM {table.name} fact
              JOIN staged_row staged ON staged.program_id = fact.program_id
              JOIN programs_source source ON source.id = fact.source_id) stored
      USING ({using})
      WHERE stored.id IS NULL OR stated.number IS NULL OR {differs}
    """


def _leave_to_parts(table: FactTable) -> str:
    """Return the statement that drops what a keeper gave to a part of the site's program."""
    return f"""
    DELETE FROM fact_change
     USING programs_program part JOIN {table.name} fact ON fact.program_id = part.id
     WHERE fact_change.change = '{ADDED}' AND fact_change.kind = '{table.kind.value}'
       AND part.split_from_id = fact_change.program_id AND fact.term_id = fact_change.term_id
    """


#: A medicine has a row for each relation: one more could outweigh the one that a keeper confirmed.
KEEP_CONFIRMED_MEDICINES = f"""
UPDATE fact_change
   SET change = '{CONFLICT}', was = jsonb_build_object('relation', fact.relation),
       said_on = coalesce(fact.confirmed_on, fact.reported_on)
  FROM (SELECT DISTINCT ON (program_id, term_id) fact.*
          FROM programs_medicationfact fact
          JOIN programs_source source ON source.id = fact.source_id
         WHERE {IS_PROTECTED}
         ORDER BY program_id, term_id, fact.id) fact
 WHERE fact_change.change = '{ADDED}' AND fact_change.kind = '{FactKind.MEDICATION.value}'
   AND fact.program_id = fact_change.program_id AND fact.term_id = fact_change.term_id
"""


def _fact_changes(
    cursor: CursorWrapper,
) -> Iterator[tuple[int, int, str, int, int | None, dict[str, Any] | None, date | None]]:
    cursor.execute(
        "SELECT id, program_id, change, term_id, number, was, said_on FROM fact_change"
        " ORDER BY program_id, kind, term_id, change, number, fact_id"
    )
    while rows := cursor.fetchmany(10_000):
        for id, program_id, change, term_id, number, was, said_on in rows:
            said = json.loads(was) if was else None
            yield id, program_id, change, term_id, number, said, said_on


def take(cursor: CursorWrapper, conflicts: Iterable[FactChange]) -> None:
    """Let the release win these conflicts: `apply` then writes what it says."""
    cursor.execute(
        "UPDATE fact_change SET is_taken = true WHERE id = ANY(%s)",
        [[conflict.number for conflict in conflicts]],
    )


def _was_stated_before(
    planned: PlannedRow, crosswalk: Crosswalk, term_id: int, was: dict[str, Any] | None
) -> bool:
    """Say whether the last release stated the fact: then its silence now is news to a keeper."""
    assert planned.listing  # noqa: S101  # only facts of listings are compared
    stated = crosswalk.read(planned.listing.last_row.codes).facts
    is_medicine = was is not None and was.keys() == {"relation"}
    relation = was["relation"] if was and is_medicine else ""
    return any(fact.key == (term_id, relation) for fact in stated)


def _readable(was: dict[str, Any]) -> str:
    said = [was.get("relation") or was.get("answer") or ""]
    said += [f"{name} {was[name]}" for name in CARE_DETAILS if was.get(name) not in (None, "")]
    return ", ".join(said)
