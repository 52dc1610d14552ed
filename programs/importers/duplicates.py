"""Find listings that may be one place entered twice: by address, phone and name.

A likely pair is for a person to look at. Nothing is joined here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from programs.importers.matching import fold_words, name_likeness
from programs.importers.records import CleanRow

#: How near two names must be, of 100, beside what else the two share.
NAME_AT_ONE_ADDRESS = 65
NAME_WITH_ONE_PHONE = 75
NAME_IN_ONE_ZIP_CODE = 90


@dataclass(frozen=True, slots=True)
class Site:
    """What a listing is compared by. `numbers` are those of its main lines, as E.164."""

    key: int
    name: str
    street1: str
    zip_code: str
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """Two sites by their keys, how near their names are (of 100), and what they share."""

    key: int
    other: int
    likeness: float
    reason: str


def site_of(key: int, row: CleanRow) -> Site:
    numbers = frozenset(phone.number for phone in row.telephones if phone.use == "main")
    return Site(key, row.full_name, row.street1, row.zip_code, numbers)


def likely_pairs(sites: Iterable[Site], others: Iterable[Site]) -> Iterator[LikelyPair]:
    """Return for each site the other that it is most likely to be, if there is one."""
    index: dict[Hashable, list[Site]] = defaultdict(list)
    for other in others:
        for key in _keys(other):
            index[key].append(other)
    for site in sites:
        candidates = {other.key: other for key in _keys(site) for other in index.get(key, ())}
        candidates.pop(site.key, None)  # where the two lists are one
        pairs = [pair for other in candidates.values() if (pair := _compared(site, other))]
        if pairs:
            yield max(pairs, key=lambda pair: (len(pair.reason), pair.likeness, -pair.other))


def _keys(site: Site) -> Iterator[Hashable]:
    if site.street1 and site.zip_code:
        yield "address", fold_words(site.street1), site.zip_code
    for number in site.numbers:
        yield "phone", number
    if site.zip_code:
        yield "ZIP code", site.zip_code


def _compared(site: Site, other: Site) -> LikelyPair | None:
    """Return the pair if the two share enough, with what they share in words."""
    shared = []
    if site.zip_code == other.zip_code and fold_words(site.street1) == fold_words(other.street1):
        shared.append("same address")
    # Chains have one number for sites far apart.
    if site.numbers & other.numbers and site.zip_code[:3] == other.zip_code[:3]:
        shared.append("same phone")
    likeness = name_likeness(site.name, other.name)
    if likeness < _name_needed(shared):
        return None
    if likeness >= NAME_WITH_ONE_PHONE:
        shared.append("same name" if likeness == 100 else "near name")
    return LikelyPair(site.key, other.key, likeness, ", ".join(shared))


def _name_needed(shared: list[str]) -> float:
    if "same address" in shared:
        return 0 if "same phone" in shared else NAME_AT_ONE_ADDRESS
    return NAME_WITH_ONE_PHONE if shared else NAME_IN_ONE_ZIP_CODE
