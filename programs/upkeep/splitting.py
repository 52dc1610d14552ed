"""Make several programs of one that stood for its whole site. Every fact goes where it was put.

The listing of the whole site keeps its federal record and what was not given to a part; where
nothing is kept it leads to the first part. A release goes on to update the whole, and does not
bring back what a part has (`programs.importers.staging`). Taking the change set back undoes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, ListingStatus, ProgramScope
from programs.models import Program, change_set
from programs.upkeep.merging import UnitKey, copy_row, statements_of

#: What a split makes at most: more than one site has.
MOST_PARTS = 12


class NotSplittableError(Exception):
    """The program cannot be split so. The message is one plain line that says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A program to make: its name, and the facts that it gets, by `UnitKey` as text."""

    name: str
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """All that is stated of one thing, to be given to one part or several."""

    key: UnitKey
    term: Any
    rows: tuple[Any, ...]


def units_of(program: Program) -> list[StatedUnit]:
    """Return what is stated about a program, openings last. Five statements."""
    return [StatedUnit(key, term, rows) for key, term, rows in statements_of(program)]


def split(
    program: Program, parts: Sequence[Part], *, keeps_whole: bool, user: User, note: str = ""
) -> UUID:
    """Make these parts of the program; return the change set. One transaction.

    Without `keeps_whole` the listing of the whole site leads to the first part.
    Raises NotSplittableError.
    """
    _check(parts)
    with transaction.atomic():
        whole = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        if whole.status != ListingStatus.PUBLISHED:
            raise NotSplittableError(_("Only a published listing can be split."))
        units = {str(unit.key): unit for unit in units_of(whole)}
        if gone := set().union(*(part.units for part in parts)) - units.keys():
            raise NotSplittableError(_("%s facts are not stated any more. Look again.") % len(gone))
        with change_set(user, kind=ChangeKind.SPLIT, note=note, whole=whole.pk) as change_set_id:
            made = [_make(part, whole, units) for part in parts]
            for key in set().union(*(part.units for part in parts)):
                for row in units[key].rows:
                    row.delete()
            if not keeps_whole:
                whole.status, whole.merged_into = ListingStatus.CLOSED, made[0]
                whole.save(update_fields=["status", "merged_into"])
    return change_set_id


def _check(parts: Sequence[Part]) -> None:
    names = [part.name.strip().casefold() for part in parts]
    if not 1 <= len(parts) <= MOST_PARTS:
        raise NotSplittableError(_("Name 1 to %s programs.") % MOST_PARTS)
    if len(set(names)) != len(names):
        raise NotSplittableError(_("Two programs have the same name."))
    for part in parts:
        if not part.units:
            raise NotSplittableError(_("“%s” has no facts. Give it at least one.") % part.name)


def _make(part: Part, whole: Program, units: dict[str, StatedUnit]) -> Program:
    made = Program.objects.create(
        facility_id=whole.facility_id,
        name=part.name.strip(),
        scope=ProgramScope.PROGRAM,
        status=ListingStatus.PUBLISHED,
        states_served=whole.states_served,
        split_from=whole,
    )
    for key in sorted(part.units):
        for row in units[key].rows:
            copy_row(row, program=made)
    return made
