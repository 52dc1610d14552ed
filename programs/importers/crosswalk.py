"""What a row's codes state, by the crosswalk in the database (`FederalCode`, `CodeStatement`)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from programs.enums import Answer, FactKind, MedicationRelation, NetworkRelation
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
    statements: dict[str, list[CodeStatement]]
    paths: dict[int, str]
    digest: str
    _readings: dict[frozenset[str], Reading] = field(default_factory=dict)

    def read(self, codes: frozenset[str]) -> Reading:
        """Return the facts that the codes state together, and what is to be reviewed."""
        if codes not in self._readings:
            self._readings[codes] = self._read(codes)
        return self._readings[codes]

    def _read(self, codes: frozenset[str]) -> Reading:
        by_key: dict[tuple[int, str], list[CodeStatement]] = defaultdict(list)
        reviews: list[Review] = []
        for code in sorted(codes):
            for statement in self.statements.get(code, ()):
                if not _counts(statement, codes):
                    continue
                relation = statement.medication_relation
                by_key[statement.term_id, relation].append(statement)
                wanted = statement.needs_review_without
                if wanted and not codes.intersection(wanted):
                    reviews.append(self._lone_statement(statement, code))
        facts = tuple(self._fact(statements) for statements in by_key.values())
        reviews += self._contradictions(by_key)
        return Reading(facts, tuple(reviews), codes - self.editions.keys())

    def _fact(self, statements: list[CodeStatement]) -> StatedFact:
        """Return the one fact of all statements of a term (and relation to a medicine)."""
        first = statements[0]
        answer = relation = ""
        kind = first.term.facet.kind
        if kind == FactKind.MEDICATION:
            relation = first.medication_relation
        elif kind == FactKind.COVERAGE:
            # In the order of the enum, but a no is never hidden by a yes.
            order = [NetworkRelation.DOES_NOT_ACCEPT, *NetworkRelation]
            relation = min((s.network_relation for s in statements), key=order.index)
        else:
            answer = min(s.answer for s in statements)  # "no" before "yes": the more cautious
        return StatedFact(
            kind=kind,
            term_id=first.term_id,
            path=self.paths[first.term_id],
            answer=answer,
            relation=relation,
            detail=_agreed_details(statements) if kind == FactKind.CARE else (),
        )

    def _lone_statement(self, statement: CodeStatement, code: str) -> Review:
        others = " or ".join(statement.needs_review_without)
        return Review(self.paths[statement.term_id], f"{code} without {others}", (code,))

    def _contradictions(
        self, by_key: dict[tuple[int, str], list[CodeStatement]]
    ) -> Iterable[Review]:
        by_term: dict[int, list[CodeStatement]] = defaultdict(list)
        for (term_id, _relation), statements in by_key.items():
            by_term[term_id] += statements
        for term_id, statements in by_term.items():
            if _contradict(statements):
                codes = tuple(sorted({statement.code.code for statement in statements}))
                yield Review(self.paths[term_id], "statements that contradict each other", codes)


def load_crosswalk() -> Crosswalk:
    """Read the crosswalk from the database: three queries."""
    codes = list(FederalCode.objects.order_by("code"))
    if not codes:
        raise CrosswalkError("There are no federal codes yet. Run load_vocabulary first.")
    editions = {code.code: frozenset(code.editions) for code in codes}
    if len(editions) != len(codes):
        raise CrosswalkError("A federal code stands in two categories: a row could mean either.")
    statements: dict[str, list[CodeStatement]] = defaultdict(list)
    for statement in CodeStatement.objects.select_related("code", "term__facet").order_by("id"):
        _check_details(statement)
        statements[statement.code.code].append(statement)
    terms = Term.objects.select_related("facet")
    return Crosswalk(
        editions=editions,
        statements=dict(statements),
        paths={term.pk: f"{term.facet.slug}/{term.slug}" for term in terms},
        digest=_digest(statements),
    )


def _check_details(statement: CodeStatement) -> None:
    if unknown := statement.detail.keys() - set(CARE_DETAILS):
        raise CrosswalkError(f"{statement}: no fact has the detail {', '.join(sorted(unknown))}.")
    if statement.detail and statement.term.facet.kind != FactKind.CARE:
        raise CrosswalkError(f"{statement}: only a level of care has details.")


def _digest(statements: dict[str, list[CodeStatement]]) -> str:
    said = sorted(
        [
            *(code, statement.term.facet.slug, statement.term.slug, statement.answer),
            *(statement.medication_relation, statement.network_relation),
            *(sorted(statement.only_with), sorted(statement.only_without)),
            json.dumps(statement.detail, sort_keys=True),
        ]
        for code, of_code in statements.items()
        for statement in of_code
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _counts(statement: CodeStatement, codes: frozenset[str]) -> bool:
    if statement.only_with and not codes.intersection(statement.only_with):
        return False
    return not codes.intersection(statement.only_without)


def _agreed_details(statements: list[CodeStatement]) -> tuple[tuple[str, Any], ...]:
    """Return the details on which all statements that have them agree."""
    values: dict[str, set[Any]] = defaultdict(set)
    for statement in statements:
        for name, value in statement.detail.items():
            values[name].add(value)
    return tuple(
        (name, next(iter(values[name]))) for name in CARE_DETAILS if len(values[name]) == 1
    )


def _contradict(statements: list[CodeStatement]) -> bool:
    if statements[0].term.facet.kind == FactKind.MEDICATION:
        relations = {MedicationRelation(s.medication_relation) for s in statements}
        says_both = bool(relations & MEDICATION_REFUSALS and relations - MEDICATION_REFUSALS)
        return says_both and relations != RELATIONS_THAT_AGREE
    if statements[0].term.facet.kind == FactKind.COVERAGE:
        refusals = {s.network_relation == NetworkRelation.DOES_NOT_ACCEPT for s in statements}
        return len(refusals) == 2
    return {s.answer for s in statements} == set(Answer)
