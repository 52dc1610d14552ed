"""The rules of the guide in words, for the page that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from programs.guide.care import DESCRIBED, Care
from programs.guide.rule import Rule, Stop


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """A rule, what it waits for, and what it does, each in words."""

    rule: Rule
    condition: str
    effects: tuple[str, ...]


def explained(rule: Rule) -> ExplainedRule:
    condition = rule.when.words()
    return ExplainedRule(rule, condition[:1].upper() + condition[1:], tuple(_effects(rule)))


def _effects(rule: Rule) -> Iterator[str]:
    """Yield what a rule does, in the order in which the guide does it."""
    if rule.stop == Stop.CALL_911:
        yield _("Shows how to call 911, and nothing else.")
    if rule.stop == Stop.CALL_988:
        yield _("Shows how to reach 988, and nothing else.")
    if rule.adds:
        yield _("Suggests: %s.") % _names(rule.adds)
    if rule.drops:
        yield _("Takes away: %s.") % _names(rule.drops)
    if rule.lowest:
        yield _("Takes away every level below: %s.") % _names((rule.lowest,))
    if rule.first:
        yield _("Shows first: %s.") % _names((rule.first,))
    if rule.home_first:
        yield _("Shows care while living at home first.")
    if rule.features:
        yield _("Things to ask for: %s.") % "; ".join(str(each.name) for each in rule.features)
    for notice in rule.notices:
        yield _("Warns: “%s”") % notice.text


def _names(care: tuple[Care, ...]) -> str:
    return "; ".join(str(DESCRIBED[each].name) for each in care)
