"""Run the bench: `python -m bench [--million]`. Exits with 1 when a bar is missed or counts differ.

Works in a database of its own beside the site's, on the same server, and drops it at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import django
import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from bench.search import Timing
    from bench.yardstick import Yardstick

DATABASE_NAME = "directory_bench"
DEFAULT_FILE = "../shared/data/samhsa/su_directory_2023_geocoded.csv"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--million", action="store_true", help="grow the release to a million programs as well"
    )
    million = parser.parse_args().million
    file = Path(os.environ.get("SAMHSA_DIRECTORY", DEFAULT_FILE)).resolve()
    if not file.exists():
        print(f"There is no file {file}. Name one: SAMHSA_DIRECTORY=FILE make bench")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    from directory.database import embedded_server_for

    with embedded_server_for(settings.DATABASES["default"]), own_database():
        django.setup()
        return run(file, million=million)


@contextmanager
def own_database() -> Iterator[None]:
    """Create the bench's database, name it in DATABASE_URL for us and our children, drop it."""
    site = settings.DATABASES["default"]
    keywords = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    address = {keyword: str(site[key]) for keyword, key in keywords.items() if site.get(key)}
    # A DATABASE_URL may name the server's socket in its query.
    options = site.get("OPTIONS", {})
    address |= {keyword: str(options[keyword]) for keyword in keywords if keyword in options}
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


def run(file: Path, *, million: bool) -> int:
    from django.core.management import call_command
    from django.db import connection

    from bench import desk, load, report, search

    for command in ("migrate", "load_vocabulary", "load_places"):
        call_command(command, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    print(f"Loading {file.name} ...", flush=True)
    loaded = load.measure(file)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    yardstick, moved = search.yardstick_of(file)
    timings = search.measure(search.RELEASE, yardstick)
    print(report.search_table(timings))
    print(report.load_line(loaded, moved), flush=True)
    pages = desk.measure()
    print(desk.table(pages), flush=True)
    missed = report.missed_search_bars(timings) + report.missed_load_bar(loaded)
    missed += desk.missed_bars(pages)
    lines = [*(timing.as_dict() for timing in timings), loaded.as_dict()]
    lines += [page.as_dict() for page in pages]
    lines += _served()
    if million:
        lines += _million(timings, yardstick, missed)
    for line in lines:
        print(json.dumps(line))
    print("\n".join(missed) or "Every bar is met.")
    return 1 if missed else 0


def _served() -> list[dict[str, object]]:
    """Report, without a bar, the site as it is served and as a phone sees it."""
    from bench import browser, served

    with served.site() as address:
        requests = served.measure(address)
        print(requests, flush=True)
        paint = browser.measure(address)
        print(paint or "No Chromium: the largest paint is not measured.", flush=True)
    return [requests.as_dict(), *([paint.as_dict()] if paint else [])]


def _million(
    release_timings: list[Timing], release: Yardstick, missed: list[str]
) -> list[dict[str, object]]:
    from bench import grow, report, search

    print(f"Growing to {grow.MILLION:,} programs ...", flush=True)
    grow.grow()
    yardstick = search.grown_yardstick(release)
    timings = search.measure(search.MILLION, yardstick)
    print(report.search_table(timings), flush=True)
    sizes = search.measure_equal_size(release_timings, yardstick)
    print(report.equal_size_table(sizes), flush=True)
    missed += report.missed_search_bars(timings) + report.missed_equal_size_bars(sizes)
    return [*(each.as_dict() for each in timings), *(each.as_dict() for each in sizes)]


if __name__ == "__main__":
    sys.exit(main())
