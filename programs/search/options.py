"""The options of every facet, with the number of programs that choosing one would give."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from programs.search.conditions import Condition, Demand, FacetCondition
from programs.search.counting import Counts
from programs.search.criteria import SearchCriteria
from programs.search.vocabulary import Vocabulary, VocabularyFacet


class FacetOption(NamedTuple):
    """An option and how many programs choosing it would give; None when nothing was searched."""

    slug: str
    label: str
    definition: str
    program_count: int | None
    selected: bool
    excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCounts:
    """A facet, what is chosen in it, and a count for each of its terms in their order.

    No counts when nothing was searched. `or_unknown`: places that did not say count too; `silent`
    is how many more there would be if they did, None where nothing is chosen.
    """

    facet: VocabularyFacet
    counts: Sequence[int] | None
    wanted: Sequence[str] = ()
    excluded: Sequence[str] = ()
    or_unknown: bool = False
    silent: int | None = None

    @property
    def slug(self) -> str:
        return self.facet.slug

    @property
    def label(self) -> str:
        return self.facet.label

    @property
    def is_common(self) -> bool:
        return self.facet.is_common

    @property
    def options(self) -> tuple[FacetOption, ...]:
        return self._options(self.facet.by_slug)

    @property
    def selected(self) -> tuple[FacetOption, ...]:
        return self._options(self.wanted)

    @property
    def left_out(self) -> tuple[FacetOption, ...]:
        return self._options(self.excluded)

    @property
    def is_on(self) -> bool:
        return bool(self.selected or self.left_out)

    def _options(self, slugs: Container[str]) -> tuple[FacetOption, ...]:
        """Return the options of these slugs in the vocabulary's order."""
        if not slugs:
            return ()
        return tuple(
            FacetOption(
                slug=term.slug,
                label=term.label,
                definition=term.definition,
                program_count=self.counts[index] if self.counts else None,
                selected=term.slug in self.wanted,
                excluded=term.slug in self.excluded,
            )
            for index, term in enumerate(self.facet.terms)
            if term.slug in slugs
        )


def counted_facets(
    criteria: SearchCriteria,
    conditions: Iterable[Condition],
    counts: Counts,
    vocabulary: Vocabulary,
) -> tuple[FacetCounts, ...]:
    """Return every facet, with what choosing each of its terms would give."""
    silent = {
        condition.facet.slug: counts.silent[condition.name]
        for condition in conditions
        if isinstance(condition, FacetCondition) and condition.demand != Demand.NOT_STATED
    }
    by_slot = counts.by_slot
    return tuple(
        FacetCounts(
            facet=facet,
            counts=[by_slot.get(slot, 0) for slot in facet.slots(criteria.medication_aspect)],
            wanted=criteria.wanted.get(facet.slug, ()),
            excluded=criteria.excluded.get(facet.slug, ()),
            or_unknown=facet.slug in criteria.or_unknown,
            silent=silent.get(facet.slug),
        )
        for facet in vocabulary.facets
    )


def options_without_counts(
    vocabulary: Vocabulary, chosen: Mapping[str, Sequence[str]]
) -> tuple[FacetCounts, ...]:
    """Return the options for a search form that could not be answered."""
    return tuple(
        FacetCounts(
            facet=facet,
            counts=None,
            wanted=chosen.get(facet.slug, ()),
            excluded=chosen.get(f"not_{facet.slug}", ()),
        )
        for facet in vocabulary.facets
    )
