"""The history of a listing: every change of the facility, its programs and all that they say."""

# Every name put into a statement here is a constant of the code.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, models
from django.utils.translation import gettext as _

from programs.enums import ChangeKind
from programs.models import ChangeSet, Facility, Organization, Program
from programs.models.history import EVENT_MODELS, KNOWN, TRACKED
from programs.upkeep.change_wording import ChangedRow, Names, RowChange, word_changes

#: Changes on a page.
PAGE_SIZE = 20
#: Rows that a page shows of one change set: a load writes a million.
ROWS_SHOWN = 200
#: To preview taking more than this back takes longer than a page may.
MOST_OF_A_LOAD = 20_000

EVENT_TABLES = {model: event._meta.db_table for model, event in EVENT_MODELS.items()}
#: The tables that a listing is made of.
OF_LISTING = [model for model in TRACKED if model is not Organization]


@dataclass(frozen=True, slots=True)
class Event:
    """One write of one row, with the row before it."""

    model: type[models.Model]
    id: int
    row_id: int
    label: str
    at: datetime
    change_set_id: UUID | None
    row: dict[str, Any]
    before: dict[str, Any] | None

    @property
    def after(self) -> dict[str, Any] | None:
        return None if self.label == "delete" else self.row


@dataclass(slots=True)
class Change:
    """All that one change set did, in words."""

    at: datetime
    #: Nothing for what was written past the site.
    change_set: ChangeSet | None
    kind: str
    who: str
    note: str
    rows: list[RowChange]
    #: Facts that were only said again, by a newer source or at a later date.
    restated: list[RowChange] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    changes: list[Change]
    number: int
    has_next: bool


def of_listing(model: type[models.Model]) -> str:
    """Return the condition on events `e` of a table: the row is, or once was, of %(facility)s."""
    table, leads_by = EVENT_TABLES[model], TRACKED[model]
    if leads_by == "id":
        return "e.pgh_obj_id = %(facility)s"
    belongs = f"{leads_by}_id = %(facility)s"
    if leads_by == "program":
        programs = EVENT_TABLES[Program]
        belongs = (
            f"program_id IN (SELECT pgh_obj_id FROM {programs} WHERE facility_id = %(facility)s)"
        )
    return f"e.pgh_obj_id IN (SELECT pgh_obj_id FROM {table} WHERE {belongs})"


def history_of(facility: Facility, viewer: User | AnonymousUser, *, page: int = 1) -> HistoryPage:
    """Return a page of what was changed at a facility, newest first.

    The number of statements does not depend on how much there is.
    """
    times = _times(facility, offset=(page - 1) * PAGE_SIZE)
    shown = times[:PAGE_SIZE]
    if not shown:
        return HistoryPage([], page, False)
    span = {"facility": facility.pk, "first": min(shown), "last": max(shown)}
    where = {
        model: f"{of_listing(model)} AND e.pgh_created_at BETWEEN %(first)s AND %(last)s"
        for model in OF_LISTING
    }
    return HistoryPage(changes_of(read_events(where, span), viewer), page, len(times) > PAGE_SIZE)


def _times(facility: Facility, *, offset: int) -> list[datetime]:
    """Return when each transaction that changed the listing began, newest first; one too many."""
    parts = " UNION ".join(
        f"SELECT e.pgh_created_at AS at FROM {EVENT_TABLES[model]} e WHERE {of_listing(model)}"
        for model in OF_LISTING
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT at FROM ({parts}) writes ORDER BY at DESC LIMIT {PAGE_SIZE + 1}"
            " OFFSET %(offset)s",
            {"facility": facility.pk, "offset": offset},
        )
        return [at for (at,) in cursor.fetchall()]


def rows_of_change_set(change_set: ChangeSet, viewer: User | AnonymousUser) -> list[RowChange]:
    """Return what a change set did, at most about `ROWS_SHOWN` rows of each table."""
    events = read_events(
        dict.fromkeys(TRACKED, "e.pgh_context_id = %(change_set)s"),
        {"change_set": change_set.pk},
        limit=ROWS_SHOWN,
    )
    return word_changes(net_changes(events), viewer)


def count_by_table(change_set: ChangeSet) -> dict[str, int]:
    """Return how many rows of each table a change set wrote, by the table's plural name."""
    parts = " UNION ALL ".join(
        f"SELECT {number}, count(DISTINCT pgh_obj_id) FROM {EVENT_TABLES[model]}"
        " WHERE pgh_context_id = %(change_set)s"
        for number, model in enumerate(TRACKED)
    )
    with connection.cursor() as cursor:
        cursor.execute(parts, {"change_set": change_set.pk})
        counted = dict(cursor.fetchall())
    return {
        str(model._meta.verbose_name_plural): counted[number]
        for number, model in enumerate(TRACKED)
        if counted[number]
    }


def large_load(change_sets: Iterable[ChangeSet]) -> tuple[ChangeSet, int] | None:
    """Return the first load, or undoing of one, that is more than a page takes back, with its size.

    One statement for each load among them.
    """
    for found in change_sets:
        if found.kind in {ChangeKind.IMPORT, ChangeKind.UNDO}:
            count = sum(count_by_table(found).values())
            if count > MOST_OF_A_LOAD:
                return found, count
    return None


def read_events(
    where: Mapping[type[models.Model], str], values: Mapping[str, Any], *, limit: int | None = None
) -> list[Event]:
    """Return the events that meet the condition of their table, oldest first. One statement."""
    tables = list(where)
    parts = " UNION ALL ".join(
        f"({_select(number, EVENT_TABLES[model], where[model], limit)})"
        for number, model in enumerate(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{parts} ORDER BY at, tracked, pgh_id", values)
        rows = cursor.fetchall()
    return [
        Event(
            tables[number], pk, row_id, label, at, change_set_id, json.loads(row),
            json.loads(before) if before else None,
        )
        for number, pk, row_id, label, at, change_set_id, row, before in rows
    ]  # fmt: skip


def _select(number: int, table: str, where: str, limit: int | None) -> str:
    return f"""
    SELECT {number} AS tracked, e.pgh_id, e.pgh_obj_id, e.pgh_label, e.pgh_created_at AS at,
           e.pgh_context_id, to_jsonb(e) AS row,
           (SELECT CASE WHEN earlier.pgh_label <> 'delete' THEN to_jsonb(earlier) END
              FROM {table} earlier
              WHERE earlier.pgh_obj_id = e.pgh_obj_id AND earlier.pgh_id < e.pgh_id
              ORDER BY earlier.pgh_id DESC LIMIT 1) AS before
      FROM {table} e WHERE {where} ORDER BY e.pgh_id {f"LIMIT {limit}" if limit else ""}"""


def net_changes(events: Iterable[Event]) -> list[ChangedRow]:
    """Return what became of each row, from before its first event to after its last."""
    by_row: dict[tuple[type[models.Model], int], list[Event]] = defaultdict(list)
    for event in events:
        by_row[event.model, event.row_id].append(event)
    return [
        ChangedRow(
            model,
            row_id,
            _columns(of_row[0].before),
            _columns(of_row[-1].after),
            is_known_only=of_row[0].label == KNOWN,
        )
        for (model, row_id), of_row in by_row.items()
    ]


def _columns(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the columns of the row itself, without what the history says of the write."""
    if row is None:
        return None
    return {name: value for name, value in row.items() if not name.startswith("pgh_")}


def changes_of(events: list[Event], viewer: User | AnonymousUser) -> list[Change]:
    """Return the events as changes, newest first: one for each change set."""
    by_set: dict[tuple[datetime, UUID | None], list[Event]] = defaultdict(list)
    for event in events:
        by_set[event.at, event.change_set_id].append(event)
    sets = ChangeSet.objects.in_bulk([pk for _at, pk in by_set if pk])
    names = names_of_keepers(sets.values())
    # All at once, so that names are read once for the whole page.
    of_set = {key: net_changes(of_key) for key, of_key in by_set.items()}
    worded = _word_together(of_set, viewer)
    changes = []
    for (at, pk), rows in worded.items():
        change_set = sets.get(pk) if pk else None
        is_known = all(event.label == KNOWN for event in by_set[at, pk])
        changes.append(
            Change(
                at=at,
                change_set=change_set,
                kind=_kind(change_set, is_known=is_known),
                who=names.get(change_set.user_id or 0, "") if change_set else "",
                note=change_set.note if change_set else "",
                rows=[row for row in rows if not row.is_restated],
                restated=[row for row in rows if row.is_restated],
            )
        )
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _word_together(
    of_set: dict[Any, list[ChangedRow]], viewer: User | AnonymousUser
) -> dict[Any, list[RowChange]]:
    names = Names([row for rows in of_set.values() for row in rows])
    return {key: word_changes(rows, viewer, names) for key, rows in of_set.items()}


def _kind(change_set: ChangeSet | None, *, is_known: bool) -> str:
    if change_set:
        return str(change_set.kind.label)
    return _("Before the history began") if is_known else _("Past the site, in the database")


def names_of_keepers(sets: Iterable[ChangeSet]) -> dict[int, str]:
    """Return the names of those who made these change sets, by id. One query."""
    users = User.objects.in_bulk([found.user_id for found in sets if found.user_id])
    return {pk: user.get_full_name() or user.get_username() for pk, user in users.items()}
