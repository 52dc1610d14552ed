"""Counts of the whole directory that are kept: never stale, whoever writes, and kept they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from programs.models import Opening, Program
from programs.search import kept
from programs.search.criteria import SearchCriteria
from programs.search.engine import search
from programs.search.vocabulary import read_vocabulary
from tests.factories import ProgramFactory, open_until

UNPUBLISH = "UPDATE programs_program SET status = 'draft'"
#: A value that is new each time it is read.
NOW = f"SELECT clock_timestamp() WHERE {kept.IS_NEWS}"


@pytest.fixture
def other_writer(cloned_database, django_db_blocker) -> Iterator[psycopg.Connection]:
    """Point Django at a database with one program and real commits; give a second connection."""
    original = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), psycopg.connect(cloned_database) as writer:
        connection.settings_dict["NAME"] = conninfo_to_dict(cloned_database)["dbname"]
        kept.forget()
        ProgramFactory.create()
        yield writer
        connection.close()
        connection.settings_dict["NAME"] = original


def read() -> list[tuple[Any, ...]]:
    return kept.rows(NOW, {}, now=timezone.now())


def openings(now: datetime) -> int:
    return search(SearchCriteria(), read_vocabulary(), now=now).openings


def total() -> int:
    return search(SearchCriteria(), read_vocabulary()).total


def test_another_writers_commit_is_counted_and_not_before(other_writer):
    before = [total(), total()]
    other_writer.execute(UNPUBLISH)
    uncommitted = [total(), total()]
    other_writer.commit()
    assert (before, uncommitted, [total(), total()]) == ([1, 1], [1, 1], [0, 0])


def test_a_rolled_back_write_changes_nothing(other_writer):
    other_writer.execute(UNPUBLISH)
    total()
    other_writer.rollback()
    assert [total(), total()] == [1, 1]


def test_our_own_writes_are_counted_and_leave_nothing_behind(other_writer):
    totals = [total()]
    with transaction.atomic():
        ProgramFactory.create()
        totals += [total(), total()]
        transaction.set_rollback(True)
    assert [*totals, total()] == [1, 2, 2, 1]


def test_an_opening_that_expires_is_counted_no_more_though_nothing_is_written(other_writer):
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    for program in (Program.objects.get(), ProgramFactory.create()):
        open_until(program, now + timedelta(hours=program.pk))
    first, last = Opening.objects.order_by("expires_at").values_list("expires_at", flat=True)
    just_before = first - timedelta(microseconds=1)
    counted = [openings(when) for when in (now, now, just_before, first, first, last, now)]
    assert counted == [2, 2, 2, 1, 1, 0, 2]


def test_openings_that_are_asked_for_are_counted_at_their_time(other_writer):
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    open_until(Program.objects.get(), now)
    criteria = SearchCriteria(openings_now=True)
    before = now - timedelta(seconds=1)
    found = [search(criteria, read_vocabulary(), now=when) for when in (before, now, before)]
    assert [each.total for each in found] == [1, 0, 1]


def test_while_nothing_is_written_nothing_is_read_again(other_writer):
    # Another database of the same server may be written to in between: one of a few is quiet.
    pairs = [(read(), read()) for _ in range(50)]
    assert any(first == again for first, again in pairs)


def test_what_is_kept_is_bounded(other_writer):
    for number in range(kept.MOST_KEPT + 10):
        kept.rows(NOW, {"number": number}, now=timezone.now())
    assert len(kept._kept) <= kept.MOST_KEPT
