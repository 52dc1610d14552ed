"""Find programs by name: of the program, facility, branch, organization, or its town."""

from __future__ import annotations

from django.db import connection

from programs.search.conditions import NameCondition
from programs.search.place_names import plain_words
from programs.search.spelling import is_near, singular, swaps

#: Words that look alike, by trigrams; `answers` then decides.
_LOOK_ALIKES = """
SELECT typed, word FROM unnest(%s::text[]) typed JOIN programs_nameword ON word %% typed
 UNION SELECT typed, typed FROM unnest(%s::text[]) typed
"""


def name_conditions(names: str) -> list[NameCondition]:
    """Return the condition of the names, if there are any. One statement then.

    Text that has no letter or digit of ours is the name of nothing.
    """
    if not names.strip():
        return []
    typed = list(dict.fromkeys(plain_words(names)))
    # Two letters that changed places leave a short word too few trigrams to be found by.
    alike = {word: [swapped for swapped in swaps(word) if answers(word, swapped)] for word in typed}
    if typed:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_ALIKES, [typed, typed])
            for word, known in cursor.fetchall():
                if answers(word, known):
                    alike[word].append(known)
    return [NameCondition(list(alike.values()))]


def answers(typed: str, known: str) -> bool:
    """Return whether a word of a name answers a typed one: the same, plural or not, or misspelt."""
    return singular(typed) == singular(known) or is_near(typed, known)
