"""Write a staged plan: a few statements over the temporary tables of `staging`."""

# Every name put into a statement here is a constant of the code.
# ruff: noqa: S608

from __future__ import annotations

from datetime import date

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from programs.enums import FactKind, SourceKind
from programs.importers.listings import FACILITY_COLUMNS
from programs.importers.plan import ADDED, ALTERED, REMOVED, Plan
from programs.importers.staging import FACT_TABLES, FactTable
from programs.models import Facility, Program

#: Tables that a load reads, compares and then writes: nobody else may write in between.
LOCKED_TABLES = (
    "programs_federalrecord",
    "programs_facility",
    "programs_phone",
    *(table.name for table in FACT_TABLES),
)

COLUMNS = ", ".join(FACILITY_COLUMNS)

NUMBER_NEW_ROWS = """
UPDATE staged_row
   SET facility_id = nextval(pg_get_serial_sequence('programs_facility', 'id')),
       program_id = nextval(pg_get_serial_sequence('programs_program', 'id'))
 WHERE is_new
"""

UPDATE_FACILITIES = f"""
UPDATE programs_facility
   SET ({COLUMNS}) = ROW({", ".join("staged." + column for column in FACILITY_COLUMNS)})
  FROM staged_row staged
 WHERE NOT staged.is_new AND programs_facility.id = staged.facility_id
   AND ({", ".join("programs_facility." + column for column in FACILITY_COLUMNS)})
       IS DISTINCT FROM ({", ".join("staged." + column for column in FACILITY_COLUMNS)})
"""

STAGE_PHONES = """
DROP TABLE IF EXISTS pg_temp.staged_phone;
CREATE TEMPORARY TABLE staged_phone (
  row_number int, use text, number text, extension text, position int, is_dropped boolean
) ON COMMIT DROP
"""

#: Parameters: the release's source and date, for each statement that has them.
WRITE_PHONES = (
    """
    DELETE FROM programs_phone
     USING staged_phone phone JOIN staged_row staged USING (row_number)
     WHERE phone.is_dropped AND programs_phone.facility_id = staged.facility_id
       AND (programs_phone.use, programs_phone.number, programs_phone.extension)
           = (phone.use, phone.number, phone.extension)
    """,
    # The release states these again, so they have its date.
    f"""
    UPDATE programs_phone SET source_id = %(source_id)s, reported_on = %(reported_on)s
      FROM staged_phone phone JOIN staged_row staged USING (row_number), programs_source source
     WHERE NOT phone.is_dropped AND programs_phone.facility_id = staged.facility_id
       AND (programs_phone.use, programs_phone.number, programs_phone.extension)
           = (phone.use, phone.number, phone.extension)
       AND source.id = programs_phone.source_id
       AND source.kind = '{SourceKind.FEDERAL_DIRECTORY.value}'
       AND programs_phone.confirmed_on IS NULL
       AND (programs_phone.source_id <> %(source_id)s
            OR programs_phone.reported_on <> %(reported_on)s)
    """,
    """
    INSERT INTO programs_phone
           (facility_id, use, number, extension, position, source_id, reported_on)
    SELECT staged.facility_id, phone.use, phone.number, phone.extension, phone.position,
           %(source_id)s, %(reported_on)s::date
      FROM staged_phone phone JOIN staged_row staged USING (row_number)
     WHERE NOT phone.is_dropped ORDER BY row_number, position
    ON CONFLICT ON CONSTRAINT phone_listed_once DO UPDATE SET position = EXCLUDED.position
     WHERE programs_phone.position <> EXCLUDED.position
    """,
)

WRITE_RECORDS = """
INSERT INTO programs_federalrecord (program_id, source_id, row_number, row, fingerprint)
SELECT program_id, %s, row_number, staged.row, fingerprint FROM staged_row staged
 ORDER BY row_number
ON CONFLICT (program_id) DO UPDATE
   SET source_id = EXCLUDED.source_id, row_number = EXCLUDED.row_number, row = EXCLUDED.row,
       fingerprint = EXCLUDED.fingerprint, missing_since_id = NULL
"""

MARK_GONE = """
UPDATE programs_federalrecord SET missing_since_id = %s, found_open_on = NULL
 WHERE program_id = ANY(%s) AND missing_since_id IS NULL
"""


#: A medicine has a row for each relation: what the release says takes the place of those that a
#: keeper confirmed and the release does not state.
REPLACE_TAKEN_MEDICINES = f"""
DELETE FROM programs_medicationfact fact USING fact_change taken
 WHERE taken.is_taken AND taken.fact_id IS NULL AND taken.kind = '{FactKind.MEDICATION.value}'
   AND fact.program_id = taken.program_id AND fact.term_id = taken.term_id
   AND NOT EXISTS (
     SELECT 1 FROM staged_row staged CROSS JOIN unnest(staged.facts) AS stated(number)
       JOIN staged_fact said USING (number)
      WHERE staged.program_id = fact.program_id AND said.kind = taken.kind
        AND said.term_id = fact.term_id AND said.relation = fact.relation)
"""


def prepare(cursor: CursorWrapper) -> None:
    """Keep others from writing what the load compares."""
    cursor.execute(f"LOCK TABLE {', '.join(LOCKED_TABLES)} IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute("SET LOCAL work_mem = '64MB'")


def write_listings(cursor: CursorWrapper, plan: Plan, *, source_id: int, reported_on: date) -> None:
    """Write facilities, programs, phones and federal records; mark the listings that are gone."""
    cursor.execute("SET LOCAL programs.search_refresh = 'off'")  # until `refresh_search`
    cursor.execute(NUMBER_NEW_ROWS)
    facility = {column: column for column in FACILITY_COLUMNS}
    _insert_new(cursor, Facility, {"id": "facility_id", **facility})
    _insert_new(cursor, Program, {"id": "program_id", "facility_id": "facility_id"})
    cursor.execute(UPDATE_FACILITIES)
    _stage_phones(cursor, plan)
    for statement in WRITE_PHONES:
        cursor.execute(statement, {"source_id": source_id, "reported_on": reported_on})
    cursor.execute(WRITE_RECORDS, [source_id])
    gone = [listing.program_id for listing in plan.newly_gone]
    cursor.execute(MARK_GONE, [source_id, gone])


def _insert_new(cursor: CursorWrapper, model: type[Model], staged: dict[str, str]) -> None:
    """Insert a row of the model for each new row. What is not staged has the model's default."""
    defaults = {
        str(field.column): field.get_default()
        for field in model._meta.concrete_fields
        if field.column not in staged
    }
    values = ", ".join([*staged.values(), *["%s"] * len(defaults)])
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join([*staged, *defaults])})"
        f" SELECT {values} FROM staged_row WHERE is_new ORDER BY row_number",
        [*defaults.values()],
    )


def _stage_phones(cursor: CursorWrapper, plan: Plan) -> None:
    cursor.execute(STAGE_PHONES)
    with cursor.copy("COPY staged_phone FROM STDIN") as copy:
        for planned in plan.rows:
            if planned.is_settled:
                continue
            number = planned.row.row_number
            for position, phone in enumerate(planned.row.telephones):
                copy.write_row([number, phone.use, phone.number, phone.extension, position, False])
            for phone in planned.dropped_telephones:
                copy.write_row([number, phone.use, phone.number, phone.extension, 0, True])


def write_facts(cursor: CursorWrapper, *, source_id: int, reported_on: date) -> None:
    """Write the facts of new rows and what differs for the others; re-date what still holds."""
    cursor.execute(REPLACE_TAKEN_MEDICINES)
    for table in FACT_TABLES:
        cursor.execute(
            f"DELETE FROM {table.name} USING fact_change"
            f" WHERE (change = '{REMOVED}' OR is_taken AND number IS NULL)"
            f" AND kind = '{table.kind.value}' AND {table.name}.id = fact_id"
        )
        if table.values:
            cursor.execute(_alter(table))
            cursor.execute(_take(table), [source_id, reported_on])
        cursor.execute(_redate(table), [source_id, reported_on, source_id, reported_on])
        cursor.execute(_insert(table), [source_id, reported_on] * 2)


def _alter(table: FactTable) -> str:
    return (
        f"UPDATE {table.name} SET ({', '.join(table.values)})"
        f" = ROW({table.listed('said', table.values)})"
        " FROM fact_change JOIN staged_fact said USING (number)"
        f" WHERE change = '{ALTERED}' AND fact_change.kind = '{table.kind.value}'"
        f" AND {table.name}.id = fact_id"
    )


def _take(table: FactTable) -> str:
    """Put what the release says in the place of what a keeper confirmed and then gave up."""
    columns = ("source_id", "reported_on", "confirmed_on", *table.values)
    return (
        f"UPDATE {table.name} SET ({', '.join(columns)})"
        f" = ROW(%s, %s::date, NULL::date, {table.listed('said', table.values)})"
        " FROM fact_change JOIN staged_fact said USING (number)"
        f" WHERE is_taken AND fact_change.kind = '{table.kind.value}'"
        f" AND {table.name}.id = fact_id"
    )


def _redate(table: FactTable) -> str:
    """Give the release's date to the facts that it states again."""
    return (
        f"UPDATE {table.name} fact SET source_id = %s, reported_on = %s"
        " FROM staged_row staged, programs_source source"
        " WHERE NOT staged.is_new AND fact.program_id = staged.program_id"
        f" AND source.id = fact.source_id AND source.kind = '{SourceKind.FEDERAL_DIRECTORY.value}'"
        " AND fact.confirmed_on IS NULL"
        " AND (fact.source_id <> %s OR fact.reported_on <> %s)"
    )


def _insert(table: FactTable) -> str:
    columns = ", ".join(table.columns)
    said = table.listed("said", table.columns)
    return (
        f"INSERT INTO {table.name} (program_id, term_id, source_id, reported_on, {columns})"
        f" SELECT staged.program_id, said.term_id, %s, %s::date, {said}"
        " FROM staged_row staged CROSS JOIN unnest(staged.facts) AS stated(number)"
        f" JOIN staged_fact said USING (number)"
        f" WHERE staged.is_new AND said.kind = '{table.kind.value}'"
        f" UNION ALL SELECT program_id, said.term_id, %s, %s::date, {said}"
        " FROM fact_change JOIN staged_fact said USING (number)"
        f" WHERE (change = '{ADDED}' OR is_taken AND fact_id IS NULL)"
        f" AND fact_change.kind = '{table.kind.value}'"
    )


def refresh_search(cursor: CursorWrapper) -> None:
    """Derive the search projection of all that was staged, and let the triggers do so again.

    Statistics come first: planned for the few rows of before, the same statement took minutes.
    """
    cursor.execute(f"ANALYZE {', '.join((*LOCKED_TABLES, 'programs_program'))}")
    cursor.execute(
        "SELECT programs_refresh_search(array_agg(program_id)) FROM staged_row HAVING count(*) > 0"
    )
    cursor.execute("ANALYZE programs_searchrow")
    cursor.execute("SET LOCAL programs.search_refresh = 'on'")


def check_references(cursor: CursorWrapper) -> None:
    """Check all foreign keys now, so that the time it takes is seen, and again at commit.

    Each of a million checks looks for one row by its key: never by reading the table, as may look
    cheaper while statistics are of a nearly empty one.
    """
    cursor.execute("SET LOCAL enable_seqscan = off")
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    cursor.execute("SET LOCAL enable_seqscan = on")
