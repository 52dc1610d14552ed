"""What a keeper posts, laid beside what another saved meanwhile, field by field.

What only the other changed is taken over. What both changed waits for a choice. Entries that the
keeper made for a row which the other removed become a new row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.widgets import CheckboxInput
from django.http import QueryDict
from django.utils.translation import gettext as _

from programs.upkeep.change_wording import ChangedRow, Names, word
from programs.upkeep.clashes import Difference, in_words

#: Django's own limit of the forms of an inline.
MOST_FORMS = 1000


@dataclass(frozen=True, slots=True)
class PostedTable:
    """The form of a page, or an inline of it: what it is of, and the fields that it has."""

    model: type[Model]
    #: Of an inline; the form itself has none.
    prefix: str
    fields: dict[str, forms.Field]
    #: The row of the form itself.
    row_id: int | None = None


@dataclass(slots=True)
class Merge:
    """What came of laying two edits beside each other; `data` is what the page now holds."""

    data: QueryDict
    clashes: list[Difference] = field(default_factory=list)
    taken: list[Difference] = field(default_factory=list)
    #: Rows that only the other added, or removed, by title.
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    #: Who saved, and when.
    savers: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.clashes or self.taken or self.added or self.removed)


class Merger:
    """Lays the rows that others changed beside the posted tables."""

    def __init__(self, data: QueryDict, tables: list[PostedTable], titles: dict[Any, str]) -> None:
        self.merge = Merge(data)
        self.tables = tables
        #: What to call a row, by its model and number.
        self.titles = titles

    def lay_beside(self, changed: list[ChangedRow], parent_id: int) -> Merge:
        """Merge what was changed into the posted data. `parent_id` is the row of the page."""
        names = Names(changed)
        for row in changed:
            for table in self.tables:
                if row.model is table.model:
                    self._lay_row(row, table, names, parent_id)
        return self.merge

    def _lay_row(self, row: ChangedRow, table: PostedTable, names: Names, parent_id: int) -> None:
        place = place_of(self.merge.data, table, row.row_id)
        title = self.titles[row.model, row.row_id]
        if place is None:
            is_here = parent_id in {row.shown.get("program_id"), row.shown.get("facility_id")}
            if row.before is None and row.after is not None and is_here and table.prefix:
                self.merge.added.append(title)
        elif row.after is None and row.before is not None:
            self._lay_removed(row, table, place, title)
        elif row.before and row.after:
            self._lay_fields(row, table, place, title, names)

    def _lay_removed(self, row: ChangedRow, table: PostedTable, place: str, title: str) -> None:
        data = self.merge.data
        differs = any(
            posted.has_changed(
                python_value(row, name, row.before), mine_of(data, place, name, posted)
            )
            for name, posted in tracked_fields(row, table)
        )
        if not differs or f"{place}-DELETE" in data:
            drop_row(data, table.prefix, place)
            self.merge.removed.append(title)
            return
        new_place = make_new(data, table.prefix, place)
        self.merge.clashes.append(
            Difference(
                f"{new_place}-DROP", title, _("the whole line"), _("there"), _("removed"),
                _("changed: will be added again"),
            )
        )  # fmt: skip

    def _lay_fields(
        self, row: ChangedRow, table: PostedTable, place: str, title: str, names: Names
    ) -> None:
        data = self.merge.data
        before, after = row.before or {}, row.after or {}
        for name, posted in tracked_fields(row, table):
            column = row.model._meta.get_field(name)
            stored: Any = column
            if before[stored.column] == after[stored.column]:
                continue
            mine = mine_of(data, place, name, posted)
            if not posted.has_changed(python_value(row, name, after), mine):
                continue
            difference = Difference(
                full_name(place, name),
                title,
                str(stored.verbose_name),
                word(stored, before[stored.column], names),
                word(stored, after[stored.column], names),
                in_words(posted, mine),
            )
            if posted.has_changed(python_value(row, name, before), mine):
                self.merge.clashes.append(difference)
            else:
                put(data, difference.name, posted, python_value(row, name, after))
                self.merge.taken.append(difference)
        if f"{place}-DELETE" in data and place:
            self.merge.clashes.append(
                Difference(
                    f"{place}-DELETE", title, _("the whole line"), _("there"), _("changed"),
                    _("removed"),
                )
            )  # fmt: skip


def tracked_fields(row: ChangedRow, table: PostedTable) -> Iterator[tuple[str, forms.Field]]:
    """Yield the fields of a form that are columns of the row."""
    columns = {stored.name for stored in row.model._meta.concrete_fields}
    for name, posted in table.fields.items():
        if name in columns and name != "id":
            yield name, posted


def place_of(data: QueryDict, table: PostedTable, row_id: int) -> str | None:
    """Return the prefix of the posted form of a row, such as "phones-3"; nothing if it has none."""
    if not table.prefix:
        return "" if table.row_id == row_id else None
    for index in range(form_count(data, table.prefix)):
        if data.get(f"{table.prefix}-{index}-id") == str(row_id):
            return f"{table.prefix}-{index}"
    return None


def form_count(data: QueryDict, prefix: str, which: str = "TOTAL_FORMS") -> int:
    """Return how many forms an inline says it posted; Django refuses a number that is none."""
    count = data.get(f"{prefix}-{which}") or ""
    return min(int(count), MOST_FORMS) if count.isdecimal() else 0


def full_name(place: str, name: str) -> str:
    return f"{place}-{name}" if place else name


def mine_of(data: QueryDict, place: str, name: str, posted: forms.Field) -> Any:
    """Return what was entered, as the field's widget reads it."""
    return posted.widget.value_from_datadict(data, {}, full_name(place, name))


def python_value(row: ChangedRow, name: str, values: dict[str, Any] | None) -> Any:
    """Return a column's value, as JSON has it, the way the field of a form starts with it."""
    stored: Any = row.model._meta.get_field(name)
    value = (values or {}).get(stored.column)
    if value is None or stored.related_model:
        return value
    return stored.to_python(value)


def put(data: QueryDict, name: str, posted: forms.Field, value: Any) -> None:
    """Enter a value in posted data, as the field's widget would have posted it."""
    widget: Any = posted.widget
    if hasattr(widget, "decompress"):
        parts = zip(widget.widgets_names, widget.decompress(value), widget.widgets, strict=True)
        for suffix, part, single in parts:
            data[f"{name}{suffix}"] = single.format_value(part) or ""
    elif isinstance(widget, CheckboxInput):
        data.pop(name, None)
        if value:
            data[name] = "on"
    else:
        shown = widget.format_value(posted.prepare_value(value))
        data[name] = (shown[0] if isinstance(shown, list) and shown else shown) or ""


def drop_row(data: QueryDict, prefix: str, place: str) -> None:
    """Take a form out of the posted forms of an inline; those behind it move up."""
    rows = posted_rows(data, prefix)
    index = int(place.rpartition("-")[2])
    initial = form_count(data, prefix, "INITIAL_FORMS")
    write_rows(data, prefix, rows[:index] + rows[index + 1 :], initial - (index < initial))


def make_new(data: QueryDict, prefix: str, place: str) -> str:
    """Make a posted form one of a new row, behind all others. Return its prefix."""
    rows = posted_rows(data, prefix)
    index = int(place.rpartition("-")[2])
    fresh = {name: values for name, values in rows[index].items() if name != "id"}
    initial = form_count(data, prefix, "INITIAL_FORMS")
    kept = rows[:index] + rows[index + 1 :]
    write_rows(data, prefix, [*kept, fresh], initial - (index < initial))
    return f"{prefix}-{len(kept)}"


def posted_rows(data: QueryDict, prefix: str) -> list[dict[str, list[str]]]:
    """Return the posted forms of an inline: lists of values by name."""
    rows: list[dict[str, list[str]]] = []
    for index in range(form_count(data, prefix)):
        start = f"{prefix}-{index}-"
        rows.append({key[len(start) :]: data.getlist(key) for key in data if key.startswith(start)})
    return rows


def write_rows(
    data: QueryDict, prefix: str, rows: list[dict[str, list[str]]], initial: int
) -> None:
    """Put these forms in the place of those that an inline posted."""
    for index in range(form_count(data, prefix)):
        for key in [key for key in data if key.startswith(f"{prefix}-{index}-")]:
            del data[key]
    for index, row in enumerate(rows):
        for name, values in row.items():
            data.setlist(f"{prefix}-{index}-{name}", values)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    data[f"{prefix}-INITIAL_FORMS"] = str(initial)
