"""Load the facets, terms, federal codes and sources of `fixtures/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.importers.vocabulary import VocabularyError, load_vocabulary


class Command(BaseCommand):
    help = "Loads the vocabulary, the federal crosswalk and the sources. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.BASE_DIR / "fixtures",
            help="where vocabulary.yaml, federal_codes.yaml and sources.yaml are",
        )

    def handle(self, *args: Any, folder: Path, verbosity: int, **options: Any) -> None:
        try:
            counts = load_vocabulary(folder)
        except VocabularyError as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        if verbosity:
            for table, done in counts.items():
                told = ", ".join(f"{number} {what}" for what, number in done.items())
                self.stdout.write(f"{table}: {told}")
