"""Somebody says that they run a facility. It gives them nothing until an editor decides."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.enums import ClaimState
from programs.models.facility import Facility

EVIDENCE_LIMIT = 1000
#: So long after the decision the claimant's link still tells it; then all of the claim goes.
DECIDED_LIFE = timedelta(days=90)


class Claim(models.Model):
    """One claim. Its history is not kept: it holds a person's name and address."""

    facility = models.ForeignKey(
        Facility, models.CASCADE, related_name="claims", verbose_name=_("facility")
    )
    name = models.CharField(_("name"), max_length=120)
    # As long as the name of an account, which it may become.
    email = models.EmailField(_("work e-mail"), max_length=150)
    job = models.CharField(_("their work there"), max_length=120)
    evidence = models.CharField(_("how we can check it"), max_length=EVIDENCE_LIMIT)
    state = models.CharField(_("state"), max_length=8, choices=ClaimState, default=ClaimState.NEW)
    note = models.CharField(_("note to the claimant"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("received"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("decided by"),
        null=True,
        blank=True,
    )
    # SHA-256 of the secret in the claimant's link: who reads the table cannot make the link.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.CheckConstraint(
                name="claim_is_decided_at_a_time",
                condition=Q(state=ClaimState.NEW, decided_at__isnull=True)
                | Q(state__in=[ClaimState.APPROVED, ClaimState.REJECTED], decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_is_rejected_with_a_note",
                condition=~Q(state=ClaimState.REJECTED) | ~Q(note=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at", "id"], name="claim_new", condition=Q(state=ClaimState.NEW)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.facility}"
