"""What undoing a run would do, counted before anybody asks for it."""

# Every name put into a statement here is one of our tables or columns.
# ruff: noqa: S608

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper

from programs.importers.undo import change_set_of
from programs.importers.undo_tables import TABLES, UndoneTable, references
from programs.models import DuplicatePair, Facility, ImportRun
from programs.models.history import EVENT_MODELS


class Written(NamedTuple):
    """What a run wrote to one table, and how many of those rows were written to since."""

    table: str
    made: int
    changed: int
    deleted: int
    since: int


class Leavings(NamedTuple):
    """What was left on a new listing that would go otherwise: how many of each kind."""

    facility: Facility
    counts: dict[str, int]


class UndoPreview(NamedTuple):
    """What undoing is about, a table each, and the new listings that stay all the same."""

    written: list[Written]
    staying: list[Leavings]

    @property
    def staying_counts(self) -> dict[str, int]:
        """How many reports, links and the like are on the listings that stay, by kind."""
        total: dict[str, int] = defaultdict(int)
        for leavings in self.staying:
            for kind, count in leavings.counts.items():
                total[kind] += count
        return dict(sorted(total.items()))


def undo_preview(run: ImportRun) -> UndoPreview:
    """Count what undoing a run is about; nothing if the history does not have the run."""
    with connection.cursor() as cursor:
        change_set = change_set_of(cursor, run)
        if change_set is None:
            return UndoPreview([], [])
        written = [_written(cursor, tracked, change_set) for tracked in TABLES]
        return UndoPreview(written, _staying(cursor, change_set))


def _written(cursor: CursorWrapper, tracked: UndoneTable, change_set: UUID) -> Written:
    of_run = f"FROM {tracked.events} WHERE pgh_context_id = %s"
    cursor.execute(f"SELECT pgh_label, count(*) {of_run} GROUP BY 1", [change_set])
    counts = dict(cursor.fetchall())
    # Few rows have later events: they are looked up among those of the run, not the other way.
    cursor.execute(
        f"SELECT count(DISTINCT later.pgh_obj_id) FROM {tracked.events} later"
        f" WHERE later.pgh_id > (SELECT max(pgh_id) {of_run})"
        f" AND EXISTS (SELECT 1 {of_run} AND pgh_obj_id = later.pgh_obj_id)",
        [change_set, change_set],
    )
    (since,) = cursor.fetchone()
    made, changed, deleted = (counts.get(label, 0) for label in ("insert", "update", "delete"))
    name = str(tracked.model._meta.verbose_name_plural)
    return Written(name, made, changed, deleted, since)


def _staying(cursor: CursorWrapper, change_set: UUID) -> list[Leavings]:
    """Return the new listings on which somebody left something: one statement, and one to name."""
    kinds = {model._meta.db_table: model for model in apps.get_models()}
    # A pair that nobody decided on goes with its listings.
    parts = [
        f"SELECT made.id, '{table}' FROM made"
        f" JOIN programs_program program ON program.facility_id = made.id"
        f" JOIN {table} other ON other.{column} = {parent}"
        + (" AND other.parted_at IS NOT NULL" if kinds[table] is DuplicatePair else "")
        for table, column, parent in references()
    ]
    cursor.execute(
        f"WITH made AS (SELECT pgh_obj_id AS id FROM {EVENT_MODELS[Facility]._meta.db_table}"
        " WHERE pgh_context_id = %s AND pgh_label = 'insert')"
        f" SELECT id, kind, count(*) FROM ({' UNION ALL '.join(parts)}) AS left_there (id, kind)"
        " GROUP BY id, kind ORDER BY id, kind",
        [change_set],
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for facility_id, table, count in cursor.fetchall():
        found[facility_id][str(kinds[table]._meta.verbose_name_plural)] = count
    facilities = Facility.objects.filter(pk__in=found).order_by("state", "city", "name", "pk")
    return [Leavings(facility, found[facility.pk]) for facility in facilities]
