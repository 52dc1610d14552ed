"""Organizations, and the facilities they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Count, ForeignKey, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from programs.admin.bulk import BulkChanges
from programs.admin.confidential import HidesAddresses
from programs.admin.facts import SourcedInline, name_widget
from programs.admin.finding import FoundByPhone, StateFilter
from programs.admin.fixing import FixesReports
from programs.admin.listing_columns import ListingColumns
from programs.admin.loaded_choices import NamedAutocompleteSelect
from programs.admin.merged_saves import MergedSaves
from programs.admin.next_in_list import NextInList
from programs.admin.recording import Recorded, WithHistory
from programs.admin.rules import HTTPS_ASSUMED, NeverDeleted, ReadOnly
from programs.admin.spreadsheets import Spreadsheets
from programs.admin.update_links import UpdateLinkInline
from programs.enums import LocationPrecision
from programs.geo import rounded_degrees
from programs.models import ConfidentialAddress, Facility, Organization, Phone, Program
from programs.models.facility import CONFIRMED_WITH
from programs.upkeep.sheets import FacilitySheet, OrganizationSheet, PhoneSheet

#: All that may be public of a confidential address.
HIDDEN_PRECISIONS = {LocationPrecision.COUNTY, LocationPrecision.NONE}

if TYPE_CHECKING:
    _FacilityForm = forms.ModelForm[Facility]
    _PhoneInline = admin.TabularInline[Phone, Facility]
    _AddressInline = admin.StackedInline[ConfidentialAddress, Facility]
    _ProgramInline = admin.TabularInline[Program, Facility]
    _FacilityInline = admin.TabularInline[Facility, Organization]
    _OrganizationAdmin = admin.ModelAdmin[Organization]
else:
    _FacilityForm = forms.ModelForm
    _PhoneInline = _ProgramInline = _FacilityInline = admin.TabularInline
    _AddressInline = admin.StackedInline
    _OrganizationAdmin = admin.ModelAdmin


class FacilityForm(_FacilityForm):
    """Says on the field what the constraints of the table would refuse."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        self._confirm(cleaned)
        self._check_coordinates(cleaned)
        if not cleaned.get("address_is_public", self.instance.address_is_public):
            self._check_hidden(cleaned)
        return cleaned

    def _confirm(self, cleaned: dict[str, Any]) -> None:
        """Take what a keeper typed as confirmed today, unless told otherwise."""
        for confirmed_on, fields in CONFIRMED_WITH.items():
            if fields & {*self.changed_data} and confirmed_on not in self.changed_data:
                cleaned[confirmed_on] = timezone.localdate()

    def clean_latitude(self) -> float | None:
        return _rounded(self.cleaned_data["latitude"])

    def clean_longitude(self) -> float | None:
        return _rounded(self.cleaned_data["longitude"])

    def _check_coordinates(self, cleaned: dict[str, Any]) -> None:
        known = [cleaned.get(name) is not None for name in ("latitude", "longitude")]
        is_located = cleaned.get("location_precision") != LocationPrecision.NONE
        if is_located and not all(known):
            self.add_error("latitude", _("Enter latitude and longitude, or set “Not known”."))
        if not is_located and any(known):
            self.add_error("location_precision", _("Say how exact the coordinates are."))

    def _check_hidden(self, cleaned: dict[str, Any]) -> None:
        for name in ("street1", "street2", "zip_code"):
            if cleaned.get(name):
                self.add_error(name, _("Not public: enter it under “Confidential address”."))
        if cleaned.get("location_precision") not in HIDDEN_PRECISIONS:
            self.add_error(
                "location_precision", _("Not public: give the middle of the county or nothing.")
            )


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else rounded_degrees(degrees)


class PhoneInline(SourcedInline, _PhoneInline):
    """The numbers. As with facts, what a keeper enters or changes is our staff's of today."""

    model = Phone
    fields = ("use", "number", "extension", "position", "source", "reported_on", "confirmed_on")
    ordering = ("position", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Phone]:
        return super().get_queryset(request).select_related("source")


class ConfidentialAddressInline(_AddressInline):
    """Shown only to keepers with the permission to view confidential addresses."""

    model = ConfidentialAddress
    extra = 0
    fields = ("street1", "street2", "zip_code")


class ProgramInline(NeverDeleted, _ProgramInline):
    model = Program
    extra = 0
    fields = ("name", "scope", "status")
    show_change_link = True
    ordering = ("id",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        name_widget(field, db_field)
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        return super().get_queryset(request).select_related("facility")


@admin.register(Facility)
class FacilityAdmin(
    NeverDeleted,
    HidesAddresses,
    BulkChanges,
    NextInList,
    ListingColumns,
    Spreadsheets,
    FixesReports,
    WithHistory,
    MergedSaves,
    FoundByPhone,
):
    """A facility stays while its programs do: close those instead."""

    sheets = (FacilitySheet, PhoneSheet)
    form = FacilityForm
    reported_lookup = "program__facility"
    formfield_overrides = HTTPS_ASSUMED
    owner_lookup = "facility"
    old_names = {"pk": Facility}
    list_display = (
        *("__str__", "city", "state", "organization", "last_checked", "openings_now"),
        *("location_precision", "is_invented"),
    )
    list_filter = ("location_precision", "address_is_public", "is_invented", StateFilter)
    list_select_related = ("organization",)
    ordering = ("name", "id")
    show_full_result_count = False
    search_fields = ("name", "branch", "city", "zip_code__startswith", "organization__name")
    search_help_text = _(
        "Name, now or before, town, ZIP code, organization, or a phone number of 7 digits or more"
    )
    autocomplete_fields = ("organization", "county")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "branch", "name_confirmed_on"),
                    "organization",
                    "website",
                    "one_tap_link",
                )
            },
        ),
        (
            _("Address"),
            {
                "fields": (
                    ("address_is_public", "address_confirmed_on"),
                    ("street1", "street2"),
                    ("city", "state", "zip_code"),
                    "county",
                    ("latitude", "longitude", "location_precision"),
                )
            },
        ),
    )
    inlines = (PhoneInline, ConfidentialAddressInline, ProgramInline, UpdateLinkInline)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["widget"] = NamedAutocompleteSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The button moves the address as well.
        always = ("is_invented", "one_tap_link")
        return (*always, "address_is_public") if obj else always

    @admin.display(description=_("one-tap link"))
    def one_tap_link(self, facility: Facility) -> str:
        """Lead to the form that sends somebody a link for this facility."""
        if facility.pk is None:
            return "-"
        address = f"{reverse('admin:programs_updatelink_add')}?facility={facility.pk}"
        return format_html('<a href="{}">{}</a>', address, _("Send a link to …"))

    def response_post_save_change(self, request: HttpRequest, obj: Facility) -> Any:
        """Go back to the call sheet that led here, if one did."""
        if "sheet" in request.GET:
            return redirect("admin:programs_callsheet_sheet", obj.pk)
        return super().response_post_save_change(request, obj)


class FacilityInline(ReadOnly, _FacilityInline):
    model = Facility
    fields = readonly_fields = ("name", "branch", "city", "state")
    show_change_link = True
    ordering = ("state", "city", "id")


@admin.register(Organization)
class OrganizationAdmin(Spreadsheets, Recorded, _OrganizationAdmin):
    sheets = (OrganizationSheet,)
    formfield_overrides = HTTPS_ASSUMED
    list_display = ("name", "facility_count", "website")
    ordering = ("name", "id")
    show_full_result_count = False
    search_fields = ("name",)
    inlines = (FacilityInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return super().get_queryset(request).annotate(facility_count=Count("facilities"))

    @admin.display(description=_("facilities"), ordering="facility_count")
    def facility_count(self, organization: Any) -> int:
        count: int = organization.facility_count
        return count
