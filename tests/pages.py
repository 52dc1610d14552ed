"""Reading a page the way a person does: elements by selector, text with its blanks folded."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag


def page_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def only(within: Tag, selector: str) -> Tag:
    """Return the one element that the selector finds."""
    [found] = within.select(selector)
    return found


def words(within: Tag, selector: str = "") -> str:
    """Return the text of an element, or of the one that the selector finds in it."""
    tag = only(within, selector) if selector else within
    return " ".join(tag.get_text(" ").split())
