"""The promises of the privacy page and the tests that hold them: neither without the other."""

from __future__ import annotations

import ast

import pytest
from django.conf import settings

from programs.promises import PROMISES
from tests.pages import page_of, words

#: Files whose every test holds a promise.
ABOUT_PROMISES = (
    "tests/test_privacy.py",
    "tests/test_traces.py",
    "tests/browser/test_private_journey.py",
)


def names_of_tests(file: str) -> set[str]:
    """Return "file::test" for each test of a file, but for those that are always skipped."""
    tree = ast.parse((settings.BASE_DIR / file).read_text(encoding="utf-8"))
    return {
        f"{file}::{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if "skip" not in "".join(ast.unparse(each) for each in node.decorator_list)
    }


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.id)
def test_a_promise_is_held_by_tests_that_there_are(promise):
    assert promise.proofs
    there = set().union(*(names_of_tests(proof.partition("::")[0]) for proof in promise.proofs))
    assert set(promise.proofs) - there == set()


def test_no_test_of_privacy_holds_a_promise_that_nobody_made():
    made = {proof for promise in PROMISES for proof in promise.proofs}
    assert set().union(*map(names_of_tests, ABOUT_PROMISES)) - made == set()


def test_no_promise_is_made_twice():
    assert len({promise.id for promise in PROMISES}) == len(PROMISES)
    assert len({str(promise.sentence) for promise in PROMISES}) == len(PROMISES)


@pytest.mark.django_db
def test_the_privacy_page_prints_the_list_and_no_other(client):
    page = page_of(client.get("/privacy/"))
    printed = {str(item["id"]): words(item) for item in page.select(".promises li")}
    assert printed == {promise.id: str(promise.sentence) for promise in PROMISES}
    assert page_of(client.get("/")).select("footer a[href='/privacy/']")
