"""A keeper's own pages: taking an invitation, and the account."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from programs.enums import Role
from programs.upkeep import invitations
from programs.upkeep.invitations import InvitationError
from programs.upkeep.permissions import Action, facilities_of, may, role_of


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Let who was invited choose a password. To open the link changes nothing: scanners do."""
    secret = request.GET.get("key", "")
    try:
        invited = invitations.find(secret, timezone.now())
        form = password_form(invited.email, request)
        if request.method == "POST" and form.is_valid():
            user = invitations.accept(secret, form.cleaned_data["new_password1"])
            return signed_in(request, user)
    except InvitationError as error:
        return render(request, "programs/invitation_closed.html", {"reason": error}, status=410)
    status = 400 if form.errors else 200
    context = {"form": form, "invitation": invited}
    return render(request, "programs/invitation.html", context, status=status)


def password_form(email: str, request: HttpRequest) -> SetPasswordForm[User]:
    """Ask for a password twice, unlike the address that it is for."""
    return SetPasswordForm(User(username=email, email=email), request.POST or None)


def signed_in(request: HttpRequest, user: User) -> HttpResponse:
    """Sign a new keeper in, and send them on to set up a second factor."""
    login(request, user)
    record_authentication(request, user, method="password", email=user.email)
    return redirect("mfa_activate_totp")


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who the keeper is to us, what they may keep, and the way to password and second factor."""
    role = role_of(request.user)
    facilities = []
    if role == Role.FACILITY_STAFF:
        facilities = list(facilities_of(request.user).order_by("name", "id"))
    context = {
        "role": role,
        "facilities": facilities,
        "may_see_desk": may(request.user, Action.SEE_DESK),
    }
    return render(request, "programs/account.html", context)
