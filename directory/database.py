"""Placeholder until the launcher lands: DATABASE_URL only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dj_database_url


class DatabaseError(Exception):
    """The database cannot be used; the message is one line that says what to do."""


def django_database(url: str, data_dir: Path) -> dict[str, Any]:
    return dict(dj_database_url.parse(url or "postgres:///directory"))


@contextlib.contextmanager
def embedded_server_for(database: dict[str, Any]) -> Iterator[None]:
    yield
