"""A sheet: one table as a spreadsheet, compared with what is stored and loaded whole or not at all.

On django-import-export's resources. Ours say what changes cell by cell, ask nothing of the database
for a row without a change, and refuse a change in a column that is only there to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import ModelResource
from import_export.results import RowResult
from tablib import Dataset

from programs.upkeep.spreadsheet_cells import TextCell, cell_of
from programs.upkeep.spreadsheet_file import SpreadsheetError

#: A statement of PostgreSQL takes 65,535 parameters.
IDS_A_QUERY = 10_000
LONGEST_ID = 18  # digits of a bigint
DELETE = "delete"
NEW, CHANGED, DELETED = "new", "changed", "deleted"
KINDS = {
    RowResult.IMPORT_TYPE_NEW: NEW,
    RowResult.IMPORT_TYPE_UPDATE: CHANGED,
    RowResult.IMPORT_TYPE_DELETE: DELETED,
}


@dataclass(frozen=True)
class CellChange:
    """What one cell changes. A row that is deleted has one, without a column."""

    row_number: int
    kind: str
    name: str
    column: str
    before: str
    after: str


def read_only(column: str, cell: TextCell | None = None) -> Field:
    """Make a column to read by, from the field or the annotation of its name."""
    return Field(attribute=column, column_name=column, widget=cell or TextCell(), readonly=True)


class StoredRows(BaseInstanceLoader):
    """The rows that a file names by their id, in a query for ten thousand of them."""

    def __init__(self, sheet: Any, dataset: Dataset) -> None:
        super().__init__(sheet, dataset)
        ids = [row_id for text in dataset["id"] if (row_id := row_id_of(text))]
        self.rows: dict[int, Any] = {}
        for start in range(0, len(ids), IDS_A_QUERY):
            some = sheet.get_queryset().filter(pk__in=ids[start : start + IDS_A_QUERY])
            self.rows |= {row.pk: row for row in some.iterator()}

    def get_instance(self, row: dict[str, str]) -> Any:
        """Return the stored row, or None for a new one. Raises ValidationError for no such id."""
        text = row["id"].strip()
        if not text:
            return None
        # Taken out: a second row for it would undo the first.
        stored = self.rows.pop(row_id_of(text), None)
        if stored is None:
            message = _("There is no “%s” in the list, or it is there twice. New rows have no id.")
            raise ValidationError({"id": message % text})
        return stored


def row_id_of(text: str) -> int:
    """Return the number of a row, or 0 for what cannot be one."""
    is_number = text.strip().isdecimal() and len(text.strip()) <= LONGEST_ID
    return int(text) if is_number else 0


class NoReport:
    """In place of the report of the library, which would print every row twice."""

    def __init__(self, *args: Any) -> None:
        pass

    def compare_with(self, *args: Any) -> None:
        pass


class RowOutcome(RowResult):
    def __init__(self) -> None:
        super().__init__()
        self.changes: list[CellChange] = []

    def add_instance_info(self, instance: Any) -> None:
        """Do not print the row: its name would be a query."""


class Sheet(ModelResource):
    """One table. `Meta.fields` are the columns, in order; the first is always `id`."""

    #: What the sheet is called in addresses, and by people.
    slug: str
    label: str | Promise
    #: The lookup from a row to what the list shows that the sheet is exported from.
    lookup = "pk"
    #: The columns that tell a person which row it is.
    named_by: tuple[str, ...] = ()
    #: Columns to read by, and where they come from.
    reading: dict[str, Any] = {}
    #: Columns that stay as they are once the row is there.
    fixed: tuple[str, ...] = ()
    may_delete = False
    order: tuple[str, ...] = ("id",)

    class Meta:
        instance_loader_class = StoredRows
        skip_unchanged = True
        report_skipped = False
        skip_html_diff = True
        store_instance = True
        # No savepoint a row; `save_instance` makes one for the rows that it writes.
        use_bulk = True

    def __init__(self, row_numbers: Iterable[int] = ()) -> None:
        super().__init__()
        self.row_numbers = list(row_numbers)

    @classmethod
    def get_row_result_class(cls) -> type[RowResult]:
        return RowOutcome

    @classmethod
    def get_diff_class(cls) -> type[NoReport]:
        return NoReport

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        widget = cell_of(django_field)
        return Field(attribute=django_field.attname, column_name=field_name, widget=widget)

    def get_queryset(self) -> QuerySet[Any]:
        return self._meta.model._default_manager.annotate(**self.reading)

    def get_import_order(self) -> list[str]:
        return list(self._meta.fields)

    get_export_order = get_import_order

    # ---- to a file

    @property
    def headers(self) -> list[str]:
        deletion = [DELETE] if self.may_delete else []
        return [*self.get_import_order(), *deletion]

    def stored(self, listed: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of what a list shows."""
        chosen = {f"{self.lookup}__in": listed.order_by().values("pk")}
        return self.get_queryset().filter(**chosen).order_by(*self.order)

    def text_rows(self, stored: QuerySet[Any]) -> Iterator[list[str]]:
        columns = self.get_import_fields()
        blank = [""] if self.may_delete else []
        for row in stored.iterator():
            yield [*(column.export(row) for column in columns), *blank]

    # ---- from a file

    def check_headers(self, headers: list[str]) -> None:
        """Raise SpreadsheetError unless these columns are ours, with the id among them."""
        if "id" not in headers:
            raise SpreadsheetError(_("The column “id” is missing. New rows leave it empty."))
        if unknown := [name for name in headers if name not in self.headers]:
            raise SpreadsheetError(
                _("The sheet “%(sheet)s” has no column “%(column)s”. Its columns: %(columns)s.")
                % {"sheet": self.label, "column": unknown[0], "columns": ", ".join(self.headers)}
            )

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        self.values_before = {} if new else self._values(instance)

    def import_field(
        self, field: Field, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        text = row.get(field.column_name)
        if text is None or (not text and instance._state.adding):
            return  # what the file does not say stays, and is the default of a new row
        if not instance._state.adding and field.column_name in self.fixed:
            if text != field.export(instance):
                raise ValueError(_("This cannot change: other things count on it."))
        elif not field.readonly:
            super().import_field(field, instance, row, is_m2m, **kwargs)
        elif not instance._state.adding and text != field.export(instance):
            raise ValueError(_("This column is only there to read. Change it where it belongs."))

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        self.complete(instance)

    def complete(self, instance: Any) -> None:
        """Fill in what a keeper who changes a row need not say."""

    def changed_in(self, instance: Any) -> set[str]:
        """Return the columns that differ from what is stored, or from a row that says nothing."""
        before = self.values_before or self._values(self._meta.model())
        return {name for name, value in self._values(instance).items() if value != before[name]}

    def for_delete(self, row: Any, instance: Any) -> bool:
        return bool(row.get(DELETE, "").strip())

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        mark = row.get(DELETE, "").strip().lower()
        if mark not in {"", "yes"}:
            raise ValidationError({DELETE: _("Write “yes” to delete the row, or nothing.")})
        if mark and not row["id"].strip():
            raise ValidationError({DELETE: _("This row is new: leave it out instead.")})

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Raise ValidationError for all that the table would refuse.

        References were looked up in memory: only those that are missing are left to the model.
        """
        errors = dict(import_validation_errors or {})
        fields = instance._meta.local_fields
        found = {
            f.name for f in fields if isinstance(f, ForeignKey) and getattr(instance, f.attname)
        }
        for check, passed in (
            (instance.clean_fields, found),
            (instance.validate_unique, set()),
            (instance.validate_constraints, set()),
        ):
            try:
                check(exclude={*passed, *names_of(errors)})
            except ValidationError as error:
                errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            instance.save(force_insert=is_create)

    def delete_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            instance.delete()

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        kind = KINDS.get(row_result.import_type)
        if kind:
            number = self.row_numbers[kwargs["row_number"] - 1]
            name = self._name(row, row_result)
            row_result.changes = [
                CellChange(number, kind, name, *cells) for cells in self._cells(row_result)
            ]
        row_result.instance = row_result.original = None

    def after_import(self, dataset: Dataset, result: Any, **kwargs: Any) -> None:
        """Leave the sequences alone: no row brings its own number."""

    def _values(self, instance: Any) -> dict[str, Any]:
        return {f.column_name: f.get_value(instance) for f in self.get_import_fields()}

    def _name(self, row: dict[str, str], row_result: Any) -> str:
        stored = row_result.original or row_result.instance
        texts = [
            (self.fields[name].export(stored) if stored else "") or row.get(name, "")
            for name in self.named_by
        ]
        return ", ".join(filter(None, texts))

    def _cells(self, row_result: Any) -> Iterator[tuple[str, str, str]]:
        if row_result.is_delete():
            yield "", "", ""
            return
        for column in self.get_import_fields():
            if column.readonly or column.column_name == "id":
                continue
            before = column.export(row_result.original) if row_result.original else ""
            after = column.export(row_result.instance)
            if before != after:
                yield column.column_name, before, after


def names_of(errors: dict[str, Any]) -> set[str]:
    """Return the fields with errors. A reference is known by the name of its column in SQL."""
    return {name.removesuffix("_id") for name in errors}
