"""What a results page has hundreds of, as ready HTML: checkboxes, and the lines of results.

Printed by the template's own loops they took more than two thirds of the page's time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from programs.search.engine import FacetCounts, FacetOption

if TYPE_CHECKING:
    from programs.views.results import Result, ResultLine

register = template.Library()
escaped = lru_cache(maxsize=4096)(escape)


@register.filter
def wanted_html(facet: FacetCounts) -> SafeString:
    """Return a checkbox for each option of the facet, with what choosing it would give."""
    name = escaped(facet.slug)
    return SafeString("\n".join(_wanted(name, option) for option in facet.options))


@register.filter
def left_out_html(facet: FacetCounts) -> SafeString:
    """Return a checkbox for each option of the facet, to leave it out."""
    name = escaped(facet.slug)
    return SafeString("\n".join(_left_out(name, option) for option in facet.options))


@register.filter
def lines_html(result: Result) -> SafeString:
    """Return the labelled lines of a result; what was asked for is marked."""
    return SafeString("\n".join(_line(line) for line in result.lines))


def _line(line: ResultLine) -> str:
    asked = ' class="asked"' if line.was_asked else ""
    return f"<div{asked}><dt>{escaped(line.label)}</dt> <dd>{escaped(line.text)}</dd></div>"


def _wanted(name: str, option: FacetOption) -> str:
    slug, count = escaped(option.slug), option.program_count
    none = " none" if count == 0 else ""
    data = "" if count is None else f' data-count="{count}"'
    number = "" if count is None else f' <span class="count">{count}</span>'
    checked = " checked" if option.selected else ""
    return (
        f'<label class="option{none}" data-facet="{name}" data-term="{slug}"{data}>'
        f'<input type="checkbox" name="{name}" value="{slug}"{checked}>'
        f" {escaped(option.label)}{number}</label>"
    )


def _left_out(name: str, option: FacetOption) -> str:
    checked = " checked" if option.excluded else ""
    return (
        '<label class="option">'
        f'<input type="checkbox" name="not_{name}" value="{escaped(option.slug)}"{checked}>'
        f" {escaped(option.label)}</label>"
    )
