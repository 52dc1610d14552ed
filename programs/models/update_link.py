"""One-tap links: who may say with one, for which facility and until when, and what they said."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from programs.enums import LinkState, LinkUseKind
from programs.models.facility import Facility
from programs.models.keeper import Keeper
from programs.models.program import Program
from programs.models.vocabulary import Term


class UpdateLink(models.Model):
    """One person's link for one facility. Its secret is a signature of its number, not kept.

    `upkeep.update_links` makes it and finds it again.
    """

    facility = models.ForeignKey(
        Facility, models.CASCADE, related_name="update_links", verbose_name=_("facility")
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email address"))
    # An account of facility staff: the link ends with what they may do.
    keeper = models.ForeignKey(
        Keeper,
        models.CASCADE,
        related_name="update_links",
        verbose_name=_("account"),
        null=True,
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("made"), editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("one-tap link")
        verbose_name_plural = _("one-tap links")
        indexes = [models.Index(Lower("email"), name="update_link_of_address")]
        constraints = [
            models.CheckConstraint(
                name="update_link_expires_after_it_was_made",
                condition=Q(expires_at__gt=F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    def state(self, now: datetime) -> LinkState:
        """Return whether it works, the account of its person left aside."""
        if self.revoked_at:
            return LinkState.REVOKED
        return LinkState.OPEN if now < self.expires_at else LinkState.EXPIRED


class UpdateLinkUse(models.Model):
    """One thing that was done with a link. For editors; nobody else sees it."""

    link = models.ForeignKey(
        UpdateLink, models.CASCADE, related_name="uses", verbose_name=_("link")
    )
    used_at = models.DateTimeField(_("when"))
    kind = models.CharField(_("what"), max_length=9, choices=LinkUseKind)
    program = models.ForeignKey(
        Program, models.SET_NULL, verbose_name=_("program"), null=True, blank=True
    )
    term = models.ForeignKey(
        Term, models.SET_NULL, verbose_name=_("level of care"), null=True, blank=True
    )
    said = models.CharField(_("said"), max_length=120, blank=True)
    # The opening that a tap replaced, column by column, to take the tap back; null: there was none.
    before = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = _("use of a one-tap link")
        verbose_name_plural = _("uses of one-tap links")
        constraints = [
            models.CheckConstraint(
                name="update_link_use_kind_is_known", condition=Q(kind__in=LinkUseKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
