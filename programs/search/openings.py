"""Openings that still count: as a condition of a search, and as results say them.

An opening counts for a level of care that the program is said to offer; without a level, for all
of it. The projection has the slot of its level, or `WHOLE_PROGRAM`, and the time it counts until:
that is compared when somebody searches, so that nothing has to run when it passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from programs.enums import OpeningStatus
from programs.models.vocabulary import BITS_PER_WORD
from programs.querysets import COUNTS_NOW
from programs.search.criteria import SearchCriteria
from programs.search.vocabulary import Vocabulary, VocabularyTerm

#: The facet of the levels: with some chosen, an opening in one of these is asked for.
LEVELS = "level_of_care"
#: In the place of a slot: the program as a whole.
WHOLE_PROGRAM = -1

_CURRENT = f"unnest(r.opening_slots, r.opening_until) AS o (slot, expires_at) WHERE {COUNTS_NOW}"
# What every search asks, of every row, has no subquery: PostgreSQL thinks that dear, and then plans
# the statement anew each time.
_ANY = "(%(now)s::timestamptz < ANY(r.opening_until)) IS TRUE"
_UNTIL = "r.opening_until[array_position(r.opening_slots, %(opening{index})s::smallint)]"


@dataclass(frozen=True, slots=True)
class OpeningCondition:
    """An opening at `now`, of one of the levels of these slots or of all; of any with no slots."""

    now: datetime
    slots: tuple[int, ...]
    name: ClassVar[str] = "opening"
    own_terms: ClassVar[tuple[VocabularyTerm, ...]] = ()
    silent_sql: ClassVar[str] = ""
    words: ClassVar[tuple[int, ...]] = ()
    #: As if no level was chosen.
    any_sql: ClassVar[str] = f"({_ANY})"

    @property
    def sql(self) -> str:
        if not self.slots:
            return f"({_ANY})"
        until = (_UNTIL.format(index=index) for index in range(len(self._whole_and_slots)))
        return f"((greatest({', '.join(until)}) > %(now)s::timestamptz) IS TRUE)"

    @property
    def parameters(self) -> dict[str, Any]:
        slots = {f"opening{index}": slot for index, slot in enumerate(self._whole_and_slots)}
        return {"now": self.now, **slots}

    @property
    def _whole_and_slots(self) -> tuple[int, ...]:
        return (WHOLE_PROGRAM, *self.slots)

    def bits_sql(self, word: int) -> str:
        """The bits of this word whose levels have an opening: all bits for one of all."""
        return (
            "CASE WHEN r.opening_until IS NULL THEN 0 ELSE (SELECT coalesce(bit_or(CASE"
            f" WHEN o.slot = {WHOLE_PROGRAM} THEN -1::bigint"
            f" WHEN o.slot / {BITS_PER_WORD} = {word}"
            f" THEN 1::bigint << (o.slot %% {BITS_PER_WORD}) END), 0) FROM {_CURRENT}) END"
        )


def opening_condition(
    criteria: SearchCriteria, vocabulary: Vocabulary, now: datetime
) -> OpeningCondition:
    """Return what "has openings now" means in this search, whether it is asked for or not.

    Raises KeyError when the criteria name a level that the vocabulary lacks.
    """
    levels = criteria.wanted.get(LEVELS, ())
    by_slug = vocabulary.by_slug[LEVELS].by_slug if levels else {}
    return OpeningCondition(
        now, tuple(by_slug[level].slot(criteria.medication_aspect) for level in levels)
    )


class StatedOpening(NamedTuple):
    """What was said about a level, or about the whole program where `term` is None."""

    term: VocabularyTerm | None
    status: OpeningStatus
    wait_days: int | None
    stated_at: datetime


#: A column of a page's statement, over its `program`.
OPENINGS_OF_PROGRAM = f"""(
    SELECT json_agg(json_build_array(o.term_id, o.status, o.wait_days,
                                     extract(epoch FROM o.stated_at)))
      FROM programs_opening o WHERE o.program_id = program.id AND {COUNTS_NOW})"""


def stated_openings(
    rows: Iterable[tuple[int | None, str, int | None, float]],
    offered: Iterable[int],
    vocabulary: Vocabulary,
) -> tuple[StatedOpening, ...]:
    """Return what the column says, the program as a whole first, then in the vocabulary's order.

    Of levels alone that the program is said to offer, by these ids of terms.
    """
    known, order = {None, *offered}, vocabulary.place_of_term
    stated = [
        StatedOpening(
            vocabulary.term_by_id[term_id] if term_id else None,
            OpeningStatus(status),
            wait_days,
            datetime.fromtimestamp(stated_at, UTC),
        )
        for term_id, status, wait_days, stated_at in rows
        if term_id in known
    ]
    return tuple(sorted(stated, key=lambda said: order[said.term.id] if said.term else -1))
