"""What browsers get compressed, and how."""

from __future__ import annotations

import gzip

import brotli
import pytest

pytestmark = pytest.mark.django_db


def get(client, accept: str):
    return client.get("/", headers={"Accept-Encoding": accept})


def test_a_browser_that_reads_brotli_gets_it(client):
    plain, packed = get(client, ""), get(client, "gzip, deflate, br, zstd")
    assert packed["Content-Encoding"] == "br"
    assert brotli.decompress(packed.content) == plain.content
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content)
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.parametrize("accept", ["gzip", "br;q=0, gzip", "gzip;q=1, br;q=0.0", "sbr, gzip"])
def test_others_get_gzip(client, accept):
    packed = get(client, accept)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == get(client, "").content


@pytest.mark.parametrize("accept", ["br;q=0.5", "br ; q=1.0", "zstd,br"])
def test_any_wish_above_none_is_a_wish(client, accept):
    assert get(client, accept)["Content-Encoding"] == "br"


def test_who_reads_neither_gets_it_as_it_is(client):
    assert "Content-Encoding" not in get(client, "identity").headers
