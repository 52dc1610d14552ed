"""A changed row in words: labels in place of ids, and only the fields that differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import to_python

from programs.models import (
    ConfidentialAddress,
    Facility,
    FederalRecord,
    Organization,
    Program,
    Source,
    Term,
)
from programs.models.history import TRACKED
from programs.upkeep.permissions import Action, may

#: Who said it and when. A change of these alone says the same fact again.
PROVENANCE = {"source", "reported_on", "stated_at", "expires_at", "stated_by"}
#: What may lead to a confidential address.
LOCATING = {"street1", "street2", "zip_code", "latitude", "longitude", "row"}
#: Digests, which tell a reader nothing.
UNREADABLE = {"fingerprint"}
#: Tables that no other refers to.
NAMELESS = {model for model in TRACKED if model not in {Organization, Facility, Program}}
#: The fields that a row is named by, or belongs to.
PARENTS = {"facility", "program"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row as it was and as it became, column by column; None where there was no row."""

    model: type[models.Model]
    row_id: int
    before: Row | None
    after: Row | None
    #: It is older than the history: nobody is known to have added it.
    is_known_only: bool = False

    @property
    def shown(self) -> Row:
        return self.after or self.before or {}


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """What became of one row, ready to print."""

    table: str
    row_id: int
    #: Such as "level of care: Outpatient", and the listing that it is of.
    title: str
    listing: str
    verb: str
    source: str
    fields: tuple[FieldChange, ...]
    #: Only who said it, or when, differs.
    is_restated: bool


class Names:
    """The labels of all that some rows refer to: at most one query a table."""

    def __init__(self, rows: Iterable[ChangedRow]) -> None:
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for changed in rows:
            wanted[changed.model].add(changed.row_id)
            for field in changed.model._meta.concrete_fields:
                for values in (changed.before, changed.after):
                    if field.related_model and values and values[str(field.column)] is not None:
                        wanted[_model_of(field)].add(values[str(field.column)])
        # Of the changed rows themselves, only those that others are named after.
        wanted = {model: ids for model, ids in wanted.items() if model not in NAMELESS}
        self.found = {model: _by_id(model).in_bulk(list(ids)) for model, ids in wanted.items()}

    def of(self, model: type[models.Model], pk: int) -> str:
        row = self.found.get(model, {}).get(pk)
        if isinstance(row, Term):
            return f"{row.facet}: {row}"
        if isinstance(row, User):
            return row.get_full_name() or row.get_username()
        # Gone since: nothing but its number is left to say.
        return str(row) if row else f"{model._meta.verbose_name} {pk}"

    def hides_address(self, changed: ChangedRow) -> bool:
        """Return whether the row is of a facility whose address is confidential now or was then."""
        if changed.model is Facility:
            found = self.found.get(Facility, {}).get(changed.row_id)
            states = [state for state in (changed.before, changed.after) if state]
            return any(not state["address_is_public"] for state in states) or (
                isinstance(found, Facility) and not found.address_is_public
            )
        parent = self.found.get(Program, {}).get(changed.shown.get("program_id", 0))
        return isinstance(parent, Program) and not parent.facility.address_is_public


def _model_of(field: Any) -> type[models.Model]:
    related: type[models.Model] = field.related_model
    return related


def _by_id(model: type[models.Model]) -> QuerySet[Any]:
    rows = model._default_manager.all()
    if model is Term:
        return rows.select_related("facet")
    return rows.select_related("facility") if model is Program else rows


def word_changes(
    changed: list[ChangedRow], viewer: User | AnonymousUser, names: Names | None = None
) -> list[RowChange]:
    """Return the changes in words, without those that came to nothing.

    A confidential address is told only to those who may see it.
    """
    names = names or Names(changed)
    sees_addresses = may(viewer, Action.SEE_CONFIDENTIAL_ADDRESS)
    worded = (_word_row(row, names, sees_addresses) for row in changed if row.before != row.after)
    return [row for row in worded if row.fields or row.verb != _("changed")]


def _word_row(changed: ChangedRow, names: Names, sees_addresses: bool) -> RowChange:
    fields = list(_differing(changed, names))
    if not sees_addresses:
        if changed.model is ConfidentialAddress:
            fields = []
        elif names.hides_address(changed):
            fields = [field for field in fields if field.name not in LOCATING]
    source = changed.shown.get("source_id")
    return RowChange(
        table=str(changed.model._meta.model_name),
        row_id=changed.row_id,
        title=_title(changed, names),
        listing=_listing(changed, names),
        verb=_verb(changed),
        source=names.of(Source, source) if source else "",
        fields=tuple(fields),
        is_restated=bool(changed.before and changed.after)
        and all(field.name in PROVENANCE for field in fields),
    )


def _verb(changed: ChangedRow) -> str:
    if changed.is_known_only:
        return _("already there")
    if changed.before is None:
        return _("added")
    return _("changed") if changed.after else _("removed")


def _title(changed: ChangedRow, names: Names) -> str:
    kind, row = str(changed.model._meta.verbose_name), changed.shown
    if "term_id" in row:
        return names.of(Term, row["term_id"]) if row["term_id"] else f"{kind}: {_('as a whole')}"
    if "number" in row and "extension" in row:
        return f"{kind}: {national(row['number'])}"
    return f"{kind}: {row['name']}" if row.get("name") else kind


def _listing(changed: ChangedRow, names: Names) -> str:
    row = changed.shown
    for column, model in (("program_id", Program), ("facility_id", Facility)):
        if row.get(column):
            return names.of(model, row[column])
    return str(row.get("name", ""))


def _differing(changed: ChangedRow, names: Names) -> Iterator[FieldChange]:
    before, after = changed.before or {}, changed.after or {}
    is_whole = not (before and after)
    for field in changed.model._meta.concrete_fields:
        old, new = before.get(str(field.column)), after.get(str(field.column))
        untold = UNREADABLE | (PARENTS | {"term"} if is_whole else set())
        if old == new or field.primary_key or field.generated or field.name in untold:
            continue
        if changed.model is FederalRecord and field.name == "row":
            yield from _differing_columns(old or {}, new or {})
        elif (old_word := word(field, old, names)) != (new_word := word(field, new, names)):
            yield FieldChange(field.name, str(field.verbose_name), old_word, new_word)


def _differing_columns(old: Row, new: Row) -> Iterator[FieldChange]:
    """Tell which columns of the federal row differ; a new row is told by its facts already."""
    for column in old.keys() & new.keys():
        if old[column] != new[column]:
            yield FieldChange("row", column, str(old[column]), str(new[column]))


def word(field: Any, value: Any, names: Names) -> str:
    """Return a value of a column, as JSON has it, the way it is printed; "" for nothing."""
    if value is None or value == "":
        return ""
    if field.related_model:
        return names.of(_model_of(field), value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return date_format(localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    if isinstance(field, models.DateField):
        return date_format(date.fromisoformat(value))
    return national(value) if isinstance(field, PhoneNumberField) else str(value)


def national(number: str) -> str:
    """Return a stored phone number as it is printed."""
    parsed = to_python(number)
    return parsed.as_national if parsed else number
