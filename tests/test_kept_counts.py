"""Counts of the whole directory that are kept: never stale, whoever writes, and kept they are."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from programs.search import kept
from programs.search.criteria import SearchCriteria
from programs.search.engine import search
from programs.search.vocabulary import read_vocabulary
from tests.factories import ProgramFactory

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


def test_while_nothing_is_written_nothing_is_read_again(other_writer):
    # Another database of the same server may be written to in between: one of a few is quiet.
    pairs = [(kept.rows(NOW, {}), kept.rows(NOW, {})) for _ in range(50)]
    assert any(first == again for first, again in pairs)


def test_what_is_kept_is_bounded(other_writer):
    for number in range(kept.MOST_KEPT + 10):
        kept.rows(NOW, {"number": number})
    assert len(kept._kept) <= kept.MOST_KEPT
