"""What every test stands on: a real PostgreSQL, with the vocabulary and the places in it."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from django.test.utils import override_settings, setup_databases, teardown_databases
from psycopg import sql

from directory.database import DatabaseError, embedded_server_for
from programs.models import Place

#: Real federal files. Not part of the project: tests that read them are skipped elsewhere.
SAMHSA_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "samhsa"

RUNNING = pytest.StashKey[contextlib.ExitStack]()


def pytest_configure(config):
    """Keep the database up for the whole run, be it the embedded one or that of DATABASE_URL."""
    running = config.stash[RUNNING] = contextlib.ExitStack()
    try:
        running.enter_context(embedded_server_for(settings.DATABASES["default"]))
    except DatabaseError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config):
    config.stash[RUNNING].close()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment,
    django_db_modify_db_settings,  # a name of its own for each process of pytest-xdist
    django_db_blocker,
    django_db_keepdb,
    django_db_createdb,
) -> Iterator[None]:
    """Make the test database, whichever tests run: some only copy it and never ask for `db`.

    pytest-django's own makes none for those, and what follows would write to the site's database.
    With --reuse-db it is kept for the next run, and not made again without --create-db.
    """
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep, serialized_aliases=())
        call_command("load_vocabulary", verbosity=0)
        if not Place.objects.exists():
            call_command("load_places", verbosity=0)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def settings_of_tests() -> Iterator[None]:
    """Name static files as they are, for want of `collectstatic`; hash passwords fast first.

    The site's own hashers stay readable. A test of the hash itself overrides PASSWORD_HASHERS.
    """
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    with override_settings(
        STORAGES={"default": default, "staticfiles": plain},
        PASSWORD_HASHERS=[
            "django.contrib.auth.hashers.MD5PasswordHasher",
            *settings.PASSWORD_HASHERS,
        ],
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def second_factor_of_forced_logins() -> Iterator[None]:
    """Let `force_login` sign in wholly, second factor included. A sign-in by page does its own."""

    def prove(request: HttpRequest, user: User, **kwargs: object) -> None:
        if not request.path:  # the request that `force_login` makes up
            record_authentication(request, user, method="mfa", type="totp")

    user_logged_in.connect(prove)
    yield
    user_logged_in.disconnect(prove)


@contextlib.contextmanager
def clone_of_test_database(django_db_blocker, name: str) -> Iterator[str]:
    """Copy the test database, for tests that need real commits; give how psycopg connects.

    Such a test does not ask for `db`: the original may have no other connection while it is copied.
    """
    with django_db_blocker.unblock():
        connection.close()
        parameters = connection.get_connection_params()
    keys = {"host", "port", "user", "password"}
    place = {key: value for key, value in parameters.items() if key in keys}
    original = parameters["dbname"]
    clone = f"{original}_{name}_{os.getpid()}"
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(clone))
        server.execute(drop)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(clone), sql.Identifier(original)
            )
        )
        try:
            yield psycopg.conninfo.make_conninfo(**place, dbname=clone)
        finally:
            server.execute(drop)


def database_url(conninfo: str) -> str:
    """Return the DATABASE_URL of what psycopg connects to with this."""
    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    return f"postgresql:///{parts.pop('dbname')}?{urlencode(parts)}"


@pytest.fixture
def cloned_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    with clone_of_test_database(django_db_blocker, "clone") as conninfo:
        yield conninfo


@pytest.fixture
def open_folder():
    """Make a folder that every user can pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="test-directory-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def federal_file(name: str) -> Path:
    """Return a real federal file, or skip the test where the folder is absent.

    On CI a missing file is a failure: the suite must not pass without reading real data.
    """
    path = SAMHSA_FOLDER / name
    if path.exists():
        return path
    message = f"the federal file {name} is not at {SAMHSA_FOLDER}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def directory_2023_csv() -> Path:
    return federal_file("su_directory_2023_geocoded.csv")


@pytest.fixture(scope="session")
def directory_2022_csv() -> Path:
    return federal_file("su_directory_2022_geocoded.csv")


@pytest.fixture(scope="session")
def directory_2023_xlsx() -> Path:
    return federal_file("su_directory_2023.xlsx")


@pytest.fixture(scope="session")
def directory_2022_xlsx() -> Path:
    return federal_file("su_directory_2022.xlsx")


@pytest.fixture(scope="session")
def official_codes_csv() -> dict[int, Path]:
    return {year: federal_file(f"service_codes_{year}_official.csv") for year in (2022, 2023)}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect what the handlers, as configured, write."""
    written = io.StringIO()
    names = ["", *logging.root.manager.loggerDict]
    handlers = {
        handler
        for name in names
        for handler in logging.getLogger(name).handlers
        if type(handler) is logging.StreamHandler
    }
    assert handlers
    streams = {handler: handler.setStream(written) for handler in handlers}
    yield written
    for handler, stream in streams.items():
        handler.setStream(stream)
