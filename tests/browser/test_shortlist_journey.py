"""From ticks to paper: the handout as it is printed, and what its code opens."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

RESULTS = "/programs/?near=85225&level_of_care=iop"


def ids_of(page: Page, count: int) -> list[str]:
    page.goto(RESULTS)
    found = page.locator("[data-program]").evaluate_all("all => all.map(a => a.dataset.program)")
    return [str(each) for each in found[:count]]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_three_programs_are_one_page_of_paper_whose_code_opens_them_again(
    phone: Page, site_url: str, paper: str
):
    query = "&".join(f"p={each}" for each in ids_of(phone, 3))
    phone.goto(f"/shortlist/handout/?{query}")
    printed = pypdfium2.PdfDocument(phone.pdf(format=paper))
    assert len(printed) == 1
    [code] = zxingcpp.read_barcodes(printed[0].render(scale=2).to_numpy())
    assert code.text == f"{site_url}/shortlist/?{query}"
    phone.goto(code.text)
    assert phone.locator(".side .program").count() == 3


def test_no_accessibility_rule_is_broken_by_the_list_or_its_handout(phone: Page):
    query = "&".join(f"p={each}" for each in ids_of(phone, 3))
    for address in (f"/shortlist/?{query}", f"/shortlist/handout/?{query}", "/shortlist/?p=x"):
        phone.goto(address)
        found = [violation["id"] for violation in Axe().run(phone).response["violations"]]
        assert found == [], address
        assert phone.evaluate("document.documentElement.scrollWidth") == 360
