"""The listings that came from a federal directory, as they stand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from typing import Any

from programs.enums import ListingStatus, PhoneUse
from programs.importers.cleaning import RowRejectedError, clean_row
from programs.importers.duplicates import Site
from programs.importers.records import COLUMNS, CleanRow, RawRow, Telephone
from programs.models import FederalRecord, Phone, Program

#: Columns that a row of a release and a facility have under the same names.
NAME_FIELDS = ("name", "branch")
ADDRESS_FIELDS = ("street1", "street2", "city", "state", "zip_code")


@dataclass(frozen=True, slots=True)
class FacilityValues:
    """The columns of a facility that a release fills."""

    name: str
    branch: str
    street1: str
    street2: str
    city: str
    state: str
    zip_code: str
    county_id: int | None
    latitude: float | None
    longitude: float | None
    location_precision: str

    def changes_to(self, other: FacilityValues) -> dict[str, list[Any]]:
        """Return {column: [value here, value there]} of the columns that differ."""
        return {
            column: [getattr(self, column), getattr(other, column)]
            for column in FACILITY_COLUMNS
            if getattr(self, column) != getattr(other, column)
        }


FACILITY_COLUMNS = tuple(column.name for column in fields(FacilityValues))


@dataclass(frozen=True, slots=True)
class Listing:
    """A program with its federal record. `last_row` is what the release before this one said."""

    program_id: int
    facility_id: int
    source_id: int
    row_number: int
    fingerprint: str
    missing_since_id: int | None
    facility: FacilityValues
    address_is_public: bool
    telephones: frozenset[Telephone]
    #: Those that a keeper confirmed: a release that no longer states them does not take them away.
    confirmed_telephones: frozenset[Telephone]
    last_row: CleanRow

    @property
    def full_name(self) -> str:
        values = self.facility
        return f"{values.name}, {values.branch}" if values.branch else values.name


def load_listings() -> list[Listing]:
    """Read all federal listings: two queries."""
    telephones = _telephones_by_facility()
    records = FederalRecord.objects.select_related("program__facility").order_by("program_id")
    return [
        _listing(record, *telephones[record.program.facility_id])
        for record in records.iterator(chunk_size=2000)
    ]


def load_unlisted_sites() -> list[Site]:
    """Read the open programs that no release ever had, as sites to compare with: two queries."""
    programs = (
        Program.objects.filter(federal_record=None, facility__is_invented=False)
        .exclude(status=ListingStatus.CLOSED)
        .select_related("facility")
        .order_by("pk")
    )
    numbers: dict[int, set[str]] = defaultdict(set)
    phones = Phone.objects.filter(facility__programs__in=programs, use=PhoneUse.MAIN)
    for facility_id, number in phones.values_list("facility_id", "number"):
        numbers[facility_id].add(str(number))
    return [
        Site(
            program.pk,
            program.display_name,
            program.facility.street1,
            program.facility.zip_code,
            frozenset(numbers[program.facility_id]),
        )
        for program in programs
    ]


def _telephones_by_facility() -> dict[int, tuple[set[Telephone], set[Telephone]]]:
    """Return the numbers of each facility, and those among them that a keeper confirmed."""
    telephones: dict[int, tuple[set[Telephone], set[Telephone]]]
    telephones = defaultdict(lambda: (set(), set()))
    # Hotlines are a keeper's: no release states one.
    rows = (
        Phone.objects.filter(facility__programs__federal_record__isnull=False)
        .exclude(use=PhoneUse.HOTLINE)
        .values_list("facility_id", "use", "number", "extension", "confirmed_on")
    )
    for facility_id, use, number, extension, confirmed_on in rows:
        telephone = Telephone(str(use), str(number), extension)
        for kept in telephones[facility_id][: 2 if confirmed_on else 1]:
            kept.add(telephone)
    return telephones


def _listing(
    record: FederalRecord, telephones: set[Telephone], confirmed: set[Telephone]
) -> Listing:
    facility = record.program.facility
    values = FacilityValues(**{column: getattr(facility, column) for column in FACILITY_COLUMNS})
    return Listing(
        program_id=record.program_id,
        facility_id=facility.pk,
        source_id=record.source_id,
        row_number=record.row_number,
        fingerprint=record.fingerprint,
        missing_since_id=record.missing_since_id,
        facility=values,
        address_is_public=facility.address_is_public,
        telephones=frozenset(telephones),
        confirmed_telephones=frozenset(confirmed),
        last_row=_last_row(record, values),
    )


def _last_row(record: FederalRecord, values: FacilityValues) -> CleanRow:
    cells = {column: record.row.get(column, "") for column in COLUMNS}
    try:
        return replace(clean_row(RawRow(record.row_number, cells)), raw={}, notes=())
    except RowRejectedError:
        # Cleaning has become stricter since: the listing goes by what is on its page.
        return CleanRow(
            row_number=record.row_number,
            **{name: getattr(values, name) for name in (*NAME_FIELDS, *ADDRESS_FIELDS)},
            telephones=(),
            codes=frozenset(),
            coordinates=None,
            coordinates_are_of_zip=False,
            raw={},
        )
