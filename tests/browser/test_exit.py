"""Exit this page: at once, past "back", by button or keyboard, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser

RESULTS = "/programs/?near=85225&level_of_care=iop"
WEATHER = "https://www.weather.gov/"


def answer(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<title>Weather</title>Sunny")


@pytest.fixture
def results(phone: Page) -> Page:
    """A page of results that was reached from the landing page; nothing leaves the machine."""
    phone.context.route(f"{WEATHER}**", answer)
    phone.goto("/how-we-rank/")
    phone.goto(RESULTS)
    return phone


def press_shift(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.press("Shift")


def test_the_button_leaves_and_back_does_not_lead_here(results: Page):
    with results.expect_request(WEATHER) as left:
        results.get_by_role("link", name="Emergency: Exit this page", exact=True).click()
    expect(results).to_have_url(WEATHER)
    assert "referer" not in left.value.all_headers()
    results.go_back()
    assert results.url.endswith("/how-we-rank/")


def test_the_screen_is_blank_before_the_other_page_answers(results: Page):
    # The weather never comes: what is seen stays what it was at the click.
    results.context.route(f"{WEATHER}**", lambda route: route.abort("aborted"))
    results.locator(".leave").click(no_wait_after=True)
    expect(results.get_by_role("alert")).to_have_text("Loading.")
    assert results.title() == "Loading."
    corners = "[[1, 1], [innerWidth - 1, 1], [1, innerHeight - 1], [180, 400]]"
    on_top = f"{corners}.map(([x, y]) => document.elementFromPoint(x, y).className)"
    assert results.evaluate(on_top) == ["gone"] * 4


def test_three_presses_of_shift_leave_and_each_is_counted_aloud(results: Page):
    said = results.locator(".exit [role=status]")
    dots = results.locator(".exit [aria-hidden]")
    press_shift(results, 1)
    expect(said).to_have_text("Shift, press 2 more times to exit.")
    expect(dots).to_have_text("●○○")
    press_shift(results, 1)
    expect(said).to_have_text("Shift, press 1 more time to exit.")
    expect(dots).to_have_text("●●○")
    press_shift(results, 1)
    expect(results).to_have_url(WEATHER)


def test_presses_are_forgotten_after_five_seconds(phone: Page):
    phone.clock.install()
    phone.goto(RESULTS)
    said = phone.locator(".exit [role=status]")
    press_shift(phone, 2)
    phone.clock.run_for(3_000)
    expect(said).to_have_text("Shift, press 1 more time to exit.")
    phone.clock.run_for(2_000)
    expect(said).to_have_text("Shift no longer counts.")
    expect(phone.locator(".exit [aria-hidden]")).to_have_text("")
    press_shift(phone, 2)
    expect(said).to_have_text("Shift, press 1 more time to exit.")
    assert phone.url.endswith(RESULTS)


def test_writing_capitals_and_going_back_by_keyboard_is_not_leaving(results: Page):
    results.get_by_label("What kind of help, or a name").press_sequentially("AZ IOP")
    for _ in range(4):
        results.keyboard.press("Shift+Tab")
    # The Shift key may come up before the letter does.
    for _ in range(4):
        results.keyboard.down("Shift")
        results.keyboard.down("A")
        results.keyboard.up("Shift")
        results.keyboard.up("A")
    expect(results.locator(".exit [role=status]")).to_have_text("")
    assert results.url.endswith(RESULTS)


def test_the_first_stop_of_the_keyboard_leaves(results: Page):
    results.keyboard.press("Tab")
    first = results.get_by_role("link", name="Exit this page now")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    results.keyboard.press("Enter")
    expect(results).to_have_url(WEATHER)


def test_the_button_stays_in_sight(results: Page):
    results.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(results.locator(".leave")).to_be_in_viewport(ratio=1)
    box = results.locator(".leave").bounding_box()
    assert box is not None
    assert box["height"] >= 24


def test_without_scripts_the_button_leads_away(browser: Browser, site_url: str):
    context = browser.new_context(base_url=site_url, java_script_enabled=False)
    context.route(f"{WEATHER}**", answer)
    page = context.new_page()
    page.goto(RESULTS)
    page.get_by_role("link", name="Emergency: Exit this page", exact=True).click()
    expect(page).to_have_url(WEATHER)
    context.close()


def test_what_the_button_does_not_do_is_one_tap_away(results: Page):
    results.get_by_role("link", name="What this button does").click()
    expect(results.locator("h1")).to_have_text("What “Exit this page” does")
    expect(results.get_by_text("It does not erase your history.")).to_be_visible()
