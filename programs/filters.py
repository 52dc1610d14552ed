"""The query string of a search, validated. One definition for pages, and later for the API."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import cache, lru_cache
from typing import Any

import django_filters
from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.enums import Miles, Need, PlaceKind, SearchAspect, Sort
from programs.models import Program
from programs.search.ages import OLDEST_YEARS, age_group
from programs.search.criteria import Anywhere, InCounty, InState, Near, SearchCriteria, Where
from programs.search.places import (
    PlaceIsAmbiguous,
    PlaceNotFound,
    ResolvedPlace,
    resolve_place,
)
from programs.search.typed_text import MAX_CHARACTERS
from programs.search.vocabulary import Vocabulary, VocabularyFacet
from programs.search.words import WordsRead, read_words

#: No search shows more pages than this; the last ones are beyond any directory's size.
MAX_PAGE = 100_000

#: The largest number that a program can have: that of its column.
MAX_PROGRAM_ID = 2_147_483_647

#: Versions of the vocabulary, and languages, whose fields are kept.
MOST_VOCABULARIES = 8

_NOT_A_CHOICE = {"invalid_choice": _("“%(value)s” is not one of the choices here.")}


class _IntegerFilter(django_filters.Filter):
    field_class = forms.IntegerField


class _ProgramIdsField(forms.Field):
    """Numbers of programs, each once, in the order in which they were given."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"invalid": _("“%(value)s” is not the number of a program.")}

    def clean(self, value: Any) -> tuple[int, ...]:
        given = [text.strip() for text in value or ()]
        for text in given:
            if not _is_program_id(text):
                shown = {"value": text}
                raise forms.ValidationError(self.error_messages["invalid"], "invalid", shown)
        return tuple(dict.fromkeys(map(int, given)))


def _is_program_id(text: str) -> bool:
    # Python refuses to read numbers of thousands of digits.
    is_short = len(text) <= len(str(MAX_PROGRAM_ID))
    return is_short and text.isascii() and text.isdigit() and 0 < int(text) <= MAX_PROGRAM_ID


class _ProgramIdsFilter(django_filters.Filter):
    field_class = _ProgramIdsField


class SearchForm(forms.Form):
    """Validation of `ProgramFilter`; its `clean_*` methods return domain types."""

    vocabulary: Vocabulary
    #: What was read from the search box.
    words = WordsRead()
    #: Names to offer when the place was not understood.
    suggested_places: tuple[str, ...] = ()

    def clean_near(self) -> ResolvedPlace | None:
        text = self.cleaned_data["near"]
        if not text:
            return None
        try:
            return resolve_place(text)
        except PlaceNotFound as error:
            self.suggested_places = tuple(error.near_names)
            raise forms.ValidationError(str(error), code="place_not_found") from error
        except PlaceIsAmbiguous as error:
            self.suggested_places = tuple(error.candidates)
            raise forms.ValidationError(str(error), code="place_is_ambiguous") from error

    def clean(self) -> dict[str, Any]:
        """Read the search box, for a place too where none was given."""
        values = super().clean() or self.cleaned_data
        if values.get("q"):
            has_place = bool(self.data.get("near"))
            self.words = read_words(values["q"], self.vocabulary, has_place=has_place)
        return values


class ProgramFilter(django_filters.FilterSet):
    """The parameters of docs/search.md. Each facet has one that is wanted, and one left out."""

    q = django_filters.CharFilter(
        label=_("What kind of help, or a name"), max_length=MAX_CHARACTERS, strip=True
    )
    near = django_filters.CharFilter(
        label=_("ZIP code, town, county or state"), max_length=100, strip=True
    )
    miles = django_filters.TypedChoiceFilter(
        label=_("Within"),
        choices=Miles.choices,
        coerce=int,
        empty_value=int(Miles.TWENTY_FIVE),
        error_messages=_NOT_A_CHOICE,
    )
    medication_access = django_filters.TypedChoiceFilter(
        label=_("How the place handles the medicine"),
        choices=SearchAspect.choices,
        coerce=SearchAspect,
        empty_value=SearchAspect.OFFERS,
        error_messages=_NOT_A_CHOICE,
    )
    years = _IntegerFilter(
        label=_("Age of the person, in years"), min_value=0, max_value=OLDEST_YEARS
    )
    openings = django_filters.ChoiceFilter(
        label=_("Openings"),
        choices=[("now", _("Says it has openings now"))],
        error_messages=_NOT_A_CHOICE,
    )
    # Stands for other parameters, to which the results page leads on.
    need = django_filters.TypedChoiceFilter(
        label=_("What do you need first?"),
        choices=Need.choices,
        coerce=Need,
        empty_value=None,
        error_messages=_NOT_A_CHOICE,
    )
    sort = django_filters.TypedChoiceFilter(
        label=_("Order"),
        choices=Sort.choices,
        coerce=Sort,
        empty_value=Sort.NEAREST,
        error_messages=_NOT_A_CHOICE,
    )
    page = _IntegerFilter(label=_("Page"), min_value=1, max_value=MAX_PAGE)
    # What is ticked goes along with a search, and is no part of it.
    p = _ProgramIdsFilter(label=_("Your list"))

    class Meta:
        model = Program
        fields: list[str] = []
        form = SearchForm

    def __init__(self, data: MultiValueDict[str, str], *, vocabulary: Vocabulary) -> None:
        # Not FilterSet's own: it makes every filter and every field anew for each request, which
        # takes longer than to search.
        self.is_bound = True
        self.data = _without_blanks(data)
        self.vocabulary = vocabulary
        own = _fields_of(get_language(), vocabulary)
        asked = {name: field for name, field in own.items() if name in self.data}
        self._form = SearchForm(self.data)
        self._form.vocabulary = vocabulary
        self._form.fields = {**_fields(), **asked}

    @property
    def form(self) -> SearchForm:
        return self._form

    @property
    def place(self) -> ResolvedPlace | None:
        """The place that was understood, once the filter is valid."""
        place: ResolvedPlace | None = self.form.cleaned_data["near"]
        return place or self.words.place

    @property
    def words(self) -> WordsRead:
        """What was read from the search box, once the filter is valid."""
        words: WordsRead = self.form.words
        return words

    def criteria(self) -> SearchCriteria:
        """Return the search that the query string asks for. Call only when `is_valid()`."""
        values = self.form.cleaned_data
        return SearchCriteria(
            where=where_of(self.place, radius_miles=values["miles"]),
            wanted=_merged(self._chosen(""), self._age(values["years"]), self._read()),
            excluded=_merged(self._chosen("not_"), self._read(left_out=True)),
            or_unknown=frozenset(values.get("unknown", ())),
            medication_aspect=values["medication_access"],
            names=self.words.names,
            openings_now=bool(values["openings"]),
            sort=values["sort"],
            page=values["page"] or 1,
        )

    def _chosen(self, prefix: str) -> dict[str, tuple[str, ...]]:
        values = self.form.cleaned_data
        return {
            facet.slug: tuple(dict.fromkeys(chosen))
            for facet in self.vocabulary.facets
            if (chosen := values.get(prefix + facet.slug))
        }

    def _read(self, *, left_out: bool = False) -> dict[str, tuple[str, ...]]:
        """Return the terms that the search box names, or says to leave out."""
        read = [term for term in self.words.terms if term.is_left_out == left_out]
        return _merged(*({term.facet: term.terms} for term in read))

    def _age(self, years: int | None) -> dict[str, tuple[str, ...]]:
        """Return the age group of an exact age."""
        return {} if years is None else {"age": (age_group(years),)}


# A field keeps nothing of a request, so one does for all.
@cache
def _fields() -> dict[str, forms.Field]:
    """Return the fields of the parameters that every search has."""
    return {name: each.field for name, each in ProgramFilter.base_filters.items()}


@lru_cache(maxsize=MOST_VOCABULARIES)
def _fields_of(_language: str | None, vocabulary: Vocabulary) -> dict[str, forms.Field]:
    """Return the fields that a vocabulary adds, two for each facet."""
    facets = [(facet.slug, facet.label) for facet in vocabulary.facets]
    filters = {"unknown": _choices(_("Also places that did not say"), facets)}
    for facet in vocabulary.facets:
        leave_out = _("Leave out: %(facet)s") % {"facet": facet.label}
        filters[facet.slug] = _choices(facet.label, _terms(facet))
        filters[f"not_{facet.slug}"] = _choices(leave_out, _terms(facet))
    return {name: each.field for name, each in filters.items()}


def _terms(facet: VocabularyFacet) -> list[tuple[str, str]]:
    return [(term.slug, term.label) for term in facet.terms]


def _choices(
    label: str | Promise, choices: list[tuple[str, str]]
) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(
        label=label, choices=choices, error_messages=_NOT_A_CHOICE
    )


def _merged(*chosen: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the terms of all, by facet, each once."""
    merged: dict[str, tuple[str, ...]] = {}
    for each in chosen:
        for facet, terms in each.items():
            merged[facet] = tuple(dict.fromkeys((*merged.get(facet, ()), *terms)))
    return merged


def _without_blanks(data: MultiValueDict[str, str]) -> MultiValueDict[str, str]:
    """Drop empty values: a form sends every field it has, chosen or not."""
    filled = copy(data)
    for name, values in data.lists():
        filled.setlist(name, [value for value in values if value.strip()])
    return filled


def where_of(place: ResolvedPlace | None, *, radius_miles: int) -> Where:
    """Return where to look: a circle around a point, or the whole of a county or state."""
    if place is None:
        return Anywhere()
    match place.place.kind:
        case PlaceKind.STATE:
            return InState(state=place.place.state)
        case PlaceKind.COUNTY:
            return InCounty(county_id=place.place.pk, state=place.place.state)
        case _:
            return Near(
                origin=place.place.coordinates, radius_miles=radius_miles, state=place.place.state
            )
