"""From "I used again" to a number to call, and from a word to what explains it, on a phone."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def violations(page: Page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


def test_a_person_who_used_again_has_a_number_to_call_in_three_steps(phone: Page):
    phone.goto("/")
    phone.get_by_role("navigation").get_by_role("link", name="I used again").click()
    expect(phone.get_by_role("link", name="call 911").first).to_be_in_viewport()
    phone.get_by_label("ZIP code, town, county or state").fill("85225")
    phone.get_by_role("button", name="Search").click()
    expect(phone.locator("#near")).to_be_in_viewport()
    nearest = phone.locator(".programs > li").first
    call = nearest.get_by_role("link", name=re.compile("^Call")).first
    assert (call.get_attribute("href") or "").startswith("tel:+1")
    assert violations(phone) == []
    way = phone.locator("[data-way=start]")
    announced = way.get_attribute("data-count") or ""
    way.get_by_role("link").click()
    expect(phone.locator("[data-total]")).to_have_attribute("data-total", announced)
    assert phone.context.cookies() == []


def test_a_word_on_a_page_of_results_leads_to_what_explains_it_and_back(phone: Page):
    phone.goto("/programs/?near=85225&level_of_care=iop")
    phone.get_by_role("link", name="What is IOP (intensive outpatient)?").click()
    assert violations(phone) == []
    phone.get_by_label("ZIP code, town, county or state").fill("85225")
    phone.get_by_role("button", name="Search").click()
    expect(phone.locator("[data-facet=level_of_care][data-term=iop] input")).to_be_checked()
