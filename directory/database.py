"""Which database the site uses: the one that DATABASE_URL names, or the embedded PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
from django.db.utils import ConnectionHandler

from directory.embedded_postgres import DATABASE_NAME, PORT, USER, EmbeddedServer
from directory.postgres_programs import DatabaseError

__all__ = ["DatabaseError", "django_database", "embedded_server_for"]

SCHEMES = ("postgres", "postgresql", "pgsql")

CONNECTION = {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
}
#: Options of psycopg; those in the query of DATABASE_URL win, for example to turn preparing off
#: behind a pooler that cannot do it: ?server_side_binding=false.
OPTIONS = {
    "connect_timeout": 10,  # seconds
    "application_name": "treatment-directory",
    # A statement that comes back is prepared. Needs parameters to be bound by the server.
    "server_side_binding": True,
    "prepare_threshold": 1,
}


def django_database(url: str, data_dir: Path) -> dict[str, Any]:
    """Return Django's settings of the database at a URL, or of the embedded one. Starts nothing.

    Raises DatabaseError if the URL is not one of a PostgreSQL database.
    """
    if not url:
        return embedded_database(EmbeddedServer(data_dir))
    scheme = url.partition("://")[0]
    if scheme not in SCHEMES:
        raise DatabaseError(
            "DATABASE_URL must name a PostgreSQL database, like "
            "postgresql://user:password@host:5432/name, or be empty for the embedded one."
        )
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise DatabaseError(f"DATABASE_URL cannot be read: {error}") from error
    return parsed | CONNECTION | {"OPTIONS": OPTIONS | parsed.get("OPTIONS", {})}


def embedded_database(server: EmbeddedServer) -> dict[str, Any]:
    return CONNECTION | {
        "NAME": DATABASE_NAME,
        "USER": USER,
        "HOST": str(server.socket_folder),
        "PORT": PORT,
        "OPTIONS": dict(OPTIONS),
        # Ours, not Django's: how embedded_server_for knows which server to bring up.
        "EMBEDDED_HOME": str(server.home),
    }


@contextlib.contextmanager
def embedded_server_for(database: dict[str, Any]) -> Iterator[None]:
    """Keep the embedded server up while the block runs, if that is the database in use.

    Raises DatabaseError if the database, embedded or of DATABASE_URL, cannot be used.
    """
    if "EMBEDDED_HOME" not in database:
        check_reachable(database)
        yield
        return
    with EmbeddedServer(Path(database["EMBEDDED_HOME"])).in_use():
        yield


def check_reachable(database: dict[str, Any]) -> None:
    """Raise DatabaseError, without the password, if the server of DATABASE_URL refuses us."""
    parameters = ConnectionHandler({"default": database})["default"].get_connection_params()
    try:
        psycopg.connect(**parameters).close()
    except psycopg.Error as error:
        reason = str(error).splitlines()[0]
        raise DatabaseError(
            f"The database that DATABASE_URL names cannot be used: {reason}. Start that server or "
            f"correct DATABASE_URL; without DATABASE_URL the embedded PostgreSQL is used."
        ) from error
