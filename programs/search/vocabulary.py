"""The vocabulary in memory, by language: what can be asked, where the projection keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from programs.enums import FactKind, SearchAspect
from programs.models import Facet, ShelfLife, Term
from programs.models.vocabulary import BITS_PER_WORD, SEARCH_WORDS, worded
from programs.search.facets import Counters
from programs.search.place_names import plain_words
from programs.search.spelling import singular

DAYS_A_YEAR = 365

#: A set of search slots: one bit mask for each word of the projection.
SlotMask = tuple[int, ...]


def slot_mask(numbers: Iterable[int]) -> SlotMask:
    """Return the words in which exactly these slots are set."""
    words = [0] * SEARCH_WORDS
    for number in numbers:
        words[number // BITS_PER_WORD] |= 1 << (number % BITS_PER_WORD)
    return tuple(words)


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    id: int
    slug: str
    label: str
    definition: str
    #: Slot number by aspect: always "offers", for medicines the ladder's as well.
    slots: Mapping[str, int]
    #: What people type for it, besides the labels.
    synonyms: tuple[str, ...] = ()
    #: Its label in each language: people search in either.
    labels: tuple[str, ...] = ()

    def slot(self, aspect: str) -> int:
        return self.slots.get(aspect, self.slots[SearchAspect.OFFERS])


@dataclass(frozen=True, eq=False)
class VocabularyFacet:
    """A facet of one version of the vocabulary: equal to itself alone, and so good as a key."""

    slug: str
    label: str
    definition: str
    kind: FactKind
    is_common: bool
    shelf_life_days: int
    terms: tuple[VocabularyTerm, ...]
    _slots: dict[str, list[int]] = field(init=False, default_factory=dict)

    @cached_property
    def by_slug(self) -> dict[str, VocabularyTerm]:
        return {term.slug: term for term in self.terms}

    @cached_property
    def mask(self) -> SlotMask:
        """All slots of the facet's terms, whatever the aspect."""
        return slot_mask(number for term in self.terms for number in term.slots.values())

    def slots(self, aspect: str) -> list[int]:
        """The slot of each term under this aspect, in the order of the terms."""
        if aspect not in self._slots:
            self._slots[aspect] = [term.slot(aspect) for term in self.terms]
        return self._slots[aspect]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """One version of the vocabulary in one language: equal to itself alone, so good as a key."""

    facets: tuple[VocabularyFacet, ...]
    #: Days by `ListingPart`, of what is no facet.
    shelf_lives: Mapping[str, int] = field(default_factory=dict)
    by_slug: dict[str, VocabularyFacet] = field(init=False)
    facet_of_term: dict[int, VocabularyFacet] = field(init=False)
    term_by_id: dict[int, VocabularyTerm] = field(init=False)
    _counters: dict[str, Counters] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_slug", {facet.slug: facet for facet in self.facets})
        pairs = [(facet, term) for facet in self.facets for term in facet.terms]
        object.__setattr__(self, "facet_of_term", {term.id: facet for facet, term in pairs})
        object.__setattr__(self, "term_by_id", {term.id: term for _, term in pairs})

    @cached_property
    def place_of_term(self) -> dict[int, int]:
        """The order in which pages print terms, by term id."""
        return {term_id: place for place, term_id in enumerate(self.term_by_id)}

    @cached_property
    def meanings(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """What phrases mean: by `phrase_key`, then by facet, the likeliest first, the terms."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        pairs = [(facet, term) for facet in self.facets for term in facet.terms]
        for is_slug in (False, True):
            for facet, term in pairs:
                for phrase in _slug_phrases(term) if is_slug else _phrases(term):
                    terms = found.setdefault(phrase, {}).get(facet.slug, ())
                    found[phrase][facet.slug] = tuple(dict.fromkeys((*terms, term.slug)))
        return found

    def shelf_life_days(self, part: str) -> int:
        """Return how long a `ListingPart` stays good: a year, unless `load_vocabulary` said."""
        return self.shelf_lives.get(part, DAYS_A_YEAR)

    def counters(self, aspect: str) -> Counters:
        """The sums that count every term, medicines under this aspect."""
        if aspect not in self._counters:
            slots = [term.slot(aspect) for term in self.term_by_id.values()]
            self._counters[aspect] = Counters(slots)
        return self._counters[aspect]


def phrase_key(text: str) -> str:
    """Return the one spelling of a phrase: no case, accents, punctuation or plural s."""
    return " ".join(singular(word) for word in plain_words(text))


def _phrases(term: VocabularyTerm) -> set[str]:
    """Return what people call a term: its labels too, with and without what is in brackets."""
    labels = (term.label, *term.labels)
    called = (*term.synonyms, *labels, *(label.partition("(")[0] for label in labels))
    return {phrase_key(phrase) for phrase in called} - {""}


def _slug_phrases(term: VocabularyTerm) -> set[str]:
    """Return the slug as words. Two letters are a state more often than a term, such as "mi"."""
    return {phrase_key(term.slug.replace("_", " "))} if len(term.slug) > 2 else set()


@dataclass(frozen=True, slots=True)
class SiteState:
    """What every public page needs to know, at the price of one small statement."""

    vocabulary: Vocabulary
    has_invented_listings: bool


# The vocabulary of this process by language, with the version it was read at.
_cached: tuple[int, dict[str, Vocabulary]] | None = None


def site_state() -> SiteState:
    """Return the vocabulary in the current language, and whether invented listings are loaded.

    One statement.

    Four more follow when the vocabulary has changed since this process read it.
    """
    global _cached
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT number FROM programs_vocabularyversion),"
            " EXISTS (SELECT 1 FROM programs_facility WHERE is_invented)"
        )
        version, has_invented_listings = cursor.fetchone()
    if version is None or _cached is None or _cached[0] != version:
        # Read after the number: a change in between is read again next time.
        _cached = (version or 0, read_vocabularies())
    return SiteState(_cached[1][_language()], has_invented_listings)


def _language() -> str:
    """Return the current language; outside of a page there may be none, which is English."""
    return get_language() or settings.LANGUAGE_CODE


def read_vocabulary() -> Vocabulary:
    """Read the vocabulary in the current language. Four statements."""
    return read_vocabularies()[_language()]


def read_vocabularies() -> dict[str, Vocabulary]:
    """Read the vocabulary from the database, in every language of the site. Four statements."""
    shelf_lives = dict(ShelfLife.objects.values_list("part", "days"))
    facets = list(Facet.objects.prefetch_related("terms__slots").order_by("position", "slug"))
    return {
        language: Vocabulary(
            shelf_lives=shelf_lives,
            facets=tuple(_facet_in(language, facet) for facet in facets),
        )
        for language, _name in settings.LANGUAGES
    }


def _facet_in(language: str, facet: Facet) -> VocabularyFacet:
    terms = sorted(facet.terms.all(), key=lambda term: (term.position, term.slug))
    return VocabularyFacet(
        slug=facet.slug,
        label=worded(facet.label, facet.label_es, language),
        definition=worded(facet.definition, facet.definition_es, language),
        kind=FactKind(facet.kind),
        is_common=facet.is_common,
        shelf_life_days=facet.shelf_life_days,
        terms=tuple(_term_in(language, term) for term in terms),
    )


def _term_in(language: str, term: Term) -> VocabularyTerm:
    return VocabularyTerm(
        id=term.pk,
        slug=term.slug,
        label=worded(term.label, term.label_es, language),
        definition=worded(term.definition, term.definition_es, language),
        synonyms=tuple(term.synonyms),
        labels=tuple(filter(None, (term.label, term.label_es))),
        slots={slot.aspect: slot.number for slot in term.slots.all()},
    )
