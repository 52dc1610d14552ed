"""One load of a federal directory, from the file to the commit."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from programs.enums import ChangeKind, DatePrecision, ImportStatus, SourceKind
from programs.importers import apply, staging
from programs.importers.crosswalk import Crosswalk, load_crosswalk
from programs.importers.listings import load_listings
from programs.importers.locating import load_gazetteer
from programs.importers.plan import Plan, make_plan
from programs.importers.records import CleanedFile
from programs.importers.samhsa_directory import DirectoryFileError, read_directory
from programs.models import FederalRecord, ImportItem, ImportRun, Source, change_set

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")

#: Called with the stage, how many rows it has done, and of how many if that is known.
Progress = Callable[[str, int, int | None], None]


class LoadRefusedError(Exception):
    """The load would do harm. The message is one plain line that says what to do."""


@dataclass(slots=True)
class Load:
    """A load that was made, or tried out."""

    run: ImportRun
    plan: Plan
    seconds: dict[str, float] = field(default_factory=dict)


def load_directory(
    path: Path,
    *,
    edition: int | None = None,
    dry_run: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Load:
    """Load a directory in one transaction; a dry run writes only its plan.

    Raises DirectoryFileError, CrosswalkError, NoPlacesError or LoadRefusedError; then nothing
    is written.
    """
    started_at = datetime.now(UTC)
    clock = _Clock(progress)
    with clock("Reading"):
        cleaned = _read(path, clock)
    crosswalk = load_crosswalk()
    edition = edition or find_edition(path.name, cleaned, crosswalk)
    with transaction.atomic(), connection.cursor() as cursor:
        source = _source(edition)
        apply.prepare(cursor)
        _refuse_older(source)
        run = _start_run(path, source, edition, dry_run, started_at)
        plan = _plan(cursor, cleaned, crosswalk, source, clock)
        if not dry_run:
            with change_set(kind=ChangeKind.IMPORT, run=run.pk):
                _write(cursor, plan, source, clock)
        with clock("Writing the report"):
            _finish_run(run, plan)
    return Load(run=run, plan=plan, seconds=clock.seconds)


class _Clock:
    """Measure the stages and tell how far each is."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress

    def __call__(self, stage: str) -> _Clock:
        self.stage = stage
        return self

    def __enter__(self) -> None:
        self.progress(self.stage, 0, None)
        self.started = perf_counter()

    def __exit__(self, *exception: object) -> None:
        self.seconds[self.stage] = perf_counter() - self.started


def _read(path: Path, clock: _Clock) -> CleanedFile:
    for cleaned in read_directory(path):
        if cleaned.rows_read % 100 == 0:
            clock.progress(clock.stage, cleaned.rows_read, None)
    return cleaned


def _plan(
    cursor: CursorWrapper,
    cleaned: CleanedFile,
    crosswalk: Crosswalk,
    source: Source,
    clock: _Clock,
) -> Plan:
    with clock("Matching"):
        plan = make_plan(
            cleaned, load_listings(), crosswalk, load_gazetteer(cleaned.rows), source_id=source.pk
        )
    with clock("Comparing facts"):
        facts = staging.stage(cursor, plan)
        staging.find_fact_changes(cursor, plan, facts, crosswalk)
    return plan


def _write(cursor: CursorWrapper, plan: Plan, source: Source, clock: _Clock) -> None:
    assert source.published_on  # noqa: S101  # `_refuse_older` saw to it
    with clock("Writing listings"):
        apply.write_listings(cursor, plan, source_id=source.pk, reported_on=source.published_on)
    with clock("Writing facts"):
        apply.write_facts(cursor, source_id=source.pk, reported_on=source.published_on)
    with clock("Refreshing search"):
        apply.refresh_search(cursor)
    with clock("Checking references"):
        apply.check_references(cursor)


def find_edition(file_name: str, cleaned: CleanedFile, crosswalk: Crosswalk) -> int:
    """Return the edition that the file's codes or its name tell; both must agree if both do."""
    by_name = {int(year) for year in _YEAR.findall(file_name)}
    by_codes = _editions_by_codes(cleaned, crosswalk)
    told = by_name & by_codes if by_name and by_codes else by_name or by_codes
    if len(told) == 1:
        return told.pop()
    raise DirectoryFileError(
        f"Nothing in {file_name} says clearly of which year it is"
        f" (its name: {_years(by_name)}; its codes: {_years(by_codes)})."
        " Say so, such as --edition 2023."
    )


def _editions_by_codes(cleaned: CleanedFile, crosswalk: Crosswalk) -> set[int]:
    """Return the editions told by codes that not every edition has; nothing if there is none."""
    used = cleaned.listed_codes or frozenset().union(*(row.codes for row in cleaned.rows))
    known = {code: crosswalk.editions[code] for code in used & crosswalk.editions.keys()}
    every = frozenset().union(*known.values())
    telling = Counter(tuple(sorted(editions)) for editions in known.values() if editions != every)
    if not telling:
        return set()
    return set.intersection(*(set(editions) for editions in telling))


def _years(years: set[int]) -> str:
    return ", ".join(map(str, sorted(years))) or "none"


def _source(edition: int) -> Source:
    source, _created = Source.objects.get_or_create(
        slug=f"samhsa-directory-{edition}",
        defaults={
            "name": f"SAMHSA National Directory of substance use treatment facilities, {edition}",
            "kind": SourceKind.FEDERAL_DIRECTORY,
            "published_on": date(edition, 1, 1),
            "date_precision": DatePrecision.YEAR,
        },
    )
    return source


def _refuse_older(source: Source) -> None:
    if source.published_on is None:
        raise LoadRefusedError(
            f"The source {source.slug} has no date of publication. Set it first."
        )
    newer = (
        FederalRecord.objects.filter(source__published_on__gt=source.published_on)
        .order_by("-source__published_on")
        .select_related("source")
        .first()
    )
    if newer:
        raise LoadRefusedError(
            f"There are listings of a newer release ({newer.source.name}):"
            f" {source.name} would put old answers in their place."
        )


def _start_run(
    path: Path, source: Source, edition: int, dry_run: bool, started_at: datetime
) -> ImportRun:
    """Write the run, which the history of all that it changes refers to."""
    return ImportRun.objects.create(
        source=source,
        status=ImportStatus.DRY_RUN if dry_run else ImportStatus.APPLIED,
        file_name=path.name[:255],
        file_sha256=_sha256(path),
        edition=edition,
        started_at=started_at,
        finished_at=started_at,
    )


def _finish_run(run: ImportRun, plan: Plan) -> None:
    """Write what the run did, line by line."""
    run.finished_at = datetime.now(UTC)
    run.counts = plan.counts()
    run.save(update_fields=["finished_at", "counts"])
    items = []
    for item in plan.items():
        item.run = run
        items.append(item)
    ImportItem.objects.bulk_create(items, batch_size=2000)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def counts_balance(counts: dict[str, Any]) -> bool:
    """Say whether every row read and every listing that was there is accounted for."""
    stayed = counts["changed"] + counts["unchanged"]
    rows = counts["new"] + stayed + counts["rejected"] + counts["blank"]
    return counts["read"] == rows and counts["listings_before"] == stayed + counts["gone"]
