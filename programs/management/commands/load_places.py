"""Load ZIP codes, towns, counties and states from the installed packages."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from programs.enums import PlaceKind
from programs.importers.places import load_places


class Command(BaseCommand):
    help = "Load ZIP codes, towns, counties and states from the installed packages. Run any time."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        loaded = load_places()
        if not verbosity:
            return
        for kind in PlaceKind:
            self.stdout.write(f"{kind.label}: {loaded.by_kind[kind]:,}")
        self.stdout.write(f"Rows written: {loaded.written:,}. Rows deleted: {loaded.deleted:,}.")
        if loaded.zips_without_point:
            left_out = ", ".join(loaded.zips_without_point)
            self.stdout.write(f"Left out, since nothing says where they are: {left_out}.")
