"""Names compared again, by plain loops over letters: nothing shared with the SQL."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def is_named(name_words: Iterable[str], names: str) -> bool:
    """Return whether each word of the names is, or is nearly, a word of the program's."""
    typed = folded(names)
    if names.strip() and not typed:
        return False
    return all(any(is_like(word, other) for other in name_words) for word in typed)


def folded(text: str) -> set[str]:
    """Return the words of a text without case, accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", text).lower()
    marks = [character for character in plain if unicodedata.combining(character)]
    for dropped in {*marks, "'", "`", "\u00b4", "\u2018", "\u2019"}:
        plain = plain.replace(dropped, "")
    return set(
        "".join(
            character if character.isascii() and character.isalnum() else " " for character in plain
        ).split()
    )


def is_like(typed: str, word: str) -> bool:
    """The same word, give or take a plural s; or nearly the same, and then of like letters too."""
    if without_s(typed) == without_s(word):
        return True
    if typed[0] != word[0] or len(typed) < 5 or any(letter.isdigit() for letter in typed):
        return False
    wrong = letters_wrong(typed, word)
    if wrong > (1 if len(typed) < 9 else 2):
        return False
    return likeness(typed, word) >= 0.3 or is_swapped(typed, word)


def without_s(word: str) -> str:
    return word[:-1] if len(word) > 4 and word[-1] == "s" and word[-2] != "s" else word


def is_swapped(typed: str, word: str) -> bool:
    return len(typed) == len(word) and any(
        typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] == word
        for at in range(len(typed) - 1)
    )


def likeness(one: str, other: str) -> float:
    """Return the share of three-letter pieces that two words have in common."""
    pieces = [
        {padded[at : at + 3] for at in range(len(padded) - 2)}
        for padded in (f"  {one} ", f"  {other} ")
    ]
    # PostgreSQL counts in single precision.
    return round(len(pieces[0] & pieces[1]) / len(pieces[0] | pieces[1]), 6)


def letters_wrong(typed: str, word: str) -> int:
    """Count letters changed, left out, added or swapped: optimal string alignment by its table."""
    rows = [list(range(len(word) + 1))]
    for i, letter in enumerate(typed, start=1):
        row = [i]
        for j, other in enumerate(word, start=1):
            least = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                least = min(least, rows[-2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]
