"""The pages that explain: the list of them, and one."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.explainers import Explainer, explainers
from programs.search.vocabulary import Vocabulary
from programs.views.site import site_of


@require_safe
def learn(request: HttpRequest) -> HttpResponse:
    """The list of the pages, by group. One statement."""
    pages = explainers(get_language()).values()
    groups = [(group, list(found)) for group, found in groupby(pages, attrgetter("group"))]
    return render(request, "programs/learn.html", {"groups": groups})


@require_safe
def explainer(request: HttpRequest, slug: str) -> HttpResponse:
    """One page, which ends in a search for what it is about. One statement."""
    pages = explainers(get_language())
    if slug not in pages:
        raise Http404(_("There is no such page."))
    page = pages[slug]
    context = {
        "page": page,
        "see": [pages[other] for other in page.see],
        "hidden": search_fields(page, site_of(request).vocabulary),
    }
    return render(request, "programs/explainer.html", context)


def search_fields(page: Explainer, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Return what a search for the page's terms asks, but for those that keepers took out."""
    return [
        (facet, term)
        for facet, term in page.about
        if facet in vocabulary.by_slug and term in vocabulary.by_slug[facet].by_slug
    ]
