"""Make one listing of two. The other one stays, unlisted, and its address leads to the survivor.

Nothing is deleted: the survivor takes what was chosen, under one change set, and taking that back
(`programs.upkeep.reverting`) restores both.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, ListingStatus, SourceKind
from programs.models import (
    FACT_MODELS,
    Correction,
    Facility,
    Opening,
    Phone,
    Program,
    change_set,
)
from programs.models.correction import OPEN_STATUSES

#: What the survivor may take over from the other's facility, field by field.
FIELDS = ("name", "branch", "website", "organization")
#: An address is one thing: a street of one place in the town of another would be nowhere.
ADDRESS = (
    *("street1", "street2", "city", "state", "zip_code", "county", "latitude", "longitude"),
    *("location_precision", "address_confirmed_on"),
)
#: Who said a statement and when, which is no part of what it says.
PROVENANCE = frozenset(
    ("id", "program", "source", "reported_on", "confirmed_on", "stated_at", "stated_by")
)
SOURCES = list(SourceKind)


class NotMergeableError(Exception):
    """The two cannot be merged. The message is one plain line that says why."""


class ChangedMeanwhileError(Exception):
    """One of the two changed after the comparison was shown. Nothing was merged."""


class UnitKey(NamedTuple):
    """What two listings both state, or one of them: a term, and of payment a plan."""

    table: str
    term_id: int
    plan: str

    def __str__(self) -> str:
        return f"{self.table}-{self.term_id}-{self.plan}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What the survivor and the other state of one thing. Either may be empty."""

    key: UnitKey
    term: Any
    ours: tuple[Any, ...]
    theirs: tuple[Any, ...]

    @property
    def is_agreed(self) -> bool:
        return _said(self.ours) == _said(self.theirs)

    @property
    def is_better_there(self) -> bool:
        """Say whether the other's statement is the one to take, unless a person knows better.

        What only one states is kept. Else the nearer source counts (the facility, then our staff,
        then a release), then the later date.
        """
        if not self.ours or not self.theirs:
            return bool(self.theirs)
        return max(map(_trust, self.theirs)) > max(map(_trust, self.ours))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two listings side by side. `digest` names this state of both."""

    survivor: Program
    other: Program
    fields: tuple[tuple[str, Any, Any], ...]
    address_differs: bool
    new_phones: tuple[Phone, ...]
    units: tuple[Unit, ...]
    digest: str

    @property
    def differing(self) -> list[Unit]:
        return [unit for unit in self.units if not unit.is_agreed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the survivor takes from the other: fields, the address, phones by id, units by key."""

    fields: frozenset[str] = frozenset()
    address: bool = False
    phones: frozenset[int] = frozenset()
    units: frozenset[str] = frozenset()


def compare(survivor: Facility, other: Facility) -> Comparison:
    """Lay two facilities side by side. Raises NotMergeableError.

    Eleven statements, two of which read the organizations.
    """
    ours, theirs = listed_program(survivor), listed_program(other)
    if survivor.pk == other.pk:
        raise NotMergeableError(_("These are one listing already."))
    if not (survivor.address_is_public and other.address_is_public):
        raise NotMergeableError(
            _("One of the two has a confidential address. Close the one that is wrong instead.")
        )
    fields = tuple(
        (name, getattr(survivor, name), getattr(other, name))
        for name in FIELDS
        if getattr(survivor, name) != getattr(other, name)
    )
    numbers = {(str(phone.number), phone.extension) for phone in _phones(survivor)}
    new_phones = [
        phone for phone in _phones(other) if (str(phone.number), phone.extension) not in numbers
    ]
    units = tuple(_units(ours, theirs))
    return Comparison(
        survivor=ours,
        other=theirs,
        fields=fields,
        address_differs=_address(survivor) != _address(other),
        new_phones=tuple(new_phones),
        units=units,
        digest=_digest(survivor, other, new_phones, units),
    )


def listed_program(facility: Facility) -> Program:
    """Return the one published program of a facility. Raises NotMergeableError."""
    programs = list(
        Program.objects.published().filter(facility=facility).with_facility().order_by("pk")[:2]
    )
    if not programs:
        raise NotMergeableError(_("%s is not listed any more.") % facility)
    if len(programs) > 1:
        raise NotMergeableError(
            _("%s has several listed programs. Close all but one of them first.") % facility
        )
    return programs[0]


def merge(
    survivor: Facility, other: Facility, taken: Taken, *, digest: str, user: User, note: str = ""
) -> UUID:
    """Merge the other listing into the survivor; return the change set.

    One transaction. Raises NotMergeableError, or ChangedMeanwhileError if the two are not any more
    what `digest` names.
    """
    with transaction.atomic():
        ids = [survivor.pk, other.pk]
        list(Facility.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        list(Program.objects.select_for_update().filter(facility__in=ids).order_by("pk"))
        survivor, other = Facility.objects.get(pk=survivor.pk), Facility.objects.get(pk=other.pk)
        found = compare(survivor, other)
        if found.digest != digest:
            raise ChangedMeanwhileError
        with change_set(
            user, kind=ChangeKind.MERGE, note=note, survivor=survivor.pk, other=other.pk
        ) as change_set_id:
            _take_fields(survivor, other, taken)
            _take_phones(survivor, found, taken)
            for unit in found.units:
                if str(unit.key) in taken.units and not unit.is_agreed:
                    _take_unit(found.survivor, unit)
            _retire(found.other, found.survivor)
    return change_set_id


def _take_fields(survivor: Facility, other: Facility, taken: Taken) -> None:
    names = [name for name in FIELDS if name in taken.fields]
    names += ["name_confirmed_on"] if {"name", "branch"} & taken.fields else []
    names += ADDRESS if taken.address else ()
    for name in names:
        setattr(survivor, name, getattr(other, name))
    if names:
        survivor.save(update_fields=names)


def _take_phones(survivor: Facility, found: Comparison, taken: Taken) -> None:
    last = max((phone.position for phone in _phones(survivor)), default=-1)
    for phone in found.new_phones:
        if phone.pk in taken.phones:
            last += 1
            copy_row(phone, facility=survivor, position=last)


def _take_unit(survivor: Program, unit: Unit) -> None:
    for row in unit.ours:
        row.delete()
    for row in unit.theirs:
        copy_row(row, program=survivor)


def copy_row(row: models.Model, **changes: Any) -> None:
    """Insert the row once more, as it is but for the changes."""
    values = {
        field.name: getattr(row, field.name)
        for field in row._meta.local_fields
        if not field.primary_key and not isinstance(field, models.GeneratedField)
    }
    type(row)._default_manager.create(**values | changes)


def _retire(other: Program, survivor: Program) -> None:
    """Take the other off the list, and lead everybody who knows its address to the survivor."""
    Program.objects.filter(merged_into=other).update(merged_into=survivor)
    other.status, other.merged_into = ListingStatus.CLOSED, survivor
    other.save(update_fields=["status", "merged_into"])
    Correction.objects.filter(program=other, status__in=OPEN_STATUSES).update(program=survivor)


def _phones(facility: Facility) -> list[Phone]:
    return list(facility.phones.select_related("source").order_by("position", "id"))


def _address(facility: Facility) -> list[Any]:
    return [getattr(facility, name) for name in ("street1", "street2", "city", "state", "zip_code")]


def _units(ours: Program, theirs: Program) -> Iterable[Unit]:
    """Yield what either states, facts in the vocabulary's order and then openings."""
    for key, term, rows in statements_of(ours, theirs):
        mine = tuple(row for row in rows if row.program_id == ours.pk)
        others = tuple(row for row in rows if row.program_id == theirs.pk)
        yield Unit(key=key, term=term, ours=mine, theirs=others)


def statements_of(*programs: Program) -> Iterator[tuple[UnitKey, Any, tuple[Any, ...]]]:
    """Yield what is stated about programs, thing by thing: its key, its term, its rows.

    Facts in the vocabulary's order, then openings. Five statements.
    """
    rows: dict[UnitKey, list[Any]] = defaultdict(list)
    for model in (*FACT_MODELS, Opening):
        for row in _statements(model, [program.pk for program in programs]):
            key = UnitKey(model._meta.model_name, row.term_id or 0, getattr(row, "plan", ""))
            rows[key].append(row)
    for key, stated in rows.items():
        yield key, stated[0].term, tuple(stated)


def _statements(model: Any, program_ids: Sequence[int]) -> models.QuerySet[Any]:
    return (
        model.objects.filter(program__in=program_ids)
        .select_related("term__facet", "source")
        .order_by("term__facet__position", "term__position", "term_id", "id")
    )


def _said(rows: Iterable[Any]) -> set[tuple[Any, ...]]:
    return {
        tuple(
            getattr(row, field.attname)
            for field in row._meta.local_fields
            if field.name not in PROVENANCE
        )
        for row in rows
    }


def _trust(row: Any) -> tuple[int, date]:
    if isinstance(row, Opening):
        return 0, row.stated_at.date()
    nearer = -SOURCES.index(SourceKind(row.source.kind))
    return nearer, row.confirmed_on or row.reported_on


def _digest(
    survivor: Facility, other: Facility, phones: Iterable[Phone], units: Iterable[Unit]
) -> str:
    rows = [survivor, other, *phones, *(row for unit in units for row in unit.ours + unit.theirs)]
    said = [
        [row._meta.model_name, *(str(getattr(row, f.attname)) for f in row._meta.local_fields)]
        for row in rows
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()
