"""Who checks a facility by phone, and when to try again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.models.facility import Facility


class CallSheet(models.Model):
    """The state of the calls to a facility. It has none before somebody takes it up.

    What a call found is in the facts, and who ticked what in their history.
    """

    facility = models.OneToOneField(
        Facility,
        models.CASCADE,
        primary_key=True,
        related_name="call_sheet",
        verbose_name=_("facility"),
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
    )
    # Whoever works on it now, so that two do not call the same place.
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("taken by"),
        null=True,
        blank=True,
    )
    held_until = models.DateTimeField(_("taken until"), null=True, blank=True)
    unanswered_count = models.PositiveSmallIntegerField(
        _("calls without an answer since the last one with"), default=0
    )
    retry_on = models.DateField(_("call again on"), null=True, blank=True)
    called_at = models.DateTimeField(_("last called"), null=True, blank=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("last called by"),
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("call sheet")
        verbose_name_plural = _("call sheets")

    def __str__(self) -> str:
        """Return what it is of; the facility must be at hand (select_related)."""
        return str(self.facility)

    def is_held_by_another(self, user_id: int, now: datetime) -> bool:
        """Return whether somebody else works on it now."""
        return (
            self.held_by_id not in (None, user_id)
            and self.held_until is not None
            and now < self.held_until
        )
