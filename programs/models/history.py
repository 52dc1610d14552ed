"""Who changed a listing, when and why: events kept by triggers, grouped in change sets.

Every row that is inserted, updated or deleted leaves an event that holds the whole row as it then
was (before its end, for a deletion). So what a row was before an event is the event before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pghistory
import pgtrigger
from django.db import connection, models
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext_lazy as _
from pghistory import trigger
from pghistory.models import Context
from psycopg.pq import TransactionStatus

from programs.enums import ChangeKind
from programs.models.facility import ConfidentialAddress, Facility, Phone
from programs.models.facts import CareFact, CoverageFact, FeatureFact, MedicationFact
from programs.models.freshness_row import FreshnessRow
from programs.models.opening import Opening
from programs.models.organization import Organization
from programs.models.program import Program
from programs.models.provenance import FederalRecord
from programs.models.search_name import SearchName
from programs.models.search_row import SearchRow

#: The column that leads from each table to the listing it is of: how its events are found.
#: Parents come before the rows that refer to them.
TRACKED: dict[type[models.Model], str] = {
    Organization: "id",
    Facility: "id",
    ConfidentialAddress: "facility",
    Phone: "facility",
    Program: "facility",
    CareFact: "program",
    MedicationFact: "program",
    CoverageFact: "program",
    FeatureFact: "program",
    Opening: "program",
    FederalRecord: "program",
}

#: The label of the events that the migration wrote for rows older than the history.
KNOWN = "known"

_open_id: ContextVar[UUID | None] = ContextVar("open_change_set", default=None)


class _ChangedRows(trigger.Event):
    """Finds the rows that an update changed as those that were not there before.

    pghistory joins old and new rows by their key. PostgreSQL plans that once a session: after an
    update of one row it would compare each of a load's 400,000 rows with each.
    """

    def get_func_template_kwargs(self, model: Any) -> dict[str, Any]:
        changed = "new_values EXCEPT SELECT old_values.* FROM old_values"
        return super().get_func_template_kwargs(model) | {"cond_new_values": changed}


class _UpdateEvent(pghistory.UpdateEvent):
    def add_event_trigger(self, event_model: Any) -> None:
        found = _ChangedRows(
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
            level=self.level,
        )
        pgtrigger.register(found)(event_model.pgh_tracked_model)


def _event_model(model: type[models.Model], leads_by: str) -> Any:
    """Make the table of the events of a model, and the triggers that fill it."""
    indexes = []
    if leads_by != "id":
        name = f"{model._meta.model_name}event_{leads_by}"
        indexes.append(models.Index(fields=[leads_by], name=name[:30]))
    return pghistory.create_event_model(
        model,
        pghistory.InsertEvent(),
        _UpdateEvent(),
        pghistory.DeleteEvent(),
        # The database derives these again from the rest.
        exclude=[f.name for f in model._meta.local_fields if isinstance(f, models.GeneratedField)],
        obj_field=pghistory.ObjForeignKey(related_name="+", db_index=True),
        context_field=pghistory.ContextForeignKey(db_index=True),
        meta={"indexes": indexes},
        # One statement of a load writes hundreds of thousands of rows.
        level=pghistory.Statement,
        abstract=False,
    )


#: The table of the events of each tracked table.
EVENT_MODELS: dict[type[models.Model], Any] = {
    model: _event_model(model, leads_by) for model, leads_by in TRACKED.items()
}

#: Derived from the listings by the database, without a history: they follow what is written.
DERIVED: tuple[type[models.Model], ...] = (SearchRow, SearchName, FreshnessRow)


@dataclass(frozen=True, slots=True)
class TrackedTable:
    """A table of listings with the table of its events, as SQL names them."""

    model: type[models.Model]

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def events(self) -> str:
        return str(EVENT_MODELS[self.model]._meta.db_table)

    @property
    def columns(self) -> list[str]:
        """All columns that are not derived, the primary key first."""
        fields = self.model._meta.concrete_fields
        return [str(field.column) for field in fields if not field.generated]


class ChangeSet(Context):
    """All that one save, load, tap or revert wrote, with who did it and why."""

    class Meta:
        proxy = True
        verbose_name = _("change set")
        verbose_name_plural = _("history")

    def __str__(self) -> str:
        return str(self.kind.label)

    @property
    def kind(self) -> ChangeKind:
        return ChangeKind(self.metadata["kind"])

    @property
    def note(self) -> str:
        return str(self.metadata.get("note", ""))

    @property
    def user_id(self) -> int | None:
        """The keeper's id; nobody for a load from the command line or a tap on a link."""
        return self.metadata.get("user")

    @property
    def run_id(self) -> int | None:
        """The number of the run that was loaded or undone, for those kinds alone."""
        return self.metadata.get("run") or self.metadata.get("undone")


@contextmanager
def change_set(
    user: Any = None, *, kind: ChangeKind, note: str = "", **labels: str | int
) -> Iterator[UUID]:
    """Record everything written inside as one change set; give its id.

    Inside another one it joins that one, whose kind, person and note stay. `labels` say more, such
    as run=12. Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A change set needs a transaction around it.")
    if joined := _open_id.get():
        yield joined
        return
    own = uuid4()
    said = {"kind": kind.value, "user": getattr(user, "pk", None), "note": note, **labels}
    token = _open_id.set(own)
    _tell_triggers(str(own), json.dumps({key: value for key, value in said.items() if value}))
    try:
        yield own
    finally:
        _open_id.reset(token)
        # A broken transaction takes no statement, and forgets the settings with all else.
        if connection.connection.info.transaction_status != TransactionStatus.INERROR:
            _tell_triggers("", "")


def _tell_triggers(context_id: str, metadata: str) -> None:
    """Set what pghistory's triggers read, until the transaction ends.

    pghistory would put this in front of every statement, which a statement with parameters bound
    by the server cannot bear.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true),"
            " set_config('pghistory.context_metadata', %s, true)",
            [context_id, metadata],
        )
