"""How keepers sign in: what we ask of allauth beyond its settings."""

from __future__ import annotations

import logging
import time
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    clear_authentication_records,
    record_authentication,
)
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache
from qrcode.image.svg import SvgPathImage

from programs.upkeep.accounts import password_lock_key
from programs.upkeep.permissions import Action, may, role_of
from programs.views.keepers import FIRST_WITH_SECOND_FACTOR

logger = logging.getLogger(__name__)

#: So long after signing in nobody has to prove again who they are.
JUST_SIGNED_IN_SECONDS = 5 * 60


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if may(request.user, Action.SEE_DESK):
            return resolve_url("admin:index")
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def is_reauthentication_required(self, *, app: str) -> bool:
        signed_in_at = context.request.session.get("signed_in_at", 0.0)
        return time.time() - signed_in_at > JUST_SIGNED_IN_SECONDS

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link on the site's own address, whatever host the request named."""
        path = resolve_url("account_reset_password_from_key", "UID", "KEY")
        return settings.SITE_URL + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send; where the mail server is down the page goes on, and the log says so."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            logger.error("Mail %s could not be sent: %s", template_prefix, error)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Name the lock by the account alone: allauth's name has the host and port that the
        request gives itself, and so as many attempts as there are ports."""
        return password_lock_key(credentials.get("email") or credentials.get("username") or "")


class SecondFactorAdapter(DefaultMFAAdapter):
    def build_totp_svg(self, url: str) -> str:
        """Return the code as SVG to put into the page: an image would need an address."""
        svg: bytes = qrcode.make(url, image_factory=SvgPathImage, box_size=16).to_string()
        return svg.decode()


class SetUpSecondFactor(ActivateTOTPView):
    """The code that sets it up proves it for this session; others have to sign in again."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_needed = role_of(self.request.user) >= FIRST_WITH_SECOND_FACTOR
        return {**super().get_context_data(**kwargs), "is_needed": is_needed}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp")
        return response


class TurnOffSecondFactor(DeactivateTOTPView):
    """Whoever needs one, because they change phones say, has to set up the next at once."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        clear_authentication_records(self.request)
        return response


set_up_second_factor = never_cache(SetUpSecondFactor.as_view())
turn_off_second_factor = never_cache(TurnOffSecondFactor.as_view())
