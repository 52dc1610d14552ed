"""What somebody needs first, put in filters: a page asks in few words, the search in terms."""

from __future__ import annotations

from programs.enums import Need, SearchAspect, Sort
from programs.search.vocabulary import Vocabulary

#: Terms by facet, of which one is enough, and the other parameters of the search.
_TERMS: dict[Need, dict[str, tuple[str, ...]]] = {
    Need.MEDICINE: {"medication": ("methadone", "buprenorphine")},
    Need.DETOX: {"level_of_care": ("withdrawal_care",)},
    Need.STAY: {"level_of_care": ("residential", "recovery_housing")},
}
# Nobody can be sure of today but who says so: those that say they have openings come first.
_BESIDE: dict[Need, dict[str, str]] = {
    Need.MEDICINE: {"medication_access": SearchAspect.START, "sort": Sort.OPENINGS},
}


def parameters_of(need: Need, vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Return the parameters of the search that a need stands for.

    Terms that keepers took out of the vocabulary are not asked for.
    """
    found = {}
    for slug, terms in _TERMS[need].items():
        facet = vocabulary.by_slug.get(slug)
        if known := [term for term in terms if facet and term in facet.by_slug]:
            found[slug] = known
    beside = {name: [value] for name, value in _BESIDE.get(need, {}).items()}
    return found | beside
