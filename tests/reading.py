"""How hard a text is to read, by the formulas that were made for its language."""

from __future__ import annotations

import textstat
from bs4 import BeautifulSoup, Tag


def sentences(within: Tag) -> str:
    """Return headings, paragraphs and items of lists as sentences."""
    found = [" ".join(tag.get_text(" ").split()) for tag in within.select("h1, h2, h3, p, li")]
    return " ".join(text if text[-1:] in tuple(".?!:”") else f"{text}." for text in found if text)


def sentences_of_html(html: str) -> str:
    return sentences(BeautifulSoup(html, "html.parser"))


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of an English text: the school year a reader has finished."""
    textstat.set_lang("en_US")
    return float(textstat.flesch_kincaid_grade(text))


def ease_in_spanish(text: str) -> float:
    """Return the score of Fernández Huerta, from 0 to 100: from 60 a text is fairly easy."""
    textstat.set_lang("es")
    return float(textstat.fernandez_huerta(text))
