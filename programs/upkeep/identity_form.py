"""Name and address of a facility, as one form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.enums import STATE_NAMES, LocationPrecision, PlaceKind
from programs.models import Facility, Place
from programs.models.facility import CONFIRMED_WITH, ZIP_CODE
from programs.upkeep.section_form import Group, SectionForm

NAME = ("name", "branch")
ADDRESS = ("street1", "street2", "city", "state", "zip_code")
#: Fields that a facility with a confidential address has nothing in.
CONFIDENTIAL = ("street1", "street2", "zip_code")


class IdentityForm(SectionForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    branch = forms.CharField(
        label=gettext_lazy("Branch or second name"), max_length=160, required=False
    )
    street1 = forms.CharField(label=gettext_lazy("Street"), max_length=120, required=False)
    street2 = forms.CharField(
        label=gettext_lazy("Street, second line"), max_length=120, required=False
    )
    city = forms.CharField(label=gettext_lazy("City or town"), max_length=80)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=list(STATE_NAMES.items()))
    zip_code = forms.CharField(
        label=gettext_lazy("ZIP code"), required=False, max_length=5, validators=[ZIP_CODE]
    )

    def __init__(self, data: Any, *, facility: Facility) -> None:
        super().__init__(data, use_required_attribute=False)
        self.facility = facility
        if not facility.address_is_public:
            for name in CONFIDENTIAL:
                del self.fields[name]
        for name, field in self.fields.items():
            field.initial = getattr(facility, name)
        self.keep_what_was_shown()

    def groups(self) -> Iterator[Group]:
        yield Group(_("Name"), [self[name] for name in NAME], [], [])
        private = _("The address is private: only the town is shown. Ask an editor to change it.")
        hint = [] if self.facility.address_is_public else [private]
        yield Group(_("Address"), [self[name] for name in ADDRESS if name in self.fields], hint, [])

    def apply(self, today: date) -> None:
        changed = set(self.changed_data)
        for name in changed:
            setattr(self.facility, name, self.cleaned_data[name])
        for confirmed_on, fields in CONFIRMED_WITH.items():
            if fields & changed:
                setattr(self.facility, confirmed_on, today)
        if changed & set(ADDRESS) and self.facility.address_is_public:
            self._locate()
        self.facility.save()

    def _locate(self) -> None:
        """Put the facility into the middle of its ZIP code: nobody told its new coordinates."""
        facility = self.facility
        zips = Place.objects.filter(kind=PlaceKind.ZIP, key=facility.zip_code, state=facility.state)
        place = zips.order_by("id").first()
        facility.latitude = place.latitude if place else None
        facility.longitude = place.longitude if place else None
        facility.county_id = place.county_id if place else None
        facility.location_precision = LocationPrecision.ZIP if place else LocationPrecision.NONE
