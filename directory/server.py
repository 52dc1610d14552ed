"""Serve the site from a checkout: bring the database up, fill it where it is empty, listen.

    python -m directory.server [--release FILE] [--port N]

Every step that was done before is skipped, so that a second start takes seconds.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections, transaction
from environs import EnvError
from gunicorn.app.base import BaseApplication

from directory.database import DatabaseError, embedded_server_for
from directory.logs import WithoutQueryStrings
from directory.worker import ImportsWorker

WORKERS = 2
THREADS_PER_WORKER = 4
GRACE_SECONDS = 10

#: The other builds of htmx in its package: compressing them takes longer than all of ours.
UNUSED_FILES = ("htmx-2*", "htmx-4.js", "htmax*", "hx-*")

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


class PortError(Exception):
    """The port cannot be listened on; the message is one line that says what to do."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    arguments = parser().parse_args()
    # The settings lead the links in mails to it, and every process of ours reads them.
    os.environ["PORT"] = str(arguments.port)
    try:
        check_port_is_free(arguments.host, arguments.port)
        check_is_file(arguments.release)
        serve(arguments.host, arguments.port, arguments.release)
    except (PortError, DatabaseError, CommandError, EnvError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m directory.server", description=__doc__)
    parser.add_argument(
        "--release", type=Path, metavar="FILE", help="load this federal release, not the sample"
    )
    parser.add_argument("--port", type=port_number, default=os.environ.get("PORT", "8000"))
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    return parser


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def check_port_is_free(host: str, port: int) -> None:
    """Raise PortError if nobody could listen there; done before any slow work."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortError(
                f"Port {port} is in use. Stop what uses it, or choose another: "
                f"make run PORT={port % 65_535 + 1}."
            ) from error
        raise PortError(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error


def check_is_file(release: Path | None) -> None:
    if release and not release.is_file():
        raise CommandError(f"There is no file {release} to load. Give RELEASE the path of one.")


def serve(host: str, port: int, release: Path | None) -> None:
    """Bring everything up and serve until Ctrl-C or SIGTERM; then take everything down."""
    django.setup()
    say("Starting the database ...")
    with embedded_server_for(settings.DATABASES["default"]):
        fill_database(release)
        say("Collecting the static files ...")
        call_command(
            "collectstatic", interactive=False, verbosity=0, ignore_patterns=list(UNUSED_FILES)
        )
        connections.close_all()  # a connection must not be shared with the workers
        with ImportsWorker():
            Server(host, port).run()


def fill_database(release: Path | None) -> None:
    """Bring the tables and what is in them up to date."""
    from programs.models import Facet, Place, Program

    say("Updating the tables ...")
    call_command("migrate", interactive=False, verbosity=0)
    # Only once: keepers may have edited the words since. `load_vocabulary` brings those of a newer
    # version in.
    if not Facet.objects.exists():
        say("Loading the vocabulary ...")
        call_command("load_vocabulary", verbosity=0)
    if not Place.objects.exists():
        say("Loading the places ...")
        call_command("load_places", verbosity=0)
    if release:
        load_release(release)
    elif not Program.objects.exists():
        say("Loading the sample: invented programs ...")
        call_command("load_sample", verbosity=0)


def load_release(release: Path) -> None:
    """Put a federal release in the place of the sample, unless this very file is loaded."""
    from programs.enums import ImportStatus
    from programs.models import ImportRun

    with release.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if ImportRun.objects.filter(file_sha256=digest, status=ImportStatus.APPLIED).exists():
        say(f"{release.name} is loaded already.")
        call_command("remove_sample", verbosity=0)
        return
    say(f"Loading {release.name} ...")
    with transaction.atomic():
        call_command("remove_sample", verbosity=0)
        call_command("load_samhsa_directory", str(release))


class Server(BaseApplication):
    """Gunicorn in this very process, so that the database outlives it and stops after it."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.address,
            "worker_class": "gthread",
            "workers": WORKERS,
            "threads": THREADS_PER_WORKER,
            "graceful_timeout": GRACE_SECONDS,
            "control_socket_disable": True,
            # No access log, and of errors only what has no visitor in it.
            "accesslog": None,
            "loglevel": "error",
            "when_ready": self.announce,
        }
        for name, value in options.items():
            self.cfg.set(name, value)
        logging.getLogger("gunicorn.error").addFilter(WithoutQueryStrings())

    def load(self) -> Callable[..., Any]:
        return get_wsgi_application()

    def announce(self, _arbiter: object) -> None:
        say(f"The site is at http://{self.address} - stop it with Ctrl-C.")


def say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
