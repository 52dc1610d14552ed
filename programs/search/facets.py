"""Count every option of every facet in one pass over the matches.

A word of the projection has 63 bits. Rather than one `count(*) FILTER` for each of some 280
bits, the words are shifted by 0 to 20 and masked to every 21st bit; a plain `sum` then adds up
three counters of 21 bits at once (good for 2,097,151 rows), and 21 sums count 63 options.
"""

from __future__ import annotations

from collections.abc import Sequence

from programs.models.vocabulary import BITS_PER_WORD

#: Three counters share a sum, so each has 21 bits.
COUNTER_BITS = 21
_LANES = sum(1 << shift for shift in range(0, BITS_PER_WORD, COUNTER_BITS))
_COUNTER = (1 << COUNTER_BITS) - 1


def counter_columns(words: range) -> list[str]:
    """Return the SELECT expressions that count the bits of the columns word0, word1 and on."""
    return [
        f"sum((word{word} >> {shift}) & {_LANES})::bigint"
        for word in words
        for shift in range(COUNTER_BITS)
    ]


def counts_by_slot(sums: Sequence[int | None]) -> dict[int, int]:
    """Return the count of each slot number from the values of `counter_columns`."""
    counts = {}
    for index, packed in enumerate(sums):
        word, shift = divmod(index, COUNTER_BITS)
        for lane in range(0, BITS_PER_WORD, COUNTER_BITS):
            counts[word * BITS_PER_WORD + lane + shift] = ((packed or 0) >> lane) & _COUNTER
    return counts
