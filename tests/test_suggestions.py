"""Places suggested to somebody who types: what comes, how often, and what never happens."""

from __future__ import annotations

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.search.places import resolve_place
from programs.search.suggestions import MAX_SUGGESTIONS, suggested_places
from programs.views import places as places_view
from programs.views.limits import WINDOW_SECONDS, AddressLimit
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(monkeypatch) -> AddressLimit:
    """Count afresh in each test."""
    fresh = AddressLimit(places_view.ANSWERS_PER_MINUTE)
    monkeypatch.setattr(places_view, "_limit", fresh)
    return fresh


def suggest(client, text: str, **extra: str):
    return client.get("/places/suggest", {"near": text}, **extra)


def values(response) -> list[str]:
    return [str(option["value"]) for option in page_of(response).select("option")]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("chan", "Chandler, AZ"),
        ("CHANDLER", "Chandler, AZ"),
        ("chandler, i", "Chandler, IN"),
        ("chandler, okla", "Chandler, OK"),
        ("85225", "85225"),
        ("852", "85201"),
        ("maricopa co", "Maricopa County, AZ"),
        ("ariz", "Arizona"),
        ("new yo", "New York"),
        ("st louis", "Saint Louis, MO"),
        ("phoenx", "Phoenix, AZ"),
        ("san", "San Antonio, TX"),
    ],
)
def test_what_starts_so_comes_first_then_what_resembles_it(text, first):
    assert suggested_places(text)[0] == first


@pytest.mark.parametrize(
    "text", ["chan", "852", "mari", "new york", "wash", "st ", "lake", "porto"]
)
def test_a_suggestion_is_read_as_the_place_it_names(text):
    suggested = suggested_places(text)
    assert len(suggested) == len(set(suggested)) == MAX_SUGGESTIONS
    assert [str(resolve_place(name).place) for name in suggested] == suggested


@pytest.mark.parametrize("text", ["", "  ", "az", "a, az", "??", "x" * 101, "%%%", "___"])
def test_too_little_or_too_much_suggests_nothing_and_asks_nothing(
    client, django_assert_num_queries, text
):
    with django_assert_num_queries(0):
        response = suggest(client, text)
    assert (response.status_code, values(response)) == (200, [])


def test_suggestions_are_one_statement(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = suggest(client, "chandler, a")
    assert values(response) == ["Chandler, AZ", "Chandler Heights, AZ"]


def test_suggestions_may_be_cached_and_leave_nothing(client):
    response = suggest(client, "chan")
    assert response["Cache-Control"] == "private, max-age=21600"
    assert dict(response.cookies) == {}
    assert "Set-Cookie" not in response.headers
    assert client.post("/places/suggest").status_code == 405


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(max_size=120)
    | st.sampled_from(["a%00b\0cd", "'; DROP TABLE x; --", "<b>\"'&", "🙂🙂🙂🙂"])
)
def test_no_text_breaks_it_or_comes_back_as_markup(text):
    assert len(suggested_places(text)) <= MAX_SUGGESTIONS


def test_hostile_text_is_answered_with_options_alone(client):
    for text in ("</datalist><script>alert(1)</script>", "chan\0", "chan\\", "ch'an\"<"):
        response = suggest(client, text)
        assert response.status_code == 200
        assert {tag.name for tag in page_of(response).find_all()} <= {"option"}


def test_more_than_the_limit_gets_an_empty_list(client, django_assert_num_queries):
    for _ in range(places_view.ANSWERS_PER_MINUTE):
        assert suggest(client, "").status_code == 200
    with django_assert_num_queries(0):
        refused = suggest(client, "chan")
    assert (refused.status_code, refused.content) == (429, b"")
    assert (refused["Cache-Control"], refused["Retry-After"]) == ("no-store", "60")
    assert suggest(client, "chan", REMOTE_ADDR="203.0.113.7").status_code == 200


def test_behind_a_trusted_proxy_the_address_is_what_the_proxy_wrote(client):
    forwarded = [f"10.0.0.{number}, 203.0.113.7" for number in range(250)]
    spoofed = forwarded[: places_view.ANSWERS_PER_MINUTE + 1]
    with override_settings(TRUST_PROXY_HEADERS=True):
        statuses = [
            suggest(client, "", HTTP_X_FORWARDED_FOR=header).status_code for header in spoofed
        ]
        assert suggest(client, "", HTTP_X_FORWARDED_FOR="203.0.113.8").status_code == 200
    assert statuses == [200] * places_view.ANSWERS_PER_MINUTE + [429]


def test_without_one_nobody_escapes_the_limit_by_a_header(client):
    for number in range(places_view.ANSWERS_PER_MINUTE):
        suggest(client, "", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert suggest(client, "", HTTP_X_FORWARDED_FOR="203.0.113.250").status_code == 429


def test_the_count_and_the_salt_last_a_minute():
    now = [0.0]
    limit = AddressLimit(1, clock=lambda: now[0])
    assert [limit.allows("192.0.2.1"), limit.allows("192.0.2.1")] == [True, False]
    salt = limit._salt
    now[0] = WINDOW_SECONDS
    assert limit.allows("192.0.2.1") is True
    assert limit._salt != salt
    assert len(limit._counts) == 1


def test_an_address_is_kept_as_a_hash_alone():
    limit = AddressLimit(1)
    limit.allows("192.0.2.77")
    assert "192.0.2.77" not in repr(vars(limit))


def test_a_network_of_a_household_counts_as_one():
    limit = AddressLimit(1)
    assert limit.allows("2001:db8:1:2::1") is True
    assert limit.allows("2001:db8:1:2:ffff::9") is False
    assert limit.allows("2001:db8:1:3::1") is True
    assert limit.allows("not an address") is True
