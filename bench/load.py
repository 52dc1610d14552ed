"""Time the national load against a raw COPY of the same fact rows into the same tables."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

#: The most that a load may take, in times of the raw COPY.
LOAD_BAR = 6
#: Columns that the database derives are not copied.
FACT_TABLES = {
    "programs_carefact": (
        "id, program_id, term_id, source_id, reported_on, confirmed_on, answer,"
        " hours_per_week_min, hours_per_week_max, length_days_min, length_days_max, overnight,"
        " asam_level, asam_edition"
    ),
    "programs_medicationfact": (
        "id, program_id, term_id, source_id, reported_on, confirmed_on, relation"
    ),
    "programs_coveragefact": (
        "id, program_id, term_id, source_id, reported_on, confirmed_on, relation, plan, state"
    ),
    "programs_featurefact": (
        "id, program_id, term_id, source_id, reported_on, confirmed_on, answer"
    ),
}
#: Turns off the triggers of the history until the transaction ends: a raw COPY has no history.
WITHOUT_HISTORY = """
SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger
                                        WHERE tgname LIKE 'pgtrigger_%'), true)
"""
KILOBYTES_A_MEGABYTE = 1024


@dataclass(frozen=True)
class LoadTiming:
    facts: int
    load_seconds: float
    copy_seconds: float
    ratio: float
    peak_memory_mb: float

    def as_dict(self) -> dict[str, object]:
        return {"bench": "load", **asdict(self)}


def measure(file: Path) -> LoadTiming:
    """Load the file in a process of its own, then copy its facts raw. Facts are left in place."""
    start = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "load_samhsa_directory", str(file)],
        cwd=settings.BASE_DIR,
        env=os.environ,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    load_seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KILOBYTES_A_MEGABYTE
    facts, copy_seconds = _raw_copy()
    return LoadTiming(
        facts=facts,
        load_seconds=load_seconds,
        copy_seconds=copy_seconds,
        ratio=load_seconds / copy_seconds,
        peak_memory_mb=peak,
    )


def _raw_copy() -> tuple[int, float]:
    """Copy all facts out, empty their tables, and time copying them in again, to the commit."""
    with connection.cursor() as cursor:
        data = {}
        for table, columns in FACT_TABLES.items():
            with cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
                data[table] = b"".join(bytes(block) for block in copy)
        facts = sum(text.count(b"\n") for text in data.values())
        with transaction.atomic():
            cursor.execute(f"TRUNCATE {', '.join(FACT_TABLES)}")
        start = time.perf_counter()
        with transaction.atomic():
            cursor.execute("SET LOCAL programs.search_refresh = 'off'")
            cursor.execute(WITHOUT_HISTORY)
            for table, columns in FACT_TABLES.items():
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write(data[table])
        seconds = time.perf_counter() - start
    return facts, seconds
