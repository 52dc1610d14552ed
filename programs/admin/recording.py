"""What a keeper saves is recorded under the keeper's name; the history shows it, in words."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from programs.enums import ChangeKind
from programs.models import Facility, change_set
from programs.upkeep.history import history_of
from programs.upkeep.permissions import Action, may

#: Why a keeper changed something, as typed below the form.
NOTE_FIELD = "_note"
NOTE_MAX_LENGTH = 300

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class Recorded(_ModelAdmin):
    """Records each save, deletion and bulk action as one change set of the keeper."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        extra = {"typed_note": request.POST.get(NOTE_FIELD, ""), **(extra_context or {})}
        with recording(request):
            return super().changeform_view(request, object_id, form_url, extra)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with recording(request):
            return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with recording(request):
            return super().changelist_view(request, *args, **kwargs)


def recording(request: HttpRequest) -> AbstractContextManager[Any]:
    """Return a context whose writes are the signed-in keeper's, with the note that was typed."""
    stack = ExitStack()
    if request.method == "POST":
        note = request.POST.get(NOTE_FIELD, "").strip()[:NOTE_MAX_LENGTH]
        stack.enter_context(transaction.atomic())
        stack.enter_context(change_set(request.user, kind=ChangeKind.ADMIN, note=note))
    return stack


class WithHistory(Recorded):
    """Shows the history of the whole listing in place of Django's log of form saves."""

    #: The lookup from a facility to the row that the page edits.
    listing_lookup = "pk"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not may(request.user, Action.SEE_HISTORY):
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        facility = get_object_or_404(Facility, **{self.listing_lookup: object_id})
        page = history_of(facility, request.user, page=page_number(request))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %s") % facility,
            "opts": self.opts,
            "object_id": object_id,
            "page": page,
            "may_revert": may(request.user, Action.REVERT),
        }
        return render(request, "admin/programs/history.html", context)


def page_number(request: HttpRequest) -> int:
    """Return the page that the address asks for, the first unless told. Raises Http404."""
    number = request.GET.get("page", "1")
    if not number.isdecimal() or not 0 < int(number) < 10_000:
        raise Http404(_("There is no page “%s”.") % number)
    return int(number)
