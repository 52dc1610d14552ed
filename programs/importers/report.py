"""A load in plain lines, for the terminal: every row read and every listing accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from programs.enums import ImportAction, ImportStatus
from programs.importers.federal_load import Load

#: Longer lists are cut in print: all lines are kept with the run.
MAX_LINES = 50
LISTED_ACTIONS = (ImportAction.REJECTED, ImportAction.CONFLICT)


def report_lines(load: Load) -> Iterator[str]:
    """Return the lines of the report, from the counts that are kept with the run."""
    run, counts = load.run, load.run.counts
    is_dry = run.status == ImportStatus.DRY_RUN
    yield f"{run.file_name}: edition {run.edition}. " + (
        "Dry run: no listing was changed." if is_dry else "Loaded."
    )
    yield from _balances(counts)
    yield from _facts(counts)
    yield from _matches(counts)
    yield from _unknown(counts)
    for action in LISTED_ACTIONS:
        yield from _items(load, action)
    yield f"For a person to look at: {counts['reviews'] + counts['notes']:,} lines of run {run.pk}."
    yield "Seconds: " + ", ".join(f"{stage} {took:.1f}" for stage, took in load.seconds.items())


def _balances(counts: dict[str, Any]) -> Iterator[str]:
    yield ""
    of_rows = ["new", "changed", "unchanged", "rejected", "blank"]
    yield _equation("Rows read", counts, "read", of_rows)
    of_listings = ["changed", "unchanged", "gone"]
    yield _equation("Listings before", counts, "listings_before", of_listings)
    yield f"  of those gone from the file, {counts['newly_gone']:,} were still in the last one"


def _equation(name: str, counts: dict[str, Any], total: str, parts: list[str]) -> str:
    terms = " + ".join(f"{counts[part]:,} {part}" for part in parts)
    return f"{name} {counts[total]:,} = {terms}"


def _facts(counts: dict[str, Any]) -> Iterator[str]:
    columns = ("added", "altered", "removed", "conflict")
    yield ""
    yield f"{'Facts by facet':24}{'in the file':>12}" + "".join(f"{name:>10}" for name in columns)
    facets = sorted({*counts["facts"], *counts["fact_changes"]})
    totals = [0] * (1 + len(columns))
    for facet in facets:
        changes = counts["fact_changes"].get(facet, {})
        numbers = [counts["facts"].get(facet, 0), *(changes.get(name, 0) for name in columns)]
        totals = [total + number for total, number in zip(totals, numbers, strict=True)]
        yield _fact_line(facet, numbers)
    yield _fact_line("all", totals)


def _fact_line(name: str, numbers: list[int]) -> str:
    return f"{name:24}{numbers[0]:>12,}" + "".join(f"{number:>10,}" for number in numbers[1:])


def _matches(counts: dict[str, Any]) -> Iterator[str]:
    if counts["matched_by"]:
        yield ""
        yield "Known again by"
        for tier, number in counts["matched_by"].items():
            yield f"{number:>8,}  {tier}"


def _unknown(counts: dict[str, Any]) -> Iterator[str]:
    yield ""
    for code, seen in counts["unknown_codes"].items():
        rows = f"{seen['rows']:,} rows, first in row {seen['first_row']}"
        yield f"Unknown code {code[:40]}: {rows}"
    if counts["unknown_listed_codes"]:
        codes = ", ".join(counts["unknown_listed_codes"])
        yield f"Codes of the file's own list that we do not know: {codes}"
    if counts["unread_columns"]:
        yield f"Columns that are not read: {', '.join(counts['unread_columns'])}"


def _items(load: Load, action: ImportAction) -> Iterator[str]:
    items = load.run.items.filter(action=action).order_by("row_number", "pk")
    for item in items[:MAX_LINES]:
        where = ": ".join(filter(None, [f"row {item.row_number}", item.name]))
        yield f"{action.label}: {where}: {item.reason}"
    if (left_out := items.count() - MAX_LINES) > 0:
        yield f"and {left_out:,} more: see run {load.run.pk}"
