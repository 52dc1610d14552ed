"""Read the search box: what of it is the vocabulary's, what a place, and what is left, names.

Longest first, and the vocabulary before places. What was read is said, with other ways to read it:
nothing is guessed in silence. docs/search.md has the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from programs.enums import STATE_NAMES
from programs.search.crisis import words_of_crisis
from programs.search.medicaid import STATE_OF_NAME
from programs.search.named_places import PlacesNamed
from programs.search.places import ResolvedPlace
from programs.search.spelling import mistakes
from programs.search.typed_text import Span, TypedText
from programs.search.vocabulary import Vocabulary, VocabularyFacet, phrase_key

MAX_PHRASE_WORDS = 8
#: Words of the vocabulary that are shorter are too like other words to be corrected.
MIN_LETTERS_TO_CORRECT = 6

#: One letter from a phrase of the vocabulary ("Medi-Cal"), and in the names of 292 facilities of
#: 2023: beside another word of a name it is left alone. Nothing else of as many letters is.
WORDS_OF_NAMES = frozenset(["medical"])

#: Before a word of the vocabulary: leave it out.
NEGATIONS = frozenset(["no", "not", "non", "without", "sin"])

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


def read_words(text: str, vocabulary: Vocabulary, *, has_place: bool) -> WordsRead:
    """Return what a text of the search box asks for. Two statements at most, both for places.

    A place is only looked for where there is none yet. Any text is read; longer ones to their
    first 200 characters.
    """
    return _Reader(text, vocabulary, has_place=has_place).read()


class _Reader:
    """One text being read: which of its tokens are taken, and by what."""

    def __init__(self, text: str, vocabulary: Vocabulary, *, has_place: bool) -> None:
        self.text = TypedText(text)
        self.places = PlacesNamed(self.text)
        self.words_of_crisis = words_of_crisis(text)
        self.vocabulary = vocabulary
        self.has_place = has_place
        self.terms: list[tuple[Span, ReadTerm]] = []
        self.medicaid_state: tuple[Span, str] | None = None

    def read(self) -> WordsRead:
        if not self.has_place:
            self.places.find(self._states_of_medicaid())
        self._take_longest_first()
        self.places.take_bare()
        self._take_misspelt_terms()
        if not self.has_place:
            self.places.take_misspelt()
        self._take_state_of_medicaid()
        return self._result()

    def _meanings(self, span: Span) -> dict[str, tuple[str, ...]]:
        """Return the terms that the span means, by facet; nothing for stop words alone."""
        if all(self.text.is_stop_word(index) for index in span) and len(span) == 1:
            return {}
        return self.vocabulary.meanings.get(self.text.key(span), {})

    # Taking.

    def _take_longest_first(self) -> None:
        for span in self.text.spans(MAX_PHRASE_WORDS):
            if not self.text.is_free(span):
                continue
            if meanings := self._meanings(span):
                self._take_terms(span, meanings)
            elif not self.places.is_part_of_wider(span):
                self.places.consider(span)

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
        state = "" if is_left_out else _STATE_OF_PHRASE.get(self.text.key(span), "")
        said = {"phrase": self.text.phrase(taken), "terms": _any_of(facet, terms)}
        said |= {"state": STATE_NAMES.get(state, "")}
        read = ReadTerm(
            phrase=said["phrase"],
            sentence=_term_sentence(said, len(terms), is_left_out, is_misspelt),
            without=self.text.without(taken),
            also=() if is_left_out else tuple(also),
            facet=slug,
            terms=terms,
            is_left_out=is_left_out,
        )
        self.text.take(taken)
        self.terms.append((taken, read))
        if state:
            self.medicaid_state = (span, state)

    def _is_negated(self, span: Span) -> bool:
        before = span.start - 1
        return before in self.text.free and self.text.tokens[before].word in NEGATIONS

    def _take_misspelt_terms(self) -> None:
        for span in self.text.spans(max_words=3):
            if self.text.is_free(span) and (near := self._nearest_phrase(span)):
                self._take_terms(span, self.vocabulary.meanings[near], is_misspelt=True)

    def _nearest_phrase(self, span: Span) -> str:
        """Return the one phrase of the vocabulary that is one letter from the span's, or ""."""
        typed = self.text.key(span)
        if len(typed) < MIN_LETTERS_TO_CORRECT or any(map(self.text.is_stop_word, span)):
            return ""
        if typed in WORDS_OF_NAMES and self.text.has_neighbour(span):
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

    def _states_of_medicaid(self) -> set[str]:
        keys = {self.text.key(span) for span in self.text.spans(MAX_PHRASE_WORDS)}
        return {state for key, state in _STATE_OF_PHRASE.items() if key in keys}

    def _take_state_of_medicaid(self) -> None:
        """Take the state whose Medicaid was named, where no place was."""
        if self.medicaid_state and not (self.has_place or self.places.taken):
            span, state = self.medicaid_state
            self.places.take_state(state, span)

    # What was read.

    def _result(self) -> WordsRead:
        named = [index for index in range(len(self.text.tokens)) if self._is_named(index)]
        kept = [index for index in range(len(self.text.tokens)) if self._is_kept(index, named)]
        names = " ".join(self.text.tokens[index].text for index in named)
        return WordsRead(
            terms=tuple(term for _span, term in sorted(self.terms, key=lambda pair: pair[0])),
            place=self.places.taken.resolved if self.places.taken else None,
            place_phrase=self._place_phrase(),
            names=names,
            names_phrase=self._names_phrase(names, named),
            is_crisis=bool(self.words_of_crisis),
            rest=self.text.joined(kept),
        )

    def _is_named(self, index: int) -> bool:
        if self.text.tokens[index].quote:
            return True
        return (
            index in self.text.free
            and not self.text.says_nothing(index)
            and not self._is_of_crisis(index)
        )

    def _is_of_crisis(self, index: int) -> bool:
        """Return whether the token is why this is a crisis: no place has such a name."""
        return self.text.tokens[index].word in self.words_of_crisis

    def _is_kept(self, index: int, named: Sequence[int]) -> bool:
        return index in named or (index in self.text.free and self._is_of_crisis(index))

    def _place_phrase(self) -> ReadPhrase | None:
        if not self.places.taken:
            return None
        span, resolved = self.places.taken.span, self.places.taken.resolved
        phrase = self.text.phrase(span)
        also = tuple(
            OtherReading(str(place), self._query(span, near=str(place))) for place in resolved.also
        )
        if self.medicaid_state and span == self.medicaid_state[0]:
            sentence = _("You gave no place, so we look in %(place)s.")
            label = _("Medicaid in every state")
            also = (OtherReading(label, self._query(span, payment="medicaid")),)
        else:
            sentence = _("We read “%(phrase)s” as the place %(place)s.")
            also += (self._as_name(span),) if self.places.taken.is_bare else ()
        said = sentence % {"phrase": phrase, "place": resolved.place}
        return ReadPhrase(phrase, said, self.text.without(span), also)

    def _names_phrase(self, names: str, named: Sequence[int]) -> ReadPhrase | None:
        if not names:
            return None
        also = [
            other
            for span in sorted(
                {*self.places.by_span, *self.places.ambiguous}, key=len, reverse=True
            )
            if self.text.is_free(span) and all(index in named for index in span)
            for other in self._as_place(span)
        ]
        without = self.text.joined([i for i in range(len(self.text.tokens)) if i not in named])
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
        names = self.places.names_at(span)
        return [OtherReading(name, self._query(span, near=name)) for name in names]

    def _as_name(self, span: Span) -> OtherReading:
        quoted = self.text.joined(range(len(self.text.tokens)), quoted=span)
        label = _("the name “%(phrase)s”") % {"phrase": self.text.phrase(span)}
        return OtherReading(label, (("q", (quoted,)),))

    def _query(
        self, span: Span, **parameters: str | tuple[str, ...]
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        changed = {"q": self.text.without(span), **parameters}
        return tuple(
            (name, (value,) if isinstance(value, str) else value) for name, value in changed.items()
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
