"""A report from the public travels to its fix, without scripts on the public's side."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Site

pytestmark = pytest.mark.browser

#: The report form asks again when it comes back faster.
READING_MILLISECONDS = 3_100
#: A keeper who signed in with both factors, without the pages for it, which have their own tests.
MAKE_SESSION = """
import programs.views.keepers  # notes when somebody signed in
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from programs.enums import Role
from programs.models import Keeper
def prove(request, user, **kwargs):
    record_authentication(request, user, method="mfa", type="totp")
user_logged_in.connect(prove)
user = User.objects.create_user("reports@example.org")
Keeper.objects.create(user=user, role=Role.EDITOR)
client = Client()
client.force_login(user)
print("key", client.session.session_key)
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
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", MAKE_SESSION],
        cwd=settings.BASE_DIR, env=site.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    key = made.stdout.split("key ")[-1].strip()
    context = browser.new_context(base_url=site.url)
    context.add_cookies([{"name": "sessionid", "value": key, "url": site.url}])
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
