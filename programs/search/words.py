"""Read the search box: what of it is the vocabulary's, what a place, and what is left, names.

Longest first, and the vocabulary before places. What was read is said, with other ways to read it:
nothing is guessed in silence. docs/search.md has the rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from programs.enums import STATE_NAMES, PlaceKind
from programs.models import Place
from programs.search.crisis import words_of_crisis
from programs.search.medicaid import STATE_OF_NAME
from programs.search.places import (
    STATES,
    PlaceIsAmbiguous,
    Reading,
    ResolvedPlace,
    choose,
    correct,
    look_alikes,
    places_of_keys,
    plain_words,
    readings_of,
)
from programs.search.spelling import mistakes
from programs.search.vocabulary import Vocabulary, VocabularyFacet, phrase_key

#: The search box takes no more.
MAX_CHARACTERS = 200
MAX_PLACE_WORDS = 6
MAX_PHRASE_WORDS = 8
#: Words of the vocabulary that are shorter are too like other words to be corrected.
MIN_LETTERS_TO_CORRECT = 6

#: One letter from a phrase of the vocabulary ("Medi-Cal"), and in the names of 292 facilities of
#: 2023: beside another word of a name it is left alone. Nothing else of as many letters is.
WORDS_OF_NAMES = frozenset(["medical"])

#: Say that a place follows.
HINTS = frozenset(["near", "in", "around", "at", "by", "close", "nearby"])
#: Say nothing about what is searched for. Quoted, they do.
STOP_WORDS = HINTS | frozenset(
    """
    a about accept accepted accepting accepts addiction all am an and any are area best can care
    center centers centre clinic clinics cover coverage covered covering covers do does drug drugs
    facilities facility find for from get getting give gives good have help how i im insurance is
    it local looking me medication medications medicine medicines my myself near need needs of
    offer offering offers on only open or our patient patients pay payment people person place
    places please program programs provider providers search service services somebody someone
    speaking state substance take takes taking that the there they to treat treating treatment
    treatments treats us use want wants we what where which who with within
    son daughter husband wife mom mother dad father brother sister friend year years old yr yo
    """.split()  # noqa: SIM905 - a list of 130 lines says no more
)
#: State codes that are words first, and a state only after a town: "rehab near me".
COMMON_WORDS = frozenset(["as", "de", "hi", "in", "la", "me", "oh", "ok", "or"])
#: State codes that are words too, and a state at the end, after a comma, or in capitals.
WORDS_THAT_ARE_CODES = COMMON_WORDS | {"al", "co", "id", "ma", "md", "mo", "ms", "pa"}

#: Before a word of the vocabulary: leave it out.
NEGATIONS = frozenset(["no", "not", "non", "without"])

_TOKEN = re.compile(r"\d{5}-\d{4}(?!\w)|[^\W_]+(?:['`\u00b4\u2018\u2019][^\W_]+)*")
_QUOTED = re.compile(r'["\u201c\u201d]([^"\u201c\u201d]*)["\u201c\u201d]')
_STATE_OF_PHRASE = {phrase_key(name): state for name, state in STATE_OF_NAME.items()}


@dataclass(frozen=True, slots=True)
class OtherReading:
    """Another way to read a phrase, as parts of a query string, `q` among them."""

    label: str
    query: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class ReadPhrase:
    """A phrase as it was typed, how it was read, and the text `without` it."""

    phrase: str
    sentence: str
    without: str
    also: tuple[OtherReading, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadTerm(ReadPhrase):
    """A phrase that means terms of a facet: any of them will do, or none if `is_left_out`."""

    facet: str = ""
    terms: tuple[str, ...] = ()
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class WordsRead:
    """What a text asks for. `rest` is what of it stays in the box: names, and words of crisis."""

    terms: tuple[ReadTerm, ...] = ()
    place: ResolvedPlace | None = None
    place_phrase: ReadPhrase | None = None
    names: str = ""
    names_phrase: ReadPhrase | None = None
    is_crisis: bool = False
    rest: str = ""

    @property
    def phrases(self) -> tuple[ReadPhrase, ...]:
        others = (self.place_phrase, self.names_phrase)
        return (*self.terms, *(phrase for phrase in others if phrase))


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text from `start` to `end`, and as it is compared.

    `quote` numbers the quotation that it is in, 0 for none.
    """

    text: str
    start: int
    end: int
    word: str
    quote: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Tokens from `start` up to `end`."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.end))


@dataclass(frozen=True, slots=True)
class PlaceSpan:
    """Tokens that are a place. Without a state or ZIP code, it is a bare name."""

    span: Span
    resolved: ResolvedPlace
    is_bare: bool


def read_words(text: str, vocabulary: Vocabulary, *, has_place: bool) -> WordsRead:
    """Return what a text of the search box asks for. Two statements at most, both for places.

    A place is only looked for where there is none yet. Any text is read; longer ones to their
    first 200 characters.
    """
    return _Reader(text, vocabulary, has_place=has_place).read()


def _tokens(text: str) -> list[Token]:
    quotations = [(match.start(1), match.end(1)) for match in _QUOTED.finditer(text)]
    return [
        Token(
            text=match[0],
            start=match.start(),
            end=match.end(),
            word="".join(plain_words(match[0])),
            quote=_number_of_quotation(match.start(), quotations),
        )
        for match in _TOKEN.finditer(text)
    ]


def _number_of_quotation(position: int, quotations: Sequence[tuple[int, int]]) -> int:
    for number, (start, end) in enumerate(quotations, start=1):
        if start <= position < end:
            return number
    return 0


class _Reader:
    """One text being read: which of its tokens are taken, and by what."""

    def __init__(self, text: str, vocabulary: Vocabulary, *, has_place: bool) -> None:
        text = unicodedata.normalize("NFC", text)
        self.words_of_crisis = words_of_crisis(text)
        self.source = text[:MAX_CHARACTERS]
        self.tokens = _tokens(self.source)
        self.vocabulary = vocabulary
        self.has_place = has_place
        # Capitals say something only where not all is in capitals.
        self.has_small_letters = text != text.upper()
        self.free = {index for index, token in enumerate(self.tokens) if not token.quote}
        self.terms: list[tuple[Span, ReadTerm]] = []
        self.place: PlaceSpan | None = None
        self.medicaid_state: tuple[Span, str] | None = None
        #: Places by span, and towns that are in several states.
        self.places: dict[Span, PlaceSpan] = {}
        self.ambiguous: dict[Span, tuple[str, ...]] = {}
        #: Names of places, clear or not, in which no shorter one is read: Kansas in Kansas City.
        self.wider: list[Span] = []
        self.found: list[Place] = []

    def read(self) -> WordsRead:
        if not self.has_place:
            self._find_places()
        self._take_longest_first()
        self._take_bare_place()
        self._take_misspelt_terms()
        self._take_misspelt_place()
        self._take_state_of_medicaid()
        return self._result()

    # What may be taken.

    def _spans(self, max_words: int) -> Iterator[Span]:
        """Yield every run of free tokens, the longest first, then from the left."""
        for size in range(min(max_words, len(self.tokens)), 0, -1):
            for start in range(len(self.tokens) - size + 1):
                if self._is_free(span := Span(start, start + size)):
                    yield span

    def _is_free(self, span: Span) -> bool:
        return all(index in self.free for index in span)

    def _words(self, span: Iterable[int]) -> list[str]:
        return [self.tokens[index].word for index in span if self.tokens[index].word]

    def _key(self, span: Span) -> str:
        return phrase_key(" ".join(self._words(span)))

    def _is_stop_word(self, index: int) -> bool:
        return self.tokens[index].word in STOP_WORDS

    def _meanings(self, span: Span) -> dict[str, tuple[str, ...]]:
        """Return the terms that the span means, by facet; nothing for stop words alone."""
        if all(self._is_stop_word(index) for index in span) and len(span) == 1:
            return {}
        return self.vocabulary.meanings.get(self._key(span), {})

    # Places.

    def _find_places(self) -> None:
        """Look up every run of words that could be a place. One statement."""
        readings = {span: self._place_readings(span) for span in self._spans(MAX_PLACE_WORDS)}
        keys = {reading.key for each in readings.values() for reading in each}
        states = [STATE_NAMES[state] for state in self._states_of_medicaid()]
        keys |= {reading.key for name in states for reading in readings_of(plain_words(name))}
        self.found = places_of_keys(keys) if keys else []
        for span, its_readings in readings.items():
            self._resolve(span, its_readings)

    def _place_readings(self, span: Span) -> list[Reading]:
        first, last = span.start, span.end - 1
        if self._is_code(last):
            if not self._means_state(last, is_alone=first == last):
                return []
        elif self._is_stop_word(last):
            return []
        if first < last and self._is_stop_word(first):
            return []
        return readings_of(self._words(span))

    def _is_code(self, index: int) -> bool:
        word = self.tokens[index].word
        return len(word) == 2 and word in STATES

    def _means_state(self, index: int, *, is_alone: bool) -> bool:
        """Return whether two letters are a state: "in" and "or" mostly are not."""
        token = self.tokens[index]
        if token.word not in WORDS_THAT_ARE_CODES:
            return True
        if token.text.isupper() and self.has_small_letters:
            return True
        is_last = index == len(self.tokens) - 1 or self.tokens[index + 1].word.isdigit()
        before = self.source[self.tokens[index - 1].end : token.start] if index else ""
        after_comma = "," in before
        return (is_last or after_comma) and not (is_alone and token.word in COMMON_WORDS)

    def _resolve(self, span: Span, readings: list[Reading]) -> None:
        text = self._text(span)
        try:
            resolved = choose(text, readings, self.found)
        except PlaceIsAmbiguous as error:
            resolved = None
            self.ambiguous[span] = error.candidates
        # Words before a ZIP code are of its address only if they are a place themselves.
        if resolved and readings[0].kinds == (PlaceKind.ZIP,) and not self._is_address(span):
            return
        if resolved:
            self.places[span] = PlaceSpan(span, resolved, is_bare=not _is_exact(readings, resolved))

    def _is_address(self, span: Span) -> bool:
        words = self._words(span)
        places = readings_of(words)[1:]
        return len(words) == 1 or any(reading.matches(self.found) for reading in places)

    def _hint_before(self, span: Span) -> bool:
        return span.start > 0 and self.tokens[span.start - 1].word in HINTS

    # Taking.

    def _take_longest_first(self) -> None:
        for span in self._spans(MAX_PHRASE_WORDS):
            if not self._is_free(span):
                continue
            if meanings := self._meanings(span):
                self._take_terms(span, meanings)
            elif not self._is_part_of_wider(span):
                self._consider_place(span)

    def _consider_place(self, span: Span) -> None:
        """Take a place of which nothing else could be meant: with a state, or after "near"."""
        place = self.places.get(span)
        if place and not self.place and (not place.is_bare or self._hint_before(span)):
            self._take_place(place)
        elif place or span in self.ambiguous:
            self.wider.append(span)

    def _is_part_of_wider(self, span: Span) -> bool:
        return any(set(span) < set(wider) for wider in self.wider)

    def _take_terms(
        self, span: Span, meanings: dict[str, tuple[str, ...]], *, is_misspelt: bool = False
    ) -> None:
        is_left_out = self._is_negated(span)
        taken = Span(span.start - 1, span.end) if is_left_out else span
        also = self._as_other_terms(span, meanings) + self._as_place(span)
        if is_misspelt or len(span) == 1:
            also.append(self._as_name(span))
        (slug, terms), *_others = meanings.items()
        facet = self.vocabulary.by_slug[slug]
        state = "" if is_left_out else _STATE_OF_PHRASE.get(self._key(span), "")
        said = {"phrase": self._text(taken), "terms": _any_of(facet, terms)}
        said |= {"state": STATE_NAMES.get(state, "")}
        read = ReadTerm(
            phrase=said["phrase"],
            sentence=_term_sentence(said, len(terms), is_left_out, is_misspelt),
            without=self._without(taken),
            also=() if is_left_out else tuple(also),
            facet=slug,
            terms=terms,
            is_left_out=is_left_out,
        )
        self.free -= set(taken)
        self.terms.append((taken, read))
        if state:
            self.medicaid_state = (span, state)

    def _is_negated(self, span: Span) -> bool:
        before = span.start - 1
        return before in self.free and self.tokens[before].word in NEGATIONS

    def _take_place(self, place: PlaceSpan) -> None:
        self.free -= set(place.span)
        self.place = place

    def _take_bare_place(self) -> None:
        """Take a town without a state where no other word that is left stands beside it."""
        if self.place:
            return
        for span, place in self.places.items():
            is_whole = self._is_free(span) and not self._is_part_of_wider(span)
            if is_whole and not self._has_neighbour(span):
                self._take_place(place)
                return

    def _has_neighbour(self, span: Span) -> bool:
        beside = (span.start - 1, span.end)
        return any(
            0 <= index < len(self.tokens)
            and (index in self.free or self.tokens[index].quote)
            and not self._is_stop_word(index)
            for index in beside
        )

    def _take_misspelt_terms(self) -> None:
        for span in self._spans(max_words=3):
            if self._is_free(span) and (near := self._nearest_phrase(span)):
                self._take_terms(span, self.vocabulary.meanings[near], is_misspelt=True)

    def _nearest_phrase(self, span: Span) -> str:
        """Return the one phrase of the vocabulary that is one letter from the span's, or ""."""
        typed = self._key(span)
        if len(typed) < MIN_LETTERS_TO_CORRECT or any(map(self._is_stop_word, span)):
            return ""
        if typed in WORDS_OF_NAMES and self._has_neighbour(span):
            return ""
        near = [
            phrase
            for phrase in self.vocabulary.meanings
            if phrase[0] == typed[0]
            and abs(len(phrase) - len(typed)) <= 1
            and mistakes(typed, phrase) == 1
        ]
        meanings = self.vocabulary.meanings
        is_clear = bool(near) and all(meanings[each] == meanings[near[0]] for each in near)
        return near[0] if is_clear else ""

    def _take_misspelt_place(self) -> None:
        """Take the place that words after "near", or before a state, nearly spell.

        One statement, where there are such words.
        """
        if self.has_place or (self.place and not self._is_state(self.place)):
            return
        span = self._misspelt_span()
        if span is None:
            return
        reading = readings_of(self._words(span))[0]
        try:
            resolved = correct(self._text(span), reading, self.found, look_alikes(reading))
        except PlaceIsAmbiguous as error:
            self.ambiguous[span] = error.candidates
            return
        if resolved:
            self._take_place(PlaceSpan(span, resolved, is_bare=False))

    def _is_state(self, place: PlaceSpan) -> bool:
        return place.resolved.place.kind == PlaceKind.STATE

    def _misspelt_span(self) -> Span | None:
        """Return the free words that end before the state that was read, or follow a hint."""
        if self.place:
            end = start = self.place.span.start
            while start > 0 and self._may_be_town(start - 1):
                start -= 1
            return Span(start, self.place.span.end) if start < end else None
        for hint, token in enumerate(self.tokens):
            end = hint + 1
            while end < len(self.tokens) and self._may_be_town(end):
                end += 1
            span = Span(hint + 1, end)
            if token.word in HINTS and len(span) and span not in self.ambiguous:
                return span
        return None

    def _may_be_town(self, index: int) -> bool:
        is_word = bool(self.tokens[index].word) and not self._is_stop_word(index)
        return index in self.free and is_word

    def _states_of_medicaid(self) -> set[str]:
        keys = {self._key(span) for span in self._spans(MAX_PHRASE_WORDS)}
        return {state for key, state in _STATE_OF_PHRASE.items() if key in keys}

    def _take_state_of_medicaid(self) -> None:
        """Take the state whose Medicaid was named, where no place was."""
        if self.has_place or self.place or not self.medicaid_state:
            return
        span, state = self.medicaid_state
        here = [p for p in self.found if p.kind == PlaceKind.STATE and p.state == state]
        if here:
            self.place = PlaceSpan(span, ResolvedPlace(here[0]), is_bare=False)

    # What was read.

    def _result(self) -> WordsRead:
        named = [index for index in range(len(self.tokens)) if self._is_named(index)]
        kept = [index for index in range(len(self.tokens)) if self._is_kept(index, named)]
        names = " ".join(self.tokens[index].text for index in named)
        return WordsRead(
            terms=tuple(term for _span, term in sorted(self.terms, key=lambda pair: pair[0])),
            place=self.place.resolved if self.place else None,
            place_phrase=self._place_phrase(),
            names=names,
            names_phrase=self._names_phrase(names, named),
            is_crisis=bool(self.words_of_crisis),
            rest=self._joined(kept),
        )

    def _is_named(self, index: int) -> bool:
        if self.tokens[index].quote:
            return True
        return (
            index in self.free and not self._is_stop_word(index) and not self._is_of_crisis(index)
        )

    def _is_of_crisis(self, index: int) -> bool:
        """Return whether the token is why this is a crisis: no place has such a name."""
        return self.tokens[index].word in self.words_of_crisis

    def _is_kept(self, index: int, named: Sequence[int]) -> bool:
        return index in named or (index in self.free and self._is_of_crisis(index))

    def _place_phrase(self) -> ReadPhrase | None:
        if not self.place:
            return None
        span, resolved = self.place.span, self.place.resolved
        phrase = self._text(span)
        also = tuple(
            OtherReading(str(place), self._query(span, near=str(place))) for place in resolved.also
        )
        if self.medicaid_state and span == self.medicaid_state[0]:
            sentence = _("You gave no place, so we look in %(place)s.")
            label = _("Medicaid in every state")
            also = (OtherReading(label, self._query(span, payment="medicaid")),)
        else:
            sentence = _("We read “%(phrase)s” as the place %(place)s.")
            also += (self._as_name(span),) if self.place.is_bare else ()
        said = sentence % {"phrase": phrase, "place": resolved.place}
        return ReadPhrase(phrase, said, self._without(span), also)

    def _names_phrase(self, names: str, named: Sequence[int]) -> ReadPhrase | None:
        if not names:
            return None
        also = [
            other
            for span in sorted({*self.places, *self.ambiguous}, key=len, reverse=True)
            if self._is_free(span) and all(index in named for index in span)
            for other in self._as_place(span)
        ]
        without = self._joined([i for i in range(len(self.tokens)) if i not in named])
        sentence = _("We look for the name “%(names)s”.") % {"names": names}
        return ReadPhrase(names, sentence, without, tuple(also[:5]))

    # Other ways to read, and what stays of the text.

    def _as_other_terms(
        self, span: Span, meanings: dict[str, tuple[str, ...]]
    ) -> list[OtherReading]:
        """Return what the phrase means in other facets than the first."""
        others = []
        for slug, terms in list(meanings.items())[1:]:
            facet = self.vocabulary.by_slug[slug]
            said = {"facet": facet.label, "terms": _any_of(facet, terms)}
            label = _("%(facet)s: %(terms)s") % said
            others.append(OtherReading(label, self._query(span, **{slug: terms})))
        return others

    def _as_place(self, span: Span) -> list[OtherReading]:
        names: tuple[str, ...] = self.ambiguous.get(span, ())
        if place := self.places.get(span):
            names = (str(place.resolved.place),)
        return [OtherReading(name, self._query(span, near=name)) for name in names]

    def _as_name(self, span: Span) -> OtherReading:
        quoted = self._joined(range(len(self.tokens)), quoted=span)
        label = _("the name “%(phrase)s”") % {"phrase": self._text(span)}
        return OtherReading(label, (("q", (quoted,)),))

    def _query(
        self, span: Span, **parameters: str | tuple[str, ...]
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        changed = {"q": self._without(span), **parameters}
        return tuple(
            (name, (value,) if isinstance(value, str) else value) for name, value in changed.items()
        )

    def _without(self, span: Span) -> str:
        return self._joined(index for index in range(len(self.tokens)) if index not in set(span))

    def _text(self, span: Span) -> str:
        return self.source[self.tokens[span.start].start : self.tokens[span.end - 1].end]

    def _joined(self, indices: Iterable[int], quoted: Span | None = None) -> str:
        """Return the text of tokens, those of a quotation in quotes again."""
        parts: list[str] = []
        last: object = None
        for index in indices:
            in_quotes = bool(quoted) and index in set(quoted or ())
            quote = "other" if in_quotes else self.tokens[index].quote
            text = self.tokens[index].text
            if quote and quote == last:
                parts[-1] = f'{parts[-1][:-1]} {text}"'
            else:
                parts.append(f'"{text}"' if quote else text)
            last = quote
        return " ".join(parts)


def _is_exact(readings: Iterable[Reading], resolved: ResolvedPlace) -> bool:
    """Return whether a ZIP code or a state was typed, or a state with the town."""
    place = resolved.place
    return place.kind in (PlaceKind.ZIP, PlaceKind.STATE) or any(
        reading.state == place.state and reading.key == place.key for reading in readings
    )


def _term_sentence(
    said: dict[str, str], term_count: int, is_left_out: bool, is_misspelt: bool
) -> str:
    if is_left_out:
        sentence = _("We read “%(phrase)s” as: leave out %(terms)s.")
    elif is_misspelt:
        sentence = _("“%(phrase)s” looks misspelled. We read it as %(terms)s.")
    elif said["state"]:
        sentence = _("We read “%(phrase)s” as %(terms)s. It has that name in %(state)s.")
    elif term_count > 1:
        sentence = _("“%(phrase)s” can mean several things. We look for any of: %(terms)s.")
    else:
        sentence = _("We read “%(phrase)s” as %(terms)s.")
    return sentence % said


def _any_of(facet: VocabularyFacet, terms: Iterable[str]) -> str:
    return _(" or ").join(facet.by_slug[term].label for term in terms)
