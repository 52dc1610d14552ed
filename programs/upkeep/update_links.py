"""One-tap links: how they are made, found again by what is in the address, and taken back.

The secret is a signature of the link's number. So every mail can carry the same link though the
table holds nothing that opens it; what it opens, and until when, the row decides at each use. A
change of SECRET_KEY ends all links, unless the old key is among SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse

from programs.enums import LinkState
from programs.models import Facility, Keeper, UpdateLink
from programs.upkeep.permissions import Action, may

VALID_FOR = timedelta(days=90)


class ClosedLinkError(Exception):
    """The link opens nothing (any more); `state` says why."""

    def __init__(self, state: LinkState) -> None:
        super().__init__(state.label)
        self.state = state


def make_link(
    facility: Facility, name: str, email: str, *, keeper: Keeper | None = None, now: datetime
) -> UpdateLink:
    return UpdateLink.objects.create(
        facility=facility,
        name=name,
        email=email.lower(),
        keeper=keeper,
        created_at=now,
        expires_at=now + VALID_FOR,
    )


def make_again(link: UpdateLink, now: datetime) -> UpdateLink:
    """Return a link of the same person for the same facility, with its time before it."""
    return make_link(link.facility, link.name, link.email, keeper=link.keeper, now=now)


def _signer() -> signing.Signer:
    # Made at each use: it reads the keys when it is made.
    return signing.Signer(salt="programs.update_link", sep=".")


def token_of(link: UpdateLink) -> str:
    """Return what stands for the link in an address. Never write it to a log or a table."""
    return _signer().sign(str(link.pk))


def address_of(link: UpdateLink) -> str:
    return f"{settings.SITE_URL}{reverse('programs:update', args=[token_of(link)])}"


def find(token: str, now: datetime, *, lock: bool = False) -> UpdateLink:
    """Return the link of a token, with its facility. Raises ClosedLinkError unless it works.

    With `lock` nobody can revoke it before the transaction ends.
    """
    try:
        link_id = int(_signer().unsign(token))
    except (signing.BadSignature, ValueError):
        raise ClosedLinkError(LinkState.STRANGE) from None
    links = UpdateLink.objects.select_related("facility", "keeper__user")
    if lock:
        links = links.select_for_update(of=("self",))
    link = links.filter(pk=link_id).first()
    if link is None:
        raise ClosedLinkError(LinkState.STRANGE)
    if (state := state_of(link, now)) != LinkState.OPEN:
        raise ClosedLinkError(state)
    return link


def state_of(link: UpdateLink, now: datetime) -> LinkState:
    """Return whether it works; the one of an account no longer than the account may edit.

    Of such a one at most three queries.
    """
    if link.keeper and not may(link.keeper.user, Action.EDIT_LISTING, link.facility):
        return LinkState.REVOKED
    return link.state(now)


def revoke(link: UpdateLink, now: datetime) -> int:
    """Make all links of this person for this facility stop, so that none is sent again.

    Return how many.
    """
    own = UpdateLink.objects.filter(facility=link.facility_id, email__iexact=link.email)
    return own.filter(revoked_at=None).update(revoked_at=now)


def standing_links(email: str = "") -> QuerySet[UpdateLink]:
    """Return the latest link of each person for each facility, of one address or of all.

    Without those that were revoked. They may have expired. In no order.
    """
    wanted = Q(email__iexact=email) if email else Q()
    latest = (
        UpdateLink.objects.filter(wanted)
        .order_by("facility_id", "email", "-created_at", "-id")
        .distinct("facility_id", "email")
        .values("pk")
    )
    links = UpdateLink.objects.filter(pk__in=latest, revoked_at=None)
    return links.select_related("facility", "keeper__user")
