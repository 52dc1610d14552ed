"""What a signed-in keeper saves of a listing: at once, unless somebody else saved meanwhile."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from programs.enums import ChangeKind
from programs.models import Facility, Opening, change_set
from programs.upkeep.confirming import confirm_facts, confirm_parts
from programs.upkeep.editing import events_since, lock_listing
from programs.upkeep.one_tap import (
    OutdatedPageError,
    Tap,
    details_that_hold,
    locked_program,
    offered,
    seen_mark,
)
from programs.upkeep.openings import state_opening
from programs.upkeep.section_form import SectionForm
from programs.upkeep.sections import Section
from programs.upkeep.stated_by import speaker


class SavedMeanwhileError(Exception):
    """Somebody else saved the listing after the page was made: nothing was saved."""


def check_version(facility: Facility, version: str) -> None:
    """Lock the listing until the transaction ends.

    Raises SavedMeanwhileError or UnreadableVersionError.
    """
    lock_listing(facility.pk)
    if events_since(facility, version):
        raise SavedMeanwhileError


@transaction.atomic
def save_section(
    form: SectionForm, facility: Facility, version: str, *, user: User, today: date
) -> None:
    """Save a valid form, or nothing: raises SavedMeanwhileError or UnreadableVersionError."""
    check_version(facility, version)
    with change_set(user, kind=ChangeKind.STAFF, facility=facility.pk):
        form.apply(today)


@transaction.atomic
def confirm_section(
    section: Section, facility: Facility, version: str, *, user: User, today: date
) -> None:
    """Stand by what a section says now. Raises SavedMeanwhileError or UnreadableVersionError."""
    check_version(facility, version)
    with change_set(user, kind=ChangeKind.STAFF, facility=facility.pk):
        if section.program and section.facet:
            confirm_facts([section.program.pk], today, facet_slug=section.facet.slug)
        elif section.part:
            confirm_parts([facility.pk], today, parts=[section.part])


@transaction.atomic
def tap(facility: Facility, tapped: Tap, *, user: User, now: datetime) -> None:
    """Say whether there is room. Raises OutdatedPageError if the page showed something else."""
    program = locked_program(facility.pk, tapped.program_id)
    opening = Opening.objects.filter(program=program, term=tapped.term_id).first()
    if seen_mark(opening) != tapped.seen:
        raise OutdatedPageError
    term = offered(program, tapped.term_id)
    with change_set(user, kind=ChangeKind.STAFF, facility=facility.pk):
        state_opening(
            program, term, tapped.status, **details_that_hold(opening, tapped.status, now),
            source=speaker(user), user=user, now=now,
        )  # fmt: skip
