"""Forget what was only kept for a time about people who reported a wrong listing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from programs.upkeep.corrections import forget_reporters


class Command(BaseCommand):
    help = (
        "Delete contacts of reports after 90 days, and yesterday's counts of reports by network."
        " Reports that come in do the same: run this daily for the days without any."
    )

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        contacts, days = forget_reporters(timezone.now())
        if verbosity:
            self.stdout.write(f"Contacts deleted: {contacts:,}. Days of counts deleted: {days:,}.")
