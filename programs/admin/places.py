"""Places: to look up, and to choose a county from. `load_places` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from programs.admin.finding import StateFilter
from programs.admin.rules import ReadOnly
from programs.enums import PlaceKind
from programs.models import Place

if TYPE_CHECKING:
    _PlaceAdmin = admin.ModelAdmin[Place]
else:
    _PlaceAdmin = admin.ModelAdmin


@admin.register(Place)
class PlaceAdmin(ReadOnly, _PlaceAdmin):
    list_display = ("name", "kind", "state", "county", "zip_count")
    list_filter = ("kind", StateFilter)
    list_select_related = ("county",)
    ordering = ("id",)
    show_full_result_count = False
    # Prefixes: the words of a key are lower case, and its index serves them.
    search_fields = ("key__startswith", "name__istartswith")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Place], search_term: str
    ) -> tuple[QuerySet[Place], bool]:
        """Offer only counties where a county is asked for (the autocomplete of a facility)."""
        if request.GET.get("field_name") == "county":
            queryset = queryset.filter(kind=PlaceKind.COUNTY)
        found: Any = super().get_search_results(request, queryset, search_term)
        return found[0], found[1]
