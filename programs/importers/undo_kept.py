"""What stays when a run is undone, since somebody worked on it; told line by line."""

# Every name put into a statement here is one of our tables or columns.
# ruff: noqa: S608

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from programs.enums import ImportAction
from programs.importers.undo_tables import TABLES, UndoneTable, program_of, references
from programs.models import Facility, ImportItem, Program, Term

KEPT_WHOLE = "somebody worked on this new listing since: it stays, whole"


def keep_listings_worked_on(cursor: CursorWrapper) -> list[ImportItem]:
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
            f" {program_of(tracked, 'last')}"
            f" WHERE last.pgh_id = undoing.last"
            f" AND {tracked.facility('last')} IN (SELECT facility_id FROM undo_kept)"
        )
    return _lines(cursor, "SELECT DISTINCT facility_id, NULL::int FROM undo_kept", KEPT_WHOLE)


def _worked_on(tracked: UndoneTable) -> str:
    """Return the statement that finds new facilities with a row that is not as the run left it:
    a keeper's own, one that was changed, or one that was taken away."""
    return f"""
    INSERT INTO undo_kept
    SELECT made.id
      FROM {tracked.table} present {program_of(tracked, "present")}
      JOIN undo_facility made ON made.id = {tracked.facility("present")} AND made.is_made
      LEFT JOIN {tracked.undoing} undoing
        ON undoing.id = present.id AND undoing.is_made AND undoing.is_same
     WHERE undoing.id IS NULL
    UNION
    SELECT made.id
      FROM {tracked.undoing} undoing
      JOIN {tracked.events} last ON last.pgh_id = undoing.last {program_of(tracked, "last")}
      JOIN undo_facility made ON made.id = {tracked.facility("last")} AND made.is_made
     WHERE undoing.is_made AND NOT undoing.is_same
    """


def stayed(cursor: CursorWrapper, tracked: UndoneTable) -> list[ImportItem]:
    """Return a line for each row that is not what it was before the run."""
    term = "last.term_id" if "term_id" in tracked.columns else "NULL::int"
    return _lines(
        cursor,
        f"SELECT {tracked.facility('last')}, {term} FROM {tracked.undoing} undoing"
        f" JOIN {tracked.events} last ON last.pgh_id = undoing.last {program_of(tracked, 'last')}"
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
