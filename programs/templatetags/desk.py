"""What the templates of the keepers' desk need."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def of(names: Mapping[int, str], key: int | None) -> str:
    """Return the name under this key, or "" where there is none."""
    return names.get(key, "") if key is not None else ""
