"""Fields that two people changed at one time: what it was, what each made of it, and the choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs.upkeep.section_form import SectionForm

#: In front of the name of a field that both changed; "theirs" takes the other's value.
CHOICE_PREFIX = "_choice-"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that another changed: what it was, what is theirs, what the keeper entered."""

    name: str
    title: str
    label: str
    before: str
    theirs: str
    mine: str


def left_to_others(posted: MultiValueDict[str, Any]) -> set[str]:
    """Return the names of the fields for which the other's value was chosen."""
    return {
        key.removeprefix(CHOICE_PREFIX)
        for key, choice in posted.items()
        if key.startswith(CHOICE_PREFIX) and choice == "theirs"
    }


def take_theirs(data: MultiValueDict[str, Any]) -> None:
    """Put what the page showed, the other's value, into each field of a section left to them."""
    for name in left_to_others(data):
        data.setlist(name, data.getlist(f"initial-{name}"))


def clashes_of(sent: SectionForm, now: SectionForm) -> Iterator[Difference]:
    """Yield the fields that were changed in the form that was sent, and by somebody else since.

    `now` is the form of the listing as it is.
    """
    titles = {
        field.name: group.legend for group in now.groups() for field in (*group.fields, *group.more)
    }
    for name in sent.changed_data:
        if name not in now.fields:
            continue
        field = now.fields[name]
        theirs = field.prepare_value(now[name].initial)
        before, mine = shown_in(sent, name), sent[name].data
        if same(field, theirs, before) or same(field, theirs, mine):
            continue
        said = (in_words(field, value) for value in (before, theirs, mine))
        yield Difference(name, titles.get(name, ""), str(field.label), *said)


def typed_into_what_is_gone(sent: SectionForm) -> list[str]:
    """Return what was typed into lines that somebody removed: the form has them no more."""
    names = [name.removeprefix("initial-") for name in sent.data if name.startswith("initial-")]
    return [
        str(sent.data[name])
        for name in names
        if name not in sent.fields
        and sent.data.get(name, "") not in {"", sent.data[f"initial-{name}"]}
    ]


def shown_in(form: SectionForm, name: str) -> Any:
    """Return what the page that was sent had shown in a field."""
    widget = form.fields[name].hidden_widget()
    return widget.value_from_datadict(form.data, form.files, form.add_initial_prefix(name))


def same(field: forms.Field, one: Any, other: Any) -> bool:
    try:
        return bool(field.to_python(one) == field.to_python(other))
    except ValidationError:
        return bool(one == other)


def in_words(field: forms.Field, entered: Any) -> str:
    """Return what was entered the way it is printed; as typed if it cannot be right."""
    try:
        value = field.clean(entered)
    except ValidationError:
        return str(entered or "")
    if isinstance(value, Model) and isinstance(field, forms.ModelChoiceField):
        return str(field.label_from_instance(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(value, "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        labels = {str(key): str(label) for key, label in choices}
        several = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each), str(each)) for each in several)
    return "" if value is None else str(value)
