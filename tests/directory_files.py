"""Small made-up federal directories, as CSV and XLSX."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl

from programs.importers.records import COLUMNS

CHANDLER = {
    "name1": "Desert Recovery",
    "street1": "1 Main Street",
    "city": "Chandler",
    "state": "AZ",
    "zip": "85225",
    "phone": "602-506-0101",
    "service_code_info": "SA * OP OIT * MD PI * SP",
}


def row(**cells: str) -> dict[str, str]:
    """Return a row of a directory, in Chandler, Arizona, unless told otherwise."""
    return dict.fromkeys(COLUMNS, "") | CHANDLER | cells


def write_csv(path: Path, rows: Iterable[dict[str, str]], *, encoding: str = "utf-8") -> Path:
    rows = list(rows)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    workbook = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    workbook.save(path)
    return path


def facility_sheet(rows: Iterable[dict[str, str]]) -> list[list[object]]:
    sheet: list[list[object]] = [list(COLUMNS)]
    sheet += [[cells[column] or None for column in COLUMNS] for cells in rows]
    return sheet
