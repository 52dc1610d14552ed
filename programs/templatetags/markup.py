"""What a results page has hundreds of, as ready HTML: checkboxes, and the lines of results.

Printed by the template's own loops they took more than two thirds of the page's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django import template
from django.db.models import Choices
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.explainers import Group
from programs.search.options import FacetCounts
from programs.search.vocabulary import VocabularyFacet

if TYPE_CHECKING:
    from programs.views.results import Result, ResultLine
    from programs.views.wording import PhoneLink

register = template.Library()

#: Enough for the facets of two versions of the vocabulary in two languages.
MOST_FACETS = 64
#: The count of an option is an attribute, for machines, and is printed.
NUMBERS_AN_OPTION = 2
OWN_FIELDS = {"medication": "programs/_medication_access.html", "age": "programs/_years.html"}


class PrintedFacet(NamedTuple):
    """A facet of the form. `field` is the template of a field of its own, after `start`, or ""."""

    start: SafeString
    field: str
    options: SafeString


class _FacetHtml(NamedTuple):
    """What is the same for everybody: all but the numbers and what is chosen."""

    label: str
    #: Leads to what the options mean, where pages explain them.
    explained: str
    #: With places for `NUMBERS_AN_OPTION` numbers in each option.
    counted: str
    uncounted: str
    left_out: str


@register.filter
def options_html(choices: type[Choices], chosen: object) -> SafeString:
    """Return the options of a select, one of them chosen."""
    value = f' value="{escape(str(chosen))}"'
    return SafeString(_options(get_language(), choices).replace(value, f"{value} selected", 1))


@lru_cache(maxsize=MOST_FACETS)
def _options(_language: str | None, choices: type[Choices]) -> str:
    return "\n".join(
        f'<option value="{escape(str(value))}">{escape(str(label))}</option>'
        for value, label in choices.choices
    )


class _ResultWords(NamedTuple):
    """What is said of every result, translated once a page."""

    call: str
    no_phone: str
    not_known: str
    invented: str
    tick: str
    #: What a link to a listing carries along.
    list_query: str


@register.filter
def printed(facets: Iterable[FacetCounts]) -> Iterable[PrintedFacet]:
    """Return the checkboxes of each facet: of what is wanted, and of what is left out."""
    language = get_language()
    leave_out = escape(_("Leave out"))
    for facet in facets:
        html = _facet_html(language, facet.facet)
        is_open = " open" if facet.is_common or facet.is_on else ""
        is_left_out = " open" if facet.left_out else ""
        start = (
            f'<details class="facet"{is_open}><summary>{html.label}</summary>'
            f'<fieldset><legend class="hidden">{html.label}</legend>'
        )
        options = (
            f"{html.explained}{_wanted(html, facet)}\n{_unsaid(facet)}"
            f'<details class="leave-out"{is_left_out}><summary>{leave_out}</summary>'
            f"{_with_checked(html.left_out, facet.excluded)}</details></fieldset></details>"
        )
        yield PrintedFacet(SafeString(start), OWN_FIELDS.get(facet.slug, ""), SafeString(options))


# A facet is that of one version of the vocabulary, so what is kept is never stale.
@lru_cache(maxsize=MOST_FACETS)
def _facet_html(_language: str | None, facet: VocabularyFacet) -> _FacetHtml:
    name = escape(facet.slug)
    terms = [(escape(term.slug), escape(term.label)) for term in facet.terms]
    return _FacetHtml(
        label=escape(facet.label),
        explained=_explained(facet),
        counted="\n".join(
            f'<label class="option" data-facet="{name}" data-term="{slug}" data-count="%d">'
            f'<input type="checkbox" name="{name}" value="{slug}"> {label.replace("%", "%%")}'
            ' <span class="count">%d</span></label>'
            for slug, label in terms
        ),
        uncounted="\n".join(
            f'<label class="option" data-facet="{name}" data-term="{slug}">'
            f'<input type="checkbox" name="{name}" value="{slug}"> {label}</label>'
            for slug, label in terms
        ),
        left_out="\n".join(
            '<label class="option">'
            f'<input type="checkbox" name="not_{name}" value="{slug}"> {label}</label>'
            for slug, label in terms
        ),
    )


def _explained(facet: VocabularyFacet) -> str:
    if facet.slug not in Group.values:
        return ""
    address = f"{reverse('programs:explainers')}#{facet.slug}"
    words, label = escape(_("What do these mean?")), escape(facet.label)
    return f'<a class="more" href="{address}">{words}<span class="hidden"> {label}</span></a>\n'


def _wanted(html: _FacetHtml, facet: FacetCounts) -> str:
    if facet.counts is None:
        return _with_checked(html.uncounted, facet.wanted)
    numbers = chain.from_iterable(zip(*[facet.counts] * NUMBERS_AN_OPTION, strict=True))
    return _with_checked(html.counted % tuple(numbers), facet.wanted)


def _with_checked(options: str, chosen: Iterable[str]) -> str:
    for slug in chosen:
        value = f' value="{escape(slug)}"'
        options = options.replace(f"{value}>", f"{value} checked>")
    return options


def _unsaid(facet: FacetCounts) -> str:
    """Return the checkbox that lets places count that did not say, where anything is chosen."""
    if facet.silent is None and not facet.or_unknown:
        return ""
    checked = " checked" if facet.or_unknown else ""
    number = "" if facet.or_unknown else f' <span class="count">+{facet.silent}</span>'
    name = escape(facet.slug)
    return (
        f'<label class="option unsaid" data-unknown="{name}" data-more="{facet.silent or 0}">'
        f'<input type="checkbox" name="unknown" value="{name}"{checked}>'
        f" {escape(_('Also places that did not say'))}{number}</label>\n"
    )


@register.filter
def results_html(results: Iterable[Result], ticked: Sequence[int]) -> SafeString:
    """Return an item of the list for each result, with a box to tick for the shortlist."""
    words = _ResultWords(
        call=escape(_("Call")),
        no_phone=escape(_("No phone number was reported.")),
        not_known=escape(_("Not known, ask")),
        invented=f'<p class="invented">{escape(_("Invented: not a real place"))}</p>\n',
        tick=escape(_("Put on my list")),
        list_query=escape(list_query(ticked)),
    )
    return SafeString(
        "\n".join(_result(result, words, result.program_id in ticked) for result in results)
    )


def _result(result: Result, words: _ResultWords, is_ticked: bool) -> str:
    """Return a result; among its lines, what was asked for is marked."""
    name, number = escape(result.name), result.program_id
    checked = " checked" if is_ticked else ""
    distance = f"<strong>{escape(result.distance)}</strong> · " if result.distance else ""
    phones = "\n".join(_phone(phone, words) for phone in result.phones) or words.no_phone
    warnings = "".join(f'<p class="warning">{escape(each)}</p>\n' for each in result.warnings)
    lines = "\n".join(map(_line, result.lines))
    return f"""<li class="program" data-program="{result.program_id}">
<h2><a href="{escape(result.url)}{words.list_query}">{name}</a></h2>
{words.invented if result.is_invented else ""}<p>{distance}{escape(result.address)}</p>
<p class="call">{phones}</p>
{warnings}<dl>
{lines}
<div class="unknown"><dt>{words.not_known}</dt> <dd>{escape(result.unknown)}</dd></div>
</dl>
<label class="option tick">
<input type="checkbox" form="search" name="p" id="p{number}" value="{number}"{checked}>
{words.tick}<span class="hidden">: {name}</span></label>
</li>"""


def list_query(ticked: Iterable[int]) -> str:
    """Return the query string that carries what is ticked, "" for nothing."""
    return f"?{urlencode([('p', number) for number in ticked])}" if ticked else ""


def _phone(phone: PhoneLink, words: _ResultWords) -> str:
    return (
        f'<a href="{escape(phone.href)}">{words.call} {escape(phone.text)}</a>'
        f' <span class="use">{escape(phone.use)}</span>'
    )


def _line(line: ResultLine) -> str:
    asked = ' class="asked"' if line.was_asked else ""
    return f"<div{asked}><dt>{escape(line.label)}</dt> <dd>{escape(line.text)}</dd></div>"
