"""The places that a text of the search box names, rightly spelled or nearly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from programs.enums import STATE_NAMES, PlaceKind
from programs.models import Place
from programs.search.place_names import STATES, Reading, plain_words, readings_of
from programs.search.places import (
    PlaceIsAmbiguous,
    ResolvedPlace,
    choose,
    correct,
    look_alikes,
    places_of_keys,
)
from programs.search.typed_text import HINTS, Span, TypedText

MAX_PLACE_WORDS = 6
#: State codes that are words first, and a state only after a town: "rehab near me".
COMMON_WORDS = frozenset(["as", "de", "hi", "in", "la", "me", "oh", "ok", "or"])
#: State codes that are words too, and a state at the end, after a comma, or in capitals.
WORDS_THAT_ARE_CODES = COMMON_WORDS | {"al", "co", "id", "ma", "md", "mi", "mo", "ms", "pa"}
#: After these, two such letters are a word of Spanish: "cerca de mi", "para mi".
BEFORE_A_WORD = frozenset(["a", "con", "de", "en", "para", "por"])


@dataclass(frozen=True, slots=True)
class PlaceSpan:
    """Tokens that are a place. Without a state or ZIP code, it is a bare name."""

    span: Span
    resolved: ResolvedPlace
    is_bare: bool


class PlacesNamed:
    """The places that a text may name, and the one that was taken."""

    def __init__(self, text: TypedText) -> None:
        self.text = text
        self.taken: PlaceSpan | None = None
        #: Places by span, and towns that are in several states.
        self.by_span: dict[Span, PlaceSpan] = {}
        self.ambiguous: dict[Span, tuple[str, ...]] = {}
        #: Names of places, clear or not, in which no shorter one is read: Kansas in Kansas City.
        self.wider: list[Span] = []
        self.found: list[Place] = []

    def find(self, states: Iterable[str]) -> None:
        """Look up every run of words that could be a place, and these states. One statement."""
        readings = {span: self._place_readings(span) for span in self.text.spans(MAX_PLACE_WORDS)}
        keys = {reading.key for each in readings.values() for reading in each}
        names = [STATE_NAMES[state] for state in states]
        keys |= {reading.key for name in names for reading in readings_of(plain_words(name))}
        self.found = places_of_keys(keys) if keys else []
        for span, its_readings in readings.items():
            self._resolve(span, its_readings)

    def _place_readings(self, span: Span) -> list[Reading]:
        first, last = span.start, span.end - 1
        if self._is_code(last):
            if not self._means_state(last, is_alone=first == last):
                return []
        elif self.text.is_stop_word(last):
            return []
        if first < last and self.text.is_stop_word(first):
            return []
        return readings_of(self.text.words(span))

    def _is_code(self, index: int) -> bool:
        word = self.text.tokens[index].word
        return len(word) == 2 and word in STATES

    def _means_state(self, index: int, *, is_alone: bool) -> bool:
        """Return whether two letters are a state: "in" and "or" mostly are not."""
        token = self.text.tokens[index]
        if token.word not in WORDS_THAT_ARE_CODES:
            return True
        if token.text.isupper() and self.text.has_small_letters:
            return True
        if index and self.text.tokens[index - 1].word in BEFORE_A_WORD:
            return False
        is_last = index == len(self.text.tokens) - 1 or self.text.tokens[index + 1].word.isdigit()
        before = self.text.source[self.text.tokens[index - 1].end : token.start] if index else ""
        after_comma = "," in before
        return (is_last or after_comma) and not (is_alone and token.word in COMMON_WORDS)

    def _resolve(self, span: Span, readings: list[Reading]) -> None:
        text = self.text.phrase(span)
        try:
            resolved = choose(text, readings, self.found)
        except PlaceIsAmbiguous as error:
            resolved = None
            self.ambiguous[span] = error.candidates
        # Words before a ZIP code are of its address only if they are a place themselves.
        if resolved and readings[0].kinds == (PlaceKind.ZIP,) and not self._is_address(span):
            return
        if resolved:
            self.by_span[span] = PlaceSpan(
                span, resolved, is_bare=not _is_exact(readings, resolved)
            )

    def _is_address(self, span: Span) -> bool:
        words = self.text.words(span)
        places = readings_of(words)[1:]
        return len(words) == 1 or any(reading.matches(self.found) for reading in places)

    def consider(self, span: Span) -> None:
        """Take a place of which nothing else could be meant: with a state, or after "near"."""
        place = self.by_span.get(span)
        if place and not self.taken and (not place.is_bare or self.text.hint_before(span)):
            self._take(place)
        elif place or span in self.ambiguous:
            self.wider.append(span)

    def is_part_of_wider(self, span: Span) -> bool:
        return any(set(span) < set(wider) for wider in self.wider)

    def _take(self, place: PlaceSpan) -> None:
        self.text.take(place.span)
        self.taken = place

    def take_bare(self) -> None:
        """Take a town without a state where no other word that is left stands beside it."""
        if self.taken:
            return
        for span, place in self.by_span.items():
            is_whole = self.text.is_free(span) and not self.is_part_of_wider(span)
            if is_whole and not self.text.has_neighbour(span):
                self._take(place)
                return

    def take_misspelt(self) -> None:
        """Take the place that words after "near", or before a state, nearly spell.

        One statement, where there are such words.
        """
        if self.taken and not self._is_state(self.taken):
            return
        span = self._misspelt_span()
        if span is None:
            return
        reading = readings_of(self.text.words(span))[0]
        try:
            resolved = correct(self.text.phrase(span), reading, self.found, look_alikes(reading))
        except PlaceIsAmbiguous as error:
            self.ambiguous[span] = error.candidates
            return
        if resolved:
            self._take(PlaceSpan(span, resolved, is_bare=False))

    def _is_state(self, place: PlaceSpan) -> bool:
        return place.resolved.place.kind == PlaceKind.STATE

    def _misspelt_span(self) -> Span | None:
        """Return the free words that end before the state that was read, or follow a hint."""
        if self.taken:
            end = start = self.taken.span.start
            while start > 0 and self._may_be_town(start - 1):
                start -= 1
            return Span(start, self.taken.span.end) if start < end else None
        for hint, token in enumerate(self.text.tokens):
            end = hint + 1
            while end < len(self.text.tokens) and self._may_be_town(end):
                end += 1
            span = Span(hint + 1, end)
            if token.word in HINTS and len(span) and span not in self.ambiguous:
                return span
        return None

    def _may_be_town(self, index: int) -> bool:
        is_word = bool(self.text.tokens[index].word) and not self.text.is_stop_word(index)
        return index in self.text.free and is_word

    def take_state(self, state: str, span: Span) -> None:
        """Take a state that the span only implies."""
        here = [p for p in self.found if p.kind == PlaceKind.STATE and p.state == state]
        if here:
            self.taken = PlaceSpan(span, ResolvedPlace(here[0]), is_bare=False)

    def names_at(self, span: Span) -> tuple[str, ...]:
        """Return the places that these words may name, whatever else they were read as."""
        if place := self.by_span.get(span):
            return (str(place.resolved.place),)
        return self.ambiguous.get(span, ())


def _is_exact(readings: Iterable[Reading], resolved: ResolvedPlace) -> bool:
    """Return whether a ZIP code or a state was typed, or a state with the town."""
    place = resolved.place
    return place.kind in (PlaceKind.ZIP, PlaceKind.STATE) or any(
        reading.state == place.state and reading.key == place.key for reading in readings
    )
