"""One change to many listings at once: who would change, and the change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.enums import ListingStatus
from programs.models import FACT_MODELS, CallSheet, Facility, Program
from programs.upkeep.confirming import confirm_facts, confirm_parts
from programs.upkeep.permissions import Action

#: A listing has about 75 facts, and each leaves its mark in the history.
MOST_AT_ONCE = 1000

Programs = QuerySet[Program]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkChange:
    """A change to many listings. `target` is what they are assigned to, if anything."""

    slug: str
    label: Promise
    #: What becomes of each listing.
    effect: Promise
    action: Action
    #: Which of the programs would change.
    changing: Callable[[Programs, Any, date], Programs]
    apply: Callable[[list[Program], Any, date], None]


def _unconfirmed(programs: Programs, _target: Any, today: date) -> Programs:
    """Return the programs of which something was not confirmed today."""
    facts = Q()
    for model in FACT_MODELS:
        old = model.objects.filter(program=OuterRef("pk")).exclude(confirmed_on=today)
        facts |= Q(Exists(old))
    facility = Facility.objects.filter(pk=OuterRef("facility"))
    place = facility.exclude(name_confirmed_on=today, address_confirmed_on=today)
    return programs.filter(facts | Q(Exists(place)))


def _confirm(programs: list[Program], _target: Any, today: date) -> None:
    confirm_facts([program.pk for program in programs], today)
    confirm_parts({program.facility_id for program in programs}, today)


def _not(status: ListingStatus) -> Callable[[Programs, Any, date], Programs]:
    return lambda programs, _target, _today: programs.exclude(status=status)


def _set(status: ListingStatus) -> Callable[[list[Program], Any, date], None]:
    def apply(programs: list[Program], _target: Any, _today: date) -> None:
        chosen = Program.objects.filter(pk__in=[program.pk for program in programs])
        chosen.update(status=status)

    return apply


def _of_others(programs: Programs, organization: Any, _today: date) -> Programs:
    return programs.exclude(facility__organization=organization)


def _give_to_organization(programs: list[Program], organization: Any, _today: date) -> None:
    facilities = Facility.objects.filter(pk__in={program.facility_id for program in programs})
    facilities.update(organization=organization)


def _called_by_others(programs: Programs, user: Any, _today: date) -> Programs:
    return programs.exclude(facility__call_sheet__assigned_to=user)


def _give_to_caller(programs: list[Program], user: Any, _today: date) -> None:
    CallSheet.objects.bulk_create(
        [
            CallSheet(facility_id=facility_id, assigned_to=user)
            for facility_id in sorted({program.facility_id for program in programs})
        ],
        update_conflicts=True,
        unique_fields=["facility"],
        update_fields=["assigned_to"],
    )


CONFIRM = BulkChange(
    slug="confirm_listings",
    label=_("Confirm: everything stated is right"),
    effect=_("Every fact, phone, address and name is confirmed as of today and keeps its source."),
    action=Action.CONFIRM_LISTING,
    changing=_unconfirmed,
    apply=_confirm,
)
CLOSE = BulkChange(
    slug="close_listings",
    label=_("Close"),
    effect=_("The public no longer finds it. Nothing is deleted."),
    action=Action.EDIT_IDENTITY,
    changing=_not(ListingStatus.CLOSED),
    apply=_set(ListingStatus.CLOSED),
)
PUBLISH = BulkChange(
    slug="publish_listings",
    label=_("Publish"),
    effect=_("The public finds it."),
    action=Action.EDIT_IDENTITY,
    changing=_not(ListingStatus.PUBLISHED),
    apply=_set(ListingStatus.PUBLISHED),
)
GIVE_TO_ORGANIZATION = BulkChange(
    slug="assign_organization",
    label=_("Assign to an organization"),
    effect=_("Its facility belongs to the organization, whose staff may then edit it."),
    action=Action.EDIT_IDENTITY,
    changing=_of_others,
    apply=_give_to_organization,
)
GIVE_TO_CALLER = BulkChange(
    slug="assign_caller",
    label=_("Assign to a keeper, to check by phone"),
    effect=_("Its call sheet is in the queue of the keeper."),
    action=Action.VERIFY,
    changing=_called_by_others,
    apply=_give_to_caller,
)
BULK_CHANGES = (CONFIRM, CLOSE, PUBLISH, GIVE_TO_ORGANIZATION, GIVE_TO_CALLER)
