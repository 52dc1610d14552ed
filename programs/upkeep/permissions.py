"""Who may do what: the one place that decides. docs/upkeep.md prints the matrix; a test compares.

Pages ask `may`. Django's own checks, such as those of the admin, ask `RoleBackend`, which answers
from the same matrix.
"""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from programs.enums import Role
from programs.models import Facility, Keeper


class Action(TextChoices):
    EDIT_LISTING = "edit_listing", _("Change facts, hours, phones and openings")
    CONFIRM_LISTING = "confirm_listing", _("Confirm that a listing is still right")
    # Without review. Facility staff hand such changes in.
    EDIT_IDENTITY = "edit_identity", _("Change name, address, licence facts and ownership")
    REVIEW = "review", _("Decide on drafts and claims")
    HANDLE_CORRECTIONS = "handle_corrections", _("Handle problems that visitors report")
    VERIFY = "verify", _("Work through call sheets")
    PLAN_IMPORT = "plan_import", _("Try an import without changing anything")
    APPLY_IMPORT = "apply_import", _("Apply an import")
    UNDO_IMPORT = "undo_import", _("Undo an import")
    MERGE = "merge", _("Merge and split listings")
    SEE_HISTORY = "see_history", _("See who changed what")
    REVERT = "revert", _("Take changes back")
    EXPORT = "export", _("Export lists and load them again")
    SEE_CONFIDENTIAL_ADDRESS = "see_confidential_address", _("See and set a confidential address")
    MANAGE_USERS = "manage_users", _("Invite people and set what they may do")
    MANAGE_SOURCES = "manage_sources", _("Change sources")
    MANAGE_VOCABULARY = "manage_vocabulary", _("Change the vocabulary")
    SEE_DESK = "see_desk", _("Use the keepers' desk")


#: The lowest role that may. Facility staff: for the facilities of their organizations alone.
LOWEST_ROLE: dict[Action, Role] = {
    Action.EDIT_LISTING: Role.FACILITY_STAFF,
    Action.CONFIRM_LISTING: Role.FACILITY_STAFF,
    Action.SEE_DESK: Role.EDITOR,
    Action.EDIT_IDENTITY: Role.EDITOR,
    Action.REVIEW: Role.EDITOR,
    Action.HANDLE_CORRECTIONS: Role.EDITOR,
    Action.VERIFY: Role.EDITOR,
    Action.PLAN_IMPORT: Role.EDITOR,
    Action.MERGE: Role.EDITOR,
    Action.SEE_HISTORY: Role.EDITOR,
    Action.REVERT: Role.EDITOR,
    Action.EXPORT: Role.EDITOR,
    Action.SEE_CONFIDENTIAL_ADDRESS: Role.EDITOR,
    Action.APPLY_IMPORT: Role.ADMINISTRATOR,
    Action.UNDO_IMPORT: Role.ADMINISTRATOR,
    Action.MANAGE_SOURCES: Role.ADMINISTRATOR,
    Action.MANAGE_VOCABULARY: Role.ADMINISTRATOR,
    Action.MANAGE_USERS: Role.ADMINISTRATOR,
}

#: What Django's permissions on a table stand for: to view its rows, and to change them. A table
#: that is not named here is closed to everybody, whatever page shows it.
ADMIN_TABLES: dict[str, tuple[Action, Action]] = {
    "organization": (Action.SEE_DESK, Action.EDIT_IDENTITY),
    "facility": (Action.SEE_DESK, Action.EDIT_IDENTITY),
    "program": (Action.SEE_DESK, Action.EDIT_IDENTITY),
    "phone": (Action.SEE_DESK, Action.EDIT_LISTING),
    "carefact": (Action.SEE_DESK, Action.EDIT_LISTING),
    "medicationfact": (Action.SEE_DESK, Action.EDIT_LISTING),
    "coveragefact": (Action.SEE_DESK, Action.EDIT_LISTING),
    "featurefact": (Action.SEE_DESK, Action.EDIT_LISTING),
    "opening": (Action.SEE_DESK, Action.EDIT_LISTING),
    "confidentialaddress": (Action.SEE_CONFIDENTIAL_ADDRESS, Action.SEE_CONFIDENTIAL_ADDRESS),
    "place": (Action.SEE_DESK, Action.MANAGE_VOCABULARY),
    "facet": (Action.SEE_DESK, Action.MANAGE_VOCABULARY),
    "term": (Action.SEE_DESK, Action.MANAGE_VOCABULARY),
    "federalcode": (Action.SEE_DESK, Action.MANAGE_VOCABULARY),
    "codestatement": (Action.SEE_DESK, Action.MANAGE_VOCABULARY),
    "callsheet": (Action.VERIFY, Action.VERIFY),
    "shelflife": (Action.SEE_DESK, Action.MANAGE_VOCABULARY),
    "source": (Action.SEE_DESK, Action.MANAGE_SOURCES),
    "federalrecord": (Action.SEE_DESK, Action.APPLY_IMPORT),
    "gonelisting": (Action.VERIFY, Action.VERIFY),
    "importrun": (Action.SEE_DESK, Action.APPLY_IMPORT),
    "importitem": (Action.SEE_DESK, Action.APPLY_IMPORT),
    "duplicatepair": (Action.MERGE, Action.MERGE),
    "correction": (Action.HANDLE_CORRECTIONS, Action.HANDLE_CORRECTIONS),
    "draft": (Action.REVIEW, Action.REVIEW),
    "claim": (Action.REVIEW, Action.REVIEW),
    "changeset": (Action.SEE_HISTORY, Action.REVERT),
    "updatelink": (Action.SEE_DESK, Action.EDIT_LISTING),
    "updatelinkuse": (Action.SEE_DESK, Action.EDIT_LISTING),
    "reminder": (Action.SEE_DESK, Action.EDIT_LISTING),
    "suppressedaddress": (Action.SEE_DESK, Action.EDIT_LISTING),
    "keeper": (Action.MANAGE_USERS, Action.MANAGE_USERS),
    "membership": (Action.MANAGE_USERS, Action.MANAGE_USERS),
    "invitation": (Action.MANAGE_USERS, Action.MANAGE_USERS),
}


def role_of(user: User | AnonymousUser) -> Role:
    """Return what the user is; without an active account a visitor. At most one query a user."""
    if not user.is_active:
        return Role.VISITOR
    if user.is_superuser:
        return Role.ADMINISTRATOR
    keeper: Keeper | None = getattr(user, "keeper", None)
    return Role(keeper.role) if keeper else Role.VISITOR


def may(user: User | AnonymousUser, action: Action, facility: Facility | None = None) -> bool:
    """Return whether the user may do this to the facility; without one, to any at all.

    For facility staff a page that shows or changes a facility has to name it. One query then.
    """
    role = role_of(user)
    if role < LOWEST_ROLE[action]:
        return False
    if role > Role.FACILITY_STAFF or facility is None:
        return True
    return facilities_of(user).filter(pk=facility.pk).exists()


def facilities_of(user: User | AnonymousUser) -> QuerySet[Facility]:
    """Return the facilities whose listings the user may edit. In no order."""
    role = role_of(user)
    if role > Role.FACILITY_STAFF:
        return Facility.objects.all()
    if role == Role.FACILITY_STAFF and user.is_authenticated:
        return Facility.objects.filter(organization__memberships__keeper__user=user)
    return Facility.objects.none()


class RoleBackend(AuthenticationBackend):
    """Sign people in, and answer `user.has_perm("programs.change_facility")` from the matrix.

    Django asks without an object. Facility staff never get a yes: they have no place in the admin.
    """

    def has_perm(self, user: Any, perm: str, obj: Any = None) -> bool:
        app, _dot, codename = perm.partition(".")
        verb, _underscore, table = codename.partition("_")
        if app != "programs" or table not in ADMIN_TABLES:
            return False
        view, change = ADMIN_TABLES[table]
        return may(user, Action.SEE_DESK) and may(user, view if verb == "view" else change)

    def has_module_perms(self, user: Any, app: str) -> bool:
        return app == "programs" and may(user, Action.SEE_DESK)

    def _get_permissions(self, *args: Any) -> set[str]:
        return set()
