"""One-tap links on the desk and in the account of facility staff: made, mailed, seen, revoked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from programs.enums import LinkUseKind, ReminderStatus, Role
from programs.models import (
    Facility,
    Keeper,
    Reminder,
    SuppressedAddress,
    UpdateLink,
    UpdateLinkUse,
)
from programs.upkeep.reminder_mail import CLAIM_LASTS, claim, send_waiting
from programs.upkeep.reminders import send_link
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    ProgramFactory,
    UpdateLinkFactory,
)
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

LINKS = reverse("admin:programs_updatelink_changelist")
ADD = reverse("admin:programs_updatelink_add")
REMINDERS = reverse("admin:programs_reminder_changelist")
OWN = reverse("programs:own-links")


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(KeeperFactory.create().user)
    return client


@pytest.fixture
def facility() -> Facility:
    return ProgramFactory.create(facility__name="Quiet Kettle").facility


def act(client: Client, address: str, action: str, *chosen: Any) -> str:
    """Take an action of an admin list; return what the page then says."""
    data = {"action": action, "_selected_action": [row.pk for row in chosen]}
    return words(page_of(client.post(address, data, follow=True)), ".messagelist")


def test_an_editor_sends_somebody_a_link_from_the_page_of_the_facility(
    editor, client, facility, django_capture_on_commit_callbacks
):
    page = page_of(editor.get(reverse("admin:programs_facility_change", args=[facility.pk])))
    [to_form] = page.select(".field-one_tap_link a")
    assert to_form["href"] == f"{ADD}?facility={facility.pk}"
    data = {"facility": facility.pk, "name": "Ann", "email": "Ann@Example.org"}
    with django_capture_on_commit_callbacks(execute=True):
        assert editor.post(ADD, data).status_code == 302
    [message] = mail.outbox
    assert message.to == ["ann@example.org"]
    [path] = re.findall(r"/update/[\w.-]+/", str(message.body))
    assert client.get(path).status_code == 200
    assert UpdateLink.objects.get().facility == facility


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1)
def test_while_the_mail_server_is_down_the_link_waits_for_the_next_run(
    editor, facility, django_capture_on_commit_callbacks
):
    data = {"facility": facility.pk, "name": "Ann", "email": "ann@example.org"}
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(ADD, data)
    reminder = Reminder.objects.get()
    assert (reminder.status, reminder.attempt_count) == (ReminderStatus.PENDING, 0)


def test_editors_see_what_was_done_with_a_link_on_its_page(editor, facility):
    link = UpdateLinkFactory.create(facility=facility)
    UpdateLinkUse.objects.create(
        link=link, used_at=timezone.now(), kind=LinkUseKind.STATED, said="Full",
        program=facility.programs.get(),
    )  # fmt: skip
    address = reverse("admin:programs_updatelink_change", args=[link.pk])
    page = page_of(editor.get(address))
    assert "Full" in words(page, "#uses-group")
    facility_page = page_of(
        editor.get(reverse("admin:programs_facility_change", args=[facility.pk]))
    )
    assert link.email in words(facility_page, "#update_links-group")


def test_an_editor_revokes_a_link_and_it_is_not_sent_again(editor, client, facility):
    link = UpdateLinkFactory.create(facility=facility)
    assert act(editor, LINKS, "revoke", link) == "1 link revoked."
    assert "Make a new link" in act(editor, LINKS, "mail_again", link)
    assert Reminder.objects.count() == 0


def test_a_mail_in_doubt_is_decided_on_by_an_editor(editor, facility):
    one, other, fresh = (
        send_link(UpdateLinkFactory.create(facility=facility), timezone.now()) for _ in range(3)
    )
    for reminder in (one, other, fresh):
        claim(timezone.now(), only=reminder.pk)
    Reminder.objects.exclude(pk=fresh.pk).update(claimed_at=timezone.now() - CLAIM_LASTS)
    assert act(editor, REMINDERS, "send_again", one, fresh) == "1 mail was decided on."
    assert act(editor, REMINDERS, "take_as_sent", other) == "1 mail was decided on."
    assert send_waiting() == {ReminderStatus.SENT: 1}
    statuses = dict(Reminder.objects.values_list("pk", "status"))
    assert statuses == {one.pk: "sent", other.pk: "sent", fresh.pk: "sending"}


def test_an_address_is_put_on_the_list_without_reminders_and_taken_off(editor):
    add = reverse("admin:programs_suppressedaddress_add")
    editor.post(add, {"email": "Ann@example.org", "reason": "bounced"})
    row = SuppressedAddress.objects.get()
    assert row.email == "ann@example.org"
    response = editor.post(add, {"email": "ann@EXAMPLE.org", "reason": "stopped"})
    assert response.status_code == 200
    delete = reverse("admin:programs_suppressedaddress_delete", args=[row.pk])
    assert editor.post(delete, {"post": "yes"}).status_code == 302
    assert SuppressedAddress.objects.count() == 0


@pytest.mark.parametrize("count", [1, 20])
def test_the_lists_take_few_statements(editor, facility, count, django_assert_num_queries):
    for _number in range(count):
        send_link(UpdateLinkFactory.create(facility=facility), timezone.now())
    with django_assert_num_queries(6):
        editor.get(LINKS)
    with django_assert_num_queries(6):
        editor.get(REMINDERS)


# Facility staff.


@pytest.fixture
def staff() -> Any:
    return MembershipFactory.create()


@pytest.fixture
def staff_client(staff) -> Client:
    client = Client()
    client.force_login(staff.keeper.user)
    return client


def test_staff_get_a_link_of_their_own_by_mail_see_it_and_stop_it(staff, staff_client, client):
    own = FacilityFactory.create(organization=staff.organization, name="Quiet Kettle")
    UpdateLinkFactory.create(facility=own, email="colleague@example.org")
    for _time in range(2):
        assert staff_client.post(OWN, {"send": own.pk}).status_code == 302
    send_waiting()
    [message] = mail.outbox
    assert message.to == [staff.keeper.user.email]
    [path] = re.findall(r"/update/[\w.-]+/", str(message.body))
    assert client.get(path).status_code == 200
    [stop] = page_of(staff_client.get(OWN)).select("button[name=revoke]")
    staff_client.post(OWN, {"revoke": stop["value"]})
    assert client.get(path).status_code == 410
    assert page_of(staff_client.get(OWN)).select("button[name=revoke]") == []


def test_staff_touch_no_link_and_no_facility_of_others(staff_client):
    other = UpdateLinkFactory.create()
    for data in ({"send": other.facility.pk}, {"revoke": other.pk}, {"send": "x"}, {}):
        assert staff_client.post(OWN, data).status_code == 404
    other.refresh_from_db()
    assert (other.revoked_at, Reminder.objects.count()) == (None, 0)


def test_the_page_of_own_links_is_for_those_who_are_signed_in(client):
    assert client.get(OWN).status_code == 302
    client.force_login(KeeperFactory.create(role=Role.EDITOR).user)
    FacilityFactory.create(organization=None)
    assert page_of(client.get(OWN)).select("main button[name]") == []


def test_the_page_of_own_links_is_empty_for_a_superuser_who_is_no_keeper(client):
    user = User.objects.create_superuser("root@example.org")
    UpdateLinkFactory.create()
    client.force_login(user)
    Keeper.objects.filter(user=user).delete()
    assert page_of(client.get(OWN)).select("main button[name]") == []
    assert client.post(OWN, {"revoke": "1"}).status_code == 404
