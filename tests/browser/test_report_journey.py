"""A report from the public travels to its fix, without scripts on the public's side."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Site

pytestmark = pytest.mark.browser

#: The report form asks again when it comes back faster.
READING_MILLISECONDS = 3_100
MAKE_SESSION = """
made = session_of(account("reports@example.org", Role.EDITOR))
"""


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Page]:
    """A phone without scripts."""
    context = browser.new_context(viewport=PHONE, base_url=site.url, java_script_enabled=False)
    yield context.new_page()
    assert context.cookies() == []
    context.close()


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[Page]:
    """An editor at a desk, signed in."""
    context = browser.new_context(base_url=site.url)
    context.add_cookies([{"name": "sessionid", "value": site.made(MAKE_SESSION), "url": site.url}])
    yield context.new_page()
    context.close()


def test_a_report_travels_to_its_fix(visitor: Page, desk: Page):
    visitor.goto("/programs/?near=85225")
    visitor.locator("[data-program] h2 a").first.click()
    listing = visitor.url
    visitor.get_by_role("link", name=re.compile("Is this wrong.*555-")).first.click()
    expect(visitor.get_by_label("A phone number is wrong")).to_be_checked()
    visitor.get_by_label("What should it say?").fill("It is 480-555-0177.")
    visitor.get_by_label("E-mail or phone").fill("me@example.org")
    visitor.wait_for_timeout(READING_MILLISECONDS)
    visitor.get_by_role("button", name="Send the report").click()
    expect(visitor.locator("h1")).to_have_text("We have your report. Nobody has looked at it yet.")

    desk.goto("/admin/programs/correction/")
    desk.locator("#result_list tbody th a").first.click()
    expect(desk.get_by_text("me@example.org")).to_be_visible()
    desk.get_by_role("button", name="I am checking this").click()
    visitor.reload()
    expect(visitor.locator("h1")).to_have_text("A person is checking it now.")

    desk.get_by_role("link", name="Name, address and phones").click()
    name, tools = (desk.locator(part).bounding_box() for part in ("#content > h2", ".object-tools"))
    assert name
    assert tools
    assert name["y"] + name["height"] <= tools["y"]
    desk.locator("#id_phones-0-number").fill("+1 480-555-0177")
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.get_by_label("Fixed").check()
    desk.get_by_label("Note to the reporter").fill("You were right.")
    desk.get_by_role("button", name="Close and go to the next").click()
    expect(desk.get_by_text("is closed.")).to_be_visible()

    visitor.reload()
    expect(visitor.locator("h1")).to_have_text("We checked, and fixed the listing. Thank you.")
    expect(visitor.get_by_text("You were right.")).to_be_visible()
    visitor.goto(listing)
    expect(visitor.get_by_role("link", name="Call (480) 555-0177")).to_be_visible()


def test_the_form_and_its_errors_break_no_accessibility_rule_and_fit_the_narrowest_phone(
    phone: Page,
):
    phone.set_viewport_size({"width": 320, "height": 740})
    phone.goto("/programs/?near=85225")
    phone.locator("[data-program] h2 a").first.click()
    phone.get_by_role("link", name="Report what is wrong").click()
    phone.get_by_role("button", name="Send the report").click()
    expect(phone.get_by_role("alert")).to_contain_text("Choose what is wrong.")
    expect(phone.get_by_label("Leave this empty")).not_to_be_in_viewport()
    assert phone.evaluate("document.documentElement.scrollWidth") == 320
    assert [violation["id"] for violation in Axe().run(phone).response["violations"]] == []
