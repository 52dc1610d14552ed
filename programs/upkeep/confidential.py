"""Confidential addresses: taken out of the open, and put back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, LocationPrecision, PlaceKind
from programs.models import (
    ConfidentialAddress,
    Draft,
    Facility,
    FederalRecord,
    ImportItem,
    Place,
    change_set,
)
from programs.upkeep.permissions import Action, may

#: What of an address tells where it is. Town and county stay public.
ADDRESS_COLUMNS = ("street1", "street2", "zip_code")


def hide_address(facility_id: int, *, user: Any) -> Facility:
    """Move street and ZIP code out of everybody's sight; leave the middle of the county.

    Without a known county nothing of the place is left. Does nothing to an address that is hidden.
    """
    with transaction.atomic(), change_set(user, kind=ChangeKind.ADMIN, note=_("Address hidden")):
        facility = Facility.objects.select_for_update().get(pk=facility_id)
        if not facility.address_is_public:
            return facility
        county = county_of(facility)
        address = {column: getattr(facility, column) for column in ADDRESS_COLUMNS}
        if address["street1"]:
            ConfidentialAddress.objects.update_or_create(facility=facility, defaults=address)
        facility.street1 = facility.street2 = facility.zip_code = ""
        facility.address_is_public = False
        facility.county = county
        put_in_the_middle(facility, county, LocationPrecision.COUNTY)
        facility.save()
        forget_typed_addresses()
        return facility


def forget_typed_addresses() -> None:
    """Take what is confidential of an address out of drafts, decided ones too."""
    quoting = Draft.objects.filter(
        facility__address_is_public=False, typed__has_any_keys=ADDRESS_COLUMNS
    )
    for draft in quoting.select_for_update(of=("self",)).order_by("id"):
        draft.typed = {
            name: said for name, said in draft.typed.items() if name not in ADDRESS_COLUMNS
        }
        draft.save(update_fields=["typed"])


def show_address(facility_id: int, *, user: Any) -> Facility:
    """Put the address back, in the middle of its ZIP code: exact coordinates are not kept.

    Does nothing to an address that is public.
    """
    with transaction.atomic(), change_set(user, kind=ChangeKind.ADMIN, note=_("Address shown")):
        facility = Facility.objects.select_for_update().get(pk=facility_id)
        if facility.address_is_public:
            return facility
        facility.address_is_public = True
        kept = ConfidentialAddress.objects.filter(facility=facility).first()
        if kept:
            for column in ADDRESS_COLUMNS:
                setattr(facility, column, getattr(kept, column))
            if place := zip_place(kept.zip_code):
                put_in_the_middle(facility, place, LocationPrecision.ZIP)
            kept.delete()
        facility.save()
        return facility


def lines_for(user: User | AnonymousUser, items: QuerySet[ImportItem]) -> QuerySet[ImportItem]:
    """Return the lines of imports that the user may read: others quote a confidential address."""
    if may(user, Action.SEE_CONFIDENTIAL_ADDRESS):
        return items
    return items.exclude(program__facility__address_is_public=False)


def records_for(
    user: User | AnonymousUser, records: QuerySet[FederalRecord]
) -> QuerySet[FederalRecord]:
    """Return the federal rows that the user may read: each has its address, word for word."""
    if may(user, Action.SEE_CONFIDENTIAL_ADDRESS):
        return records
    return records.filter(program__facility__address_is_public=True)


def county_of(facility: Facility) -> Place | None:
    """Return the county of a facility: its own, or that of its ZIP code."""
    if facility.county:
        return facility.county
    place = zip_place(facility.zip_code)
    return place.county if place else None


def zip_place(zip_code: str) -> Place | None:
    zips = Place.objects.filter(kind=PlaceKind.ZIP, key=zip_code).select_related("county")
    return zips.order_by("id").first()


def put_in_the_middle(facility: Facility, place: Place | None, precision: str) -> None:
    """Give the facility the middle of a place for its coordinates; without one, none."""
    facility.latitude = place.latitude if place else None
    facility.longitude = place.longitude if place else None
    facility.location_precision = precision if place else LocationPrecision.NONE
