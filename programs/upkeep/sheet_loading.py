"""Compare a file with what is stored, and load it whole or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import connection, transaction
from import_export.results import RowResult
from tablib import Dataset

from programs.enums import ChangeKind
from programs.models.history import change_set
from programs.upkeep.sheet import KINDS, CellChange, Sheet
from programs.upkeep.spreadsheet_file import SheetRows


@dataclass(frozen=True)
class Problem:
    """Why nothing is loaded. Without a column: about the row as a whole."""

    row_number: int | None
    column: str
    message: str


@dataclass(frozen=True)
class SheetDifference:
    """What a file would change, or did, of what is stored."""

    changes: list[CellChange]
    problems: list[Problem]
    #: How many rows are new, changed and deleted.
    counts: Counter[str]
    unchanged: int

    @property
    def digest(self) -> str:
        """Tell two differences apart: an editor confirms what was shown, and nothing else."""
        return hashlib.sha256(repr(self.changes).encode()).hexdigest()


def load_sheet(
    sheet_class: type[Sheet], file: SheetRows, *, user: Any, note: str = "", confirmed: str = ""
) -> SheetDifference:
    """Compare a file with what is stored; load it whole if the difference is what was `confirmed`.

    `confirmed` is the digest of the difference that the editor saw. With a problem, or another
    difference, nothing is written. Raises SpreadsheetError if the columns are not the sheet's.
    """
    sheet = sheet_class(file.rows)
    sheet.check_headers(file.headers)
    dataset = Dataset(*file.rows.values(), headers=file.headers)
    with transaction.atomic():
        set_search_refresh(on=bool(confirmed))
        with change_set(user, kind=ChangeKind.SPREADSHEET, note=note):
            result = sheet.import_data(dataset, rollback_on_validation_errors=True)
        difference = difference_of(result, sheet)
        if difference.problems or difference.digest != confirmed:
            transaction.set_rollback(True)
    return difference


def set_search_refresh(*, on: bool) -> None:
    """Say whether triggers follow each row: what is only tried needs no search."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL programs.search_refresh = '{'on' if on else 'off'}'")


def difference_of(result: Any, sheet: Sheet) -> SheetDifference:
    totals = result.totals
    return SheetDifference(
        changes=[change for row in result.rows for change in getattr(row, "changes", ())],
        problems=list(problems_of(result, sheet.row_numbers)),
        counts=Counter({kind: totals[theirs] for theirs, kind in KINDS.items()}),
        unchanged=totals[RowResult.IMPORT_TYPE_SKIP],
    )


def problems_of(result: Any, row_numbers: list[int]) -> Iterator[Problem]:
    for error in result.base_errors:
        yield Problem(None, "", first_line(error.error))
    for row in result.error_rows:
        for error in row.errors:
            yield Problem(row_numbers[row.number - 1], "", first_line(error.error))
    for row in result.invalid_rows:
        for name, messages in row.error_dict.items():
            column = "" if name == NON_FIELD_ERRORS else name.removesuffix("_id")
            for message in messages:
                yield Problem(row_numbers[row.number - 1], column, message)


def first_line(error: Any) -> str:
    return str(error).partition("\n")[0]
