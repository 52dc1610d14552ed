"""The visitor leaves no trace: no cookie, no referrer, no third party, no line in a log."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from programs.enums import LocationPrecision
from programs.upkeep.reminder_mail import stop_token
from programs.upkeep.reminders import send_link
from programs.upkeep.update_links import token_of
from programs.views import search as search_views
from tests.factories import (
    CorrectionFactory,
    PhoneFactory,
    ProgramFactory,
    UpdateLinkFactory,
    state,
)
from tests.pages import page_of

pytestmark = pytest.mark.django_db

CANARY = "canaryville"
CRISIS_NUMBERS = ["tel:911", "tel:988", "tel:+18006624357"]


@pytest.fixture
def listing_address() -> str:
    """Make a program with everything that a page may link to; return its address."""
    program = ProgramFactory.create(facility__website="https://clinic.example/")
    PhoneFactory.create(facility=program.facility)
    state(program, "track/women")
    ProgramFactory.create(facility__location_precision=LocationPrecision.ZIP)
    return str(program.get_absolute_url())


@pytest.fixture
def report_token() -> str:
    CorrectionFactory.create(link="secret")
    return "secret"


@pytest.fixture
def update_token() -> str:
    return token_of(UpdateLinkFactory.create())


@pytest.fixture
def stop_link_token() -> str:
    link = UpdateLinkFactory.create()
    return stop_token(send_link(link, timezone.now()))


@pytest.fixture
def public_pages(
    client, listing_address, report_token, update_token, stop_link_token
) -> dict[str, HttpResponse]:
    """Fetch every kind of public page, errors too."""
    listed = listing_address.split("/")[2]
    addresses = {
        "/": 200,
        "/programs/": 200,
        "/programs/?near=85225&track=women&page=1": 200,
        "/programs/?near=33.31,+-111.84": 200,
        "/programs/?near=85225&page=9": 404,
        f"/programs/?near={CANARY}": 400,
        listing_address: 200,
        f"{listing_address}?p=1": 200,
        "/programs/?near=85225&p=1": 200,
        f"/shortlist/?near=85225&p={listed}": 200,
        f"/shortlist/handout/?p={listed}": 200,
        f"/shortlist/?p={CANARY}": 400,
        f"{listing_address}report/": 200,
        f"{listing_address}report/?about=track": 200,
        "/leave-this-page/": 200,
        "/learn/": 200,
        "/learn/iop/": 200,
        "/learn/nothing/": 404,
        "/used-again/": 200,
        "/used-again/?near=85225": 200,
        f"/used-again/?near={CANARY}": 400,
        "/about/": 200,
        "/privacy/": 200,
        "/guide/": 200,
        "/guide/how-it-works/": 200,
        "/corrections/": 200,
        f"/corrections/{report_token}/": 200,
        "/corrections/wrong/": 404,
        f"/update/{update_token}/": 200,
        "/update/wrong/": 404,
        "/update/": 200,
        f"/stop-reminders/{stop_link_token}/": 200,
        "/stop-reminders/wrong/": 404,
        "/programs/0/x/": 404,
        "/nothing/": 404,
    }
    pages = {address: client.get(address) for address in addresses}
    assert {address: page.status_code for address, page in pages.items()} == addresses
    return pages


def test_no_public_page_sets_a_cookie(public_pages):
    assert {address: page.headers.get("Set-Cookie") for address, page in public_pages.items()} == (
        dict.fromkeys(public_pages)
    )
    assert {address: dict(page.cookies) for address, page in public_pages.items()} == (
        {address: {} for address in public_pages}
    )


#: The headers that keep a visit private, the same on every page.
PRIVATE_HEADERS = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-DNS-Prefetch-Control",
    "X-Frame-Options",
)


def test_every_public_page_sends_the_headers_that_keep_a_visit_private(public_pages):
    for page in public_pages.values():
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["X-Content-Type-Options"] == "nosniff"
        assert page["X-Frame-Options"] == "DENY"
        assert page["X-DNS-Prefetch-Control"] == "off"
        assert page["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = {
            name: sources
            for name, *sources in (
                part.split() for part in page["Content-Security-Policy"].split(";")
            )
        }
        assert policy["default-src"] == ["'self'"]
        assert "unsafe" not in page["Content-Security-Policy"]
        permissions = dict(part.split("=") for part in page["Permissions-Policy"].split(", "))
        assert permissions.pop("geolocation") == "(self)"
        assert {"camera", "microphone", "payment", "usb"} <= permissions.keys()
        assert set(permissions.values()) == {"()"}


def test_every_page_sends_the_same_headers_in_spanish(client, public_pages):
    for address, page in public_pages.items():
        spanish = client.get(f"/es{address}")
        assert spanish.status_code == page.status_code
        assert spanish["Content-Language"] == "es"
        assert [spanish[name] for name in PRIVATE_HEADERS] == (
            [page[name] for name in PRIVATE_HEADERS]
        )
        assert dict(spanish.cookies) == {}


def test_what_a_person_asked_for_is_not_indexed_and_listings_are(public_pages, listing_address):
    indexed = {
        address
        for address, page in public_pages.items()
        if page.status_code == 200 and not page_of(page).select("meta[name=robots]")
    }
    assert indexed == {
        "/",
        "/about/",
        "/corrections/",
        "/guide/",
        "/guide/how-it-works/",
        "/learn/",
        "/learn/iop/",
        "/leave-this-page/",
        "/privacy/",
        "/used-again/",
        listing_address,
    }


def test_over_https_the_browser_is_told_to_use_nothing_else():
    """The header comes of the setting, which is read at the start: of a process of its own."""
    asked = (
        "import django; django.setup();"
        "from django.http import HttpResponse;"
        "from django.middleware.security import SecurityMiddleware;"
        "from django.test import RequestFactory;"
        "answer = SecurityMiddleware(lambda request: HttpResponse());"
        "secure = RequestFactory(HTTP_HOST='localhost').get('/', secure=True);"
        "plain = RequestFactory(HTTP_HOST='localhost').get('/programs/');"
        "print(answer(secure)['Strict-Transport-Security']);"
        "print(answer(plain)['Location'])"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=settings.BASE_DIR,
        env=os.environ | {"HTTPS": "true", "DJANGO_SETTINGS_MODULE": "directory.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split("\n")[:2] == [
        "max-age=63072000; includeSubDomains; preload",
        "https://localhost/programs/",
    ]


def test_no_public_page_has_a_script_or_a_style_of_its_own(public_pages):
    for address, response in public_pages.items():
        page = page_of(response)
        assert page.select("script:not([src]), style, [style], base, iframe") == [], address
        handlers = [name for tag in page.find_all() for name in tag.attrs if name.startswith("on")]
        assert handlers == [], address


def test_every_public_page_loads_from_the_site_alone(public_pages):
    for response in public_pages.values():
        page = page_of(response)
        loaded = [
            str(tag.get("src") or tag.get("href") or tag.get("srcset"))
            # The page in other languages is named for search engines, and loaded by nobody.
            for tag in page.select("[src], link[href]:not([rel=alternate]), [srcset]")
        ]
        assert loaded
        assert [address for address in loaded if urlsplit(address).netloc] == []
        assert page.select("a[ping], [http-equiv=refresh], link[rel=preconnect]") == []


def test_a_link_to_another_site_does_not_say_where_it_was_followed(public_pages, listing_address):
    leading_out = [
        link
        for response in public_pages.values()
        for link in page_of(response).select("a[href], form[action]")
        if urlsplit(str(link.get("href") or link["action"])).netloc
    ]
    # The map of the listing, and the way out.
    hosts = {urlsplit(str(link["href"])).netloc for link in leading_out}
    assert {"www.openstreetmap.org", "www.weather.gov"} <= hosts
    silent = {"noopener", "noreferrer"}
    assert [link["href"] for link in leading_out if not silent <= set(link["rel"])] == []


def test_every_public_page_starts_with_the_crisis_numbers(public_pages):
    for address, response in public_pages.items():
        page = page_of(response)
        called = [link["href"] for link in page.select("a[href^='tel:']")]
        assert called[:3] == CRISIS_NUMBERS, address


def test_the_page_for_our_own_errors_has_the_crisis_numbers(client, monkeypatch):
    page = page_of(broken_search(client, monkeypatch))
    numbers = [link["href"] for link in page.select("a[href^='tel:']")]
    # In English, and then in Spanish.
    assert numbers == CRISIS_NUMBERS * 2
    assert page.select("script, style, [style], link") == []


def broken_search(client, monkeypatch, message: str = "out of order") -> HttpResponse:
    """Search for the canary while the search raises; return the page for our own errors."""

    def breaks(*_args: object, **_options: object) -> None:
        raise RuntimeError(message)

    monkeypatch.setattr(search_views, "search", breaks)
    client.raise_request_exception = False
    response = client.get(f"/programs/?near={CANARY}&near=Tempe,+AZ")
    assert response.status_code == 500
    return response


def test_a_page_for_our_own_errors_keeps_the_headers_and_sets_no_cookie(client, monkeypatch):
    response = broken_search(client, monkeypatch)
    assert response["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in response["Content-Security-Policy"].split("; ")
    assert dict(response.cookies) == {}


@pytest.mark.parametrize(
    "query",
    [
        f"near={CANARY}",
        f"near={CANARY}+AZ&miles=25",
        f"near=85225&track={CANARY}",
        f"near=85225&page={CANARY}",
        f"near=85225&page=77&q={CANARY}",
        f"near={CANARY}%00",
    ],
)
def test_a_search_that_goes_wrong_is_logged_without_what_was_searched(client, log, query):
    assert client.get(f"/programs/?{query}").status_code in {400, 404}
    assert "/programs/" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_a_search_that_works_logs_nothing(client, log, listing_address):
    assert client.get("/programs/?near=85225&track=women").status_code == 200
    assert client.get(f"/places/suggest?near={CANARY}").status_code == 200
    assert client.get(listing_address).status_code == 200
    assert log.getvalue() == ""


def test_a_report_is_not_logged_whatever_happens_to_it(client, log, listing_address):
    address = f"{listing_address}report/"
    for data in ({"kind": "other", "text": CANARY}, {"contact": CANARY}, {"kind": CANARY}):
        assert client.post(address, data).status_code == 400
    assert client.get(f"/corrections/{CANARY}/").status_code == 404
    assert "/report/" in log.getvalue()
    assert "/corrections/***/" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_the_secret_of_a_one_tap_link_is_not_logged_whatever_happens_to_it(client, log):
    token = token_of(UpdateLinkFactory.create())
    for data in ({"do": CANARY}, {"do": "changed", "text": CANARY}):
        assert client.post(f"/update/{token}/", data).status_code == 400
    assert client.get(f"/update/{CANARY}/").status_code == 404
    assert "/update/***/" in log.getvalue()
    assert token not in log.getvalue()
    assert CANARY not in log.getvalue()


def test_an_error_of_ours_is_logged_without_what_was_searched(client, log, monkeypatch):
    broken_search(client, monkeypatch)
    assert "RuntimeError" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_a_statement_that_fails_is_logged_without_what_was_searched(client, log):
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        # The statement that looks the place up.
        cursor.execute("ALTER TABLE programs_place RENAME TO programs_place_gone")
    assert client.get(f"/programs/?near={CANARY}").status_code == 500
    assert "UndefinedTable" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_what_an_exception_quotes_of_a_search_is_not_logged(client, log, monkeypatch):
    broken_search(client, monkeypatch, message=f"invalid value: '{CANARY}'")
    assert "RuntimeError" in log.getvalue()
    assert CANARY not in log.getvalue()


@pytest.mark.parametrize(
    "path", ["/programs/", "/es/programs/", "/places/suggest", "/used-again/", "/shortlist/"]
)
def test_a_search_is_never_kept_by_a_cache_that_others_share(client, listing_address, path):
    response = client.get(f"{path}?near=85225")
    assert response.status_code == 200
    assert "public" not in response.headers.get("Cache-Control", "")


def test_no_session_is_written_for_a_visitor(client, public_pages):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
