"""Reset the second factor of somebody who lost it, where no other administrator can."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from programs.upkeep.accounts import reset_second_factor


class Command(BaseCommand):
    help = "Forget a keeper's second factor and sign them out; the next sign-in sets up a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(username__iexact=email).first()
        if user is None:
            raise CommandError(f"{email} has no account.")
        reset_second_factor(user)
        self.stdout.write(f"{email} sets up a new second factor at the next sign-in.")
