"""Tell when a search may be a cry for help, so that help stands above its results."""

from __future__ import annotations

from programs.search.place_names import plain_words
from programs.search.spelling import mistakes

#: One wrong letter is forgiven: a block too many harms nobody.
WORDS = (
    *("suicide", "suicidal", "overdose", "overdosed", "overdosing"),
    *("suicidio", "suicidarme", "suicidarse", "suicida", "sobredosis"),
)
PHRASES = (
    "dying",
    "od",
    "kill myself",
    "kill my self",
    "killing myself",
    "hurt myself",
    "hurting myself",
    "self harm",
    "end my life",
    "ending my life",
    "take my life",
    "taking my life",
    "want to die",
    "wanna die",
    "dont want to live",
    "wont wake up",
    "cant wake up",
    "not waking up",
    "not breathing",
    "cant breathe",
    "matarme",
    "me voy a matar",
    "me quiero matar",
    "me quiero morir",
    "quiero morir",
    "quiero morirme",
    "me estoy muriendo",
    "se esta muriendo",
    "no quiero vivir",
    "quitarme la vida",
    "acabar con mi vida",
    "hacerme dano",
    "lastimarme",
    "no respira",
    "no despierta",
    "no se despierta",
)


def is_crisis(text: str) -> bool:
    """Return whether a text speaks of suicide, overdose or dying."""
    return bool(words_of_crisis(text))


def words_of_crisis(text: str) -> frozenset[str]:
    """Return the words of a text, in small plain letters, that speak of it."""
    words = plain_words(text)
    plain = f" {' '.join(words)} "
    said = {word for word in words if _is_near_a_word(word)}
    for phrase in PHRASES:
        if f" {phrase} " in plain:
            said |= set(phrase.split())
    return frozenset(said)


def _is_near_a_word(word: str) -> bool:
    return any(word[0] == known[0] and mistakes(word, known) <= 1 for known in WORDS)
