"""Find the successor of each listing in a new edition of the directory.

The directory has no stable id, so a row is known again by its name, address and phone. Tiers go
from certain to weak. In each, a listing and a row are joined only if each is the other's only
candidate among all that earlier tiers left over: what is ambiguous stays apart, for two programs
made one is worse than one program seen as closed and new.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from programs.importers.records import CleanRow

#: How near two names must be, of 100, to be one name respelled; see docs/data.md.
NEAR_NAME = 85
#: Which part of all their codes two rows must share to be taken for one program: 95 of 100 true
#: pairs have more, 3 of 100 pairs drawn at random do.
NEAR_CODES = 0.6

Key = Hashable
Keys = Callable[[CleanRow], Iterable[Key]]

_NOT_A_WORD = re.compile(r"[^a-z0-9 ]+")
#: Words that say what kind of body a name belongs to, and come and go between editions.
_LEGAL_FORMS = frozenset(
    ("inc", "incorporated", "llc", "llp", "pllc", "pc", "ltd", "co", "corp", "the", "of", "and")
)
#: Words that tell apart programs of one body at one address.
_TELLING_WORDS = frozenset(
    (
        *("men", "mens", "women", "womens", "boys", "girls", "adult", "adults", "adolescent"),
        *("youth", "detox", "methadone", "residential", "inpatient", "ip", "outpatient", "op"),
    )
)
_ABBREVIATIONS = {
    **{"street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln"},
    **{"boulevard": "blvd", "highway": "hwy", "parkway": "pkwy", "court": "ct", "place": "pl"},
    **{"suite": "ste", "north": "n", "south": "s", "east": "e", "west": "w", "floor": "fl"},
    **{"northwest": "nw", "northeast": "ne", "southwest": "sw", "southeast": "se"},
    **{"center": "ctr", "centre": "ctr", "centers": "ctr", "services": "svcs", "service": "svcs"},
    **{"county": "cnty", "outpatient": "op", "treatment": "tx", "saint": "st"},
    **{"community": "comm", "behavioral": "bh", "health": "hlth", "healthcare": "hlthcare"},
}


@dataclass(frozen=True, slots=True)
class Tier:
    """What two rows must share (any one key), and what must hold of them besides."""

    name: str
    keys: Keys
    allows: Callable[[CleanRow, CleanRow], bool] = lambda stored, row: True


@dataclass(frozen=True, slots=True)
class Match:
    """Positions in the two sequences that were matched, and the name of the tier."""

    stored: int
    row: int
    tier: str


@lru_cache(maxsize=100_000)
def fold_words(text: str) -> str:
    """Return the words of a name or street without case, punctuation and legal form, shortened."""
    words = _NOT_A_WORD.sub(" ", text.casefold().replace("'", "")).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words if word not in _LEGAL_FORMS)


def names_are_near(a: CleanRow, b: CleanRow) -> bool:
    """Say whether the two have one name respelled, whatever is in its first and second part."""
    return name_likeness(a.full_name, b.full_name) >= NEAR_NAME


def name_likeness(a: str, b: str) -> float:
    """Return how near two full names are, of 100; nothing for two programs of one body."""
    words_of_a, words_of_b = _telling_words(a), _telling_words(b)
    if words_of_a and words_of_b and words_of_a != words_of_b:
        return 0
    return fuzz.token_sort_ratio(fold_words(a), fold_words(b))


def _telling_words(full_name: str) -> set[str]:
    """Return the words that tell apart programs of one body: "Clinic 2" is not "Clinic 1"."""
    words = fold_words(full_name).split()
    return {word for word in words if word in _TELLING_WORDS or word.isdigit()}


def codes_are_near(a: CleanRow, b: CleanRow) -> bool:
    """Say whether most of the codes that either has are codes of both."""
    return len(a.codes & b.codes) >= NEAR_CODES * len(a.codes | b.codes)


def _name(row: CleanRow) -> Key:
    return fold_words(row.name), fold_words(row.branch)


def _street(row: CleanRow) -> Key:
    return fold_words(row.street1), row.zip_code


def _numbers(row: CleanRow) -> set[str]:
    """Return the numbers of the main line; those of an intake desk are shared by many sites."""
    return {phone.number + "x" + phone.extension for phone in row.telephones if phone.use == "main"}


def _area(row: CleanRow) -> Key:
    """Return the first three digits of the ZIP code: a region of a state, or a city."""
    return row.state, row.zip_code[:3]


TIERS = (
    Tier("the same in every column", lambda row: [row.said]),
    Tier(
        "name, second name, both street lines, ZIP and phone",
        lambda row: [(_name(row), _street(row), row.street2, number) for number in _numbers(row)],
    ),
    Tier(
        "name, second name, street, ZIP and phone",
        lambda row: [(_name(row), _street(row), number) for number in _numbers(row)],
    ),
    Tier("name, second name, street and ZIP", lambda row: [(_name(row), _street(row))]),
    Tier("near name, street and ZIP", lambda row: [_street(row)], names_are_near),
    Tier(
        "first name, street, ZIP and phone; near codes",
        lambda row: [(fold_words(row.name), _street(row), number) for number in _numbers(row)],
        codes_are_near,
    ),
    Tier(
        "first name, street and ZIP; one has no second name; near codes",
        lambda row: [(fold_words(row.name), _street(row))],
        lambda a, b: not (a.branch and b.branch) and codes_are_near(a, b),
    ),
    Tier(
        "name, second name, area and phone",
        lambda row: [(_name(row), _area(row), number) for number in _numbers(row)],
    ),
    Tier(
        "name, second name and ZIP; near codes",
        lambda row: [(_name(row), row.zip_code)] if row.zip_code else [],
        codes_are_near,
    ),
    Tier(
        "near name, area and phone; near codes",
        lambda row: [(_area(row), number) for number in _numbers(row)],
        lambda a, b: names_are_near(a, b) and codes_are_near(a, b),
    ),
    Tier(
        "street, ZIP and phone, another name; near codes",
        lambda row: [(_street(row), number) for number in _numbers(row)],
        codes_are_near,
    ),
)


def match_rows(stored: Sequence[CleanRow], rows: Sequence[CleanRow]) -> list[Match]:
    """Return which row of the new edition follows which stored one, one to one."""
    free_stored, free_rows = set(range(len(stored))), set(range(len(rows)))
    matches: list[Match] = []
    for tier in TIERS:
        for of_stored, of_row in _only_candidates(tier, stored, free_stored, rows, free_rows):
            matches.append(Match(stored=of_stored, row=of_row, tier=tier.name))
            free_stored.discard(of_stored)
            free_rows.discard(of_row)
    return matches


def _only_candidates(
    tier: Tier,
    stored: Sequence[CleanRow],
    free_stored: set[int],
    rows: Sequence[CleanRow],
    free_rows: set[int],
) -> list[tuple[int, int]]:
    """Return the pairs of which each is the only candidate of the other."""
    by_key: dict[Key, list[int]] = defaultdict(list)
    for position in sorted(free_rows):
        for key in tier.keys(rows[position]):
            by_key[key].append(position)
    rows_of: dict[int, set[int]] = defaultdict(set)
    stored_of: dict[int, set[int]] = defaultdict(set)
    for position in sorted(free_stored):
        for key in tier.keys(stored[position]):
            for candidate in by_key.get(key, ()):
                if tier.allows(stored[position], rows[candidate]):
                    rows_of[position].add(candidate)
                    stored_of[candidate].add(position)
    return [
        (position, candidate)
        for position, candidates in rows_of.items()
        if len(candidates) == 1
        for candidate in candidates
        if len(stored_of[candidate]) == 1
    ]
