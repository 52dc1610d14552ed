"""The numbers to call in a crisis, for templates."""

from __future__ import annotations

from django import template

from programs import crisis_lines
from programs.crisis_lines import CrisisLine

register = template.Library()
register.filter("as_printed", crisis_lines.as_printed)


@register.simple_tag
def crisis_strip() -> tuple[CrisisLine, ...]:
    """Return the lines that stand on top of every page."""
    return crisis_lines.STRIP


@register.simple_tag
def all_crisis_lines() -> tuple[CrisisLine, ...]:
    return crisis_lines.LINES


@register.simple_tag
def crisis_line(slug: str) -> CrisisLine:
    """Return one line. Raise KeyError if there is none of that name."""
    return crisis_lines.BY_SLUG[slug]
