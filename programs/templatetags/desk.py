"""What the templates of the keepers' desk need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils import timezone

from programs.upkeep.desk import CountedQueue, queues_for

register = template.Library()


@register.filter
def of(names: Mapping[int, str], key: int | None) -> str:
    """Return the name under this key, or "" where there is none."""
    return names.get(key, "") if key is not None else ""


@register.simple_tag(takes_context=True)
def desk_queues(context: Mapping[str, Any]) -> list[CountedQueue]:
    """Return what waits for the person who looks. A statement for each queue they may see."""
    user = context["request"].user
    return [*queues_for(user, now=timezone.now(), today=timezone.localdate())]
