"""Count every option of every facet in one pass over the matches.

A word of the projection has 63 bits. Rather than one `count(*) FILTER` for each of some 250
options, the words are shifted by 0 to 20 and masked to every 21st bit; a plain `sum` then adds up
three counters of 21 bits at once (good for 2,097,151 rows), and 21 sums count 63 options.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from programs.models.vocabulary import BITS_PER_WORD

#: Three counters share a sum, so each has 21 bits.
COUNTER_BITS = 21
_COUNTER = (1 << COUNTER_BITS) - 1


class Counters:
    """The sums that count these slots: as SQL, and read back.

    The SQL is over the columns word0 and on, and `MASK`.
    """

    #: Every 21st bit.
    MASK = f"{sum(1 << shift for shift in range(0, BITS_PER_WORD, COUNTER_BITS))}::bigint AS m"

    def __init__(self, slots: Iterable[int]) -> None:
        places = {number: divmod(number, BITS_PER_WORD) for number in slots}
        shifts = {number: (word, bit % COUNTER_BITS) for number, (word, bit) in places.items()}
        sums = sorted(set(shifts.values()))
        self.words = sorted({word for word, _ in sums})
        # Short: psycopg reads a statement of more than 4,096 characters anew each time.
        columns = (f"sum(word{word}>>{shift}&m)" for word, shift in sums)
        self.sql = f"ARRAY[{', '.join(columns)}]::bigint[]"
        index = {each: position for position, each in enumerate(sums)}
        self._lanes = {
            number: (index[shifts[number]], bit - bit % COUNTER_BITS)
            for number, (_, bit) in places.items()
        }

    def counts(self, sums: Sequence[int], slots: Iterable[int] | None = None) -> dict[int, int]:
        """Return the count of each of these slots, or of all, from the values of `sql`."""
        lanes = self._lanes
        numbers = lanes if slots is None else slots
        return {number: sums[lanes[number][0]] >> lanes[number][1] & _COUNTER for number in numbers}
