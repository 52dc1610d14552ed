"""What a listing states now of the facts that reports are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from programs.models import Correction, Phone
from programs.search.facts import StatedFact, stated_facts
from programs.search.vocabulary import site_state


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedNow:
    """The facts of the term in question, or the phone in question, if they are still stated."""

    facts: tuple[StatedFact, ...] = ()
    phone: Phone | None = None


def stated_now(corrections: Iterable[Correction]) -> dict[int, StatedNow]:
    """Return what is stated now by correction id. Three statements, however many they are.

    Each correction's program has to be at hand.
    """
    corrections = list(corrections)
    facts = stated_facts(
        sorted({correction.program_id for correction in corrections}),
        site_state().vocabulary,
        term_ids=sorted({c.term_id for c in corrections if c.term_id}),
    )
    phones = {
        (phone.facility_id, phone.number, phone.extension): phone
        for phone in Phone.objects.filter(
            facility__in={c.program.facility_id for c in corrections if c.phone}
        )
    }
    return {
        correction.pk: StatedNow(
            facts=tuple(
                fact for fact in facts[correction.program_id] if fact.term.id == correction.term_id
            ),
            phone=phones.get(
                (correction.program.facility_id, correction.phone, correction.phone_extension)
            ),
        )
        for correction in corrections
    }
