"""The queue of claims, and the page on which one is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.admin.finding import FacilityStateFilter
from programs.admin.queues import Queue, WaitingFirst
from programs.enums import ClaimState
from programs.models import Claim
from programs.upkeep import claims
from programs.upkeep.claims import ClaimDecidedError, ClaimError
from programs.upkeep.invitations import InvitationError
from programs.upkeep.permissions import Action

NOTE_LIMIT, NAME_LIMIT = 500, 160


class NewFirst(WaitingFirst):
    waiting = Q(state=ClaimState.NEW)
    decided = ~waiting


@admin.register(Claim)
class ClaimAdmin(Queue):
    action = Action.REVIEW
    list_display = ("facility", "name", "email", "job", "received_at", "state")
    list_filter = (NewFirst, FacilityStateFilter)
    list_select_related = ("facility__organization",)
    ordering = ("received_at", "id")
    search_fields = ("facility__name", "facility__city", "name", "email")

    def work_on(self, request: HttpRequest, claim: Claim) -> HttpResponse:
        """Show one claim; approve or reject it when asked to."""
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
