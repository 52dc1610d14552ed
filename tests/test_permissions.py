"""Who may do what: roles, what is theirs, and Django's own questions, all from one matrix."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse
from django.urls import reverse

from programs.enums import Role
from programs.models import Invitation, Keeper
from programs.upkeep.permissions import (
    ADMIN_TABLES,
    LOWEST_ROLE,
    Action,
    facilities_of,
    may,
    role_of,
)
from programs.views.keepers import requires
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    OrganizationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

OF_STAFF = {Action.EDIT_LISTING, Action.CONFIRM_LISTING}
OF_ADMINISTRATORS = {
    Action.APPLY_IMPORT,
    Action.UNDO_IMPORT,
    Action.MANAGE_SOURCES,
    Action.MANAGE_VOCABULARY,
    Action.MANAGE_USERS,
}


def user_who_is(role: Role) -> User:
    if role == Role.VISITOR:
        return UserFactory.create()
    if role == Role.FACILITY_STAFF:
        return MembershipFactory.create().keeper.user
    return KeeperFactory.create(role=role).user


def test_every_action_has_its_lowest_role():
    assert set(LOWEST_ROLE) == set(Action)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VISITOR, set()),
        (Role.FACILITY_STAFF, OF_STAFF),
        (Role.EDITOR, set(Action) - OF_ADMINISTRATORS),
        (Role.ADMINISTRATOR, set(Action)),
    ],
)
def test_a_role_may_do_what_the_matrix_says(role, allowed):
    user = user_who_is(role)
    assert role_of(user) == role
    assert {action for action in Action if may(user, action)} == allowed


def test_who_is_not_signed_in_is_a_visitor():
    assert role_of(AnonymousUser()) == Role.VISITOR


def test_a_superuser_is_an_administrator_and_listed_as_one():
    user = User.objects.create_superuser("root")
    assert role_of(user) == Role.ADMINISTRATOR
    assert Keeper.objects.get(user=user).role == Role.ADMINISTRATOR


@pytest.mark.parametrize("role", Role)
def test_an_account_that_is_switched_off_is_a_visitor(role):
    user = user_who_is(role)
    user.is_active = False
    assert role_of(user) == Role.VISITOR


def test_staff_may_edit_the_facilities_of_their_organizations_alone():
    membership = MembershipFactory.create()
    user = membership.keeper.user
    second = MembershipFactory.create(keeper=membership.keeper).organization
    theirs = [
        FacilityFactory.create(organization=organization)
        for organization in (membership.organization, membership.organization, second)
    ]
    others = [
        FacilityFactory.create(organization=OrganizationFactory.create()),
        FacilityFactory.create(organization=None),
    ]
    assert set(facilities_of(user)) == set(theirs)
    assert [may(user, Action.EDIT_LISTING, facility) for facility in theirs] == [True] * 3
    assert [may(user, Action.EDIT_LISTING, facility) for facility in others] == [False] * 2
    assert not may(user, Action.EDIT_IDENTITY, theirs[0])


def test_editors_may_edit_every_facility():
    facility = FacilityFactory.create()
    user = user_who_is(Role.EDITOR)
    assert list(facilities_of(user)) == [facility]
    assert may(user, Action.EDIT_LISTING, facility)


def test_a_visitor_may_edit_no_facility():
    FacilityFactory.create()
    assert list(facilities_of(AnonymousUser())) == []
    assert list(facilities_of(user_who_is(Role.VISITOR))) == []


def test_to_ask_for_a_role_takes_one_query(django_assert_num_queries):
    user = User.objects.get(pk=user_who_is(Role.EDITOR).pk)
    with django_assert_num_queries(1):
        assert may(user, Action.REVIEW)
        assert may(user, Action.EDIT_LISTING, FacilityFactory.build())


def test_the_docs_print_the_matrix():
    text = (settings.BASE_DIR / "docs/upkeep.md").read_text()
    section = text.split("## Who may do what")[1].split("\n\n|", 1)[1].split("\n\n")[0]
    printed = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.split("\n")
    ]
    expected = [
        [
            str(action.label),
            "their own" if lowest <= Role.FACILITY_STAFF else "",
            "yes" if lowest <= Role.EDITOR else "",
            "yes",
        ]
        for action, lowest in LOWEST_ROLE.items()
    ]
    assert printed[2:] == expected


# Django's own questions.


def test_every_table_in_the_admin_is_in_the_matrix():
    ours = {
        name
        for model, of in admin.site._registry.items()
        for name in [
            model._meta.model_name,
            *(inline.model._meta.model_name for inline in of.inlines),
        ]
        if model._meta.app_label == "programs"
    }
    assert ours - set(ADMIN_TABLES) == set()


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VISITOR, set()),
        (Role.FACILITY_STAFF, set()),
        (Role.EDITOR, {"view_facility", "change_facility", "add_phone", "view_source"}),
        (
            Role.ADMINISTRATOR,
            {
                "view_facility",
                "change_facility",
                "add_phone",
                "view_source",
                "change_source",
                "add_term",
                "delete_invitation",
                "view_keeper",
            },
        ),
    ],
)
def test_django_is_answered_from_the_matrix(role, allowed):
    asked = {
        "view_facility", "change_facility", "add_phone", "view_source", "change_source",
        "add_term", "delete_invitation", "view_keeper", "view_searchrow",
    }  # fmt: skip
    user = user_who_is(role)
    assert {name for name in asked if user.has_perm(f"programs.{name}")} == allowed


def test_permissions_in_the_tables_of_django_count_for_nothing():
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    assert not user.has_perm("programs.change_facility")
    assert user.get_all_permissions() == set()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.VISITOR, 302),
        (Role.FACILITY_STAFF, 302),
        (Role.EDITOR, 200),
        (Role.ADMINISTRATOR, 200),
    ],
)
def test_the_desk_is_open_to_editors_and_administrators(client, role, status):
    client.force_login(user_who_is(role))
    assert client.get(reverse("admin:index")).status_code == status


# The gate of a page.


@requires(Action.EDIT_LISTING)
def page(request):
    return HttpResponse("in")


def request_of(rf, user):
    request = rf.get("/")
    request.user = user
    request.session = {"signed_in_at": time.time(), "seen_at": time.time()}
    return request


def test_a_page_asks_who_is_not_signed_in_to_do_so(rf):
    request = rf.get("/somewhere/?x=1")
    request.user = AnonymousUser()
    response = page(request)
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/somewhere/%3Fx%3D1")


def test_a_page_is_closed_to_who_may_not(rf):
    with pytest.raises(PermissionDenied):
        page(request_of(rf, user_who_is(Role.VISITOR)))


def test_a_page_is_open_to_who_may_and_kept_by_no_cache(rf):
    response = page(request_of(rf, user_who_is(Role.FACILITY_STAFF)))
    assert response.content == b"in"
    assert "no-store" in response["Cache-Control"]


# What the tables refuse.


def test_a_membership_is_stated_once():
    membership = MembershipFactory.create()
    with pytest.raises(IntegrityError):
        MembershipFactory.create(keeper=membership.keeper, organization=membership.organization)


@pytest.mark.parametrize("role", [Role.VISITOR, 4])
def test_a_keeper_has_a_role_that_is_known(role):
    with pytest.raises(IntegrityError):
        KeeperFactory.create(role=role)


@pytest.mark.parametrize(("role", "names_one"), [(Role.FACILITY_STAFF, False), (Role.EDITOR, True)])
def test_an_invitation_of_staff_names_their_organization_and_no_other_does(role, names_one):
    organization = OrganizationFactory.create() if names_one else None
    with pytest.raises(IntegrityError):
        Invitation.objects.create(
            email="a@example.org",
            role=role,
            organization=organization,
            expires_at="2026-01-01T00:00Z",
        )
