"""How long reports from the public wait, as the public page prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Min, Q

from programs.models import Correction

WINDOW = timedelta(days=30)
#: Of fewer, a median says more about one report than about us.
ENOUGH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnaround:
    """Spam is not counted. The waits are None where fewer than `ENOUGH` were closed."""

    received_count: int
    closed_count: int
    open_count: int
    oldest_open_wait: timedelta | None
    median_wait: timedelta | None
    ninetieth_wait: timedelta | None


class Percentile(Aggregate):
    """The value below which a fraction of the rows are, between two rows if it falls there."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, *, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


def turnaround(now: datetime) -> Turnaround:
    """Return what happened to reports in the last 30 days, and what waits now. One statement."""
    recent = Q(closed_at__gt=now - WINDOW)
    wait = F("closed_at") - F("received_at")
    found = Correction.objects.meant().aggregate(
        received_count=Count("id", filter=Q(received_at__gt=now - WINDOW)),
        closed_count=Count("id", filter=recent),
        open_count=Count("id", filter=Q(closed_at=None)),
        oldest_open_at=Min("received_at", filter=Q(closed_at=None)),
        median_wait=Percentile(wait, fraction=0.5, filter=recent),
        ninetieth_wait=Percentile(wait, fraction=0.9, filter=recent),
    )
    oldest_open_at = found.pop("oldest_open_at")
    if found["closed_count"] < ENOUGH:
        found |= {"median_wait": None, "ninetieth_wait": None}
    return Turnaround(oldest_open_wait=oldest_open_at and now - oldest_open_at, **found)
