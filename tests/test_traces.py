"""A thousand visits with made-up words in them, and then a look for these words everywhere.

The requests go to the application as a server sends them, not through Django's test client, which
itself keeps addresses in memory.
"""

from __future__ import annotations

import gc
import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection

from programs.views import search as search_views
from tests.factories import PhoneFactory, ProgramFactory, state

pytestmark = pytest.mark.django_db

#: Put together here, so that the code of the tests does not hold the word itself.
CANARY = "".join(["qzx", "kana", "ry"])
VISITS = 1_000
PEOPLE = count()
#: What a statement of ours shows of itself is not a trace of somebody's search.
LIKE = f"%{CANARY}%"


@dataclass(frozen=True, slots=True)
class Visit:
    path: str
    query: str = ""
    body: str = ""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


def visits(listing: str) -> Iterator[Visit]:
    """Yield visits that each say a word of their own: searches that work, and those that do not."""
    for number in range(VISITS // 10):
        word = f"{CANARY}{number:03}"
        yield Visit("/places/suggest", f"near={word}")
        yield Visit("/places/suggest", f"near={quote(word[:5])}&x={word}")
        yield Visit(f"/{word}/")
        yield Visit(f"/programs/0/{word}/")
        yield Visit("/programs/", f"near=85225&page={word}")
        yield Visit("/programs/", f"near=85225&track={word}")
        yield Visit("/programs/", f"near=85225&q={word}" if number % 2 else f"q=women+{word}")
        yield Visit(listing, f"from={word}")
        yield Visit("/guide/", body=f"age={word}&near={word}&{word}=1")
        yield HOSTILE[number % len(HOSTILE)](word)


HOSTILE = (
    lambda word: Visit("/programs/", f"near={word}"),
    lambda word: Visit("/programs/", f"near={word}%00"),
    lambda word: Visit("/programs/", f"q={quote(word + chr(39) + ' OR 1=1; --')}"),
    lambda word: Visit("/programs/", f"q={word * 30}"),
    lambda word: Visit("/es/programs/", f"near=85225&q={word}%F0%9F%92%8A"),
    lambda word: Visit("/shortlist/", f"p={word}"),
    lambda word: Visit("/shortlist/handout/", f"p={word}"),
    lambda word: Visit("/used-again/", f"near={word}"),
    lambda word: Visit("/guide/", body=f"near={word}"),
    lambda word: Visit(f"/learn/{word}/"),
)


def send(application: WSGIHandler, visit: Visit) -> tuple[int, bytes]:
    """Send a request as gunicorn does, with the word in every header that a browser sends."""
    status: list[int] = []
    body = visit.body.encode()
    said = visit.query[-40:] or visit.path
    environ = {
        "REQUEST_METHOD": visit.method,
        "PATH_INFO": visit.path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": visit.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        # Many people: one alone would be told to ask less often.
        "REMOTE_ADDR": f"10.0.{next(PEOPLE) % 256}.7",
        "HTTP_HOST": "localhost",
        "HTTP_REFERER": f"https://search.example/?{said}",
        "HTTP_USER_AGENT": f"Browser {CANARY} {said}",
        "HTTP_ACCEPT_LANGUAGE": CANARY,
        "HTTP_COOKIE": f"{CANARY}=1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }

    def start_response(line: str, headers: Any, error: Any = None, /) -> Callable[[bytes], object]:
        status.append(int(line.split()[0]))
        return io.BytesIO().write

    answer = application(environ, start_response)
    content = b"".join(answer)
    answer.close()
    return status[0], content


@pytest.fixture
def application() -> Iterator[WSGIHandler]:
    """Serve without closing the connection after each request: the test's transaction is in it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def all_that_is_said() -> Iterator[None]:
    """Log everything down to DEBUG."""
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "programs")]
    levels = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield
    for logger, level in levels:
        logger.setLevel(level)


@pytest.fixture
def forget_own_copies(request) -> Callable[[], None]:
    """Let pytest forget the lines that it keeps for its report, each with its request."""

    def forget() -> None:
        plugin = request.config.pluginmanager.get_plugin("logging-plugin")
        for handler in (plugin.caplog_handler, plugin.report_handler):
            handler.clear()

    return forget


def tables_holding_it() -> list[str]:
    """Return every table with a row, of whatever columns, in which the word stands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [name for (name,) in cursor.fetchall()]
        assert {"programs_place", "django_session", "sign_in_cache"} <= set(tables)
        found = []
        for table in tables:
            sql = f'SELECT EXISTS (SELECT FROM "{table}" row WHERE row::text ILIKE %s)'  # noqa: S608
            cursor.execute(sql, [LIKE])
            if cursor.fetchone() == (True,):
                found.append(table)
    return found


def statements_holding_it() -> int:
    """Count what the database server shows of the statements that it ran and prepared."""
    views = ["pg_stat_activity", "pg_prepared_statements"]
    columns = {"pg_stat_activity": "query", "pg_prepared_statements": "statement"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_stat_statements') IS NOT NULL")
        if cursor.fetchone() == (True,):
            views.append("pg_stat_statements")
            columns["pg_stat_statements"] = "query"
        total = 0
        for view in views:
            sql = f"SELECT count(*) FROM {view} WHERE {columns[view]} ILIKE %s"  # noqa: S608
            cursor.execute(sql, [LIKE])
            [(count,)] = cursor.fetchall()
            total += count
    return total


def files_holding_it(folder: Path) -> list[str]:
    """Return the files in which the word stands, but for the tables, which are asked themselves."""
    tables = folder / "postgres"
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and (tables not in path.parents or path.suffix == ".log")
        if CANARY.encode() in path.read_bytes()
    ]


def memory_holding_it() -> set[str]:
    """Return what kinds of objects of this process still hold a text with the word in it."""
    gc.collect()
    holders: set[str] = set()
    waiting = gc.get_objects()
    own = {id(CANARY), id(LIKE)}
    while waiting:
        holder = waiting.pop()
        if holder is holders:
            continue
        for held in gc.get_referents(holder):
            # By type(): a lazy object would be made to say what class it pretends to be.
            kind = type(held)
            if issubclass(kind, str):
                if CANARY in str.casefold(held) and id(held) not in own:
                    holders.add(f"{type(holder).__name__}: {held[:60]!r}")
            elif issubclass(kind, bytes | bytearray):
                if CANARY.encode() in held:
                    holders.add(f"{type(holder).__name__}: {held[:60]!r}")
            # Python does not list containers that hold only plain values: look into them too.
            elif issubclass(kind, tuple | dict | frozenset) and not gc.is_tracked(held):
                waiting.append(held)
    return holders


def test_a_thousand_visits_leave_no_word_anywhere(
    application, log, all_that_is_said, settings, forget_own_copies
):
    settings.ADMINS = [("Administrator", "admin@example.org")]
    program = ProgramFactory.create()
    PhoneFactory.create(facility=program.facility)
    state(program, "track/women")
    listing = str(program.get_absolute_url())
    answers: dict[int, int] = {}
    for visit in visits(listing):
        status, _content = send(application, visit)
        answers[status] = answers.get(status, 0) + 1
    del visit
    assert sum(answers.values()) == VISITS
    assert set(answers) == {200, 400, 404}
    assert min(answers.values()) >= 100
    assert "Not Found" in log.getvalue()
    assert CANARY not in log.getvalue().casefold()
    assert tables_holding_it() == []
    assert statements_holding_it() == 0
    assert files_holding_it(settings.VAR_DIR) == []
    assert mail.outbox == []
    send(application, Visit("/"))
    forget_own_copies()
    assert memory_holding_it() == set()


def test_an_error_of_ours_leaves_no_word_anywhere(
    application, log, all_that_is_said, settings, monkeypatch, forget_own_copies
):
    settings.ADMINS = [("Administrator", "admin@example.org")]

    def breaks(criteria: object, *_rest: object, **_options: object) -> None:
        raise ValueError(f"no such place: {CANARY} {criteria}")

    monkeypatch.setattr(search_views, "search", breaks)
    status, content = send(application, Visit("/programs/", f"near=85225&q={CANARY}"))
    assert status == 500
    assert CANARY.encode() not in content.lower()
    assert "ValueError" in log.getvalue()
    assert CANARY not in log.getvalue().casefold()
    assert tables_holding_it() == []
    assert statements_holding_it() == 0
    assert files_holding_it(settings.VAR_DIR) == []
    assert mail.outbox == []
    send(application, Visit("/"))
    forget_own_copies()
    assert memory_holding_it() == set()
