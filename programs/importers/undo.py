"""Bring back what a run found, row by row, from the history of every table that it wrote to.

A row that is still as the run left it becomes what it was before the run. A row that somebody
changed since stays, and so does a new listing on which anybody worked since, whole: half of it
would be a wrong listing. What stays is told, line by line.
"""

# Every name put into a statement here is one of our tables or columns.
# ruff: noqa: S608

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from programs.enums import ChangeKind
from programs.importers.apply import check_references
from programs.importers.federal_load import Clock, LoadRefusedError, keep_lines
from programs.importers.undo_kept import keep_listings_worked_on, stayed
from programs.importers.undo_tables import TABLES, UndoneTable, references
from programs.models import ImportRun
from programs.models.history import TRACKED


def undo(run: ImportRun, clock: Clock) -> None:
    """Undo what a run wrote, inside the caller's transaction and change set.

    Raises LoadRefusedError if the history does not have the run.
    """
    with connection.cursor() as cursor:
        change_set = change_set_of(cursor, run)
        if change_set is None:
            raise LoadRefusedError("The history of listings does not have this run.")
        _prepare(cursor)
        with clock("Reading the history"):
            for tracked in TABLES:
                cursor.execute(_create(tracked))
                cursor.execute(_find(tracked), [change_set])
                cursor.execute(f"ANALYZE {tracked.undoing}")
        with clock("Looking for what changed since"):
            kept = keep_listings_worked_on(cursor)
        with clock("Writing back"):
            programs = _programs_concerned(cursor)
            _let_go_of_added(cursor)
            for tracked in TABLES:
                _write_back(cursor, tracked)
        with clock("Refreshing search"):
            _refresh_search(cursor, programs)
        with clock("Checking references"):
            check_references(cursor)
        keep_lines(run, [*kept, *(line for table in TABLES for line in stayed(cursor, table))])


def change_set_of(cursor: CursorWrapper, run: ImportRun) -> UUID | None:
    """Return the id of the change set under which the run wrote last, if it ever did."""
    cursor.execute(
        "SELECT id FROM pghistory_context"
        " WHERE metadata->>'kind' = %s AND metadata->>'run' = %s"
        " ORDER BY created_at DESC LIMIT 1",
        [ChangeKind.IMPORT.value, str(run.pk)],
    )
    found = cursor.fetchone()
    return found[0] if found else None


def _prepare(cursor: CursorWrapper) -> None:
    """Keep others from writing to listings, and the triggers from refreshing at each step."""
    tables = ", ".join(tracked.table for tracked in TABLES)
    cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute("SET LOCAL programs.search_refresh = 'off'")


def _create(tracked: UndoneTable) -> str:
    """Return the statement that makes the table of what the run wrote to one table.

    `before` is the event that holds the row as it was; `is_made` says that there was none.
    `is_gone` says that the run deleted it, `is_same` that it still is as the run left it.
    """
    return f"""
    DROP TABLE IF EXISTS pg_temp.{tracked.undoing};
    CREATE TEMPORARY TABLE {tracked.undoing} (
      id bigint, last bigint, before bigint, is_made bool, is_gone bool, is_same bool
    ) ON COMMIT DROP
    """


def _find(tracked: UndoneTable) -> str:
    return f"""
    INSERT INTO {tracked.undoing}
    WITH written AS (
      SELECT pgh_obj_id AS id, min(pgh_id) AS first, max(pgh_id) AS last
        FROM {tracked.events} WHERE pgh_context_id = %s GROUP BY pgh_obj_id
    )
    SELECT written.id, written.last, before.pgh_id,
           first.pgh_label = 'insert', last.pgh_label = 'delete',
           -- A row whose past is not known is left alone.
           (first.pgh_label = 'insert' OR before.pgh_id IS NOT NULL)
           AND CASE WHEN last.pgh_label = 'delete' THEN present.id IS NULL
                    ELSE ({tracked.listed("present")})
                         IS NOT DISTINCT FROM ({tracked.listed("last")})
               END
      FROM written
      JOIN {tracked.events} first ON first.pgh_id = written.first
      JOIN {tracked.events} last ON last.pgh_id = written.last
      LEFT JOIN LATERAL (
        SELECT event.pgh_id FROM {tracked.events} event
         WHERE first.pgh_label <> 'insert'
           AND event.pgh_obj_id = written.id AND event.pgh_id < written.first
         ORDER BY event.pgh_id DESC LIMIT 1
      ) before ON true
      LEFT JOIN {tracked.table} present ON present.id = written.id
    """


def _programs_concerned(cursor: CursorWrapper) -> list[int]:
    """Return the programs whose search rows may change."""
    of_facilities = (
        "SELECT program.id FROM undo_facility undoing"
        " JOIN programs_program program ON program.facility_id = undoing.id"
    )
    of_rows = (
        f"SELECT last.program_id FROM {tracked.undoing} undoing"
        f" JOIN {tracked.events} last ON last.pgh_id = undoing.last"
        for tracked in TABLES
        if TRACKED[tracked.model] == "program"
    )
    cursor.execute(" UNION ".join([of_facilities, "SELECT id FROM undo_program", *of_rows]))
    return [row[0] for row in cursor.fetchall()]


def _let_go_of_added(cursor: CursorWrapper) -> None:
    """Clear the columns that name a listing which is going, where that may be empty."""
    for table, column, parent in references(to_be_cleared=True):
        of = "undo_facility" if parent == "made.id" else "undo_program"
        cursor.execute(
            f"UPDATE {table} SET {column} = NULL"
            f" WHERE {column} IN (SELECT id FROM {of} WHERE is_made AND is_same)"
        )


def _write_back(cursor: CursorWrapper, tracked: UndoneTable) -> None:
    columns = ", ".join(tracked.columns)
    cursor.execute(
        f"DELETE FROM {tracked.table} present USING {tracked.undoing} undoing"
        f" WHERE undoing.id = present.id AND undoing.is_made AND undoing.is_same"
    )
    before = (
        f" FROM {tracked.undoing} undoing JOIN {tracked.events} before"
        f" ON before.pgh_id = undoing.before"
    )
    cursor.execute(
        f"UPDATE {tracked.table} present SET ({columns}) = ROW({tracked.listed('before')})"
        f" {before} WHERE present.id = undoing.id AND undoing.is_same"
    )
    leads_by = TRACKED[tracked.model]
    parent = (
        ""
        if leads_by == "id"
        else f"JOIN programs_{leads_by} ON programs_{leads_by}.id = before.{leads_by}_id"
    )
    cursor.execute(
        f"INSERT INTO {tracked.table} ({columns}) SELECT {tracked.listed('before')}"
        f" {before} {parent} WHERE undoing.is_gone AND undoing.is_same"
        # A keeper may have entered the same fact anew.
        " ON CONFLICT DO NOTHING"
    )


def _refresh_search(cursor: CursorWrapper, programs: list[int]) -> None:
    cursor.execute(f"ANALYZE {', '.join(tracked.table for tracked in TABLES)}")
    cursor.execute("SELECT programs_refresh_search(%s)", [programs])
    cursor.execute("SET LOCAL programs.search_refresh = 'on'")
