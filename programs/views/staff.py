"""The facilities that somebody keeps: what waits for them, and whether there is room."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from programs.enums import ListingStatus, OpeningStatus, Role
from programs.models import Draft, Facility, FreshnessRow
from programs.upkeep import one_tap, staff_saves
from programs.upkeep.one_tap import OutdatedPageError
from programs.upkeep.permissions import Action, facilities_of, role_of
from programs.upkeep.sections import sections_of
from programs.upkeep.time_zones import time_zones_of
from programs.views.keepers import requires
from programs.views.update import OUTDATED
from programs.views.update_forms import NOT_FROM_HERE, TapForm
from programs.views.update_page import Row, anchor_of, rows_of

FACILITIES_A_PAGE = 20
DRAFTS_SHOWN = 100


def own_facility(request: HttpRequest, facility_id: int) -> Facility:
    """Return a facility that the user may edit. Raises Http404 for any other, and for none."""
    return get_object_or_404(facilities_of(request.user), pk=facility_id)


@requires(Action.EDIT_LISTING)
@require_safe
def facilities(request: HttpRequest) -> HttpResponse:
    """Each facility of the user's, with its openings and what has grown old."""
    return facilities_page(request)


def facilities_page(
    request: HttpRequest, *, problems: Collection[Any] = (), status: int = 200
) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:100].replace("\0", "")
    own = facilities_of(request.user)
    found = own.filter(name__icontains=asked) if asked else own
    page = Paginator(found.order_by("name", "id"), FACILITIES_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "lines": _lines(page, request.user),
        "asked": asked,
        "problems": problems,
        "is_editor": role_of(request.user) > Role.FACILITY_STAFF,
    }
    return render(request, "programs/staff.html", {**context, **TAPS}, status=status)


#: What the buttons of an opening read.
TAPS = {"statuses": OpeningStatus}


def _lines(page: Page[Facility], user: Any) -> list[dict[str, Any]]:
    """Return what the list says of each facility, in six statements however many there are."""
    now, today = timezone.now(), timezone.localdate()
    by_id = {facility.pk: facility for facility in page}
    rows = rows_by_facility(list(by_id.values()), now)
    stale, drafts = stale_counts(by_id, today), drafts_by_facility(by_id, user)
    return [
        {
            "facility": facility,
            # The program as a whole comes first.
            "rows": [program_rows[0] for program_rows in rows[facility.pk]],
            "stale_count": stale[facility.pk],
            "drafts": drafts[facility.pk],
        }
        for facility in page
    ]


def rows_by_facility(facilities: Collection[Facility], now: datetime) -> dict[int, list[list[Row]]]:
    """Return what is stated of the openings of each program. Three statements."""
    zones = time_zones_of(facilities)
    rows: dict[int, list[list[Row]]] = defaultdict(list)
    for levels in one_tap.levels_of(zones):
        facility_id = levels[0].program.facility_id
        rows[facility_id].append(rows_of(levels, None, zones[facility_id], now))
    return rows


def stale_counts(facility_ids: Collection[int], today: date) -> Counter[int]:
    """Count the groups of facts past their shelf life. One statement."""
    kept = FreshnessRow.objects.filter(
        program__facility__in=list(facility_ids), program__status=ListingStatus.PUBLISHED, part=""
    ).values_list("program__facility", "oldest_on", "facet__shelf_life_days")
    return Counter(
        facility_id
        for facility_id, oldest_on, shelf_life_days in kept
        if (today - oldest_on).days >= shelf_life_days
    )


def drafts_by_facility(facility_ids: Collection[int], user: Any) -> dict[int, list[Draft]]:
    """Return the user's own drafts, newest first, decided ones too. One statement."""
    own = Draft.objects.filter(author=user, facility__in=list(facility_ids))
    found: dict[int, list[Draft]] = defaultdict(list)
    for draft in own.order_by("-changed_at", "-id")[:DRAFTS_SHOWN]:
        found[draft.facility_id].append(draft)
    return found


@requires(Action.EDIT_LISTING)
@require_safe
def facility(request: HttpRequest, facility_id: int) -> HttpResponse:
    """One facility: is there room, and the sections of its listing."""
    return facility_page(request, own_facility(request, facility_id))


def facility_page(
    request: HttpRequest, own: Facility, *, problems: Collection[Any] = (), status: int = 200
) -> HttpResponse:
    sections = list(sections_of(own))
    context = {
        "facility": own,
        "programs": rows_by_facility([own], timezone.now())[own.pk],
        "sections": sections,
        "stale_count": stale_counts([own.pk], timezone.localdate())[own.pk],
        "drafts": drafts_by_facility([own.pk], request.user)[own.pk],
        "problems": problems,
    }
    return render(request, "programs/staff_facility.html", {**context, **TAPS}, status=status)


@requires(Action.EDIT_LISTING)
@require_POST
def state_openings(request: HttpRequest, facility_id: int) -> HttpResponse:
    """Say with one tap whether there is room, and go back to where it was tapped."""
    own = own_facility(request, facility_id)
    form = TapForm(request.POST)
    if not form.is_valid():
        return facility_page(request, own, problems=[NOT_FROM_HERE], status=400)
    user: Any = request.user
    try:
        staff_saves.tap(own, form.tap(), user=user, now=timezone.now())
    except OutdatedPageError:
        return facility_page(request, own, problems=[OUTDATED], status=409)
    except ValidationError as error:
        return facility_page(request, own, problems=error.messages, status=400)
    if request.POST.get("from") == "list":
        return redirect(f"{resolve_url('programs:staff')}#facility-{own.pk}")
    anchor = anchor_of(form.cleaned_data["program"], form.cleaned_data["term"])
    return redirect(f"{resolve_url('programs:staff-facility', own.pk)}#{anchor}")
