"""From one page to the next of the list that it was opened from: any filtered list is a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.urls import reverse

#: Where Django puts the query string of the list into the address of a page opened from it.
PARAMETER = "_changelist_filters"

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class NextInList(_ModelAdmin):
    """Adds a link to the next row, with a key of its own, where a page was opened from a list."""

    change_form_template = "admin/programs/change_form_with_next.html"

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        if obj is not None and request.method == "GET":
            context["next_url"] = self._next_url(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _next_url(self, request: HttpRequest, row: Model) -> str:
        """Return the page of the row after this one, or "" at the end. A few statements."""
        filters = request.GET.get(PARAMETER)
        if filters is None:
            return ""
        listed = self._ids_in_list(request, filters)
        after = listed.index(row.pk) + 1 if row.pk in listed else 0
        if after >= len(listed):
            return ""
        page = reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[listed[after]]
        )
        return f"{page}?{urlencode({PARAMETER: filters})}"

    def _ids_in_list(self, request: HttpRequest, filters: str) -> list[int]:
        """Return the ids of the list that these filters give, in its order."""
        asked = HttpRequest()
        asked.method, asked.user = "GET", request.user
        asked.GET = QueryDict(filters)
        if "\x00" in asked.GET.urlencode(safe="\x00"):
            return []  # which PostgreSQL does not take
        try:
            changelist = self.get_changelist_instance(asked)
        except IncorrectLookupParameters:
            return []
        return list(changelist.queryset.values_list("pk", flat=True))
