"""One listing: everything that was said about a program, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.enums import (
    STATE_NAMES,
    Answer,
    DatePrecision,
    ListingPart,
    ListingStatus,
    LocationPrecision,
    OpeningStatus,
)
from programs.models import Facility, Opening, Phone, Program, Source
from programs.querysets import ProgramQuerySet
from programs.search.engine import StatedPhone
from programs.search.facts import StatedFact, stated_facts
from programs.search.vocabulary import Vocabulary
from programs.views.fact_groups import fact_groups
from programs.views.site import site_of
from programs.views.wording import (
    PhoneLink,
    Statement,
    ago,
    attribution,
    last_checked,
    opening_status,
    phone_link,
    time_left,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningLine:
    """What was said about openings: of what, what, by whom and when, and until when it counts."""

    about: str
    status: str
    is_open: bool
    details: tuple[str, ...]
    attribution: str


@require_safe
def listing(request: HttpRequest, program_id: int, slug: str) -> HttpResponse:
    """Everything about one program. Five statements: site, program, phones, facts, openings."""
    program = published_or_survivor(program_id)
    if request.path != program.get_absolute_url():
        return redirect(program, permanent=program.pk != program_id)
    context = listing_context(program, site_of(request).vocabulary)
    # What is ticked comes along from the search, and goes on to the list, which reads it.
    ticked = request.GET.getlist("p")
    context |= {"ticked": ticked, "is_ticked": str(program.pk) in ticked}
    return render(request, "programs/listing.html", context)


def listed_programs() -> ProgramQuerySet:
    """Return the programs that have a page, with what `listing_context` reads of them."""
    return Program.objects.published().with_facility().with_federal_source()


def listing_context(program: Program, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return all that the page of a program prints. Three statements: phones, facts, openings."""
    now, today = timezone.now(), timezone.localdate()
    facts = stated_facts([program.pk], vocabulary)[program.pk]
    phones = program.facility.phones.select_related("source").order_by("position", "id")
    openings = program.openings.current(now).select_related("source")
    return {
        "program": program,
        "facility": program.facility,
        "last_checked": last_checked([*confirmations(program.facility, phones, facts)]),
        "phones": phone_lines(phones, vocabulary.shelf_life_days(ListingPart.PHONES), today),
        "address_attribution": address_attribution(
            program, vocabulary.shelf_life_days(ListingPart.ADDRESS), today
        ),
        "report_url": f"{program.get_absolute_url()}report/",
        "claim_url": f"{program.get_absolute_url()}claim/",
        "openings": opening_lines(openings, facts, vocabulary, now),
        "groups": fact_groups(facts, vocabulary, today),
        "map_url": map_url(program.facility),
        "states_served": [STATE_NAMES[code] for code in program.states_served],
    }


def published_or_survivor(program_id: int) -> Program:
    """Return the program, or that which it was merged into. One statement. Raises Http404."""
    closed = Program.objects.filter(pk=program_id).exclude(status=ListingStatus.PUBLISHED)
    survivor = closed.values("merged_into")[:1]
    found: Program = get_object_or_404(listed_programs().filter(Q(pk=program_id) | Q(pk=survivor)))
    return found


def opening_lines(
    openings: Iterable[Opening], facts: Iterable[StatedFact], vocabulary: Vocabulary, now: datetime
) -> list[OpeningLine]:
    """Return what was said about openings that still count: of the program, then of its levels."""
    offered = {fact.term.id for fact in facts if fact.answer == Answer.YES}
    order = vocabulary.place_of_term
    stated = [said for said in openings if said.term_id is None or said.term_id in offered]
    stated.sort(key=lambda said: -1 if said.term_id is None else order[said.term_id])
    return [_opening_line(said, vocabulary, now) for said in stated]


def _opening_line(said: Opening, vocabulary: Vocabulary, now: datetime) -> OpeningLine:
    status = OpeningStatus(said.status)
    return OpeningLine(
        about=vocabulary.term_by_id[said.term_id].label if said.term_id else _("The whole program"),
        status=opening_status(status, said.wait_days),
        is_open=status == OpeningStatus.OPEN,
        details=tuple(_opening_details(said)),
        attribution=_("Said %(when)s by: %(source)s. Counts for %(left)s more.")
        % {
            "when": ago(said.stated_at, now),
            "source": str(said.source),
            # No time of day: readers are in many time zones.
            "left": time_left(said.expires_at, now),
        },
    )


def _opening_details(said: Opening) -> Iterable[str]:
    if said.places_count:
        yield ngettext("%s place", "%s places", said.places_count) % said.places_count
    if said.can_start_today is not None:
        yield _("You can start today") if said.can_start_today else _("You cannot start today")
    if said.walk_in_hours:
        yield _("Walk in: %s") % said.walk_in_hours


def confirmations(
    facility: Facility, phones: Iterable[Phone], facts: Iterable[StatedFact]
) -> Iterable[date | None]:
    """Yield when a keeper confirmed each part of a listing, None for what nobody confirmed."""
    yield from (facility.name_confirmed_on, facility.address_confirmed_on)
    yield from (phone.confirmed_on for phone in phones)
    yield from (fact.confirmed_on for fact in facts)


def phone_lines(
    phones: Iterable[Phone], shelf_life_days: int, today: date
) -> list[tuple[int, PhoneLink, str]]:
    """Return each number with who said it, which is left out where the next one's is the same.

    The id comes first: a report of a problem names the number by it.
    """
    lines = [
        (
            phone.pk,
            phone_link(StatedPhone(phone.use, phone.number.as_e164, phone.extension)),
            attribution(
                statement(phone.source, phone.reported_on, phone.confirmed_on),
                shelf_life_days,
                today,
            ),
        )
        for phone in phones
    ]
    following = [said for _id, _link, said in lines[1:]] + [""]
    return [
        (phone_id, link, "" if said == next_said else said)
        for (phone_id, link, said), next_said in zip(lines, following, strict=False)
    ]


def address_attribution(program: Program, shelf_life_days: int, today: date) -> str:
    """Say who stated the address, or "" where neither a release nor a keeper did."""
    record = getattr(program, "federal_record", None)
    confirmed_on = program.facility.address_confirmed_on
    if record and record.source.published_on:
        stated = statement(record.source, record.source.published_on, confirmed_on)
        return attribution(stated, shelf_life_days, today)
    if confirmed_on:
        stated = Statement(_("our staff"), DatePrecision.DAY, confirmed_on, confirmed_on)
        return attribution(stated, shelf_life_days, today)
    return ""


def statement(source: Source, reported_on: date, confirmed_on: date | None) -> Statement:
    return Statement(source.name, source.date_precision, reported_on, confirmed_on)


def map_url(facility: Facility) -> str:
    """Return a link that shows the street address on a map, or "" where there is none to show."""
    if not facility.address_is_public or not facility.street1:
        return ""
    if facility.coordinates and facility.location_precision == LocationPrecision.ADDRESS:
        point = {"mlat": facility.coordinates.latitude, "mlon": facility.coordinates.longitude}
        return f"https://www.openstreetmap.org/?{urlencode(point)}#map=17"
    address = f"{facility.street1}, {facility.city}, {facility.state} {facility.zip_code}"
    return f"https://www.openstreetmap.org/search?{urlencode({'query': address})}"
