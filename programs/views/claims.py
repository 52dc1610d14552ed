"""Claiming a listing, and what became of a claim. No cookie, no account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from programs.enums import ClaimState
from programs.models import Program
from programs.models.claim import EVIDENCE_LIMIT
from programs.upkeep import claims
from programs.upkeep.claims import Claimed
from programs.upkeep.corrections import TooManyReports, new_token
from programs.views.corrections import DAY_IS_USED_UP, FROM_ELSEWHERE, is_from_another_site
from programs.views.limits import address_of, network_of
from programs.views.report_form import Text

SALT = "programs.claim"
STAMP_LIFE = timedelta(days=1)
STALE = gettext_lazy("This form was open for too long. Please send it again.")
TRAPPED = gettext_lazy("Leave the hidden field empty, and send it again.")


class ClaimForm(forms.Form):
    """Who says that they run the place, and how to check it."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("Your work e-mail"),
        max_length=150,
        help_text=gettext_lazy("Best is one at the web address of the place."),
    )
    job = forms.CharField(label=gettext_lazy("Your work there"), max_length=120)
    evidence = Text(
        label=gettext_lazy("How can we check this?"),
        max_length=EVIDENCE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Such as a page that names you, or a number where we can call you."),
    )
    homepage = forms.CharField(required=False)
    stamp = forms.CharField()

    def clean_homepage(self) -> str:
        if self.cleaned_data["homepage"]:
            raise ValidationError(TRAPPED)
        return ""

    def clean_stamp(self) -> str:
        """Return the secret of the link that the claimant will get."""
        try:
            return str(signing.loads(self.cleaned_data["stamp"], salt=SALT, max_age=STAMP_LIFE))
        except signing.BadSignature:
            raise ValidationError(STALE) from None

    def fresh_stamp(self) -> str:
        """Return the stamp that was sent, or a new one where that is no good."""
        is_good = self.is_bound and "stamp" not in self.errors
        return str(self["stamp"].value()) if is_good else signing.dumps(new_token(), salt=SALT)

    def claimed(self, facility_id: int) -> Claimed:
        """Return what was claimed, of a valid form."""
        said = {name: self.cleaned_data[name] for name in ("name", "email", "job", "evidence")}
        return Claimed(facility_id=facility_id, **said)


# Why it needs no CSRF cookie: docs/privacy.md, "Reports". It acts for nobody who is signed in.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, program_id: int, slug: str) -> HttpResponse:
    """Ask who runs the place; a claim that is sent leads to its status page."""
    programs = Program.objects.published().with_facility()
    program = get_object_or_404(programs, pk=program_id)
    if request.method != "POST":
        return _page(request, program, ClaimForm())
    form = ClaimForm(request.POST)
    if is_from_another_site(request):
        return _page(request, program, form, problem=FROM_ELSEWHERE, status=403)
    if not form.is_valid():
        return _page(request, program, form, status=400)
    token = form.cleaned_data["stamp"]
    network = network_of(address_of(request))
    try:
        claims.receive(
            form.claimed(program.facility_id), token=token, network=network, now=timezone.now()
        )
    except TooManyReports:
        return _page(request, program, form, problem=DAY_IS_USED_UP, status=429)
    return redirect("programs:claim-status", token)


def _page(
    request: HttpRequest, program: Program, form: ClaimForm, *, problem: Any = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "program": program, "problem": problem}
    return render(request, "programs/claim.html", context, status=status)


@never_cache
@require_safe
def claim_status(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a claim, for whoever has its link."""
    found = claims.claimed_with(token)
    said = status_text(ClaimState(found.state)) if found else ""
    context = {"claim": found, "said": said}
    return render(request, "programs/claim_status.html", context, status=200 if found else 404)


def status_text(state: ClaimState) -> str:
    match state:
        case ClaimState.NEW:
            return _("We have your request. An editor will look at it.")
        case ClaimState.APPROVED:
            return _("Approved. We sent you a mail: it says how to go on.")
        case ClaimState.REJECTED:
            return _("We could not approve your request.")
