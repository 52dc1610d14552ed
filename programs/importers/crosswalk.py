"""What a row's codes state, by the crosswalk in the database (`FederalCode`, `CodeStatement`)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from programs.enums import FactKind, MedicationRelation, NetworkRelation
from programs.models import CodeStatement, FederalCode, Term
from programs.models.facts import MEDICATION_REFUSALS

#: Columns of a level of care that a statement's `detail` may fill.
CARE_DETAILS = (
    "hours_per_week_min",
    "hours_per_week_max",
    "length_days_min",
    "length_days_max",
    "overnight",
    "asam_level",
    "asam_edition",
)
#: "We don't use it" beside "you can keep taking it" is no contradiction.
RELATIONS_THAT_AGREE = frozenset(
    {MedicationRelation.DOES_NOT_USE, MedicationRelation.ACCEPTS_ELSEWHERE}
)


class CrosswalkError(Exception):
    """The crosswalk in the database cannot be used. The message says what to do."""


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact without its program: the same for every row that states it."""

    kind: str
    term_id: int
    # "facet/term", for people.
    path: str
    answer: str = ""
    relation: str = ""
    detail: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """Return what a program can have one fact of."""
        return self.term_id, self.relation if self.kind == FactKind.MEDICATION else ""

    @property
    def value(self) -> str:
        detail = ", ".join(f"{name} {value}" for name, value in self.detail)
        return ", ".join(filter(None, [self.relation or self.answer, detail]))


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A `CodeStatement`, plain: a national load asks it a million times."""

    code: str
    kind: str
    term_id: int
    path: str
    answer: str
    relation: str
    detail: dict[str, Any]
    only_with: frozenset[str]
    only_without: frozenset[str]
    needs_review_without: frozenset[str]

    @property
    def key(self) -> tuple[int, str]:
        """Return what a program can have one fact of: see `StatedFact.key`."""
        return self.term_id, self.relation if self.kind == FactKind.MEDICATION else ""

    def counts_beside(self, codes: frozenset[str]) -> bool:
        if self.only_with and self.only_with.isdisjoint(codes):
            return False
        return self.only_without.isdisjoint(codes)


@dataclass(frozen=True, slots=True)
class Review:
    """Statements of one row that a person should look at."""

    path: str
    reason: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the codes of one row come to."""

    facts: tuple[StatedFact, ...]
    reviews: tuple[Review, ...]
    unknown_codes: frozenset[str]


@dataclass(slots=True)
class Crosswalk:
    """All statements, by code. `editions` says which editions of the directory have a code."""

    editions: dict[str, frozenset[int]]
    statements: dict[str, list[Statement]]
    paths: dict[int, str]
    digest: str
    # Nearly every fact is stated by one code or by the same few: each is made once.
    _facts: dict[tuple[Statement, ...], StatedFact] = field(default_factory=dict)

    def read(self, codes: frozenset[str]) -> Reading:
        """Return the facts that the codes state together, and what is to be reviewed."""
        by_key: dict[tuple[int, str], list[Statement]] = defaultdict(list)
        reviews: list[Review] = []
        for code in sorted(codes):
            for statement in self.statements.get(code, ()):
                if not statement.counts_beside(codes):
                    continue
                by_key[statement.key].append(statement)
                wanted = statement.needs_review_without
                if wanted and wanted.isdisjoint(codes):
                    reason = f"{code} without {' or '.join(sorted(wanted))}"
                    reviews.append(Review(statement.path, reason, (code,)))
        facts = tuple(self._fact(tuple(statements)) for statements in by_key.values())
        reviews += _contradictions(by_key)
        return Reading(facts, tuple(reviews), codes - self.editions.keys())

    def _fact(self, statements: tuple[Statement, ...]) -> StatedFact:
        if statements not in self._facts:
            self._facts[statements] = _fact(statements)
        return self._facts[statements]


def load_crosswalk() -> Crosswalk:
    """Read the crosswalk from the database: three queries."""
    codes = list(FederalCode.objects.order_by("code"))
    if not codes:
        raise CrosswalkError("There are no federal codes yet. Run load_vocabulary first.")
    editions = {code.code: frozenset(code.editions) for code in codes}
    if len(editions) != len(codes):
        raise CrosswalkError("A federal code stands in two categories: a row could mean either.")
    statements: dict[str, list[Statement]] = defaultdict(list)
    for stored in CodeStatement.objects.select_related("code", "term__facet").order_by("id"):
        statements[stored.code.code].append(_statement(stored))
    terms = Term.objects.select_related("facet")
    return Crosswalk(
        editions=editions,
        statements=dict(statements),
        paths={term.pk: f"{term.facet.slug}/{term.slug}" for term in terms},
        digest=_digest(statements),
    )


def _statement(stored: CodeStatement) -> Statement:
    kind = stored.term.facet.kind
    if unknown := stored.detail.keys() - set(CARE_DETAILS):
        raise CrosswalkError(f"{stored}: no fact has the detail {', '.join(sorted(unknown))}.")
    if stored.detail and kind != FactKind.CARE:
        raise CrosswalkError(f"{stored}: only a level of care has details.")
    return Statement(
        code=stored.code.code,
        kind=kind,
        term_id=stored.term_id,
        path=f"{stored.term.facet.slug}/{stored.term.slug}",
        answer=stored.answer if kind in (FactKind.CARE, FactKind.FEATURE) else "",
        relation=stored.medication_relation or stored.network_relation,
        detail=stored.detail,
        only_with=frozenset(stored.only_with),
        only_without=frozenset(stored.only_without),
        needs_review_without=frozenset(stored.needs_review_without),
    )


def _digest(statements: dict[str, list[Statement]]) -> str:
    said = sorted(
        [
            *(code, statement.path, statement.answer, statement.relation),
            *(sorted(statement.only_with), sorted(statement.only_without)),
            sorted(statement.needs_review_without),
            json.dumps(statement.detail, sort_keys=True),
        ]
        for code, of_code in statements.items()
        for statement in of_code
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _fact(statements: tuple[Statement, ...]) -> StatedFact:
    """Return the one fact of all statements of a term (and relation to a medicine)."""
    first = statements[0]
    relation = first.relation
    if first.kind == FactKind.COVERAGE:
        # In the order of the enum, but a no is never hidden by a yes.
        order: list[str] = [NetworkRelation.DOES_NOT_ACCEPT, *NetworkRelation]
        relation = min((statement.relation for statement in statements), key=order.index)
    return StatedFact(
        kind=first.kind,
        term_id=first.term_id,
        path=first.path,
        answer=min(statement.answer for statement in statements),  # "no" before "yes": cautious
        relation=relation,
        detail=_agreed_details(statements),
    )


def _agreed_details(statements: tuple[Statement, ...]) -> tuple[tuple[str, Any], ...]:
    """Return the details on which all statements that have them agree."""
    values: dict[str, set[Any]] = defaultdict(set)
    for statement in statements:
        for name, value in statement.detail.items():
            values[name].add(value)
    return tuple(
        (name, next(iter(values[name]))) for name in CARE_DETAILS if len(values[name]) == 1
    )


def _contradictions(by_key: dict[tuple[int, str], list[Statement]]) -> Iterator[Review]:
    by_term: dict[int, list[Statement]] = defaultdict(list)
    for (term_id, _relation), statements in by_key.items():
        by_term[term_id] += statements
    for statements in by_term.values():
        if len(statements) > 1 and _contradict(statements):
            codes = tuple(sorted({statement.code for statement in statements}))
            yield Review(statements[0].path, "statements that contradict each other", codes)


def _contradict(statements: list[Statement]) -> bool:
    """Say whether one says yes and another says no."""
    kind = statements[0].kind
    if kind in (FactKind.CARE, FactKind.FEATURE):
        return len({statement.answer for statement in statements}) == 2
    relations = {statement.relation for statement in statements}
    if kind == FactKind.COVERAGE:
        return NetworkRelation.DOES_NOT_ACCEPT in relations and len(relations) > 1
    if relations == RELATIONS_THAT_AGREE:
        return False
    return bool(relations & MEDICATION_REFUSALS and relations - MEDICATION_REFUSALS)
