"""The queue of likely duplicates, and the page on which two listings are laid side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.admin.queues import Queue
from programs.admin.recording import NOTE_FIELD, NOTE_MAX_LENGTH
from programs.admin.stated import said_text, unit_label
from programs.models import DuplicatePair, Facility
from programs.upkeep.call_sheets import address_text
from programs.upkeep.duplicates import next_open, part
from programs.upkeep.merging import (
    ChangedMeanwhileError,
    Comparison,
    NotMergeableError,
    Taken,
    compare,
    merge,
)
from programs.upkeep.permissions import Action


class ProgressFilter(admin.SimpleListFilter):
    """Pairs that wait for a decision, or that were found to be two places."""

    title = gettext_lazy("progress")
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("To be decided")), ("parted", _("Two places"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "parted":
                return queryset.filter(parted_at__isnull=False)
            case "open":
                return queryset.filter(pk__in=DuplicatePair.objects.open().values("pk"))
            case _:
                return queryset


@admin.register(DuplicatePair)
class DuplicatePairAdmin(Queue):
    action = Action.MERGE
    list_display = ("first_listing", "second_listing", "shared", "found_at", "parted_at")
    list_filter = (ProgressFilter,)
    list_select_related = ("first", "second")
    # The likeliest first, as `DuplicatePairQuerySet.likeliest_first`.
    ordering = ("-name_likeness", "id")
    search_fields = ("first__name", "second__name", "first__city", "second__city")
    search_help_text = gettext_lazy("Name or town of a listing")

    @admin.display(description=gettext_lazy("listing"))
    def first_listing(self, pair: DuplicatePair) -> str:
        return listing_text(pair.first)

    @admin.display(description=gettext_lazy("other listing"))
    def second_listing(self, pair: DuplicatePair) -> str:
        return listing_text(pair.second)

    def work_on(self, request: HttpRequest, pair: DuplicatePair) -> HttpResponse:
        """Lay two listings side by side; merge or part them when told."""
        if request.method == "POST":
            return self._act(request, pair)
        return self._page(request, pair)

    def _act(self, request: HttpRequest, pair: DuplicatePair) -> HttpResponse:
        user: Any = request.user
        following = next_open(pair)
        if "part" in request.POST:
            part(pair.pk, user=user, now=timezone.now())
            messages.success(request, _("Kept as two places: %s.") % pair)
        else:
            try:
                self._merge(request, pair, user)
            except NotMergeableError as error:
                messages.error(request, str(error))
                return self._page(request, pair, status=409)
            except ChangedMeanwhileError:
                messages.error(
                    request,
                    _("One of the two changed while you looked. Nothing was merged. Look again."),
                )
                return self._page(request, pair, status=409)
        if following is None:
            return redirect("admin:programs_duplicatepair_changelist")
        return redirect("admin:programs_duplicatepair_change", following.pk)

    def _merge(self, request: HttpRequest, pair: DuplicatePair, user: User) -> None:
        survivor, other = sides(request, pair)
        change_set_id = merge(
            survivor,
            other,
            taken_from(request),
            digest=request.POST.get("digest", ""),
            user=user,
            note=request.POST.get(NOTE_FIELD, "").strip()[:NOTE_MAX_LENGTH],
        )
        undo = reverse("admin:programs_changeset_change", args=[change_set_id])
        messages.success(
            request,
            format_html(
                '{} <a href="{}">{}</a>',
                _("Merged: %(other)s now leads to %(survivor)s.")
                % {"other": other, "survivor": survivor},
                undo,
                _("See what changed, or take it back"),
            ),
        )

    def _page(
        self, request: HttpRequest, pair: DuplicatePair, *, status: int = 200
    ) -> HttpResponse:
        survivor, other = sides(request, pair)
        problem, found = "", None
        try:
            found = compare(survivor, other)
        except NotMergeableError as error:
            problem = str(error)
        following = next_open(pair)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("One place or two?"),
            "pair": pair,
            "survivor": survivor,
            "other": other,
            "places": [(facility, address_text(facility)) for facility in (survivor, other)],
            "problem": problem,
            "found": found,
            "units": unit_lines(found) if found else [],
            "agreed_count": sum(unit.is_agreed for unit in found.units) if found else 0,
            "next": following,
        }
        return render(request, "admin/programs/duplicatepair/pair.html", context, status=status)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What the two state of one thing, in words, and whether to take the other's beforehand."""

    key: str
    label: str
    ours: str
    theirs: str
    is_taken: bool


def sides(request: HttpRequest, pair: DuplicatePair) -> tuple[Facility, Facility]:
    """Return the listing that stays, and the other: the first stays unless told otherwise."""
    keep = (request.POST if request.method == "POST" else request.GET).get("keep", "")
    if keep == str(pair.second_id):
        return pair.second, pair.first
    return pair.first, pair.second


def taken_from(request: HttpRequest) -> Taken:
    phones = request.POST.getlist("phone")
    return Taken(
        fields=frozenset(request.POST.getlist("field")),
        address="address" in request.POST,
        phones=frozenset(int(number) for number in phones if number.isdecimal()),
        units=frozenset(request.POST.getlist("unit")),
    )


def unit_lines(found: Comparison) -> list[UnitLine]:
    return [
        UnitLine(
            key=str(unit.key),
            label=unit_label(unit.key, unit.term),
            ours=said_text(unit.ours),
            theirs=said_text(unit.theirs),
            is_taken=unit.is_better_there,
        )
        for unit in found.differing
    ]


def listing_text(facility: Facility) -> str:
    return f"{facility} ({facility.city}, {facility.state})"
