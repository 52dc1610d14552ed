"""Invite somebody from the command line: the first administrator of a new site."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from programs.enums import Role
from programs.upkeep.invitations import VALID_DAYS, InvitationError, invite


class Command(BaseCommand):
    help = "Print a link with which somebody makes an account as editor or administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", choices=["editor", "administrator"], default="editor")

    def handle(self, *args: Any, email: str, role: str, **options: Any) -> None:
        try:
            validate_email(email)
            _invitation, link = invite(email, Role[role.upper()])
        except (ValidationError, InvitationError) as error:
            reason = error.messages[0] if isinstance(error, ValidationError) else error
            raise CommandError(f"{email}: {reason}") from error
        self.stdout.write(f"For {email}, once, within {VALID_DAYS} days:\n{link}")
