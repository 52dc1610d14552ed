"""`python -m directory.server`, as a whole: real processes, a real port, a database of its own."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from directory.server import port_number

START_SECONDS = 60
CHECKOUT = Path(__file__).resolve().parents[1]


def server_command(*arguments):
    return [sys.executable, "-m", "directory.server", *arguments]


def environment(var_dir, **changes):
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return kept | {"VAR_DIR": str(var_dir)} | changes


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def run_to_end(var_dir, *arguments, **changes):
    return subprocess.run(
        server_command(*arguments),
        cwd=CHECKOUT,
        env=environment(var_dir, **changes),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


class RunningServer:
    """A server in a process group of its own, like one that make started in a terminal."""

    def __init__(self, var_dir):
        self.var_dir, self.port, self.output = var_dir, free_port(), ""

    def __enter__(self):
        self.process = subprocess.Popen(
            server_command("--port", str(self.port)),
            cwd=CHECKOUT,
            env=environment(self.var_dir),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line
            if "http://" in line:
                return self
        pytest.fail(f"the server ended:\n{self.output}")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop(signal.SIGINT)

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self, signal_number):
        """Signal the whole group, as a terminal does; return what the server printed since."""
        os.killpg(self.process.pid, signal_number)
        rest, _ = self.process.communicate(timeout=30)
        return rest


def left_after_stop(var_dir):
    """Return what still works for a folder, once everything had a moment to end."""
    for _ in range(50):
        if not processes_of(var_dir):
            break
        time.sleep(0.1)
    return processes_of(var_dir)


def processes_of(var_dir):
    """Return the command lines of all processes that work for a folder: servers, databases."""
    found = []
    for process in psutil.process_iter():
        try:
            about = [*process.cmdline(), process.cwd(), process.environ().get("VAR_DIR", "")]
        except psutil.Error:
            continue
        if any(str(var_dir) in text for text in about):
            found.append(" ".join(process.cmdline()))
    return found


def test_the_site_starts_serves_stops_and_starts_again_with_its_data(open_folder):
    var_dir = open_folder / "var"
    with RunningServer(var_dir) as server:
        assert server.get("/") < 500
        assert "Loading the sample" in server.output
        assert any("run_imports" in command for command in processes_of(var_dir))
        assert server.stop(signal.SIGINT) == ""
    assert left_after_stop(var_dir) == []

    with RunningServer(var_dir) as server:
        assert server.get("/") < 500
        assert "Loading the sample" not in server.output
        assert "Loading the places" not in server.output
        server.stop(signal.SIGTERM)
    assert left_after_stop(var_dir) == []


def test_a_port_in_use_is_said_before_anything_is_started(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = run_to_end(tmp_path / "var", "--port", str(port))
    assert result.stdout == ""
    assert result.stderr == (
        f"Port {port} is in use. Stop what uses it, or choose another: "
        f"make run PORT={port % 65535 + 1}.\n"
    )
    assert result.returncode == 1
    assert not (tmp_path / "var" / "postgres").exists()


@pytest.mark.parametrize("text", ["0", "65536", "80a", ""])
def test_a_port_that_is_no_port_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError) as error:
        port_number(text)
    assert str(error.value) == f"{text!r} is not a port: give a number from 1 to 65535"


def test_a_release_that_is_not_there_is_said_before_anything_is_started(tmp_path):
    result = run_to_end(tmp_path / "var", "--port", str(free_port()), "--release", "no such.csv")
    assert (result.stdout, result.stderr) == (
        "",
        "There is no file no such.csv to load. Give RELEASE the path of one.\n",
    )
    assert not (tmp_path / "var" / "postgres").exists()


def test_an_unreachable_database_is_one_line_without_the_password(tmp_path):
    port = free_port()
    url = f"postgresql://someone:hunter2@127.0.0.1:{port}/directory"
    result = run_to_end(tmp_path, "--port", str(free_port()), DATABASE_URL=url)
    assert result.stderr == (
        "The database that DATABASE_URL names cannot be used: connection failed: connection to "
        f'server at "127.0.0.1", port {port} failed: Connection refused. Start that server or '
        "correct DATABASE_URL; without DATABASE_URL the embedded PostgreSQL is used.\n"
    )
    assert result.returncode == 1


def test_a_database_that_is_not_postgresql_is_one_line(tmp_path):
    result = run_to_end(tmp_path, DATABASE_URL="sqlite:///db.sqlite3")
    assert result.stderr == (
        "DATABASE_URL must name a PostgreSQL database, like "
        "postgresql://user:password@host:5432/name, or be empty for the embedded one.\n"
    )
