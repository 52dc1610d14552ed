"""The landing page and the results page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from programs.enums import Miles, Need, SearchAspect, Sort
from programs.explainers import Explainer, pages_about
from programs.filters import ProgramFilter
from programs.search.crisis import is_crisis
from programs.search.criteria import PAGE_SIZE, Near, SearchCriteria
from programs.search.engine import FEW, SearchResults, search
from programs.search.needs import parameters_of
from programs.search.options import options_without_counts
from programs.search.places import ResolvedPlace
from programs.search.ranking import RANKING
from programs.search.shortlist import MOST_PROGRAMS
from programs.search.vocabulary import Vocabulary
from programs.views.links import Pill, openings_pill, pills, ways_out
from programs.views.results import results_of
from programs.views.site import site_of
from programs.views.summary import summary
from programs.views.words import understood, what_was_read

#: Above the results stand no more links to explain words than these.
MOST_EXPLAINED = 3
#: Facets that the landing page asks for; the results page has them all.
LANDING_FACETS = ("payment", "level_of_care", "medication")


class HtmxRequest(HttpRequest):
    """A request as the middleware of django-htmx leaves it."""

    htmx: HtmxDetails


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The search box. One statement."""
    vocabulary = site_of(request).vocabulary
    facets = [vocabulary.by_slug[slug] for slug in LANDING_FACETS if slug in vocabulary.by_slug]
    context = {
        "needs": Need.choices,
        "facets": facets,
        "miles_choices": Miles,
        "miles": Miles.TWENTY_FIVE,
    }
    return render(request, "programs/landing.html", context)


@require_safe
@vary_on_headers("HX-Request", "HX-Request-Type")
def results(request: HtmxRequest) -> HttpResponse:
    """A page of matches. Five statements: site, place, and the three of the search.

    One more for a misspelt place, and one more where a name is searched.

    A need, such as "medicine today", leads on to the same search with the filters it stands for.
    For htmx only what is in <main>, with the title; the whole page again when it goes back.
    A query string that cannot be understood is a 400 with a message on the field that is wrong.
    """
    vocabulary = site_of(request).vocabulary
    program_filter = ProgramFilter(request.GET, vocabulary=vocabulary)
    if not program_filter.is_valid():
        context = _unanswered_context(request, program_filter)
        return render(request, "programs/search.html", context | _layout(request), status=400)
    if need := program_filter.form.cleaned_data["need"]:
        return redirect(_in_filters(request, need, vocabulary))
    now = timezone.now()
    found = search(program_filter.criteria(), vocabulary, now=now)
    words, near = program_filter.words, program_filter.form.cleaned_data["near"]
    query = understood(request.GET, words)
    is_beyond_the_end = found.criteria.page > found.page_count
    context = {
        "form": program_filter.form,
        "found": found,
        "facets": found.facets,
        "results": results_of(found.matches, found.criteria, vocabulary, now=now),
        "summary": summary(
            found.criteria, program_filter.place, total=found.total, remote=found.remote
        ),
        "order": _order(found.criteria, program_filter.place),
        "words": what_was_read(request.GET, words, near),
        "is_crisis": _is_crisis(request),
        "q": query.get("q", ""),
        "near": query.get("near", ""),
        "openings_count": found.openings,
        "pills": _pills(request.GET, program_filter, found),
        "explained": _explained(found.criteria),
        "ways_out": ways_out(query, found) if found.is_few else (),
        "other_readings": near.also if near else (),
        "is_beyond_the_end": is_beyond_the_end,
        **_paging(found),
        **_ticks(program_filter, [match.program_id for match in found.matches]),
        **_choices(program_filter.form.cleaned_data),
        **_layout(request),
    }
    status = 404 if is_beyond_the_end else 200
    return render(request, "programs/search.html", context, status=status)


def _paging(found: SearchResults) -> dict[str, Any]:
    page = found.criteria.page
    return {
        "first_number": str((page - 1) * PAGE_SIZE + 1),
        "page_of_pages": _("Page %(page)s of %(pages)s")
        % {"page": page, "pages": found.page_count},
        "previous_page": page - 1,
        "next_page": page + 1,
    }


def _in_filters(request: HttpRequest, need: Need, vocabulary: Vocabulary) -> str:
    """Return the address of the search with a need in the words of the filters."""
    query = _without_blanks(request.GET)
    del query["need"]
    for name, values in parameters_of(need, vocabulary).items():
        query.setlist(name, values)
    return f"{request.path}?{query.urlencode()}"


def _without_blanks(asked: QueryDict) -> QueryDict:
    """Drop the fields that were left empty: an address tells no more than was asked."""
    query = QueryDict(mutable=True)
    for name, values in asked.lists():
        if filled := [value for value in values if value.strip()]:
            query.setlist(name, filled)
    return query


def _pills(query: QueryDict, program_filter: ProgramFilter, found: SearchResults) -> list[Pill]:
    openings = [openings_pill(query)] if found.criteria.openings_now else []
    return openings + pills(query, found.facets, but_for=_read_terms(program_filter))


def _explained(criteria: SearchCriteria) -> list[Explainer]:
    """Return the pages about what was asked for, such as "What is IOP?"."""
    terms = ((facet, term) for facet, chosen in criteria.wanted.items() for term in chosen)
    return pages_about(terms, get_language(), most=MOST_EXPLAINED)


def _is_crisis(request: HttpRequest) -> bool:
    return is_crisis(" ".join(request.GET.getlist("q")))


def _read_terms(program_filter: ProgramFilter) -> set[tuple[str, str]]:
    """Return the parameters that only the search box names."""
    values = program_filter.form.cleaned_data
    names = [
        (f"not_{term.facet}" if term.is_left_out else term.facet, slug)
        for term in program_filter.words.terms
        for slug in term.terms
    ]
    return {(name, slug) for name, slug in names if slug not in values.get(name, ())}


@require_safe
def how_we_rank(request: HttpRequest) -> HttpResponse:
    """The rule of the order, printed from the table that orders."""
    context = {
        "ranking": [(sort.label, [key.words for key in keys]) for sort, keys in RANKING.items()],
        "default_miles": Miles.TWENTY_FIVE,
        "few": FEW,
    }
    return render(request, "programs/how_we_rank.html", context)


def _layout(request: HtmxRequest) -> dict[str, str]:
    is_part = request.htmx and request.htmx.request_type == "partial"
    return {"layout": "fragment.html" if is_part else "base_with_exit.html"}


def _unanswered_context(request: HttpRequest, program_filter: ProgramFilter) -> dict[str, Any]:
    form = program_filter.form
    return {
        "form": form,
        "errors": [
            (form.fields[name].label, " ".join(map(str, messages)))
            for name, messages in form.errors.items()
        ],
        "suggested_places": form.suggested_places,
        "is_crisis": _is_crisis(request),
        "q": request.GET.get("q", ""),
        "near": request.GET.get("near", ""),
        "facets": options_without_counts(
            program_filter.vocabulary,
            {name: tuple(request.GET.getlist(name)) for name in request.GET},
        ),
        # What was understood stays chosen.
        **_choices(form.cleaned_data),
        **_ticks(program_filter, []),
    }


def _ticks(program_filter: ProgramFilter, on_page: Collection[int]) -> dict[str, Any]:
    """Return what is ticked for the shortlist: it goes along with the search."""
    ticked = program_filter.form.cleaned_data.get("p", ())
    return {
        "ticked": ticked,
        "ticked_elsewhere": [number for number in ticked if number not in on_page],
        "has_too_many_ticks": len(ticked) > MOST_PROGRAMS,
        "most_ticks": MOST_PROGRAMS,
    }


def _choices(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "miles_choices": Miles,
        "miles": values.get("miles") or Miles.TWENTY_FIVE,
        "access_choices": SearchAspect,
        "access": values.get("medication_access") or SearchAspect.OFFERS,
        "sort_choices": Sort,
        "openings": values.get("openings") or "",
        "sort": values.get("sort") or Sort.NEAREST,
    }


def _order(criteria: SearchCriteria, place: ResolvedPlace | None) -> str:
    """Print the rule that ordered the page; `search.ranking` applies it."""
    if criteria.sort == Sort.OPENINGS:
        rule = _("Who says it has openings now comes first. Nobody can pay to be higher.")
    elif isinstance(criteria.where, Near) and criteria.sort == Sort.NEAREST:
        rule = _("Nearest first, in a straight line. Nobody can pay to be higher.")
    else:
        rule = _("Most recently confirmed first. Nobody can pay to be higher.")
    if place and place.is_rounded_location:
        return f"{rule} {_('Your location is rounded: distances may be off by half a mile.')}"
    return rule
