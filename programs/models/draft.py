"""Changes to a listing that somebody wrote down and that do not count yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.enums import DraftState
from programs.models.facility import Facility

#: States in which the author may still change it.
OPEN_STATES = (DraftState.DRAFT, DraftState.SENT, DraftState.RETURNED)


class Draft(models.Model):
    """What its author typed into a section of a listing. Only the author and editors see it.

    `typed` is {field of the section's form: what was typed}; the form checks it each time.
    """

    facility = models.ForeignKey(
        Facility, models.CASCADE, related_name="drafts", verbose_name=_("facility")
    )
    # Its key (`upkeep.sections`), and what it was called.
    section = models.CharField(max_length=60)
    label = models.CharField(_("section"), max_length=120)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", verbose_name=_("author")
    )
    typed = models.JSONField(_("typed"))
    # Of the listing when the author last saw it (`upkeep.editing.version_of`).
    version = models.CharField(max_length=300, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=DraftState, default=DraftState.DRAFT)
    note = models.CharField(_("note to the author"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("begun"))
    changed_at = models.DateTimeField(_("changed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("decided by"),
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.CheckConstraint(
                name="draft_state_is_known", condition=Q(state__in=DraftState.values)
            ),
            models.UniqueConstraint(
                fields=["facility", "section", "author"],
                condition=Q(state__in=OPEN_STATES),
                name="draft_is_open_once",
            ),
            models.CheckConstraint(
                name="draft_is_returned_with_a_note",
                condition=~Q(state=DraftState.RETURNED) | ~Q(note=""),
            ),
        ]
        indexes = [
            # The queue of the desk.
            models.Index(
                fields=["changed_at", "id"], name="draft_sent", condition=Q(state=DraftState.SENT)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility}: {self.label}"
