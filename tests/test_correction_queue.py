"""The keepers' queue of reports: oldest first, worked through one after the other."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.enums import Answer, ChangeKind, CorrectionKind, CorrectionStatus, Role
from programs.models import ChangeSet, Correction, Facility, FeatureFact, Program, ReportDay
from tests.admin_pages import form_data
from tests.factories import (
    CorrectionFactory,
    KeeperFactory,
    MembershipFactory,
    PhoneFactory,
    ProgramFactory,
    UserFactory,
    state,
    term,
)
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

QUEUE = "/admin/programs/correction/"


@pytest.fixture
def editor(db) -> User:
    return KeeperFactory.create(role=Role.EDITOR).user


@pytest.fixture
def client(editor) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def page_address(correction: Correction) -> str:
    return reverse("admin:programs_correction_change", args=[correction.pk])


def waiting(count: int) -> list[Correction]:
    """Make reports, the oldest first."""
    now = timezone.now()
    return [
        CorrectionFactory.create(received_at=now - timedelta(days=count - number))
        for number in range(count)
    ]


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    page = page_of(client.get(f"{QUEUE}?{query}"))
    return [
        {
            re.sub("^field-", "", str(cell["class"][0])): words(cell)
            for cell in row.select("[class^=field-]")
        }
        for row in page.select("#result_list tbody tr")
    ]


def messages_of(response) -> list[str]:
    return [words(item) for item in page_of(response).select(".messagelist li")]


# The list.


def test_the_queue_shows_open_reports_oldest_first(client):
    now = timezone.now()
    new = CorrectionFactory.create(received_at=now)
    old = CorrectionFactory.create(received_at=now - timedelta(days=3))
    CorrectionFactory.create(closed_at=now, status=CorrectionStatus.SPAM)
    listed = client.get(QUEUE).context["cl"].result_list
    assert list(listed) == [old, new]
    assert [row["age"] for row in rows(client)] == ["3 days", "0 minutes"]
    assert len(rows(client, "is=closed")) == 1
    assert len(rows(client, "is=all")) == 3


def test_the_queue_shows_the_fact_in_question_as_it_is_stated_now(client):
    program = ProgramFactory.create(facility__name="Saguaro Clinic")
    phone = PhoneFactory.create(facility=program.facility, number="+14805550123", extension="4")
    state(program, "track/women", answer=Answer.NO)
    state(program, "medication/methadone", relation="taper_only")
    state(program, "payment/medicaid")
    about = [
        {"term": term("track/women")},
        {"term": term("medication/methadone")},
        {"term": term("payment/medicaid")},
        {"term": term("track/men")},
        {"phone": phone.number, "phone_extension": "4"},
        {"phone": phone.number},
        {},
    ]
    for minute, fact in enumerate(about):
        CorrectionFactory.create(
            program=program, received_at=timezone.now() + timedelta(minutes=minute), **fact
        )
    said = [(row["in_question"], row["stated"]) for row in rows(client)]
    women = term("track/women").facet
    source = "(Test survey, reported Jan. 1, 2023)"
    assert said == [
        (f"{women}: Women", f"No {source}"),
        ("Medicine: Methadone", f"Only for withdrawal, not long-term {source}"),
        (
            "Payment: Medicaid",
            f"Says it accepts this. Ask if it is in network for your plan {source}",
        ),
        (f"{women}: Men", "Not stated any more"),
        ("(480) 555-0123 x4", "Listed: Main number"),
        ("(480) 555-0123", "Not listed any more"),
        ("-", "-"),
    ]


@pytest.mark.parametrize("count", [1, 20])
def test_the_queue_asks_as_often_for_many_reports_as_for_one(
    client, django_assert_num_queries, count
):
    for _ in range(count):
        program = ProgramFactory.create()
        phone = PhoneFactory.create(facility=program.facility)
        state(program, "track/women")
        CorrectionFactory.create(program=program, term=term("track/women"))
        CorrectionFactory.create(program=program, phone=phone.number)
    client.get(QUEUE)
    with django_assert_num_queries(8):
        client.get(QUEUE)


# One report.


def test_the_page_of_a_report_shows_all_that_was_said(client):
    report = CorrectionFactory.create(
        kind=CorrectionKind.PHONE, text="It rings\n<b>elsewhere</b>.", contact="me@example.org",
        received_at=timezone.now() - timedelta(days=2),
    )  # fmt: skip
    PhoneFactory.create(facility=report.program.facility, number="+14805550123")
    text = words(page_of(client.get(page_address(report))), "#content-main")
    for said in (
        str(report.program),
        "(480) 555-0123 (Main number)",
        "A phone number is wrong",
        "It rings <b>elsewhere</b>.",
    ):
        assert said in text
    assert "me@example.org (deleted on closing)" in text


def test_a_contact_past_its_life_is_not_shown(client):
    report = CorrectionFactory.create(
        contact="me@example.org", received_at=timezone.now() - timedelta(days=90)
    )
    assert "me@example.org" not in client.get(page_address(report)).text


def test_the_links_to_fix_a_listing_start_with_what_the_report_is_about(client):
    program = ProgramFactory.create()
    first = {}
    for kind in CorrectionKind:
        report = CorrectionFactory.create(program=program, kind=kind)
        link = only(page_of(client.get(page_address(report))), "a[accesskey=f]")
        first[kind] = str(link["href"]).split("/")[3]
    assert {kind for kind, page in first.items() if page == "facility"} == {
        CorrectionKind.PHONE, CorrectionKind.MOVED
    }  # fmt: skip


def test_a_keeper_takes_a_report(client, editor):
    [report] = waiting(1)
    response = client.post(page_address(report), {"take": "1"})
    assert response["Location"] == page_address(report)
    report.refresh_from_db()
    assert (report.status, report.handled_by) == (CorrectionStatus.CHECKING, editor)


def test_closing_a_report_leads_to_the_next_one_and_then_to_the_list(client, editor):
    first, second = waiting(2)
    data = {"status": "fixed", "answer": "We changed it."}
    response = client.post(page_address(first), data, follow=True)
    assert response.redirect_chain == [(page_address(second), 302)]
    assert messages_of(response) == [f"Report {first.pk} is closed."]
    first.refresh_from_db()
    assert (first.status, first.answer, first.handled_by, first.contact) == (
        CorrectionStatus.FIXED, "We changed it.", editor, ""
    )  # fmt: skip
    response = client.post(page_address(second), {"status": "spam"})
    assert response["Location"] == QUEUE


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"status": ["Choose what came of it."]}),
        (
            {"status": "new"},
            {"status": ["Select a valid choice. new is not one of the available choices."]},
        ),
        (
            {"status": "spam", "answer": "No."},
            {"answer": ["Spam gets no answer: empty the note."]},
        ),
        (
            {"status": "fixed", "answer": "x" * 301},
            {"answer": ["Ensure this value has at most 300 characters (it has 301)."]},
        ),
    ],
)
def test_an_outcome_that_will_not_do_is_refused_on_its_field(client, data, errors):
    [report] = waiting(1)
    response = client.post(page_address(report), data)
    assert response.status_code == 400
    assert response.context["form"].errors == errors
    report.refresh_from_db()
    assert report.is_open


@pytest.mark.parametrize("data", [{"status": "spam"}, {"take": "1"}])
def test_the_second_of_two_keepers_is_told_who_closed_it(client, data):
    [report] = waiting(1)
    other = UserFactory.create(username="ana")
    closed = {"status": CorrectionStatus.FIXED, "closed_at": timezone.now(), "handled_by": other}
    Correction.objects.update(**closed)
    response = client.post(page_address(report), data, follow=True)
    assert messages_of(response) == [
        f"Ana closed report {report.pk} before you: Fixed. Nothing was changed."
    ]
    assert page_of(response).select("#content-main form") == []
    report.refresh_from_db()
    assert (report.status, report.handled_by) == (CorrectionStatus.FIXED, other)


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_a_report_that_does_not_exist_leads_to_the_desk(client, number):
    response = client.get(f"{QUEUE}{number}/change/")
    assert response["Location"] == "/admin/"


# Without a later report the oldest one is asked for.
@pytest.mark.parametrize(("count", "statements"), [(1, 10), (2, 9), (20, 9)])
def test_the_page_of_a_report_takes_few_statements(
    client, django_assert_num_queries, count, statements
):
    report = waiting(count)[0]
    client.get(page_address(report))
    with django_assert_num_queries(statements):
        client.get(page_address(report))


# Fixing the listing.


def test_a_fact_that_is_fixed_from_a_report_is_recorded_as_its_fix(client, editor):
    program = ProgramFactory.create()
    state(program, "language/spanish")
    report = CorrectionFactory.create(program=program, term=term("language/spanish"))
    address = reverse("admin:programs_program_change", args=[program.pk])
    data = form_data(client.get(address)) | {"featurefact_set-0-answer": "no"}
    response = client.post(f"{address}?correction={report.pk}", data)
    assert response["Location"] == page_address(report)
    assert FeatureFact.objects.get().answer == Answer.NO
    change = ChangeSet.objects.get(metadata__correction=report.pk)
    assert (change.kind, change.user_id) == (ChangeKind.CORRECTION, editor.pk)
    page = page_of(client.get(page_address(report)))
    assert "Fixes recorded None" not in words(page, "#content-main")


@pytest.mark.parametrize("asked", ["{other}", "0", "x", ""])
def test_a_save_for_no_report_of_this_listing_is_an_ordinary_one(client, asked):
    program = ProgramFactory.create()
    other = CorrectionFactory.create()
    address = reverse("admin:programs_program_change", args=[program.pk])
    query = f"?correction={asked.format(other=other.pk)}"
    response = client.post(address + query, form_data(client.get(address)))
    assert response["Location"] == reverse("admin:programs_program_changelist")
    kind = ChangeKind.CORRECTION
    assert not ChangeSet.objects.filter(metadata__kind=kind).exists()


def test_a_facility_s_page_says_which_report_it_is_for(client):
    report = CorrectionFactory.create()
    address = reverse("admin:programs_facility_change", args=[report.program.facility_id])
    response = client.get(f"{address}?correction={report.pk}")
    said = f"This is for report {report.pk}: saving leads back to it."
    assert messages_of(response) == [said]
    assert messages_of(client.get(f"{address}?correction=0")) == []


# Who may.


@pytest.mark.parametrize("role", [None, Role.FACILITY_STAFF])
def test_only_editors_and_administrators_see_reports(role):
    report = CorrectionFactory.create(contact="canary@example.org")
    user = MembershipFactory.create().keeper.user if role else UserFactory.create()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    for address in (QUEUE, page_address(report)):
        for response in (client.get(address), client.post(address, {"status": "spam"})):
            assert response.status_code in {302, 403}
            assert "canary" not in response.text
    report.refresh_from_db()
    assert report.is_open


def test_reports_are_neither_added_nor_deleted_by_hand(client):
    [report] = waiting(1)
    assert client.get(f"{QUEUE}add/").status_code == 403
    delete = reverse("admin:programs_correction_delete", args=[report.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert Correction.objects.count() == 1


def test_the_admin_s_own_log_has_no_word_of_a_report(client):
    CorrectionFactory.create(text="canarytext", contact="canary@example.org")
    assert "canary" not in str(Correction.objects.get())
    assert Program.objects.count() == Facility.objects.count() == 1


def test_the_command_forgets_what_is_due(capsys):
    CorrectionFactory.create(contact="me@example.org")
    ReportDay.objects.create(day=timezone.localdate() - timedelta(days=1), salt="x")
    ReportDay.objects.create(day=timezone.localdate(), salt="y")
    Correction.objects.update(received_at=timezone.now() - timedelta(days=90))
    call_command("forget_reporters")
    assert capsys.readouterr().out == "Contacts deleted: 1. Days of counts deleted: 1.\n"
    assert Correction.objects.get().contact == ""
    assert ReportDay.objects.get().salt == "y"
