"""What may be written to a log: never a query string."""

from __future__ import annotations

import contextlib
import logging

import pytest
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from directory.logs import WithoutQueryStrings


def written(message: str, *args: object) -> str:
    record = logging.LogRecord("django.server", logging.INFO, "", 1, message, args, None)
    assert WithoutQueryStrings().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (
            '"GET /programs/?near=canary&miles=25 HTTP/1.1" 200 5316',
            '"GET /programs/ HTTP/1.1" 200 5316',
        ),
        ("Not Found: /programs/?near=canary", "Not Found: /programs/"),
        ('"GET /programs/ HTTP/1.1" 200 5316', '"GET /programs/ HTTP/1.1" 200 5316'),
    ],
)
def test_a_line_loses_its_query_string(line, kept):
    assert written(line) == kept


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        # What a hand-typed request may hold: clients need not encode a quote or a blank.
        (
            '"GET /programs/?near=O\'canary HTTP/1.1" 200 5316',
            '"GET /programs/ HTTP/1.1" 200 5316',
        ),
        (
            '"GET /programs/?near="canary HTTP/1.1" 200 5316',
            '"GET /programs/ HTTP/1.1" 200 5316',
        ),
        (
            "code 400, message Bad request syntax ('GET /programs/?near=a canary HTTP/1.1')",
            "code 400, message Bad request syntax ('GET /programs/ HTTP/1.1')",
        ),
    ],
)
def test_a_quote_or_a_blank_does_not_end_a_query_string(line, kept):
    assert written(line) == kept


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Not Found: /corrections/canary/", "Not Found: /corrections/***/"),
        ('"GET /corrections/canary HTTP/1.1" 404 12', '"GET /corrections/*** HTTP/1.1" 404 12'),
        ("Not Found: /corrections/", "Not Found: /corrections/"),
        ("Not Found: /es/corrections/canary/", "Not Found: /es/corrections/***/"),
        ("Gone: /update/12.canary/", "Gone: /update/***/"),
        ('"POST /update/12.canary/ HTTP/1.1" 302 0', '"POST /update/***/ HTTP/1.1" 302 0'),
        ("Not Found: /stop-reminders/12.canary/", "Not Found: /stop-reminders/***/"),
        (
            "Internal Server Error: /account/password/reset/1-canary/",
            "Internal Server Error: /account/password/reset/***/",
        ),
        ("Forbidden: /account/password/reset/", "Forbidden: /account/password/reset/"),
    ],
)
def test_a_line_loses_the_secret_of_a_link(line, kept):
    assert written(line) == kept


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/canary/", "Not Found: /***"),
        ("/learn/canary/", "Not Found: /learn/***/"),
        ("/programs/12/canary/report/", "Not Found: /programs/12/***/report/"),
        ("/programs/", "Not Found: /programs/"),
    ],
)
def test_a_line_loses_the_words_in_a_path(path, kept):
    request = RequestFactory().get(path)
    with contextlib.suppress(Resolver404):
        request.resolver_match = resolve(path)
    record = logging.LogRecord(
        "django.request", logging.INFO, "", 1, f"Not Found: {path}", (), None
    )
    record.request = request
    assert WithoutQueryStrings().filter(record)
    assert record.getMessage() == kept


def test_a_line_is_cut_after_its_arguments_are_in():
    line = written('"%s" %s %s', "GET /programs/?near=canary HTTP/1.1", "200", "12")
    assert line == '"GET /programs/ HTTP/1.1" 200 12'


def test_a_percent_sign_in_a_line_is_not_taken_for_an_argument():
    assert written("%s", "100% of /?near=%41") == "100% of /"


@pytest.mark.parametrize("name", ["", "django", "django.request", "django.server", "programs"])
def test_every_handler_of_every_logger_cuts_query_strings(name):
    handlers: list[logging.Handler] = []
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None:
        handlers += [h for h in logger.handlers if type(h) in (logging.StreamHandler,)]
        logger = logger.parent if logger.propagate else None
    assert handlers
    assert all(
        any(isinstance(each, WithoutQueryStrings) for each in handler.filters)
        for handler in handlers
    )


def test_no_logger_mails_errors_with_their_request():
    handlers = {
        type(handler).__name__
        for name in ("", "django", "django.request", "django.security", "django.server")
        for handler in logging.getLogger(name).handlers
    }
    assert "AdminEmailHandler" not in handlers
