"""From the place to the phone call, in a real browser of a phone's size."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

RESULTS = "/programs/?near=85225&level_of_care=iop"
#: What a results page may weigh, cold and compressed, with everything it needs.
PAGE_LIMIT_BYTES = 30 * 1024


def attribute(of: Locator, name: str) -> str:
    value = of.get_attribute(name)
    assert value is not None
    return value


def listing_address(page: Page) -> str:
    page.goto(RESULTS)
    return attribute(page.locator("[data-program] h2 a").first, "href")


@pytest.fixture(params=["landing", "results", "listing", "a place not found", "not found"])
def address(request, phone: Page) -> str:
    if request.param == "listing":
        return listing_address(phone)
    return {
        "landing": "/",
        "results": RESULTS,
        "a place not found": "/programs/?near=Chandlar+AZ",
        "not found": "/programs/0/nothing/",
    }[request.param]


def test_a_person_finds_a_number_to_call_in_three_steps(phone: Page):
    phone.goto("/")
    phone.get_by_label("ZIP code, town, county or state").fill("85225")
    phone.get_by_label("Level of care").select_option(label="Intensive outpatient (IOP)")
    phone.get_by_label("Medicine").select_option("buprenorphine")
    phone.get_by_label("Payment").select_option("medicaid")
    phone.get_by_role("button", name="Search").click()
    first = phone.locator("[data-program]").first
    expect(first.get_by_text("Medicaid")).to_be_visible()
    number = first.get_by_role("link", name=re.compile("^Call")).first
    assert re.fullmatch(r"tel:\+1\d{3}55501\d\d(,\d+)?", attribute(number, "href"))


def test_an_option_gives_the_number_it_announces(phone: Page):
    phone.goto(RESULTS)
    option = phone.locator("[data-facet=payment][data-term=medicaid]")
    announced = attribute(option, "data-count")
    option.locator("input").check()
    phone.get_by_role("button", name="Show results").first.click()
    assert phone.locator("[data-total]").get_attribute("data-total") == announced


def test_a_filter_is_taken_off_by_its_pill(phone: Page):
    phone.goto(f"{RESULTS}&payment=medicaid")
    phone.get_by_role("link", name="Remove the filter Payment: Medicaid").click()
    expect(phone.locator("[data-facet=payment] input:checked")).to_have_count(0)
    expect(phone.locator("[data-facet=level_of_care] input:checked")).to_have_count(1)


def test_a_misspelled_town_leads_to_the_right_one(phone: Page):
    phone.goto("/programs/?near=Chandlar+AZ&level_of_care=iop")
    expect(phone.locator("[data-read=near]")).to_contain_text("as Chandler, AZ")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("miles of Chandler, AZ")
    expect(phone.locator("[data-facet=level_of_care] input:checked")).to_have_count(1)


def test_the_page_is_the_same_without_javascript(browser, site_url: str):
    totals = []
    for enabled in (True, False):
        context = browser.new_context(base_url=site_url, java_script_enabled=enabled)
        page = context.new_page()
        page.goto(RESULTS)
        totals.append(page.locator("main").inner_text())
        context.close()
    assert totals[0] == totals[1]


def test_nothing_leaves_the_site_and_nothing_stays_behind(phone: Page, site_url: str):
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto("/")
    phone.goto(listing_address(phone))
    assert [url for url in asked if not url.startswith(f"{site_url}/")] == []
    assert phone.context.cookies() == []
    assert phone.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_a_results_page_weighs_at_most_30_kb_cold(phone: Page, record_testsuite_property):
    weights: list[int] = []
    phone.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
    phone.goto("/programs/?near=85225&miles=100", wait_until="networkidle")
    record_testsuite_property("results_page_bytes", sum(weights))
    assert len(weights) >= 2
    assert sum(weights) <= PAGE_LIMIT_BYTES


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_nothing_is_wider_than_the_screen(phone: Page, address: str, width: int):
    """320 px is the narrowest phone; 640 px is a screen of 1280 px at 200% zoom."""
    phone.set_viewport_size({"width": width, "height": 800})
    phone.goto(address)
    assert phone.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_no_accessibility_rule_is_broken(phone: Page, address: str, color_scheme):
    phone.emulate_media(color_scheme=color_scheme)
    phone.goto(address)
    found = Axe().run(phone)
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_the_keyboard_reaches_the_main_part_first(phone: Page):
    phone.goto(RESULTS)
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "main"
