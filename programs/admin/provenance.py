"""Sources, and the lines of all loads. `releases` has the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from programs.admin.programs import as_text
from programs.admin.rules import HTTPS_ASSUMED, NeverDeleted, ReadOnly
from programs.admin.spreadsheets import Spreadsheets
from programs.models import ImportItem, Source
from programs.upkeep.confidential import lines_for
from programs.upkeep.sheets import SourceSheet

if TYPE_CHECKING:
    _SourceAdmin = admin.ModelAdmin[Source]
    _ItemAdmin = admin.ModelAdmin[ImportItem]
else:
    _SourceAdmin = _ItemAdmin = admin.ModelAdmin


@admin.register(Source)
class SourceAdmin(NeverDeleted, Spreadsheets, _SourceAdmin):
    sheets = (SourceSheet,)
    formfield_overrides = HTTPS_ASSUMED
    list_display = ("name", "kind", "published_on", "date_precision")
    list_filter = ("kind",)
    ordering = ("kind", "name", "id")
    search_fields = ("name", "slug")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Loads find a source by its slug.
        return ("slug",) if obj else ()


@admin.register(ImportItem)
class ImportItemAdmin(ReadOnly, _ItemAdmin):
    """The lines of all runs; a run's page links to its own."""

    list_display = ("name", "action", "row_number", "reason", "run")
    list_filter = ("action", "run")
    ordering = ("run", "action", "row_number", "id")
    show_full_result_count = False
    search_fields = ("name", "reason")
    fields = ("run", "action", "row_number", "program", "name", "reason", "detail_as_text")

    def get_queryset(self, request: HttpRequest) -> Any:
        items = super().get_queryset(request).select_related("run", "program__facility")
        return lines_for(request.user, items)

    @admin.display(description=_("detail"))
    def detail_as_text(self, item: ImportItem) -> str:
        return as_text(item.detail)
