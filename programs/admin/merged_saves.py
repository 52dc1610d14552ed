"""A save at the desk of a listing that another saved meanwhile: shown side by side, not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from programs.admin.clashes import Merge, Merger, PostedTable, drop_row, put
from programs.models import Facility
from programs.upkeep.change_wording import word_changes
from programs.upkeep.clashes import left_to_others
from programs.upkeep.editing import (
    UnreadableVersionError,
    events_since,
    lock_listing,
    version_of,
)
from programs.upkeep.history import Event, changes_of, net_changes

#: What the page showed when the keeper began.
VERSION_FIELD = "_version"

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm
    _ModelAdmin = admin.ModelAdmin


MEANWHILE = gettext_lazy(
    "Not saved yet: somebody else saved this listing while you worked on it. Nothing of yours is"
    " lost. Look at what changed, choose, and save again."
)
DAMAGED = gettext_lazy(
    "Not saved: the page did not say which state of the listing it showed, so somebody else may"
    " have changed it since. Compare it with the listing, and save again."
)


class Unsaved(_ModelForm):
    """A form that is right in itself and yet waits for the keeper to look at it once more."""

    #: Why.
    reason: Any

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.add_error(None, self.reason)
        return cleaned


class MergedSaves(_ModelAdmin):
    """Compares what a page showed with what is there when it is saved."""

    change_form_template = "admin/programs/listing_change_form.html"
    #: The lookup from a facility to the row that the page edits.
    listing_lookup = "pk"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        facility = self._facility(object_id)
        extra = {**(extra_context or {})}
        is_damaged = False
        if facility and request.method == "POST":
            lock_listing(facility.pk)
            try:
                extra["merge"] = self._merge(request, facility, str(object_id))
            except UnreadableVersionError:
                is_damaged = True
                setattr(request, "unsaved_for", DAMAGED)  # noqa: B010  # read by `get_form`
        if facility:
            extra["listing_version"] = version_of(facility)
        page = super().changeform_view(request, object_id, form_url, extra)
        if is_damaged:
            page.status_code = 400
        return page

    def _facility(self, object_id: str | None) -> Facility | None:
        if object_id is None or not object_id.isdecimal():
            return None
        return Facility.objects.filter(**{self.listing_lookup: object_id}).first()

    def _merge(self, request: HttpRequest, facility: Facility, object_id: str) -> Merge | None:
        """Lay what others saved since beside what is posted. Raises UnreadableVersionError."""
        version = request.POST.get(VERSION_FIELD, "")
        is_current = version == version_of(facility)
        choices = left_to_others(request.POST)
        obj = None if is_current and not choices else self.get_object(request, object_id)
        if obj is None:
            return None
        data = request.POST.copy()
        tables = self._tables(request, obj)
        take_theirs(data, tables, choices, obj)
        setattr(request, "POST", data)  # noqa: B010  # typed as read-only
        merge = None if is_current else self._laid_beside(request, facility, version, tables, obj)
        if merge:
            setattr(request, "unsaved_for", MEANWHILE)  # noqa: B010  # read by `get_form`
        return merge

    def _laid_beside(
        self,
        request: HttpRequest,
        facility: Facility,
        version: str,
        tables: list[PostedTable],
        obj: Model,
    ) -> Merge | None:
        events = events_since(facility, version)
        changed = net_changes(events)
        titles = {(row.table, row.row_id): row.title for row in word_changes(changed, request.user)}
        named = {
            (row.model, row.row_id): titles.get((str(row.model._meta.model_name), row.row_id), "")
            for row in changed
        }
        data: Any = request.POST
        merge = Merger(data, tables, named).lay_beside(changed, obj.pk)
        merge.savers = savers(events, request.user)
        return merge or None

    def _tables(self, request: HttpRequest, obj: Model) -> list[PostedTable]:
        """Return the form of the page and its inlines, as they are posted."""
        form = self.get_form(request, obj, change=True)
        tables = [PostedTable(self.model, "", form.base_fields, row_id=obj.pk)]
        for formset, inline in self.get_formsets_with_inlines(request, obj):
            if inline.has_change_permission(request, obj):
                fields = formset.form.base_fields
                tables.append(PostedTable(inline.model, formset.get_default_prefix(), fields))
        return tables

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if reason := getattr(request, "unsaved_for", None):
            return type(form)(form.__name__, (Unsaved, form), {"reason": reason})
        return form


def savers(events: list[Event], viewer: User | AnonymousUser) -> list[str]:
    """Return who saved, and when, newest first."""
    return [
        f"{change.who or change.kind}, {date_format(localtime(change.at), 'DATETIME_FORMAT')}"
        for change in changes_of(events, viewer)
    ]


def take_theirs(data: QueryDict, tables: list[PostedTable], choices: set[str], obj: Model) -> None:
    """Enter what is stored for each field that the keeper leaves to the other."""
    by_prefix = {table.prefix: table for table in tables}
    # The last rows first: dropping one moves up those behind it.
    for choice in sorted(choices, key=place_in_formset, reverse=True):
        place, _dash, name = choice.rpartition("-")
        prefix, _dash, index = place.rpartition("-")
        table = by_prefix.get(prefix)
        # A choice that no page of ours offered is nothing to choose.
        if table is None or (prefix and not index.isdecimal()):
            continue
        if name == "DROP":
            drop_row(data, prefix, place)
        elif name == "DELETE":
            data.pop(choice, None)
        elif name in table.fields:
            row = obj if not place else stored_row(table, data.get(f"{place}-id"))
            if row is not None:
                stored: Any = row._meta.get_field(name)
                put(data, choice, table.fields[name], stored.value_from_object(row))


def place_in_formset(choice: str) -> tuple[int, str]:
    parts = choice.split("-")
    return (int(parts[-2]), choice) if len(parts) > 2 and parts[-2].isdecimal() else (-1, choice)


def stored_row(table: PostedTable, number: str | None) -> Model | None:
    if not (number or "").isdecimal():
        return None
    return table.model._default_manager.filter(pk=number).first()
