"""What taking changes back would restore, and what it may not touch: worked out in the database.

`revert_item` holds a line for each row that the changes wrote: the event that says what the row was
before (none: it was not there), and why it is left alone, if it is. It is dropped at the end.
"""

# Every name put into a statement here is a constant of the code.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.utils import CursorWrapper

from programs.enums import RevertRefusal
from programs.models.history import DERIVED, TRACKED, TrackedTable

CREATE_TABLE = """
DROP TABLE IF EXISTS pg_temp.revert_item;
CREATE TEMPORARY TABLE revert_item (
  model text, row_id bigint, was_id int, is_there boolean, later_id int, refusal text,
  PRIMARY KEY (model, row_id)
) ON COMMIT DROP;
"""

#: Every row that the changes wrote, with the last event before them and the last one of others.
STAGE = """
INSERT INTO revert_item (model, row_id, was_id, is_there, later_id, refusal)
SELECT '{name}', first.row_id,
       CASE WHEN was.pgh_label <> 'delete' THEN was.pgh_id END, live.id IS NOT NULL, later.id,
       CASE WHEN later.id IS NOT NULL THEN '{changed_since}'
            WHEN was.pgh_id IS NULL AND first.label <> 'insert' THEN '{not_known}' END
  FROM (SELECT DISTINCT ON (pgh_obj_id) pgh_obj_id AS row_id, pgh_id, pgh_label AS label
          FROM {events}
          WHERE pgh_context_id = ANY(%(sets)s::uuid[])
            AND (%(row_id)s::bigint IS NULL OR pgh_obj_id = %(row_id)s::bigint)
          ORDER BY pgh_obj_id, pgh_id) first
  LEFT JOIN LATERAL (SELECT pgh_id, pgh_label FROM {events}
          WHERE pgh_obj_id = first.row_id AND pgh_id < first.pgh_id
          ORDER BY pgh_id DESC LIMIT 1) was ON true
  LEFT JOIN LATERAL (SELECT max(pgh_id) AS id FROM {events}
          WHERE pgh_obj_id = first.row_id AND pgh_id > first.pgh_id
            AND (pgh_context_id IS NULL OR pgh_context_id <> ALL(%(sets)s::uuid[]))) later ON true
  LEFT JOIN {table} live ON live.id = first.row_id
"""

#: Added and taken away again by the changes: nothing is left to do.
DROP_EMPTY = "DELETE FROM revert_item WHERE was_id IS NULL AND NOT is_there AND refusal IS NULL"


@dataclass(frozen=True, slots=True)
class RevertedTable(TrackedTable):
    """A table of listings with the rules that a row which is brought back has to fit."""

    @property
    def keys(self) -> list[list[tuple[str, str]]]:
        """Return, for each rule that a row is there once, its columns and how they compare."""
        meta = self.model._meta
        fields: list[Any] = list(meta.concrete_fields)
        keys = [[(field.column, "=")] for field in fields if field.unique and not field.primary_key]
        for rule in meta.constraints:
            if isinstance(rule, models.UniqueConstraint):
                equals = "IS NOT DISTINCT FROM" if rule.nulls_distinct is False else "="
                columns: list[Any] = [meta.get_field(name) for name in rule.fields]
                keys.append([(f.column, equals if f.null else "=") for f in columns])
        return keys

    @property
    def references(self) -> list[tuple[str, type[models.Model]]]:
        """The columns that refer to another row, and its table."""
        fields: list[Any] = [f for f in self.model._meta.concrete_fields if f.related_model]
        return [(str(field.column), field.related_model) for field in fields]

    def would_hold(self, condition: str) -> str:
        """Say whether the table would hold a `line` like this: left alone, or as it was."""
        return f"""(
          EXISTS (SELECT 1 FROM {self.table} line WHERE {condition} AND NOT EXISTS (
            SELECT 1 FROM revert_item WHERE model = '{self.name}' AND row_id = line.id
               AND refusal IS NULL))
          OR EXISTS (SELECT 1 FROM {self.events} line JOIN revert_item ON was_id = line.pgh_id
            AND row_id = line.pgh_obj_id AND model = '{self.name}' AND refusal IS NULL
            WHERE {condition}))"""


#: Parents before the rows that refer to them.
TABLES = [RevertedTable(model) for model in TRACKED]


def stage(
    cursor: CursorWrapper,
    change_sets: Collection[UUID],
    *,
    only: tuple[type[models.Model], int] | None = None,
) -> None:
    """Fill `revert_item` with what these change sets wrote, or with one row of it."""
    cursor.execute(CREATE_TABLE)
    values = {"sets": list(change_sets), "row_id": only[1] if only else None}
    for table in TABLES:
        if only is None or only[0] is table.model:
            cursor.execute(
                STAGE.format(
                    name=table.name,
                    events=table.events,
                    table=table.table,
                    changed_since=RevertRefusal.CHANGED_SINCE.value,
                    not_known=RevertRefusal.NOT_KNOWN.value,
                ),
                values,
            )
    cursor.execute(DROP_EMPTY)
    cursor.execute("ANALYZE revert_item")
    _refuse_what_does_not_fit(cursor)


def _refuse_what_does_not_fit(cursor: CursorWrapper) -> None:
    """Refuse rows whose return would break a rule. What is refused stays, so look again."""
    cursor.execute("SELECT DISTINCT model FROM revert_item")
    names = {name for (name,) in cursor.fetchall()}
    touched = [table for table in TABLES if table.name in names]
    checks = [statement for table in touched for statement in _checks(table)]
    while sum(_run(cursor, statement) for statement in checks):
        pass


def _run(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return cursor.rowcount


def _checks(table: RevertedTable) -> Iterator[str]:
    """Yield the statements that refuse rows of a table; each looks at what would be there then."""
    for holder, column in _holders(table.model):
        held = _would_hold(holder, f"line.{column} = item.row_id")
        yield (
            f"UPDATE revert_item item SET refusal = '{RevertRefusal.IN_USE.value}'"
            f" WHERE item.model = '{table.name}' AND item.refusal IS NULL"
            f" AND item.was_id IS NULL AND {held}"
        )
    for column, parent in table.references:
        held = _would_hold(parent, "line.id = parent.id")
        yield _refuse(
            table,
            RevertRefusal.PARENT_GONE,
            f"""was.{column} IN (
              SELECT parent.id FROM (SELECT DISTINCT {column} AS id FROM {table.events}
                JOIN revert_item ON was_id = pgh_id WHERE model = '{table.name}') parent
              WHERE parent.id IS NOT NULL AND NOT {held})""",
        )
    for key in table.keys:
        yield _refuse(table, RevertRefusal.TAKEN, _is_taken(table, key))


def _refuse(table: RevertedTable, refusal: RevertRefusal, condition: str) -> str:
    return (
        f"UPDATE revert_item item SET refusal = '{refusal.value}' FROM {table.events} was"
        f" WHERE item.model = '{table.name}' AND item.refusal IS NULL"
        f" AND was.pgh_id = item.was_id AND {condition}"
    )


def _is_taken(table: RevertedTable, key: list[tuple[str, str]]) -> str:
    """Say whether another row would have the key; a row that has it already cannot clash."""
    same = " AND ".join(f"line.{column} {equals} was.{column}" for column, equals in key)
    taken = table.would_hold(f"line.id <> item.row_id AND {same}")
    return (
        f"NOT EXISTS (SELECT 1 FROM {table.table} line WHERE line.id = item.row_id AND {same})"
        f" AND {taken}"
    )


def _would_hold(model: type[models.Model], condition: str) -> str:
    if model in TRACKED:
        return RevertedTable(model).would_hold(condition)
    return f"EXISTS (SELECT 1 FROM {model._meta.db_table} line WHERE {condition})"


def _holders(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield the tables and columns that refer to a model and keep its rows from being deleted."""
    for relation in _relations(model):
        if relation.on_delete is not models.SET_NULL or relation.related_model in TRACKED:
            yield relation.related_model, relation.field.column


def loosely_held(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Yield the tables and columns that forget a row of the model when it goes."""
    for relation in _relations(model):
        if relation.on_delete is models.SET_NULL and relation.related_model not in TRACKED:
            yield relation.related_model._meta.db_table, relation.field.column


def _relations(model: type[models.Model]) -> Iterator[Any]:
    """Yield the foreign keys to a model that the database enforces and does not derive."""
    for field in model._meta.get_fields(include_hidden=True):
        relation: Any = field
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        if relation.related_model not in DERIVED and relation.field.db_constraint:
            yield relation
