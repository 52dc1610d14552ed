"""Forget who claimed a listing, a while after it was decided."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from programs.upkeep.claims import forget_claims


class Command(BaseCommand):
    help = (
        "Delete claims 90 days after they were decided."
        " Claims that come in do the same: run this daily for the days without any."
    )

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        forgotten = forget_claims(timezone.now())
        if verbosity:
            self.stdout.write(f"Claims deleted: {forgotten:,}.")
