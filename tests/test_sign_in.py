"""Signing in: password, second factor, lock, sessions that end. No cookie for anybody else."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from directory import settings as site_settings
from programs.enums import Role
from programs.upkeep.accounts import reset_second_factor
from tests.factories import KeeperFactory, MembershipFactory
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

PASSWORD = "seven quiet kettles"  # noqa: S105
SIGN_IN, SET_UP = "/account/sign-in/", "/account/second-factor/set-up/"
DESK = reverse("admin:index")


@pytest.fixture
def editor() -> User:
    return with_password(KeeperFactory.create(role=Role.EDITOR).user)


@pytest.fixture
def staff() -> User:
    return with_password(MembershipFactory.create().keeper.user)


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD, **extra: Any):
    return client.post(SIGN_IN, {"login": user.email, "password": password}, **extra)


def code_of(secret: str, steps: int = 0) -> str:
    now = list(yield_hotp_counters_from_time())[1]
    return format_hotp_value(hotp_value(secret, now + steps))


def secured(user: User) -> str:
    """Give the user a second factor; return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def test_a_password_is_kept_as_argon2():
    # Tests hash quickly, the site does not.
    with override_settings(PASSWORD_HASHERS=site_settings.PASSWORD_HASHERS):
        assert make_password(PASSWORD).startswith("argon2$argon2id$")


def test_an_editor_without_a_second_factor_sets_one_up_before_any_page(client, editor):
    assert sign_in(client, editor)["Location"] == DESK
    first = client.get(DESK)
    assert first["Location"] == f"/admin/login/?next={DESK}"
    assert client.get(first["Location"])["Location"] == f"{SET_UP}?next={DESK}"
    page = client.get(SET_UP)
    assert page_of(page).select(".qr svg path") != []
    assert page_of(page).select("[style], script:not([src])") == []
    secret = page.context["form"].secret
    wrong = client.post(SET_UP, {"code": "000000"})
    assert wrong.context["form"].errors == {"code": ["Incorrect code."]}
    done = client.post(SET_UP, {"code": code_of(secret)})
    assert done["Location"] == "/account/second-factor/recovery-codes/"
    assert len(page_of(client.get(done["Location"])).select(".codes li")) == 10
    assert client.get(DESK).status_code == 200


def test_an_editor_signs_in_with_password_and_code(client, editor):
    secret = secured(editor)
    assert sign_in(client, editor)["Location"] == "/account/second-factor/code/"
    assert client.get(DESK).status_code == 302
    response = client.post("/account/second-factor/code/", {"code": code_of(secret)})
    assert response["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_a_code_works_once(client, editor):
    secret = secured(editor)
    code = code_of(secret)
    for browser, location in ((client, DESK), (Client(), None)):
        sign_in(browser, editor)
        response = browser.post("/account/second-factor/code/", {"code": code})
        assert response.headers.get("Location") == location


def test_a_recovery_code_stands_in_for_the_phone_once(client, editor):
    secured(editor)
    code = RecoveryCodes.activate(editor).get_unused_codes()[0]
    for browser, location in ((client, DESK), (Client(), None)):
        sign_in(browser, editor)
        response = browser.post("/account/second-factor/code/", {"code": code})
        assert response.headers.get("Location") == location


def test_a_session_from_before_the_second_factor_does_not_gain_by_it(client, editor):
    """Somebody who knew the password alone must not get in when the owner sets the factor up."""
    sign_in(client, editor)
    secured(editor)
    assert client.get(DESK).status_code == 302


def test_turning_the_second_factor_off_closes_the_desk_at_once(client, editor):
    secret = secured(editor)
    sign_in(client, editor)
    client.post("/account/second-factor/code/", {"code": code_of(secret)})
    assert client.post("/account/second-factor/turn-off/").status_code == 302
    assert not Authenticator.objects.filter(user=editor).exists()
    assert client.get(DESK).status_code == 302


def test_facility_staff_may_do_without_a_second_factor(client, staff):
    assert sign_in(client, staff)["Location"] == "/account/"
    page = page_of(client.get("/account/"))
    assert page.select_one("a[href='/account/second-factor/']") is not None
    assert client.get(DESK, follow=True).status_code == 403


@pytest.mark.parametrize(("whose", "offers"), [("staff", 1), ("editor", 0)])
def test_setting_up_a_second_factor_can_be_left_by_those_who_need_none(
    client, request, whose, offers
):
    client.force_login(request.getfixturevalue(whose))
    page = page_of(client.get("/account/second-factor/set-up/", follow=True))
    assert words(page, "h1") == "Set up a second factor"
    assert len(page.select("main a[href='/account/']")) == offers


# The lock.


def test_five_failures_lock_an_account_for_whoever_asks_from_wherever(client, editor):
    for number in range(5):
        response = sign_in(client, editor, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
        assert "not correct" in str(response.context["form"].errors)
    locked = sign_in(Client(), editor, REMOTE_ADDR="192.0.2.99")
    assert "Too many failed" in str(locked.context["form"].errors)


def test_another_port_in_the_request_does_not_get_around_the_lock(client, editor):
    for port in range(5):
        sign_in(client, editor, "wrong", HTTP_HOST=f"testserver:{8000 + port}")
    locked = sign_in(client, editor, HTTP_HOST="testserver:9000")
    assert "Too many failed" in str(locked.context["form"].errors)


def test_five_wrong_codes_lock_an_account(client, editor):
    secret = secured(editor)
    sign_in(client, editor)
    for _number in range(5):
        client.post("/account/second-factor/code/", {"code": "000000"})
    locked = client.post("/account/second-factor/code/", {"code": code_of(secret)})
    assert "Too many failed" in str(locked.context["form"].errors)


def test_the_lock_is_kept_in_the_database(client, editor, django_assert_num_queries):
    sign_in(client, editor, "wrong")
    with django_assert_num_queries(1):
        cache.get("anything")


def test_a_wrong_address_and_a_wrong_password_read_the_same(client, editor):
    wrong = sign_in(client, editor, "wrong").context["form"].errors
    unknown = client.post(SIGN_IN, {"login": "nobody@example.org", "password": PASSWORD})
    assert unknown.context["form"].errors == wrong


def test_an_account_that_is_off_is_told_so_only_with_its_password(client, editor):
    editor.is_active = False
    editor.save()
    assert sign_in(client, editor)["Location"] == "/account/inactive/"
    assert client.get("/account/", follow=True).redirect_chain != []


# Sessions.


def test_the_cookie_ends_with_the_browser_and_scripts_cannot_read_it(client, staff):
    cookie = sign_in(client, staff).cookies["sessionid"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == ("", True, "Lax")


@override_settings(SESSION_COOKIE_SECURE=True)
def test_the_cookie_goes_over_https_alone_where_the_site_has_it(client, staff):
    assert sign_in(client, staff).cookies["sessionid"]["secure"] is True


@pytest.mark.parametrize(
    ("signed_in_hours_ago", "seen_hours_ago", "status"),
    [(7.9, 0.9, 200), (8.1, 0, 302), (2, 1.1, 302)],
)
def test_a_session_ends_after_eight_hours_or_one_without_a_page(
    client, editor, signed_in_hours_ago, seen_hours_ago, status
):
    client.force_login(editor)
    session = client.session
    session["signed_in_at"] = time.time() - signed_in_hours_ago * 3600
    session["seen_at"] = time.time() - seen_hours_ago * 3600
    session.save()
    assert client.get(DESK).status_code == status
    if status == 302:
        asked = client.get(client.get(DESK)["Location"])
        assert asked["Location"] == f"{SIGN_IN}?next={DESK}"


def test_a_page_puts_off_the_end_of_an_idle_session(client, editor):
    client.force_login(editor)
    session = client.session
    session["seen_at"] = time.time() - 3000
    session.save()
    client.get(DESK)
    assert time.time() - client.session["seen_at"] < 10


def test_a_new_password_signs_out_everywhere_else(client, staff):
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, staff)
    new = "nine calm teapots"
    changed = client.post(
        "/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert changed.status_code == 302
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_resetting_the_second_factor_signs_out_and_asks_for_a_new_one(client, editor):
    secret = secured(editor)
    sign_in(client, editor)
    client.post("/account/second-factor/code/", {"code": code_of(secret)})
    reset_second_factor(editor)
    assert client.get("/account/").status_code == 302
    sign_in(client, editor)
    assert client.get(DESK, follow=True).redirect_chain[-1][0].startswith(SET_UP)


def test_signing_out_takes_a_post(client, staff):
    client.force_login(staff)
    client.get("/account/sign-out/")
    assert client.get("/account/").status_code == 200
    client.post("/account/sign-out/")
    assert client.get("/account/").status_code == 302


# A forgotten password.


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(client, staff):
    with override_settings(SITE_URL="https://directory.example"):
        client.post("/account/password/reset/", {"email": staff.email})
    [message] = mail.outbox
    assert message.to == [staff.email]
    link = next(word for word in message.body.split() if word.startswith("https://"))
    path = link.removeprefix("https://directory.example")
    form = client.get(path)["Location"]
    new = "nine calm teapots"
    client.post(form, {"password1": new, "password2": new})
    assert sign_in(Client(), staff, new)["Location"] == "/account/"
    assert Client().get(path).context["token_fail"] is True


def test_nobody_learns_from_a_reset_which_addresses_have_accounts(client, staff):
    known = client.post("/account/password/reset/", {"email": staff.email})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [[staff.email]]


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1)
def test_a_mail_server_that_is_down_breaks_no_page(client, staff):
    asked = client.post("/account/password/reset/", {"email": staff.email})
    assert asked["Location"] == "/account/password/reset/sent/"


# Pages of our own looks, and no others.


@pytest.mark.parametrize("path", ["signup/", "email/", "password/set/", "login/code/"])
def test_there_is_no_way_to_sign_up_or_to_change_the_address(client, staff, path):
    client.force_login(staff)
    assert client.get(f"/account/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        "sign-in/",
        "sign-out/",
        "inactive/",
        "confirm/",
        "password/",
        "password/reset/",
        "password/reset/sent/",
        "password/reset/done/",
        "password/reset/1-gone/",
        "second-factor/",
        "second-factor/set-up/",
    ],
)
def test_every_account_page_works_under_the_policy_and_names_its_origin(client, staff, path):
    if path != "sign-in/":
        client.force_login(staff)
    response = client.get(f"/account/{path}")
    page = page_of(response)
    assert response.status_code == 200
    assert [tag["content"] for tag in page.select("meta[name=referrer]")] == ["same-origin"]
    assert page.select("script:not([src]), style, [style], [onclick]") == []
    assert len(page.select("h1")) == 1


def test_a_goal_on_another_site_is_not_followed(client, staff):
    data = {"login": staff.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(SIGN_IN, data)["Location"] == "/account/"
    client.force_login(KeeperFactory.create().user)
    assert client.get("/admin/login/?next=//evil.example/")["Location"] == DESK
