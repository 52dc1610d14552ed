"""A facility changes its phone at once; its new name goes to an editor, who mends it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import PASSWORD, PHONE, Site

pytestmark = pytest.mark.browser

DESK: ViewportSize = {"width": 1280, "height": 800}
MAKE_PEOPLE = """
from programs.models import Facility, Membership
own = Facility.objects.filter(organization__isnull=False, phones__isnull=False)
facility = own.order_by("id").first()
staff = account("staff@example.org", Role.FACILITY_STAFF)
Membership.objects.create(keeper=staff, organization=facility.organization)
program = facility.programs.published().order_by("name", "id").first()
made = {
    "name": str(facility),
    "page": program.get_absolute_url(),
    "session": session_of(account("editor@example.org", Role.EDITOR)),
}
"""


@pytest.fixture(scope="module")
def made(site: Site) -> Any:
    """A member of a facility's staff, and an editor who is signed in."""
    return site.made(MAKE_PEOPLE)


@pytest.fixture
def staff(browser: Browser, site: Site) -> Iterator[Page]:
    """A phone without scripts."""
    context = browser.new_context(viewport=PHONE, base_url=site.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def editor(browser: Browser, site: Site, made: Any) -> Iterator[Page]:
    context = browser.new_context(viewport=DESK, base_url=site.url)
    context.add_cookies([{"name": "sessionid", "value": made["session"], "url": site.url}])
    yield context.new_page()
    context.close()


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()


def faults(page: Page) -> list[str]:
    """Return what of the page breaks a rule of accessibility, or is wider than the window."""
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    is_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *(["wider than the window"] if is_wide else [])]


def test_a_phone_counts_at_once_and_a_name_when_an_editor_approves_it(
    staff: Page, editor: Page, made: Any
):
    staff.goto("/staff/")
    staff.get_by_label("Email").fill("staff@example.org")
    staff.get_by_label("Password").fill(PASSWORD)
    press(staff, "Sign in")
    staff.get_by_role("link", name=made["name"], exact=True).click()
    at_home = staff.url
    staff.get_by_role("link", name="Phones and web site").click()
    staff.get_by_label("Number", exact=True).first.fill("480-555-0177")
    press(staff, "Save")
    expect(staff.get_by_role("status")).to_have_text("Saved: Phones and web site.")
    staff.get_by_role("link", name="Name and address").click()
    staff.get_by_label("Name", exact=True).fill("Quiet Kettle House")
    press(staff, "Send to the editors")
    expect(staff.locator(".drafts")).to_contain_text("Sent to the editors")

    editor.goto(made["page"])
    expect(editor.get_by_role("link", name="Call (480) 555-0177")).to_be_visible()
    expect(editor.locator("h1")).not_to_contain_text("Quiet Kettle")
    editor.goto("/admin/")
    editor.get_by_role("link", name="Changes handed in by facilities").click()
    editor.locator("#result_list tbody").get_by_role("link").click()
    expect(editor.locator("[name=name]")).to_have_value("Quiet Kettle House")
    expect(editor.locator("del")).to_have_count(1)
    editor.locator("[name=name]").fill("Quiet Kettle Home")
    with editor.context.expect_page() as opened:
        press(editor, "See the public page as it would be")
    expect(opened.value.locator("h1")).to_contain_text("Quiet Kettle Home")
    editor.set_viewport_size(PHONE)
    assert faults(editor) == []
    press(editor, "Approve")
    editor.wait_for_url("**/admin/programs/draft/")

    staff.goto(at_home)
    expect(staff.locator("h1")).to_contain_text("Quiet Kettle Home")
    expect(staff.locator(".drafts")).to_contain_text("Approved")
    staff.goto(made["page"])
    expect(staff.locator("h1")).to_contain_text(re.compile("^Quiet Kettle Home"))


def test_the_pages_of_a_facility_fit_a_phone_and_break_no_accessibility_rule(
    editor: Page, made: Any
):
    editor.set_viewport_size(PHONE)
    editor.goto("/staff/")
    found = {"staff": faults(editor)}
    editor.get_by_role("link", name=re.compile("^Cardboard|^Quiet")).first.click()
    found["facility"] = faults(editor)
    editor.get_by_role("link", name="Payment").first.click()
    found["payment"] = faults(editor)
    assert found == {page: [] for page in found}
