"""Whom to call or text in a crisis, from `fixtures/crisis.yaml`: the only numbers that we print.

Read once, at the start. A number that nobody has checked says so wherever it is shown, and is never
on top of every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

FILE = Path(__file__).resolve().parents[1] / "fixtures" / "crisis.yaml"
#: A number is checked again after so many days.
SHELF_LIFE_DAYS = 90

_SHORT_NUMBER = re.compile(r"\d{3,6}")
_NATIONAL_NUMBER = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


class CrisisLinesError(Exception):
    """The file cannot be used. The message names the line and says why."""


class CheckedHow(TextChoices):
    # With a copy of the page that `source` names.
    COMPARED = "compared", _("compared with the published page, not dialed")
    DIALED = "dialed", _("dialed")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages, printed in the one of the page. Empty where there is none."""

    en: str = ""
    es: str = ""

    def __str__(self) -> str:
        return self.es if (get_language() or "").startswith("es") else self.en

    def __bool__(self) -> bool:
        return bool(str(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisLine:
    """One service: how to reach it, when to, and when a person last made sure of that."""

    slug: str
    who: Words
    when: Words
    call: str
    #: What to press once the call is answered.
    press: Words = field(default_factory=Words)
    also_call: str = ""
    #: Where to send a text message, and what to write; anything where `text_what` is empty.
    text_to: Words = field(default_factory=Words)
    text_what: Words = field(default_factory=Words)
    tty: str = ""
    languages: Words = field(default_factory=Words)
    source: str
    checked_on: date | None = None
    checked_how: CheckedHow | None = None
    in_strip: bool = False

    def is_due(self, today: date) -> bool:
        """Return whether nobody has checked it for too long, or ever."""
        return self.checked_on is None or (today - self.checked_on).days > SHELF_LIFE_DAYS


def as_printed(number: str) -> str:
    """Return +18006624357 as 1-800-662-4357; short numbers as they are."""
    found = _NATIONAL_NUMBER.fullmatch(number)
    return f"1-{'-'.join(found.groups())}" if found else number


def due(lines: Iterable[CrisisLine], today: date) -> list[CrisisLine]:
    """Return the lines that are to be checked."""
    return [line for line in lines if line.is_due(today)]


def read(file: Path) -> tuple[CrisisLine, ...]:
    """Read the lines of a file. Raise CrisisLinesError if one cannot be used."""
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))["lines"]
        lines = tuple(_line(entry) for entry in entries)
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise CrisisLinesError(f"{file.name} cannot be read: {error}") from error
    slugs = [line.slug for line in lines]
    if repeated := {slug for slug in slugs if slugs.count(slug) > 1}:
        raise CrisisLinesError(f"{file.name}: twice: {', '.join(sorted(repeated))}")
    return lines


def _line(entry: Any) -> CrisisLine:
    if not isinstance(entry, dict):
        raise CrisisLinesError(f"crisis.yaml: {entry!r} is not a line")
    name = entry.get("slug", "a line without a slug")
    if unknown := entry.keys() - {each.name for each in fields(CrisisLine)}:
        raise CrisisLinesError(f"crisis.yaml: {name}: unknown: {', '.join(sorted(unknown))}")
    try:
        line = CrisisLine(**{key: _value(key, value) for key, value in entry.items()})
    except (TypeError, ValueError) as error:
        raise CrisisLinesError(f"crisis.yaml: {name}: {error}") from error
    for problem in _problems(line):
        raise CrisisLinesError(f"crisis.yaml: {name}: {problem}")
    return line


def _value(key: str, value: Any) -> Any:
    if key == "checked_how":
        return CheckedHow(value)
    if isinstance(value, dict):
        return Words(**value)
    # YAML reads 988 as a number unless it is quoted.
    return value if isinstance(value, bool | date) else str(value)


def _problems(line: CrisisLine) -> Iterable[str]:
    """Yield what makes a line unfit to be shown to somebody in danger."""
    for number in (line.call, line.also_call, line.tty, line.text_to.en, line.text_to.es):
        if number and not (_SHORT_NUMBER.fullmatch(number) or _NATIONAL_NUMBER.fullmatch(number)):
            yield f"{number!r} is not a number like 988 or +18006624357"
    for words in (line.who, line.when):
        if not (words.en and words.es):
            yield f"{words.en or words.es!r} is not there in both languages"
    if isinstance(line.checked_on, date) != (line.checked_how is not None):
        yield "checked_on is a date, and goes with checked_how"
    if line.in_strip and line.checked_on is None:
        yield "a number that nobody has checked cannot be on top of every page"


LINES: tuple[CrisisLine, ...] = read(FILE)
STRIP: tuple[CrisisLine, ...] = tuple(line for line in LINES if line.in_strip)
BY_SLUG: dict[str, CrisisLine] = {line.slug: line for line in LINES}
