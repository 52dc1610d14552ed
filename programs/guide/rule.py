"""What a rule of the guide is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from programs.guide.basis import Basis
from programs.guide.care import Care
from programs.guide.conditions import Condition
from programs.guide.features import Feature
from programs.guide.notices import Notice


class Stop(StrEnum):
    """A screen that comes instead of suggestions."""

    CALL_911 = "911"
    CALL_988 = "988"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """If `when` holds, all the rest happens, and `reason` is shown with it.

    `adds` and `drops` are care; of `drops` only what others added goes, and only at the end.
    `lowest` removes levels below it; `first` is shown first; `home_first` orders what is left.
    """

    id: str
    when: Condition
    reason: str | Promise
    basis: Basis
    stop: Stop | None = None
    is_emergency: bool = False
    adds: tuple[Care, ...] = ()
    drops: tuple[Care, ...] = ()
    lowest: Care | None = None
    first: Care | None = None
    home_first: bool = False
    features: tuple[Feature, ...] = ()
    notices: tuple[Notice, ...] = ()
