"""Settings that follow from others."""

from __future__ import annotations

import pytest

from directory.settings import site_url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8011"}, "http://127.0.0.1:8011"),
        ({"PORT": "8011", "SITE_URL": "https://directory.example/"}, "https://directory.example"),
    ],
)
def test_mails_lead_to_where_the_site_is_served(monkeypatch, given, url):
    for name in ("PORT", "SITE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert site_url() == url
