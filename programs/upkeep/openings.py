"""State whether a program has openings. The one place that writes `Opening`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from programs.enums import OpeningStatus
from programs.models import Opening, Program, Source, Term
from programs.models.opening import hours_that_count

#: What an opening says, in the columns of its table.
SAID = (
    "status", "wait_days", "places_count", "can_start_today", "walk_in_hours", "source_id",
    "stated_at", "expires_at", "stated_by_id",
)  # fmt: skip


@transaction.atomic
def state_opening(
    program: Program,
    term: Term | None,
    status: OpeningStatus,
    *,
    wait_days: int | None = None,
    places_count: int | None = None,
    can_start_today: bool | None = None,
    walk_in_hours: str = "",
    source: Source,
    user: User | None,
    now: datetime,
) -> Opening:
    """Put this in the place of what was said of the level before; of all of it without `term`.

    Raises ValidationError, and writes nothing, for what does not fit together, such as a wait
    without a waitlist, and for a level that the program is not said to offer.
    """
    # Whoever writes at the same time waits: the later statement stands, whole.
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    opening = Opening.objects.filter(program=program, term=term).first() or Opening(
        program=program, term=term
    )
    opening.status = status
    opening.wait_days = wait_days
    opening.places_count = places_count
    opening.can_start_today = can_start_today
    opening.walk_in_hours = walk_in_hours.strip()
    opening.source = source
    opening.stated_by = user
    opening.stated_at = now
    opening.expires_at = now + timedelta(hours=hours_that_count(term, status))
    opening.full_clean()
    opening.save()
    return opening


def as_said(opening: Opening | None) -> dict[str, Any] | None:
    """Return what an opening says as JSON, for `put_back`; None for none."""
    if opening is None:
        return None
    said = {column: getattr(opening, column) for column in SAID}
    return said | {time: said[time].isoformat() for time in ("stated_at", "expires_at")}


def put_back(opening: Opening, said: dict[str, Any] | None) -> None:
    """Make an opening say again what it said before; without, take it away."""
    if said is None:
        opening.delete()
        return
    for column, value in said.items():
        is_time = column in ("stated_at", "expires_at")
        setattr(opening, column, datetime.fromisoformat(value) if is_time else value)
    opening.save()
