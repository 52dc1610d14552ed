"""A phone opens a one-tap link and is done in two taps, without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Site

pytestmark = pytest.mark.browser

MAKE_LINK = """
from django.utils import timezone
from programs.models import CareFact
from programs.upkeep.update_links import make_link, token_of
care = CareFact.objects.filter(answer="yes", program__facility__zip_code="85225")
facility = care.order_by("program_id").first().program.facility
link = make_link(facility, "Ann", "a@example.org", now=timezone.now())
made = f"/update/{token_of(link)}/"
"""
SMALLEST_TARGET = 44


@pytest.fixture
def path(site: Site) -> str:
    return str(site.made(MAKE_LINK))


@pytest.fixture
def intake(browser: Browser, site: Site) -> Iterator[Page]:
    """The phone of a program, without scripts."""
    context = browser.new_context(viewport=PHONE, base_url=site.url, java_script_enabled=False)
    yield context.new_page()
    assert context.cookies() == []
    context.close()


def test_a_phone_opens_the_link_and_is_done_in_two_taps(intake: Page, path: str):
    intake.goto(path)
    level = intake.locator(".level").nth(1)
    level.get_by_role("button", name="Open").click()
    expect(level.locator(".saved")).to_contain_text("Saved.")
    expect(level.locator(".now")).to_contain_text("Counts until")
    expect(level.locator(".saved")).to_be_in_viewport()
    intake.get_by_role("button", name="Yes, all still right").click()
    expect(intake.locator("#rest .saved")).to_contain_text("you checked it today")
    expect(intake.locator("#rest .saved")).to_be_in_viewport()


def test_the_page_fits_a_phone_and_breaks_no_accessibility_rule(phone: Page, path: str):
    phone.goto(path)
    buttons = phone.locator(".taps button")
    heights = [buttons.nth(n).bounding_box() for n in range(4)]
    assert all(box and box["height"] >= SMALLEST_TARGET for box in heights)
    buttons.first.click()
    phone.get_by_text("Say more").first.click()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert [violation["id"] for violation in Axe().run(phone).response["violations"]] == []
