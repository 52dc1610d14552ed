"""What somebody searches for, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from programs.enums import SearchAspect, Sort
from programs.geo import Coordinates

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Within `radius_miles` of a point, in a straight line.

    `state` is the one the point is in, or "": who serves it by phone or video is found too.
    """

    origin: Coordinates
    radius_miles: int
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InState:
    """Anywhere in the state of this postal abbreviation, or serving it by phone or video."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InCounty:
    """Anywhere in the county with this `Place` id, or serving its state by phone or video."""

    county_id: int
    state: str = ""


@dataclass(frozen=True, slots=True)
class Anywhere:
    """The whole directory."""


Where = Near | InState | InCounty | Anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCriteria:
    """A search: OR inside a facet, AND across facets.

    `wanted` and `excluded` map a facet's slug to the slugs of the terms that were chosen in it; all
    must be in the vocabulary. Of `excluded`, programs that are known to match are left out. In the
    facets of `or_unknown`, programs that did not say count as well. `medication_aspect` says what
    the chosen medicines must offer. Each word of `names` is in, or near, a name of the program.
    `openings_now`: with an opening now, in one of the levels of care that are wanted if any are.
    """

    where: Where = Anywhere()
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    or_unknown: frozenset[str] = frozenset()
    medication_aspect: SearchAspect = SearchAspect.OFFERS
    names: str = ""
    openings_now: bool = False
    sort: Sort = Sort.NEAREST
    page: int = 1
