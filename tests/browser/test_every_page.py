"""Every kind of page, in both languages, light and dark, on a narrow phone and on a wide screen.

axe is loaded once a page. Dark changes colors alone, so that only their rule runs again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

NARROWEST: ViewportSize = {"width": 320, "height": 740}
#: A screen of 1280 px at 200% zoom.
ZOOMED: ViewportSize = {"width": 640, "height": 400}
WIDE: ViewportSize = {"width": 1280, "height": 800}
#: Everything of WCAG 2.2 AA and of good practice; axe leaves the size of targets out by itself.
RULES = "{resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}"
COLORS = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"
WHERE_THINGS_ARE = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'target-size']}"

MAKE = """
from django.utils import timezone
from programs.models import Program
from programs.upkeep.update_links import make_link, token_of
program = Program.objects.published().filter(facility__zip_code="85225").order_by("id").first()
link = make_link(program.facility, "Ann", "ann@example.org", now=timezone.now())
made = {
    "listing": program.get_absolute_url(),
    "facility": program.facility_id,
    "token": token_of(link),
    "three": [p.pk for p in Program.objects.published().order_by("id")[:3]],
    "session": session_of(account("every-page@example.org", Role.EDITOR)),
}
"""


@pytest.fixture(scope="module")
def made(site: Site) -> Any:
    return site.made(MAKE)


@pytest.fixture(scope="module")
def visitor(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport=NARROWEST)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def keeper(browser: Browser, site: Site, made: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport=NARROWEST)
    context.add_cookies([{"name": "sessionid", "value": made["session"], "url": site.url}])
    yield context.new_page()
    context.close()


def public_pages(made: Any) -> dict[str, int]:
    """Return the addresses behind the prefix of a language, and the status of each."""
    query = "&".join(f"p={each}" for each in made["three"])
    listing = made["listing"]
    return {
        "/": 200,
        "/programs/?near=85225&level_of_care=iop&medication=buprenorphine": 200,
        "/programs/?near=AK&level_of_care=otp": 200,
        "/programs/?near=Nowhere&miles=7": 400,
        listing: 200,
        f"{listing}report/": 200,
        f"{listing}claim/": 200,
        "/corrections/": 200,
        "/corrections/nothing/": 404,
        "/guide/": 200,
        "/guide/how-it-works/": 200,
        "/used-again/": 200,
        "/used-again/?near=85225": 200,
        "/learn/": 200,
        "/learn/iop/": 200,
        "/leave-this-page/": 200,
        "/shortlist/": 200,
        "/shortlist/?p=x": 400,
        f"/shortlist/?{query}": 200,
        f"/shortlist/handout/?{query}": 200,
        "/about/": 200,
        "/privacy/": 200,
        "/how-we-rank/": 200,
        "/nothing/": 404,
        "/update/": 200,
        f"/update/{made['token']}/": 200,
        "/account/sign-in/": 200,
    }


def keepers_pages(made: Any) -> dict[str, int]:
    facility = f"/staff/facilities/{made['facility']}/"
    return {"/staff/": 200, facility: 200, "/account/": 200}


def faults(page: Page, language: str) -> list[str]:
    """Return what is wrong with the page that is shown, in every look of it.

    Languages differ in the length of words, which shows on the narrowest screen.
    """
    page.set_viewport_size(NARROWEST)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    found = [
        *violations(page, "narrow", RULES),
        *wider_than_the_screen(page),
        *unlike_others(page, language),
    ]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += violations(page, "dark", COLORS)
    if language == "en":
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        found += violations(page, "wide", WHERE_THINGS_ARE)
    page.set_viewport_size(ZOOMED)
    return found + wider_than_the_screen(page)


def violations(page: Page, look: str, options: str) -> list[str]:
    told = page.evaluate(f"axe.run({options}).then(found => found.violations)")
    return [f"{look}: {each['id']} {node['target']}" for each in told for node in each["nodes"][:3]]


def wider_than_the_screen(page: Page) -> list[str]:
    width = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    return [f"{width} px wider than {page.viewport_size}"] if width > 0 else []


def unlike_others(page: Page, language: str) -> list[str]:
    """Return what every page has and this one has not: its language, one heading, stillness."""
    is_still = "getComputedStyle(document.documentElement).scrollBehavior === 'auto'"
    has = {
        f"the language is {language}": page.locator("html").get_attribute("lang") == language,
        "one first heading": page.locator("h1").count() == 1,
        "no motion for who wants none": bool(page.evaluate(is_still)),
    }
    return [what for what, is_so in has.items() if not is_so]


def faults_of(page: Page, pages: dict[str, int], language: str) -> dict[str, list[str]]:
    prefix = "/es" if language == "es" else ""
    found = {}
    for address, status in pages.items():
        response = page.goto(prefix + address, wait_until="domcontentloaded")
        assert response is not None
        assert response.status == status, address
        found[address] = faults(page, language)
    return {address: each for address, each in found.items() if each}


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_public_page_breaks_a_rule_or_is_wider_than_its_screen(visitor, made, language):
    assert faults_of(visitor, public_pages(made), language) == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_of_a_keeper_breaks_a_rule_or_is_wider_than_its_screen(keeper, made, language):
    assert faults_of(keeper, keepers_pages(made), language) == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_the_guide_answers_breaks_no_rule(visitor, language):
    for answer in ("stimulant", "overdose_signs"):
        visitor.goto("/es/guide/" if language == "es" else "/guide/")
        visitor.locator(f"input[value={answer}]").check()
        visitor.locator("main form button[type=submit]").last.click()
        assert visitor.locator("fieldset").count() == 0
        assert faults(visitor, language) == []


FOCUS_IS_SEEN = """() => {
  const reach = 'main a[href], main button, main input, main select, main summary, header a, .crisis a';
  const unseen = [];
  for (const each of document.querySelectorAll(reach)) {
    if (!each.checkVisibility() || each.type === 'hidden' || each.tabIndex < 0) continue;
    each.focus({ focusVisible: true, preventScroll: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    if (document.activeElement !== each) unseen.push(`not focused: ${each.outerHTML.slice(0, 80)}`);
    else if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) unseen.push(each.outerHTML.slice(0, 80));
  }
  return unseen;
}"""  # noqa: E501


@pytest.mark.parametrize("address", ["/", "/programs/?near=85225&level_of_care=iop", "/guide/"])
def test_the_focus_is_seen_wherever_it_goes(visitor, address):
    visitor.set_viewport_size(NARROWEST)
    visitor.goto(address)
    assert visitor.locator("main input, main a").count() > 2
    assert visitor.evaluate(FOCUS_IS_SEEN) == []


@pytest.mark.parametrize(("prefix", "said"), [("", "programs within 25"), ("/es", "programas a")])
def test_a_screen_reader_has_the_parts_of_a_results_page_and_is_told_the_new_count(
    visitor, prefix, said
):
    visitor.goto(f"{prefix}/programs/?near=85225")
    for landmark in ("banner", "main", "contentinfo", "search"):
        assert visitor.get_by_role(landmark).count() == 1
    heading = visitor.get_by_role("heading", level=1)
    assert heading.get_attribute("aria-live") == "polite"
    before = heading.inner_text()
    assert said in before
    visitor.evaluate("window.live = document.querySelector('h1')")
    option = visitor.locator("[data-facet=payment][data-term=medicaid]")
    count = str(option.get_attribute("data-count"))
    option.locator("input").check()
    visitor.locator(f"h1[data-total='{count}']").wait_for()
    # The same element, with other words: a new one would not be said.
    assert visitor.evaluate("window.live === document.querySelector('h1')") is True
    assert heading.inner_text().startswith(count)
    assert heading.inner_text() != before
