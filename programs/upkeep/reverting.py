"""Take changes back: one, all of a change set, or all that a person did within some hours.

A row that somebody else changed since is left as it is, and listed. What is taken back is a change
like any other, and can itself be taken back.
"""

# Every name put into a statement here is a constant of the code.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, RevertRefusal
from programs.models import ChangeSet, Facility, Organization, Program, change_set
from programs.models.history import TRACKED
from programs.upkeep.change_wording import ChangedRow, RowChange, word_changes
from programs.upkeep.confidential import forget_typed_addresses
from programs.upkeep.history import names_of_keepers
from programs.upkeep.permissions import Action, may
from programs.upkeep.revert_plan import TABLES, RevertedTable, loosely_held, stage

#: Rows that a preview or an outcome shows of each table: taking back a load is a million.
ROWS_SHOWN = 200

#: One row of one table, where not all that a change set wrote is meant.
OneRow = tuple[type[models.Model], int]


class NothingToRevertError(Exception):
    """Nothing would be restored. The message is one plain line that says why."""


class HiddenAddressError(Exception):
    """It would publish a confidential address, and nobody who may said so.

    `facilities` names whose.
    """

    def __init__(self, facilities: list[str]) -> None:
        super().__init__(facilities)
        self.facilities = facilities


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is left alone, with what its return would have changed."""

    row: RowChange
    why: RevertRefusal
    #: Who changed it since, and when, if somebody did and signed in.
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was restored, or would be. The counts are of all rows, the lists of the first ones."""

    restored_count: int
    refused_count: int
    restored: list[RowChange]
    refused: list[Refused]
    #: The facilities whose confidential address it publishes, by name.
    publishes: list[str]
    #: The change set of the return; nothing for a preview.
    change_set_id: UUID | None = None


def sets_of(person: User, *, since: datetime, until: datetime) -> list[UUID]:
    """Return the change sets of a person that began in this time, `until` left out."""
    found = ChangeSet.objects.filter(
        metadata__user=person.pk, created_at__gte=since, created_at__lt=until
    )
    return list(found.order_by("created_at", "pk").values_list("pk", flat=True))


@transaction.atomic
def preview_revert(
    change_sets: Collection[UUID], viewer: User | AnonymousUser, *, only: OneRow | None = None
) -> Outcome:
    """Return what `revert` would do now. Nothing is changed."""
    with connection.cursor() as cursor:
        stage(cursor, change_sets, only=only)
        return _outcome(cursor, viewer)


@transaction.atomic
def revert(
    change_sets: Collection[UUID],
    user: User,
    *,
    only: OneRow | None = None,
    kind: ChangeKind = ChangeKind.REVERT,
    note: str = "",
    publish_addresses: bool = False,
    **labels: str | int,
) -> Outcome:
    """Put every row that these change sets wrote back to what it was before them.

    What they deleted comes back with its number, what they added goes, what others changed since
    stays. Raises NothingToRevertError, and changes nothing, when there is nothing to put back;
    HiddenAddressError when it would show a confidential address to everybody, unless the user may
    see it and says `publish_addresses`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"LOCK TABLE {', '.join(table.table for table in TABLES)} IN SHARE ROW EXCLUSIVE MODE"
        )
        stage(cursor, change_sets, only=only)
        outcome = _outcome(cursor, user)
        if not outcome.restored_count:
            raise NothingToRevertError(_("There is nothing left to take back."))
        says_so = publish_addresses and may(user, Action.SEE_CONFIDENTIAL_ADDRESS)
        if outcome.publishes and not says_so:
            raise HiddenAddressError(outcome.publishes)
        with change_set(user, kind=kind, note=note, **labels) as own:
            _restore(cursor)
    forget_typed_addresses()
    return replace(outcome, change_set_id=own)


def revert_by(person: User, user: User, *, since: datetime, until: datetime) -> Outcome:
    """Take back all that a person did in this time. Raises NothingToRevertError."""
    return revert(sets_of(person, since=since, until=until), user)


def _outcome(cursor: CursorWrapper, viewer: User | AnonymousUser) -> Outcome:
    # A row that is again what it was before needs nothing.
    for table in TABLES:
        cursor.execute(_drop_unchanged(table))
    cursor.execute(
        "SELECT count(*) FILTER (WHERE refusal IS NULL),"
        " count(*) FILTER (WHERE refusal IS NOT NULL) FROM revert_item"
    )
    restored_count, refused_count = cursor.fetchone()
    restored = [row for row, *_rest in _read(cursor, "refusal IS NULL")]
    refused = _read(cursor, "refusal IS NOT NULL")
    return Outcome(
        restored_count=restored_count,
        refused_count=refused_count,
        restored=word_changes(restored, viewer),
        refused=_refused(refused, viewer),
        publishes=_published(cursor),
    )


def _published(cursor: CursorWrapper) -> list[str]:
    """Return the facilities whose address is confidential now and would not be, by name."""
    facility = next(table for table in TABLES if table.model is Facility)
    cursor.execute(
        f"SELECT live.name FROM revert_item item JOIN {facility.events} was ON was.pgh_id = was_id"
        f" JOIN {facility.table} live ON live.id = row_id"
        f" WHERE model = '{facility.name}' AND refusal IS NULL"
        " AND was.address_is_public AND NOT live.address_is_public"
        f" ORDER BY live.name, live.id LIMIT {ROWS_SHOWN}"
    )
    return [name for (name,) in cursor.fetchall()]


def _drop_unchanged(table: RevertedTable) -> str:
    live, was = (", ".join(f"{alias}.{c}" for c in table.columns) for alias in ("live", "was"))
    return (
        f"DELETE FROM revert_item item USING {table.events} was, {table.table} live"
        f" WHERE item.model = '{table.name}' AND was.pgh_id = item.was_id"
        f" AND live.id = item.row_id AND ({live}) IS NOT DISTINCT FROM ({was})"
    )


def _read(
    cursor: CursorWrapper, condition: str
) -> list[tuple[ChangedRow, str | None, datetime | None, UUID | None]]:
    """Return the first rows of each table that meet the condition, as they are and as they were."""
    parts = [_read_table(number, table, condition) for number, table in enumerate(TABLES)]
    cursor.execute(" UNION ALL ".join(parts))
    return [
        (
            ChangedRow(
                TABLES[number].model, row_id, now and json.loads(now), was and json.loads(was)
            ),
            refusal,
            at,
            change_set_id,
        )
        for number, row_id, refusal, now, was, at, change_set_id in cursor.fetchall()
    ]


def _read_table(number: int, table: RevertedTable, condition: str) -> str:
    columns = ", ".join(f"'{column}', was.{column}" for column in table.columns)
    return f"""(
    SELECT {number}, row_id, refusal, to_jsonb(live),
           CASE WHEN was.pgh_id IS NOT NULL THEN jsonb_build_object({columns}) END,
           later.pgh_created_at, later.pgh_context_id
      FROM revert_item item
      LEFT JOIN {table.table} live ON live.id = row_id
      LEFT JOIN {table.events} was ON was.pgh_id = was_id
      LEFT JOIN {table.events} later ON later.pgh_id = later_id
      WHERE model = '{table.name}' AND {condition} ORDER BY row_id LIMIT {ROWS_SHOWN})"""


def _refused(rows: list[Any], viewer: User | AnonymousUser) -> list[Refused]:
    sets = ChangeSet.objects.in_bulk([pk for *_rest, pk in rows if pk])
    names = names_of_keepers(sets.values())
    # Rows that are now what they were are still refused: none may be lost on the way to words.
    worded = {(row.table, row.row_id): row for row in word_changes([r for r, *_ in rows], viewer)}
    found = []
    for changed, refusal, at, pk in rows:
        row = worded.get((str(changed.model._meta.model_name), changed.row_id))
        if row:
            who = names.get(sets[pk].user_id or 0, "") if pk in sets else ""
            found.append(Refused(row, RevertRefusal(refusal), who, at))
    return found


def _restore(cursor: CursorWrapper) -> None:
    """Write what `revert_item` says: what goes first, children before parents, then the rest."""
    programs = _programs_to_refresh(cursor)
    cursor.execute("SET LOCAL programs.search_refresh = 'off'")
    for table in reversed(TABLES):
        for holder, column in loosely_held(table.model):
            cursor.execute(
                f"UPDATE {holder} SET {column} = NULL WHERE {column} IN ({_leaving(table)})"
            )
        cursor.execute(_delete(table))
    for table in TABLES:
        cursor.execute(_update(table))
        cursor.execute(_insert(table))
    cursor.execute("SELECT programs_refresh_search(%s::int[])", [programs])
    cursor.execute("SET LOCAL programs.search_refresh = 'on'")
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _leaving(table: RevertedTable) -> str:
    return (
        f"SELECT row_id FROM revert_item WHERE model = '{table.name}' AND refusal IS NULL"
        " AND was_id IS NULL"
    )


def _delete(table: RevertedTable) -> str:
    """Delete what was not there, and what had another key: two rows may have swapped theirs."""
    moved = " OR ".join(
        f"(live.{column} IS DISTINCT FROM was.{column})" for key in table.keys for column, _ in key
    )
    return (
        f"DELETE FROM {table.table} live USING revert_item item"
        f" LEFT JOIN {table.events} was ON was.pgh_id = item.was_id"
        f" WHERE item.model = '{table.name}' AND item.refusal IS NULL AND live.id = item.row_id"
        f" AND (item.was_id IS NULL OR {moved or 'false'})"
    )


def _update(table: RevertedTable) -> str:
    columns = [column for column in table.columns if column != "id"]
    return (
        f"UPDATE {table.table} live SET ({', '.join(columns)})"
        f" = ROW({', '.join(f'was.{column}' for column in columns)})"
        f" FROM revert_item item JOIN {table.events} was ON was.pgh_id = item.was_id"
        f" WHERE item.model = '{table.name}' AND item.refusal IS NULL AND live.id = item.row_id"
    )


def _insert(table: RevertedTable) -> str:
    return (
        f"INSERT INTO {table.table} ({', '.join(table.columns)})"
        f" SELECT {', '.join(f'was.{column}' for column in table.columns)}"
        f" FROM revert_item item JOIN {table.events} was ON was.pgh_id = item.was_id"
        f" WHERE item.model = '{table.name}' AND item.refusal IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {table.table} live WHERE live.id = item.row_id)"
    )


def _programs_to_refresh(cursor: CursorWrapper) -> list[int]:
    """Return the programs whose search row may differ afterwards, those that go among them."""
    chosen = "FROM revert_item item WHERE item.refusal IS NULL AND item.model ="
    facilities = (
        f"SELECT row_id {chosen} '{Facility._meta.model_name}' UNION SELECT facility.id"
        f" FROM programs_facility facility JOIN revert_item item"
        f" ON item.row_id = facility.organization_id AND item.refusal IS NULL"
        f" AND item.model = '{Organization._meta.model_name}'"
    )
    parts = [
        f"SELECT row_id {chosen} '{Program._meta.model_name}'",
        f"SELECT id FROM programs_program WHERE facility_id IN ({facilities})",
    ]
    for table in TABLES:
        if TRACKED[table.model] == "program":
            item = f"JOIN revert_item item ON item.model = '{table.name}' AND item.refusal IS NULL"
            parts.append(
                f"SELECT program_id FROM {table.table} live {item} AND item.row_id = live.id"
            )
            parts.append(
                f"SELECT program_id FROM {table.events} was {item} AND item.was_id = was.pgh_id"
            )
    cursor.execute(" UNION ".join(parts))
    return [program_id for (program_id,) in cursor.fetchall()]
