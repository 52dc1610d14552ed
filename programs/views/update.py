"""The one-tap page. What is in its address lets in; nobody signs in and no cookie is set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from programs.enums import LinkState
from programs.upkeep import one_tap, update_links
from programs.upkeep.corrections import TooManyReports
from programs.upkeep.one_tap import OutdatedPageError
from programs.upkeep.update_links import ClosedLinkError
from programs.views.corrections import DAY_IS_USED_UP, FROM_ELSEWHERE, is_from_another_site
from programs.views.limits import address_of, network_of
from programs.views.update_forms import (
    NOT_FROM_HERE,
    AskForm,
    ChangedForm,
    ConfirmForm,
    DetailsForm,
    TapForm,
    UndoForm,
    problems_of,
)
from programs.views.update_page import anchor_of, page_context

OUTDATED = _(
    "This page was out of date: somebody changed the listing, or you went back to an older page."
    " Nothing was changed. Look again, then tap."
)
#: Why a link does not work, and how the page answers.
CLOSED: dict[LinkState, tuple[Any, int]] = {
    LinkState.EXPIRED: (_("This link has expired."), 410),
    LinkState.REVOKED: (_("This link was taken back, so it does not work any more."), 410),
    LinkState.STRANGE: (_("This link is not one of ours, or a part of it is missing."), 404),
}


# Why it needs no CSRF cookie: docs/privacy.md, "One-tap links".
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def update(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is stated of a facility; a tap changes it. To open the link changes nothing."""
    now = timezone.now()
    try:
        if request.method == "POST":
            return _act(request, token, now)
        return _page(request, token, now)
    except ClosedLinkError as closed:
        reason, status = CLOSED[closed.state]
        context = {"reason": reason, "form": AskForm()}
        return render(request, "programs/update_closed.html", context, status=status)


def _act(request: HttpRequest, token: str, now: datetime) -> HttpResponse:
    """Do what was tapped and go back to the page, to where it was tapped."""
    if is_from_another_site(request):
        return _page(request, token, now, problems=[FROM_ELSEWHERE], status=403)
    form_class, act = ACTIONS.get(request.POST.get("do", ""), (None, None))
    if form_class is None or act is None:
        return _page(request, token, now, problems=[NOT_FROM_HERE], status=400)
    form = form_class(request.POST)
    if not form.is_valid():
        return _page(request, token, now, problems=problems_of(form), status=400)
    try:
        anchor = act(request, token, form, now)
    except OutdatedPageError:
        return _page(request, token, now, problems=[OUTDATED], status=409)
    except ValidationError as error:
        return _page(request, token, now, problems=error.messages, status=400)
    except TooManyReports:
        return _page(request, token, now, problems=[DAY_IS_USED_UP], status=429)
    return redirect(f"{resolve_url('programs:update', token)}#{anchor}")


def _page(
    request: HttpRequest, token: str, now: datetime, *, problems: Any = (), status: int = 200
) -> HttpResponse:
    context = page_context(update_links.find(token, now), now)
    context["problems"] = problems
    return render(request, "programs/update.html", context, status=status)


def _tap(request: HttpRequest, token: str, form: Any, now: datetime) -> str:
    tapped = form.tap()
    one_tap.tap(token, tapped, now)
    return anchor_of(tapped.program_id, tapped.term_id)


def _undo(request: HttpRequest, token: str, form: Any, now: datetime) -> str:
    program_id, term_id = one_tap.undo(token, form.cleaned_data["use"], now)
    return anchor_of(program_id, term_id)


def _confirm(request: HttpRequest, token: str, form: Any, now: datetime) -> str:
    said = form.cleaned_data
    one_tap.confirm(token, said["seen"], said["after"], now, timezone.localdate(now))
    return "rest"


def _changed(request: HttpRequest, token: str, form: Any, now: datetime) -> str:
    said = form.cleaned_data
    one_tap.report(
        token, said["program"], said["text"], once=said["once"],
        network=network_of(address_of(request)), now=now,
    )  # fmt: skip
    return "rest"


Act = Callable[[HttpRequest, str, Any, datetime], str]
ACTIONS: dict[str, tuple[type[forms.Form] | None, Act | None]] = {
    "state": (TapForm, _tap),
    "details": (DetailsForm, _tap),
    "undo": (UndoForm, _undo),
    "confirm": (ConfirmForm, _confirm),
    "changed": (ChangedForm, _changed),
}
