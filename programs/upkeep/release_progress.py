"""Tell how far the work on a run is, while its transaction is still open."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Self

from django.db import DEFAULT_DB_ALIAS, connections

from programs.models import ImportRun

#: So often at most the rows of one stage are told.
SECONDS_BETWEEN = 0.5


class Telling:
    """Writes the progress of one run by a connection of its own, each time at once."""

    def __init__(self, run: ImportRun) -> None:
        self.run_id = run.pk
        self.stage = ""
        self.told_at = 0.0
        self.connection = connections.create_connection(DEFAULT_DB_ALIAS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def begin(self) -> int:
        """Note that a worker took the run up; return for which time since it was asked for."""
        return self._write("attempts = attempts + 1, stage = 'Starting', done = 0", [])

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if stage == self.stage and monotonic() - self.told_at < SECONDS_BETWEEN:
            return
        self.stage, self.told_at = stage, monotonic()
        self._write("stage = %s, done = %s", [stage, done])

    def _write(self, changes: str, values: list[str | int]) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE programs_importprogress SET {changes}, updated_at = now()"  # noqa: S608
                " WHERE run_id = %s RETURNING attempts",
                [*values, self.run_id],
            )
            told = cursor.fetchone()
        return int(told[0]) if told else 1
