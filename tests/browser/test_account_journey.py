"""An invited person makes an account, sets up a second factor and reaches the desk."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Site

pytestmark = pytest.mark.browser

PASSWORD = "seven quiet kettles"  # noqa: S105


@pytest.fixture
def invited(browser: Browser, site: Site) -> Iterator[Page]:
    """A phone without scripts."""
    context = browser.new_context(viewport=PHONE, base_url=site.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def invitation_link(site: Site, email: str) -> str:
    """Return the path that `invite` prints."""
    made = subprocess.run(
        [sys.executable, "manage.py", "invite", email, "--role", "administrator"],
        cwd=settings.BASE_DIR, env=site.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    [path] = re.findall(r"/account/invitation/\S+", made.stdout)
    return str(path)


def next_code(secret: str, steps: int) -> str:
    """Return the code of the app now, or of the step after: one of them works only once."""
    [_before, now, _after] = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now + steps))


def test_an_invited_administrator_reaches_the_desk_and_comes_back(invited: Page, site: Site):
    invited.goto(invitation_link(site, "root@example.org"))
    invited.get_by_label("New password", exact=False).first.fill(PASSWORD)
    invited.get_by_label("confirmation").fill(PASSWORD)
    invited.get_by_role("button", name="Make my account").click()

    expect(invited.locator("h1")).to_have_text("Set up a second factor")
    expect(invited.locator(".qr svg")).to_be_in_viewport()
    secret = invited.locator("#secret").inner_text()
    invited.get_by_label("Authenticator code").fill(next_code(secret, 0))
    invited.get_by_role("button", name="Turn on").click()
    expect(invited.locator(".codes li")).to_have_count(10)
    invited.get_by_role("link", name="I kept them. Go on.").click()
    invited.get_by_role("link", name=re.compile("To the keepers")).click()
    expect(invited.get_by_role("link", name="Invitations")).to_be_visible()

    invited.goto("/account/")
    invited.get_by_role("button", name="Sign out").click()
    invited.goto("/admin/programs/keeper/")
    invited.get_by_label("Email").fill("root@example.org")
    invited.get_by_label("Password").fill(PASSWORD)
    invited.get_by_role("button", name="Sign in").click()
    invited.get_by_label("Code").fill(next_code(secret, 1))
    invited.get_by_role("button", name="Sign in").click()
    invited.wait_for_url("**/admin/programs/keeper/")
    expect(invited.get_by_role("link", name="root@example.org")).to_be_visible()


def test_pages_of_keepers_break_no_accessibility_rule_and_fit_the_narrowest_phone(
    phone: Page, site: Site
):
    phone.set_viewport_size({"width": 320, "height": 740})
    found = {}

    def look(page: str) -> None:
        found[page] = [violation["id"] for violation in Axe().run(phone).response["violations"]]
        assert phone.evaluate("document.documentElement.scrollWidth") == 320, page

    phone.goto("/account/sign-in/")
    look("sign in")
    phone.goto(invitation_link(site, "narrow@example.org"))
    phone.get_by_label("New password", exact=False).first.fill("short")
    phone.get_by_role("button", name="Make my account").click()
    look("invitation")
    phone.locator("#id_new_password1").fill(PASSWORD)
    phone.locator("#id_new_password2").fill(PASSWORD)
    phone.get_by_role("button", name="Make my account").click()
    look("second factor")
    code = next_code(phone.locator("#secret").inner_text(), 0)
    phone.get_by_label("Authenticator code").fill(code)
    phone.get_by_role("button", name="Turn on").click()
    look("recovery codes")
    phone.goto("/account/")
    look("account")
    phone.goto("/admin/programs/callsheet/")
    look("queue of the desk")
    phone.goto("/admin/programs/program/")
    look("list of the desk")
    assert found == {page: [] for page in found}
