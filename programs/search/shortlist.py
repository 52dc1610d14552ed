"""A shortlist: the programs that somebody ticked, with all that is said of them. Nothing is kept.

The list is the numbers in an address. What became of each number is told, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Prefetch

from programs.enums import Answer, ListingStatus
from programs.geo import Coordinates, haversine_miles
from programs.models import Opening, Phone, Program
from programs.search.engine import Match, StatedPhone
from programs.search.facts import StatedFact, stated_facts
from programs.search.openings import StatedOpening, stated_openings
from programs.search.vocabulary import Vocabulary

#: More do not fit beside each other, nor on paper that somebody would read.
MOST_PROGRAMS = 20


class Ticked(NamedTuple):
    """A program of the list: with its facility, phones and openings that count, and its facts."""

    program: Program
    phones: tuple[Phone, ...]
    openings: tuple[Opening, ...]
    facts: tuple[StatedFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """What became of the numbers of a list."""

    programs: tuple[Ticked, ...]
    #: Numbers whose listing was merged into one that is on the list now.
    merged: dict[int, Program]
    #: Numbers of no listing that the public may see, whether there ever was one or not.
    gone: tuple[int, ...]
    #: How many numbers came after the first `MOST_PROGRAMS`, and were left out.
    too_many: int

    @property
    def ids(self) -> list[int]:
        """The numbers that stand for this list from now on."""
        return [ticked.program.pk for ticked in self.programs]


def shortlist_of(ids: Sequence[int], vocabulary: Vocabulary, now: datetime) -> Shortlist:
    """Return the programs of these numbers, in this order, with the openings that count `now`.

    Five statements, whatever the number of programs: merged listings, programs, their phones,
    openings and facts. None for an empty list.
    """
    asked = list(dict.fromkeys(ids))
    asked, too_many = asked[:MOST_PROGRAMS], len(asked[MOST_PROGRAMS:])
    if not asked:
        return Shortlist(programs=(), merged={}, gone=(), too_many=too_many)
    survivors = _survivors(asked)
    leads_to = {number: survivors.get(number, number) for number in asked}
    found = _programs(leads_to.values(), now)
    listed = list(dict.fromkeys(number for number in leads_to.values() if number in found))
    facts = stated_facts(listed, vocabulary)
    return Shortlist(
        programs=tuple(_ticked(found[number], facts[number]) for number in listed),
        merged={
            number: found[survivor] for number, survivor in survivors.items() if survivor in found
        },
        gone=tuple(number for number, leads in leads_to.items() if leads not in found),
        too_many=too_many,
    )


def _survivors(ids: Sequence[int]) -> dict[int, int]:
    """Return what the merged ones of these listings were merged into."""
    closed = Program.objects.filter(pk__in=ids).exclude(status=ListingStatus.PUBLISHED)
    rows = closed.values_list("pk", "merged_into")
    return {number: survivor for number, survivor in rows if survivor}


def _programs(ids: Iterable[int], now: datetime) -> dict[int, Program]:
    """Return the published ones of these programs by number. Three statements."""
    openings = Opening.objects.current(now).select_related("source").order_by("id")
    phones = Phone.objects.select_related("source").order_by("position", "id")
    programs = Program.objects.published().with_facility().with_federal_source()
    return programs.prefetch_related(
        Prefetch("facility__phones", phones), Prefetch("openings", openings)
    ).in_bulk(ids)


def _ticked(program: Program, facts: tuple[StatedFact, ...]) -> Ticked:
    phones, openings = program.facility.phones.all(), program.openings.all()
    return Ticked(program, tuple(phones), tuple(openings), facts)


def match_of(ticked: Ticked, origin: Coordinates | None, vocabulary: Vocabulary) -> Match:
    """Return the program as a search near this point, or near none, would have found it."""
    program, facility = ticked.program, ticked.program.facility
    here = facility.coordinates
    return Match(
        program_id=program.pk,
        program_name=program.name,
        facility_name=facility.name,
        branch=facility.branch,
        street1=facility.street1,
        street2=facility.street2,
        city=facility.city,
        state=facility.state,
        zip_code=facility.zip_code,
        location_precision=facility.location_precision,
        address_is_public=facility.address_is_public,
        is_invented=facility.is_invented,
        phones=tuple(
            StatedPhone(phone.use, phone.number.as_e164, phone.extension) for phone in ticked.phones
        ),
        is_remote=False,
        distance_miles=haversine_miles(origin, here) if origin and here else None,
        facts=ticked.facts,
        openings=_stated(ticked, vocabulary),
    )


def _stated(ticked: Ticked, vocabulary: Vocabulary) -> tuple[StatedOpening, ...]:
    rows = [
        (said.term_id, said.status, said.wait_days, said.stated_at.timestamp())
        for said in ticked.openings
    ]
    offered = [fact.term.id for fact in ticked.facts if fact.answer == Answer.YES]
    return stated_openings(rows, offered, vocabulary)
