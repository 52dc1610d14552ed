"""Two people, one listing: who saves second learns what the first changed.

A page that edits a listing carries the version that it showed. Who saves locks the facility first,
so that saves of one listing take turns, and asks what came after that version.
"""

# Every name put into a statement here is a constant of the code.
# ruff: noqa: S608

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection

from programs.models import Facility
from programs.upkeep.history import (
    EVENT_TABLES,
    OF_LISTING,
    Change,
    Event,
    changes_of,
    of_listing,
    read_events,
)

#: The largest number of an event.
LARGEST_ID = 2**31 - 1


class UnreadableVersionError(Exception):
    """A version that no page of ours carried."""


def lock_listing(facility_id: int) -> None:
    """Let nobody else save this listing until the transaction ends. One query."""
    Facility.objects.select_for_update(no_key=True).filter(pk=facility_id).first()


def version_of(facility: Facility) -> str:
    """Return what tells states of a listing apart: the last event of each table. One query."""
    parts = ", ".join(
        f"(SELECT coalesce(max(e.pgh_id), 0) FROM {EVENT_TABLES[model]} e"
        f" WHERE {of_listing(model)})"
        for model in OF_LISTING
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", {"facility": facility.pk})
        return ".".join(map(str, cursor.fetchone()))


def events_since(facility: Facility, version: str) -> list[Event]:
    """Return what was written to a listing after a version of it, oldest first. One query.

    Raises UnreadableVersionError.
    """
    numbers = version.split(".")
    if len(numbers) != len(OF_LISTING) or not all(
        number.isdecimal() and int(number) <= LARGEST_ID for number in numbers
    ):
        raise UnreadableVersionError(version[:80])
    where = {
        model: f"{of_listing(model)} AND e.pgh_id > {int(number)}"
        for model, number in zip(OF_LISTING, numbers, strict=True)
    }
    return read_events(where, {"facility": facility.pk})


def changes_since(facility: Facility, version: str, viewer: User | AnonymousUser) -> list[Change]:
    """Return what others changed since a version, in words, newest first.

    Raises UnreadableVersionError.
    """
    return changes_of(events_since(facility, version), viewer)
