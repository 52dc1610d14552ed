"""The page on which a program that stands for its whole site is split into several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from programs.admin.recording import NOTE_FIELD, NOTE_MAX_LENGTH
from programs.admin.stated import said_text, unit_label
from programs.enums import Answer
from programs.models import CareFact, Program
from programs.upkeep.permissions import Action, may
from programs.upkeep.splitting import (
    MOST_PARTS,
    NotSplittableError,
    Part,
    StatedUnit,
    split,
    units_of,
)

#: Columns that wait for a name beside those of the levels of care.
SPARE_COLUMNS = 1
NAME_MAX_LENGTH = 160

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Program]
else:
    _ModelAdmin = admin.ModelAdmin


@dataclass(frozen=True, slots=True)
class Column:
    """A part as the form has it: its number, its name, and the facts that are ticked."""

    number: int
    name: str
    units: frozenset[str]


class Splits(_ModelAdmin):
    """Adds the page that splits a program."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.split_view)
        ours = path("<int:program_id>/split/", view, name="programs_program_split")
        return [ours, *super().get_urls()]

    def split_view(self, request: HttpRequest, program_id: int) -> HttpResponse:
        """Ask which facts go to which part; make the parts when told."""
        if not may(request.user, Action.MERGE):
            raise PermissionDenied
        program = get_object_or_404(Program.objects.with_facility(), pk=program_id)
        units = units_of(program)
        if request.method != "POST":
            return self._split_page(request, program, units, columns_of_levels(units))
        columns = columns_sent(request)
        try:
            change_set_id = split(
                program,
                [Part(column.name, column.units) for column in columns if column.name],
                keeps_whole="keeps_whole" in request.POST,
                user=request.user,  # type: ignore[arg-type]  # `may` let no visitor in
                note=request.POST.get(NOTE_FIELD, "").strip()[:NOTE_MAX_LENGTH],
            )
        except NotSplittableError as error:
            messages.error(request, str(error))
            return self._split_page(request, program, units, columns, status=400)
        undo = reverse("admin:programs_changeset_change", args=[change_set_id])
        messages.success(
            request,
            format_html(
                '{} <a href="{}">{}</a>',
                _("%s is split.") % program,
                undo,
                _("See what changed, or take it back"),
            ),
        )
        return redirect("admin:programs_facility_change", program.facility_id)

    def _split_page(
        self,
        request: HttpRequest,
        program: Program,
        units: Sequence[StatedUnit],
        columns: Sequence[Column],
        *,
        status: int = 200,
    ) -> HttpResponse:
        rows = [
            (
                str(unit.key),
                unit_label(unit.key, unit.term),
                said_text(unit.rows),
                [(column, str(unit.key) in column.units) for column in columns],
            )
            for unit in units
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Split %s") % program,
            "program": program,
            "columns": columns,
            "rows": rows,
            "keeps_whole": request.method != "POST" or "keeps_whole" in request.POST,
        }
        return render(request, "admin/programs/program/split.html", context, status=status)


def columns_of_levels(units: Sequence[StatedUnit]) -> list[Column]:
    """Return a part for each level of care that is offered, with that level ticked."""
    levels = [
        unit
        for unit in units
        if isinstance(unit.rows[0], CareFact) and unit.rows[0].answer == Answer.YES
    ]
    columns = [
        Column(number, str(unit.term), frozenset([str(unit.key)]))
        for number, unit in enumerate(levels[: MOST_PARTS - SPARE_COLUMNS])
    ]
    spare = max(SPARE_COLUMNS, 2 - len(columns))
    return columns + [Column(len(columns) + number, "", frozenset()) for number in range(spare)]


def columns_sent(request: HttpRequest) -> list[Column]:
    names = request.POST.getlist("name")[:MOST_PARTS]
    return [
        Column(
            number,
            name.strip()[:NAME_MAX_LENGTH],
            frozenset(request.POST.getlist(f"part-{number}")),
        )
        for number, name in enumerate(names)
    ]
