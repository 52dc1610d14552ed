"""In Spanish from the first page to the number to call, and to English with the same search."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_search_in_spanish_goes_over_to_english_after_it_changed_in_place(phone: Page):
    phone.goto("/es/")
    phone.get_by_label("Código postal, ciudad, condado o estado").fill("85225")
    phone.get_by_label("Qué tipo de ayuda, o un nombre").fill("mujeres")
    phone.get_by_role("button", name="Buscar", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^\d+ programas a menos de 25 millas de 85225")
    )
    option = phone.locator("[data-facet=payment][data-term=medicaid]")
    announced = str(option.get_attribute("data-count"))
    option.locator("input").check()
    expect(phone.locator("[data-total]")).to_have_attribute("data-total", announced)
    phone.get_by_role("link", name="English").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^\d+ programs? within 25 miles of 85225")
    )
    expect(phone.locator("[data-total]")).to_have_attribute("data-total", announced)
    phone.get_by_role("link", name="Español").click()
    phone.locator("[data-program] h2 a").first.click()
    call = phone.get_by_role("link", name=re.compile("^Llamar")).first
    expect(call).to_have_attribute("href", re.compile(r"^tel:\+1\d{3}55501\d\d"))
    expect(phone.get_by_text("Qué preguntar cuando llame")).to_be_visible()
