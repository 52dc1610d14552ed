"""The four journeys that the site is for: on a phone, in both languages, in three steps at most."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

#: More than a page has before its first result.
MOST_TABS = 90


@pytest.fixture(params=["en", "es"])
def visitor(request, browser: Browser, site_url: str) -> Iterator[Page]:
    """A phone without scripts on the landing page; the test speaks its language."""
    context = browser.new_context(viewport=PHONE, base_url=site_url, java_script_enabled=False)
    page = context.new_page()
    with translation.override(request.param):
        page.goto(reverse("programs:landing"))
        yield page
        assert page.locator("html").get_attribute("lang") == request.param
    assert context.cookies() == []
    context.close()


def button(page: Page, text: str) -> Locator:
    return page.get_by_role("button", name=_(text), exact=True)


def link(within: Page | Locator, text: str) -> Locator:
    return within.get_by_role("link", name=_(text), exact=True)


def place(page: Page) -> Locator:
    return page.get_by_label(_("ZIP code, town, county or state"))


def call(of: Locator) -> Locator:
    return of.locator("a[href^='tel:+1']").first


@pytest.mark.parametrize(
    ("need", "terms"),
    [
        ("Medicine today", {"methadone", "buprenorphine"}),
        ("Withdrawal care (detox)", {"withdrawal_care"}),
        ("Somewhere to stay", {"residential", "recovery_housing"}),
        ("I am not sure", set()),
    ],
)
def test_somebody_in_crisis_types_a_place_says_the_need_and_calls(visitor: Page, need, terms):
    place(visitor).fill("85225")
    button(visitor, need).click()
    chosen = visitor.locator("fieldset input[type=checkbox]:checked")
    assert set(chosen.evaluate_all("all => all.map(each => each.value)")) == terms
    for above in ("tel:911", "tel:988", f"{reverse('programs:explainer', args=['naloxone'])}"):
        expect(visitor.locator(f".crisis a[href='{above}']")).to_be_in_viewport()
    number = call(visitor.locator("[data-program]").first)
    assert re.fullmatch(r"tel:\+1\d{3}55501\d\d(,\d+)?", str(number.get_attribute("href")))
    expect(number).to_be_visible()


def test_a_family_member_compares_three_and_has_them_on_paper(visitor: Page):
    # One: for someone else. Two: age, insurance, place. Three: three to compare, and paper.
    link(visitor.get_by_role("main"), "For someone else").click()
    expect(visitor.locator("#more")).to_be_in_viewport()
    visitor.get_by_label(_("Age of the person, in years")).fill("30")
    visitor.locator("[name=payment]").select_option("medicaid")
    place(visitor).fill("85225")
    button(visitor, "Search").click()
    assert visitor.locator("[name=years]").input_value() == "30"
    expect(visitor.locator("[data-facet=payment] input:checked")).to_have_count(1)
    tick(visitor, 3)
    button(visitor, "Compare the ticked").click()
    expect(visitor.locator(".side .program")).to_have_count(3)
    expect(visitor.locator(".beside-each-other").first).to_be_visible()
    link(visitor, "Print a page to take along").click()
    expect(visitor.locator(".on-paper")).to_have_count(3)


def test_a_discharge_planner_has_ten_who_continue_methadone_on_a_dated_page(visitor: Page):
    # One: place. Two: one screen of filters, and ticks. Three: paper.
    place(visitor).fill("AZ")
    place(visitor).press("Enter")
    visitor.locator("[data-facet=medication][data-term=methadone] input").check()
    visitor.locator("[name=medication_access]").select_option("stay")
    button(visitor, "Show results").first.click()
    tick(visitor, 10)
    button(visitor, "Compare the ticked").click()
    link(visitor, "Print a page to take along").click()
    expect(visitor.locator(".on-paper")).to_have_count(10)
    expect(visitor.locator(".code svg")).to_be_visible()
    assert "202" in visitor.locator(".handout > header p").first.inner_text()
    # Nothing can be written on it but by hand.
    expect(visitor.locator("main input, main textarea")).to_have_count(0)


def test_somebody_who_used_again_has_safety_first_and_a_number(visitor: Page):
    link(visitor.get_by_role("main"), "I used again").click()
    expect(visitor.locator(".crisis a[href='tel:911']")).to_be_in_viewport()
    parts = visitor.locator("main section h2").evaluate_all("all => all.map(each => each.id)")
    assert parts[:3] == ["safe", "stay-safe", "near"]
    place(visitor).fill("85225")
    button(visitor, "Search").click()
    number = call(visitor.locator("main [data-program]").first)
    assert re.fullmatch(r"tel:\+1\d{3}55501\d\d(,\d+)?", str(number.get_attribute("href")))
    expect(visitor.locator("[data-way=start]")).to_have_count(1)


def test_the_keyboard_leads_from_the_first_page_to_a_number(visitor: Page):
    tab_to(visitor, place(visitor))
    visitor.keyboard.type("85225")
    visitor.keyboard.press("Enter")
    first = visitor.locator("[data-program] h2 a").first
    name = first.inner_text()
    tab_to(visitor, first)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_contain_text(name)
    tab_to(visitor, call(visitor.get_by_role("main")))


def tick(page: Page, count: int) -> None:
    """Tick the first so many results, each of which leads to a listing."""
    boxes = page.locator("[data-program] [name=p]")
    for index in range(count):
        boxes.nth(index).check()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            return
    pytest.fail(f"Tab does not reach {target}")
