"""Mails with one-tap links: what waits, what went out, and who wants none."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from programs.enums import ReminderKind, ReminderStatus, SuppressionReason
from programs.models.update_link import UpdateLink


class Reminder(models.Model):
    """One mail to one address with its links. `upkeep.reminder_mail` sends it, once at most."""

    email = models.EmailField(_("email address"))
    kind = models.CharField(_("kind"), max_length=8, choices=ReminderKind)
    status = models.CharField(
        _("status"), max_length=7, choices=ReminderStatus, default=ReminderStatus.PENDING
    )
    links = models.ManyToManyField(
        UpdateLink, related_name="reminders", verbose_name=_("one-tap links")
    )
    made_on = models.DateField(_("for the day"))
    made_at = models.DateTimeField(_("made"))
    # Not before: the mail server asked to wait.
    retry_at = models.DateTimeField(_("try again"), null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # What the mail server answered.
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    # The link in the mail that stops reminders works once.
    stopped_at = models.DateTimeField(_("stopped with it"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        indexes = [
            models.Index(
                fields=["made_at"],
                name="reminder_waits",
                condition=Q(status=ReminderStatus.PENDING),
            ),
            models.Index(Lower("email"), name="reminder_of_address"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "made_on",
                name="reminder_once_a_day",
                condition=Q(kind=ReminderKind.REMINDER),
            ),
            models.CheckConstraint(
                name="reminder_status_is_known", condition=Q(status__in=ReminderStatus.values)
            ),
            models.CheckConstraint(
                name="reminder_sent_has_its_time",
                condition=Q(status=ReminderStatus.SENT, sent_at__isnull=False)
                | ~Q(status=ReminderStatus.SENT) & Q(sent_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.email}"


class SuppressedAddress(models.Model):
    """An address that gets no reminders."""

    email = models.EmailField(_("email address"))
    reason = models.CharField(_("why"), max_length=7, choices=SuppressionReason)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("address without reminders")
        verbose_name_plural = _("addresses without reminders")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="suppressed_address_once"),
            models.CheckConstraint(
                name="suppressed_address_reason_is_known",
                condition=Q(reason__in=SuppressionReason.values),
            ),
        ]

    def __str__(self) -> str:
        return self.email
