"""Counts of the whole directory, kept in memory for as long as nothing in the database changes.

They are as exact as counting anew: the database names the state of its data by its snapshot (which
transactions it sees) and by the next opening to expire, which no transaction tells of; and the
statement itself counts again unless that name is still the one of the kept rows. Nobody has to tell
us of a write, and writers wait for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from programs.enums import OpeningStatus
from programs.querysets import COUNTS_NOW

#: The server, the database, the snapshot of the statement and the next expiry in it; null in a
#: transaction that has written, for its own changes are in no snapshot.
_VERSION = f"""(CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN
    concat_ws(' ', pg_postmaster_start_time(), current_database(), pg_current_snapshot(),
              (SELECT min(o.expires_at) FROM programs_opening o
                WHERE o.status = '{OpeningStatus.OPEN}' AND {COUNTS_NOW})) END)"""
#: The condition under which a SELECT that is passed to `rows` reads anything.
IS_NEWS = f"{_VERSION} IS DISTINCT FROM %(kept_version)s::text"
#: Enough for what people ask of the whole directory; a few megabytes.
MOST_KEPT = 500

_Rows = list[tuple[Any, ...]]
# Of this process: by statement and parameters, the version that the rows were read at, and them.
_kept: dict[object, tuple[str, _Rows]] = {}


def rows(select: str, parameters: Mapping[str, Any], *, now: datetime) -> _Rows:
    """Return the rows of a SELECT that reads its table only where `IS_NEWS`. One statement.

    Of `now` they may depend by openings alone: which of these have expired.
    """
    key = (select, repr(parameters))
    kept_version, kept_rows = _kept.get(key, ("", []))
    sql = (
        f"SELECT version, counted.* FROM (SELECT {_VERSION} AS version) now"
        f" LEFT JOIN ({select}) counted ON true"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, "now": now, "kept_version": kept_version})
        found = cursor.fetchall()
    version = found[0][0]
    if version is not None and version == kept_version:
        return kept_rows
    # Without a group the join gives one row of nulls.
    news = [row[1:] for row in found if row[1] is not None]
    if version is not None:
        _keep(key, version, news)
    return news


def forget() -> None:
    """Count everything anew from now on; for measuring."""
    _kept.clear()


def _keep(key: object, version: str, news: _Rows) -> None:
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (version, news)
