"""What every public page shares."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from programs.search.vocabulary import SiteState, site_state


def site_of(request: HttpRequest) -> SiteState:
    """Return the site's state, read once a request: one statement the first time."""
    if not hasattr(request, "site_state"):
        request.site_state = site_state()  # type: ignore[attr-defined]
    state: SiteState = request.site_state  # type: ignore[attr-defined]
    return state


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `site`, read only by pages that print it."""
    return {"site": SimpleLazyObject(lambda: site_of(request))}
