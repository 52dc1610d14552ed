"""From ticks to paper: the handout as it is printed, and what its code opens."""

from __future__ import annotations

import re

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

RESULTS = "/programs/?near=85225&level_of_care=iop"
#: More than one page of results.
MANY = "/programs/?near=85225&miles=100"


def ids_of(page: Page, count: int) -> list[str]:
    page.goto(RESULTS)
    found = page.locator("[data-program]").evaluate_all("all => all.map(a => a.dataset.program)")
    return [str(each) for each in found[:count]]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("language", ["", "/es"])
def test_three_programs_are_one_page_of_paper_whose_code_opens_them_again(
    phone: Page, site_url: str, paper: str, language: str
):
    query = "&".join(f"p={each}" for each in ids_of(phone, 3))
    phone.goto(f"{language}/shortlist/handout/?{query}")
    printed = pypdfium2.PdfDocument(phone.pdf(format=paper))
    assert len(printed) == 1
    [code] = zxingcpp.read_barcodes(printed[0].render(scale=2).to_numpy())
    assert code.text == f"{site_url}{language}/shortlist/?{query}"
    phone.goto(code.text)
    assert phone.locator(".side .program").count() == 3


def tick(page: Page, index: int) -> str:
    """Tick the box of a result and return its number."""
    box = page.locator("[data-program]").nth(index).get_by_role("checkbox")
    box.check()
    return str(box.get_attribute("value"))


def listed(page: Page) -> set[str]:
    cards = page.locator(".side .program")
    expect(cards.first).to_be_visible()
    return set(cards.evaluate_all("all => all.map(card => card.id.replace('program-', ''))"))


def test_ticks_last_over_filters_pages_and_back(phone: Page):
    phone.goto(MANY)
    phone.evaluate("window.sameDocument = true")
    ticked = {tick(phone, 0), tick(phone, 1)}
    bar = phone.locator(".ticks")
    expect(bar).to_be_in_viewport()
    target = phone.locator("label.tick").first.bounding_box()
    assert target is not None
    assert min(target["width"], target["height"]) >= 24
    phone.get_by_role("link", name="Next page").click()
    expect(phone.locator("h1")).to_be_focused()
    expect(bar).to_contain_text("and 2 more")
    ticked.add(tick(phone, 0))
    phone.locator("[data-facet=payment][data-term=medicaid] input").check()
    expect(phone).to_have_url(re.compile("payment=medicaid"))
    assert phone.evaluate("window.sameDocument") is True
    phone.get_by_role("button", name="Compare the ticked").click()
    assert listed(phone) == ticked
    phone.go_back()
    assert "payment=medicaid" in phone.url
    phone.get_by_role("button", name="Compare the ticked").click()
    assert listed(phone) == ticked
    assert phone.context.cookies() == []
    assert phone.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_a_box_that_is_unticked_leaves_no_tick_on_the_program_that_takes_its_place(phone: Page):
    phone.goto(MANY)
    tick(phone, 0)
    phone.get_by_role("link", name="Next page").click()
    expect(phone.locator("h1")).to_be_focused()
    assert phone.locator("[data-program] [name=p]:checked").count() == 0
    phone.go_back()
    expect(phone.locator("[data-program] [name=p]").first).to_be_checked()
    phone.locator("[data-program] [name=p]").first.uncheck()
    assert "p=" not in phone.url.partition("?")[2].replace("payment=", "")


def test_ticks_and_enter_work_without_javascript(browser: Browser, site_url: str):
    context = browser.new_context(base_url=site_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(RESULTS)
    ticked = {tick(page, 0), tick(page, 1)}
    near = page.get_by_label("ZIP code, town, county or state")
    near.fill("Tempe, AZ")
    near.press("Enter")
    expect(page.locator("h1")).to_contain_text("miles of Tempe, AZ")
    page.get_by_role("button", name="Compare the ticked").click()
    assert listed(page) == ticked
    context.close()
