"""Claims: somebody says that they run a place; only when an editor approves may they keep it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.models import Claim, Facility, Invitation, Membership, Organization
from programs.upkeep.claims import Claimed, forget_claims, receive, shares_domain
from programs.upkeep.permissions import facilities_of
from tests.factories import (
    ClaimFactory,
    KeeperFactory,
    MembershipFactory,
    OrganizationFactory,
    ProgramFactory,
)
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

SAID = {
    "name": "Ann Chu",
    "email": "ann@hope.example.org",
    "job": "Intake",
    "evidence": "I am on the staff page.",
}


@pytest.fixture
def program():
    return ProgramFactory.create(facility__name="Hope", facility__organization=None)


@pytest.fixture
def editor():
    client = Client()
    client.force_login(KeeperFactory.create().user)
    return client


def form_of(program) -> str:
    return str(program.get_absolute_url()) + "claim/"


def send(client, program, **said):
    page = page_of(client.get(form_of(program)))
    stamp = str(only(page, "[name=stamp]")["value"])
    return client.post(form_of(program), {**SAID, "stamp": stamp, **said})


def decide(editor, claim, button, **typed):
    address = reverse("admin:programs_claim_change", args=[claim.pk])
    return editor.post(address, typed | {button: "on"})


def test_the_listing_leads_to_the_claim(client, program):
    page = page_of(client.get(program.get_absolute_url()))
    assert [
        link["href"] for link in page.select("a") if words(link) == "Do you run this place?"
    ] == [form_of(program)]


def test_a_claim_is_stored_and_its_link_says_what_becomes_of_it(client, program):
    response = send(client, program)
    claim = Claim.objects.get()
    assert (claim.facility, claim.email, claim.state) == (
        program.facility, "ann@hope.example.org", "new",
    )  # fmt: skip
    page = page_of(client.get(response["Location"]))
    assert words(page, "h1") == "We have your request. An editor will look at it."
    assert (Invitation.objects.count(), Membership.objects.count()) == (0, 0)
    assert client.cookies == {}


def test_a_form_that_is_sent_twice_is_one_claim(client, program):
    stamp = str(only(page_of(client.get(form_of(program))), "[name=stamp]")["value"])
    for _time in range(2):
        assert client.post(form_of(program), {**SAID, "stamp": stamp}).status_code == 302
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"email": "ann"}, "Enter a valid email address."),
        ({"evidence": ""}, "This field is required."),
        ({"stamp": "made-up"}, "This form was open for too long. Please send it again."),
        ({"homepage": "x"}, "Leave the hidden field empty, and send it again."),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(client, program, said, complaint):
    response = send(client, program, **said)
    assert response.status_code == 400
    assert complaint in words(page_of(response), "main")
    assert Claim.objects.count() == 0


def test_a_network_sends_so_many_a_day(client, program):
    statuses = [send(client, program).status_code for _number in range(11)]
    assert statuses == [302] * 10 + [429]
    assert Claim.objects.count() == 10


def test_a_link_of_nobody_is_not_found(client):
    assert client.get(reverse("programs:claim-status", args=["none"])).status_code == 404


@pytest.mark.parametrize(
    ("website", "hint"),
    [
        ("https://www.hope.example.org/about", True),
        ("https://hope.example.org", True),
        ("https://nothope.example.org", False),
        ("", None),
    ],
)
def test_the_editor_is_told_whether_mail_and_web_site_go_together(program, website, hint):
    program.facility.website = website
    assert shares_domain(ClaimFactory.build(facility=program.facility, **SAID)) is hint


def test_an_approved_claim_makes_the_organization_and_invites(editor, program):
    claim = ClaimFactory.create(facility=program.facility, **SAID)
    assert decide(editor, claim, "approve", organization="Hope Inc").status_code == 302
    invitation = Invitation.objects.get()
    organization = Organization.objects.get()
    assert (invitation.email, organization.name) == ("ann@hope.example.org", "Hope Inc")
    assert invitation.organization == organization == Facility.objects.get().organization
    assert [message.to for message in mail.outbox] == [["ann@hope.example.org"]]
    claim.refresh_from_db()
    assert claim.state == "approved"


def test_an_approved_claim_of_an_account_lets_it_keep_the_facility(editor, program):
    other = MembershipFactory.create()
    user = other.keeper.user
    organization = OrganizationFactory.create()
    Facility.objects.filter(pk=program.facility_id).update(organization=organization)
    claim = ClaimFactory.create(facility=program.facility, email=user.email.upper())
    assert decide(editor, claim, "approve").status_code == 302
    assert list(facilities_of(user)) == [program.facility]
    assert Invitation.objects.count() == 0


def test_an_editors_address_cannot_become_facility_staff(editor, program):
    claim = ClaimFactory.create(facility=program.facility, email=KeeperFactory.create().user.email)
    response = decide(editor, claim, "approve", organization="Hope Inc")
    assert response.status_code == 400
    claim.refresh_from_db()
    assert (claim.state, Facility.objects.get().organization) == ("new", None)


def test_a_rejected_claim_has_a_note_that_its_link_shows(client, editor, program):
    claim = ClaimFactory.create(facility=program.facility, link="secret")
    assert decide(editor, claim, "reject").status_code == 400
    assert decide(editor, claim, "reject", note="We could not reach you.").status_code == 302
    page = page_of(client.get(reverse("programs:claim-status", args=["secret"])))
    assert "We could not reach you." in words(page, "main")
    assert len(mail.outbox) == 1


def test_a_claim_is_decided_once(editor, program):
    claim = ClaimFactory.create(
        facility=program.facility, state="rejected", note="No.", decided_at=timezone.now()
    )
    assert decide(editor, claim, "approve", organization="Hope Inc").status_code == 302
    assert (Facility.objects.get().organization, Invitation.objects.count()) == (None, 0)


NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def claims(program):
    """A claim that waits, one that was decided just short of 90 days ago, and one at 90."""
    decided = {"facility": program.facility, "state": "approved"}
    waiting = ClaimFactory.create(facility=program.facility)
    recent = ClaimFactory.create(decided_at=NOW - timedelta(days=90, seconds=-1), **decided)
    ClaimFactory.create(decided_at=NOW - timedelta(days=90), **decided)
    return [waiting, recent]


def test_a_decided_claim_is_deleted_after_ninety_days(claims):
    assert forget_claims(NOW) == 1
    assert list(Claim.objects.order_by("id")) == claims


def test_a_new_claim_deletes_the_old_ones(program, claims):
    claimed = Claimed(facility_id=program.facility_id, **SAID)
    receive(claimed, token="secret", network="192.0.2.1", now=NOW)  # noqa: S106
    assert list(Claim.objects.order_by("id"))[:-1] == claims
    assert Claim.objects.count() == 3


def test_the_command_says_how_many_it_deleted(program, capsys):
    ClaimFactory.create(
        facility=program.facility, state="approved", decided_at=timezone.now() - timedelta(days=91)
    )
    call_command("forget_claims")
    assert (capsys.readouterr().out, Claim.objects.count()) == ("Claims deleted: 1.\n", 0)
