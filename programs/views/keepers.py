"""The gate of every page for keepers, those of the admin too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from programs.upkeep.permissions import Action, may

View = Callable[..., HttpResponse]


def requires(action: Action) -> Callable[[View], View]:
    """Let only those in who may do this; ask who is not signed in to do so.

    Facility staff get in for actions that they may do to their own facilities: the view then asks
    `may` again with the facility, or reads it from `facilities_of`. Raises PermissionDenied.
    """

    def decorator(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorator


class KeepersDesk(AdminSite):
    """The admin, open to editors and administrators. Django's `is_staff` means nothing here."""

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.SEE_DESK)
