"""Compare all listings with each other, and queue those that may be one place entered twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from programs.upkeep.duplicates import find_duplicates


class Command(BaseCommand):
    help = "Queue listings that may be one place entered twice."

    def handle(self, *args: Any, **options: Any) -> None:
        found = find_duplicates(timezone.now())
        self.stdout.write(f"{found.new_count} new pairs; {found.open_count} wait for a person.")
