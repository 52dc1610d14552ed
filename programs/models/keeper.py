"""Who keeps the listings: people with an account, and those who were asked to be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from programs.enums import InvitationState, Role
from programs.models.organization import Organization

#: A visitor has no account.
KEEPER_ROLES = [(role.value, role.label) for role in Role if role != Role.VISITOR]


class Keeper(models.Model):
    """A person with an account. What the role lets them do is in `upkeep.permissions`."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="keeper",
        verbose_name=_("account"),
    )
    role = models.PositiveSmallIntegerField(_("role"), choices=KEEPER_ROLES)
    organizations = models.ManyToManyField(
        Organization,
        through="Membership",
        related_name="keepers",
        verbose_name=_("organizations"),
    )

    class Meta:
        verbose_name = _("keeper")
        verbose_name_plural = _("keepers")
        constraints = [
            models.CheckConstraint(
                name="keeper_role_is_known",
                condition=Q(role__in=[value for value, label in KEEPER_ROLES]),
            ),
        ]

    def __str__(self) -> str:
        """Return the name to print; the account must be at hand (select_related)."""
        return self.user.get_full_name() or self.user.get_username()


class Membership(models.Model):
    """Somebody works for an organization: as facility staff they may keep its facilities."""

    keeper = models.ForeignKey(
        Keeper, models.CASCADE, related_name="memberships", verbose_name=_("keeper")
    )
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("organization"),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["keeper", "organization"], name="membership_is_stated_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.keeper}, {self.organization}"


class Invitation(models.Model):
    """A link, sent by mail, that lets one person make an account, once.

    Only a digest of the link's secret is kept: who reads the table cannot use the link.
    """

    # As long as the name of an account, which it becomes.
    email = models.EmailField(_("email address"), max_length=150)
    role = models.PositiveSmallIntegerField(_("role"), choices=KEEPER_ROLES)
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="invitations",
        verbose_name=_("organization"),
        null=True,
        blank=True,
    )
    secret_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="invitations_sent",
        verbose_name=_("invited by"),
        # Nobody, for the first administrator of a site.
        null=True,
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    # When the mail server took it. Empty: it did not.
    sent_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                name="invitation_names_the_organization_of_staff",
                condition=Q(role=Role.FACILITY_STAFF, organization__isnull=False)
                | Q(role__in=[Role.EDITOR, Role.ADMINISTRATOR], organization__isnull=True),
                violation_error_message=_(
                    "Facility staff need an organization; editors and administrators have none."
                ),
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_is_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def state(self, now: datetime) -> InvitationState:
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        return InvitationState.OPEN if now < self.expires_at else InvitationState.EXPIRED


@receiver(post_save, sender=User)
def make_superusers_administrators(
    sender: type[User], instance: User, raw: bool, **kwargs: Any
) -> None:
    """See that who was made by `createsuperuser` is listed among the keepers."""
    if instance.is_superuser and not raw:
        Keeper.objects.get_or_create(user=instance, defaults={"role": Role.ADMINISTRATOR})
