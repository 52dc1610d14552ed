"""The rows of the sample: each list of the file is dealt in turn over the facilities."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count, cycle
from typing import Any

from django.utils.text import slugify

from programs.enums import (
    Answer,
    FactKind,
    LocationPrecision,
    PhoneUse,
    PlaceKind,
    ProgramScope,
)
from programs.geo import Coordinates
from programs.importers.sample_file import (
    SAMPLE_SOURCE,
    Entry,
    SampleError,
    places_of,
    sources_by_slug,
    terms_by_path,
)
from programs.models import (
    FACTS_OF_KIND,
    ConfidentialAddress,
    CoverageFact,
    Facility,
    Fact,
    Opening,
    Organization,
    Phone,
    Program,
    Term,
)
from programs.models.opening import hours_that_count
from programs.search.place_names import place_key

#: What a keeper asks about when he calls a facility.
CONFIRMED_KINDS = {FactKind.CARE, FactKind.MEDICATION, FactKind.COVERAGE}
CONFIRMED_DAYS_AGO = 20

#: Numbers that belong to nobody: 555-0100 to 555-0199 in every area code.
FIRST_LINE_NUMBER, LAST_LINE_NUMBER = 100, 199

#: Facilities lie on a spiral around the middle of their ZIP code, so that no two coincide.
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
SPIRAL_STEP_DEGREES = 0.002
SPIRAL_TURNS = 24


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """How many invented rows a load made, or a removal took away."""

    facilities: int = 0
    programs: int = 0
    facts: int = 0
    organizations: int = 0


@dataclass
class SampleBatch:
    """The rows of a sample, unsaved."""

    organizations: list[Organization] = field(default_factory=list)
    facilities: list[Facility] = field(default_factory=list)
    addresses: list[ConfidentialAddress] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    facts: dict[type[Fact], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    openings: list[Opening] = field(default_factory=list)

    def save(self) -> SampleCounts:
        """Insert all rows, one statement a table: the search triggers then run once a table."""
        Organization.objects.bulk_create(self.organizations)
        Facility.objects.bulk_create(self.facilities)
        ConfidentialAddress.objects.bulk_create(self.addresses)
        Phone.objects.bulk_create(self.phones)
        Program.objects.bulk_create(self.programs)
        for model, facts in self.facts.items():
            model._default_manager.bulk_create(facts)
        Opening.objects.bulk_create(self.openings)
        return SampleCounts(
            facilities=len(self.facilities),
            programs=len(self.programs),
            facts=sum(map(len, self.facts.values())),
            organizations=len(self.organizations),
        )


class SampleBuilder:
    """Turns the entries of the file into rows, dealing each list of the file in turn."""

    def __init__(self, sample: Entry, *, today: date, now: datetime) -> None:
        self.sample = sample
        self.today = today
        self.now = now
        self.batch = SampleBatch()
        self.heads = iter(sample["heads"])
        self.streets = cycle(sample["streets"])
        self.second_lines = cycle(sample["second_lines"])
        self.reported_days_ago = cycle(sample["reported_days_ago"])
        self.decks = {name: cycle(cards) for name, cards in sample["decks"].items()}
        self.called = {name: cycle(kind["called"]) for name, kind in sample["kinds"].items()}
        self.line_numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(FIRST_LINE_NUMBER))
        self.organizations = {name: Organization(name=name) for name in sample["organizations"]}
        self.terms = terms_by_path()
        self.sources = sources_by_slug()
        self.places = places_of(sample["towns"])

    def build(self) -> SampleBatch:
        for organization in self.organizations.values():
            organization.website = _website(organization.name)
            self.batch.organizations.append(organization)
        for town in self.sample["towns"]:
            zip_codes = cycle(town["zip_codes"])
            for entry in town["facilities"]:
                site = {"kind": entry} if isinstance(entry, str) else entry
                self._add_facility(town, site, next(zip_codes))
        return self.batch

    def _add_facility(self, town: Entry, site: Entry, zip_code: str) -> None:
        if site["kind"] not in self.sample["kinds"]:
            raise SampleError(f"{town['city']}: there is no kind of facility {site['kind']}")
        facility = Facility(**self._name(town, site), city=town["city"], state=town["state"])
        facility.is_invented = True
        facility.county = self.places[PlaceKind.ZIP, zip_code, town["state"]].county
        self._place_on_map(facility, site, zip_code)
        self.batch.facilities.append(facility)
        reported_on = self._days_ago(next(self.reported_days_ago))
        self._add_phones(facility, town["area_code"], reported_on)
        programs = self.sample["kinds"][site["kind"]]["programs"]
        for entry in programs:
            program = Program(facility=facility, name=entry.get("name", ""))
            program.states_served = site.get("states_served", [])
            program.scope = ProgramScope.PROGRAM if program.name else ProgramScope.WHOLE_SITE
            self.batch.programs.append(program)
            self._add_facts(program, entry, site, reported_on)
            self._add_openings(program, entry, site)

    def _name(self, town: Entry, site: Entry) -> dict[str, Any]:
        """Return the name fields: those of its organization, or the next of the list's heads."""
        if name := site.get("organization"):
            organization = self.organizations[name]
            return {
                "name": name,
                "branch": town["city"],
                "organization": organization,
                "website": organization.website,
            }
        head = next(self.heads, None)
        if head is None:
            raise SampleError(f"{town['city']}: the list of heads has no name left")
        words = next(self.called[site["kind"]])
        return {"name": f"{head} {words}", "website": _website(head)}

    def _place_on_map(self, facility: Facility, site: Entry, zip_code: str) -> None:
        """Give the facility its address and coordinates, as exact as the entry lets them be."""
        street = f"{100 + 7 * len(self.batch.facilities)} {next(self.streets)}"
        second_line = next(self.second_lines)
        if site.get("confidential"):
            self._hide(facility, street, second_line, zip_code)
            return
        precision = LocationPrecision(site.get("precision", LocationPrecision.ADDRESS))
        facility.location_precision = precision
        facility.zip_code = zip_code
        if precision in {LocationPrecision.ADDRESS, LocationPrecision.ZIP}:
            facility.street1, facility.street2 = street, second_line
        if point := self._point(facility, precision):
            facility.latitude, facility.longitude = point.latitude, point.longitude

    def _point(self, facility: Facility, precision: LocationPrecision) -> Coordinates | None:
        match precision:
            case LocationPrecision.CITY:
                return self.places[
                    PlaceKind.CITY, place_key(facility.city), facility.state
                ].coordinates
            case LocationPrecision.ZIP | LocationPrecision.ADDRESS:
                middle = self.places[PlaceKind.ZIP, facility.zip_code, facility.state].coordinates
                if precision == LocationPrecision.ZIP:
                    return middle
                return _aside(middle, turn=len(self.batch.facilities))
        return None

    def _hide(self, facility: Facility, street: str, second_line: str, zip_code: str) -> None:
        county = facility.county
        if county is None:
            raise SampleError(f"{facility}: the ZIP code {zip_code} has no county")
        facility.address_is_public = False
        facility.location_precision = LocationPrecision.COUNTY
        facility.latitude, facility.longitude = county.latitude, county.longitude
        self.batch.addresses.append(
            ConfidentialAddress(
                facility=facility, street1=street, street2=second_line, zip_code=zip_code
            )
        )

    def _add_phones(self, facility: Facility, area_code: str, reported_on: date) -> None:
        """Give every facility a main number, some an intake line or a hotline as well."""
        turn = len(self.batch.facilities)
        uses = [PhoneUse.MAIN]
        if turn % 3 == 0:
            uses.append(PhoneUse.INTAKE)
        if turn % 7 == 0:
            uses.append(PhoneUse.HOTLINE)
        for position, use in enumerate(uses):
            line = next(self.line_numbers[area_code])
            if line > LAST_LINE_NUMBER:
                raise SampleError(f"{facility}: area code {area_code} has no invented number left")
            self.batch.phones.append(
                Phone(
                    facility=facility,
                    use=use,
                    number=f"+1{area_code}555{line:04d}",
                    extension="204" if use == PhoneUse.INTAKE else "",
                    position=position,
                    source=self.sources[SAMPLE_SOURCE],
                    reported_on=reported_on,
                )
            )

    def _add_facts(self, program: Program, entry: Entry, site: Entry, reported_on: date) -> None:
        for path, values in (self._dealt(entry) | entry["facts"]).items():
            if path not in self.terms:
                raise SampleError(f"{program.facility}: there is no term {path}")
            for value in values if isinstance(values, list) else [values]:
                self._add_fact(program, self.terms[path], value, site, reported_on)

    def _add_openings(self, program: Program, entry: Entry, site: Entry) -> None:
        """Add what the site says of this program and of the levels of care it states itself."""
        for path, value in site.get("openings", {}).items():
            if path not in {"program", *entry["facts"]}:
                continue
            details = dict(value)
            term = None if path == "program" else self.terms[path]
            stated_at = self.now - timedelta(hours=details.pop("hours_ago"))
            hours = hours_that_count(term, details["status"])
            self.batch.openings.append(
                Opening(
                    program=program,
                    term=term,
                    source=self.sources["facility"],
                    stated_at=stated_at,
                    expires_at=stated_at + timedelta(hours=hours),
                    **details,
                )
            )

    def _dealt(self, entry: Entry) -> dict[str, Any]:
        """Return the facts on the cards that are next in the decks of the entry."""
        facts: dict[str, Any] = {}
        for deck, cards in entry.get("deals", {}).items():
            for _turn in range(cards):
                card = next(self.decks[deck])
                facts |= {card: True} if isinstance(card, str) else card
        return facts

    def _add_fact(
        self, program: Program, term: Term, value: Any, site: Entry, reported_on: date
    ) -> None:
        kind = term.facet.kind
        details = _details(value)
        # What is in the fact itself stands above what is said of the whole site.
        confirmed = {
            key: details.pop(key, site.get(key) if kind in CONFIRMED_KINDS else None)
            for key in ("confirmed_by", "confirmed_days_ago")
        }
        fact = FACTS_OF_KIND[kind](program=program, term=term, reported_on=reported_on, **details)
        fact.source = self.sources[confirmed["confirmed_by"] or SAMPLE_SOURCE]
        if confirmed["confirmed_by"]:
            fact.confirmed_on = self._days_ago(
                confirmed["confirmed_days_ago"] or CONFIRMED_DAYS_AGO
            )
            fact.reported_on = fact.confirmed_on
        if isinstance(fact, CoverageFact) and fact.plan:
            fact.state = program.facility.state
        self.batch.facts[type(fact)].append(fact)

    def _days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


def _details(value: Any) -> dict[str, Any]:
    """Return the columns that a value of the file stands for."""
    if isinstance(value, bool):
        return {} if value else {"answer": Answer.NO}
    return {"relation": value} if isinstance(value, str) else dict(value)


def _aside(middle: Coordinates, *, turn: int) -> Coordinates:
    """Return a point up to 0.01 degrees from the middle of a ZIP code, another one each turn."""
    reach_degrees = SPIRAL_STEP_DEGREES * math.sqrt(turn % SPIRAL_TURNS)
    return Coordinates(
        latitude=round(middle.latitude + reach_degrees * math.sin(turn * GOLDEN_ANGLE), 6),
        longitude=round(middle.longitude + reach_degrees * math.cos(turn * GOLDEN_ANGLE), 6),
    )


def _website(head: str) -> str:
    return f"https://{slugify(head)}.example.org"
