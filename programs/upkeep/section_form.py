"""The form of one section of a listing: filled with what is stated, read by what was changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

#: What was typed into fields, as JSON, by the name of the field.
Typed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together; `now` is what the listing states, and who stated it."""

    legend: str
    fields: list[BoundField]
    now: list[str]
    #: Fields that few need.
    more: list[BoundField]


class SectionForm(forms.Form):
    """Each field carries what the page showed in it, so that only what somebody changed is saved.

    What others changed meanwhile in other fields stays.
    """

    def keep_what_was_shown(self) -> None:
        """Make every field carry it. Called at the end of `__init__`, when all fields are there."""
        for field in self.fields.values():
            field.show_hidden_initial = True

    def what_was_shown(self) -> SafeString:
        """Return the hidden fields that carry it."""
        return format_html_join("", "{}", ((field.as_hidden(only_initial=True),) for field in self))

    @abstractmethod
    def groups(self) -> Iterator[Group]:
        """Yield the fields in the order of the page."""

    @abstractmethod
    def apply(self, today: date) -> None:
        """Write what was changed, of a valid form, inside the caller's change set."""

    def typed(self) -> Typed:
        """Return what was typed into the fields that were changed."""
        return {name: self[name].data for name in self.changed_data}

    def data_with(self, typed: Typed) -> MultiValueDict[str, Any]:
        """Return what a browser would send of the page as it is now, with this typed into it.

        Fields that are not there any more are left out.
        """
        data: MultiValueDict[str, Any] = MultiValueDict()
        for name, field in self.fields.items():
            now = field.prepare_value(self[name].initial)
            _put(data, self.add_initial_prefix(name), now)
            _put(data, self.add_prefix(name), typed.get(name, now))
        return data


def _put(data: MultiValueDict[str, Any], name: str, value: Any) -> None:
    if isinstance(value, list):
        data.setlist(name, value)
    else:
        data[name] = "" if value is None else value
