"""What visitors report to be wrong with a listing. Nothing here says who they are."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from programs.enums import CorrectionKind, CorrectionStatus
from programs.models.program import Program
from programs.models.vocabulary import Term
from programs.querysets import CorrectionQuerySet

TEXT_LIMIT = 500
#: A contact is for asking back. It goes when the report is closed, and after this at the latest.
CONTACT_LIFE = timedelta(days=90)
OPEN_STATUSES = (CorrectionStatus.NEW, CorrectionStatus.CHECKING)


class Correction(models.Model):
    """One report. Its history is not kept: a copy of the contact would outlive the contact.

    `term` or `phone` is the fact in question, of those that the listing stated. A phone is a copy:
    a listing's numbers come and go.
    """

    # Listings are closed or merged, not deleted; only the invented sample goes, reports and all.
    program = models.ForeignKey(
        Program, models.CASCADE, related_name="corrections", verbose_name=_("program")
    )
    kind = models.CharField(_("what is wrong"), max_length=14, choices=CorrectionKind)
    term = models.ForeignKey(
        Term, models.PROTECT, verbose_name=_("fact in question"), null=True, blank=True
    )
    phone = PhoneNumberField(_("phone in question"), region="US", blank=True)
    phone_extension = models.CharField(_("its extension"), max_length=8, blank=True)
    text = models.CharField(_("text"), max_length=TEXT_LIMIT, blank=True)
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=15, choices=CorrectionStatus, default=CorrectionStatus.NEW
    )
    received_at = models.DateTimeField(_("received"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("handled by"),
        null=True,
        blank=True,
    )
    answer = models.CharField(_("answer to the reporter"), max_length=300, blank=True)
    # SHA-256 of the secret in the reporter's link: who reads the table cannot make the link.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)

    objects = models.Manager.from_queryset(CorrectionQuerySet)()

    class Meta:
        verbose_name = _("report from the public")
        verbose_name_plural = _("reports from the public")
        indexes = [
            models.Index(
                fields=["received_at", "id"],
                name="correction_open",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["closed_at"], name="correction_closed_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="correction_kind_is_known", condition=Q(kind__in=CorrectionKind.values)
            ),
            models.CheckConstraint(
                name="correction_is_closed_with_an_outcome",
                condition=Q(closed_at__isnull=True, status__in=OPEN_STATUSES)
                | Q(
                    closed_at__isnull=False,
                    status__in=[s for s in CorrectionStatus if s not in OPEN_STATUSES],
                ),
            ),
            models.CheckConstraint(
                name="correction_closed_keeps_no_contact",
                condition=Q(closed_at__isnull=True) | Q(contact=""),
            ),
            models.CheckConstraint(
                name="correction_is_about_one_fact", condition=Q(term__isnull=True) | Q(phone="")
            ),
        ]

    def __str__(self) -> str:
        # Printed in logs of the admin: never the text nor the contact.
        return f"{self.pk}: {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def contact_at(self, now: datetime) -> str:
        """Return the contact while it may be used, else ""."""
        return self.contact if now < self.received_at + CONTACT_LIFE else ""


def token_hash(token: str) -> str:
    """Return what is stored of the secret in a reporter's link."""
    return hashlib.sha256(token.encode()).hexdigest()


class ReportDay(models.Model):
    """The salt of a day's reporter counts. Deleted with them when the day is over."""

    day = models.DateField(primary_key=True)
    salt = models.CharField(max_length=43)

    def __str__(self) -> str:
        return str(self.day)


class ReporterCount(models.Model):
    """How many reports one network sent in a day, apart from the reports: no time, no order."""

    network_hash = models.CharField(max_length=64, primary_key=True)
    day = models.ForeignKey(ReportDay, models.CASCADE)
    report_count = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return str(self.report_count)
