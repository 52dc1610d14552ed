"""The site as people get it: served by `directory.server` with the invented sample, in Chromium."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.conftest import clone_of_test_database, database_url

START_LIMIT_SECONDS = 120
PHONE: ViewportSize = {"width": 360, "height": 740}
CHROMIUM_OPTIONS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PASSWORD = "seven quiet kettles"  # noqa: S105
#: A process on the site's database that runs what `Site.made` sends: to start Django takes seconds.
#: The code sent may call the functions, and leaves in `made` what it has to say.
SHELL = f"""
import django, json, sys
django.setup()
import programs.views.keepers  # notes when somebody signed in
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from programs.enums import Role
from programs.models import Keeper

def account(email, role):
    user = User.objects.create_user(email, email, {PASSWORD!r})
    return Keeper.objects.create(user=user, role=role)

def session_of(keeper):
    client = Client()
    client.force_login(keeper.user)
    return client.cookies["sessionid"].value

def prove(request, user, **kwargs):
    record_authentication(request, user, method="mfa", type="totp")

user_logged_in.connect(prove)
for code in sys.stdin:
    names = dict(globals())
    exec(json.loads(code), names)
    print("made", json.dumps(names["made"]), flush=True)
"""


def chromium_path() -> str:
    """Return the installed Chromium, or skip; on CI a missing browser is a failure."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    message = "no Chromium is installed"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@dataclass(frozen=True)
class Site:
    """A running site: where it is, and the environment that a command for it needs."""

    url: str
    environment: dict[str, str]
    shell: subprocess.Popen[str]

    def made(self, code: str) -> Any:
        """Run code on the site's own database; return what it put into `made`, by way of JSON.

        A session made there is signed in wholly, second factor included.
        """
        assert self.shell.stdin
        assert self.shell.stdout
        print(json.dumps(code), file=self.shell.stdin, flush=True)
        for line in self.shell.stdout:
            if line.startswith("made "):
                return json.loads(line.removeprefix("made "))
        pytest.fail("the code for the site's database failed; its error is above")


@pytest.fixture(scope="package")
def site(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    """Serve a copy of the test database with the sample in it, on a port of its own."""
    chromium_path()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with clone_of_test_database(django_db_blocker, "browser") as conninfo:
        environment = os.environ | {
            "DATABASE_URL": database_url(conninfo),
            "VAR_DIR": str(tmp_path_factory.mktemp("var")),
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "directory.server", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment,
        )
        try:
            wait_until_served(f"http://127.0.0.1:{port}/", server)
            with shell_on(environment) as shell:
                yield Site(f"http://127.0.0.1:{port}", environment, shell)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


@contextmanager
def shell_on(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run `SHELL` for a while."""
    with subprocess.Popen(
        [sys.executable, "-c", SHELL], cwd=settings.BASE_DIR, text=True, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as shell:  # fmt: skip
        yield shell


@pytest.fixture(scope="package")
def site_url(site: Site) -> str:
    return site.url


def wait_until_served(url: str, server: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_LIMIT_SECONDS
    while server.poll() is None and time.monotonic() < limit:
        try:
            urllib.request.urlopen(url)  # noqa: S310 - our own address
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the site did not start: exit code {server.poll()}")


# Playwright keeps an event loop in this thread, in which Django refuses to ask the database: it
# comes up after the database is set up, and goes away with the last test of this folder.
@pytest.fixture(scope="package")
def browser(site_url: str) -> Iterator[Browser]:
    options = [*CHROMIUM_OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=options)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser: Browser, site_url: str) -> Iterator[Page]:
    """A page of a phone's size, in a fresh profile."""
    context: BrowserContext = browser.new_context(viewport=PHONE, base_url=site_url)
    yield context.new_page()
    context.close()
