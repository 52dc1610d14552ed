"""The tables of listings as undoing a run knows them, and what else refers to a listing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import SET_NULL, ForeignKey
from pghistory.models import Event

from programs.models import Facility, Organization, Program
from programs.models.history import DERIVED, TRACKED, TrackedTable


@dataclass(frozen=True, slots=True)
class UndoneTable(TrackedTable):
    """A table of listings with the temporary table of its undoing."""

    @property
    def undoing(self) -> str:
        return f"undo_{self.name}"

    def facility(self, alias: str) -> str:
        """Return what names the facility of a row; see `program_of` for rows of a program."""
        column = {"id": "id", "facility": "facility_id"}.get(TRACKED[self.model])
        return f"{alias}.{column}" if column else "program.facility_id"

    def listed(self, alias: str) -> str:
        return ", ".join(f"{alias}.{column}" for column in self.columns)


#: Parents before the rows that refer to them. A release says nothing of organizations.
TABLES = tuple(UndoneTable(model) for model in TRACKED if model is not Organization)


def program_of(tracked: UndoneTable, alias: str) -> str:
    if TRACKED[tracked.model] != "program":
        return ""
    return f"JOIN programs_program program ON program.id = {alias}.program_id"


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
