"""What the steps of a load hand to each other. Pure Python: no Django, no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from programs.geo import Coordinates

#: The columns of the directory, as published. `row` of a `FederalRecord` has exactly these.
COLUMNS = (
    "name1",
    "name2",
    "street1",
    "street2",
    "city",
    "state",
    "zip",
    "phone",
    "intake1",
    "intake2",
    "intake1a",
    "intake2a",
    "service_code_info",
)
#: Columns that we or others add to it.
LOCATION_COLUMNS = ("latitude", "longitude", "geo_source")
#: Columns with a number to call, in the order in which a page shows them.
MAIN_PHONE_COLUMN = "phone"
INTAKE_PHONE_COLUMNS = ("intake1", "intake1a", "intake2", "intake2a")


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file. Rows are numbered as a spreadsheet shows them."""

    row_number: int
    cells: dict[str, str]
    # How many cells the row has to the right of the last column that has a name.
    cells_beyond_header: int = 0

    @property
    def is_blank(self) -> bool:
        return not self.cells_beyond_header and not any(map(str.strip, self.cells.values()))

    @property
    def repeats_the_header(self) -> bool:
        return all(self.cells[column].strip().casefold() == column for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """An open directory file. `rows` is read from the disk while it is walked."""

    rows: Iterator[RawRow]
    # The codes of the second sheet of a spreadsheet; none for a CSV.
    listed_codes: frozenset[str]
    unread_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Telephone:
    """A number to call: `use` is "main" or "intake", `number` is E.164."""

    use: str
    number: str
    extension: str


@dataclass(frozen=True, slots=True)
class CleanRow:
    """A row that can become a listing."""

    row_number: int
    name: str
    branch: str
    street1: str
    street2: str
    city: str
    state: str
    # Five digits, or empty if the file gives none that can be read.
    zip_code: str
    telephones: tuple[Telephone, ...]
    codes: frozenset[str]
    coordinates: Coordinates | None
    # Whether `coordinates` are those of the ZIP code and not of the street address.
    coordinates_are_of_zip: bool
    raw: dict[str, str]
    # What was left out of the row, a sentence each: "phone '12' is not a US number".
    notes: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.name}, {self.branch}" if self.branch else self.name

    @property
    def said(self) -> tuple[Hashable, ...]:
        """Return what the columns of the directory say: rows that say the same are one."""
        return (
            *(self.name, self.branch, self.street1, self.street2),
            *(self.city, self.state, self.zip_code),
            *(self.telephones, self.codes),
        )

    def fingerprint(self, crosswalk_digest: str) -> str:
        """Return a digest of the row and of the crosswalk it is read with."""
        said = [
            *(self.name, self.branch, self.street1, self.street2),
            *(self.city, self.state, self.zip_code),
            [[phone.use, phone.number, phone.extension] for phone in self.telephones],
            sorted(self.codes),
            self.coordinates and [self.coordinates.latitude, self.coordinates.longitude],
            self.coordinates_are_of_zip,
            crosswalk_digest,
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot become a listing, and why."""

    row_number: int
    name: str
    reason: str


@dataclass(slots=True)
class CleanedFile:
    """All that was read. rows_read = rows + rejected + blank_count."""

    rows: list[CleanRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    blank_count: int = 0
    listed_codes: frozenset[str] = frozenset()
    unread_columns: tuple[str, ...] = ()

    @property
    def rows_read(self) -> int:
        return len(self.rows) + len(self.rejected) + self.blank_count
