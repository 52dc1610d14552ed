"""One button that hides the address of a facility, or shows it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from programs.models import Facility
from programs.upkeep.confidential import hide_address, show_address
from programs.upkeep.permissions import Action, may

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class HidesAddresses(_ModelAdmin):
    change_form_template = "admin/programs/facility/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.confidential)
        name = "programs_facility_confidential"
        return [path("<int:facility_id>/confidential/", view, name=name), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_hide_address"] = may_hide_address(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def confidential(self, request: HttpRequest, facility_id: int) -> HttpResponse:
        """Say what becomes of the address, and do it."""
        if not may_hide_address(request):
            raise PermissionDenied
        facility = get_object_or_404(Facility, pk=facility_id)
        if request.method != "POST":
            context = self.admin_site.each_context(request)
            context |= {"opts": self.opts, "facility": facility, "title": _("Confidential address")}
            return render(request, "admin/programs/facility/confidential.html", context)
        if "hide" in request.POST:
            hide_address(facility.pk, user=request.user)
            messages.success(request, _("The address is confidential."))
        elif "show" in request.POST:
            show_address(facility.pk, user=request.user)
            messages.success(request, _("The address is public. Check the coordinates."))
        return redirect("admin:programs_facility_change", facility.pk)


def may_hide_address(request: HttpRequest) -> bool:
    return may(request.user, Action.SEE_CONFIDENTIAL_ADDRESS) and may(
        request.user, Action.EDIT_IDENTITY
    )
