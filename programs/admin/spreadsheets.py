"""Spreadsheets of what a list shows: a page beside the list to export from, and to load into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from programs.upkeep.permissions import Action, may
from programs.upkeep.sheet import Sheet
from programs.upkeep.sheet_loading import SheetDifference, load_sheet
from programs.upkeep.spreadsheet_file import (
    ROWS_AT_MOST,
    SpreadsheetError,
    csv_lines,
    decoded,
    read_rows,
)

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

#: What is shown of a difference; the counts tell the rest.
SHOWN_AT_MOST = 500
PREVIEW_SECONDS = 24 * 60 * 60
#: Django's limit for a form is 2.5 MB, and the file travels in one.
PREVIEW_CHARACTERS_AT_MOST = 2_400_000
SALT = "programs.spreadsheets"


class FileForm(forms.Form):
    sheet = forms.ChoiceField(label=gettext_lazy("What it holds"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=gettext_lazy("A sheet exported here, changed, and saved as “CSV UTF-8”."),
    )

    def __init__(self, sheets: list[type[Sheet]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(sheet.slug, sheet.label) for sheet in sheets]
        self.fields["sheet"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> str:
        """Return the text of the file."""
        try:
            return decoded(self.cleaned_data["file"].read())
        except SpreadsheetError as error:
            raise forms.ValidationError(str(error)) from error


class Spreadsheets(_ModelAdmin):
    """Adds to a list its page of spreadsheets. Nothing of it is kept on the server before it is
    loaded: between preview and load the file waits, signed, in the editor's browser.
    """

    sheets: tuple[type[Sheet], ...] = ()
    change_list_template = "admin/programs/change_list_with_spreadsheets.html"

    def get_urls(self) -> list[URLPattern]:
        table = self.opts.model_name
        views = (
            ("spreadsheets/", self.spreadsheets, "spreadsheets"),
            ("spreadsheets/<slug:slug>.csv", self.export_sheet, "export"),
            ("spreadsheets/load/", self.load_file, "load"),
        )
        ours = [
            path(route, self.admin_site.admin_view(view), name=f"programs_{table}_{name}")
            for route, view, name in views
        ]
        return [*ours, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        extra = {"may_export": may(request.user, Action.EXPORT), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def spreadsheets(self, request: HttpRequest) -> HttpResponse:
        """Show what can be exported of the list; preview a file that is sent."""
        check_may_export(request)
        loadable = self._loadable(request)
        if request.method != "POST":
            listed = self._listed(request)
            return self._page(request, form=FileForm(loadable), exports=self._exports(listed))
        form = FileForm(loadable, request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, status=400, form=form)
        slug, text = form.cleaned_data["sheet"], form.cleaned_data["file"]
        name = getattr(form.files["file"], "name", "")
        return self._preview(request, form, slug=slug, text=text, file_name=name)

    def export_sheet(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        """Send the rows of what the list shows, as it is filtered."""
        check_may_export(request)
        sheet = self._sheet(self.sheets, slug)()
        rows = sheet.stored(self._listed(request))
        if is_too_long(rows):
            messages.error(request, too_long_message())
            page = reverse(f"admin:programs_{self.opts.model_name}_spreadsheets")
            return HttpResponseRedirect(f"{page}?{request.GET.urlencode()}")
        lines = csv_lines(sheet.headers, sheet.text_rows(rows))
        name = f"{slug}-{timezone.localdate()}.csv"
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def load_file(self, request: HttpRequest) -> HttpResponse:
        """Load the file of a preview, if it still changes what the preview showed."""
        check_may_export(request)
        return require_POST(self._load_previewed)(request)

    def _load_previewed(self, request: HttpRequest) -> HttpResponse:
        loadable = self._loadable(request)
        try:
            kept = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=PREVIEW_SECONDS)
        except signing.BadSignature:
            message = _("This preview is too old, or not ours. Nothing was changed: load it again.")
            return self._page(request, status=400, form=FileForm(loadable), refusal=message)
        if kept["user"] != request.user.pk:
            raise PermissionDenied
        return self._preview(request, FileForm(loadable), **kept["file"], confirmed=kept["digest"])

    def _preview(
        self,
        request: HttpRequest,
        form: FileForm,
        *,
        slug: str,
        text: str,
        file_name: str,
        confirmed: str = "",
    ) -> HttpResponse:
        """Show the difference that a file makes; with the digest of one that was shown, load it."""
        sheet = self._sheet(self._loadable(request), slug)
        try:
            difference = load_sheet(
                sheet, read_rows(text), user=request.user, note=file_name, confirmed=confirmed
            )
        except SpreadsheetError as error:
            return self._page(request, status=400, form=form, refusal=str(error))
        if confirmed == difference.digest and not difference.problems:
            messages.success(request, _("Loaded. %s") % summary(difference))
            return HttpResponseRedirect(
                reverse(f"admin:programs_{self.opts.model_name}_changelist")
            )
        file = {"slug": slug, "text": text, "file_name": file_name}
        kept = kept_for(request.user.pk, file, difference)
        refusal = ""
        if len(kept) > PREVIEW_CHARACTERS_AT_MOST:
            kept, refusal = "", _("This file is too large to load at once. Load it in parts.")
        elif confirmed:
            refusal = _("The listings changed since your preview. Nothing was loaded: look again.")
        return self._page(
            request,
            status=400 if difference.problems or refusal else 200,
            form=form,
            refusal=refusal,
            sheet=sheet,
            file_name=file_name,
            kept=kept,
            summary=summary(difference),
            changes=difference.changes[:SHOWN_AT_MOST],
            changes_count=len(difference.changes),
            problems=difference.problems[:SHOWN_AT_MOST],
            problems_count=len(difference.problems),
        )

    def _page(self, request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
        context |= self.admin_site.each_context(request)
        context |= {"title": _("Spreadsheets"), "opts": self.opts, "rows_at_most": ROWS_AT_MOST}
        page = "admin/programs/spreadsheets.html"
        return TemplateResponse(request, page, context, status=status)

    def _loadable(self, request: HttpRequest) -> list[type[Sheet]]:
        """Return the sheets whose tables the keeper may change."""
        change = "programs.change_{}"
        tables = [(sheet, sheet._meta.model._meta.model_name) for sheet in self.sheets]
        return [sheet for sheet, name in tables if request.user.has_perm(change.format(name))]

    def _sheet(self, sheets: Iterable[type[Sheet]], slug: str) -> type[Sheet]:
        """Return the sheet of this name. Raises Http404; PermissionDenied if it is not theirs."""
        for sheet in sheets:
            if sheet.slug == slug:
                return sheet
        if any(sheet.slug == slug for sheet in self.sheets):
            raise PermissionDenied
        raise Http404

    def _listed(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what the list shows with the filters of this address. Raises BadRequest."""
        try:
            return self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters as error:
            raise BadRequest(_("The list has no such filter.")) from error

    def _exports(self, listed: QuerySet[Any]) -> list[dict[str, Any]]:
        counted = [(sheet, len_at_most(sheet().stored(listed))) for sheet in self.sheets]
        return [
            {"slug": sheet.slug, "label": sheet.label, "rows": rows, "fits": rows <= ROWS_AT_MOST}
            for sheet, rows in counted
        ]


def check_may_export(request: HttpRequest) -> None:
    """Raise PermissionDenied for who may not export."""
    if not may(request.user, Action.EXPORT):
        raise PermissionDenied


def len_at_most(rows: QuerySet[Any]) -> int:
    """Return how many rows there are, without counting much beyond the limit."""
    return rows.order_by()[: ROWS_AT_MOST + 1].count()


def is_too_long(rows: QuerySet[Any]) -> bool:
    return len_at_most(rows) > ROWS_AT_MOST


def too_long_message() -> str:
    return _("That is more than %s rows. Filter the list first, for example by state.") % (
        f"{ROWS_AT_MOST:,}"
    )


def kept_for(user_id: int | None, file: dict[str, str], difference: SheetDifference) -> str:
    """Return what a preview keeps in the page, or nothing if there is nothing to load."""
    if difference.problems or not difference.changes:
        return ""
    kept = {"user": user_id, "file": file, "digest": difference.digest}
    return signing.dumps(kept, salt=SALT, compress=True)


def summary(difference: SheetDifference) -> str:
    counts = difference.counts
    numbers = (counts["new"], counts["changed"], counts["deleted"], difference.unchanged)
    words = (
        ngettext("%d new row", "%d new rows", numbers[0]),
        ngettext("%d changed", "%d changed", numbers[1]),
        ngettext("%d deleted", "%d deleted", numbers[2]),
        ngettext("%d without a change", "%d without a change", numbers[3]),
    )
    said = (word % number for word, number in zip(words, numbers, strict=True))
    return ", ".join(said) + "."
