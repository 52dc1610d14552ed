"""The shortlist: programs beside each other, and on paper. All that it is stands in its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from programs.filters import ProgramFilter
from programs.search.criteria import Anywhere, Where
from programs.search.shortlist import MOST_PROGRAMS, Shortlist, shortlist_of
from programs.search.vocabulary import Vocabulary
from programs.views.comparing import compared
from programs.views.shortlist_cards import Card, cards_of
from programs.views.site import site_of


@require_safe
def shortlist(request: HttpRequest) -> HttpResponse:
    """The programs of the address side by side. Six statements: site, and five of the list.

    One more for a place, which gives the distances. A query string that cannot be understood is a
    400 that says what is wrong.
    """
    vocabulary = site_of(request).vocabulary
    program_filter = ProgramFilter(request.GET, vocabulary=vocabulary)
    if not program_filter.is_valid():
        return _not_understood(request, program_filter)
    where = program_filter.criteria().where
    listed, cards = _listed(request, program_filter, where, vocabulary)
    facets = compared([each.facts for each in listed.programs], vocabulary, timezone.localdate())
    differing = [facet for facet in facets if facet.differences]
    context = {
        "cards": cards,
        "notices": list(_notices(listed)),
        "summary": _summary(listed),
        "columns": len(cards) + 1,
        "common": [facet for facet in differing if facet.is_common],
        "others": [facet for facet in differing if not facet.is_common],
        "shared": [facet for facet in facets if facet.shared],
        "search_url": _address("programs:search", _with_list(request.GET, listed.ids)),
        "handout_url": _address("programs:handout", {"p": listed.ids}),
        "own_address": _own_address(request, listed),
        "sms_url": _sms(request, listed, cards),
    }
    return render(request, "programs/shortlist.html", context)


@require_safe
def handout(request: HttpRequest) -> HttpResponse:
    """The same on paper, with a code that opens the list again. As many statements.

    Nothing of a search is on it, not even a place: somebody else may read it.
    """
    vocabulary = site_of(request).vocabulary
    program_filter = ProgramFilter(request.GET, vocabulary=vocabulary)
    if not program_filter.is_valid():
        return _not_understood(request, program_filter)
    listed, cards = _listed(request, program_filter, Anywhere(), vocabulary)
    own_address = _own_address(request, listed)
    context = {
        "cards": cards,
        "notices": list(_notices(listed)),
        "today": timezone.localdate(),
        "own_address": own_address,
        "list_url": _address("programs:shortlist", {"p": listed.ids}),
        "code": _code(own_address),
    }
    return render(request, "programs/handout.html", context)


def _not_understood(request: HttpRequest, program_filter: ProgramFilter) -> HttpResponse:
    form = program_filter.form
    errors = [
        (form.fields[name].label, " ".join(map(str, messages)))
        for name, messages in form.errors.items()
    ]
    context = {"errors": errors, "suggested_places": form.suggested_places}
    return render(request, "programs/shortlist.html", context, status=400)


def _listed(
    request: HttpRequest, program_filter: ProgramFilter, where: Where, vocabulary: Vocabulary
) -> tuple[Shortlist, list[Card]]:
    now = timezone.now()
    listed = shortlist_of(program_filter.form.cleaned_data["p"], vocabulary, now)

    def without_url(program_id: int) -> str:
        left = [number for number in listed.ids if number != program_id]
        return _address("programs:shortlist", _with_list(request.GET, left))

    return listed, cards_of(listed, where, vocabulary, now=now, without_url=without_url)


def _summary(listed: Shortlist) -> str:
    count = len(listed.programs)
    if not count:
        return _("Your list is empty")
    return ngettext("Your list: %s program", "Your list: %s programs", count) % count


def _notices(listed: Shortlist) -> Iterable[str]:
    """Say what became of each number that is not simply on the list."""
    for number, survivor in listed.merged.items():
        names = {"number": number, "name": survivor}
        yield _("Number %(number)s is now listed as %(name)s.") % names
    for number in listed.gone:
        yield _("Number %s is not in this directory now. It may have closed.") % number
    if listed.too_many:
        yield ngettext(
            "A list holds %(most)s programs at most. The last one was left out.",
            "A list holds %(most)s programs at most. The last %(count)s were left out.",
            listed.too_many,
        ) % {"most": MOST_PROGRAMS, "count": listed.too_many}


def _address(name: str, query: dict[str, Any]) -> str:
    parameters = urlencode(query, doseq=True)
    return f"{reverse(name)}?{parameters}" if parameters else reverse(name)


def _with_list(query: QueryDict, ids: Sequence[int]) -> dict[str, Any]:
    """Return the parameters of a search that carries this list."""
    asked = {name: [value for value in query.getlist(name) if value] for name in query}
    return {name: values for name, values in asked.items() if values} | {"p": ids}


def _own_address(request: HttpRequest, listed: Shortlist) -> str:
    """Return the address of the list alone, without the search: this one is passed on."""
    return request.build_absolute_uri(_address("programs:shortlist", {"p": listed.ids}))


def _sms(request: HttpRequest, listed: Shortlist, cards: Iterable[Card]) -> str:
    """Return a link that opens a text message with names, numbers and the address, not yet sent."""
    lines = [
        f"{card.result.name} {card.phones[0][0].text}" if card.phones else card.result.name
        for card in cards
    ]
    text = "\n".join([*lines, _own_address(request, listed)])
    # Telephones differ in whether "?" or "&" comes first: both are understood by all.
    return f"sms:?&body={quote(text)}"


def _code(address: str) -> SafeString:
    """Return a QR code as SVG, readable from paper that was folded and copied."""
    code = segno.make(address, error="m", micro=False)
    return SafeString(code.svg_inline(omitsize=True, border=2, dark="#000", light="#fff"))
