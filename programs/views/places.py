"""Names of places for somebody who is typing one. Pages work without it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from programs.search.suggestions import suggested_places
from programs.views.limits import AddressLimit, address_of

#: Place names hardly change. What somebody typed is for their own browser to keep, for no other.
CACHE_SECONDS = 6 * 60 * 60
#: For one address and server process. A library or a shelter is many people behind one address.
ANSWERS_PER_MINUTE = 120

_limit = AddressLimit(ANSWERS_PER_MINUTE)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The options of the list under the place field. One statement; over the limit none."""
    if not _limit.allows(address_of(request)):
        return HttpResponse(status=429, headers={"Retry-After": "60", "Cache-Control": "no-store"})
    return _suggestions(request)


@cache_control(private=True, max_age=CACHE_SECONDS)
def _suggestions(request: HttpRequest) -> HttpResponse:
    places = suggested_places(request.GET.get("near", ""))
    return render(request, "programs/_suggestions.html", {"places": places})
