"""Load the invented sample."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from programs.importers.sample import load_sample
from programs.importers.sample_file import SampleError


class Command(BaseCommand):
    help = "Load about a hundred made-up facilities to try the site with. Run any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            help="The day, such as 2026-01-31, that the sample's dates are counted back from",
        )

    def handle(
        self, *args: Any, today: date | None = None, verbosity: int = 1, **options: Any
    ) -> None:
        try:
            made = load_sample(today=today or timezone.localdate())
        except SampleError as error:
            raise CommandError(str(error)) from error
        if not verbosity:
            return
        if not made.facilities:
            self.stdout.write(
                "The sample is already loaded: nothing changed."
                " To load it afresh, run remove_sample first."
            )
            return
        self.stdout.write(
            f"Loaded {made.facilities:,} invented facilities of {made.organizations:,}"
            f" organizations: {made.programs:,} programs, {made.facts:,} facts."
        )
