"""Invitations: a link by mail that makes one account, once; and the accounts that come of it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from programs.enums import InvitationState, Role
from programs.models import Invitation, Keeper
from programs.upkeep import invitations
from programs.upkeep.accounts import AccountError, change_account
from programs.upkeep.invitations import InvitationError, invite
from tests.factories import KeeperFactory, MembershipFactory, OrganizationFactory, UserFactory
from tests.pages import page_of

pytestmark = pytest.mark.django_db

CHOSEN = {"new_password1": "seven quiet kettles", "new_password2": "seven quiet kettles"}
ADD = reverse("admin:programs_invitation_add")
INVITATIONS = reverse("admin:programs_invitation_changelist")
KEEPERS = reverse("admin:programs_keeper_changelist")


@pytest.fixture
def administrator() -> Client:
    return client_of(KeeperFactory.create(role=Role.ADMINISTRATOR).user)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def path_of(text: str) -> str:
    [path] = re.findall(r"/account/invitation/\?key=[\w-]+", text)
    return str(path)


def act(client: Client, address: str, action: str, *chosen: Any) -> str:
    """Take an action of an admin list; return what the page then says."""
    data = {"action": action, "_selected_action": [row.pk for row in chosen]}
    return page_of(client.post(address, data, follow=True)).get_text()


# From the admin to the account.


def test_an_administrator_invites_facility_staff_by_mail(
    administrator, client, django_capture_on_commit_callbacks
):
    organization = OrganizationFactory.create(name="Quiet Kettle")
    data: dict[str, Any] = {
        "email": "Ann@Example.org",
        "role": Role.FACILITY_STAFF.value,
        "organization": organization.pk,
    }
    with (
        override_settings(SITE_URL="https://directory.example"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert administrator.post(ADD, data).status_code == 302
    [message] = mail.outbox
    assert message.to == ["ann@example.org"]
    assert "https://directory.example/account/invitation/?key=" in message.body
    assert "Quiet Kettle" in message.body
    path = path_of(str(message.body))
    assert client.get(path).status_code == 200
    response = client.post(path, CHOSEN)
    assert response["Location"] == reverse("mfa_activate_totp")
    user = User.objects.get(username="ann@example.org")
    assert user.check_password(CHOSEN["new_password1"])
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert user.keeper.role == Role.FACILITY_STAFF
    assert list(user.keeper.organizations.all()) == [organization]
    assert EmailAddress.objects.get(user=user).verified
    # Signed in, and not asked for the password again.
    assert client.get(response["Location"]).status_code == 200
    invitation = Invitation.objects.get()
    assert invitation.state(timezone.now()) == InvitationState.ACCEPTED
    assert invitation.sent_at is not None


def test_opening_a_link_changes_nothing(client):
    invitation, link = invite("ann@example.org", Role.EDITOR)
    before = Invitation.objects.values().get()
    for _time in range(3):
        assert client.get(path_of(link)).status_code == 200
        assert client.head(path_of(link)).status_code == 200
    assert Invitation.objects.values().get() == before
    assert User.objects.count() == 0
    assert invitation.secret_sha256 not in link


def test_the_link_works_once(client):
    link = path_of(invite("ann@example.org", Role.EDITOR)[1])
    assert client.post(link, CHOSEN).status_code == 302
    for again in (Client().get(link), Client().post(link, CHOSEN)):
        assert again.status_code == 410
        assert "used already" in page_of(again).get_text()
    assert User.objects.count() == 1


def close(invitation: Invitation, how: InvitationState) -> None:
    if how == InvitationState.REVOKED:
        invitations.revoke(invitation)
    elif how == InvitationState.EXPIRED:
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (InvitationState.REVOKED, "This invitation was taken back."),
        (InvitationState.EXPIRED, "This link has expired."),
    ],
)
def test_a_closed_link_says_why_and_changes_nothing(client, how, says):
    invitation, link = invite("ann@example.org", Role.EDITOR)
    close(invitation, how)
    for response in (client.get(path_of(link)), client.post(path_of(link), CHOSEN)):
        assert response.status_code == 410
        assert says in page_of(response).get_text()
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "query", ["", "?key=", "?key=forged", "?key=%00", "?key=\xe9", "?key=a&key=b"]
)
def test_a_forged_link_is_refused(client, query):
    invite("ann@example.org", Role.EDITOR)
    response = client.post(f"/account/invitation/{query}", CHOSEN)
    assert response.status_code == 410
    assert "not one of ours" in page_of(response).get_text()
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("first", "second", "error"),
    [
        ("short", "short", "too short"),
        ("seven quiet kettles", "seven quiet kettle", "match"),
        ("ann@example.org", "ann@example.org", "too similar"),
        ("", "", "required"),
    ],
)
def test_a_bad_password_is_refused_and_the_link_still_works(client, first, second, error):
    link = path_of(invite("ann@example.org", Role.EDITOR)[1])
    response = client.post(link, {"new_password1": first, "new_password2": second})
    assert response.status_code == 400
    assert error in page_of(response).get_text()
    assert User.objects.count() == 0
    assert client.post(link, CHOSEN).status_code == 302


def test_an_address_with_an_account_is_not_invited(administrator):
    UserFactory.create(username="ann@example.org", is_active=False)
    response = administrator.post(ADD, {"email": "ANN@example.org", "role": Role.EDITOR.value})
    assert response.context["adminform"].form.errors == {
        "email": ["ann@example.org has an account already: change it under Keepers."]
    }


def test_an_account_that_was_made_meanwhile_is_not_taken_over(client):
    link = path_of(invite("ann@example.org", Role.ADMINISTRATOR)[1])
    UserFactory.create(username="ann@example.org")
    assert client.post(link, CHOSEN).status_code == 410
    assert Keeper.objects.count() == 0


@pytest.mark.parametrize(("role", "names_one"), [(Role.FACILITY_STAFF, False), (Role.EDITOR, True)])
def test_staff_are_invited_for_an_organization_and_others_for_none(administrator, role, names_one):
    organization = OrganizationFactory.create()
    data: dict[str, Any] = {"email": "ann@example.org", "role": role.value}
    if names_one:
        data["organization"] = organization.pk
    response = administrator.post(ADD, data)
    said = "Facility staff need an organization; editors and administrators have none."
    assert response.context["adminform"].form.errors == {"__all__": [said]}
    with pytest.raises(InvitationError):
        invite("ann@example.org", role, organization if names_one else None)


def test_inviting_an_address_again_makes_the_first_link_stop(administrator, client):
    first = path_of(invite("ann@example.org", Role.EDITOR)[1])
    data = {"email": "Ann@example.org", "role": Role.ADMINISTRATOR.value}
    assert administrator.post(ADD, data).status_code == 302
    assert client.get(first).status_code == 410
    assert invitations.open_invitations().get().role == Role.ADMINISTRATOR


def test_sending_again_makes_the_first_link_stop(administrator, client):
    invitation, first = invite("ann@example.org", Role.EDITOR)
    act(administrator, INVITATIONS, "send_again", invitation)
    second = path_of(str(mail.outbox[0].body))
    assert client.get(path_of(first)).status_code == 410
    assert client.get(second).status_code == 200


def test_an_invitation_can_be_revoked_and_is_then_not_sent(administrator, client):
    invitation, link = invite("ann@example.org", Role.EDITOR)
    assert "1 invitation revoked." in act(administrator, INVITATIONS, "revoke", invitation)
    assert "0 invitations revoked." in act(administrator, INVITATIONS, "revoke", invitation)
    assert "not sent again" in act(administrator, INVITATIONS, "send_again", invitation)
    assert client.get(path_of(link)).status_code == 410
    assert mail.outbox == []


def test_the_desk_says_to_whom_the_mail_went_and_where_it_is_without_a_mail_server(
    administrator, tmp_path
):
    invitation, _link = invite("ann@example.org", Role.EDITOR)
    said = act(administrator, INVITATIONS, "send_again", invitation)
    assert "A mail with the link went to ann@example.org." in said
    assert "No mail server" not in said
    backend = "django.core.mail.backends.filebased.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH=str(tmp_path)):
        said = act(administrator, INVITATIONS, "send_again", invitation)
    assert f"No mail server is set: the mail is a file in {tmp_path}." in said
    assert len(list(tmp_path.iterdir())) == 1


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1)
def test_a_mail_server_that_is_down_is_told_and_the_invitation_stays(administrator):
    invitation, _link = invite("ann@example.org", Role.EDITOR)
    assert "could not be sent" in act(administrator, INVITATIONS, "send_again", invitation)
    invitation.refresh_from_db()
    assert invitation.sent_at is None
    assert invitation.state(timezone.now()) == InvitationState.OPEN


# The first administrator.


def test_the_command_prints_the_link_of_the_first_administrator(client):
    out = StringIO()
    call_command("invite", "root@example.org", "--role", "administrator", stdout=out)
    client.post(path_of(out.getvalue()), CHOSEN)
    assert Keeper.objects.get(user__username="root@example.org").role == Role.ADMINISTRATOR


@pytest.mark.parametrize("email", ["no address", "ann@example.org"])
def test_the_command_says_what_is_wrong_with_an_address(email):
    UserFactory.create(username="ann@example.org")
    with pytest.raises(CommandError, match=email):
        call_command("invite", email, stdout=StringIO())


def test_a_second_command_replaces_the_first_link(client):
    links = []
    for _time in range(2):
        out = StringIO()
        call_command("invite", "root@example.org", stdout=out)
        links.append(path_of(out.getvalue()))
    assert [client.get(link).status_code for link in links] == [410, 200]


# Accounts.


def change_page(keeper: Keeper) -> str:
    return reverse("admin:programs_keeper_change", args=[keeper.pk])


def change(client: Client, keeper: Keeper, role: Role, is_active: bool = True) -> dict[str, Any]:
    data: dict[str, Any] = {
        "role": role.value, "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    }  # fmt: skip
    if is_active:
        data["is_active"] = "on"
    response = client.post(change_page(keeper), data)
    return {} if response.status_code == 302 else dict(response.context["adminform"].form.errors)


def test_an_administrator_changes_the_role_of_another(administrator):
    keeper = KeeperFactory.create(role=Role.EDITOR)
    assert change(administrator, keeper, Role.ADMINISTRATOR) == {}
    keeper.refresh_from_db()
    assert keeper.role == Role.ADMINISTRATOR


def test_an_account_that_is_switched_off_is_signed_out_at_once(administrator):
    keeper = KeeperFactory.create(role=Role.EDITOR)
    theirs = client_of(keeper.user)
    assert change(administrator, keeper, Role.EDITOR, is_active=False) == {}
    assert theirs.get("/account/").status_code == 302


def test_a_superuser_who_becomes_an_editor_is_one(administrator):
    user = User.objects.create_superuser("root")
    assert change(administrator, user.keeper, Role.EDITOR) == {}
    user = User.objects.get(pk=user.pk)
    assert not user.has_perm("programs.change_source")


@pytest.mark.parametrize(("role", "is_active"), [(Role.EDITOR, True), (Role.ADMINISTRATOR, False)])
def test_nobody_changes_themselves_so_the_last_administrator_stays(role, is_active):
    keeper = KeeperFactory.create(role=Role.ADMINISTRATOR)
    said = "Another administrator has to change your own role or account."
    errors = change(client_of(keeper.user), keeper, role, is_active)
    assert errors == {"__all__": [said]}
    keeper = Keeper.objects.select_related("user").get(pk=keeper.pk)
    assert (keeper.role, keeper.user.is_active) == (Role.ADMINISTRATOR, True)


def test_of_two_administrators_who_remove_each_other_one_stays():
    first, second = KeeperFactory.create_batch(2, role=Role.ADMINISTRATOR)
    change_account(second, role=Role.EDITOR, is_active=True, by=first.user)
    with pytest.raises(AccountError, match="no longer an administrator"):
        change_account(first, role=Role.EDITOR, is_active=True, by=second.user)


def test_an_editor_cannot_lift_anybody(administrator):
    editor = KeeperFactory.create(role=Role.EDITOR)
    client = client_of(editor.user)
    assert client.post(change_page(editor), {"role": 3, "is_active": "on"}).status_code == 403
    assert client.post(ADD, {"email": "a@example.org", "role": 3}).status_code == 403
    with pytest.raises(AccountError):
        change_account(
            KeeperFactory.create(), role=Role.ADMINISTRATOR, is_active=True, by=editor.user
        )


def test_keepers_are_switched_off_not_deleted_and_come_by_invitation(administrator):
    keeper = KeeperFactory.create()
    address = reverse("admin:programs_keeper_delete", args=[keeper.pk])
    assert administrator.post(address, {"post": "yes"}).status_code == 403
    assert administrator.get(reverse("admin:programs_keeper_add")).status_code == 403
    assert administrator.get("/admin/auth/user/").status_code == 404


def test_an_administrator_resets_a_lost_second_factor(administrator):
    keeper = KeeperFactory.create()
    Authenticator.objects.create(user=keeper.user, type=Authenticator.Type.TOTP, data={})
    theirs = client_of(keeper.user)
    act(administrator, KEEPERS, "reset_second_factor", keeper)
    assert not Authenticator.objects.filter(user=keeper.user).exists()
    assert theirs.get("/account/").status_code == 302


def test_an_administrator_unlocks_an_account(administrator, client):
    user = KeeperFactory.create().user
    user.set_password("seven quiet kettles")
    user.save()
    for _time in range(6):
        client.post("/account/sign-in/", {"login": user.email, "password": "wrong"})
    right = {"login": user.email, "password": "seven quiet kettles"}
    assert client.post("/account/sign-in/", right).status_code == 200
    act(administrator, KEEPERS, "unlock", user.keeper)
    assert client.post("/account/sign-in/", right).status_code == 302


def test_the_command_resets_a_second_factor_and_names_an_unknown_account():
    keeper = KeeperFactory.create()
    Authenticator.objects.create(user=keeper.user, type=Authenticator.Type.TOTP, data={})
    call_command("reset_second_factor", keeper.user.username.upper(), stdout=StringIO())
    assert Authenticator.objects.count() == 0
    with pytest.raises(CommandError, match=r"nobody@example\.org has no account"):
        call_command("reset_second_factor", "nobody@example.org", stdout=StringIO())


@pytest.mark.parametrize("count", [1, 20])
def test_the_lists_take_few_statements(administrator, django_assert_num_queries, count):
    for number in range(count):
        membership = MembershipFactory.create()
        invite(f"ann{number}@example.org", Role.FACILITY_STAFF, membership.organization)
    with django_assert_num_queries(7):
        administrator.get(KEEPERS)
    with django_assert_num_queries(6):
        administrator.get(INVITATIONS)
