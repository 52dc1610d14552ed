"""Claims: how they come in, what an editor sees of them, and what a decision does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from programs.enums import ChangeKind, ClaimState, Role
from programs.models import (
    Claim,
    Facility,
    Invitation,
    Keeper,
    Membership,
    Organization,
    change_set,
)
from programs.models.claim import DECIDED_LIFE
from programs.models.correction import token_hash
from programs.upkeep import invitations
from programs.upkeep.corrections import count_report
from programs.upkeep.editing import lock_listing
from programs.upkeep.permissions import role_of


class ClaimError(Exception):
    """The claim cannot be approved; the message says why and what to do."""


class ClaimDecidedError(Exception):
    """Somebody decided the claim before; `claim` says how."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim)
        self.claim = claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a claimant says."""

    facility_id: int
    name: str
    email: str
    job: str
    evidence: str


@transaction.atomic
def receive(claimed: Claimed, *, token: str, network: str, now: datetime) -> None:
    """Store a claim under the secret of its link; the same form sent twice is one claim.

    Raises TooManyReports: claims count among the reports that a network sends in a day.
    """
    forget_claims(now)
    _claim, is_new = Claim.objects.get_or_create(
        token_hash=token_hash(token), defaults={**asdict(claimed), "received_at": now}
    )
    if is_new:
        count_report(network, now)


def forget_claims(now: datetime) -> int:
    """Delete the claims that were decided a while ago; their links lead nowhere then.

    Return how many.
    """
    _rows, deleted = Claim.objects.filter(decided_at__lte=now - DECIDED_LIFE).delete()
    return deleted.get(Claim._meta.label, 0)


def claimed_with(token: str) -> Claim | None:
    """Return the claim that a link's secret belongs to, with its facility."""
    claims = Claim.objects.select_related("facility")
    return claims.filter(token_hash=token_hash(token)).first()


def shares_domain(claim: Claim) -> bool | None:
    """Return whether the e-mail is of the facility's web site; None where it has none.

    A hint, no proof: anybody may write any address. The invitation goes to that address.
    """
    website = claim.facility.website
    organization = claim.facility.organization
    host = urlsplit(website or (organization.website if organization else "")).hostname
    if not host:
        return None
    domain = claim.email.rpartition("@")[2].lower()
    return host == domain or host.endswith(f".{domain}")


def opens(claim: Claim) -> QuerySet[Facility]:
    """Return the facilities that approving the claim would let the claimant keep. In no order."""
    if claim.facility.organization_id:
        return Facility.objects.filter(organization=claim.facility.organization_id)
    return Facility.objects.filter(pk=claim.facility_id)


@transaction.atomic
def approve(
    claim_id: int, *, organization_name: str, user: User, now: datetime
) -> tuple[Invitation, str] | None:
    """Let the claimant keep the facilities of its organization, which is made if it has none.

    Return the invitation to mail with its link; None where the address has an account, which is
    facility staff's. Raises ClaimError or ClaimDecidedError.
    """
    claim = _waiting(claim_id)
    organization = _organization(claim, organization_name, user)
    claim.state, claim.decided_at, claim.decided_by = ClaimState.APPROVED, now, user
    claim.save()
    account = User.objects.filter(
        Q(username__iexact=claim.email) | Q(email__iexact=claim.email)
    ).first()
    if account is None:
        return invitations.invite(claim.email, Role.FACILITY_STAFF, organization, user)
    if role_of(account) != Role.FACILITY_STAFF:
        raise ClaimError(_("This address has an account that is not facility staff's."))
    keeper = Keeper.objects.get(user=account)
    Membership.objects.get_or_create(keeper=keeper, organization=organization)
    return None


def _organization(claim: Claim, name: str, user: User) -> Organization:
    """Return who runs the facility; a new organization of this name where nobody is known to."""
    lock_listing(claim.facility_id)
    facility = Facility.objects.select_related("organization").get(pk=claim.facility_id)
    if facility.organization:
        return facility.organization
    if not name:
        raise ClaimError(_("Name the organization that runs the facility."))
    with change_set(user, kind=ChangeKind.REVIEW, claim=claim.pk, facility=facility.pk):
        facility.organization = Organization.objects.create(name=name)
        facility.save(update_fields=["organization"])
    return facility.organization


@transaction.atomic
def reject(claim_id: int, note: str, *, user: User, now: datetime) -> Claim:
    """Reject a claim with a note. Raises ClaimDecidedError."""
    claim = _waiting(claim_id)
    claim.state, claim.note = ClaimState.REJECTED, note
    claim.decided_at, claim.decided_by = now, user
    claim.save()
    return claim


def _waiting(claim_id: int) -> Claim:
    claims = Claim.objects.select_for_update(of=("self",)).select_related("facility")
    claim = claims.get(pk=claim_id)
    if claim.state != ClaimState.NEW:
        raise ClaimDecidedError(claim)
    return claim


def mail_decision(claim: Claim, invited: tuple[Invitation, str] | None) -> None:
    """Tell the claimant. Raises OSError if the mail server does not take it."""
    if invited:
        invitations.mail(*invited)
        return
    body = render_to_string("programs/mail/claim_decided.txt", {"claim": claim})
    subject = _("Your claim: %s") % claim.get_state_display()
    send_mail(subject, body, None, [claim.email])
