"""The pages that explain, of `content/learn/`: Markdown in English and in Spanish, read once.

docs/content.md says how a page is written, changed, reviewed and signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.core.exceptions import ImproperlyConfigured
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

LEARN = Path(__file__).resolve().parents[1] / "content" / "learn"
ENGLISH, SPANISH = "en", "es"

#: A title fits a line of a list, a summary is one sentence.
MAX_TITLE, MAX_SUMMARY = 70, 160

#: No raw HTML, and no addresses in the text: sources and further pages are in the front matter.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(
    ["html_block", "html_inline", "link", "image", "autolink", "reference", "code", "fence"]
)
#: The C loader, where PyYAML has it, is several times as fast.
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: What the front matter says, and of what kind: of each language, and of the English file alone.
OWN_FIELDS: dict[str, tuple[type, ...]] = {
    "title": (str,),
    "summary": (str,),
    "written_on": (date,),
    "reviewed_on": (date, type(None)),
    "reviewer": (str, type(None)),
}
SHARED_FIELDS: dict[str, tuple[type, ...]] = {
    "group": (str,),
    "position": (int,),
    "about": (list,),
    "see": (list,),
    "sources": (list,),
}
SOURCE_FIELDS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "address": (str,),
    "dated": (date, int, type(None)),
}
KIND_NAMES = {
    str: "words",
    date: "a day such as 2026-11-22",
    int: "a whole number",
    list: "a list",
    type(None): "nothing",
}


class ContentError(ImproperlyConfigured):
    """A file of the content cannot be used. The message names the file and the field."""


class Group(TextChoices):
    """The parts of the list of pages. Those about a facet have its slug."""

    START = "start", _("Calling, and the first days")
    LEVEL_OF_CARE = "level_of_care", _("Levels of care")
    MEDICINE = "medication", _("Medicines")
    PAYMENT = "payment", _("Paying for it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the facts of a page are from; `dated` is its day, or only its year, if it says one."""

    name: str
    address: str
    dated: date | int | None

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def is_dated_by_day(self) -> bool:
        return isinstance(self.dated, date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """A page. `about` are the terms it explains, facet and term; `see` the slugs of further pages.

    `reviewed_on` and `reviewer` are empty until a clinician has checked this text.
    """

    slug: str
    title: str
    summary: str
    written_on: date
    reviewed_on: date | None
    reviewer: str | None
    group: Group
    position: int
    about: tuple[tuple[str, str], ...]
    see: tuple[str, ...]
    sources: tuple[Source, ...]
    markdown: str
    html: str


def explainers(language: str | None) -> Mapping[str, Explainer]:
    """Return the pages in a language, English unless it is Spanish, by slug and in their order."""
    is_spanish = (language or "").startswith(SPANISH)
    return all_explainers()[SPANISH if is_spanish else ENGLISH]


@cache
def all_explainers() -> Mapping[str, Mapping[str, Explainer]]:
    """Return the pages by language. Raises ContentError."""
    return read_explainers(LEARN)


@cache
def explainer_of_term() -> Mapping[tuple[str, str], str]:
    """Return the slug of the page that explains a term, by facet and term."""
    pages = explainers(ENGLISH).values()
    return {term: page.slug for page in pages for term in page.about}


def pages_about(
    terms: Iterable[tuple[str, str]], language: str | None, *, most: int
) -> list[Explainer]:
    """Return the pages that explain these terms, facet and term, each page once."""
    by_term = explainer_of_term()
    slugs = dict.fromkeys(by_term[term] for term in terms if term in by_term)
    pages = explainers(language)
    return [pages[slug] for slug in slugs][:most]


def read_explainers(folder: Path) -> dict[str, dict[str, Explainer]]:
    """Read and check both languages of all pages. Raises ContentError at the first mistake."""
    slugs = {path.stem for path in folder.glob("*/*.md")}
    if not slugs:
        raise ContentError(f"{folder}: there are no pages here")
    pages: dict[str, dict[str, Explainer]] = {ENGLISH: {}, SPANISH: {}}
    for slug in sorted(slugs):
        english = _front_matter(folder / ENGLISH / f"{slug}.md", OWN_FIELDS | SHARED_FIELDS)
        spanish = _front_matter(folder / SPANISH / f"{slug}.md", OWN_FIELDS)
        shared = {name: english[name] for name in SHARED_FIELDS}
        pages[ENGLISH][slug] = _explainer(slug, english)
        pages[SPANISH][slug] = _explainer(slug, spanish | shared)
    _check_together(pages[ENGLISH].values())
    order = list(Group)
    return {
        language: dict(
            sorted(found.items(), key=lambda item: (order.index(item[1].group), item[1].position))
        )
        for language, found in pages.items()
    }


def _front_matter(path: Path, kinds: Mapping[str, tuple[type, ...]]) -> dict[str, Any]:
    """Return the fields of a file with its text as "markdown", all of the right kind."""
    where = "/".join(path.parts[-4:])
    try:
        start, front, markdown = path.read_text(encoding="utf-8").split("---\n", 2)
        fields = yaml.load(front, SafeLoader)  # noqa: S506 - it is a safe one
    except OSError as error:
        raise ContentError(f"{where}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ContentError(f"{where}: has no front matter in YAML between two ---") from error
    if start or not isinstance(fields, dict):
        raise ContentError(f"{where}: has to begin with front matter, names and values")
    _check_fields(fields, kinds, where)
    _check_words(fields, where)
    if not markdown.strip():
        raise ContentError(f"{where}: has no text")
    return fields | {"markdown": markdown.strip(), "where": where}


def _check_fields(
    fields: Mapping[Any, Any], kinds: Mapping[str, tuple[type, ...]], where: str
) -> None:
    """Raise ContentError unless exactly these fields are there, each of its kind."""
    for name in kinds:
        if name not in fields:
            raise ContentError(f"{where}: “{name}” is missing")
    for name, value in fields.items():
        if name not in kinds:
            raise ContentError(f"{where}: “{name}” is not known here")
        # A time is a day too, and yes is a number: neither is meant.
        if type(value) not in kinds[name]:
            wanted = " or ".join(KIND_NAMES[kind] for kind in kinds[name])
            raise ContentError(f"{where}: “{name}” has to be {wanted}")


def _check_words(fields: Mapping[str, Any], where: str) -> None:
    for name, most in (("title", MAX_TITLE), ("summary", MAX_SUMMARY)):
        if not 0 < len(fields[name].strip()) <= most:
            raise ContentError(f"{where}: “{name}” has to be of 1 to {most} characters")
    if bool(fields["reviewed_on"]) != bool(fields["reviewer"]):
        raise ContentError(f"{where}: “reviewed_on” and “reviewer” go together")
    if fields["reviewed_on"] and fields["reviewed_on"] < fields["written_on"]:
        raise ContentError(
            f"{where}: “reviewed_on” is before “written_on”: what was reviewed has changed"
        )


def _explainer(slug: str, fields: Mapping[str, Any]) -> Explainer:
    where = fields["where"]
    if fields["group"] not in Group.values:
        raise ContentError(f"{where}: “group” has to be one of {', '.join(Group.values)}")
    own = {name: fields[name] for name in (*OWN_FIELDS, "position", "markdown")}
    return Explainer(
        slug=slug,
        group=Group(fields["group"]),
        about=tuple(_term(path, where) for path in fields["about"]),
        see=tuple(fields["see"]),
        sources=tuple(_source(entry, where) for entry in fields["sources"]),
        html=MARKDOWN.render(fields["markdown"]),
        **own,
    )


def _term(path: object, where: str) -> tuple[str, str]:
    facet, _slash, term = str(path).partition("/")
    if not (facet and term):
        raise ContentError(f"{where}: “about” has to name terms such as level_of_care/iop")
    return facet, term


def _source(entry: object, where: str) -> Source:
    if not isinstance(entry, dict):
        raise ContentError(f"{where}: “sources” has to be of names, addresses and dates")
    _check_fields(entry, SOURCE_FIELDS, f"{where}: sources")
    if not entry["address"].startswith("https://"):
        raise ContentError(f"{where}: sources: “address” has to begin with https://")
    return Source(**entry)


def _check_together(pages: Collection[Explainer]) -> None:
    """Raise ContentError where a page leads to none that is there, or two explain one term."""
    slugs = {page.slug for page in pages}
    for page in pages:
        if not page.sources:
            raise ContentError(f"content/learn/en/{page.slug}.md: “sources” is empty")
        for slug in page.see:
            if slug not in slugs:
                raise ContentError(
                    f"content/learn/en/{page.slug}.md: “see” names {slug}, which is no page"
                )
    terms = Counter(term for page in pages for term in page.about)
    for term, times in terms.items():
        if times > 1:
            raise ContentError(f"content/learn/en: “about” of two pages names {'/'.join(term)}")
