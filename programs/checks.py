"""What `manage.py check --deploy` says of this app."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Warning, register
from django.utils import timezone

from programs.crisis_lines import LINES, SHELF_LIFE_DAYS, CrisisLine, due

CRISIS_LINES = "crisis_lines"


# Only before a deployment: a calendar is no fault of the code, and every command would print it.
@register(CRISIS_LINES, deploy=True)
def crisis_lines_are_checked(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn of each crisis number that nobody has checked for 90 days, or ever."""
    return list(warnings(LINES, timezone.localdate()))


def warnings(lines: Iterable[CrisisLine], today: date) -> Iterable[Warning]:
    for line in due(lines, today):
        when = f"was last checked on {line.checked_on}" if line.checked_on else "was never checked"
        yield Warning(
            f"The crisis line {line.slug} ({line.call}) {when}.",
            hint=(
                f"Dial it, or compare it with {line.source}; then write the day into"
                f" fixtures/crisis.yaml. It counts for {SHELF_LIFE_DAYS} days."
            ),
            id="programs.W001",
        )
