"""Bring back what a run found, row by row, from the history of every table that it wrote to.

A row that is still as the run left it becomes what it was before the run. A row that somebody
changed since stays, and so does a new listing on which anybody worked since, whole: half of it
would be a wrong listing. What stays is told, line by line.
"""

# Every name put into a statement here is one of our tables or columns.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import SET_NULL, ForeignKey, Model
from pghistory.models import Event

from programs.enums import ChangeKind, ImportAction
from programs.importers.apply import check_references
from programs.importers.federal_load import Clock, LoadRefusedError, keep_lines
from programs.models import (
    Facility,
    FreshnessRow,
    ImportItem,
    ImportRun,
    Organization,
    Program,
    SearchName,
    SearchRow,
    Term,
)
from programs.models.history import EVENT_MODELS, TRACKED

KEPT_WHOLE = "somebody worked on this new listing since: it stays, whole"

#: Derived from the listings, and brought up to date at the end.
DERIVED = (SearchRow, SearchName, FreshnessRow)


@dataclass(frozen=True, slots=True)
class Tracked:
    """A table of listings, the table of its events, and the temporary table of its undoing."""

    model: type[Model]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def events(self) -> str:
        return str(EVENT_MODELS[self.model]._meta.db_table)

    @property
    def undoing(self) -> str:
        return f"undo_{self.model._meta.model_name}"

    @property
    def columns(self) -> list[str]:
        fields = self.model._meta.local_concrete_fields
        return [str(field.column) for field in fields if not field.generated]

    def facility(self, alias: str) -> str:
        """Return what names the facility of a row; see `_program_of` for rows of a program."""
        column = {"id": "id", "facility": "facility_id"}.get(TRACKED[self.model])
        return f"{alias}.{column}" if column else "program.facility_id"

    def listed(self, alias: str) -> str:
        return ", ".join(f"{alias}.{column}" for column in self.columns)


#: Parents before the rows that refer to them. A release says nothing of organizations.
TABLES = tuple(Tracked(model) for model in TRACKED if model is not Organization)


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
            kept = _keep_listings_worked_on(cursor)
        with clock("Writing back"):
            programs = _programs_concerned(cursor)
            _let_go_of_added(cursor)
            for tracked in TABLES:
                _write_back(cursor, tracked)
        with clock("Refreshing search"):
            _refresh_search(cursor, programs)
        with clock("Checking references"):
            check_references(cursor)
        keep_lines(run, [*kept, *(line for table in TABLES for line in _stayed(cursor, table))])


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


def _create(tracked: Tracked) -> str:
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


def _find(tracked: Tracked) -> str:
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


# ---- new listings on which somebody worked since


def _keep_listings_worked_on(cursor: CursorWrapper) -> list[ImportItem]:
    """Take the new listings that somebody worked on out of what is undone; return their lines."""
    cursor.execute(
        # A pair that nobody decided on is no work of a person; it is found again if it holds.
        "DELETE FROM programs_duplicatepair USING undo_facility made"
        " WHERE made.is_made AND parted_at IS NULL"
        " AND (first_id = made.id OR second_id = made.id);"
        " DROP TABLE IF EXISTS pg_temp.undo_kept;"
        " CREATE TEMPORARY TABLE undo_kept (facility_id bigint) ON COMMIT DROP"
    )
    for tracked in TABLES:
        cursor.execute(_worked_on(tracked))
    for table, column, parent in references():
        cursor.execute(
            f"INSERT INTO undo_kept SELECT made.id FROM undo_facility made"
            f" JOIN programs_program program ON program.facility_id = made.id"
            f" JOIN {table} other ON other.{column} = {parent} WHERE made.is_made"
        )
    for tracked in TABLES:
        cursor.execute(
            f"DELETE FROM {tracked.undoing} undoing USING {tracked.events} last"
            f" {_program_of(tracked, 'last')}"
            f" WHERE last.pgh_id = undoing.last"
            f" AND {tracked.facility('last')} IN (SELECT facility_id FROM undo_kept)"
        )
    return _lines(cursor, "SELECT DISTINCT facility_id, NULL::int FROM undo_kept", KEPT_WHOLE)


def _program_of(tracked: Tracked, alias: str) -> str:
    if TRACKED[tracked.model] != "program":
        return ""
    return f"JOIN programs_program program ON program.id = {alias}.program_id"


def _worked_on(tracked: Tracked) -> str:
    """Return the statement that finds new facilities with a row that is not as the run left it:
    a keeper's own, one that was changed, or one that was taken away."""
    return f"""
    INSERT INTO undo_kept
    SELECT made.id
      FROM {tracked.table} present {_program_of(tracked, "present")}
      JOIN undo_facility made ON made.id = {tracked.facility("present")} AND made.is_made
      LEFT JOIN {tracked.undoing} undoing
        ON undoing.id = present.id AND undoing.is_made AND undoing.is_same
     WHERE undoing.id IS NULL
    UNION
    SELECT made.id
      FROM {tracked.undoing} undoing
      JOIN {tracked.events} last ON last.pgh_id = undoing.last {_program_of(tracked, "last")}
      JOIN undo_facility made ON made.id = {tracked.facility("last")} AND made.is_made
     WHERE undoing.is_made AND NOT undoing.is_same
    """


def references(*, to_be_cleared: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield (table, column, parent) of what refers to programs and facilities besides `TABLES`.

    Those are what keepers and the public left there, or what only has to forget them.
    """
    for parent in (Facility, Program):
        for relation in parent._meta.get_fields(include_hidden=True):
            field = getattr(relation, "field", None)
            if not isinstance(field, ForeignKey) or relation.concrete or field.model in DERIVED:
                continue
            if field.name == TRACKED.get(field.model) or field.model._meta.proxy:
                continue
            if issubclass(field.model, Event):
                continue
            # One listing that leads to another, by a merge, is a person's work.
            is_cleared = field.remote_field.on_delete is SET_NULL and field.model not in TRACKED
            if is_cleared == to_be_cleared:
                id_of = "made.id" if parent is Facility else "program.id"
                yield field.model._meta.db_table, field.column, id_of


# ---- writing


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


def _write_back(cursor: CursorWrapper, tracked: Tracked) -> None:
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


# ---- what stayed


def _stayed(cursor: CursorWrapper, tracked: Tracked) -> list[ImportItem]:
    """Return a line for each row that is not what it was before the run."""
    term = "last.term_id" if "term_id" in tracked.columns else "NULL::int"
    return _lines(
        cursor,
        f"SELECT {tracked.facility('last')}, {term} FROM {tracked.undoing} undoing"
        f" JOIN {tracked.events} last ON last.pgh_id = undoing.last {_program_of(tracked, 'last')}"
        f" LEFT JOIN {tracked.table} present ON present.id = undoing.id"
        " WHERE CASE WHEN present.id IS NULL THEN NOT undoing.is_made ELSE NOT undoing.is_same END"
        " ORDER BY undoing.id",
        f"{tracked.model._meta.verbose_name}: changed since",
    )


def _lines(cursor: CursorWrapper, rows: str, reason: str) -> list[ImportItem]:
    """Return a line for each (facility, term) that a statement yields."""
    cursor.execute(rows)
    found = cursor.fetchall()
    facilities = Facility.objects.in_bulk([facility for facility, _term in found])
    terms = Term.objects.select_related("facet").in_bulk(
        [term for _facility, term in found if term]
    )
    paths = {pk: f"{term.facet.slug}/{term.slug}" for pk, term in terms.items()}
    programs = dict(
        Program.objects.filter(facility__in=facilities)
        .order_by("-pk")
        .values_list("facility", "pk")
    )
    return [
        ImportItem(
            action=ImportAction.STAYED,
            program_id=programs.get(facility_id),
            name=str(facilities.get(facility_id, "")),
            city=facilities[facility_id].city if facility_id in facilities else "",
            state=facilities[facility_id].state if facility_id in facilities else "",
            reason=f"{paths[term_id]}, {reason}" if term_id else reason,
            detail={"term": paths[term_id]} if term_id else {},
        )
        for facility_id, term_id in found
    ]
