"""The queue of facilities that may be one place entered twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from programs.enums import ListingStatus, PhoneUse
from programs.importers.duplicates import LikelyPair, Site, likely_pairs
from programs.models import DuplicatePair, Facility, Phone


@dataclass(frozen=True, slots=True)
class Found:
    """How many pairs were found that nobody had seen, and how many now wait for a person."""

    new_count: int
    open_count: int


@transaction.atomic
def find_duplicates(now: datetime) -> Found:
    """Compare all published facilities with each other, and queue the pairs that are new.

    Pairs that wait and are not found any more leave the queue; those that somebody parted stay
    parted. Five statements.
    """
    sites = published_sites()
    found = {_ordered(pair): pair for pair in likely_pairs(sites, sites)}
    waiting = DuplicatePair.objects.filter(parted_at=None).select_for_update()
    known = {(pair.first_id, pair.second_id): pair.pk for pair in waiting}
    _forget([pk for ids, pk in known.items() if ids not in found])
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


def _forget(ids: list[int]) -> None:
    """Take pairs out of the queue that are alike no more; not those that were merged."""
    both_listed = DuplicatePair.objects.open().filter(pk__in=ids).values("pk")
    DuplicatePair.objects.filter(pk__in=list(both_listed.values_list("pk", flat=True))).delete()


def published_sites() -> list[Site]:
    """Read every facility with a published program, as it is compared. Two statements.

    Of a hidden address nothing is compared: a pair would tell where it is.
    """
    numbers: dict[int, set[str]] = defaultdict(set)
    phones = Phone.objects.filter(use=PhoneUse.MAIN).order_by("pk")
    for facility_id, number in phones.values_list("facility_id", "number"):
        numbers[facility_id].add(str(number))
    facilities = Facility.objects.filter(programs__status=ListingStatus.PUBLISHED).distinct()
    return [
        Site(
            facility.pk,
            str(facility),
            facility.street1,
            facility.zip_code,
            frozenset(numbers[facility.pk]),
        )
        for facility in facilities.order_by("pk")
    ]


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
