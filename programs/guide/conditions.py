"""When a rule speaks: small conditions over the answers, which also say themselves in words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programs.guide.questions import ANSWERS, Question, Token


class Condition(ABC):
    """Something that the answers meet or do not."""

    @abstractmethod
    def holds(self, said: Set[Token]) -> bool:
        """Return whether these answers meet it."""

    @abstractmethod
    def words(self) -> str:
        """Return it in the language of the page."""


class Always(Condition):
    def holds(self, said: Set[Token]) -> bool:
        return True

    def words(self) -> str:
        return _("always")


@dataclass(frozen=True, init=False)
class OneOf(Condition):
    """At least one of these was answered."""

    tokens: tuple[Token, ...]

    def __init__(self, *tokens: Token) -> None:
        object.__setattr__(self, "tokens", tokens)

    def holds(self, said: Set[Token]) -> bool:
        return not said.isdisjoint(self.tokens)

    def words(self) -> str:
        return _(" or ").join(f"“{ANSWERS[token]}”" for token in self.tokens)


@dataclass(frozen=True, init=False)
class All(Condition):
    """All parts hold."""

    parts: tuple[Condition, ...]

    def __init__(self, *parts: Condition) -> None:
        object.__setattr__(self, "parts", parts)

    def holds(self, said: Set[Token]) -> bool:
        return all(part.holds(said) for part in self.parts)

    def words(self) -> str:
        return _(", and ").join(part.words() for part in self.parts)


@dataclass(frozen=True, init=False)
class Either(Condition):
    """One part or another holds."""

    parts: tuple[Condition, ...]

    def __init__(self, *parts: Condition) -> None:
        object.__setattr__(self, "parts", parts)

    def holds(self, said: Set[Token]) -> bool:
        return any(part.holds(said) for part in self.parts)

    def words(self) -> str:
        return _(" or ").join(
            f"({part.words()})" if isinstance(part, All) else part.words() for part in self.parts
        )


@dataclass(frozen=True)
class Skipped(Condition):
    """Nothing was answered to this question."""

    question: Question

    def holds(self, said: Set[Token]) -> bool:
        return said.isdisjoint(token for token, _text in self.question.answers)

    def words(self) -> str:
        texts: dict[str, Any] = {"question": self.question.text}
        return _("no answer to “%(question)s”") % texts
