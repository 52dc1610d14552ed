"""The one-tap links of somebody who is signed in as facility staff: theirs alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.enums import LinkState, Role
from programs.models import Facility, UpdateLink
from programs.upkeep import update_links
from programs.upkeep.permissions import Action, facilities_of, role_of
from programs.upkeep.reminders import AskedLatelyError, own_link
from programs.upkeep.time_zones import time_zones_of
from programs.views.keepers import requires


@requires(Action.EDIT_LISTING)
@require_http_methods(["GET", "HEAD", "POST"])
def own_links(request: HttpRequest) -> HttpResponse:
    """List the links that work; mail one, or make one stop."""
    user: Any = request.user
    if request.method == "POST":
        _act(request, user)
        return redirect("programs:own-links")
    context = {
        "links": _links(user),
        "facilities": _own_facilities(user).order_by("name", "id"),
    }
    return render(request, "programs/own_links.html", context)


def _own_facilities(user: Any) -> QuerySet[Facility]:
    """Return the facilities of the organizations of staff. Editors send links from the desk."""
    if role_of(user) != Role.FACILITY_STAFF:
        return Facility.objects.none()
    return facilities_of(user).distinct()


def _own_links(user: Any) -> QuerySet[UpdateLink]:
    """Return the links of the user, of whom a superuser may be no keeper. In no order."""
    return UpdateLink.objects.filter(keeper__user=user)


def _links(user: Any) -> list[tuple[UpdateLink, date]]:
    """Return the links that work, each with the day on which it ends where the facility is."""
    now = timezone.now()
    links = _own_links(user).select_related("facility").order_by("facility__name", "id")
    working = [link for link in links if link.state(now) == LinkState.OPEN]
    zones = time_zones_of({link.facility for link in working})
    return [
        (link, timezone.localdate(link.expires_at, zones[link.facility_id])) for link in working
    ]


def _act(request: HttpRequest, user: Any) -> None:
    """Do what the button says. Raises Http404 for what is not theirs."""
    now = timezone.now()
    if "revoke" in request.POST:
        link = _row(_own_links(user), request.POST["revoke"])
        update_links.revoke(link, now)
        messages.success(request, _("The link does not work any more."))
        return
    facility: Facility = _row(_own_facilities(user), request.POST.get("send", ""))
    try:
        own_link(user.keeper, facility, now)
    except AskedLatelyError:
        messages.info(request, _("A mail with this link went out less than an hour ago."))
    else:
        messages.success(request, _("A mail with the link comes within half an hour."))


def _row(rows: Any, number: str) -> Any:
    found = rows.filter(pk=number).first() if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise Http404
    return found
