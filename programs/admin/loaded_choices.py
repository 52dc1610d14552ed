"""Choices read once for all rows of an inline: Django would ask for each row and widget."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _


class LoadedModelChoiceField(forms.ModelChoiceField):
    """A choice among few rows, all read when the field is made; its copies share them.

    `refusal` is the message for a row that exists but is not among them.
    """

    def __init__(self, queryset: Any, *, refusal: str = "", **kwargs: Any) -> None:
        super().__init__(queryset, **kwargs)
        self.rows: dict[str, Model] = {str(row.pk): row for row in queryset}
        if refusal:
            self.error_messages["invalid_choice"] = refusal

    def to_python(self, value: Any) -> Model | None:
        if value in self.empty_values:
            return None
        row = self.rows.get(str(value.pk if isinstance(value, Model) else value))
        if row is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return row


class LoadedSelect(forms.Select):
    """A plain select of the loaded rows."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        field: Any = self.choices.field  # type: ignore[attr-defined]
        nothing = field.empty_label or "---------"
        options = [("", nothing), *((pk, str(row)) for pk, row in field.rows.items())]
        return [
            (None, [self.create_option(name, pk, label, pk in value, index)], index)
            for index, (pk, label) in enumerate(options)
        ]


class NamedAutocompleteSelect(AutocompleteSelect):
    """Django's autocomplete, which while nothing is chosen says so, rather than to have no name."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-placeholder": _("None chosen")}


class LoadedAutocompleteSelect(AutocompleteSelect):
    """Django's autocomplete, which takes the label of what is chosen from the loaded rows."""

    url_name = "%s:programs_term_autocomplete"

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        field: Any = self.choices.field
        chosen = [field.rows[str(pk)] for pk in value if str(pk) in field.rows]
        options = [
            self.create_option(name, row.pk, field.label_from_instance(row), True, index)
            for index, row in enumerate(chosen)
        ]
        return [(None, options, 0)]
