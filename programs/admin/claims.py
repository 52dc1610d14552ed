"""The queue of claims, and the page on which one is decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.admin.finding import FacilityStateFilter
from programs.admin.rules import ReadOnly
from programs.enums import ClaimState
from programs.models import Claim
from programs.upkeep import claims
from programs.upkeep.claims import ClaimDecidedError, ClaimError
from programs.upkeep.invitations import InvitationError
from programs.upkeep.permissions import Action, may

NOTE_LIMIT, NAME_LIMIT = 500, 160

if TYPE_CHECKING:
    _ClaimAdmin = admin.ModelAdmin[Claim]
else:
    _ClaimAdmin = admin.ModelAdmin


class NewFirst(admin.SimpleListFilter):
    """Shows what waits unless asked for others."""

    title = gettext_lazy("state")
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("decided", _("Decided")), ("all", _("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Waiting")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "decided":
                return queryset.exclude(state=ClaimState.NEW)
            case "all":
                return queryset
            case _:
                return queryset.filter(state=ClaimState.NEW)


@admin.register(Claim)
class ClaimAdmin(ReadOnly, _ClaimAdmin):
    list_display = ("facility", "name", "email", "job", "received_at", "state")
    list_filter = (NewFirst, FacilityStateFilter)
    list_select_related = ("facility__organization",)
    ordering = ("received_at", "id")
    show_full_result_count = False
    search_fields = ("facility__name", "facility__city", "name", "email")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show one claim; approve or reject it when asked to."""
        if not may(request.user, Action.REVIEW):
            raise PermissionDenied
        claim = self.get_object(request, object_id)
        if claim is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if request.method != "POST":
            return self._page(request, claim)
        try:
            return self._decide(request, claim)
        except ClaimDecidedError as decided:
            state = decided.claim.get_state_display()
            messages.warning(request, _("Somebody decided it before you: %s.") % state)
            return redirect("admin:programs_claim_changelist")
        except (ClaimError, InvitationError) as error:
            return self._page(request, claim, problem=str(error), status=400)

    def _decide(self, request: HttpRequest, claim: Claim) -> HttpResponse:
        user: Any = request.user
        now, invited = timezone.now(), None
        if "reject" in request.POST:
            note = request.POST.get("note", "").strip()[:NOTE_LIMIT]
            if not note:
                return self._page(request, claim, problem=_("Say why in the note."), status=400)
            claims.reject(claim.pk, note, user=user, now=now)
        else:
            name = request.POST.get("organization", "").replace("\0", "").strip()[:NAME_LIMIT]
            invited = claims.approve(claim.pk, organization_name=name, user=user, now=now)
        claim.refresh_from_db()
        try:
            claims.mail_decision(claim, invited)
            messages.success(request, _("%s. A mail is on its way.") % claim.get_state_display())
        except OSError:
            messages.warning(
                request, _("%s. The mail failed: send it again.") % claim.get_state_display()
            )
        return redirect("admin:programs_claim_changelist")

    def _page(
        self, request: HttpRequest, claim: Claim, *, problem: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Claim of %s") % claim.facility,
            "claim": claim,
            "shares_domain": claims.shares_domain(claim),
            "opens": claims.opens(claim).order_by("name", "id"),
            "phones": claim.facility.phones.order_by("position", "id"),
            "organization": request.POST.get("organization", claim.facility.name),
            "note": request.POST.get("note", ""),
            "problem": problem,
            "is_open": claim.state == ClaimState.NEW,
        }
        return render(request, "admin/programs/claim/decide.html", context, status=status)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).select_related(*self.list_select_related)
