"""The plan of a load: what it will do with each row and each listing, as plain data.

A plan can be printed and is kept as an `ImportRun` with its lines (`lines`). Two balances hold:
rows read = new + changed + unchanged + rejected + blank, and
listings before = changed + unchanged + gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from programs.enums import ImportAction, LocationPrecision
from programs.importers.crosswalk import Crosswalk, Review, StatedFact
from programs.importers.duplicates import Site, likely_pairs, site_of
from programs.importers.listings import ADDRESS_FIELDS, NAME_FIELDS, FacilityValues, Listing
from programs.importers.locating import Gazetteer
from programs.importers.matching import match_rows
from programs.importers.records import CleanedFile, CleanRow, Telephone

LOCATION_FIELDS = ("county_id", "latitude", "longitude", "location_precision")
#: What a load does with one fact; a conflict is written down and nothing else.
ADDED, REMOVED, ALTERED, CONFLICT = "added", "removed", "altered", "conflict"


@dataclass(frozen=True, slots=True)
class FactChange:
    """A difference between a stored fact and the release. `was` and `says` are for people."""

    change: str
    path: str
    was: str
    says: str
    # Of a conflict: its number in `fact_change`, and the day of which the keeper's answer is.
    number: int = 0
    said_on: date | None = None

    def __str__(self) -> str:
        if self.change in (ADDED, REMOVED):
            return f"{self.path}: {self.says or self.was}"
        return f"{self.path}: {self.was} → {self.says}"


@dataclass(slots=True)
class PlannedRow:
    """A row of the file, the listing that it continues, and what becomes of that listing."""

    row: CleanRow
    listing: Listing | None
    fingerprint: str
    facility: FacilityValues
    facts: tuple[StatedFact, ...]
    reviews: tuple[Review, ...]
    notes: tuple[str, ...]
    # The same row of the same release was loaded before: nothing to compare, nothing to write.
    is_settled: bool = False
    fact_changes: list[FactChange] = field(default_factory=list)

    @property
    def field_changes(self) -> dict[str, list[Any]]:
        return self.listing.facility.changes_to(self.facility) if self.listing else {}

    @property
    def new_telephones(self) -> frozenset[Telephone]:
        stored = self.listing.telephones if self.listing else frozenset()
        return frozenset(self.row.telephones) - stored

    @property
    def dropped_telephones(self) -> frozenset[Telephone]:
        """Return the numbers that the last release stated and this one does not.

        Numbers that a keeper added or confirmed stay.
        """
        if self.listing is None:
            return frozenset()
        stated_before = frozenset(self.listing.last_row.telephones)
        stated = frozenset(self.row.telephones) | self.listing.confirmed_telephones
        return self.listing.telephones & stated_before - stated

    @property
    def comes_back(self) -> bool:
        return self.listing is not None and self.listing.missing_since_id is not None

    @property
    def action(self) -> ImportAction:
        if self.listing is None:
            return ImportAction.NEW
        if self.is_settled:
            return ImportAction.UNCHANGED
        is_changed = (
            self.comes_back
            or self.field_changes
            or self.new_telephones
            or self.dropped_telephones
            or any(change.change != CONFLICT for change in self.fact_changes)
        )
        return ImportAction.CHANGED if is_changed else ImportAction.UNCHANGED


@dataclass(frozen=True, slots=True)
class NearListing:
    """A new row, a listing that is not in the file but may be the same place, and why."""

    row: PlannedRow
    program_id: int
    name: str
    reason: str


@dataclass(slots=True)
class Plan:
    """All that a load will do."""

    cleaned: CleanedFile
    rows: list[PlannedRow]
    gone: list[Listing]
    listings_before: int
    matched_by: Counter[str]
    # Codes that the crosswalk does not know: how many rows have each, and the first such row.
    unknown_codes: dict[str, dict[str, int]]
    # Codes of the file's own code list that the crosswalk does not know.
    unknown_listed_codes: list[str]
    near: list[NearListing] = field(default_factory=list)

    @property
    def newly_gone(self) -> list[Listing]:
        return [listing for listing in self.gone if listing.missing_since_id is None]

    def counts(self) -> dict[str, Any]:
        """Return the numbers that are kept with the run, and printed."""
        actions = Counter(row.action.value for row in self.rows)
        return {
            "read": self.cleaned.rows_read,
            "new": actions["new"],
            "changed": actions["changed"],
            "unchanged": actions["unchanged"],
            "rejected": len(self.cleaned.rejected),
            "blank": self.cleaned.blank_count,
            "listings_before": self.listings_before,
            "gone": len(self.gone),
            "newly_gone": len(self.newly_gone),
            "conflicts": sum(
                change.change == CONFLICT for row in self.rows for change in row.fact_changes
            ),
            "duplicates": len(self.near),
            "reviews": sum(len(row.reviews) for row in self.rows if not row.is_settled),
            "notes": sum(len(row.notes) for row in self.rows if not row.is_settled),
            "facts": self._facts_by_facet(),
            "fact_changes": self._fact_changes_by_facet(),
            "matched_by": dict(self.matched_by),
            "unknown_codes": self.unknown_codes,
            "unknown_listed_codes": self.unknown_listed_codes,
            "unread_columns": list(self.cleaned.unread_columns),
        }

    def _facts_by_facet(self) -> dict[str, int]:
        stated = Counter(fact for row in self.rows for fact in row.facts)
        by_facet: Counter[str] = Counter()
        for fact, count in stated.items():
            by_facet[_facet(fact.path)] += count
        return dict(sorted(by_facet.items()))

    def _fact_changes_by_facet(self) -> dict[str, dict[str, int]]:
        by_facet: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            if row.listing is None:
                for fact in row.facts:
                    by_facet[_facet(fact.path)][ADDED] += 1
            for change in row.fact_changes:
                by_facet[_facet(change.path)][change.change] += 1
        return {facet: dict(counter) for facet, counter in sorted(by_facet.items())}


def make_plan(
    cleaned: CleanedFile,
    listings: list[Listing],
    crosswalk: Crosswalk,
    gazetteer: Gazetteer,
    *,
    source_id: int | None,
    unlisted: Iterable[Site] = (),
) -> Plan:
    """Match the rows to the listings and say what becomes of each.

    `unlisted` are the sites that no release ever had: a new row may be one of them. The
    differences of facts are not in it yet: the database finds them (`staging`).
    """
    matches = match_rows([listing.last_row for listing in listings], cleaned.rows)
    listing_of_row = {match.row: listings[match.stored] for match in matches}
    matched = {match.stored for match in matches}
    rows = [
        _planned_row(row, listing_of_row.get(position), crosswalk, gazetteer, source_id)
        for position, row in enumerate(cleaned.rows)
    ]
    gone = [listing for number, listing in enumerate(listings) if number not in matched]
    return Plan(
        cleaned=cleaned,
        rows=rows,
        gone=gone,
        listings_before=len(listings),
        matched_by=Counter(match.tier for match in matches),
        unknown_codes=_unknown_codes(cleaned.rows, crosswalk),
        unknown_listed_codes=sorted(cleaned.listed_codes - crosswalk.editions.keys()),
        near=_near_listings(rows, gone, unlisted),
    )


def _near_listings(
    rows: list[PlannedRow], gone: list[Listing], unlisted: Iterable[Site]
) -> list[NearListing]:
    """Return the new rows that may be a listing which no row of the file continues."""
    new = [planned for planned in rows if planned.listing is None]
    others = [*(site_of(listing.program_id, listing.last_row) for listing in gone), *unlisted]
    names = {site.key: site.name for site in others}
    sites = [site_of(number, planned.row) for number, planned in enumerate(new)]
    return [
        NearListing(new[pair.key], pair.other, names[pair.other], pair.reason)
        for pair in likely_pairs(sites, others)
    ]


def _planned_row(
    row: CleanRow,
    listing: Listing | None,
    crosswalk: Crosswalk,
    gazetteer: Gazetteer,
    source_id: int | None,
) -> PlannedRow:
    reading = crosswalk.read(row.codes)
    facility, note = _facility_values(row, listing, gazetteer)
    fingerprint = row.fingerprint(crosswalk.digest)
    return PlannedRow(
        row=row,
        listing=listing,
        fingerprint=fingerprint,
        facility=facility,
        facts=reading.facts,
        reviews=reading.reviews,
        notes=(*row.notes, note) if note else row.notes,
        is_settled=listing is not None
        and listing.missing_since_id is None
        and (listing.source_id, listing.row_number, listing.fingerprint)
        == (source_id, row.row_number, fingerprint),
    )


def _facility_values(
    row: CleanRow, listing: Listing | None, gazetteer: Gazetteer
) -> tuple[FacilityValues, str]:
    """Return what the facility will be, and a note on coordinates that were not used."""
    if listing and not listing.address_is_public:
        # Somebody hid this address: a release must not bring it back.
        return replace(listing.facility, name=row.name, branch=row.branch), ""
    location = gazetteer.locate(row)
    point = location.coordinates
    values = FacilityValues(
        **{name: getattr(row, name) for name in (*NAME_FIELDS, *ADDRESS_FIELDS)},
        county_id=location.county_id,
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        location_precision=location.precision,
    )
    if listing:
        values = replace(values, **_kept_from_keepers(listing, row))
    if listing and _is_known_better(listing.facility, values):
        stored = listing.facility
        values = replace(
            values,
            latitude=stored.latitude,
            longitude=stored.longitude,
            location_precision=stored.location_precision,
        )
    return values, location.note


def _kept_from_keepers(listing: Listing, row: CleanRow) -> dict[str, Any]:
    """Return the stored values that the release says nothing new about: a keeper may have mended
    them since. With an address that was mended goes its place on the map."""
    stored, before = listing.facility, listing.last_row
    kept = {
        name: getattr(stored, name)
        for name in (*NAME_FIELDS, *ADDRESS_FIELDS)
        if getattr(row, name) == getattr(before, name)
    }
    is_mended = any(kept.get(name, "") != getattr(row, name) for name in ADDRESS_FIELDS)
    if is_mended and kept.keys() >= set(ADDRESS_FIELDS):
        kept |= {name: getattr(stored, name) for name in LOCATION_FIELDS}
    return kept


def _is_known_better(stored: FacilityValues, values: FacilityValues) -> bool:
    """Say whether the stored point is that of the same address, and the new one only of its ZIP."""
    return (
        stored.location_precision == LocationPrecision.ADDRESS
        and values.location_precision != LocationPrecision.ADDRESS
        and (stored.street1, stored.zip_code) == (values.street1, values.zip_code)
    )


def _unknown_codes(rows: list[CleanRow], crosswalk: Crosswalk) -> dict[str, dict[str, int]]:
    unknown: dict[str, dict[str, int]] = {}
    for row in rows:
        for code in sorted(row.codes - crosswalk.editions.keys()):
            entry = unknown.setdefault(code, {"rows": 0, "first_row": row.row_number})
            entry["rows"] += 1
    return dict(sorted(unknown.items()))


def _facet(path: str) -> str:
    return path.split("/")[0]
