"""Grow the real release to a million programs inside the bench's database.

Each real program is copied, with the very bits of its search row, to a point within a few miles of
it: real places, real patterns, and the same rows on every run. Facts are not grown (there would be
75 million): `complete` gives them, and phones, to the programs that a page is going to show.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Model

from bench.load import FACT_TABLES
from programs.models import Facility, SearchRow

MILLION = 1_000_000
#: How far from the real place a copy may lie.
SPREAD_MILES = 5.0
MILES_PER_DEGREE = 69.1

#: Two numbers from 0 to 1 for each copy, the same on every run, and where they put it.
_GROWN = """
CREATE TABLE bench_grown AS
WITH copies AS (
  SELECT program.id AS origin_id, program.facility_id AS origin_facility_id, copy,
         facility.latitude, facility.longitude,
         (hashint8extended(program.id * 1000 + copy, 1) & 2147483647) / 2147483648.0::float8 AS far,
         (hashint8extended(program.id * 1000 + copy, 2) & 2147483647) / 2147483648.0::float8 AS turn
    FROM programs_program program
    JOIN programs_facility facility ON facility.id = program.facility_id
   CROSS JOIN generate_series(1, (SELECT %(programs)s / count(*) + 1 FROM programs_program)) copy
), placed AS (
  SELECT origin_id, origin_facility_id, copy,
         latitude + %(degrees)s * sqrt(far) * cos(2 * pi() * turn) AS latitude,
         longitude
           + %(degrees)s * sqrt(far) * sin(2 * pi() * turn) / cos(radians(latitude)) AS longitude
    FROM copies ORDER BY copy, origin_id
   LIMIT %(programs)s - (SELECT count(*) FROM programs_program)
)
SELECT origin_id, origin_facility_id, latitude, longitude,
       (SELECT max(id) FROM programs_program) + row_number() OVER spatial AS program_id,
       (SELECT max(id) FROM programs_facility) + row_number() OVER spatial AS facility_id
  FROM placed WINDOW spatial AS (ORDER BY floor(latitude * 16), longitude, origin_id, copy)
"""

_PROGRAMS = """
INSERT INTO programs_program (id, facility_id, name, scope, status)
SELECT grown.program_id, grown.facility_id, origin.name, origin.scope, origin.status
  FROM bench_grown grown JOIN programs_program origin ON origin.id = grown.origin_id
 ORDER BY grown.program_id
"""


def grow(programs: int = MILLION) -> None:
    """Fill up the directory to this many programs. The release must be loaded, and nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL programs.search_refresh = 'off'")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        degrees = SPREAD_MILES / MILES_PER_DEGREE
        cursor.execute(_GROWN, {"programs": programs, "degrees": degrees})
        cursor.execute(_facilities_sql())
        cursor.execute(_PROGRAMS)
        cursor.execute(_rows_sql())
        cursor.execute("CREATE INDEX ON bench_grown (program_id)")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _facilities_sql() -> str:
    """Return the INSERT of the facilities: moved, all else as in the origin."""
    moved = {
        "id": "grown.facility_id",
        "latitude": "grown.latitude",
        "longitude": "grown.longitude",
    }
    return _copies_sql(Facility, moved, "origin.id = grown.origin_facility_id", "grown.facility_id")


def _rows_sql() -> str:
    """Return the INSERT of the search rows: placed anew, all else as in the origin's row."""
    placed = {
        "program_id": "grown.program_id",
        "cell": "(floor((grown.latitude + 90) * 4) * 1440 + floor((grown.longitude + 180) * 4))",
        "x": "cos(radians(grown.latitude)) * cos(radians(grown.longitude))",
        "y": "cos(radians(grown.latitude)) * sin(radians(grown.longitude))",
        "z": "sin(radians(grown.latitude))",
    }
    order = f"{placed['cell']}, grown.program_id"
    return _copies_sql(SearchRow, placed, "origin.program_id = grown.origin_id", order)


def _copies_sql(model: type[Model], changed: dict[str, str], joined_on: str, order: str) -> str:
    """Return the INSERT of a copy of each origin's row, but for the columns that are `changed`."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(column, f"origin.{column}") for column in columns)
    return f"""
        INSERT INTO {model._meta.db_table} ({", ".join(columns)})
        SELECT {values} FROM bench_grown grown
          JOIN {model._meta.db_table} origin ON {joined_on}
         ORDER BY {order}"""


def complete(program_ids: Iterable[int]) -> None:
    """Give these grown programs the facts and phones of their origins, once."""
    ids = {"ids": list(program_ids)}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL programs.search_refresh = 'off'")
        for table, columns in FACT_TABLES.items():
            stated = ", ".join(columns.split(", ")[2:])
            cursor.execute(
                f"INSERT INTO {table} (program_id, {stated})"
                f" SELECT grown.program_id, {stated} FROM bench_grown grown"
                f" JOIN {table} origin ON origin.program_id = grown.origin_id"
                " WHERE grown.program_id = ANY(%(ids)s::bigint[]) ON CONFLICT DO NOTHING",
                ids,
            )
        cursor.execute(
            "INSERT INTO programs_phone"
            " (facility_id, use, number, extension, position, source_id, reported_on)"
            " SELECT grown.facility_id, use, number, extension, position, source_id, reported_on"
            " FROM bench_grown grown"
            " JOIN programs_phone origin ON origin.facility_id = grown.origin_facility_id"
            " WHERE grown.program_id = ANY(%(ids)s::bigint[]) ON CONFLICT DO NOTHING",
            ids,
        )


def origins() -> list[tuple[int, int, float, float]]:
    """Return (program id, origin's program id, latitude, longitude in degrees) of the grown."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT program_id, origin_id, latitude, longitude FROM bench_grown ORDER BY program_id"
        )
        return cursor.fetchall()
