"""The queue of facilities that may be one place entered twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from programs.enums import ListingStatus, LocationPrecision, PhoneUse
from programs.geo import Coordinates, haversine_miles
from programs.importers.duplicates import NAME_WITH_ONE_PHONE, LikelyPair, Site, likely_pairs
from programs.models import DuplicatePair, Facility, FederalRecord, Phone

#: Geocoders put one door at points this far apart; the house next door is seldom nearer.
ONE_DOOR_MILES = 0.03


@dataclass(frozen=True, slots=True)
class Listed:
    """A published facility as it is compared: where its door is, whether the last release has it.

    `door` is None where only the ZIP code or town is known.
    """

    site: Site
    door: Coordinates | None
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Found:
    """How many pairs were found that nobody had seen, and how many now wait for a person."""

    new_count: int
    open_count: int


@transaction.atomic
def find_duplicates(now: datetime) -> Found:
    """Compare all published facilities with each other, and queue the pairs that are new.

    Pairs that wait and are not found any more leave the queue; those that somebody parted stay
    parted. Nine statements, one more where pairs leave, and one for each 2,000 new ones.
    """
    found = {_ordered(pair): pair for pair in pairs_among(listed_facilities())}
    waiting = DuplicatePair.objects.filter(parted_at=None).select_for_update()
    known = {(pair.first_id, pair.second_id): pair.pk for pair in waiting}
    # Of those that are alike no more, pairs that were merged stay: they are not open.
    alike_no_more = [pk for ids, pk in known.items() if ids not in found]
    DuplicatePair.objects.open().filter(pk__in=alike_no_more).delete()
    pairs = [
        DuplicatePair(
            first_id=first,
            second_id=second,
            shared=pair.reason,
            name_likeness=pair.likeness,
            found_at=now,
        )
        for (first, second), pair in found.items()
        if (first, second) not in known
    ]
    before = DuplicatePair.objects.count()
    DuplicatePair.objects.bulk_create(pairs, ignore_conflicts=True, batch_size=2000)
    return Found(
        new_count=DuplicatePair.objects.count() - before,
        open_count=DuplicatePair.objects.open().count(),
    )


def _ordered(pair: LikelyPair) -> tuple[int, int]:
    return min(pair.key, pair.other), max(pair.key, pair.other)


def pairs_among(listed: Sequence[Listed]) -> Iterator[LikelyPair]:
    """Yield the pairs that look like one place.

    Houses of one body share names and phones, so those alone are no sign: the two must be behind
    one door. Or one of them is gone from the federal list, and may have moved to the other.
    """
    by_key = {entry.site.key: entry for entry in listed}
    sites = [entry.site for entry in listed]
    for pair in likely_pairs(sites, sites):
        if _is_one_door(by_key[pair.key], by_key[pair.other], pair):
            yield pair
    gone = [entry.site for entry in listed if entry.is_gone]
    current = [entry.site for entry in listed if not entry.is_gone]
    for pair in likely_pairs(gone, current):
        if "same phone" in pair.reason and pair.likeness >= NAME_WITH_ONE_PHONE:
            yield pair


def _is_one_door(one: Listed, other: Listed, pair: LikelyPair) -> bool:
    # 0 is for two programs of one body, such as that for men and that for women.
    if not pair.likeness:
        return False
    if "same address" in pair.reason:
        return True
    is_near = one.door and other.door and haversine_miles(one.door, other.door) <= ONE_DOOR_MILES
    return bool(is_near) and pair.likeness >= NAME_WITH_ONE_PHONE


def listed_facilities() -> list[Listed]:
    """Read every facility with a published program. Three statements.

    Those with a hidden address are not compared: a pair would tell where they are.
    """
    numbers: dict[int, set[str]] = defaultdict(set)
    phones = Phone.objects.filter(use=PhoneUse.MAIN).order_by("pk")
    for facility_id, number in phones.values_list("facility_id", "number"):
        numbers[facility_id].add(str(number))
    gone = set(
        FederalRecord.objects.filter(missing_since__isnull=False).values_list(
            "program__facility_id", flat=True
        )
    )
    facilities = Facility.objects.filter(
        programs__status=ListingStatus.PUBLISHED, address_is_public=True
    ).distinct()
    return [
        Listed(
            Site(
                facility.pk,
                str(facility),
                facility.street1,
                facility.zip_code,
                frozenset(numbers[facility.pk]),
            ),
            _door(facility),
            facility.pk in gone,
        )
        for facility in facilities.order_by("pk")
    ]


def _door(facility: Facility) -> Coordinates | None:
    return (
        facility.coordinates if facility.location_precision == LocationPrecision.ADDRESS else None
    )


def part(pair_id: int, *, user: User, now: datetime) -> DuplicatePair:
    """Keep that the two are different places. Raises DuplicatePair.DoesNotExist."""
    with transaction.atomic():
        pair = DuplicatePair.objects.select_for_update().get(pk=pair_id)
        if pair.parted_at is None:
            pair.parted_at, pair.parted_by = now, user
            pair.save(update_fields=["parted_at", "parted_by"])
    return pair


def next_open(after: DuplicatePair) -> DuplicatePair | None:
    """Return the pair that comes after this one in the queue, or else the first."""
    queue = list(DuplicatePair.objects.open().likeliest_first().values_list("pk", flat=True))
    others = [pk for pk in queue if pk != after.pk]
    if not others:
        return None
    here = queue.index(after.pk) if after.pk in queue else -1
    return DuplicatePair.objects.get(pk=queue[here + 1] if here + 1 < len(queue) else others[0])
