"""The lines of a plan as a page shows them: what is there now, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from programs.enums import (
    Answer,
    ImportAction,
    LocationPrecision,
    MedicationRelation,
    NetworkRelation,
    PhoneUse,
)
from programs.importers.listings import FACILITY_COLUMNS
from programs.models import Facility, ImportItem, Place, Term

#: What the line of a new listing says anyway, or says in numbers that nobody reads.
ON_THE_LINE = ("name", "branch", "city", "state", "latitude", "longitude")
#: What a source can say, in words of whoever reads them.
LABELS = {
    value: label
    for choices in (Answer, MedicationRelation, NetworkRelation, LocationPrecision)
    for value, label in choices.choices
}


class Change(NamedTuple):
    """One value of a listing, before and after."""

    what: str
    before: str
    after: str


class PlanLine(NamedTuple):
    item: ImportItem
    #: Why the line is there, "" where the changes say it all.
    reason: str
    changes: list[Change]


def plan_lines(items: Iterable[ImportItem]) -> list[PlanLine]:
    """Return the lines with their changes in words: two queries, for terms and counties."""
    items = list(items)
    terms = {
        f"{term.facet.slug}/{term.slug}": f"{term.facet}: {term}"
        for term in Term.objects.select_related("facet")
    }
    counties = Place.objects.in_bulk(_county_ids(items))
    names = {pk: str(county) for pk, county in counties.items()}
    return [
        PlanLine(item, _reason(item, terms), list(_changes(item, terms, names))) for item in items
    ]


def _county_ids(items: list[ImportItem]) -> set[int]:
    both = (item.detail.get("fields", {}).get("county_id", ()) for item in items)
    return {pk for values in both for pk in values if pk}


def _reason(item: ImportItem, terms: dict[str, str]) -> str:
    """Return the reason with the name of the term that it is about, instead of its path."""
    if item.action == ImportAction.CONFLICT:
        return ""
    path = item.detail.get("term", "")
    return item.reason.replace(path, terms.get(path, path), 1) if path else item.reason


def _changes(item: ImportItem, terms: dict[str, str], counties: dict[int, str]) -> Iterator[Change]:
    detail = item.detail
    if item.action == ImportAction.CONFLICT:
        yield _conflict(detail, terms)
    fields = detail.get("fields", {})
    for column in FACILITY_COLUMNS:
        if column not in fields or (item.action == ImportAction.NEW and column in ON_THE_LINE):
            continue
        before, after = fields[column]
        field = Facility._meta.get_field(column.removesuffix("_id"))
        label = capfirst(str(getattr(field, "verbose_name", column)))
        yield Change(label, _value(column, before, counties), _value(column, after, counties))
    for phone in detail.get("phones", {}).get("removed", ()):
        yield Change(_("Phone"), _phone(phone), "")
    for phone in detail.get("phones", {}).get("added", ()):
        yield Change(_("Phone"), "", _phone(phone))
    for change, facts in detail.get("facts", {}).items():
        for fact in facts:
            yield _fact(change, fact, terms)
    if codes := detail.get("codes"):
        yield Change(_("Codes"), "", " ".join(codes))
    if listing := detail.get("listing"):
        yield Change(_("May be"), listing, item.name)


def _conflict(detail: dict[str, Any], terms: dict[str, str]) -> Change:
    confirmed = _words(detail["confirmed"])
    if detail.get("said_on"):
        confirmed = f"{confirmed} ({detail['said_on']})"
    after = _words(detail["release"]) or _("says nothing any more")
    return Change(terms.get(detail["term"], detail["term"]), confirmed, after)


def _fact(change: str, fact: str, terms: dict[str, str]) -> Change:
    """Read a fact as `FactChange` writes it: "track/women: yes", or "...: yes → no"."""
    path, _colon, said = fact.partition(": ")
    before, arrow, after = said.partition(" → ")
    if not arrow:
        before, after = ("", said) if change == "added" else (said, "")
    return Change(terms.get(path, path), _words(before), _words(after))


def _words(said: str) -> str:
    """Return "yes, length_days_max 30" in words."""
    parts = filter(None, said.split(", "))
    return ", ".join(str(LABELS.get(part, part.replace("_", " "))) for part in parts)


def _phone(said: str) -> str:
    """Print "main +16025060109 x12" as people write it: "Main number: (602) 506-0109 x12"."""
    use, number, *extension = said.split(" ")
    national = PhoneNumber.from_string(number).as_national
    return f"{PhoneUse(use).label}: {' '.join([national, *extension])}"


def _value(column: str, value: Any, counties: dict[int, str]) -> str:
    if value is None or value == "":
        return ""
    if column == "county_id":
        return counties.get(value, str(value))
    label = LABELS.get(str(value)) if column == "location_precision" else None
    return str(label or value)
