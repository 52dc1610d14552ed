"""One load of a federal directory, from the file to the commit."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from programs.enums import ChangeKind, DatePrecision, ImportAction, ImportStatus, SourceKind
from programs.importers import apply, staging
from programs.importers.crosswalk import Crosswalk, load_crosswalk
from programs.importers.lines import lines_of
from programs.importers.listings import load_listings, load_unlisted_sites
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


@dataclass(frozen=True, slots=True)
class Release:
    """A directory file that was read, and what is needed to understand it."""

    cleaned: CleanedFile
    crosswalk: Crosswalk
    edition: int


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
    clock = Clock(progress)
    release = read_release(path, path.name, edition, clock)
    with transaction.atomic(), connection.cursor() as cursor:
        run = ImportRun(
            status=ImportStatus.DRY_RUN if dry_run else ImportStatus.APPLIED,
            file_name=path.name[:255],
            file_sha256=sha256_of(path),
            started_at=started_at,
        )
        apply.prepare(cursor)
        plan = plan_release(cursor, release, run, clock)
        run.save()
        if not dry_run:
            with change_set(kind=ChangeKind.IMPORT, run=run.pk):
                write_release(cursor, plan, run, clock)
        with clock("Writing the report"):
            keep_lines(run, lines_of(plan))
            link_new_listings(cursor, run)
        run.finished_at = datetime.now(UTC)
        run.applied_at = None if dry_run else run.finished_at
        run.save()
    return Load(run=run, plan=plan, seconds=clock.seconds)


class Clock:
    """Measure the stages and tell how far each is."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress

    def __call__(self, stage: str) -> Clock:
        self.stage = stage
        return self

    def __enter__(self) -> None:
        self.progress(self.stage, 0, None)
        self.started = perf_counter()

    def __exit__(self, *exception: object) -> None:
        self.seconds[self.stage] = perf_counter() - self.started


def read_release(path: Path, name: str, edition: int | None, clock: Clock) -> Release:
    """Read the whole file. `name` is the one that it was published or uploaded under.

    Raises DirectoryFileError or CrosswalkError.
    """
    with clock("Reading"):
        for cleaned in read_directory(path):
            if cleaned.rows_read % 100 == 0:
                clock.progress(clock.stage, cleaned.rows_read, None)
    crosswalk = load_crosswalk()
    return Release(cleaned, crosswalk, edition or find_edition(name, cleaned, crosswalk))


def plan_release(cursor: CursorWrapper, release: Release, run: ImportRun, clock: Clock) -> Plan:
    """Make the plan, stage it for `write_release`, and put what it says into the run, unsaved.

    Raises NoPlacesError or LoadRefusedError.
    """
    source = _source(release.edition)
    _refuse_older(source)
    cleaned, crosswalk = release.cleaned, release.crosswalk
    with clock("Matching"):
        plan = make_plan(
            cleaned,
            load_listings(),
            crosswalk,
            load_gazetteer(cleaned.rows),
            source_id=source.pk,
            unlisted=load_unlisted_sites(),
        )
    with clock("Comparing facts"):
        facts = staging.stage(cursor, plan)
        staging.find_fact_changes(cursor, plan, facts, crosswalk)
    run.source, run.edition, run.counts = source, release.edition, plan.counts()
    return plan


def write_release(cursor: CursorWrapper, plan: Plan, run: ImportRun, clock: Clock) -> None:
    """Write what `plan_release` staged."""
    source = run.source
    assert source is not None  # noqa: S101  # `plan_release` set it
    assert source.published_on  # noqa: S101  # `_refuse_older` saw to it
    with clock("Writing listings"):
        apply.write_listings(cursor, plan, source_id=source.pk, reported_on=source.published_on)
    with clock("Writing facts"):
        apply.write_facts(cursor, source_id=source.pk, reported_on=source.published_on)
    with clock("Refreshing search"):
        apply.refresh_search(cursor)
    with clock("Checking references"):
        apply.check_references(cursor)


def keep_lines(run: ImportRun, lines: Iterable[ImportItem]) -> None:
    """Store the lines of a run."""
    items = []
    for item in lines:
        item.run = run
        items.append(item)
    ImportItem.objects.bulk_create(items, batch_size=2000)


def link_new_listings(cursor: CursorWrapper, run: ImportRun) -> None:
    """Lead from the lines of new rows to the listings that they became."""
    cursor.execute(
        "UPDATE programs_importitem item SET program_id = record.program_id"
        " FROM programs_federalrecord record"
        " WHERE item.run_id = %s AND item.action = %s"
        " AND record.source_id = %s AND record.row_number = item.row_number",
        [run.pk, ImportAction.NEW.value, run.source_id],
    )


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
        " Give its edition, such as 2023."
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


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def counts_balance(counts: dict[str, Any]) -> bool:
    """Say whether every row read and every listing that was there is accounted for."""
    stayed = counts["changed"] + counts["unchanged"]
    rows = counts["new"] + stayed + counts["rejected"] + counts["blank"]
    return counts["read"] == rows and counts["listings_before"] == stayed + counts["gone"]
