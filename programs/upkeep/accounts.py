"""What administrators do with accounts: roles, switching off, second factors, locks."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.enums import Role
from programs.models import Keeper
from programs.upkeep.permissions import role_of


class AccountError(Exception):
    """The account may not be changed so; the message says why."""


def check_change(keeper: Keeper, *, role: Role, is_active: bool, by: User) -> None:
    """Raise AccountError unless `by` may give the keeper this role, and switch it on or off so.

    Nobody changes themselves. So whoever changes others stays an administrator, and the last one
    cannot be removed. Locks both until the transaction ends, lest two remove each other.
    """
    now = {one.user_id: one for one in _locked(keeper.user_id, by.pk)}
    before = now[keeper.user_id]
    if (role, is_active) == (before.role, before.user.is_active):
        return
    if keeper.user_id == by.pk:
        raise AccountError(_("Another administrator has to change your own role or account."))
    if by.pk not in now or role_of(now[by.pk].user) != Role.ADMINISTRATOR:
        raise AccountError(_("You are no longer an administrator."))


def _locked(*user_ids: int) -> list[Keeper]:
    """Return the keepers of these accounts, locked, with their accounts as they are by then."""
    keepers = Keeper.objects.select_for_update().filter(user__in=user_ids).order_by("pk")
    list(keepers)
    return list(keepers.select_related("user").select_for_update(of=("self", "user")))


@transaction.atomic
def change_account(keeper: Keeper, *, role: Role, is_active: bool, by: User) -> None:
    """Give the keeper this role, and switch the account on or off.

    Raises AccountError; see `check_change`.
    """
    check_change(keeper, role=role, is_active=is_active, by=by)
    Keeper.objects.filter(pk=keeper.pk).update(role=role)
    # Of Django's own mark nothing is left that could outlive the role.
    is_superuser = keeper.user.is_superuser and role == Role.ADMINISTRATOR
    User.objects.filter(pk=keeper.user_id).update(is_active=is_active, is_superuser=is_superuser)
    if not is_active:
        end_sessions(keeper.user)


@transaction.atomic
def reset_second_factor(user: User) -> None:
    """Forget the second factor of one who lost it, and sign them out everywhere."""
    Authenticator.objects.filter(user_id=user.pk).delete()
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Sign somebody out everywhere. Only keepers have sessions: there are few to look through."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).order_by("pk"):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def password_lock_key(email: str) -> str:
    """Name the count of wrong passwords of an account."""
    return f"password:{email.casefold()}"


def lock_keys(user: User) -> list[str]:
    """Name all that can lock an account: wrong passwords, and (as allauth does) wrong codes."""
    return [password_lock_key(user.email), f"mfa-auth-user-{user.pk}"]
