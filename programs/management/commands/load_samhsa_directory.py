"""Load SAMHSA's National Directory of substance use treatment facilities."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from programs.importers.crosswalk import CrosswalkError
from programs.importers.federal_load import Load, LoadRefusedError, load_directory
from programs.importers.federal_load import Progress as OnProgress
from programs.importers.locating import NoPlacesError
from programs.importers.report import report_lines
from programs.importers.samhsa_directory import DirectoryFileError

REFUSALS = (DirectoryFileError, CrosswalkError, NoPlacesError, LoadRefusedError)


class Command(BaseCommand):
    help = "Load SAMHSA's directory (XLSX or CSV). The same file twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the official XLSX, or a CSV of its columns")
        parser.add_argument("--edition", type=_year, help="its year, if the file does not say")
        parser.add_argument(
            "--dry-run", action="store_true", help="make and keep the plan, change no listing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with _progress_bar() as progress:
                load = load_directory(
                    options["file"],
                    edition=options["edition"],
                    dry_run=options["dry_run"],
                    progress=progress,
                )
        except REFUSALS as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        if options["verbosity"]:
            self._report(load)

    def _report(self, load: Load) -> None:
        for line in report_lines(load):
            self.stdout.write(line)


def _year(text: str) -> int:
    year = int(text)
    if not 2000 <= year <= 2100:
        raise ValueError(text)
    return year


@contextmanager
def _progress_bar() -> Iterator[OnProgress]:
    """Give a function that shows the stage and its rows; it shows nothing off a terminal."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Reading", total=None, rows="")

        def show(stage: str, done: int, total: int | None) -> None:
            rows = f"{done:,} rows" if done else ""
            bar.update(task, description=stage, completed=done, total=total, rows=rows)

        yield show
