"""Invitations: how somebody gets an account. The link works once, for a week, until revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.enums import InvitationState, Role
from programs.models import Invitation, Keeper, Membership, Organization

VALID_DAYS = 7

#: Why a link does not work, and what to do.
CLOSED = {
    InvitationState.ACCEPTED: gettext_lazy(
        "This link was used already. Sign in with your password."
    ),
    InvitationState.REVOKED: gettext_lazy("This invitation was taken back. Ask who invited you."),
    InvitationState.EXPIRED: gettext_lazy(
        "This link has expired. Ask who invited you for a new one."
    ),
}


class InvitationError(Exception):
    """The invitation cannot be made or taken; the message says why and what to do."""


@transaction.atomic
def invite(
    email: str, role: Role, organization: Organization | None = None, by: User | None = None
) -> tuple[Invitation, str]:
    """Make an invitation in the place of any open one; return it with its link, to mail or print.

    Raises InvitationError if the address has an account, or if an organization is missing.
    """
    email = email.lower()
    check_has_no_account(email)
    if (organization is None) == (role == Role.FACILITY_STAFF):
        raise InvitationError(_("Name an organization for facility staff, and for nobody else."))
    for earlier in open_invitations().filter(email__iexact=email).select_for_update():
        revoke(earlier)
    secret, digest = new_secret()
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        organization=organization,
        invited_by=by,
        secret_sha256=digest,
        expires_at=timezone.now() + timedelta(days=VALID_DAYS),
    )
    return invitation, link(secret)


def check_has_no_account(email: str) -> None:
    """Raise InvitationError if the address has an account, be it switched off."""
    if User.objects.filter(Q(username__iexact=email) | Q(email__iexact=email)).exists():
        raise InvitationError(
            _("%(email)s has an account already: change it under Keepers.") % {"email": email}
        )


def open_invitations() -> QuerySet[Invitation]:
    """Return those neither accepted nor revoked; they may have expired. In no order."""
    return Invitation.objects.filter(accepted_at=None, revoked_at=None)


@transaction.atomic
def renew(invitation: Invitation) -> str:
    """Return a new link, for another week; the one before no longer works.

    Raises InvitationError if the invitation was accepted or revoked.
    """
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.accepted_at or locked.revoked_at:
        raise InvitationError(_("An invitation that was used or revoked is not sent again."))
    secret, locked.secret_sha256 = new_secret()
    locked.expires_at = timezone.now() + timedelta(days=VALID_DAYS)
    locked.save(update_fields=["secret_sha256", "expires_at"])
    return link(secret)


def revoke(invitation: Invitation) -> int:
    """Make the link stop working; return 1, or 0 if it was accepted or revoked already."""
    return open_invitations().filter(pk=invitation.pk).update(revoked_at=timezone.now())


def mail(invitation: Invitation, to_open: str) -> None:
    """Send the link. Raises OSError if the mail server does not take it."""
    context = {"invitation": invitation, "link": to_open, "days": VALID_DAYS}
    body = render_to_string("programs/mail/invitation.txt", context)
    send_mail(_("Your account at the Treatment Directory"), body, None, [invitation.email])
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())


def find(secret: str, now: datetime) -> Invitation:
    """Return the open invitation that a link is of. Raises InvitationError if there is none."""
    return _open_one(secret, now, lock=False)


def _open_one(secret: str, now: datetime, *, lock: bool) -> Invitation:
    invitations = Invitation.objects.select_related("organization")
    if lock:
        invitations = invitations.select_for_update(of=("self",))
    invitation = invitations.filter(secret_sha256=digest_of(secret)).first()
    if invitation is None:
        raise InvitationError(_("This link is not one of ours. Open it from the mail again."))
    state = invitation.state(now)
    if state != InvitationState.OPEN:
        raise InvitationError(str(CLOSED[state]))
    return invitation


@transaction.atomic
def accept(secret: str, password: str) -> User:
    """Make the account that an invitation promises, once. The password has been validated.

    Raises InvitationError if the link does not work (any more), or the address has an account.
    """
    invitation = _open_one(secret, timezone.now(), lock=True)
    check_has_no_account(invitation.email)
    user = User.objects.create_user(invitation.email, invitation.email, password)
    # They opened the mail: the address is theirs.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    keeper = Keeper.objects.create(user=user, role=invitation.role)
    if invitation.organization:
        Membership.objects.create(keeper=keeper, organization=invitation.organization)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return user


def new_secret() -> tuple[str, str]:
    """Return a secret and its digest."""
    secret = secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def link(secret: str) -> str:
    """Return where the invitation is accepted. The secret is in the query: those are not logged."""
    return f"{settings.SITE_URL}{reverse('programs:invitation')}?{urlencode({'key': secret})}"
