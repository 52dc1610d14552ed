"""Clients that are signed in, and what the pages that they open cost."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def signed_in(user: User) -> Client:
    """Return the client of a user, without the cost of hashing a password."""
    client = Client()
    client.force_login(user)
    return client


def queries_of(client: Client, address: str, **data: Any) -> int:
    """Return how many statements a page takes; it has to answer 200."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, data).status_code == 200
    return len(captured)
