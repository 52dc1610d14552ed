"""What lists of programs and facilities show of their facts, read for the whole page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.postgres.aggregates import BoolAnd
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import FreshnessRow, Opening, Program
from programs.search.vocabulary import site_state

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ListingList(ChangeList):
    """Two statements a page for the columns that come from facts and openings."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        owner: str = self.model_admin.owner_lookup  # type: ignore[attr-defined]
        ids = [row.pk for row in self.result_list]
        checked, openings = checked_by_owner(owner, ids), openings_by_owner(owner, ids)
        for row in self.result_list:
            row.checked_text = checked.get(row.pk, "")
            row.openings_text = ", ".join(openings.get(row.pk, ()))


class ListingColumns(_ModelAdmin):
    """Adds the columns `last_checked` and `openings_now`."""

    #: The lookup from a program to the row that the list shows.
    owner_lookup = "pk"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ListingList

    @admin.display(description=gettext_lazy("last checked"))
    def last_checked(self, row: Any) -> str:
        return str(row.checked_text)

    @admin.display(description=gettext_lazy("openings"))
    def openings_now(self, row: Any) -> str:
        return str(row.openings_text)


def checked_by_owner(owner: str, ids: Collection[int]) -> dict[int, str]:
    """Return how far the facts were checked, by program or facility. One statement."""
    path = "program_id" if owner == "pk" else f"program__{owner}"
    rows = (
        FreshnessRow.objects.filter(**{f"{path}__in": ids})
        .values_list(path)
        .annotate(
            since=Min("oldest_on"), is_all=BoolAnd("is_confirmed"), last_on=Max("confirmed_on")
        )
        .order_by(path)
    )
    return {row[0]: checked_text(*row[1:]) for row in rows}


def checked_text(oldest_on: Any, is_confirmed: bool, confirmed_on: Any) -> str:
    if is_confirmed:
        return date_format(oldest_on, "SHORT_DATE_FORMAT")
    if confirmed_on:
        return _("in part, %s") % date_format(confirmed_on, "SHORT_DATE_FORMAT")
    return _("not by us (%s)") % oldest_on.year


def openings_by_owner(owner: str, ids: Collection[int]) -> dict[int, list[str]]:
    """Return what is said about openings and still counts. One statement."""
    path = "program_id" if owner == "pk" else f"program__{owner}"
    current = Opening.objects.current(timezone.now()).filter(**{f"{path}__in": ids})
    said: dict[int, list[str]] = defaultdict(list)
    for owner_id, opening in (
        (owner_id, Opening(status=status))
        for owner_id, status in current.order_by("pk").values_list(path, "status")
    ):
        if opening.get_status_display() not in said[owner_id]:
            said[owner_id].append(opening.get_status_display())
    return said


class WaitsFilter(admin.SimpleListFilter):
    """Programs that wait for a person: the queue of the desk that is worked in this list."""

    title = gettext_lazy("what waits for a person")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("gone", _("Not in the latest federal list"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Program]:
        if self.value() == "gone":
            return queryset.published().gone_from_the_list()
        return queryset


class AccreditationFilter(admin.SimpleListFilter):
    """Programs with a licence or accreditation, as a source stated it."""

    title = gettext_lazy("licence or accreditation")
    parameter_name = "accreditation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self._terms())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(
            featurefact__term__facet__slug="accreditation",
            featurefact__term__slug=self.value(),
            featurefact__answer="yes",
        )

    def _terms(self) -> Iterator[tuple[str, str]]:
        facet = site_state().vocabulary.by_slug.get("accreditation")
        for term in facet.terms if facet else ():
            yield term.slug, term.label
