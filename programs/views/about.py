"""The pages about the site itself: who runs it, and what it does not do."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.enums import DatePrecision
from programs.models.provenance import name_of_source
from programs.promises import PROMISES
from programs.search.origins import Origin, origins, totals

DAYS_A_YEAR = 365


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who runs the site, where its listings come from, how old that is. Two statements."""
    counted = totals()
    context = {
        "operator": settings.OPERATOR_NAME,
        "contact": contact(settings.OPERATOR_CONTACT),
        "totals": counted,
        "numbers": {
            "listings": f"{counted.listings:,}",
            "confirmed": f"{counted.confirmed:,}",
            "invented": f"{counted.invented:,}",
        },
        "origins": [_as_printed(origin, timezone.localdate()) for origin in origins()],
    }
    return render(request, "programs/about.html", context)


@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    """What "Exit this page" does and does not do."""
    return render(request, "programs/leaving.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What we promise, and what we cannot: printed from the list that the tests walk."""
    return render(request, "programs/privacy.html", {"promises": PROMISES})


def contact(given: str) -> dict[str, str] | None:
    """Return how to reach who runs the site, as a link: a mail address, or a page."""
    if not given:
        return None
    return {"text": given, "href": given if given.startswith("https://") else f"mailto:{given}"}


def _as_printed(origin: Origin, today: date) -> dict[str, Any]:
    return {
        "name": name_of_source(origin.name),
        "url": origin.url,
        "listings": f"{origin.listings:,}",
        "published": _published(origin),
        "age": age(origin.published_on, origin.date_precision, today),
        "loaded_at": origin.last_loaded_at,
    }


def _published(origin: Origin) -> str:
    if origin.published_on is None:
        return _("Not known")
    if origin.date_precision == DatePrecision.YEAR:
        return str(origin.published_on.year)
    return date_format(origin.published_on)


def age(published_on: date | None, precision: str, today: date) -> str:
    """Say how old a release is, no finer than its date is known."""
    if published_on is None:
        return ""
    if precision == DatePrecision.YEAR:
        years = today.year - published_on.year
    else:
        years = (today - published_on).days // DAYS_A_YEAR
    if years < 1:
        return _("less than a year old")
    return ngettext("about %(years)s year old", "about %(years)s years old", years) % {
        "years": years
    }
