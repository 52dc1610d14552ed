"""Which pages can be left at once: those that say what somebody is looking for."""

from __future__ import annotations

import pytest

from tests.factories import ProgramFactory
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

WITH = [
    "/",
    "/programs/?near=85225",
    "/programs/?near=nowhere+at+all",
    "/guide/",
    "/used-again/",
    "/learn/",
    "/learn/iop/",
    "/shortlist/",
    "/leave-this-page/",
]
WITHOUT = ["/about/", "/privacy/", "/how-we-rank/", "/corrections/", "/update/"]


@pytest.mark.parametrize("address", WITH)
def test_a_page_of_somebody_in_need_can_be_left_at_once_and_says_what_that_does(client, address):
    page = page_of(client.get(address))
    first, button = page.select("a[href='https://www.weather.gov/']")
    assert page.select("a")[0] == first
    assert words(button) == "Emergency: Exit this page"
    assert page.select(".exit a[href='/leave-this-page/']")
    assert page.select("script[src$='programs/exit.js'][defer]")


def test_a_listing_and_a_report_about_it_can_be_left_at_once(client):
    listing = ProgramFactory.create().get_absolute_url()
    for address in (listing, f"{listing}report/", f"/es{listing}"):
        assert len(page_of(client.get(address)).select(".exit")) == 1


@pytest.mark.parametrize("address", WITHOUT)
def test_a_page_about_the_site_has_no_such_button(client, address):
    assert page_of(client.get(address)).select(".exit, a[href='https://www.weather.gov/']") == []


def test_a_part_of_a_page_that_changes_in_place_does_not_bring_a_second_button(client):
    part = client.get(
        "/programs/?near=85225", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert page_of(part).select(".exit") == []
