"""CSV files that editors open in a spreadsheet: text to rows and back, without a change."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

MEGABYTE = 1024 * 1024
FILE_BYTES_AT_MOST = 10 * MEGABYTE
#: Whatever is exported can be loaded again.
ROWS_AT_MOST = 50_000

#: A spreadsheet takes a cell that begins so for a formula, the wide forms in East Asian settings.
FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001
GUARD = "'"
GUARDED_STARTS = FORMULA_STARTS + GUARD
#: These do no harm, and a longitude stays a number.
NEGATIVE_NUMBER = re.compile(r"-\d+(\.\d+)?")

#: Tells spreadsheets that the file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"
ZIP_SIGNATURE = b"PK\x03\x04"


class SpreadsheetError(ValueError):
    """The file cannot be read as a sheet; the message says what to do about it."""


@dataclass(frozen=True)
class SheetRows:
    """What a file holds: every row as long as the headers, under its number in the spreadsheet."""

    headers: list[str]
    rows: dict[int, list[str]]


def guarded(cell: str) -> str:
    """Return the cell so that no spreadsheet runs it: an apostrophe goes before what it might.

    Source of the rule: OWASP, "CSV Injection".
    """
    if cell[:1] and cell[0] in GUARDED_STARTS and not NEGATIVE_NUMBER.fullmatch(cell):
        return GUARD + cell
    return cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given. An apostrophe before anything else is the editor's own."""
    is_guarded = cell[:1] == GUARD and cell[1:2] and cell[1] in GUARDED_STARTS
    return cell[1:] if is_guarded else cell


def csv_lines(headers: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield the file, a line at a time."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    line.write(BYTE_ORDER_MARK)
    writer.writerow(headers)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def decoded(data: bytes) -> str:
    """Return the text of a file. Raises SpreadsheetError unless it is UTF-8 and not too large."""
    if len(data) > FILE_BYTES_AT_MOST:
        raise SpreadsheetError(
            _("This file is larger than %(megabytes)d MB. Load it in parts.")
            % {"megabytes": FILE_BYTES_AT_MOST // MEGABYTE}
        )
    if data.startswith(ZIP_SIGNATURE):
        raise SpreadsheetError(_("This is a workbook. Save its sheet as “CSV UTF-8”."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SpreadsheetError(
            _("Line %(line)d is not in UTF-8. Save the sheet as “CSV UTF-8”, then load it.")
            % {"line": line}
        ) from error


def read_rows(text: str) -> SheetRows:
    """Return the rows of a CSV file, without the blank ones.

    Raises SpreadsheetError if it is not CSV, or a row is not as long as the headers.
    """
    if "\0" in text:
        raise SpreadsheetError(_("This file is not a text file. Save the sheet as “CSV UTF-8”."))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        read = list(enumerate(reader, start=1))
    except csv.Error as error:
        raise SpreadsheetError(
            _("Line %(line)d cannot be read: %(reason)s.")
            % {"line": reader.line_num, "reason": error}
        ) from error
    filled = {number: row for number, row in read if any(row)}
    headers = checked_headers(filled.pop(1, []))
    if len(filled) > ROWS_AT_MOST:
        raise SpreadsheetError(
            _("This file has more than %(rows)s rows. Load it in parts.")
            % {"rows": f"{ROWS_AT_MOST:,}"}
        )
    return SheetRows(headers, {n: fitted(row, len(headers), n) for n, row in filled.items()})


def checked_headers(row: list[str]) -> list[str]:
    """Return the names of the columns; spreadsheets may leave empty ones at the end.

    Raises SpreadsheetError if there are none, or one twice.
    """
    headers = [name.strip() for name in row]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise SpreadsheetError(_("The first row must hold the names of the columns."))
    if twice := sorted({name for name in headers if headers.count(name) > 1}):
        raise SpreadsheetError(_("The column “%s” is there twice.") % twice[0])
    return headers


def fitted(row: list[str], width: int, number: int) -> list[str]:
    """Return the row, unguarded. Raises SpreadsheetError if a cell has no column or is missing."""
    if len(row) < width or any(row[width:]):
        raise SpreadsheetError(
            _("Row %(row)d has %(cells)d cells, the first row has %(columns)d.")
            % {"row": number, "cells": len(row), "columns": width}
        )
    return [unguarded(cell) for cell in row[:width]]
