"""Read SAMHSA's directory of substance-use facilities: the official XLSX, or a CSV of its columns.

Rows come in a stream: memory does not grow with the file. Whatever is wrong with the file as a
whole is a DirectoryFileError of one plain line; what is wrong with one row is for its cleaner.
"""

from __future__ import annotations

import codecs
import csv
import warnings
import zipfile
import zlib
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from programs.importers.cleaning import RowRejectedError, clean_row
from programs.importers.records import (
    COLUMNS,
    LOCATION_COLUMNS,
    CleanedFile,
    CleanRow,
    DirectoryFile,
    RawRow,
    RejectedRow,
)

# The national file has 6 MB as CSV, 2 MB as XLSX (12 MB unpacked) and 13,000 rows.
MAX_FILE_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 120_000_000
MAX_ROWS = 100_000
#: What a sheet can have: a file that names a later row would make us walk to it.
MAX_SHEET_ROWS = 1_048_576
MAX_SHEET_COLUMNS = 64
MAX_CELL_CHARACTERS = 32_767
MAX_LINE_CHARACTERS = 1_000_000

ZIP_SIGNATURE = b"PK"
OLE2_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
CODE_SHEET_COLUMNS = frozenset({"category_code", "service_code", "service_name"})
#: What openpyxl and zipfile let through when a spreadsheet is damaged.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, InvalidFileException),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, RuntimeError),
)

Cells = list[str]


class DirectoryFileError(Exception):
    """The file is not a directory that can be loaded. The message is one plain line."""


@contextmanager
def open_directory(path: Path) -> Iterator[DirectoryFile]:
    """Open an XLSX or CSV file, told apart by what is in it and not by its name."""
    _check_size(path)
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLE2_SIGNATURE:
        raise DirectoryFileError(
            f"{path.name} is an old or password-protected Excel file: save it as .xlsx or CSV."
        )
    opened = _opened_xlsx(path) if start.startswith(ZIP_SIGNATURE) else _opened_csv(path)
    with opened as directory:
        yield directory


def read_directory(path: Path) -> Iterator[CleanedFile]:
    """Read and clean the file, yielding the growing result after each row: the last is all of it.

    A row that says the same as an earlier one in every column is rejected.
    """
    with open_directory(path) as directory:
        cleaned = CleanedFile(
            listed_codes=directory.listed_codes, unread_columns=directory.unread_columns
        )
        first_rows: dict[Hashable, int] = {}
        yield cleaned
        for raw in directory.rows:
            _sort_in(cleaned, raw, first_rows)
            if cleaned.rows_read - cleaned.blank_count > MAX_ROWS:
                raise DirectoryFileError(f"{path.name} has more than {MAX_ROWS:,} rows.")
            yield cleaned
    if not cleaned.rows:
        raise DirectoryFileError(f"{path.name} has no row that is a facility.")


def _sort_in(cleaned: CleanedFile, raw: RawRow, first_rows: dict[Hashable, int]) -> None:
    if raw.is_blank:
        cleaned.blank_count += 1
        return
    try:
        row = clean_row(raw)
        _reject_repetition(row, first_rows)
    except RowRejectedError as error:
        name = raw.cells["name1"].strip()[:160]
        cleaned.rejected.append(RejectedRow(raw.row_number, name, str(error)))
    else:
        cleaned.rows.append(row)


def _reject_repetition(row: CleanRow, first_rows: dict[Hashable, int]) -> None:
    first = first_rows.setdefault(row.said, row.row_number)
    if first != row.row_number:
        raise RowRejectedError(f"repeats row {first}")


def _check_size(path: Path) -> None:
    if not path.exists():
        raise DirectoryFileError(f"{path} does not exist.")
    if not path.is_file():
        raise DirectoryFileError(f"{path} is not a file.")
    size = path.stat().st_size
    if size == 0:
        raise DirectoryFileError(f"{path.name} is empty.")
    if size > MAX_FILE_BYTES:
        raise DirectoryFileError(
            f"{path.name} has {size / 1e6:,.0f} MB, more than the {MAX_FILE_BYTES / 1e6:,.0f} MB"
            " that a directory can have."
        )


# ---- CSV


@contextmanager
def _opened_csv(path: Path) -> Iterator[DirectoryFile]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        rows = _csv_rows(path, stream)
        header = next(rows, [])
        columns = _columns_by_position(path, header)
        if missing := _missing(columns):
            raise DirectoryFileError(
                f"{path.name} is not a SAMHSA directory: its first row has no"
                f" {_listed(missing, 'column')}."
            )
        yield DirectoryFile(
            rows=_numbered(path, rows, columns),
            listed_codes=frozenset(),
            unread_columns=_unread(header),
        )


def _encoding(path: Path) -> str:
    """Return UTF-8 if the whole file is, else Windows-1252, in which Excel writes a CSV."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if b"\0" in chunk:
                raise DirectoryFileError(
                    f"{path.name} is neither a spreadsheet nor a CSV file in UTF-8 or"
                    " Windows-1252: it holds NUL bytes."
                )
            if is_utf8:
                is_utf8 = _decodes(decoder, chunk)
    return "utf-8-sig" if is_utf8 and _decodes(decoder, b"", final=True) else "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _csv_rows(path: Path, stream: TextIO) -> Iterator[Cells]:
    # Strict: a quote that is never closed is an error and does not swallow the rest of the file.
    reader = csv.reader(_lines(path, stream), strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DirectoryFileError(
                f"{path.name}, line {reader.line_num}: not well-formed CSV ({error})."
            ) from error


def _lines(path: Path, stream: TextIO) -> Iterator[str]:
    number = 0
    while line := stream.readline(MAX_LINE_CHARACTERS + 1):
        number += 1
        if len(line) > MAX_LINE_CHARACTERS:
            raise DirectoryFileError(
                f"{path.name}, line {number}: more than {MAX_LINE_CHARACTERS:,} characters."
            )
        yield line


# ---- XLSX


@contextmanager
def _opened_xlsx(path: Path) -> Iterator[DirectoryFile]:
    with path.open("rb") as file:
        workbook = _workbook(path, file)
        sheets = {name: _sheet_rows(path, workbook[name]) for name in workbook.sheetnames}
        headers = {name: next(rows, []) for name, rows in sheets.items()}
        name = _facility_sheet(path, headers)
        yield DirectoryFile(
            rows=_numbered(path, sheets[name], _columns_by_position(path, headers[name])),
            listed_codes=_listed_codes(path, workbook, headers),
            unread_columns=_unread(headers[name]),
        )


def _workbook(path: Path, file: BinaryIO) -> openpyxl.Workbook:
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked_bytes = sum(member.file_size for member in archive.infolist())
        if unpacked_bytes > MAX_UNPACKED_BYTES:
            raise DirectoryFileError(
                f"{path.name} unpacks to {unpacked_bytes / 1e6:,.0f} MB, more than the"
                f" {MAX_UNPACKED_BYTES / 1e6:,.0f} MB that a directory can have."
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles, which we do not read
            return openpyxl.load_workbook(file, read_only=True, data_only=True)
    except DAMAGE as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> DirectoryFileError:
    return DirectoryFileError(
        f"{path.name} is not a whole XLSX file: it is damaged or was cut short. Download it again."
    )


def _sheet_rows(path: Path, sheet: object) -> Iterator[Cells]:
    if not hasattr(sheet, "iter_rows"):  # a sheet with only a chart
        return
    try:
        sheet.reset_dimensions()  # type: ignore[attr-defined]  # what a sheet says of its size may be wrong
        rows = sheet.iter_rows(values_only=True, max_col=MAX_SHEET_COLUMNS)
        for number, values in enumerate(rows, start=1):
            if number > MAX_SHEET_ROWS:
                raise DirectoryFileError(f"{path.name} has more than {MAX_SHEET_ROWS:,} rows.")
            yield ["" if value is None else str(value) for value in values]
    except DAMAGE as error:
        raise _damaged(path) from error


def _facility_sheet(path: Path, headers: dict[str, Cells]) -> str:
    for name, header in headers.items():
        if not _missing(_columns_by_position(path, header)):
            return name
    names = ", ".join(f"'{name}'" for name in headers)
    closest = min(
        (_missing(_columns_by_position(path, header)) for header in headers.values()), key=len
    )
    raise DirectoryFileError(
        f"{path.name} is not a SAMHSA directory: no sheet ({names}) has the"
        f" {_listed(closest, 'column')}."
    )


def _listed_codes(
    path: Path, workbook: openpyxl.Workbook, headers: dict[str, Cells]
) -> frozenset[str]:
    for name, header in headers.items():
        columns = _columns_by_position(path, header)
        if columns.keys() >= CODE_SHEET_COLUMNS:
            position = columns["service_code"]
            rows = islice(_sheet_rows(path, workbook[name]), 1, None)
            cells = (row[position].strip().upper() for row in rows if len(row) > position)
            return frozenset(filter(None, cells))
    return frozenset()


# ---- both


def _columns_by_position(path: Path, header: Cells) -> dict[str, int]:
    """Return where each column is: names are told apart without case, whatever their order."""
    columns: dict[str, int] = {}
    for position, cell in enumerate(header):
        name = cell.strip().casefold()
        if name in columns and name in (*COLUMNS, *LOCATION_COLUMNS):
            raise DirectoryFileError(f"{path.name}: the first row has the column {name} twice.")
        columns.setdefault(name, position)
    return columns


def _missing(columns: dict[str, int]) -> list[str]:
    return [column for column in COLUMNS if column not in columns]


def _unread(header: Cells) -> tuple[str, ...]:
    known = {*COLUMNS, *LOCATION_COLUMNS}
    return tuple(cell.strip() for cell in header if cell.strip().casefold() not in {*known, ""})


def _listed(names: Iterable[str], noun: str) -> str:
    names = list(names)
    return f"{noun if len(names) == 1 else noun + 's'} {', '.join(names)}"


def _numbered(path: Path, rows: Iterator[Cells], columns: dict[str, int]) -> Iterator[RawRow]:
    """Yield the rows below the header, numbered as a spreadsheet shows them."""
    wanted = {name: columns[name] for name in (*COLUMNS, *LOCATION_COLUMNS) if name in columns}
    width = 1 + max(columns.values())
    for row_number, cells in enumerate(rows, start=2):
        # A row may be cut after its last cell that has something.
        named = {
            name: cells[position] if position < len(cells) else ""
            for name, position in wanted.items()
        }
        for name, cell in named.items():
            if len(cell) > MAX_CELL_CHARACTERS:
                raise DirectoryFileError(
                    f"{path.name}, row {row_number}, column {name}: a cell of"
                    f" {len(cell):,} characters, more than {MAX_CELL_CHARACTERS:,}."
                )
        beyond = sum(1 for cell in cells[width:] if cell.strip())
        yield RawRow(row_number=row_number, cells=named, cells_beyond_header=beyond)
