"""Sources, and what each load of a file did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from programs.admin.programs import as_text
from programs.admin.rules import HTTPS_ASSUMED, NeverDeleted, ReadOnly
from programs.admin.spreadsheets import Spreadsheets
from programs.enums import ImportAction
from programs.models import ImportItem, ImportRun, Source
from programs.upkeep.sheets import SourceSheet

if TYPE_CHECKING:
    _SourceAdmin = admin.ModelAdmin[Source]
    _RunAdmin = admin.ModelAdmin[ImportRun]
    _ItemAdmin = admin.ModelAdmin[ImportItem]
else:
    _SourceAdmin = _RunAdmin = _ItemAdmin = admin.ModelAdmin


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


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, _RunAdmin):
    list_display = ("file_name", "source", "status", "started_at", "summary")
    list_filter = ("status", "source")
    list_select_related = ("source",)
    ordering = ("-started_at", "-id")
    search_fields = ("file_name", "file_sha256")
    fields = (
        "source",
        "status",
        ("file_name", "edition"),
        "file_sha256",
        ("started_at", "finished_at"),
        "plan",
        "counts_table",
    )

    @admin.display(description=_("rows"))
    def summary(self, run: ImportRun) -> str:
        counted = [(action.label, run.counts.get(action.value)) for action in ImportAction]
        return ", ".join(f"{label}: {number:,}" for label, number in counted if number)

    @admin.display(description=_("plan"))
    def plan(self, run: ImportRun) -> str:
        """Link to the lines of the run, all and by action."""
        links = [(items_url(run), _("All lines"))]
        links += [(items_url(run, action), action.label) for action in ImportAction]
        return format_html_join(" | ", '<a href="{}">{}</a>', links)

    @admin.display(description=_("counts"))
    def counts_table(self, run: ImportRun) -> str:
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", flat_counts(run.counts))
        return format_html("<table>{}</table>", rows)


def items_url(run: ImportRun, action: ImportAction | None = None) -> str:
    query = {"run__id__exact": str(run.pk)}
    if action:
        query["action__exact"] = action.value
    return f"{reverse('admin:programs_importitem_changelist')}?{urlencode(query)}"


def flat_counts(counts: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield each number with the names that lead to it, such as "facts, level_of_care"."""
    for name, value in counts.items():
        path = f"{above}, {name}" if above else name
        if isinstance(value, dict):
            yield from flat_counts(value, path)
        else:
            yield path, f"{value:,}" if isinstance(value, int) else str(value)


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
        return super().get_queryset(request).select_related("run", "program__facility")

    @admin.display(description=_("detail"))
    def detail_as_text(self, item: ImportItem) -> str:
        return as_text(item.detail)
