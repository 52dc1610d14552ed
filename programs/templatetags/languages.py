"""Where a page is in each language."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.conf import settings
from django.template.context import Context
from django.urls import reverse, translate_url
from django.utils.translation import get_language, override

register = template.Library()


class PageAddress(NamedTuple):
    """Where the page is in a language: with its query, and without as search engines want it."""

    language: str
    #: What the language calls itself.
    name: str
    relative: str
    absolute: str
    is_current: bool
    is_default: bool


@register.simple_tag(takes_context=True)
def page_addresses(context: Context) -> list[PageAddress]:
    """Return where this page is in each language; nothing where no request is being answered.

    Of an address that leads nowhere, the other language's is that of its first page.
    """
    request = context.get("request")
    if request is None:
        return []
    current, found = get_language(), []
    for language, name in settings.LANGUAGES:
        is_current = language == current
        here = request.get_full_path()
        relative = here if is_current else _in_language(here, language)
        absolute = request.build_absolute_uri(relative.partition("?")[0])
        is_default = language == settings.LANGUAGE_CODE
        found.append(PageAddress(language, name, relative, absolute, is_current, is_default))
    return found


def _in_language(address: str, language: str) -> str:
    translated = translate_url(address, language)
    if translated != address:
        return translated
    with override(language):
        return reverse("programs:landing")
