"""What somebody states of a program by hand, put in the place of what was stated before.

The rule (docs/upkeep.md, "Staff portal and claims"): who speaks replaces what others said of the
same thing, and takes back ("not stated") only what the same source had said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from programs.enums import Answer, FactKind, MedicationRelation, NetworkRelation
from programs.models import (
    FACTS_OF_KIND,
    CoverageFact,
    Fact,
    MedicationFact,
    Program,
    Source,
    Term,
)

#: What a level of care says beside yes, and a no does not.
CARE_DETAILS = (
    "hours_per_week_min", "hours_per_week_max", "length_days_min", "length_days_max", "overnight",
)  # fmt: skip


def facts_of_facet(program: Program, facet_id: int, kind: str) -> dict[int, list[Any]]:
    """Return the facts of a facet by term, with their sources. One query."""
    found = FACTS_OF_KIND[kind].objects.filter(program=program, term__facet=facet_id)
    by_term: dict[int, list[Any]] = {}
    for fact in found.select_related("source", "term__facet").order_by("id"):
        by_term.setdefault(fact.term_id, []).append(fact)
    return by_term


def may_take_back(stated: Iterable[Fact], source: Source) -> bool:
    """Return whether all of it was said by the one who would take it back."""
    return all(fact.source_id == source.pk for fact in stated)


def state_answer(
    program: Program, term: Term, answer: str, details: dict[str, Any], source: Source, today: date
) -> None:
    """State yes or no of a feature or a level of care; "" takes the own statement back."""
    model = FACTS_OF_KIND[term.facet.kind]
    if not answer:
        model.objects.filter(program=program, term=term, source=source).delete()
        return
    fact = model.objects.filter(program=program, term=term).first() or model(
        program=program, term=term
    )
    fact.answer = answer
    if term.facet.kind == FactKind.CARE and answer == Answer.NO:
        details = dict.fromkeys(CARE_DETAILS) | {"asam_level": "", "asam_edition": None}
    for name, value in details.items():
        setattr(fact, name, value)
    _stamp_and_save(fact, source, today)


def state_medication(
    program: Program, term: Term, relation: str, source: Source, today: date
) -> None:
    """State the one relation to a medicine; "" takes the own statements back."""
    stated = MedicationFact.objects.filter(program=program, term=term)
    if not relation:
        stated.filter(source=source).delete()
        return
    stated.exclude(relation=relation).delete()
    fact = stated.first() or MedicationFact(
        program=program, term=term, relation=MedicationRelation(relation)
    )
    _stamp_and_save(fact, source, today)


def state_coverage(
    program: Program, term: Term, relation: str, source: Source, today: date
) -> None:
    """State the relation to a payer, whatever the plan; "" takes the own statement back."""
    stated = CoverageFact.objects.filter(program=program, term=term, plan="")
    if not relation:
        stated.filter(source=source).delete()
        return
    fact = stated.first() or CoverageFact(program=program, term=term)
    fact.relation = NetworkRelation(relation)
    _stamp_and_save(fact, source, today)


def state_plans(
    program: Program, term: Term, plans: Collection[str], source: Source, today: date
) -> None:
    """State the plans of a payer that the program is in network for, in place of the own ones."""
    stated = CoverageFact.objects.filter(program=program, term=term).exclude(plan="")
    own = stated.filter(source=source, relation=NetworkRelation.IN_NETWORK)
    own.exclude(plan__in=plans).delete()
    for plan in plans:
        fact = stated.filter(plan=plan).first() or CoverageFact(
            program=program, term=term, plan=plan
        )
        fact.relation = NetworkRelation.IN_NETWORK
        _stamp_and_save(fact, source, today)


def _stamp_and_save(row: Any, source: Source, today: date) -> None:
    row.source, row.reported_on, row.confirmed_on = source, today, today
    row.save()
