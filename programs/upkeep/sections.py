"""The sections in which a listing is edited, a page each, and the form of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programs.enums import ListingPart
from programs.models import Facet, Facility, Program, Source
from programs.upkeep.contact_form import ContactForm
from programs.upkeep.facts_form import FactsForm, StatesForm
from programs.upkeep.identity_form import IdentityForm
from programs.upkeep.section_form import SectionForm

CONTACT, IDENTITY, STATES = "contact", "identity", "states-served"
#: Facets that say who a program is, as its name does: licenses, and who runs it.
IDENTITY_FACETS = {"accreditation", "operator"}


class UnknownSectionError(Exception):
    """The listing has no such section (any more)."""


@dataclass(frozen=True, slots=True)
class Section:
    #: Names the section in addresses: "contact", "12-payment" for a facet of program 12.
    key: str
    label: str
    program: Program | None = None
    facet: Facet | None = None

    @property
    def part(self) -> ListingPart | None:
        """Return what "all of this is right" confirms, beside the facts of a facet."""
        return ListingPart.PHONES if self.key == CONTACT else None

    @property
    def is_identity(self) -> bool:
        """Return whether facility staff hand changes in, for an editor to decide on."""
        slug = self.facet.slug if self.facet else ""
        return self.key == IDENTITY or slug in IDENTITY_FACETS

    @property
    def can_be_confirmed(self) -> bool:
        return bool(self.facet or self.part)

    def form(self, facility: Facility, source: Source, data: Any = None) -> SectionForm:
        """Return the form, filled with what is stated. `source` is the one who speaks."""
        if self.program and self.facet:
            return FactsForm(data, program=self.program, facet=self.facet, source=source)
        if self.program:
            return StatesForm(data, program=self.program)
        if self.key == IDENTITY:
            return IdentityForm(data, facility=facility)
        return ContactForm(data, facility=facility, source=source)


def sections_of(facility: Facility) -> Iterator[Section]:
    """Yield the sections of a listing, the place before its published programs. Two queries."""
    yield Section(CONTACT, _("Phones and web site"))
    yield Section(IDENTITY, _("Name and address"))
    facets = list(Facet.objects.order_by("position", "id"))
    for program in facility.programs.published().with_facility().order_by("name", "id"):
        for facet in facets:
            yield Section(f"{program.pk}-{facet.slug}", str(facet), program, facet)
        yield Section(f"{program.pk}-{STATES}", _("States served by phone or video"), program)


def find_section(facility: Facility, key: str) -> Section:
    """Return a section by its key. Raises UnknownSectionError."""
    for section in sections_of(facility):
        if section.key == key:
            return section
    raise UnknownSectionError(key[:80])
