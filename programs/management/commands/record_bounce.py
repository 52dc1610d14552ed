"""Note that mail to an address comes back, so that nothing more is sent to it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from programs.upkeep.reminders import record_bounce


class Command(BaseCommand):
    help = "Send nothing more to these addresses: mail to them came back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("emails", metavar="ADDRESS", nargs="+")

    def handle(self, *args: Any, emails: list[str], **options: Any) -> None:
        for email in emails:
            try:
                validate_email(email)
            except ValidationError:
                raise CommandError(f"{email}: not an e-mail address. Nothing was noted.") from None
        for email in emails:
            is_new = record_bounce(email, timezone.now())
            self.stdout.write(f"{email}: {'noted' if is_new else 'was noted before'}.")
