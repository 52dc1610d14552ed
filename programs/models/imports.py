"""The loads of files: what each will do or did, line by line, and what keepers decided about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.enums import ConflictChoice, ImportAction, ImportStatus
from programs.models.program import Program
from programs.models.provenance import Source

#: What a worker takes up. The status says what is to be done until it is done, wholly.
WORKING = (ImportStatus.PLANNING, ImportStatus.APPLYING, ImportStatus.UNDOING)


class ImportRun(models.Model):
    """One file on its way into the directory: its plan, and what became of it."""

    # Not known before the file was read.
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="import_runs", verbose_name=_("source"), null=True
    )
    status = models.CharField(_("status"), max_length=9, choices=ImportStatus)
    # Why it failed, what changed since the review, or that it was interrupted and begun again.
    message = models.TextField(_("message"), blank=True)
    file_name = models.CharField(_("file"), max_length=255)
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    # Where the file is kept; empty for one that the command read.
    file_path = models.CharField(_("kept at"), max_length=500, blank=True)
    edition = models.PositiveSmallIntegerField(_("edition"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"))
    # When the plan was made, or for a load by the command when it was applied.
    finished_at = models.DateTimeField(_("finished"), null=True)
    applied_at = models.DateTimeField(_("applied"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )
    # {"read": n, "new": n, "changed": n, ...} and {"facts": {facet slug: n}}; see importers.plan.
    counts = models.JSONField(_("counts"), default=dict)

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        indexes = [
            models.Index(fields=["id"], name="import_run_to_do", condition=Q(status__in=WORKING))
        ]
        constraints = [
            models.CheckConstraint(
                name="import_run_status_is_known", condition=Q(status__in=ImportStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_status_display()})"

    @property
    def is_working(self) -> bool:
        return self.status in WORKING


class ImportProgress(models.Model):
    """How far the work on a run is. Written by a connection of its own, while the load's
    transaction is still open: a row of the run itself would wait for it."""

    run = models.OneToOneField(ImportRun, models.CASCADE, related_name="progress", primary_key=True)
    asked_at = models.DateTimeField()
    # Empty until a worker took it up.
    stage = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    # How often a worker began; more than once means that it was interrupted.
    attempts = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("progress of an import")
        verbose_name_plural = _("progress of imports")

    def __str__(self) -> str:
        return f"{self.stage}: {self.done:,}"


class ImportItem(models.Model):
    """One line of a run's plan. Rows that changed nothing are counted, not stored."""

    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="items", verbose_name=_("import run")
    )
    action = models.CharField(_("action"), max_length=9, choices=ImportAction)
    row_number = models.PositiveIntegerField(_("row of the file"), null=True, blank=True)
    program = models.ForeignKey(
        Program, models.SET_NULL, verbose_name=_("program"), null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=330, blank=True)
    city = models.CharField(_("city or town"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=2, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # What changes: {"fields": {name: [old, new]}, "facts": {"added": [...], ...}}.
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("import line")
        verbose_name_plural = _("import lines")
        indexes = [models.Index(fields=["run", "action", "row_number"], name="import_item_order")]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.name}"


class ImportDecision(models.Model):
    """What a keeper chose for one conflict. A conflict without a decision is open."""

    item = models.OneToOneField(ImportItem, models.CASCADE, related_name="decision")
    choice = models.CharField(_("choice"), max_length=4, choices=ConflictChoice)
    # In words, if one rule decided several.
    rule = models.CharField(_("rule"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )
    decided_at = models.DateTimeField(_("decided"), auto_now=True)

    class Meta:
        verbose_name = _("decision on a conflict")
        verbose_name_plural = _("decisions on conflicts")
        constraints = [
            models.CheckConstraint(
                name="import_decision_is_known", condition=Q(choice__in=ConflictChoice.values)
            ),
        ]

    def __str__(self) -> str:
        return self.get_choice_display()
