"""Remind people whose programs' openings run out or whose listings are old; send what waits."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from programs.enums import ReminderStatus
from programs.models import Reminder
from programs.upkeep.reminder_mail import MailServerDownError, in_doubt, send_waiting
from programs.upkeep.reminders import due_mails, make_reminders


class Command(BaseCommand):
    help = (
        "Mail one-tap links: reminders that are due, and links that were asked for. Run it every"
        " ten minutes; two at once send nothing twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say who would be reminded; change nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._say_what_is_due()
            return
        made = make_reminders(timezone.now())
        try:
            outcomes = send_waiting()
        except MailServerDownError as error:
            waiting = Reminder.objects.filter(status=ReminderStatus.PENDING).count()
            raise CommandError(
                f"The mail server cannot be reached ({error}). Mails that wait for the next run:"
                f" {waiting:,}."
            ) from error
        counts = [f"{status.label.lower()}: {count:,}" for status, count in outcomes.items()]
        self.stdout.write(f"New reminders: {made:,}. {'; '.join(['Mails', *counts])}.")
        if doubtful := in_doubt(timezone.now()).count():
            self.stderr.write(
                f"{doubtful:,} mails may have been sent or not. Decide in the admin, Reminders."
            )

    def _say_what_is_due(self) -> None:
        for mail in due_mails(timezone.now()):
            facilities = "; ".join(str(link.facility) for link in mail.links)
            self.stdout.write(f"{mail.email}: {facilities}")
        waiting = Reminder.objects.filter(status=ReminderStatus.PENDING).count()
        self.stdout.write(f"Mails that wait already: {waiting:,}. Nothing was changed.")
