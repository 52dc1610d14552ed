"""From the first page to paper, as a visitor goes: nothing stays, and nobody else is asked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Response, expect

pytestmark = pytest.mark.browser


def test_a_whole_journey_leaves_nothing_and_asks_nobody_else(phone: Page, site_url: str):
    asked: list[str] = []
    cookies: list[str] = []
    problems: list[str] = []

    def look(response: Response) -> None:
        if "set-cookie" in response.headers:
            cookies.append(response.url)

    phone.on("request", lambda request: asked.append(request.url))
    phone.on("response", look)
    phone.on("console", lambda message: problems.append(f"{message.type}: {message.text}"))
    phone.on("pageerror", lambda error: problems.append(str(error)))
    phone.goto("/")
    phone.get_by_role("navigation", name="Main").get_by_role("link", name="Help me choose").click()
    phone.locator("input[name=near]").fill("85225")
    phone.locator("main form button[type=submit]").last.click()
    assert urlpath(phone) == "/guide/"
    phone.locator("main a[href^='/programs/?']").first.click()
    expect(phone.locator("h1")).to_contain_text("85225")
    phone.locator("[data-program]").first.get_by_role("checkbox").check()
    phone.locator("[data-program] h2 a").first.click()
    expect(phone.locator("article.listing")).to_be_visible()
    phone.go_back()
    phone.get_by_role("button", name="Compare the ticked").click()
    assert urlpath(phone) == "/shortlist/"
    phone.locator("main a[href*='/handout/']").first.click()
    assert urlpath(phone) == "/shortlist/handout/"
    assert [url for url in asked if not url.startswith(f"{site_url}/")] == []
    assert cookies == []
    assert problems == []
    assert phone.context.cookies() == []
    assert phone.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert phone.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def urlpath(page: Page) -> str:
    return re.sub(r"^https?://[^/]+|[?#].*$", "", page.url)
