"""With scripts: results without a reload. Without: the same pages. Either way, no trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

RESULTS = "/programs/?near=85225&level_of_care=iop"
#: More than one page of results.
MANY = "/programs/?near=85225&miles=100"
#: What a results page may weigh, cold and compressed, with everything it needs.
PAGE_LIMIT_BYTES = 30 * 1024
WORST_SEARCHES = [
    MANY,
    "/programs/",
    "/programs/?near=AZ&page=2",
    f"/es{MANY}",
    f"{MANY}&level_of_care=iop&medication=methadone&payment=medicaid&track=women&not_track=men",
]


@pytest.fixture
def unreloaded(phone: Page) -> Iterator[Page]:
    """A page of results that must still be the same document at the end of the test."""
    phone.goto(RESULTS)
    phone.evaluate("window.sameDocument = true")
    yield phone
    assert phone.evaluate("window.sameDocument") is True


def option(page: Page, facet: str, term: str) -> Locator:
    return page.locator(f"[data-facet={facet}][data-term={term}]")


def attribute(of: Locator, name: str) -> str:
    value = of.get_attribute(name)
    assert value is not None
    return value


def total(page: Page) -> int:
    return int(attribute(page.locator("[data-total]"), "data-total"))


def count(of: Locator) -> int:
    return int(attribute(of, "data-count"))


def results_of(page: Page) -> str:
    """Return the text of the page, but for what only scripts can offer."""
    page.evaluate("for (const part of document.querySelectorAll('.location')) part.hidden = true")
    return page.locator("main").inner_text()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.tagName"))


def search_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def choose_medicaid(page: Page) -> int:
    """Tick it, and return the number of programs that was announced and has come."""
    announced = count(option(page, "payment", "medicaid"))
    assert announced != total(page)
    option(page, "payment", "medicaid").locator("input").check()
    expect(page.locator("[data-total]")).to_have_attribute("data-total", str(announced))
    return announced


def test_a_filter_changes_results_counts_title_and_address_without_a_reload(unreloaded: Page):
    women = option(unreloaded, "track", "women")
    before = count(women)
    announced = choose_medicaid(unreloaded)
    assert unreloaded.locator("[data-program]").count() == announced
    assert count(women) < before
    assert int(women.locator(".count").inner_text()) == count(women)
    assert search_of(unreloaded)["payment"] == ["medicaid"]
    in_spanish = unreloaded.get_by_role("link", name="Español")
    assert attribute(in_spanish, "href") == f"/es/programs/?{urlsplit(unreloaded.url).query}"
    assert unreloaded.title() == unreloaded.locator("h1").inner_text()
    expect(
        unreloaded.get_by_role("link", name="Remove the filter Payment: Medicaid")
    ).to_be_visible()


def test_what_was_swapped_in_is_what_the_address_gives(unreloaded: Page, browser: Browser):
    choose_medicaid(unreloaded)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    plain = context.new_page()
    plain.goto(unreloaded.url)
    without_scripts = plain.locator("main").inner_text()
    context.close()
    assert results_of(unreloaded) == without_scripts


@pytest.mark.parametrize("address", ["/", RESULTS, "/programs/?near=Chandlerton+AZ"])
def test_a_page_is_the_same_without_javascript(browser: Browser, site_url: str, address: str):
    context = browser.new_context(base_url=site_url, java_script_enabled=False)
    plain = context.new_page()
    plain.goto(address)
    without_scripts = plain.locator("main").inner_text()
    assert "Use my location" not in without_scripts
    context.close()
    context = browser.new_context(base_url=site_url)
    page = context.new_page()
    page.goto(address)
    assert "Use my location" in page.locator("main").inner_text()
    assert results_of(page) == without_scripts
    context.close()


def test_a_search_works_without_javascript(browser: Browser, site_url: str):
    context = browser.new_context(base_url=site_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(RESULTS)
    announced = count(option(page, "payment", "medicaid"))
    option(page, "payment", "medicaid").locator("input").check()
    page.get_by_role("button", name="Show results").first.click()
    assert total(page) == announced
    page.get_by_role("link", name="Remove the filter Payment: Medicaid").click()
    assert total(page) != announced
    context.close()


def test_back_and_forward_bring_results_and_boxes(unreloaded: Page):
    before, text = total(unreloaded), results_of(unreloaded)
    medicaid = option(unreloaded, "payment", "medicaid").locator("input")
    announced = choose_medicaid(unreloaded)
    unreloaded.go_back()
    expect(unreloaded.locator("[data-total]")).to_have_attribute("data-total", str(before))
    expect(medicaid).not_to_be_checked()
    assert "payment" not in search_of(unreloaded)
    assert attribute(unreloaded.locator("#languages a"), "href") == f"/es{RESULTS}"
    assert results_of(unreloaded) == text
    unreloaded.go_forward()
    expect(unreloaded.locator("[data-total]")).to_have_attribute("data-total", str(announced))
    expect(medicaid).to_be_checked()


def test_back_from_a_listing_gives_the_whole_page(phone: Page):
    phone.goto(RESULTS)
    announced = choose_medicaid(phone)
    phone.locator("[data-program] h2 a").first.click()
    expect(phone.locator("article.listing")).to_be_visible()
    phone.go_back()
    expect(phone.locator("[data-total]")).to_have_attribute("data-total", str(announced))
    expect(phone.locator(".crisis")).to_be_visible()
    expect(option(phone, "payment", "medicaid").locator("input")).to_be_checked()


def test_focus_and_what_was_opened_stay(unreloaded: Page):
    languages = unreloaded.locator("details.facet", has_text="Language").first
    languages.locator("summary").first.click()
    spanish = option(unreloaded, "language", "spanish").locator("input")
    spanish.focus()
    unreloaded.keyboard.press("Space")
    expect(unreloaded).to_have_url(re.compile("language=spanish"))
    expect(spanish).to_be_focused()
    expect(spanish).to_be_checked()
    expect(languages).to_have_attribute("open", "")
    unreloaded.keyboard.press("Space")
    expect(unreloaded).not_to_have_url(re.compile("language=spanish"))
    expect(spanish).to_be_focused()
    expect(spanish).not_to_be_checked()


def test_the_new_number_is_announced_politely(unreloaded: Page):
    live = unreloaded.locator("[aria-live=polite]")
    expect(live).to_have_count(1)
    # A screen reader says what changes in a region that was there before.
    unreloaded.evaluate(
        "window.said = []; window.region = document.querySelector('[aria-live=polite]');"
        "new MutationObserver(() => said.push(region.textContent))"
        ".observe(region, {characterData: true, childList: true, subtree: true})"
    )
    announced = choose_medicaid(unreloaded)
    assert unreloaded.evaluate("said") == [f"{announced} programs within 25 miles of 85225"]
    assert unreloaded.evaluate("region.isConnected") is True


def test_a_pill_unticks_its_box_and_focus_goes_to_the_answer(unreloaded: Page):
    before = total(unreloaded)
    choose_medicaid(unreloaded)
    unreloaded.get_by_role("link", name="Remove the filter Payment: Medicaid").click()
    expect(unreloaded.locator("[data-total]")).to_have_attribute("data-total", str(before))
    expect(option(unreloaded, "payment", "medicaid").locator("input")).not_to_be_checked()
    expect(option(unreloaded, "level_of_care", "iop").locator("input")).to_be_checked()
    expect(unreloaded.locator("h1")).to_be_focused()


def test_another_page_of_results_starts_at_the_heading(phone: Page):
    phone.goto(MANY)
    first = attribute(phone.locator("[data-program]").first, "data-program")
    phone.evaluate("window.sameDocument = true")
    phone.get_by_role("link", name="Next page").click()
    expect(phone.locator("[data-program]").first).not_to_have_attribute("data-program", first)
    expect(phone.locator("h1")).to_be_focused()
    expect(phone.locator("h1")).to_be_in_viewport()
    assert search_of(phone)["page"] == ["2"]
    assert phone.evaluate("window.sameDocument") is True


def test_the_button_goes_to_the_answer_even_when_nothing_changed(unreloaded: Page):
    choose_medicaid(unreloaded)
    unreloaded.get_by_role("button", name="Show results").last.click()
    expect(unreloaded.locator("h1")).to_be_focused()
    expect(unreloaded.locator("h1")).to_be_in_viewport()


def test_enter_in_the_place_field_is_one_step_of_the_history(unreloaded: Page):
    before = unreloaded.evaluate("history.length")
    unreloaded.get_by_label("ZIP code, town, county or state").fill("Tempe, AZ")
    unreloaded.keyboard.press("Enter")
    expect(unreloaded.locator("h1")).to_contain_text("miles of Tempe, AZ")
    unreloaded.wait_for_timeout(400)  # longer than the delay of a change
    assert unreloaded.evaluate("history.length") == before + 1


def test_a_place_that_is_not_found_is_said_without_a_reload(unreloaded: Page):
    near = unreloaded.get_by_label("ZIP code, town, county or state")
    near.fill("Chandlerton, AZ")
    unreloaded.keyboard.press("Enter")
    expect(unreloaded.get_by_role("alert")).to_contain_text("Chandlerton, AZ")
    expect(near).to_have_attribute("aria-invalid", "true")
    unreloaded.get_by_role("link", name="Chandler, AZ").click()
    expect(unreloaded.locator("h1")).to_contain_text("miles of Chandler, AZ")
    expect(near).to_have_value("Chandler, AZ")


def test_an_error_of_ours_is_shown_as_the_page_it_is(phone: Page):
    phone.goto(RESULTS)
    phone.route("**/programs/?*", lambda route: route.fulfill(status=500, body="<h1>Broken</h1>"))
    option(phone, "payment", "medicaid").locator("input").check()
    expect(phone.locator("h1")).to_have_text("Broken")
    expect(phone.locator("form")).to_have_count(0)


@pytest.mark.parametrize("address", ["/", RESULTS])
def test_places_are_suggested_while_the_keyboard_stays_in_the_field(phone: Page, address: str):
    """The list itself is the browser's own, with its keys; a Chromium without a window has none."""
    phone.goto(address)
    # A field with a list is a combo box to screen readers.
    near = phone.get_by_role("combobox", name="ZIP code, town, county or state")
    near.fill("")
    near.press_sequentially("chan", delay=20)
    expect(phone.locator("#places option")).to_have_count(8)
    values = near.evaluate("field => [...field.list.options].map(option => option.value)")
    assert values[0] == "Chandler, AZ"
    expect(near).to_be_focused()
    expect(near).to_have_value("chan")
    near.press_sequentially("dler, AZ")
    phone.keyboard.press("Enter")
    expect(phone.locator("h1")).to_contain_text("miles of Chandler, AZ")


def test_two_letters_ask_for_no_suggestion(phone: Page):
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto("/")
    near = phone.get_by_label("ZIP code, town, county or state")
    near.press_sequentially("az")
    phone.wait_for_timeout(500)
    assert [url for url in asked if "suggest" in url] == []
    near.press_sequentially("tec")
    expect(phone.locator("#places option").first).to_have_attribute("value", re.compile("^Aztec"))
    assert [parse_qs(urlsplit(url).query) for url in asked if "suggest" in url] == [
        {"near": ["aztec"]}
    ]


@pytest.mark.parametrize("address", ["/", RESULTS])
def test_a_location_is_rounded_before_it_is_sent(browser: Browser, site_url: str, address: str):
    context = browser.new_context(
        base_url=site_url,
        geolocation={"latitude": 33.306789, "longitude": -111.841234},
        permissions=["geolocation"],
    )
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(address)
    assert "33.3" not in "".join(sent)
    expect(page.get_by_text("Your location is rounded to about half a mile")).to_be_visible()
    page.get_by_role("button", name="Use my location").click()
    expect(page.locator("h1")).to_contain_text("within 25 miles of your location")
    assert total(page) > 0
    assert search_of(page)["near"] == ["33.31, -111.84"]
    decimals = re.findall(
        r"\d+\.(\d+)", " ".join(url.removeprefix(site_url) for url in sent if "near" in url)
    )
    assert {len(digits) for digits in decimals} == {2}
    context.close()


def test_a_location_that_is_refused_is_said_and_nothing_else_happens(unreloaded: Page):
    # Without the permission a headless Chromium refuses.
    before = unreloaded.url
    unreloaded.get_by_role("button", name="Use my location").click()
    said = unreloaded.locator(".location [role=status]")
    expect(said).to_have_text("We could not get your location. Type a ZIP code or a town.")
    assert unreloaded.url == before
    assert axe_violations(unreloaded) == []
    choose_medicaid(unreloaded)


def test_nobody_is_asked_for_a_location_before_the_tap(phone: Page):
    phone.add_init_script(
        "window.asked = 0; navigator.geolocation.getCurrentPosition = () => { window.asked += 1; };"
    )
    phone.goto(RESULTS)
    choose_medicaid(phone)
    assert phone.evaluate("asked") == 0
    phone.get_by_role("button", name="Use my location").click()
    assert phone.evaluate("asked") == 1


def axe_violations(page: Page) -> list[str]:
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_no_accessibility_rule_is_broken_by_what_was_swapped_in(unreloaded: Page, color_scheme):
    unreloaded.emulate_media(color_scheme=color_scheme)
    choose_medicaid(unreloaded)
    assert axe_violations(unreloaded) == []


def test_a_whole_visit_leaves_nothing_and_asks_nobody_else(phone: Page, site_url: str):
    asked: list[str] = []
    problems: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.on("console", lambda message: problems.append(f"{message.type}: {message.text}"))
    phone.on("pageerror", lambda error: problems.append(str(error)))
    phone.goto("/")
    phone.get_by_label("ZIP code, town, county or state").press_sequentially("8522", delay=20)
    expect(phone.locator("#places option").first).to_have_attribute("value", re.compile("^8522"))
    phone.get_by_label("ZIP code, town, county or state").fill("85225")
    phone.get_by_role("button", name="Search").click()
    choose_medicaid(phone)
    phone.get_by_role("link", name="Remove the filter Payment: Medicaid").click()
    expect(phone.locator("h1")).to_be_focused()
    phone.go_back()
    expect(option(phone, "payment", "medicaid").locator("input")).to_be_checked()
    phone.locator("[data-program] h2 a").first.click()
    expect(phone.locator("article.listing")).to_be_visible()
    assert [url for url in asked if not url.startswith(f"{site_url}/")] == []
    assert problems == []
    assert phone.context.cookies() == []
    assert phone.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert phone.evaluate("indexedDB.databases().then((all) => all.length)") == 0


@pytest.mark.parametrize("address", WORST_SEARCHES)
def test_a_results_page_weighs_at_most_30_kb_cold(
    phone: Page, site_url: str, address: str, record_property
):
    weights: dict[str, int] = {}
    phone.on(
        "requestfinished",
        lambda request: weights.update({request.url: request.sizes()["responseBodySize"]}),
    )
    phone.goto(address, wait_until="networkidle")
    record_property("results_page_bytes", sum(weights.values()))
    assert [url for url in weights if not url.startswith(f"{site_url}/")] == []
    kinds = {urlsplit(url).path.rpartition(".")[2] for url in weights}
    assert kinds == {urlsplit(address).path, "css", "js", "svg"}
    assert sum(weights.values()) <= PAGE_LIMIT_BYTES
