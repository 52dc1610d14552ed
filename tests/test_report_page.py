"""Telling what is wrong with a listing: the form, its link, and what it asks of nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from programs.enums import CorrectionKind, CorrectionStatus, ListingStatus
from programs.models import Correction, Program
from programs.upkeep.corrections import REPORTS_A_DAY
from programs.views.corrections import wait_text
from programs.views.report_form import is_contact, new_stamp
from tests.factories import CorrectionFactory, PhoneFactory, ProgramFactory, state, term
from tests.pages import only, page_of, words
from tests.test_corrections import rows_that_hold

pytestmark = pytest.mark.django_db

CANARY = "canarytext"


@pytest.fixture
def program(db) -> Program:
    program = ProgramFactory.create(facility__name="Saguaro Clinic")
    PhoneFactory.create(facility=program.facility, number="+14805550123", extension="45")
    for path in ("payment/medicaid", "track/women"):
        state(program, path)
    return program


@pytest.fixture
def client() -> Client:
    """A visitor; the checks against forged requests are on."""
    return Client(enforce_csrf_checks=True)


def address(program: Program, about: str = "") -> str:
    return f"{program.get_absolute_url()}report/" + (f"?about={about}" if about else "")


def filled(program: Program, *, seconds_ago: float = 10, **changes: Any) -> dict[str, Any]:
    """Return what the browser sends of a form that was opened so long ago."""
    made_at = timezone.now() - timedelta(seconds=seconds_ago)
    said = {"kind": "closed", "about": "", "text": "", "contact": "", "homepage": ""}
    return {**said, "stamp": new_stamp(program.pk, made_at), **changes}


def errors(response) -> list[str]:
    return [words(item) for item in page_of(response).select(".errors li")]


# The links on the listing.


def test_a_listing_has_a_link_beside_each_phone_and_each_group_with_facts(client, program):
    page = page_of(client.get(program.get_absolute_url()))
    phone = program.facility.phones.get()
    links = {words(link): link["href"] for link in page.select("a.wrong")}
    assert links == {
        "Is this wrong? : (480) 555-0123, extension 45": address(program, f"phone-{phone.pk}"),
        "Is this wrong? : Payment": address(program, "payment"),
        f"Is this wrong? : {term('track/women').facet}": address(program, "track"),
    }
    assert words(only(page, f"a[href='{address(program)}']")) == "Report what is wrong"


def test_a_listing_does_not_say_that_somebody_reported_it(client, program):
    before = client.get(program.get_absolute_url()).content
    CorrectionFactory.create(program=program, status=CorrectionStatus.CHECKING)
    assert client.get(program.get_absolute_url()).content == before


# The form.


def options(client: Client, program: Program, about: str = "") -> dict[str, list[str]]:
    page = page_of(client.get(address(program, about)))
    return {
        str(group["label"]): [words(option) for option in group.select("option")]
        for group in page.select("optgroup")
    }


def test_the_form_offers_what_the_listing_states(client, program):
    assert options(client, program) == {
        "Phone numbers": ["(480) 555-0123, extension 45 (Main number)"],
        "Payment": ["Medicaid"],
        str(term("track/women").facet): ["Women"],
    }


@pytest.mark.parametrize("about", ["nonsense", "phone-0", "%00", "phone-", "term-x"])
def test_a_link_to_nothing_in_particular_gives_the_whole_form(client, program, about):
    assert options(client, program, about) == options(client, program)


def test_a_link_beside_a_group_narrows_the_form_to_it(client, program):
    assert options(client, program, "payment") == {"Payment": ["Medicaid"]}
    page = page_of(client.get(address(program, "payment")))
    assert only(page, "input[name=kind][checked]")["value"] == CorrectionKind.INSURANCE
    page = page_of(client.get(address(program, "track")))
    assert only(page, "input[name=kind][checked]")["value"] == CorrectionKind.DOES_NOT_OFFER


def test_a_link_beside_a_phone_chooses_it(client, program):
    about = f"phone-{program.facility.phones.get().pk}"
    page = page_of(client.get(address(program, about)))
    assert only(page, "option[selected]")["value"] == about
    assert only(page, "input[name=kind][checked]")["value"] == CorrectionKind.PHONE


def test_the_form_warns_and_starts_with_the_crisis_numbers(client, program):
    page = page_of(client.get(address(program)))
    assert words(page, ".note").startswith("Do not write about your health or anyone else's.")
    called = [link["href"] for link in page.select("a[href^='tel:']")]
    assert called == ["tel:911", "tel:988", "tel:+18006624357"]


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.CLOSED])
def test_a_listing_that_is_not_public_cannot_be_reported(client, program, status):
    data = filled(program)
    Program.objects.update(status=status)
    assert client.get(address(program)).status_code == 404
    assert client.post(address(program), data).status_code == 404
    assert not Correction.objects.exists()


@pytest.mark.parametrize("facts", [1, 20])
def test_the_form_is_four_statements(client, django_assert_num_queries, facts):
    program = ProgramFactory.create()
    women = state(program, "track/women")
    for other in list(women.term.facet.terms.exclude(pk=women.term.pk))[: facts - 1]:
        state(program, f"track/{other.slug}")
        PhoneFactory.create(facility=program.facility)
    client.get(address(program))
    with django_assert_num_queries(4):
        client.get(address(program))


# Sending it.


def test_a_report_leads_to_its_status(client, program):
    phone = program.facility.phones.get()
    data = filled(
        program, kind="phone", about=f"phone-{phone.pk}", text=" It is\r\n0124. ",
        contact="me@example.org",
    )  # fmt: skip
    response = client.post(address(program), data, follow=True)
    assert response.redirect_chain[0][0].startswith("/corrections/")
    assert response.status_code == 200
    assert words(page_of(response), "h1") == "We have your report. Nobody has looked at it yet."
    stored = Correction.objects.get()
    assert (stored.program, stored.kind, stored.phone.as_e164, stored.phone_extension) == (
        program, "phone", "+14805550123", "45"
    )  # fmt: skip
    assert (stored.text, stored.contact, stored.term) == ("It is\n0124.", "me@example.org", None)


def test_a_report_may_be_about_a_term(client, program):
    medicaid = term("payment/medicaid")
    data = filled(program, kind="insurance", about=f"term-{medicaid.pk}")
    assert client.post(address(program), data).status_code == 302
    assert Correction.objects.get().term == medicaid


def test_nothing_of_the_report_s_way_to_us_is_kept(client, program):
    client.post(
        address(program), filled(program, text=CANARY),
        REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="canarybrowser",
    )  # fmt: skip
    assert rows_that_hold(CANARY) == ["programs_correction"]
    assert rows_that_hold("203.0.113.77") == rows_that_hold("canarybrowser") == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": ""}, "Choose what is wrong."),
        ({"kind": "rude"}, "Select a valid choice. rude is not one of the available choices."),
        ({"kind": "other"}, "Say in a few words what is wrong."),
        ({"about": "phone-0"}, "This is not in the listing any more. Please choose again."),
        ({"contact": "call me"}, "Enter an e-mail address, or a phone number with its area code."),
        (
            {"text": "x" * 501},
            "Ensure this value has at most 500 characters (it has 501).",
        ),
        ({"text": f"{CANARY}\x00"}, "Null characters are not allowed."),
        (
            {"homepage": "https://spam.example"},
            "The field that must stay empty was filled in. We emptied it. Please send it again.",
        ),
        ({"stamp": ""}, "This form was open for too long. Please send it again."),
        ({"stamp": "WzEsMl0:forged"}, "This form was open for too long. Please send it again."),
        ({"seconds_ago": 1}, "That was very fast. Please look it over, then send it again."),
        (
            {"seconds_ago": 86_401},
            "This form was open for too long. Please send it again.",
        ),
    ],
)
def test_a_report_that_will_not_do_is_asked_for_again(client, program, changes, message):
    response = client.post(address(program), filled(program, **changes))
    assert response.status_code == 400
    assert errors(response) == [message]
    assert not Correction.objects.exists()


def test_what_was_written_is_still_there_when_the_form_is_asked_for_again(client, program):
    data = filled(program, seconds_ago=90_000, text=CANARY, contact="me@example.org")
    page = page_of(client.post(address(program), data))
    assert words(page, "textarea") == CANARY
    assert only(page, "#id_contact")["value"] == "me@example.org"
    assert only(page, "input[name=kind][checked]")["value"] == "closed"
    assert only(page, "#id_homepage").get("value") is None
    # The stamp is a new one: after three seconds it will do.
    assert only(page, "[name=stamp]")["value"] != data["stamp"]


def test_the_clock_of_a_form_that_came_too_soon_runs_on(client, program):
    data = filled(program, seconds_ago=2)
    page = page_of(client.post(address(program), data))
    assert only(page, "[name=stamp]")["value"] == data["stamp"]


def test_500_letters_fit_however_many_lines_they_are(client, program):
    text = "\r\n".join(["x"] * 250) + "y"
    assert client.post(address(program), filled(program, text=text)).status_code == 302
    assert len(Correction.objects.get().text) == 500


def test_the_stamp_of_another_listing_will_not_do(client, program):
    data = filled(ProgramFactory.create())
    assert client.post(address(program), data).status_code == 400


def test_too_many_reports_of_a_day_are_refused_with_the_text_kept(client, program):
    for number in range(REPORTS_A_DAY):
        sent = client.post(address(program), filled(program, text=str(number)))
        assert sent.status_code == 302
    response = client.post(address(program), filled(program, text=CANARY))
    assert response.status_code == 429
    assert errors(response) == [
        "Many reports came from your network today. Please send it again tomorrow."
    ]
    assert words(page_of(response), "textarea") == CANARY


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 302),
        ({"Sec-Fetch-Site": "none"}, 302),
        ({}, 302),
        ({"Origin": "null"}, 302),
        ({"Origin": "http://testserver"}, 302),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
    ],
)
def test_a_form_that_another_site_sends_is_refused(client, program, headers, status):
    response = client.post(address(program), filled(program), headers=headers)
    assert response.status_code == status
    assert Correction.objects.count() == (status == 302)


@pytest.mark.parametrize(
    ("text", "reachable"),
    [
        ("me@example.org", True),
        ("(480) 555-0123", True),
        ("+1 480 555 0123", True),
        ("555-0123", False),
        ("call me", False),
        ("me@", False),
        ("9" * 100, False),
    ],
)
def test_a_contact_is_an_address_or_a_number(text, reachable):
    assert is_contact(text) is reachable


# What became of it.


def test_the_status_page_says_what_became_of_the_report(client, program):
    report = CorrectionFactory.create(program=program, link="secret", text=CANARY)
    said = {}
    for status in CorrectionStatus:
        is_open = status in {CorrectionStatus.NEW, CorrectionStatus.CHECKING}
        Correction.objects.update(
            status=status, answer="We called.", closed_at=None if is_open else report.received_at
        )
        response = client.get("/corrections/secret/")
        page = page_of(response)
        said[status] = words(page, "h1")
        assert ("Keep it, and come back" in words(page)) is is_open
        assert "We called." in words(page)
        # Whoever finds the link on a shared device reads no more than it must say.
        assert CANARY not in response.text
    assert said[CorrectionStatus.FIXED] == "We checked, and fixed the listing. Thank you."
    assert len(set(said.values())) == len(CorrectionStatus)


def test_the_report_stays_when_its_listing_is_closed(client, program):
    CorrectionFactory.create(program=program, link="secret")
    Program.objects.update(status=ListingStatus.CLOSED)
    page = page_of(client.get("/corrections/secret/"))
    assert "Saguaro Clinic" in words(page, "dl")
    assert page.select("main dl a") == []


@pytest.mark.parametrize("token", ["wrong", "secre", "0", "x" * 5000])
def test_a_link_that_is_wrong_says_so_plainly(client, token):
    CorrectionFactory.create(link="secret")
    response = client.get(f"/corrections/{token}/")
    assert response.status_code == 404
    assert words(page_of(response), "h1") == "There is no report with this address"


def test_a_cry_for_help_is_answered_first(client, program):
    CorrectionFactory.create(link="secret", text="I want to die")
    page = page_of(client.get("/corrections/secret/"))
    assert words(page, ".crisis-first h2") == "Do you need help right now?"


def test_a_status_page_is_two_statements(client, program, django_assert_num_queries):
    CorrectionFactory.create(link="secret")
    client.get("/corrections/secret/")
    with django_assert_num_queries(2):
        client.get("/corrections/secret/")


def test_pages_of_a_report_are_kept_by_no_cache_no_index_and_no_cookie(client, program):
    CorrectionFactory.create(program=program, link="secret")
    sent = client.post(address(program), filled(program))
    for response in (client.get(address(program)), client.get("/corrections/secret/"), sent):
        assert "no-store" in response["Cache-Control"]
        assert dict(response.cookies) == {}
        assert response["Referrer-Policy"] == "no-referrer"
    for page in (address(program), "/corrections/secret/"):
        robots = only(page_of(client.get(page)), "meta[name=robots]")
        assert robots["content"] == "noindex"


# How long it takes.


def figures(client: Client) -> dict[str, str]:
    page = page_of(client.get("/corrections/"))
    return {str(tag["data-figure"]): words(tag) for tag in page.select("[data-figure]")}


def test_the_public_page_says_how_long_reports_take(client, django_assert_num_queries):
    now = timezone.now()
    for days in (1, 2, 3, 4, 10):
        CorrectionFactory.create(
            received_at=now - timedelta(days=days), closed_at=now, status=CorrectionStatus.FIXED
        )
    CorrectionFactory.create(received_at=now - timedelta(days=5))
    client.get("/corrections/")
    with django_assert_num_queries(2):
        said = figures(client)
    assert said == {
        "received": "6", "closed": "5", "open": "1", "median": "3 days", "ninetieth": "7.6 days",
        "oldest": "5.1 days",
    }  # fmt: skip


def test_the_public_page_says_when_it_does_not_know_yet(client):
    assert figures(client) == {"received": "0", "closed": "0", "open": "0"}
    assert "Not enough yet" in words(page_of(client.get("/corrections/")))


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (timedelta(hours=2), "less than a day"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=1, seconds=1), "1.1 days"),
        (timedelta(days=12, hours=12), "12.5 days"),
    ],
)
def test_a_wait_is_said_in_days_and_rounded_up(wait, text):
    assert wait_text(wait) == text


def test_pages_answer_only_what_they_are_for(client, program):
    CorrectionFactory.create(link="secret")
    assert client.head(address(program)).status_code == 200
    assert client.put(address(program)).status_code == 405
    unchecked = Client()
    assert unchecked.post("/corrections/").status_code == 405
    assert unchecked.post("/corrections/secret/").status_code == 405
