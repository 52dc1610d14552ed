"""What the worker does with a run: plan, apply, undo, each in one transaction.

The run's row stays locked until the end, so no two workers have one run, and the run's status
changes in the very commit that writes the listings: a worker that is killed leaves the run wholly
before or wholly after. What was interrupted is still asked for, and the next worker begins anew.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from programs.enums import ChangeKind, ConflictChoice, ImportAction, ImportStatus
from programs.importers import apply, staging
from programs.importers.crosswalk import CrosswalkError
from programs.importers.federal_load import (
    Clock,
    LoadRefusedError,
    Progress,
    Release,
    keep_lines,
    link_new_listings,
    plan_release,
    read_release,
    sha256_of,
    write_release,
)
from programs.importers.lines import LineKey, conflict_key, differing, line_key, lines_of
from programs.importers.locating import NoPlacesError
from programs.importers.plan import CONFLICT, Plan
from programs.importers.samhsa_directory import DirectoryFileError
from programs.importers.undo import undo
from programs.models import ImportItem, ImportRun, change_set
from programs.models.imports import WORKING
from programs.upkeep.duplicates import find_duplicates
from programs.upkeep.release_progress import Telling

logger = logging.getLogger(__name__)

REFUSALS = (DirectoryFileError, CrosswalkError, NoPlacesError, LoadRefusedError)
#: A run that a worker did not survive so often is given up: it may be the reason.
MAX_ATTEMPTS = 3
#: Where a run is again when what was asked for cannot be done.
BEFORE = {
    ImportStatus.PLANNING: ImportStatus.FAILED,
    ImportStatus.APPLYING: ImportStatus.PLANNED,
    ImportStatus.UNDOING: ImportStatus.APPLIED,
}


class NoRunError(Exception):
    """The database cannot be asked for work."""


def work_on_next() -> ImportRun | None:
    """Do what is asked for longest, to the end; return the run, or nothing if there is none."""
    run: ImportRun | None = None
    try:
        with transaction.atomic():
            run = _next_run()
            if run is None:
                return None
            with Telling(run) as tell:
                _do(run, tell)
    except REFUSALS as error:
        _give_up(run, str(error))
    except Exception as error:
        logger.exception("A release could not be worked on.")
        _give_up(run, f"Something went wrong ({type(error).__name__}); the log says more.")
    else:
        if run.status == ImportStatus.APPLIED:
            find_duplicates(timezone.now())
    return run


def _next_run() -> ImportRun | None:
    waiting = ImportRun.objects.filter(status__in=WORKING).order_by("progress__asked_at", "pk")
    return waiting.select_for_update(skip_locked=True, of=("self",), no_key=True).first()


def _do(run: ImportRun, tell: Telling) -> None:
    attempt = tell.begin()
    if attempt > MAX_ATTEMPTS:
        run.status = BEFORE[ImportStatus(run.status)]
        run.message = f"Interrupted {MAX_ATTEMPTS} times and given up. Nothing was changed."
        run.save(update_fields=["status", "message"])
        return
    run.message = (
        "It was interrupted, with nothing changed, and begun again." if attempt > 1 else ""
    )
    work: dict[str, Callable[[ImportRun, Progress], None]] = {
        ImportStatus.PLANNING: plan_run,
        ImportStatus.APPLYING: apply_run,
        ImportStatus.UNDOING: undo_run,
    }
    work[run.status](run, tell)


def _give_up(run: ImportRun | None, reason: str) -> None:
    """Put the run back where it was: the transaction of the work left nothing else."""
    if run is None:
        raise NoRunError(reason)
    run.refresh_from_db()
    if run.is_working:
        run.status = BEFORE[ImportStatus(run.status)]
        run.message = f"Nothing was changed. {reason}"
        run.save(update_fields=["status", "message"])


def plan_run(run: ImportRun, progress: Progress) -> None:
    """Make the plan and keep its lines. Others may write meanwhile: applying compares again."""
    clock = Clock(progress)
    release = _read(run, clock)
    with connection.cursor() as cursor:
        plan = plan_release(cursor, release, run, clock)
    _keep_plan(run, plan, clock)
    run.save()


def apply_run(run: ImportRun, progress: Progress) -> None:
    """Apply the plan that was reviewed; if it is no longer the plan, keep the new one to review."""
    clock = Clock(progress)
    release = _read(run, clock)
    with connection.cursor() as cursor:
        apply.prepare(cursor)
        plan = plan_release(cursor, release, run, clock)
        with clock("Comparing with what was reviewed"):
            difference = _difference(run, plan)
        if difference:
            _keep_plan(run, plan, clock)
            run.message = difference
            run.save()
            return
        _take_decided(cursor, run, plan)
        with change_set(run.applied_by, kind=ChangeKind.IMPORT, note=run.file_name, run=run.pk):
            write_release(cursor, plan, run, clock)
        link_new_listings(cursor, run)
    run.status, run.applied_at = ImportStatus.APPLIED, timezone.now()
    run.save()


def undo_run(run: ImportRun, progress: Progress) -> None:
    """Bring every row that the run wrote back to what it was, save what changed since."""
    with change_set(run.undone_by, kind=ChangeKind.UNDO, note=run.file_name, undone=run.pk):
        undo(run, Clock(progress))
    run.status, run.undone_at = ImportStatus.UNDONE, timezone.now()
    run.save()


def _read(run: ImportRun, clock: Clock) -> Release:
    path = Path(run.file_path)
    if not path.is_file():
        raise LoadRefusedError(f"{run.file_name} is no longer there. Upload it again.")
    if sha256_of(path) != run.file_sha256:
        raise LoadRefusedError(f"{run.file_name} was changed since. Start with it anew.")
    try:
        return read_release(path, run.file_name, run.edition, clock)
    except DirectoryFileError as error:
        raise DirectoryFileError(str(error).replace(path.name, run.file_name)) from error


def _keep_plan(run: ImportRun, plan: Plan, clock: Clock) -> None:
    """Store the lines of the plan; those that stay as they were keep what was decided on them."""
    with clock("Writing the plan"):
        stored: dict[LineKey, list[int]] = defaultdict(list)
        for item in run.items.all():
            stored[line_key(item)].append(item.pk)
        added = [item for item in lines_of(plan) if not _stays(item, stored)]
        run.items.filter(pk__in=chain.from_iterable(stored.values())).delete()
        keep_lines(run, added)
    run.status, run.finished_at = ImportStatus.PLANNED, timezone.now()


def _stays(item: ImportItem, stored: dict[LineKey, list[int]]) -> bool:
    """Say whether a line of the new plan is stored, and count it off."""
    keys = stored[line_key(item)]
    if keys:
        keys.pop()
        return True
    return False


def _difference(run: ImportRun, plan: Plan) -> str:
    """Say how the plan differs from the reviewed one; nothing if it does not."""
    lines = differing(run.items.all(), lines_of(plan))
    if not lines:
        return ""
    return (
        "The directory changed since the plan was made, so nothing was applied."
        f" Lines that differ: {len(lines):,}, such as {_named(lines[0])}. Review the plan again."
    )


def _named(item: ImportItem) -> str:
    return f"{item.name} ({item.get_action_display()}{': ' if item.reason else ''}{item.reason})"


def _take_decided(cursor: CursorWrapper, run: ImportRun, plan: Plan) -> None:
    """Let the release win the conflicts that a keeper decided so."""
    taken = _taken_keys(run)
    conflicts = (
        change
        for row in plan.rows
        for change in row.fact_changes
        if change.change == CONFLICT
        and row.listing
        and (row.listing.program_id, change.path, change.was, change.says) in taken
    )
    staging.take(cursor, conflicts)


def _taken_keys(run: ImportRun) -> set[LineKey]:
    conflicts = run.items.filter(action=ImportAction.CONFLICT, decision__choice=ConflictChoice.TAKE)
    return {conflict_key(item.program_id, item.detail) for item in conflicts}
