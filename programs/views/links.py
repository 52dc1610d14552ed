"""Links from a page of results to the same search with something changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.search.engine import Relaxation, SearchResults
from programs.search.farther import NearestBeyond
from programs.search.options import FacetCounts


@dataclass(frozen=True, slots=True)
class Pill:
    """A filter that is on, and the address of the same search without it."""

    facet: str
    label: str
    url: str


def pills(
    query: QueryDict, facets: Iterable[FacetCounts], *, but_for: Collection[tuple[str, str]] = ()
) -> list[Pill]:
    """Return a pill for each option that is chosen or left out.

    Those of `but_for`, facet and term, were read from the search box, which says so itself.
    """
    found = []
    for facet in facets:
        for option in facet.selected:
            if (facet.slug, option.slug) in but_for:
                continue
            found.append(
                Pill(facet.label, option.label, _without_term(query, facet.slug, option.slug))
            )
        for option in facet.left_out:
            if (f"not_{facet.slug}", option.slug) in but_for:
                continue
            label = _("not %(term)s") % {"term": option.label}
            url = _without_term(query, f"not_{facet.slug}", option.slug)
            found.append(Pill(facet.label, label, url))
    return found


def openings_pill(query: QueryDict) -> Pill:
    label = str(_("Says it has openings now"))
    return Pill(str(_("Openings")), label, _without(query, "openings"))


@dataclass(frozen=True, slots=True)
class WayOut:
    """A step from a search that finds few to one that finds more."""

    kind: str
    count: int
    text: str
    url: str


def ways_out(query: QueryDict, found: SearchResults) -> list[WayOut]:
    """Return what finds more: filters to drop, the most first, then wider circles, the nearest."""
    labels = {facet.slug: facet for facet in found.facets}
    ways = [_relaxed(query, labels, each) for each in found.relaxations]
    if found.farther:
        ways += [
            _wider(query, circle.radius_miles, circle.total) for circle in found.farther.circles
        ]
        if found.farther.nearest:
            ways.append(_nearest(found.farther.nearest))
    return ways


def _relaxed(query: QueryDict, labels: Mapping[str, FacetCounts], relaxation: Relaxation) -> WayOut:
    if relaxation.names:
        return _without_names(query, relaxation)
    if relaxation.openings:
        return _without_openings(query, relaxation)
    return _dropped(query, labels[relaxation.facet], relaxation)


def _dropped(query: QueryDict, facet: FacetCounts, relaxation: Relaxation) -> WayOut:
    options = facet.left_out if relaxation.is_exclusion else facet.selected
    names = _(" or ").join(option.label for option in options)
    gain = relaxation.gain
    if relaxation.is_exclusion:
        text = ngettext(
            "%(count)s more if you do not leave out %(names)s",
            "%(count)s more if you do not leave out %(names)s",
            gain,
        )
    else:
        text = ngettext(
            "%(count)s more if you drop %(names)s", "%(count)s more if you drop %(names)s", gain
        )
    parameter = f"not_{facet.slug}" if relaxation.is_exclusion else facet.slug
    return WayOut(
        kind=parameter,
        count=gain,
        text=text % {"count": gain, "names": names},
        url=_without(query, parameter),
    )


def _without_names(query: QueryDict, relaxation: Relaxation) -> WayOut:
    text = ngettext(
        "%(count)s more without the name “%(names)s”",
        "%(count)s more without the name “%(names)s”",
        relaxation.gain,
    ) % {"count": relaxation.gain, "names": relaxation.names}
    return WayOut(kind="q", count=relaxation.gain, text=text, url=_without(query, "q"))


def _without_openings(query: QueryDict, relaxation: Relaxation) -> WayOut:
    text = ngettext(
        "%(count)s more that does not say it has openings now",
        "%(count)s more that do not say they have openings now",
        relaxation.gain,
    ) % {"count": relaxation.gain}
    return WayOut(
        kind="openings", count=relaxation.gain, text=text, url=_without(query, "openings")
    )


def _wider(query: QueryDict, miles: int, total: int) -> WayOut:
    changed = copy(query)
    changed["miles"] = str(miles)
    text = ngettext(
        "%(count)s within %(miles)s miles", "%(count)s within %(miles)s miles", total
    ) % {"count": total, "miles": miles}
    return WayOut(kind=f"miles-{miles}", count=total, text=text, url=address(changed))


def _nearest(nearest: NearestBeyond) -> WayOut:
    text = _("The nearest one farther away: about %s miles") % f"{nearest.distance_miles:.0f}"
    url = reverse("programs:listing", args=[nearest.program_id, "program"])
    return WayOut(kind="nearest", count=1, text=text, url=url)


def _without_term(query: QueryDict, parameter: str, slug: str) -> str:
    changed = copy(query)
    changed.setlist(parameter, [each for each in query.getlist(parameter) if each != slug])
    return address(_without_age(changed, parameter))


def _without(query: QueryDict, parameter: str) -> str:
    changed = copy(query)
    changed.pop(parameter, None)
    return address(_without_age(changed, parameter))


def _without_age(query: QueryDict, parameter: str) -> QueryDict:
    """Drop the exact age with the age groups: it stands for one of them."""
    if parameter == "age":
        query.pop("years", None)
    return query


def address(query: QueryDict) -> str:
    """Return the address of the first page of a search."""
    query.pop("page", None)
    return f"?{urlencode(dict(query.lists()), doseq=True)}"
