"""The gate of every page for keepers, those of the admin too."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from programs.enums import Role
from programs.upkeep.permissions import Action, may, role_of

View = Callable[..., HttpResponse]

#: After so long a session is over, whatever happens in it; and so long after the last page.
SESSION_SECONDS = 8 * 60 * 60
IDLE_SECONDS = 60 * 60
#: Whoever is less may do without.
FIRST_WITH_SECOND_FACTOR = Role.EDITOR
#: A page is not worth a statement to note that it was seen sooner than this after the last.
SEEN_STEP_SECONDS = 60


def requires(action: Action) -> Callable[[View], View]:
    """Let only those in who may do this; send others to where they get in.

    Facility staff get in for actions that they may do to their own facilities: the view then asks
    `may` again with the facility, or reads it from `facilities_of`. Raises PermissionDenied.
    """

    def decorator(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return turned_away(request, action) or view(request, *args, **kwargs)

        return guarded

    return decorator


def turned_away(
    request: HttpRequest, action: Action, goal: str | None = None
) -> HttpResponse | None:
    """Return where somebody has to go before the goal, by default this page; None if nowhere.

    Raises PermissionDenied if the goal is not for them wherever they go.
    """
    goal = goal or request.get_full_path()
    if not request.user.is_authenticated:
        return redirect_to_login(goal)
    if session_is_over(request):
        logout(request)
        messages.info(request, _("You were signed out after a while. Sign in again to go on."))
        return redirect_to_login(goal)
    if second_factor_is_due(request):
        messages.info(request, _("Your account needs a second factor before you go on."))
        return redirect_to_login(goal, resolve_url("mfa_activate_totp"))
    if not may(request.user, action):
        raise PermissionDenied
    return None


def second_factor_is_due(request: HttpRequest) -> bool:
    """Return whether the session is of one who needs a second factor, and did without. No query
    beyond that for the role."""
    if role_of(request.user) < FIRST_WITH_SECOND_FACTOR:
        return False
    records = get_authentication_records(request, request.user)
    return not any(record["method"] == "mfa" for record in records)


def session_is_over(request: HttpRequest) -> bool:
    """Return whether the session has lasted or rested too long; note that it was seen."""
    now = time.time()
    session = request.session
    seen_at = session.get("seen_at", 0.0)
    if now - session.get("signed_in_at", 0.0) > SESSION_SECONDS or now - seen_at > IDLE_SECONDS:
        return True
    if now - seen_at > SEEN_STEP_SECONDS:
        session["seen_at"] = now
    return False


@receiver(user_logged_in)
def note_the_time(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    request.session["signed_in_at"] = request.session["seen_at"] = time.time()


class KeepersDesk(AdminSite):
    """The admin, open to editors and administrators. Django's `is_staff` means nothing here."""

    site_url = reverse_lazy("programs:landing")  # type: ignore[assignment] # lazy text

    def has_permission(self, request: HttpRequest) -> bool:
        if not may(request.user, Action.SEE_DESK) or session_is_over(request):
            return False
        return not second_factor_is_due(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Refuse an address with a NUL in its query: no column can be compared with one."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.GET.urlencode():
                raise BadRequest("NUL in the query string")
            return guarded(request, *args, **kwargs)

        return checked

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send on to the one place to sign in, or to what else is missing."""
        goal = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(goal, allowed_hosts=None):
            goal = resolve_url("admin:index")
        return turned_away(request, Action.SEE_DESK, goal) or redirect(goal)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")
