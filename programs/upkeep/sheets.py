"""The sheets that editors can export and load, a table each."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.models import (
    CareFact,
    CoverageFact,
    Facility,
    FeatureFact,
    MedicationFact,
    Organization,
    Phone,
    Program,
    Source,
    Term,
)
from programs.models.facility import CONFIRMED_WITH
from programs.upkeep.sheet import Sheet, read_only
from programs.upkeep.spreadsheet_cells import YesNoCell

STAFF_SOURCE = "staff"
#: Who said it and when; all other columns of a fact are what was said.
PROVENANCE = ("source", "reported_on", "confirmed_on")
#: And where it is listed.
NOT_SAID = {*PROVENANCE, "position"}


class OrganizationSheet(Sheet):
    slug, label = "organizations", _("Organizations")
    named_by = ("name",)

    class Meta:
        model = Organization
        fields = ("id", "name", "website")


class FacilitySheet(Sheet):
    """Without confidential addresses: of a hidden site, the town and the middle of its county.

    Whether an address is public is changed on the facility's page, which also moves the address.
    """

    slug, label = "facilities", _("Facilities")
    named_by = ("name", "branch")
    reading = {"organization_name": F("organization__name")}
    organization_name = read_only("organization_name")
    address_is_public = read_only("address_is_public", YesNoCell())
    is_invented = read_only("is_invented", YesNoCell())

    class Meta:
        model = Facility
        fields = (
            "id",
            "name",
            "branch",
            "organization",
            "organization_name",
            "street1",
            "street2",
            "city",
            "state",
            "zip_code",
            "county",
            "latitude",
            "longitude",
            "location_precision",
            "address_is_public",
            "website",
            "name_confirmed_on",
            "address_confirmed_on",
            "is_invented",
        )

    def complete(self, instance: Any) -> None:
        """Take what an editor changed as confirmed today, unless told otherwise."""
        changed = self.changed_in(instance)
        for confirmed_on, columns in CONFIRMED_WITH.items():
            if changed & columns and confirmed_on not in changed:
                setattr(instance, confirmed_on, timezone.localdate())


class SourcedSheet(Sheet):
    """Statements. What an editor changes is said by our staff, unless the file says who."""

    may_delete = True

    def complete(self, instance: Any) -> None:
        """Make what is new or changed a statement of our staff, as of today, unless told otherwise.

        The same rule as on the page of a program.
        """
        changed = self.changed_in(instance)
        if not changed - NOT_SAID:
            return
        today, is_new = timezone.localdate(), instance._state.adding
        is_staff_s = "source" not in changed
        if is_staff_s:
            instance.source_id = self.fields["source"].widget.clean(STAFF_SOURCE)
            instance.reported_on = today if "reported_on" not in changed else instance.reported_on
        if "confirmed_on" not in changed and (is_staff_s or not is_new):
            instance.confirmed_on = today


class PhoneSheet(SourcedSheet):
    slug, label = "phones", _("Phones")
    lookup = "facility"
    named_by = ("facility_name", "number")
    reading = {"facility_name": F("facility__name")}
    facility_name = read_only("facility_name")
    order = ("facility_id", "position", "id")

    class Meta:
        model = Phone
        fields = (
            "id",
            "facility",
            "facility_name",
            "use",
            "number",
            "extension",
            "position",
            *PROVENANCE,
        )


class ProgramSheet(Sheet):
    slug, label = "programs", _("Programs")
    named_by = ("facility_name", "name")
    reading = {
        "facility_name": F("facility__name"),
        "city": F("facility__city"),
        "state": F("facility__state"),
    }
    facility_name = read_only("facility_name")
    city = read_only("city")
    state = read_only("state")

    class Meta:
        model = Program
        fields = (
            "id",
            "facility",
            "facility_name",
            "city",
            "state",
            "name",
            "scope",
            "status",
            "states_served",
        )


class FactSheet(SourcedSheet):
    lookup = "program"
    named_by = ("facility_name", "program_name", "term")
    reading = {"facility_name": F("program__facility__name"), "program_name": F("program__name")}
    facility_name = read_only("facility_name")
    program_name = read_only("program_name")
    order = ("program_id", "term_id", "id")


class CareSheet(FactSheet):
    slug, label = "levels-of-care", _("Levels of care")

    class Meta:
        model = CareFact
        fields = (
            "id",
            "program",
            "facility_name",
            "program_name",
            "term",
            "answer",
            "hours_per_week_min",
            "hours_per_week_max",
            "length_days_min",
            "length_days_max",
            "overnight",
            "asam_level",
            "asam_edition",
            *PROVENANCE,
        )


class MedicationSheet(FactSheet):
    slug, label = "medicines", _("Medicines")

    class Meta:
        model = MedicationFact
        fields = ("id", "program", "facility_name", "program_name", "term", "relation", *PROVENANCE)


class CoverageSheet(FactSheet):
    slug, label = "payment", _("Payment")

    class Meta:
        model = CoverageFact
        fields = (
            "id",
            "program",
            "facility_name",
            "program_name",
            "term",
            "relation",
            "plan",
            "state",
            *PROVENANCE,
        )


class FeatureSheet(FactSheet):
    slug, label = "features", _("Features")

    class Meta:
        model = FeatureFact
        fields = ("id", "program", "facility_name", "program_name", "term", "answer", *PROVENANCE)


class TermSheet(Sheet):
    slug, label = "terms", _("Terms of the vocabulary")
    named_by = fixed = ("facet", "slug")

    class Meta:
        model = Term
        fields = (
            "id",
            "facet",
            "slug",
            "label",
            "label_es",
            "definition",
            "definition_es",
            "synonyms",
            "position",
            "open_hours",
            "wait_hours",
        )


class SourceSheet(Sheet):
    slug, label = "sources", _("Sources")
    named_by = fixed = ("slug",)

    class Meta:
        model = Source
        fields = ("id", "slug", "name", "kind", "url", "published_on", "date_precision")
