"""Drafts of the staff portal: kept, handed in, laid side by side, approved, mended or returned."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from programs.enums import ChangeKind
from programs.models import ChangeSet, Draft, Facility, FeatureFact, change_set
from tests.factories import (
    DraftFactory,
    KeeperFactory,
    MembershipFactory,
    ProgramFactory,
)
from tests.pages import only, page_of, words
from tests.test_staff_portal import entries, field_of, opened, saved, url

pytestmark = pytest.mark.django_db

BUTTONS = {"approve", "return", "preview"}


@pytest.fixture
def membership():
    return MembershipFactory.create()


@pytest.fixture
def staff(membership):
    client = Client()
    client.force_login(membership.keeper.user)
    return client


@pytest.fixture
def editor():
    client = Client()
    client.force_login(KeeperFactory.create().user)
    return client


@pytest.fixture
def program(membership):
    return ProgramFactory.create(
        facility__organization=membership.organization, facility__name="Hope"
    )


def review(draft: Draft) -> str:
    return reverse("admin:programs_draft_change", args=[draft.pk])


def review_entries(editor, draft):
    """Return what a browser would post of the review page, without any button."""
    page = page_of(editor.get(review(draft)))
    for form in page.select("form[method=post]"):
        if form.select("[name=version]"):
            form["class"] = "section"
    return {name: said for name, said in entries(page).items() if name not in BUTTONS}


def decide(editor, draft, button, **typed):
    """Press a button of the review page as it is opened, with this typed into it."""
    return editor.post(review(draft), review_entries(editor, draft) | typed | {button: "on"})


def test_a_new_name_of_facility_staff_waits_for_an_editor(staff, program):
    assert saved(staff, program, "identity", name="Hope House").status_code == 302
    assert Facility.objects.get().name == "Hope"
    draft = Draft.objects.get()
    assert (draft.state, draft.typed) == ("sent", {"name": "Hope House"})
    page = page_of(staff.get(url(program)))
    assert "Name and address . Sent to the editors" in words(page, ".drafts")


def test_a_license_waits_too(staff, program):
    typed = {field_of("accreditation/carf"): "yes"}
    assert saved(staff, program, "accreditation", **typed).status_code == 302
    assert (Draft.objects.count(), FeatureFact.objects.count()) == (1, 0)


def test_an_editors_own_change_of_the_name_waits_for_nobody(editor, program):
    assert saved(editor, program, "identity", name="Hope House").status_code == 302
    assert (Facility.objects.get().name, Draft.objects.count()) == ("Hope House", 0)


def test_a_draft_is_kept_for_its_author_until_it_is_saved(staff, program):
    typed = {"website": "https://hope.example.org"}
    assert saved(staff, program, "contact", do="draft", **typed).status_code == 302
    assert Facility.objects.get().website == ""
    assert opened(staff, program, "contact")["website"] == "https://hope.example.org"
    assert saved(staff, program, "contact").status_code == 302
    assert (Facility.objects.get().website, Draft.objects.count()) == (
        "https://hope.example.org", 0,
    )  # fmt: skip


def test_a_draft_is_thrown_away(staff, program):
    saved(staff, program, "contact", do="draft", website="https://hope.example.org")
    saved(staff, program, "contact", do="discard")
    assert opened(staff, program, "contact")["website"] == ""


def test_colleagues_do_not_see_each_others_drafts(staff, membership, program):
    saved(staff, program, "contact", do="draft", website="https://hope.example.org")
    colleague = Client()
    user = MembershipFactory.create(organization=membership.organization).keeper.user
    colleague.force_login(user)
    assert opened(colleague, program, "contact")["website"] == ""
    assert page_of(colleague.get(url(program))).select(".drafts") == []


def test_what_is_wrong_is_no_draft(staff, program):
    response = saved(staff, program, "identity", name="", do="draft")
    assert (response.status_code, Draft.objects.count()) == (400, 0)


def test_a_draft_shows_what_was_saved_since_it_was_begun(staff, program):
    saved(staff, program, "identity", do="draft", name="Hope House")
    with transaction.atomic(), change_set(kind=ChangeKind.COMMAND):
        Facility.objects.update(city="Mesa")
    page = page_of(staff.get(url(program, "identity")))
    fields = entries(page)
    assert (fields["name"], fields["city"]) == ("Hope House", "Mesa")
    assert "Mesa" in words(page, "[aria-labelledby=changes-title]")


# The editors' side.


def test_an_editor_sees_now_and_proposed_side_by_side(editor, program):
    draft = DraftFactory.create(facility=program.facility)
    row = next(
        row
        for row in page_of(editor.get(review(draft))).select("table.changes tbody tr")
        if row.select("[name=name]")
    )
    assert (words(row, "td del"), row.select("[name=name]")[0]["value"]) == ("Hope", "Hope House")


def test_an_editor_sees_the_public_page_as_it_would_be_mends_and_all(editor, program):
    draft = DraftFactory.create(facility=program.facility)
    address = reverse("programs:draft-preview", args=[draft.pk])
    assert words(page_of(editor.get(address)), "article h1") == "Hope House"
    button = only(page_of(editor.get(review(draft))), "[name=preview]")
    assert button["formaction"] == address
    fields = review_entries(editor, draft)
    assert words(page_of(editor.post(address, fields | {"name": "Hope Home"})), "article h1") == (
        "Hope Home"
    )
    response = editor.post(address, fields | {"name": ""})
    assert response.status_code == 400
    assert "Name: This field is required." in words(page_of(response), ".errors")
    assert (Facility.objects.get().name, Draft.objects.get().state) == ("Hope", "sent")
    decide(editor, draft, "approve")
    assert editor.get(address).status_code == 404


def test_an_approved_draft_is_the_listing_and_its_author_is_told(editor, staff, program):
    saved(staff, program, "identity", name="Hope House")
    draft = Draft.objects.get()
    assert decide(editor, draft, "approve").status_code == 302
    facility = Facility.objects.get()
    assert (facility.name, facility.name_confirmed_on is not None) == ("Hope House", True)
    assert ChangeSet.objects.get().kind == ChangeKind.REVIEW
    draft.refresh_from_db()
    assert draft.state == "approved"
    assert [message.to for message in mail.outbox] == [[draft.author.email]]
    assert "Approved" in words(page_of(staff.get(url(program))), ".drafts")


def test_an_editor_mends_a_draft_and_approves_it(editor, program):
    draft = DraftFactory.create(facility=program.facility)
    assert decide(editor, draft, "approve", name="Hope Home").status_code == 302
    assert Facility.objects.get().name == "Hope Home"


def test_a_draft_is_returned_with_a_note_that_its_author_reads(editor, staff, program):
    saved(staff, program, "identity", name="Hope House")
    draft = Draft.objects.get()
    assert decide(editor, draft, "return").status_code == 400
    assert decide(editor, draft, "return", note="Send the license.").status_code == 302
    assert Facility.objects.get().name == "Hope"
    assert "Send the license." in words(page_of(staff.get(url(program))), ".drafts")
    # The author mends it and sends it again.
    assert saved(staff, program, "identity", name="Hope House Inc").status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.typed) == ("sent", {"name": "Hope House Inc"})


def test_a_draft_is_decided_once(editor, program):
    draft = DraftFactory.create(facility=program.facility)
    fields = {"name": "Hope House", "note": "No."}
    assert decide(editor, draft, "return", **fields).status_code == 302
    editor.post(review(draft), fields | {"return": "on"}, follow=True)
    assert len(mail.outbox) == 1


def test_an_editor_is_asked_again_when_the_listing_changed_meanwhile(editor, program):
    draft = DraftFactory.create(facility=program.facility)
    fields = review_entries(editor, draft) | {"approve": "on"}
    with transaction.atomic(), change_set(kind=ChangeKind.COMMAND):
        Facility.objects.update(city="Mesa")
    response = editor.post(review(draft), fields)
    assert response.status_code == 409
    assert "Mesa" in words(page_of(response), ".merge")
    assert Facility.objects.get().name == "Hope"


def test_a_changed_address_is_in_the_middle_of_its_zip_code(editor, program):
    saved(editor, program, "identity", zip_code="85004", city="Phoenix")
    facility = Facility.objects.get()
    assert (facility.location_precision, facility.latitude != 33.3105) == ("zip", True)


def test_a_confidential_address_has_no_street_to_change(editor, program):
    Facility.objects.update(
        address_is_public=False, street1="", zip_code="", location_precision="county"
    )
    fields = opened(editor, program, "identity")
    assert {"street1", "zip_code"} & set(fields) == set()
    assert saved(editor, program, "identity", city="Mesa").status_code == 302


def test_the_desk_counts_what_was_handed_in(editor):
    DraftFactory.create()
    page = page_of(editor.get(reverse("admin:index")))
    assert "Changes handed in by facilities" in words(page)
