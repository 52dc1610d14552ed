"""The page for somebody who used again: safety first, then who says they can help near a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.http import require_safe

from programs import crisis_lines
from programs.enums import SearchAspect
from programs.filters import ProgramFilter
from programs.search.criteria import Near, SearchCriteria
from programs.search.engine import SearchResults, search
from programs.search.places import ResolvedPlace
from programs.search.vocabulary import Vocabulary
from programs.views.links import WayOut, ways_out
from programs.views.results import results_of
from programs.views.site import site_of

#: What can be started for opioid use, and lowers the risk of death while it is taken.
MEDICINES = ("methadone", "buprenorphine")
#: When the words of the page last changed: docs/content.md.
WRITTEN_ON = date(2026, 11, 22)
#: The nearest are shown with their numbers; the rest is one tap away.
NEAREST_SHOWN = 3
#: They stay on the phone with somebody who uses alone.
NEVER_ALONE = ("never-use-alone", "safespot")

#: What the places may say as well, by facet and term.
WAYS_TO_START_SOON = {
    ("access", "same_day_medicine"): ngettext_lazy(
        "%(count)s of them says you can start medicine the same day",
        "%(count)s of them say you can start medicine the same day",
        "count",
    ),
    ("access", "walk_in"): ngettext_lazy(
        "%(count)s of them says you can walk in",
        "%(count)s of them say you can walk in",
        "count",
    ),
    ("access", "intake_any_time"): ngettext_lazy(
        "%(count)s of them says it takes people in day and night",
        "%(count)s of them say they take people in day and night",
        "count",
    ),
}
WAYS_FOR_ANYTHING = {
    ("access", "walk_in"): ngettext_lazy(
        "%(count)s place says you can walk in", "%(count)s places say you can walk in", "count"
    ),
    ("access", "welcomes_returning"): ngettext_lazy(
        "%(count)s place says it welcomes people back",
        "%(count)s places say they welcome people back",
        "count",
    ),
    ("track", "return_to_use"): ngettext_lazy(
        "%(count)s place says it has a group for after a return to use",
        "%(count)s places say they have a group for after a return to use",
        "count",
    ),
    ("level_of_care", "withdrawal_care"): ngettext_lazy(
        "%(count)s place says it has withdrawal care (detox)",
        "%(count)s places say they have withdrawal care (detox)",
        "count",
    ),
}
Ways = Mapping[tuple[str, str], Any]


@require_safe
def used_again(request: HttpRequest) -> HttpResponse:
    """The page. One statement without a place; with one, the place and two searches more."""
    never_alone = [crisis_lines.BY_SLUG[slug] for slug in NEVER_ALONE]
    context: dict[str, Any] = {"never_alone": never_alone, "written_on": WRITTEN_ON}
    near = request.GET.get("near", "")
    if not near.strip():
        return render(request, "programs/used_again.html", context)
    query = QueryDict(mutable=True)
    query["near"] = near
    program_filter = ProgramFilter(query, vocabulary=site_of(request).vocabulary)
    context["near"] = near
    if not program_filter.is_valid():
        context["error"] = " ".join(map(str, program_filter.form.errors["near"]))
        context["suggested_places"] = program_filter.form.suggested_places
        return render(request, "programs/used_again.html", context, status=400)
    return render(request, "programs/used_again.html", context | _near(query, program_filter))


def _near(query: QueryDict, program_filter: ProgramFilter) -> dict[str, Any]:
    """Return what is said near the place: of medicines to start, and of all care."""
    vocabulary, criteria = program_filter.vocabulary, program_filter.criteria()
    now = timezone.now()
    anything = search(criteria, vocabulary, now=now)
    context: dict[str, Any] = {
        "where": _where(criteria, program_filter.place),
        "for_anything": [*_for_anything(query, anything)],
    }
    medicines = _medicines(vocabulary)
    if medicines:
        to_start = replace(
            criteria, wanted={"medication": medicines}, medication_aspect=SearchAspect.START
        )
        found = search(to_start, vocabulary, now=now)
        starting = query.copy()
        starting.setlist("medication", list(medicines))
        starting["medication_access"] = SearchAspect.START
        context |= {
            "starts": _starts(starting, found),
            "soon": [*_soon(starting, found)],
            "farther": _farther(starting, found),
            "results": results_of(found.matches[:NEAREST_SHOWN], to_start, vocabulary, now=now),
        }
    return context


def _medicines(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return those of `MEDICINES` that keepers have not taken out of the vocabulary."""
    facet = vocabulary.by_slug.get("medication")
    return tuple(slug for slug in MEDICINES if facet and slug in facet.by_slug)


def _starts(query: QueryDict, found: SearchResults) -> WayOut:
    text = ngettext(
        "%(count)s place says it can start you on methadone or buprenorphine",
        "%(count)s places say they can start you on methadone or buprenorphine",
        found.total,
    ) % {"count": found.total}
    return WayOut("start", found.total, text, _search_url(query))


def _soon(query: QueryDict, found: SearchResults) -> Iterator[WayOut]:
    """Yield which of the places that can start medicine may do so soon; none that nobody says."""
    text = ngettext(
        "%(count)s of them says it has openings now",
        "%(count)s of them say they have openings now",
        found.openings,
    )
    yield from _with_openings(query, found, text)
    yield from _ways(query, found, WAYS_TO_START_SOON)


def _for_anything(query: QueryDict, found: SearchResults) -> Iterator[WayOut]:
    """Yield what is said of care for whatever was used."""
    text = ngettext(
        "%(count)s place says it has openings now",
        "%(count)s places say they have openings now",
        found.openings,
    )
    yield from _with_openings(query, found, text)
    yield from _ways(query, found, WAYS_FOR_ANYTHING)
    text = ngettext("%(count)s place in all", "%(count)s places in all", found.total)
    yield WayOut("all", found.total, text % {"count": found.total}, _search_url(query))


def _with_openings(query: QueryDict, found: SearchResults, text: str) -> Iterator[WayOut]:
    if found.openings:
        asked = query.copy()
        asked["openings"] = "now"
        said = text % {"count": found.openings}
        yield WayOut("openings", found.openings, said, _search_url(asked))


def _ways(query: QueryDict, found: SearchResults, ways: Ways) -> Iterator[WayOut]:
    counts = {
        (facet.slug, option.slug): option.program_count or 0
        for facet in found.facets
        for option in facet.options
    }
    for (facet, term), text in ways.items():
        if count := counts.get((facet, term), 0):
            asked = query.copy()
            asked[facet] = term
            yield WayOut(term, count, text % {"count": count}, _search_url(asked))


def _farther(query: QueryDict, found: SearchResults) -> Iterable[WayOut]:
    """Return wider circles, and the nearest place of all, where few are near."""
    if not found.is_few:
        return []
    # No filter to drop: that it can be started is the point.
    beyond = ways_out(query, replace(found, relaxations=()))
    return [
        replace(way, url=_search_url(QueryDict(way.url[1:]))) if way.url.startswith("?") else way
        for way in beyond
    ]


def _search_url(query: QueryDict) -> str:
    return f"{reverse('programs:search')}?{query.urlencode()}"


def _where(criteria: SearchCriteria, place: ResolvedPlace | None) -> str:
    if isinstance(criteria.where, Near):
        return _("Within %(miles)s miles of %(place)s") % {
            "miles": criteria.where.radius_miles,
            "place": place.place if place else "",
        }
    return _("In %(place)s") % {"place": place.place if place else ""}
