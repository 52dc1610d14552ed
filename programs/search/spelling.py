"""How far a typed word may be from the one that was meant."""

from __future__ import annotations

from rapidfuzz.distance import OSA


def mistakes_allowed(typed: str) -> int:
    """Return how many letters may be wrong: none in short words and in numbers."""
    if len(typed) < 5 or any(character.isdigit() for character in typed):
        return 0
    return 1 if len(typed) < 9 else 2


def mistakes(typed: str, known: str) -> int:
    """Count the letters that were changed, left out, added or swapped with the next."""
    return OSA.distance(typed, known)


def is_near(typed: str, known: str) -> bool:
    """Return whether a typed word may be a misspelt `known`. Nobody misses the first letter."""
    if typed == known:
        return True
    return typed[:1] == known[:1] and mistakes(typed, known) <= mistakes_allowed(typed)


def swaps(word: str) -> list[str]:
    """Return the spellings in which two neighbours, but for the first, changed places."""
    return [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for at in range(1, len(word) - 1)
        if word[at] != word[at + 1]
    ]


def singular(word: str) -> str:
    """Drop the plural s, so that "teens" is "teen". Only for comparing: "texas" loses it too."""
    return word[:-1] if len(word) > 4 and word.endswith("s") and word[-2] != "s" else word
