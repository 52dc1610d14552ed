"""Phones and web site of a facility, as one form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.formfields import PhoneNumberField

from programs.enums import PhoneUse
from programs.models import Facility, Phone, Source
from programs.upkeep.section_form import Group, SectionForm
from programs.upkeep.stated_by import stated_by

#: Lines for numbers that are not listed yet.
NEW = ("new1", "new2")
COLUMNS = ("use", "number", "extension")


class ContactForm(SectionForm):
    """Every number has four fields, such as `phone_12_number`; new ones `phone_new1_number`."""

    website = forms.URLField(
        label=gettext_lazy("Web site"), required=False, max_length=200, assume_scheme="https"
    )

    def __init__(self, data: Any, *, facility: Facility, source: Source) -> None:
        super().__init__(data, use_required_attribute=False)
        self.facility, self.source = facility, source
        self.fields["website"].initial = facility.website
        found = facility.phones.select_related("source").order_by("position", "id")
        self.phones = {str(phone.pk): phone for phone in found}
        for key in (*self.phones, *NEW):
            self._add_fields(key, self.phones.get(key))
        self.keep_what_was_shown()

    def _add_fields(self, key: str, phone: Phone | None) -> None:
        self.fields[f"phone_{key}_number"] = PhoneNumberField(
            label=_("Number"), region="US", required=False,
            initial=phone.number.as_national if phone else "",
        )  # fmt: skip
        self.fields[f"phone_{key}_extension"] = forms.CharField(
            label=_("Extension"), required=False, max_length=8,
            validators=[RegexValidator(r"^\d+$", _("An extension is digits alone."))],
            initial=phone.extension if phone else "",
        )  # fmt: skip
        self.fields[f"phone_{key}_use"] = forms.ChoiceField(
            label=_("Use"), choices=PhoneUse.choices, initial=phone.use if phone else PhoneUse.MAIN
        )
        if phone:
            self.fields[f"phone_{key}_remove"] = forms.BooleanField(
                label=_("Take this number off the listing"), required=False
            )

    def groups(self) -> Iterator[Group]:
        for key in (*self.phones, *NEW):
            names = [name for name in self.fields if name.startswith(f"phone_{key}_")]
            phone = self.phones.get(key)
            now = [f"{phone} ({phone.get_use_display()}; {stated_by(phone)})"] if phone else []
            legend = str(phone) if phone else _("Another number")
            yield Group(legend, [self[name] for name in names], now, [])
        yield Group(_("Web site"), [self["website"]], [], [])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        listed = set()
        for key in (*self.phones, *NEW):
            row = tuple(cleaned.get(f"phone_{key}_{column}") for column in COLUMNS)
            if cleaned.get(f"phone_{key}_remove"):
                self.errors.pop(f"phone_{key}_number", None)
                continue
            if not row[1]:
                self._refuse_no_number(key)
            elif row in listed:
                self.add_error(f"phone_{key}_number", _("This number is there already."))
            listed.add(row)
        return cleaned

    def _refuse_no_number(self, key: str) -> None:
        name = f"phone_{key}_number"
        if name in self.errors:
            return
        if key in self.phones:
            self.add_error(name, _("Type the number, or tick to take it off the listing."))
        elif self.cleaned_data.get(f"phone_{key}_extension"):
            self.add_error(name, _("Type the number that the extension is of."))

    def apply(self, today: date) -> None:
        changed = set(self.changed_data)
        if "website" in changed:
            self.facility.website = self.cleaned_data["website"]
            self.facility.save(update_fields=["website"])
        # Away first: a number may move from one line to another.
        removed = [key for key in self.phones if self.cleaned_data[f"phone_{key}_remove"]]
        for key in removed:
            self.phones[key].delete()
        for key in (*self.phones, *NEW):
            names = {f"phone_{key}_{column}" for column in COLUMNS} & changed
            if names and key not in removed and self.cleaned_data[f"phone_{key}_number"]:
                self._save(key, names, today)

    def _save(self, key: str, names: set[str], today: date) -> None:
        phone = self.phones.get(key) or Phone(
            facility=self.facility, position=len(self.phones) + NEW.index(key)
        )
        for column in COLUMNS:
            if phone.pk is None or f"phone_{key}_{column}" in names:
                setattr(phone, column, self.cleaned_data[f"phone_{key}_{column}"])
        phone.source, phone.reported_on, phone.confirmed_on = self.source, today, today
        phone.save()
