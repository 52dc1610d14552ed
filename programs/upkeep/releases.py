"""The life of a release: planned, reviewed, applied, undone. A keeper asks, a worker does it.

Asking only sets the status; `release_work` takes up what a status asks for. So a request outlives
the process that made it, and a run is always wholly before or wholly after what was asked.
"""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from programs.enums import ImportStatus
from programs.models import ImportProgress, ImportRun
from programs.upkeep.release_files import forget_upload

CAN_BE_DISCARDED = (ImportStatus.PLANNED, ImportStatus.FAILED)
CAN_BE_PLANNED_AGAIN = (*CAN_BE_DISCARDED, ImportStatus.UNDONE)


class WrongMomentError(Exception):
    """What is asked for cannot be done with the run as it is now. The message says why."""


def start(
    path: Path, *, name: str, sha256: str, edition: int | None, user: User | None
) -> ImportRun:
    """Ask for the plan of a file. `edition` is its year, if the file does not say."""
    with transaction.atomic():
        run = ImportRun.objects.create(
            status=ImportStatus.PLANNING,
            file_name=name[:255],
            file_path=str(path),
            file_sha256=sha256,
            edition=edition,
            started_at=timezone.now(),
            started_by=user,
        )
        _expect_work(run)
    return run


def ask_to_apply(run: ImportRun, user: User) -> None:
    """Ask for a reviewed plan to be applied. Raises WrongMomentError."""
    _ask(run, ImportStatus.PLANNED, ImportStatus.APPLYING, applied_by=user)


def ask_to_undo(run: ImportRun, user: User) -> None:
    """Ask for an applied run to be undone. Raises WrongMomentError."""
    if later := later_applied(run):
        raise WrongMomentError(
            f"{later.file_name} was applied after it and stands on it. Undo that first."
        )
    _ask(run, ImportStatus.APPLIED, ImportStatus.UNDOING, undone_by=user)


def later_applied(run: ImportRun) -> ImportRun | None:
    """Return the last run that was applied after this one and still is: one query."""
    later = ImportRun.objects.filter(
        status__in=(ImportStatus.APPLIED, ImportStatus.UNDOING), applied_at__gt=run.applied_at
    )
    return later.order_by("-applied_at", "-pk").first()


def plan_again(run: ImportRun, user: User | None = None) -> None:
    """Ask for the plan anew, since the directory changed or what failed was mended.

    Decisions on conflicts that are in the new plan too stay. From here on the run tells of its new
    life; when it was applied and undone before is in the history. Raises WrongMomentError.
    """
    if run.status not in CAN_BE_PLANNED_AGAIN:
        raise WrongMomentError("What is being worked on, or applied, is not planned again.")
    if not run.file_path:
        raise WrongMomentError("The command read this file; it is not kept. Upload it.")
    _ask(
        run,
        run.status,
        ImportStatus.PLANNING,
        started_at=timezone.now(),
        started_by=user,
        applied_at=None,
        applied_by=None,
        undone_at=None,
        undone_by=None,
    )


def discard(run: ImportRun, user: User | None = None) -> None:
    """Give up a plan, and the uploaded file if no other run has it. Raises WrongMomentError."""
    if run.status not in CAN_BE_DISCARDED:
        raise WrongMomentError("Only a plan that was not applied can be discarded.")
    with transaction.atomic():
        _move(run, run.status, ImportStatus.DISCARDED)
        others = ImportRun.objects.filter(file_path=run.file_path).exclude(
            status=ImportStatus.DISCARDED
        )
        if run.file_path and not others.exists():
            transaction.on_commit(lambda: forget_upload(Path(run.file_path)))


def _ask(run: ImportRun, now: str, then: ImportStatus, **changes: object) -> None:
    with transaction.atomic():
        _move(run, now, then, message="", **changes)
        _expect_work(run)


def _move(run: ImportRun, now: str, then: ImportStatus, **changes: object) -> None:
    """Set the status if it is still the one that the keeper saw."""
    moved = ImportRun.objects.filter(pk=run.pk, status=now).update(status=then, **changes)
    if not moved:
        raise WrongMomentError("Somebody else was faster: look at what the run is now.")
    run.refresh_from_db()


def _expect_work(run: ImportRun) -> None:
    now = timezone.now()
    ImportProgress.objects.update_or_create(
        run=run,
        defaults={"asked_at": now, "updated_at": now, "stage": "", "done": 0, "attempts": 0},
    )
