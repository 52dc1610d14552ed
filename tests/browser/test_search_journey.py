"""From the place to the phone call, in a real browser of a phone's size."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

RESULTS = "/programs/?near=85225&level_of_care=iop"


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
        "a place not found": "/programs/?near=Chandlerton+AZ",
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
    expect(phone.locator("[data-total]")).to_have_attribute("data-total", announced)


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


def test_nothing_is_wider_than_a_wide_screen(phone: Page, address: str):
    """Narrower ones, and the rules of accessibility: test_every_page."""
    phone.set_viewport_size({"width": 1280, "height": 800})
    phone.goto(address)
    assert phone.evaluate("document.documentElement.scrollWidth") == 1280


def test_the_keyboard_reaches_the_main_part_after_the_way_out(phone: Page):
    phone.goto(RESULTS)
    phone.keyboard.press("Tab")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "main"
