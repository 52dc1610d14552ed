"""Confirm what a listing says: somebody who knows stood by it today.

Callers put a `change_set` around it, which says who did.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from programs.enums import ListingPart
from programs.models import FACT_MODELS, Facility, Phone

#: The parts of a listing that belong to its facility.
FACILITY_PARTS = (ListingPart.PHONES, ListingPart.ADDRESS, ListingPart.NAME)


def confirm_facts(
    program_ids: Collection[int], today: date, *, facet_slug: str | None = None
) -> int:
    """Stamp the facts of these programs, of one facet or of all; return how many it changed.

    Their sources stay: the same thing is known, from the same source, and still true.
    Four statements.
    """
    wanted: dict[str, Any] = {"program_id__in": list(program_ids)}
    if facet_slug is not None:
        wanted["term__facet__slug"] = facet_slug
    return sum(
        model.objects.filter(**wanted).exclude(confirmed_on=today).update(confirmed_on=today)
        for model in FACT_MODELS
    )


def confirm_parts(
    facility_ids: Collection[int],
    today: date,
    *,
    parts: Collection[ListingPart] = FACILITY_PARTS,
) -> int:
    """Stamp these parts of facilities; return how many rows it changed. A statement a part."""
    changed = 0
    if ListingPart.PHONES in parts:
        phones = Phone.objects.filter(facility_id__in=facility_ids).exclude(confirmed_on=today)
        changed += phones.update(confirmed_on=today)
    for part in (ListingPart.ADDRESS, ListingPart.NAME):
        if part in parts:
            stamp = {f"{part.value}_confirmed_on": today}
            facilities = Facility.objects.filter(pk__in=facility_ids).exclude(**stamp)
            changed += facilities.update(**stamp)
    return changed
