"""From "not sure what you need" to a list of places, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

#: More than a page has of what can be focused.
MOST_TABS = 90


@pytest.fixture
def plain(browser: Browser, site_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, base_url=site_url, java_script_enabled=False)
    yield context.new_page()
    assert context.cookies() == []
    context.close()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            return
    pytest.fail(f"Tab does not reach {target}")


def test_the_guide_leads_to_places_by_keyboard_alone(plain: Page):
    plain.goto("/")
    tab_to(plain, plain.get_by_role("main").get_by_role("link", name="Help me choose"))
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Help me choose")
    tab_to(plain, plain.get_by_label("Alcohol", exact=True))
    plain.keyboard.press("Space")
    tab_to(plain, plain.get_by_label("I am not sure, or skip"))
    for _ in range(3):
        plain.keyboard.press("ArrowDown")
    expect(plain.get_by_label("I have had a seizure")).to_be_checked()
    tab_to(plain, plain.get_by_label("ZIP code, town, county or state"))
    plain.keyboard.type("85225")
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", level=1)).to_have_text("Where to start asking")
    assert plain.url.endswith("/guide/")
    card = plain.locator("[data-care=IOP]")
    announced = card.locator("[data-found]").inner_text()
    tab_to(plain, card.get_by_role("link", name="Find near me Intensive outpatient"))
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("heading", level=1)).to_have_text(announced)
