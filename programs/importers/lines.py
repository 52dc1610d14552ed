"""The lines of a run: what a plan does with each row and each listing, for a person to read."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from programs.enums import ImportAction
from programs.importers.listings import FACILITY_COLUMNS
from programs.importers.plan import CONFLICT, FactChange, Plan, PlannedRow
from programs.importers.records import Telephone
from programs.models import ImportItem

#: What tells two lines apart.
LineKey = tuple[Any, ...]


def lines_of(plan: Plan) -> Iterator[ImportItem]:
    """Return the lines of a plan. Rows that change nothing are only counted."""
    for rejected in plan.cleaned.rejected:
        yield ImportItem(
            action=ImportAction.REJECTED,
            row_number=rejected.row_number,
            name=rejected.name,
            reason=rejected.reason,
        )
    for row in plan.rows:
        yield from _lines_of_row(row)
    for near in plan.near:
        yield _line(
            near.row,
            ImportAction.DUPLICATE,
            near.reason,
            program_id=near.program_id,
            listing=near.name,
        )
    for listing in plan.newly_gone:
        yield ImportItem(
            action=ImportAction.GONE,
            program_id=listing.program_id,
            name=listing.full_name,
            city=listing.facility.city,
            state=listing.facility.state,
        )


def line_key(item: ImportItem) -> LineKey:
    """Return all that a line says, so that the lines of two plans can be compared."""
    return (
        *(str(item.action), item.row_number, item.program_id, item.name, item.city, item.state),
        *(item.reason, json.dumps(item.detail, sort_keys=True, default=str)),
    )


def differing(reviewed: Iterable[ImportItem], now: Iterable[ImportItem]) -> list[ImportItem]:
    """Return the lines that only one of two plans has."""
    here, there = list(reviewed), list(now)
    keys_here = Counter(map(line_key, here))
    keys_there = Counter(map(line_key, there))
    only_here = [item for item in here if line_key(item) not in keys_there]
    return only_here + [item for item in there if line_key(item) not in keys_here]


def conflict_key(program_id: int | None, detail: dict[str, Any]) -> LineKey:
    """Return what a decision hangs on: the listing, the term, what was confirmed, what is said."""
    return program_id, detail["term"], detail["confirmed"], detail["release"]


def _lines_of_row(planned: PlannedRow) -> Iterator[ImportItem]:
    if planned.action == ImportAction.NEW:
        yield _line(planned, ImportAction.NEW, **_detail_of_new(planned))
    elif planned.action == ImportAction.CHANGED:
        reason = "is in the list again" if planned.comes_back else ""
        yield _line(planned, ImportAction.CHANGED, reason, **_detail_of_changed(planned))
    if planned.is_settled:
        return  # what is to be reviewed was said when the row was loaded
    for change in planned.fact_changes:
        if change.change == CONFLICT:
            yield _conflict(planned, change)
    for review in planned.reviews:
        reason = f"{review.path}: {review.reason}"
        yield _line(
            planned, ImportAction.REVIEW, reason, term=review.path, codes=list(review.codes)
        )
    for note in planned.notes:
        yield _line(planned, ImportAction.REVIEW, note)


def _line(
    planned: PlannedRow,
    action: ImportAction,
    reason: str = "",
    *,
    program_id: int | None = None,
    **detail: Any,
) -> ImportItem:
    return ImportItem(
        action=action,
        row_number=planned.row.row_number,
        program_id=planned.listing.program_id if planned.listing else program_id,
        name=planned.row.full_name,
        city=planned.row.city,
        state=planned.row.state,
        reason=reason,
        detail=detail,
    )


def _conflict(planned: PlannedRow, change: FactChange) -> ImportItem:
    says = change.says or "nothing any more"
    return _line(
        planned,
        ImportAction.CONFLICT,
        f"{change.path}: confirmed {change.was}, the release says {says}",
        term=change.path,
        confirmed=change.was,
        release=change.says,
        said_on=change.said_on and change.said_on.isoformat(),
    )


def _detail_of_new(planned: PlannedRow) -> dict[str, Any]:
    """Return what the new listing will be; its codes say its facts in the least room."""
    values = {column: getattr(planned.facility, column) for column in FACILITY_COLUMNS}
    fields = {column: [None, value] for column, value in values.items() if value not in (None, "")}
    phones = [_readable(phone) for phone in planned.row.telephones]
    return {"fields": fields, "phones": {"added": phones}, "codes": sorted(planned.row.codes)}


def _detail_of_changed(planned: PlannedRow) -> dict[str, Any]:
    facts: dict[str, list[str]] = defaultdict(list)
    for change in planned.fact_changes:
        if change.change != CONFLICT:
            facts[change.change].append(str(change))
    phones = {
        "added": [_readable(phone) for phone in sorted(planned.new_telephones)],
        "removed": [_readable(phone) for phone in sorted(planned.dropped_telephones)],
    }
    sorted_facts = {change: sorted(lines) for change, lines in sorted(facts.items())}
    fields = planned.field_changes
    detail: dict[str, Any] = {"fields": fields, "phones": phones, "facts": sorted_facts}
    if not any(phones.values()):
        del detail["phones"]
    return {name: value for name, value in detail.items() if value}


def _readable(telephone: Telephone) -> str:
    extension = f" x{telephone.extension}" if telephone.extension else ""
    return f"{telephone.use} {telephone.number}{extension}"
