"""The checkboxes of a facet as ready HTML: the same as a template would print, with any words."""

from __future__ import annotations

from collections.abc import Sequence

from bs4 import BeautifulSoup

from programs.enums import FactKind
from programs.search.options import FacetCounts
from programs.search.vocabulary import VocabularyFacet, VocabularyTerm
from programs.templatetags.markup import printed
from tests.pages import words


def facet_of(*labels: str) -> VocabularyFacet:
    return VocabularyFacet(
        slug="payment",
        label="Ways to pay",
        definition="",
        kind=FactKind.COVERAGE,
        is_common=False,
        shelf_life_days=365,
        terms=tuple(
            VocabularyTerm(id=number, slug=f"t{number}", label=label, definition="", slots={})
            for number, label in enumerate(labels)
        ),
    )


def page_of(facet: VocabularyFacet, counts: Sequence[int] | None, **chosen) -> BeautifulSoup:
    [html] = printed([FacetCounts(facet=facet, counts=counts, **chosen)])
    return BeautifulSoup(html.start + html.options, "html.parser")


def checked(page: BeautifulSoup) -> list[tuple[str, str]]:
    return [(str(box["name"]), str(box["value"])) for box in page.select("input[checked]")]


def test_each_option_has_its_number_and_its_words_whatever_they_are():
    page = page_of(facet_of("100% free", "%d <b>", '" value="t0">'), [7, 0, 1234])
    assert [words(option) for option in page.select("[data-count]")] == [
        "100% free 7",
        "%d <b> 0",
        '" value="t0"> 1234',
    ]
    assert [option["data-count"] for option in page.select("[data-count]")] == ["7", "0", "1234"]
    assert checked(page) == []


def test_only_what_is_chosen_is_checked_and_opens_its_part():
    facet = facet_of("Medicaid", '" value="t0">', "Medicare")
    page = page_of(facet, [1, 2, 3], wanted=("t0",), excluded=("t2", "no_such"))
    assert checked(page) == [("payment", "t0"), ("not_payment", "t2")]
    assert [part.has_attr("open") for part in page.select("details")] == [True, True]
    # What one visitor chose is not there for the next.
    assert checked(page_of(facet, [1, 2, 3])) == []


def test_without_a_search_there_are_no_numbers():
    page = page_of(facet_of("100% free"), None, wanted=("t0",))
    assert page.select("[data-count], .count") == []
    assert [words(option) for option in page.select("label")] == ["100% free", "100% free"]
    assert checked(page) == [("payment", "t0")]
