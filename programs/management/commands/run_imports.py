"""Plan, apply and undo releases as keepers ask. `make run` starts it beside the site."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from programs.upkeep.release_work import work_on_next

SECONDS_BETWEEN_LOOKS = 1


class Command(BaseCommand):
    help = "Work on the releases that keepers plan, apply and undo. Stop it with Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when there is nothing to do")
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the process that started it ends"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        parent = os.getppid()
        while not (options["with_parent"] and os.getppid() != parent):
            run = work_on_next()
            if run and options["verbosity"] > 1:
                self.stdout.write(f"{run.file_name}: {run.get_status_display()}")
            if run is None and options["once"]:
                return
            if run is None:
                time.sleep(SECONDS_BETWEEN_LOOKS)
