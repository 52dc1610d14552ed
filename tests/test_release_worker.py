"""The worker as a process of its own: killed in the middle, it leaves a run before or after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.conftest import database_url
from tests.directory_files import row, write_csv
from tests.test_federal_load import wait_until

LISTINGS = """
SELECT coalesce(jsonb_agg(facility ORDER BY facility.id), '[]'),
       (SELECT count(*) FROM programs_phone),
       (SELECT jsonb_agg(fact ORDER BY fact.id) FROM programs_featurefact fact)
  FROM programs_facility facility
"""
MESSAGE = "It was interrupted, with nothing changed, and begun again."


class Workplace:
    """A database of its own, and worker processes on it."""

    def __init__(self, conninfo: str, folder: Path) -> None:
        self.environment = os.environ | {
            "DATABASE_URL": database_url(conninfo),
            "VAR_DIR": str(folder / "var"),
        }
        self.watcher = psycopg.connect(conninfo, autocommit=True)
        self.conninfo, self.folder = conninfo, folder

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    def work(self) -> None:
        subprocess.run(
            self.command("run_imports", "--once"),
            env=self.environment, cwd=settings.BASE_DIR, check=True,
        )  # fmt: skip

    def ask(self, status: str) -> None:
        self.watcher.execute("UPDATE programs_importrun SET status = %s", [status])
        self.watcher.execute("UPDATE programs_importprogress SET attempts = 0, stage = ''")

    def state(self) -> tuple[str, str]:
        found = self.watcher.execute("SELECT status, message FROM programs_importrun").fetchone()
        assert found
        return found[0], found[1]

    def listings(self) -> tuple:
        found = self.watcher.execute(LISTINGS).fetchone()
        assert found
        return found

    def kill_while_it_waits_for(self, table: str) -> tuple[str, str]:
        """Hold a table that is written late, kill the worker there, and return the run's state."""
        with psycopg.connect(self.conninfo) as blocker:
            blocker.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            worker = subprocess.Popen(
                self.command("run_imports", "--once"), env=self.environment, cwd=settings.BASE_DIR
            )
            wait_until(lambda: self.is_waiting(table), worker)
            seen = self.state()
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        wait_until(lambda: not self.is_waiting(table), None)
        assert self.state() == seen
        return seen

    def is_waiting(self, table: str) -> bool:
        held = self.watcher.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE NOT granted AND relation = %s::regclass AND datname = current_database()",
            [table],
        ).fetchone()
        return held != (0,)


@pytest.fixture
def workplace(cloned_database, tmp_path) -> Iterator[Workplace]:
    place = Workplace(cloned_database, tmp_path)
    path = write_csv(tmp_path / "su_2023.csv", [row(name1=f"N {n}") for n in range(30)])
    script = (
        "from pathlib import Path; from programs.upkeep.releases import start;"
        " from programs.importers.federal_load import sha256_of;"
        f" path = Path({str(path)!r});"
        " start(path, name=path.name, sha256=sha256_of(path), edition=None, user=None)"
    )
    subprocess.run(
        place.command("shell", "-v0", "-c", script),
        env=place.environment, cwd=settings.BASE_DIR, check=True,
    )  # fmt: skip
    yield place
    place.watcher.close()


def test_a_worker_killed_in_an_apply_and_in_an_undo_leaves_all_or_nothing(workplace):
    workplace.work()
    assert workplace.state() == ("planned", "")
    before = workplace.listings()

    workplace.ask("applying")
    assert workplace.kill_while_it_waits_for("programs_searchname") == ("applying", "")
    assert workplace.listings() == before
    workplace.work()
    assert workplace.state() == ("applied", MESSAGE)
    after = workplace.listings()
    assert (len(after[0]), after[1]) == (30, 30)

    workplace.ask("undoing")
    assert workplace.kill_while_it_waits_for("programs_searchname") == ("undoing", MESSAGE)
    assert workplace.listings() == after
    workplace.work()
    assert workplace.state() == ("undone", MESSAGE)
    assert workplace.listings() == before


def test_a_worker_that_is_killed_again_and_again_gives_the_run_up(workplace):
    workplace.work()
    workplace.ask("applying")
    workplace.watcher.execute("UPDATE programs_importprogress SET attempts = 3")
    workplace.work()
    assert workplace.state() == (
        "planned",
        "Interrupted 3 times and given up. Nothing was changed.",
    )
