"""From answers to suggestions: `advise(said)`, by the table of rules alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

from programs.guide.care import DESCRIBED, HOME_BASED, LEVELS, Care, Kind
from programs.guide.features import Feature
from programs.guide.notices import FOR_EVERYBODY, Notice
from programs.guide.questions import Token
from programs.guide.rule import Rule, Stop
from programs.guide.rules import RULES

MOST_LEVELS = 3

What = TypeVar("What", Care, Feature, Notice)


@dataclass(frozen=True, slots=True)
class Because(Generic[What]):
    """Something to show, and the rules that speak for it."""

    what: What
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to show. With `stops`, those and what the emergency rules say, and nothing else.

    `notices` are those that a rule gives; `for_everybody` the rest of what every result says.
    """

    rules: tuple[Rule, ...]
    stops: tuple[Stop, ...] = ()
    levels: tuple[Because[Care], ...] = ()
    withdrawal: tuple[Because[Care], ...] = ()
    medicine: tuple[Because[Care], ...] = ()
    add_ons: tuple[Because[Care], ...] = ()
    features: tuple[Because[Feature], ...] = ()
    notices: tuple[Because[Notice], ...] = ()
    for_everybody: tuple[Notice, ...] = ()


def advise(said: Set[Token]) -> Advice:
    """Return what to show to somebody who gave these answers; any set of them will do."""
    fired = [rule for rule in RULES if rule.when.holds(said)]
    if any(rule.stop for rule in fired):
        return _emergency([rule for rule in fired if rule.is_emergency])
    care = _care_of(fired)
    notices = _notices(fired)
    given = {each.what.slug for each in notices}
    return Advice(
        rules=tuple(fired),
        levels=tuple(_because(level, fired) for level in _levels(care, fired)),
        withdrawal=_of_kind(Kind.WITHDRAWAL, care, fired),
        medicine=_of_kind(Kind.MEDICINE, care, fired),
        add_ons=_of_kind(Kind.ADD_ON, care, fired),
        features=_features(fired),
        notices=notices,
        for_everybody=tuple(notice for notice in FOR_EVERYBODY if notice.slug not in given),
    )


def _emergency(fired: Sequence[Rule]) -> Advice:
    """Return the screens that come instead of suggestions, 911 before 988."""
    asked = {rule.stop for rule in fired}
    return Advice(
        rules=tuple(fired),
        stops=tuple(stop for stop in Stop if stop in asked),
        notices=_notices(fired),
    )


def _care_of(fired: Iterable[Rule]) -> set[Care]:
    """Return all that a rule adds, without withdrawal care that another says is too little."""
    added = {care for rule in fired for care in rule.adds}
    dropped = {care for rule in fired for care in rule.drops}
    # Nothing else can be dropped, whatever a rule says: least of all medicine.
    return added - {care for care in dropped if DESCRIBED[care].kind == Kind.WITHDRAWAL}


def _levels(care: Set[Care], fired: Sequence[Rule]) -> list[Care]:
    """Return three levels at most, in their order.

    Floors come first. Then the least restrictive level is first, unless a rule puts one first;
    what a person prefers only orders.
    """
    lowest = max((LEVELS.index(rule.lowest) for rule in fired if rule.lowest), default=0)
    levels = [level for level in LEVELS[lowest:] if level in care]
    if any(rule.home_first for rule in fired):
        levels.sort(key=lambda level: level not in HOME_BASED)
    first = {rule.first for rule in fired}
    levels.sort(key=lambda level: level not in first)
    return levels[:MOST_LEVELS]


def _of_kind(kind: Kind, care: Set[Care], fired: Iterable[Rule]) -> tuple[Because[Care], ...]:
    """Return the care of a kind, in the order of `Care`."""
    return tuple(
        _because(each, fired) for each in Care if each in care and DESCRIBED[each].kind == kind
    )


def _because(care: Care, fired: Iterable[Rule]) -> Because[Care]:
    """Return the care with the rules that add it, or put it first because it is at home."""
    is_at_home = care in HOME_BASED
    speaking = (rule for rule in fired if care in rule.adds or (is_at_home and rule.home_first))
    return Because(care, tuple(speaking))


def _features(fired: Iterable[Rule]) -> tuple[Because[Feature], ...]:
    """Return each thing to ask for once, in the order of the rules."""
    asked: dict[str, Because[Feature]] = {}
    for rule in fired:
        for feature in rule.features:
            before = asked[feature.slug].rules if feature.slug in asked else ()
            asked[feature.slug] = Because(feature, (*before, rule))
    return tuple(asked.values())


def _notices(fired: Iterable[Rule]) -> tuple[Because[Notice], ...]:
    """Return each warning once, in the order of the rules."""
    given: dict[str, Because[Notice]] = {}
    for rule in fired:
        for notice in rule.notices:
            before = given[notice.slug].rules if notice.slug in given else ()
            given[notice.slug] = Because(notice, (*before, rule))
    return tuple(given.values())
