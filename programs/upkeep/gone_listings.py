"""Listings that the newest federal list no longer has: each is for a person to call and decide.

Nothing closes by itself: of the listings that one edition drops, many are open, renamed or moved.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from programs.enums import ChangeKind, ListingStatus
from programs.models import GoneListing, Program, change_set


def queue() -> QuerySet[GoneListing]:
    """Return those that nobody decided on yet. In no order."""
    return GoneListing.objects.filter(program__in=Program.objects.published().gone_from_the_list())


def keep(records: QuerySet[GoneListing], user: User, *, today: date) -> int:
    """Note that a keeper found these open; return how many there were."""
    with transaction.atomic(), change_set(user, kind=ChangeKind.ADMIN, note="Found open"):
        return records.update(found_open_on=today)


def close(records: QuerySet[GoneListing], user: User) -> int:
    """Close these listings; return how many there were."""
    with transaction.atomic(), change_set(user, kind=ChangeKind.ADMIN, note="Found closed"):
        programs = Program.objects.filter(federal_record__in=records)
        return programs.update(status=ListingStatus.CLOSED)
