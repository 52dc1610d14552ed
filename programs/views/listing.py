"""One listing: everything that was said about a program, by whom and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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
    FactKind,
    ListingPart,
    ListingStatus,
    LocationPrecision,
    MedicationRelation,
    OpeningStatus,
)
from programs.models import Facility, Opening, Phone, Program, Source, effective_relations
from programs.querysets import ProgramQuerySet
from programs.search.engine import StatedPhone
from programs.search.facts import StatedFact, stated_facts
from programs.search.vocabulary import Vocabulary, VocabularyFacet
from programs.views.results import payment_text
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
class FactLine:
    """A term as the listing prints it; `note` says who said it where the group's line does not."""

    word: str
    label: str
    definition: str
    details: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """A facet of a listing: what is said to be so, what is said not to be, what nobody said."""

    slug: str
    label: str
    is_common: bool
    yes: tuple[FactLine, ...]
    no: tuple[FactLine, ...]
    unknown: tuple[str, ...]
    attribution: str


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
    return render(request, "programs/listing.html", context)


def listed_programs() -> ProgramQuerySet:
    """Return the programs that have a page, with what `listing_context` reads of them."""
    return Program.objects.published().with_facility().with_federal_source()


def listing_context(program: Program, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return all that the page of a program prints. Three statements: phones, facts, openings."""
    now, today = timezone.now(), timezone.localdate()
    facts = stated_facts([program.pk], vocabulary)[program.pk]
    phones = program.facility.phones.select_related("source").order_by("position", "id")
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
        "openings": opening_lines(program, facts, vocabulary, now),
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
    program: Program, facts: Iterable[StatedFact], vocabulary: Vocabulary, now: datetime
) -> list[OpeningLine]:
    """Return what was said about openings and still counts: of the program, then of its levels.

    One statement.
    """
    offered = {fact.term.id for fact in facts if fact.answer == Answer.YES}
    order = vocabulary.place_of_term
    current = program.openings.current(now).select_related("source")
    stated = [said for said in current if said.term_id is None or said.term_id in offered]
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
            "source": said.source.name,
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


def fact_groups(
    facts: Sequence[StatedFact], vocabulary: Vocabulary, today: date
) -> list[FactGroup]:
    """Return a group for each facet, in the vocabulary's order."""
    by_facet: dict[str, list[StatedFact]] = {}
    for fact in facts:
        by_facet.setdefault(fact.facet.slug, []).append(fact)

    def said(fact: StatedFact) -> str:
        return attribution(fact, fact.shelf_life_days(vocabulary), today)

    return [_group(facet, by_facet.get(facet.slug, []), said) for facet in vocabulary.facets]


def _group(
    facet: VocabularyFacet, facts: Sequence[StatedFact], said_by: Callable[[StatedFact], str]
) -> FactGroup:
    sentences = Counter(map(said_by, facts))
    usual = sentences.most_common(1)[0][0] if sentences else ""
    lines: dict[str, list[FactLine]] = {Answer.YES: [], Answer.NO: []}
    stated = set()
    for term_facts in _by_term(facts):
        stated.add(term_facts[0].term.slug)
        # Statements about one term, such as several of a medicine, may have several sources.
        said = " ".join(dict.fromkeys(map(said_by, term_facts)))
        lines[_answer(term_facts)].append(
            FactLine(
                word=_word(term_facts),
                label=term_facts[0].term.label,
                definition=term_facts[0].term.definition,
                details=tuple(_details(term_facts)),
                note="" if said == usual else said,
            )
        )
    return FactGroup(
        slug=facet.slug,
        label=facet.label,
        is_common=facet.is_common,
        yes=tuple(lines[Answer.YES]),
        no=tuple(lines[Answer.NO]),
        unknown=tuple(term.label for term in facet.terms if term.slug not in stated),
        attribution=usual,
    )


def _by_term(facts: Iterable[StatedFact]) -> Iterable[list[StatedFact]]:
    terms: dict[int, list[StatedFact]] = {}
    for fact in facts:
        terms.setdefault(fact.term.id, []).append(fact)
    return terms.values()


def _answer(facts: Sequence[StatedFact]) -> str:
    """Return the answer to show: the cautious one where statements about a term disagree."""
    if facts[0].facet.kind == FactKind.MEDICATION:
        counting = set(effective_relations(fact.relation for fact in facts))
        facts = [fact for fact in facts if fact.relation in counting]
    if facts[0].facet.kind == FactKind.COVERAGE:
        return Answer.YES if any(fact.answer == Answer.YES for fact in facts) else Answer.NO
    return facts[0].answer


def _word(facts: Sequence[StatedFact]) -> str:
    """Return the word that sets the answer apart: of a medicine, "yes" only where it is given."""
    if facts[0].facet.kind == FactKind.MEDICATION:
        strongest = effective_relations(fact.relation for fact in facts)[0]
        if strongest == MedicationRelation.ACCEPTS_ELSEWHERE:
            return _("Allowed")
        if strongest == MedicationRelation.REPORTS_USE_UNSPECIFIED:
            return _("Ask")
    return str(Answer(_answer(facts)).label)


def _details(facts: Sequence[StatedFact]) -> Iterable[str]:
    match facts[0].facet.kind:
        case FactKind.MEDICATION:
            relations = effective_relations(fact.relation for fact in facts)
            yield from (str(relation.label) for relation in relations)
            if (
                len({fact.answer for fact in facts}) > 1
                and relations[0].value != "accepts_elsewhere"
            ):
                yield _("Its answers about this do not fit together. Call and ask.")
        case FactKind.COVERAGE:
            yield from (payment_text(fact) for fact in facts)
        case FactKind.CARE:
            if facts[0].details:
                yield from _care_details(facts[0].details)


def _care_details(details: dict[str, int | str | bool | None]) -> Iterable[str]:
    hours = _span(details["hours_per_week_min"], details["hours_per_week_max"])
    if hours:
        yield _("%s hours a week") % hours
    days = _span(details["length_days_min"], details["length_days_max"])
    if days:
        yield _("%s days") % days
    if details["overnight"] is not None:
        yield _("You stay overnight") if details["overnight"] else _("You sleep at home")
    if details["asam_level"]:
        yield _("ASAM level %(level)s (edition %(edition)s)") % {
            "level": details["asam_level"],
            "edition": details["asam_edition"],
        }


def _span(low: object, high: object) -> str:
    if low and high:
        return f"{low}" if low == high else f"{low}-{high}"
    if low:
        return _("%s or more") % low
    return _("up to %s") % high if high else ""
