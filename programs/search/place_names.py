"""The names of places as people type them: every usual spelling folded to one, and read.

Plain text: which places there are, `search.places` asks the table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from programs.enums import STATE_NAMES, PlaceKind
from programs.models import Place

#: What a word of a place's name is short for.
LONG_WORDS = {
    "st": "saint",
    "ste": "sainte",
    "mt": "mount",
    "mtn": "mountain",
    "ft": "fort",
    "pt": "point",
    "hts": "heights",
    "spgs": "springs",
    "jct": "junction",
    "bch": "beach",
    "ctr": "center",
    "twp": "township",
    "vlg": "village",
}
DIRECTIONS = {"n": "north", "s": "south", "e": "east", "w": "west"}
#: Joined to the next word, since sources differ: Mc Allen, La Salle, De Kalb, O'Fallon.
PREFIX = re.compile(r"\b(mc|o|d|de|du|la|le) (?=\w)")
ACCENTS_AND_APOSTROPHES = re.compile(r"['`\u00b4\u2018\u2019\u0300-\u036f]")
COUNTY_WORDS = "county|co|parish|borough|census area|city and borough|municipality|municipio"
#: These have no counties: "Orleans Parish" is not Orleans County in New York.
STATES_OF_COUNTY_WORDS = {"parish": "LA", "municipio": "PR"}
COUNTY_LAST = re.compile(rf"(?<=\w) ({COUNTY_WORDS})$")
COUNTY_FIRST = re.compile(rf"^({COUNTY_WORDS}) of (.+)$")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text: a key that a place of these kinds may have. No state: any state."""

    kinds: tuple[PlaceKind, ...]
    key: str
    state: str = ""

    def matches(self, places: list[Place]) -> list[Place]:
        """Return those of the places that fit, towns before counties, then the biggest first."""
        fitting = [
            place
            for place in places
            if place.key == self.key
            and place.kind in self.kinds
            and self.state in ("", place.state)
        ]
        return sorted(fitting, key=lambda p: (self.kinds.index(p.kind), -p.zip_count, p.state))


def place_key(text: str) -> str:
    """Return the one spelling of a place's name that all its usual spellings fold to.

    Case, accents, punctuation, blanks, Saint or St, Mc Allen or McAllen, Parish or County or Co.
    """
    words = plain_words(text)
    return _key_of_words(words) if words else ""


def _key_of_words(words: list[str]) -> str:
    key = " ".join(words)
    # Again until it stays: what one rule gives, another may fold ("d e x").
    while (folded := _fold(key)) != key:
        key = folded
    return key


def _fold(name: str) -> str:
    first, *others = COUNTY_FIRST.sub(r"\2 county", name).split()
    words = [DIRECTIONS.get(first, first) if others else first, *others]
    long_name = " ".join(LONG_WORDS.get(word, word) for word in words)
    return COUNTY_LAST.sub(" county", PREFIX.sub(r"\1", long_name))


def plain_words(text: str) -> list[str]:
    """Return the words in plain lower-case letters and digits; apostrophes join, the rest parts."""
    letters = unicodedata.normalize("NFKD", text).lower()
    return re.findall(r"[a-z0-9]+", ACCENTS_AND_APOSTROPHES.sub("", letters))


#: Where Spanish has a name of its own for a state.
SPANISH_STATES = {
    "Carolina del Norte": "NC",
    "Carolina del Sur": "SC",
    "Dakota del Norte": "ND",
    "Dakota del Sur": "SD",
    "Distrito de Columbia": "DC",
    "Islas Vírgenes": "VI",
    "Luisiana": "LA",
    "Misisipi": "MS",
    "Misuri": "MO",
    "Nueva Hampshire": "NH",
    "Nueva Jersey": "NJ",
    "Nueva York": "NY",
    "Nuevo Hampshire": "NH",
    "Nuevo México": "NM",
    "Pensilvania": "PA",
    "Tejas": "TX",
    "Virginia Occidental": "WV",
}


def _spellings_of_states() -> dict[str, str]:
    """Return the code of every spelling of a state, its words run together."""
    spellings = {"virginislands": "VI", "micronesia": "FM"}
    spellings |= {"".join(plain_words(name)): code for name, code in SPANISH_STATES.items()}
    for code, name in STATE_NAMES.items():
        spelled = "".join(plain_words(name))
        for spelling in (code.lower(), spelled, f"{spelled}state", f"stateof{spelled}"):
            spellings[spelling] = code
    return spellings


STATES = _spellings_of_states()
MAX_STATE_WORDS = 5


def _state_splits(words: list[str]) -> Iterator[tuple[list[str], str]]:
    """Yield what is before a state that the text ends in, with its code: longest name first."""
    for size in range(min(MAX_STATE_WORDS, len(words)), 0, -1):
        if code := STATES.get("".join(words[-size:])):
            yield words[:-size], code


def _split_zip(words: list[str]) -> tuple[list[str], str]:
    """Return what is before the ZIP or ZIP+4 that the words end in, and its five digits or ""."""
    match = re.search(r"(?:^| )(\d{5})(?: ?\d{4})?$", " ".join(words))
    if not match:
        return words, ""
    return " ".join(words)[: match.start()].split(), match[1]


def readings_of(words: list[str]) -> list[Reading]:
    """Return the ways to read the words, the likeliest first."""
    return list(_readings(words))


def _readings(words: list[str]) -> Iterator[Reading]:
    if words[-1:] == ["usa"]:
        words = words[:-1]
    before_zip, zip_code = _split_zip(words)
    if zip_code:
        yield Reading((PlaceKind.ZIP,), zip_code)
        words = before_zip
    for rest, state in _state_splits(words):
        yield from _readings_in_state(rest, state)
    if words:
        yield from _named(words)


def _readings_in_state(words: list[str], state: str) -> Iterator[Reading]:
    _before_zip, zip_code = _split_zip(words)
    if not words:
        yield Reading((PlaceKind.STATE,), place_key(STATE_NAMES[state]), state)
    elif zip_code:
        yield Reading((PlaceKind.ZIP,), zip_code, state)
    else:
        yield from _named(words, state)


def _named(words: list[str], state: str = "") -> Iterator[Reading]:
    """Yield the readings of a name: as it is, then as a county that was not called one."""
    key = _key_of_words(words)
    if len(words) > 1:
        state = state or STATES_OF_COUNTY_WORDS.get(words[-1], "")
    yield Reading((PlaceKind.CITY, PlaceKind.COUNTY), key, state)
    if not key.endswith(" county"):
        yield Reading((PlaceKind.COUNTY,), f"{key} county", state)
