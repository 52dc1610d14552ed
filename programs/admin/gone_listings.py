"""The queue of listings that the newest federal list no longer has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.admin.finding import StateFilter
from programs.admin.releases import user_of
from programs.admin.rules import ReadOnly
from programs.models import GoneListing
from programs.upkeep import gone_listings
from programs.upkeep.permissions import Action, may

if TYPE_CHECKING:
    _GoneAdmin = admin.ModelAdmin[GoneListing]
else:
    _GoneAdmin = admin.ModelAdmin


class OfState(StateFilter):
    lookup = "program__facility__state"


@admin.register(GoneListing)
class GoneListingAdmin(ReadOnly, _GoneAdmin):
    list_display = ("listing", "town", "state", "missing_since", "call")
    list_display_links = None
    list_filter = (OfState, "missing_since")
    # The source is in the name of the row, which its box to tick is labelled with.
    list_select_related = ("program__facility", "missing_since", "source")
    ordering = ("program__facility__state", "program__facility__city", "id")
    show_full_result_count = False
    search_fields = ("program__facility__name", "program__facility__city")
    actions = ("keep", "close")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GoneListing]:
        return gone_listings.queue()

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.VERIFY)

    @admin.display(description=gettext_lazy("listing"), ordering="program__facility__name")
    def listing(self, record: GoneListing) -> str:
        program = record.program
        address = reverse("admin:programs_program_change", args=[program.pk])
        return format_html('<a href="{}">{}</a>', address, program)

    @admin.display(description=gettext_lazy("city or town"))
    def town(self, record: GoneListing) -> str:
        return record.program.facility.city

    @admin.display(description=gettext_lazy("state"))
    def state(self, record: GoneListing) -> str:
        return record.program.facility.state

    @admin.display(description=gettext_lazy("call"))
    def call(self, record: GoneListing) -> str:
        facility_id = record.program.facility_id
        address = reverse("admin:programs_callsheet_sheet", args=[facility_id])
        return format_html('<a href="{}">{}</a>', address, _("Call sheet"))

    @admin.action(
        description=gettext_lazy("Keep: it is open, though not in the list"), permissions=["verify"]
    )
    def keep(self, request: HttpRequest, records: QuerySet[GoneListing]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self.preview(request, records, "keep", _("Keep these as open"))
        count = gone_listings.keep(records, user_of(request), today=timezone.localdate())
        messages.success(request, _("Kept: %(count)s.") % {"count": count})
        return None

    @admin.action(description=gettext_lazy("Close: it is closed"), permissions=["verify"])
    def close(self, request: HttpRequest, records: QuerySet[GoneListing]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self.preview(request, records, "close", _("Close these listings"))
        count = gone_listings.close(records, user_of(request))
        messages.success(request, _("Closed: %(count)s.") % {"count": count})
        return None

    def preview(
        self, request: HttpRequest, records: QuerySet[GoneListing], action: str, title: str
    ) -> HttpResponse:
        """List what will change, for a keeper to confirm."""
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "action": action,
            "records": records.select_related("program__facility").order_by("pk"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/programs/gonelisting/preview.html", context)
