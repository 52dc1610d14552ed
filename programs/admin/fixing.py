"""Editing a listing because of a report: recorded as its fix, and back to the report after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from programs.enums import ChangeKind
from programs.models import Correction, change_set
from programs.upkeep.permissions import Action, may

#: In the address of the page, such as ?correction=12.
PARAMETER = "correction"

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class FixesReports(_ModelAdmin):
    """A page of the admin that a report leads to."""

    #: The lookup from a report to what this page edits.
    reported_lookup = "program"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        correction_id = self._reported(request, object_id)
        if correction_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method != "POST":
            messages.info(
                request, _("This is for report %s: saving leads back to it.") % correction_id
            )
            return super().changeform_view(request, object_id, form_url, extra_context)
        with (
            transaction.atomic(),
            change_set(request.user, kind=ChangeKind.CORRECTION, correction=correction_id),
        ):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        correction_id = self._reported(request, str(obj.pk))
        if correction_id is None:
            return super().response_post_save_change(request, obj)
        return redirect("admin:programs_correction_change", correction_id)

    def _reported(self, request: HttpRequest, object_id: str | None) -> int | None:
        """Return the report that the address names, if it is about what is edited. One query."""
        asked = request.GET.get(PARAMETER, "")
        ids = [number for number in (asked, object_id or "") if number.isdecimal()]
        if len(ids) < 2 or not may(request.user, Action.HANDLE_CORRECTIONS):
            return None
        found = Correction.objects.filter(pk=asked, **{self.reported_lookup: object_id})
        return found.values_list("pk", flat=True).first()
