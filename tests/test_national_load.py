"""The real directories of 2022 and 2023, one after the other, as they would be loaded.

The country is loaded once, and its next edition planned; the Mountain West, a tenth of it, is
loaded whole: both editions, and the second again.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from programs.importers.federal_load import counts_balance
from tests.conftest import clone_of_test_database, database_url

#: Load a file in a process of its own and print the memory that took, in megabytes. Linux counts
#: what the tests took before it began into what `getrusage` says, and keeps the true peak apart.
LOAD = """
import pathlib, re, resource, sys, django
django.setup()
from django.core.management import call_command
call_command("load_samhsa_directory", *sys.argv[1:], verbosity=0)
status = pathlib.Path("/proc/self/status")
peak = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
kilobytes = int(peak[1]) if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(kilobytes / 1000)
"""

#: Facilities seldom move from one state to another: both editions have the same ones.
MOUNTAIN_WEST = {"AZ", "CO", "ID", "MT", "NM", "NV", "UT", "WY"}

ONE_PROJECTION = (
    "SELECT md5(string_agg(r::text, ';' ORDER BY program_id)) FROM programs_searchrow r"
)
FACT_TABLES = ("carefact", "medicationfact", "coveragefact", "featurefact")


@dataclass
class Country:
    """What the load of 2022 and the plan of 2023 counted, and what the database held then."""

    counts: list[dict[str, Any]]
    published: int
    megabytes: list[float]


@dataclass
class Region:
    """What the database held after each load."""

    rows: list[list[dict[str, str]]]
    counts: list[dict[str, Any]]
    items: list[Counter[str]]
    facts: list[int]
    last_writers: list[int]
    programs_with_spanish: int
    projections: tuple[str, str]


@pytest.fixture(scope="module")
def country(django_db_setup, django_db_blocker, directory_2022_csv, directory_2023_csv) -> Country:
    with clone_of_test_database(django_db_blocker, "national") as conninfo:
        megabytes = [load(conninfo, directory_2022_csv)]
        megabytes.append(load(conninfo, directory_2023_csv, "--dry-run"))
        with psycopg.connect(conninfo, autocommit=True) as database:
            return Country(
                counts=counts_of_runs(database),
                published=one(
                    database, "SELECT count(*) FROM programs_program WHERE status = 'published'"
                ),
                megabytes=megabytes,
            )


@pytest.fixture(scope="module")
def region(
    django_db_setup, django_db_blocker, directory_2022_csv, directory_2023_csv, tmp_path_factory
) -> Region:
    folder = tmp_path_factory.mktemp("mountain_west")
    files = [rows_to(folder, path) for path in (directory_2022_csv, directory_2023_csv)]
    with (
        clone_of_test_database(django_db_blocker, "region") as conninfo,
        psycopg.connect(conninfo, autocommit=True) as database,
    ):
        facts, writers = [], []
        for path in (files[0], files[1], files[1]):
            load(conninfo, path)
            facts.append(stored_facts(database))
            writers.append(last_writer(database))
        return Region(
            rows=[rows_in(path) for path in files],
            counts=counts_of_runs(database),
            items=items_by_run(database),
            facts=facts,
            last_writers=writers,
            programs_with_spanish=with_spanish(database),
            projections=stored_and_recomputed_projection(database),
        )


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def rows_to(folder: Path, path: Path) -> Path:
    """Write the rows of the Mountain West to a file of the same name; return where that is."""
    rows = [row for row in rows_in(path) if row["state"] in MOUNTAIN_WEST]
    with (folder / path.name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / path.name


def load(conninfo: str, path: Path, *options: str) -> float:
    environment = os.environ | {
        "DATABASE_URL": database_url(conninfo),
        "DJANGO_SETTINGS_MODULE": "directory.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(path), *options],
        env=environment,
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def one(database: psycopg.Connection, query: str) -> Any:
    row = database.execute(query).fetchone()
    assert row is not None
    return row[0]


def column(database: psycopg.Connection, query: str) -> list[Any]:
    return [value for (value,) in database.execute(query)]


def counts_of_runs(database: psycopg.Connection) -> list[dict[str, Any]]:
    return column(database, "SELECT counts FROM programs_importrun ORDER BY id")


def stored_facts(database: psycopg.Connection) -> int:
    return sum(rows_of(database, table) for table in FACT_TABLES)


def rows_of(database: psycopg.Connection, table: str) -> int:
    return one(database, f"SELECT count(*) FROM programs_{table}")  # noqa: S608


def last_writer(database: psycopg.Connection) -> int:
    """Return the last transaction that wrote a listing or a fact: rows keep it as their xmin."""
    tables = ("facility", "program", "phone", "federalrecord", *FACT_TABLES)
    last = "SELECT coalesce(max(xmin::text::bigint), 0) FROM programs_"
    return max(one(database, last + table) for table in tables)


def items_by_run(database: psycopg.Connection) -> list[Counter[str]]:
    runs = column(database, "SELECT id FROM programs_importrun ORDER BY id")
    query = "SELECT action FROM programs_importitem WHERE run_id = %s"
    return [Counter(action for (action,) in database.execute(query, [run])) for run in runs]


def with_spanish(database: psycopg.Connection) -> int:
    return one(
        database,
        "SELECT count(*) FROM programs_featurefact fact"
        " JOIN programs_term term ON term.id = fact.term_id AND term.slug = 'spanish'"
        " JOIN programs_federalrecord record USING (program_id)"
        " WHERE record.missing_since_id IS NULL",
    )


def stored_and_recomputed_projection(database: psycopg.Connection) -> tuple[str, str]:
    stored = one(database, ONE_PROJECTION)
    database.execute("SELECT programs_refresh_search(NULL)")
    return stored, one(database, ONE_PROJECTION)


def test_every_row_and_listing_of_both_editions_is_accounted_for(country, region):
    assert [counts_balance(counts) for counts in country.counts] == [True, True]
    assert [counts["read"] for counts in country.counts] == [12176, 12744]
    assert (country.counts[0]["new"], country.counts[0]["rejected"]) == (12175, 1)
    assert country.published == 12175
    assert [counts_balance(counts) for counts in region.counts] == [True, True, True]
    first, second = map(len, region.rows)
    assert [counts["read"] for counts in region.counts] == [first, second, second]


def test_four_of_five_listings_of_2022_go_on_in_2023(country):
    counts = country.counts[1]
    assert counts["changed"] + counts["unchanged"] == sum(counts["matched_by"].values()) == 9682
    assert (counts["new"], counts["gone"], counts["newly_gone"]) == (3062, 2493, 2493)


def test_the_same_file_again_changes_and_writes_nothing(region):
    again = region.counts[2]
    assert [again[name] for name in ("new", "changed", "unchanged", "newly_gone")] == [
        0,
        0,
        len(region.rows[1]),
        0,
    ]
    assert region.items[2] == Counter()
    assert region.last_writers[2] == region.last_writers[1] > region.last_writers[0]


def test_every_fact_that_a_file_states_is_stored_once(region):
    assert region.facts[0] == sum(region.counts[0]["facts"].values())
    changes = region.counts[1]["fact_changes"].values()
    added = sum(change["added"] for change in changes)
    removed = sum(change.get("removed", 0) for change in changes)
    assert region.facts[1:] == [region.facts[0] + added - removed] * 2


def test_as_many_programs_speak_spanish_as_rows_of_the_file(region):
    rows = [row["service_code_info"].split() for row in region.rows[1]]
    assert region.programs_with_spanish == sum("SP" in codes for codes in rows) > 100


def test_no_code_of_either_edition_is_unknown(country):
    assert [counts["unknown_codes"] for counts in country.counts] == [{}, {}]


def test_search_sees_what_the_loads_wrote(region):
    stored, recomputed = region.projections
    assert stored == recomputed


def test_a_national_load_stays_under_600_megabytes(country):
    assert max(country.megabytes) < 600, json.dumps(country.megabytes)
