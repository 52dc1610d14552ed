"""Remove the invented sample."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from programs.importers.sample import remove_sample


class Command(BaseCommand):
    help = "Remove every made-up facility, with its programs, facts and phones. Run any time."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        gone = remove_sample()
        if verbosity:
            self.stdout.write(
                f"Removed {gone.facilities:,} invented facilities, {gone.programs:,} programs,"
                f" {gone.facts:,} facts and {gone.organizations:,} organizations."
            )
