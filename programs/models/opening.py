"""Openings: whether a program can take people now, who said so, and until when that counts."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.enums import FactKind, OpeningStatus
from programs.models.program import Program
from programs.models.provenance import Source
from programs.models.vocabulary import OPEN_HOURS, WAIT_HOURS, Term
from programs.querysets import OpeningQuerySet

#: Beds fill and empty within days; a list, or a closed door, stays for longer.
BRIEF = frozenset({OpeningStatus.OPEN, OpeningStatus.FULL})


class Opening(models.Model):
    """The last statement about a program and a level of care; without a level, of all of it.

    `programs.upkeep.openings.state_opening` writes it. After `expires_at` it says nothing any more:
    read it through `Opening.objects.current(now)`.
    """

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="openings", verbose_name=_("program"), db_index=False
    )
    term = models.ForeignKey(
        Term,
        models.PROTECT,
        verbose_name=_("level of care"),
        null=True,
        blank=True,
        help_text=_("Empty: the program as a whole"),
    )
    status = models.CharField(_("status"), max_length=10, choices=OpeningStatus)
    wait_days = models.PositiveSmallIntegerField(_("wait in days"), null=True, blank=True)
    places_count = models.PositiveSmallIntegerField(_("open places"), null=True, blank=True)
    # Null: nobody said.
    can_start_today = models.BooleanField(_("can start today"), null=True, blank=True)
    walk_in_hours = models.CharField(_("walk-in hours"), max_length=80, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), db_index=False)
    stated_at = models.DateTimeField(_("said"))
    expires_at = models.DateTimeField(_("counts until"))
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("said by"),
        null=True,
        blank=True,
    )

    objects = models.Manager.from_queryset(OpeningQuerySet)()

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "term"],
                name="opening_once_a_level",
                nulls_distinct=False,
                violation_error_message=_("This level of care has its line already: change that."),
            ),
            models.CheckConstraint(
                name="opening_status_is_known", condition=Q(status__in=OpeningStatus.values)
            ),
            models.CheckConstraint(
                name="opening_wait_is_of_a_waitlist",
                condition=Q(wait_days__isnull=True) | Q(status=OpeningStatus.WAITLIST),
                violation_error_message=_("Only a waitlist has a wait in days."),
            ),
            models.CheckConstraint(
                name="opening_places_are_open",
                condition=Q(places_count__isnull=True)
                | Q(status=OpeningStatus.OPEN, places_count__gte=1),
                violation_error_message=_("Only “open” has open places, and then at least one."),
            ),
            models.CheckConstraint(
                name="opening_starts_today_if_open",
                condition=Q(can_start_today__isnull=True)
                | Q(can_start_today=False)
                | Q(status=OpeningStatus.OPEN),
                violation_error_message=_("Who can start today finds it open: set “open”."),
            ),
            models.CheckConstraint(
                name="opening_expires_after_it_was_said",
                condition=Q(expires_at__gt=F("stated_at")),
            ),
        ]
        indexes = [
            # The next opening to expire: counts that are kept in memory live until then.
            models.Index(
                fields=["expires_at"],
                name="opening_next_expiry",
                condition=Q(status=OpeningStatus.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()

    def clean(self) -> None:
        """Refuse a level that the program is not said to offer. Two queries.

        Raises ValidationError on `term`.
        """
        if self.term is None:
            return
        if self.term.facet.kind != FactKind.CARE:
            raise ValidationError({"term": _("“%s” is not a level of care.") % self.term})
        if not self.program.carefact_set.filter(term=self.term, answer="yes").exists():
            raise ValidationError(
                {"term": _("This program is not said to offer “%s”. Add that first.") % self.term}
            )


def hours_that_count(term: Term | None, status: OpeningStatus) -> int:
    """Return for how many hours such a statement counts; a level of care may say its own."""
    if status in BRIEF:
        return term.open_hours if term else OPEN_HOURS
    return term.wait_hours if term else WAIT_HOURS
