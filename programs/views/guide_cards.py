"""What the guide suggests, as cards with a link to the search that finds it near a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language

from programs.enums import SearchAspect
from programs.explainers import Explainer, explainer_of_term, explainers
from programs.filters import where_of
from programs.guide.advice import Because
from programs.guide.care import DESCRIBED, OFTEN_MILES, Care, Filters
from programs.guide.features import Feature
from programs.guide.rule import Rule
from programs.search.criteria import SearchCriteria
from programs.search.engine import counts
from programs.search.places import PlaceIsAmbiguous, PlaceNotFound, ResolvedPlace, resolve_place
from programs.search.vocabulary import Vocabulary
from programs.views.summary import summary

#: The parameter that says what a medicine filter means. It is no facet.
ACCESS = "medication_access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """The place that was typed. Without a `place` nothing was typed, or `problem` says what is
    wrong with it, and `names` are those that would be understood."""

    text: str = ""
    place: ResolvedPlace | None = None
    problem: str = ""
    names: tuple[str, ...] = ()


def nearby(text: str) -> Nearby:
    """Return the place of a text. One statement, two for a miss, none for an empty one."""
    if not text:
        return Nearby()
    try:
        return Nearby(text=text, place=resolve_place(text))
    except PlaceNotFound as error:
        return Nearby(text=text, problem=str(error), names=error.near_names)
    except PlaceIsAmbiguous as error:
        return Nearby(text=text, problem=str(error), names=error.candidates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Something to ask about. `found` says how many there are, where a place is known.

    `parameters` are those of its search, for a form that asks for the place; none where the
    vocabulary lacks what they name.
    """

    name: str
    rules: tuple[Rule, ...]
    parameters: tuple[tuple[str, str], ...]
    url: str
    slug: str = ""
    definition: str = ""
    hours: str = ""
    sleep: str = ""
    found: str = ""
    #: The pages that explain it.
    explainers: tuple[Explainer, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """Makes cards of suggestions."""

    vocabulary: Vocabulary
    near: Nearby
    now: datetime

    def of(self, suggestions: Iterable[Because[Care]]) -> list[Card]:
        """Return a card of each. With a place, one statement each."""
        return [self._card(each) for each in suggestions]

    def of_features(self, features: Iterable[Because[Feature]]) -> list[Card]:
        """Return a card of each, without a count."""
        return [
            Card(
                name=str(each.what.name),
                rules=each.rules,
                **self._search(each.what.filters, OFTEN_MILES),
            )
            for each in features
        ]

    def _card(self, suggestion: Because[Care]) -> Card:
        care = DESCRIBED[suggestion.what]
        search = self._search(care.filters, care.radius_miles)
        return Card(
            slug=suggestion.what.value,
            name=str(care.name),
            rules=suggestion.rules,
            definition=self._definition(care.filters),
            explainers=_explainers(care.filters),
            hours=str(care.hours),
            sleep=str(care.sleep),
            found=self._found(care.filters, care.radius_miles) if search["parameters"] else "",
            **search,
        )

    def _search(self, filters: Filters, radius_miles: int) -> dict[str, Any]:
        if not self._is_known(filters):
            return {"parameters": (), "url": ""}
        parameters = tuple((name, value) for name, values in filters.items() for value in values)
        parameters = (*parameters, ("miles", str(radius_miles)))
        near = [("near", self.near.text)] if self.near.place else []
        url = f"{reverse('programs:search')}?{urlencode([*near, *parameters])}"
        return {"parameters": parameters, "url": url}

    def _is_known(self, filters: Filters) -> bool:
        """Return whether the vocabulary, which keepers may change, has all of them."""
        facets = {facet: terms for facet, terms in filters.items() if facet != ACCESS}
        known = self.vocabulary.by_slug
        return all(
            facet in known and all(term in known[facet].by_slug for term in terms)
            for facet, terms in facets.items()
        )

    def _definition(self, filters: Filters) -> str:
        """Return what a level of care is, in the vocabulary's words."""
        levels = self.vocabulary.by_slug.get("level_of_care")
        [slug, *_others] = filters.get("level_of_care", ("",))
        term = levels.by_slug.get(slug) if levels else None
        return term.definition if term else ""

    def _found(self, filters: Filters, radius_miles: int) -> str:
        """Say how many there are near the place; "" where none was given. One statement."""
        if not self.near.place:
            return ""
        [access, *_others] = filters.get(ACCESS, (SearchAspect.OFFERS,))
        criteria = SearchCriteria(
            where=where_of(self.near.place, radius_miles=radius_miles),
            wanted={facet: terms for facet, terms in filters.items() if facet != ACCESS},
            medication_aspect=SearchAspect(access),
        )
        found = counts(criteria, self.vocabulary, now=self.now)
        return summary(criteria, self.near.place, total=found.total, remote=found.remote)


def _explainers(filters: Filters) -> tuple[Explainer, ...]:
    """Return the pages that explain what is searched for, in the language of the page."""
    pages, slugs = explainers(get_language()), explainer_of_term()
    terms = [(facet, term) for facet, terms in filters.items() for term in terms]
    return tuple(pages[slugs[term]] for term in dict.fromkeys(terms) if term in slugs)
