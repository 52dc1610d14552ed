"""The real directories of 2022 and 2023, one after the other, as they would be loaded."""

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

#: Load a file in a process of its own and print the memory that took, in megabytes.
LOAD = """
import resource, sys, django
django.setup()
from django.core.management import call_command
call_command("load_samhsa_directory", sys.argv[1], verbosity=0)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""

ONE_PROJECTION = (
    "SELECT md5(string_agg(r::text, ';' ORDER BY program_id)) FROM programs_searchrow r"
)
FACT_TABLES = ("carefact", "medicationfact", "coveragefact", "featurefact")


@dataclass
class Loads:
    """What the database held after each load."""

    counts: list[dict[str, Any]]
    items: list[Counter[str]]
    facts: list[int]
    last_writers: list[int]
    programs_with_spanish: int
    published: int
    projections: tuple[str, str]
    megabytes: list[float]


@pytest.fixture(scope="module")
def loads(django_db_setup, django_db_blocker, directory_2022_csv, directory_2023_csv) -> Loads:
    with clone_of_test_database(django_db_blocker, "national") as conninfo:
        files = (directory_2022_csv, directory_2023_csv, directory_2023_csv)
        with psycopg.connect(conninfo, autocommit=True) as database:
            facts, megabytes, writers = [], [], []
            for path in files:
                megabytes.append(load(conninfo, path))
                facts.append(stored_facts(database))
                writers.append(last_writer(database))
            return Loads(
                counts=column(database, "SELECT counts FROM programs_importrun ORDER BY id"),
                items=items_by_run(database),
                facts=facts,
                last_writers=writers,
                programs_with_spanish=with_spanish(database),
                published=one(
                    database, "SELECT count(*) FROM programs_program WHERE status = 'published'"
                ),
                projections=stored_and_recomputed_projection(database),
                megabytes=megabytes,
            )


def load(conninfo: str, path: Path) -> float:
    environment = os.environ | {
        "DATABASE_URL": database_url(conninfo),
        "DJANGO_SETTINGS_MODULE": "directory.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(path)],
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


def test_every_row_and_listing_of_both_editions_is_accounted_for(loads):
    assert [counts_balance(counts) for counts in loads.counts] == [True, True, True]
    assert [counts["read"] for counts in loads.counts] == [12176, 12744, 12744]
    assert (loads.counts[0]["new"], loads.counts[0]["rejected"]) == (12175, 1)
    assert loads.published == 12175 + loads.counts[1]["new"]


def test_four_of_five_listings_of_2022_go_on_in_2023(loads):
    counts = loads.counts[1]
    assert counts["changed"] + counts["unchanged"] == sum(counts["matched_by"].values()) == 9682
    assert (counts["new"], counts["gone"], counts["newly_gone"]) == (3062, 2493, 2493)


def test_the_same_file_again_changes_and_writes_nothing(loads):
    again = loads.counts[2]
    assert [again[name] for name in ("new", "changed", "unchanged", "newly_gone")] == [
        0,
        0,
        12744,
        0,
    ]
    assert loads.items[2] == Counter()
    assert loads.last_writers[2] == loads.last_writers[1] > loads.last_writers[0]


def test_every_fact_that_a_file_states_is_stored_once(loads):
    assert loads.facts[0] == sum(loads.counts[0]["facts"].values())
    added = sum(changes["added"] for changes in loads.counts[1]["fact_changes"].values())
    removed = sum(changes.get("removed", 0) for changes in loads.counts[1]["fact_changes"].values())
    assert loads.facts[1:] == [loads.facts[0] + added - removed] * 2


def test_as_many_programs_speak_spanish_as_rows_of_the_file(loads, directory_2023_csv):
    with directory_2023_csv.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row["service_code_info"].split() for row in csv.DictReader(stream)]
    assert loads.programs_with_spanish == sum("SP" in codes for codes in rows)


def test_no_code_of_either_edition_is_unknown(loads):
    assert [counts["unknown_codes"] for counts in loads.counts] == [{}, {}, {}]


def test_search_sees_what_the_loads_wrote(loads):
    stored, recomputed = loads.projections
    assert stored == recomputed


def test_a_national_load_stays_under_600_megabytes(loads):
    assert max(loads.megabytes) < 600, json.dumps(loads.megabytes)
