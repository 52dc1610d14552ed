"""Run the bench: `python -m bench [FILE]`. Exits with 1 when a bar is missed or a count differs.

Works in a database of its own beside the site's, on the same server, and drops it at the end.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import django
import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

DATABASE_NAME = "directory_bench"
DEFAULT_FILE = "../shared/data/samhsa/su_directory_2023_geocoded.csv"


def main() -> int:
    file = Path(os.environ.get("SAMHSA_DIRECTORY", DEFAULT_FILE)).resolve()
    if not file.exists():
        print(f"There is no file {file}. Name one: SAMHSA_DIRECTORY=FILE make bench")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    from directory.database import embedded_server_for

    with embedded_server_for(settings.DATABASES["default"]), own_database():
        django.setup()
        return run(file)


@contextmanager
def own_database() -> Iterator[None]:
    """Create the bench's database, name it in DATABASE_URL for us and our children, drop it."""
    site = settings.DATABASES["default"]
    keywords = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    address = {keyword: str(site[key]) for keyword, key in keywords.items() if site.get(key)}
    connection = psycopg.connect(make_conninfo(dbname=site["NAME"], **address), autocommit=True)
    with connection as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE_NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {DATABASE_NAME}")
        query = urlencode(address)
        os.environ["DATABASE_URL"] = f"postgresql:///{DATABASE_NAME}?{query}"
        site["NAME"] = DATABASE_NAME
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
            server.execute(f"DROP DATABASE {DATABASE_NAME} WITH (FORCE)")


def run(file: Path) -> int:
    from django.core.management import call_command
    from django.db import connection

    from bench import load, report, search

    for command in ("migrate", "load_vocabulary", "load_places"):
        call_command(command, verbosity=0)
    print(f"Loading {file.name} ...", flush=True)
    loaded = load.measure(file)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    timings, moved = search.measure(file)
    print(report.table(timings, loaded, moved))
    for line in (*(timing.as_dict() for timing in timings), loaded.as_dict()):
        print(json.dumps(line))
    missed = report.missed_bars(timings, loaded)
    print("\n".join(missed) or "Every bar is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
