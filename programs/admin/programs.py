"""Programs: found by name, town or phone; everything stated about them on one page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from programs.admin.bulk import BulkChanges
from programs.admin.facts import (
    CareFactInline,
    CoverageFactInline,
    FeatureFactInline,
    MedicationFactInline,
)
from programs.admin.finding import FacilityStateFilter, FoundByPhone
from programs.admin.fixing import FixesReports
from programs.admin.listing_columns import AccreditationFilter, ListingColumns, WaitsFilter
from programs.admin.merged_saves import MergedSaves
from programs.admin.next_in_list import NextInList
from programs.admin.openings import OpeningFilter, OpeningInline, save_openings
from programs.admin.recording import WithHistory
from programs.admin.rules import NeverDeleted, ReadOnly
from programs.admin.splitting import Splits
from programs.admin.spreadsheets import Spreadsheets
from programs.models import Facility, FederalRecord, Opening, Organization, Program
from programs.upkeep.confidential import records_for
from programs.upkeep.sheets import (
    CareSheet,
    CoverageSheet,
    FeatureSheet,
    MedicationSheet,
    ProgramSheet,
)

if TYPE_CHECKING:
    _StackedInline = admin.StackedInline[FederalRecord, Program]
else:
    _StackedInline = admin.StackedInline


class FederalRecordInline(ReadOnly, _StackedInline):
    """The row of the federal file behind a listing, to compare with."""

    model = FederalRecord
    extra = 0
    fields = readonly_fields = ("source", "row_number", "missing_since", "row_as_published")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FederalRecord]:
        records = super().get_queryset(request).select_related("source", "missing_since")
        return records_for(request.user, records)

    @admin.display(description=_("row"))
    def row_as_published(self, record: FederalRecord) -> str:
        return as_text(record.row)


def as_text(value: Any) -> str:
    """Return JSON set out for reading."""
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))


class StatesField(SimpleArrayField):
    """Codes of states as people type them: in any case, in any order, one twice."""

    def clean(self, value: Any) -> list[str]:
        return sorted(set(super().clean("".join(str(value or "").upper().split()))))


@admin.register(Program)
class ProgramAdmin(
    NeverDeleted,
    BulkChanges,
    NextInList,
    ListingColumns,
    Splits,
    Spreadsheets,
    FixesReports,
    WithHistory,
    MergedSaves,
    FoundByPhone,
):
    """A listing is closed, not deleted: what was said, and loads that name it, stay readable."""

    sheets = (ProgramSheet, CareSheet, MedicationSheet, CoverageSheet, FeatureSheet)
    facility_lookup = "facility"
    listing_lookup = "programs"
    old_names = {"facility": Facility, "pk": Program}
    change_form_template = "admin/programs/program/change_form.html"
    list_display = (
        *("display_name", "town", "state", "organization", "status"),
        *("last_checked", "openings_now", "federal_source"),
    )
    list_filter = (
        *(WaitsFilter, "status", "scope", OpeningFilter, FacilityStateFilter),
        *(AccreditationFilter, "facility__is_invented"),
    )
    ordering = ("facility__name", "id")
    show_full_result_count = False
    search_fields = (
        "name",
        "facility__name",
        "facility__branch",
        "facility__city",
        "facility__zip_code__startswith",
        "facility__organization__name",
    )
    search_help_text = _(
        "Name, now or before, town, ZIP code, organization, or a phone number of 7 digits or more"
    )
    autocomplete_fields = ("facility",)
    formfield_overrides = {ArrayField: {"form_class": StatesField}}
    fields = ("facility", ("name", "scope"), ("status", "states_served"))
    inlines = (
        # Saved first: they are checked against the levels that stand in the database.
        OpeningInline,
        CareFactInline,
        MedicationFactInline,
        CoverageFactInline,
        FeatureFactInline,
        FederalRecordInline,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        programs: Any = super().get_queryset(request)
        listed: QuerySet[Program] = programs.with_facility().with_federal_source()
        return listed

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Opening:
            save_openings(formset, cast(User, request.user))
        else:
            super().save_formset(request, form, formset, change)

    @admin.display(description=_("name"), ordering="facility__name")
    def display_name(self, program: Program) -> str:
        return program.display_name

    @admin.display(description=_("city or town"), ordering="facility__city")
    def town(self, program: Program) -> str:
        return program.facility.city

    @admin.display(description=_("state"), ordering="facility__state")
    def state(self, program: Program) -> str:
        return program.facility.state

    @admin.display(description=_("organization"), ordering="facility__organization__name")
    def organization(self, program: Program) -> Organization | None:
        return program.facility.organization

    @admin.display(description=_("federal list"), ordering="federal_record__source__published_on")
    def federal_source(self, program: Program) -> str:
        """Return the edition that names the program, or that it is gone from."""
        record = getattr(program, "federal_record", None)
        if record is None or record.source.published_on is None:
            return ""
        year = str(record.source.published_on.year)
        return f"{year}, {_('not in a later one')}" if record.missing_since_id else year
