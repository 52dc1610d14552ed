"""What was read from the search box, as a results page prints and links it."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from programs.search.places import ResolvedPlace
from programs.search.words import OtherReading, ReadPhrase, ReadTerm, WordsRead
from programs.views.links import address


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """How something was read; where it is a part of the box, a link without it, and others."""

    kind: str
    sentence: str
    without: str = ""
    also: tuple[Link, ...] = ()


def what_was_read(query: QueryDict, words: WordsRead, near: ResolvedPlace | None) -> list[Said]:
    """Return a sentence for each thing that was read, and for a misspelt place."""
    said = [_said(query, words, phrase) for phrase in words.phrases]
    if near and near.misspelt:
        sentence = _("We read “%(typed)s” as %(place)s.")
        said.append(Said("near", sentence % {"typed": near.misspelt, "place": near.place}))
    return said


def _said(query: QueryDict, words: WordsRead, phrase: ReadPhrase) -> Said:
    kind = "place" if phrase == words.place_phrase else "names"
    if isinstance(phrase, ReadTerm):
        kind = phrase.facet
    return Said(
        kind=kind,
        sentence=phrase.sentence,
        without=_changed(query, [("q", (phrase.without,))]),
        also=tuple(Link(other.label, _other(query, other)) for other in phrase.also),
    )


def _other(query: QueryDict, other: OtherReading) -> str:
    return _changed(query, other.query)


def _changed(query: QueryDict, parameters: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    changed = copy(query)
    for name, values in parameters:
        kept = [] if name in ("q", "near") else changed.getlist(name)
        changed.setlist(name, list(dict.fromkeys([*kept, *filter(None, values)])))
    return address(changed)


def understood(query: QueryDict, words: WordsRead) -> QueryDict:
    """Return the same search with the words of the box in the fields that they name."""
    changed = copy(query)
    if not words.phrases:
        return changed
    changed.setlist("q", [words.rest] if words.rest else [])
    if words.place:
        changed["near"] = str(words.place.place)
    for term in words.terms:
        name = f"not_{term.facet}" if term.is_left_out else term.facet
        changed.setlist(name, list(dict.fromkeys([*changed.getlist(name), *term.terms])))
    return changed
