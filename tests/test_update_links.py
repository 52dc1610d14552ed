"""One-tap links: one tap says whether there is room, one more that all else is still right."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import Tag
from django.conf import settings as site
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.enums import (
    ChangeKind,
    LinkUseKind,
    ListingStatus,
    OpeningStatus,
    SourceKind,
)
from programs.models import (
    CareFact,
    ChangeSet,
    Correction,
    Opening,
    Phone,
    Place,
    Program,
    UpdateLink,
    UpdateLinkUse,
)
from programs.upkeep import one_tap, update_links
from programs.upkeep.openings import state_opening
from programs.upkeep.time_zones import time_zone_of
from programs.upkeep.update_links import token_of
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    PhoneFactory,
    ProgramFactory,
    SourceFactory,
    UpdateLinkFactory,
    state,
    term,
)
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

IOP = "level_of_care/iop"


@pytest.fixture
def program() -> Program:
    """A clinic with a level of care, a medicine and a phone, all reported in 2023."""
    program = ProgramFactory.create(facility__name="Quiet Kettle")
    PhoneFactory.create(facility=program.facility)
    state(program, IOP)
    state(program, "medication/methadone")
    return program


@pytest.fixture
def link(program) -> UpdateLink:
    return UpdateLinkFactory.create(facility=program.facility)


def path_of(link: UpdateLink) -> str:
    return f"/update/{token_of(link)}/"


def fields_of(form: Tag) -> dict[str, Any]:
    """Return what a browser would send of a form, without its buttons."""
    return {str(field["name"]): field.get("value", "") for field in form.select("input[name]")}


def row_of(client: Client, link: UpdateLink, path: str = "") -> Tag:
    """Return the part of the page about a level such as "level_of_care/iop"; without, all of it."""
    page = page_of(client.get(path_of(link)))
    program = link.facility.programs.order_by("id").first()
    assert program
    return only(page, f"#level-{program.pk}-{term(path).pk if path else 0}")


def tap_of(client: Client, link: UpdateLink, path: str, status: str) -> dict[str, Any]:
    """Return what the button of a status sends."""
    form = only(row_of(client, link, path), ".taps")
    return fields_of(form) | {"status": status}


def tap(client: Client, link: UpdateLink, path: str, status: str) -> Any:
    return client.post(path_of(link), tap_of(client, link, path, status))


def stored() -> list[list[dict[str, Any]]]:
    """Return all that a link could change."""
    tables: tuple[Any, ...] = (
        Opening, CareFact, Phone, UpdateLink, UpdateLinkUse, Correction,
    )  # fmt: skip
    return [list(model._default_manager.order_by("pk").values()) for model in tables]


# What the page says.


def test_the_page_shows_each_level_of_each_program_with_four_buttons(client, program, link):
    ProgramFactory.create(facility=program.facility, name="Night group")
    ProgramFactory.create(facility=program.facility, status=ListingStatus.CLOSED, name="Gone")
    page = page_of(client.get(path_of(link)))
    assert words(page, "h1") == "Is there room at Quiet Kettle?"
    titles = [words(title) for title in page.select("main > section:not(#rest) h2")]
    assert titles == ["Quiet Kettle", "Quiet Kettle, Night group"]
    labels = [words(title) for title in page.select(".level h3")]
    assert labels == ["The program as a whole", str(term(IOP)), "The program as a whole"]
    buttons = [words(button) for button in row_of(client, link, IOP).select(".taps button")]
    assert buttons == ["Open", "Waitlist", "Full", "Not taking new people"]
    assert words(row_of(client, link, IOP), ".now") == "Not known: nobody has said."


def test_one_tap_says_there_is_room_and_until_when_that_counts(client, program, link):
    response = tap(client, link, IOP, "open")
    iop = term(IOP)
    assert response["Location"] == f"{path_of(link)}#level-{program.pk}-{iop.pk}"
    opening = Opening.objects.get()
    assert (opening.program, opening.term, opening.status) == (program, iop, "open")
    assert (opening.source.kind, opening.stated_by) == (SourceKind.FACILITY, None)
    row = row_of(client, link, IOP)
    # Chandler, Arizona, has no summer time.
    until = r"[A-Z][a-z]+day, [A-Z][a-z]+\.? \d+, (\d+(:\d\d)? [ap]\.m\.|noon|midnight) MST"
    said = rf"Open\. Your program said so in the last hour\. Counts until {until}\."
    assert re.fullmatch(said, words(row, ".now"))
    assert words(row, ".saved p") == "Saved."
    assert words(row, "[aria-current]") == "Open"
    assert Program.objects.get().openings.current(timezone.now()).count() == 1


def test_what_has_expired_reads_not_known_with_what_was_last_said(client, program, link):
    state_opening(
        program, None, OpeningStatus.FULL, source=SourceFactory.create(), user=None,
        now=timezone.now() - timedelta(days=3),
    )  # fmt: skip
    assert words(row_of(client, link), ".now") == "Not known now. Last said: Full, 3 days ago."
    assert row_of(client, link).select("[aria-current]") == []


def test_each_use_is_recorded_and_the_change_says_which_link(client, link):
    tap(client, link, IOP, "full")
    use = UpdateLinkUse.objects.get()
    assert (use.link, use.kind, use.said) == (link, LinkUseKind.STATED, "Full")
    change = ChangeSet.objects.get(metadata__link=link.pk)
    assert (change.kind, change.user_id, change.note) == (ChangeKind.ONE_TAP, None, "Ann")
    link.refresh_from_db()
    assert link.last_used_at == use.used_at


def test_opening_a_link_changes_nothing(client, link):
    before = stored()
    for _time in range(3):
        assert client.get(path_of(link)).status_code == 200
        assert client.head(path_of(link)).status_code == 200
    assert stored() == before


def test_the_page_sets_no_cookie_and_is_kept_and_indexed_by_nobody(client, link):
    for response in (client.get(path_of(link)), tap(client, link, IOP, "open")):
        assert dict(response.cookies) == {}
        assert "no-store" in response["Cache-Control"]
    page = page_of(client.get(path_of(link)))
    assert only(page, "meta[name=robots]")["content"] == "noindex"


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_takes_as_many_statements_however_many_levels(
    client, link, program, count, django_assert_num_queries
):
    for _number in range(count):
        other = ProgramFactory.create(facility=program.facility)
        state(other, IOP)
    with django_assert_num_queries(15):
        client.get(path_of(link))


# A tap again, an older page, an undo.


def test_a_double_tap_is_one(client, link):
    data = tap_of(client, link, IOP, "open")
    assert [client.post(path_of(link), data).status_code for _time in range(2)] == [302, 302]
    assert UpdateLinkUse.objects.count() == 1


def test_a_page_that_was_overtaken_changes_nothing(client, link):
    old = tap_of(client, link, IOP, "open")
    tap(client, link, IOP, "full")
    before = stored()
    response = client.post(path_of(link), old)
    assert response.status_code == 409
    assert "This page was out of date" in words(page_of(response), "[role=alert]")
    assert stored() == before


def test_the_last_tap_is_taken_back_to_what_was_said_before(client, program, link):
    state_opening(
        program, term(IOP), OpeningStatus.WAITLIST, wait_days=9, source=SourceFactory.create(),
        user=KeeperFactory.create().user, now=timezone.now() - timedelta(hours=5),
    )  # fmt: skip
    before = Opening.objects.values().get()
    tap(client, link, IOP, "open")
    undo = fields_of(only(row_of(client, link, IOP), ".saved form")) | {"do": "undo"}
    assert client.post(path_of(link), undo).status_code == 302
    assert Opening.objects.values().get() == before
    row = row_of(client, link, IOP)
    assert words(row, ".saved") == "Your last tap was taken back."
    # Sent again, it takes nothing else back.
    assert client.post(path_of(link), undo).status_code == 409


def test_a_first_tap_taken_back_leaves_nothing_said(client, link):
    tap(client, link, IOP, "open")
    undo = fields_of(only(row_of(client, link, IOP), ".saved form")) | {"do": "undo"}
    client.post(path_of(link), undo)
    assert Opening.objects.count() == 0
    assert words(row_of(client, link, IOP), ".now") == "Not known: nobody has said."


def test_what_somebody_else_said_since_is_not_taken_back(client, program, link):
    tap(client, link, IOP, "open")
    undo = fields_of(only(row_of(client, link, IOP), ".saved form")) | {"do": "undo"}
    state_opening(
        program, term(IOP), OpeningStatus.FULL, source=SourceFactory.create(), user=None,
        now=timezone.now(),
    )  # fmt: skip
    assert client.post(path_of(link), undo).status_code == 409
    assert Opening.objects.get().status == "full"


def test_a_tap_can_be_taken_back_for_a_quarter_of_an_hour(client, link):
    tap(client, link, IOP, "open")
    use = UpdateLinkUse.objects.get()
    assert one_tap.can_undo(use, use.used_at + timedelta(minutes=14))
    assert not one_tap.can_undo(use, use.used_at + timedelta(minutes=15))


# More than a status.


def say_more(client: Client, link: UpdateLink, **more: Any) -> Any:
    form = only(row_of(client, link, IOP), "details form")
    return client.post(path_of(link), fields_of(form) | more)


def test_a_wait_and_walk_in_hours_can_be_said_afterwards_and_stay(client, link):
    tap(client, link, IOP, "waitlist")
    assert say_more(client, link, wait_days="14", walk_in_hours="Mon 9 to 11").status_code == 302
    assert words(row_of(client, link, IOP), ".now").startswith("Waitlist of about 14 days.")
    # To tap the same again says the same again; another status has no wait.
    tap(client, link, IOP, "waitlist")
    assert Opening.objects.get().wait_days == 14
    tap(client, link, IOP, "open")
    opening = Opening.objects.get()
    assert (opening.wait_days, opening.walk_in_hours) == (None, "Mon 9 to 11")


@pytest.mark.parametrize(
    ("sent", "kept"), [("true", True), ("false", False), ("unknown", None), ("x", None)]
)
def test_can_start_today_is_yes_no_or_not_said(client, link, sent, kept):
    tap(client, link, IOP, "open")
    say_more(client, link, can_start_today=sent, places_count="3")
    opening = Opening.objects.get()
    assert (opening.can_start_today, opening.places_count) == (kept, 3)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"places_count": "0"}, "Open places: Ensure this value is greater than or equal to 1."),
        ({"places_count": "many"}, "Open places: Enter a whole number."),
        ({"wait_days": "3"}, "Only a waitlist has a wait in days."),
        (
            {"walk_in_hours": "x" * 81},
            "Walk-in hours: Ensure this value has at most 80 characters (it has 81).",
        ),
    ],
)
def test_details_that_do_not_fit_are_told_and_change_nothing(client, link, more, problem):
    tap(client, link, IOP, "open")
    before = stored()
    response = say_more(client, link, **more)
    assert response.status_code == 400
    assert words(page_of(response), "[role=alert]") == problem
    assert stored() == before


@pytest.mark.parametrize(
    "change",
    [
        {"status": "maybe"},
        {"program": "x"},
        {"program": ""},
        {"program": "99999999999999999999"},
        {"term": "-1"},
        {"do": "dance"},
        {"do": "undo"},
        {"do": "confirm"},
        {"do": "undo", "use": "9" * 30},
        {"seen": "\0"},
    ],
)
def test_what_no_page_of_ours_sends_is_refused_and_changes_nothing(client, link, change):
    data = tap_of(client, link, IOP, "open") | change
    before = stored()
    response = client.post(path_of(link), data)
    assert response.status_code == 400
    assert "Nothing was changed" in words(page_of(response), "[role=alert]")
    assert stored() == before


def test_a_link_says_nothing_of_another_facility_or_of_a_level_not_offered(client, link):
    other = ProgramFactory.create()
    data = tap_of(client, link, IOP, "open")
    before = stored()
    for change in ({"program": other.pk, "term": ""}, {"term": term("track/women").pk}):
        assert client.post(path_of(link), data | change).status_code == 409
    assert stored() == before


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}],
)
def test_a_tap_that_another_site_sends_changes_nothing(client, link, headers):
    data = tap_of(client, link, IOP, "open")
    before = stored()
    assert client.post(path_of(link), data, headers=headers).status_code == 403
    assert stored() == before


# Everything else still right?


def confirm_of(client: Client, link: UpdateLink) -> dict[str, Any]:
    page = page_of(client.get(path_of(link)))
    return fields_of(only(page, "#rest > form")) | {"do": "confirm"}


def test_one_tap_confirms_the_whole_listing_and_keeps_its_sources(client, program, link):
    response = client.post(path_of(link), confirm_of(client, link))
    assert response["Location"] == f"{path_of(link)}#rest"
    today = timezone.localdate()
    program.facility.refresh_from_db()
    days = {
        program.facility.name_confirmed_on,
        program.facility.address_confirmed_on,
        program.facility.phones.get().confirmed_on,
        program.carefact_set.get().confirmed_on,
        program.medicationfact_set.get().confirmed_on,
    }
    assert days == {today}
    assert program.carefact_set.get().source.slug == "test-survey"
    assert ChangeSet.objects.get(metadata__link=link.pk).kind == ChangeKind.ONE_TAP
    assert "checked it today" in words(page_of(client.get(path_of(link))), "#rest .saved")


def test_a_confirmation_sent_again_confirms_nothing_again(client, program, link):
    data = confirm_of(client, link)
    client.post(path_of(link), data)
    # As if the browser sent it again on another day.
    CareFact.objects.update(confirmed_on=None)
    assert client.post(path_of(link), data).status_code == 302
    assert program.carefact_set.get().confirmed_on is None
    assert UpdateLinkUse.objects.count() == 1


def test_a_listing_that_changed_meanwhile_is_looked_at_again(client, program, link):
    data = confirm_of(client, link)
    state(program, "track/women")
    before = stored()
    assert client.post(path_of(link), data).status_code == 409
    assert stored() == before


def test_a_closed_program_of_the_facility_is_not_confirmed(client, program, link):
    closed = ProgramFactory.create(facility=program.facility, status=ListingStatus.CLOSED)
    state(closed, IOP)
    client.post(path_of(link), confirm_of(client, link))
    assert closed.carefact_set.get().confirmed_on is None


def changed_of(client: Client, link: UpdateLink) -> dict[str, Any]:
    page = page_of(client.get(path_of(link)))
    return fields_of(only(page, "#rest > details:last-of-type form")) | {"do": "changed"}


def test_something_changed_becomes_a_report_for_the_keepers(client, program, link):
    data = changed_of(client, link) | {"text": "We moved next door."}
    for _time in range(2):
        assert client.post(path_of(link), data).status_code == 302
    report = Correction.objects.get()
    assert report.program == program
    assert report.text == "From the facility (Ann, one-tap link): We moved next door."
    assert report.contact == link.email
    assert "A person reads it" in words(page_of(client.get(path_of(link))), "#rest .saved")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": ""}, "What changed?: Say in a few words what changed."),
        ({"once": "forged"}, "Part of the page did not arrive."),
    ],
)
def test_a_report_without_words_or_from_elsewhere_is_refused(client, link, change, problem):
    data = changed_of(client, link) | {"text": "We moved."} | change
    response = client.post(path_of(link), data)
    assert response.status_code == 400
    assert problem in words(page_of(response), "[role=alert]")
    assert Correction.objects.count() == 0


# Links that do not work.


def closed_links(link: UpdateLink) -> dict[str, tuple[str, int]]:
    now = timezone.now()
    facility = link.facility
    expired = UpdateLinkFactory.create(facility=facility, created_at=now - timedelta(days=91))
    revoked = UpdateLinkFactory.create(facility=facility)
    update_links.revoke(revoked, now)
    gone = UpdateLinkFactory.create(facility=facility)
    gone_token = token_of(gone)
    gone.delete()
    return {
        token_of(expired): ("This link has expired.", 410),
        token_of(revoked): ("This link was taken back", 410),
        gone_token: ("not one of ours", 404),
        str(link.pk): ("not one of ours", 404),
        f"{link.pk}.": ("not one of ours", 404),
        f"{link.pk}.forged": ("not one of ours", 404),
    }


def test_a_link_that_does_not_work_says_why_and_changes_nothing(client, link):
    data = tap_of(client, link, IOP, "open")
    closed = closed_links(link)
    before = stored()
    for token, (reason, status) in closed.items():
        for response in (
            client.get(f"/update/{token}/"),
            client.post(f"/update/{token}/", data),
        ):
            assert response.status_code == status
            said = words(page_of(response), "main")
            assert reason in said
            assert "Nothing was changed." in said
    assert stored() == before


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_other_token_than_the_link_s_own_opens_anything(data):
    now = timezone.now()
    link = UpdateLink(pk=12)
    token = token_of(link)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(exclude_characters=token[at], codec="utf-8"))
    other = data.draw(
        st.sampled_from(
            [token[:at] + letter + token[at + 1 :], token[:at], token + letter, letter + token]
        )
    )
    with pytest.raises(update_links.ClosedLinkError):
        update_links.find(other, now)


def test_a_new_key_ends_links_unless_the_old_one_is_kept(client, link):
    path = path_of(link)
    statuses = []
    for fallbacks in ([], ["another"], [site.SECRET_KEY]):
        with override_settings(**{"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": fallbacks}):
            statuses.append(client.get(path).status_code)
    assert statuses == [404, 404, 200]


def test_the_link_of_an_account_ends_with_what_the_account_may_do(client, program):
    membership = MembershipFactory.create()
    program.facility.organization = membership.organization
    program.facility.save()
    link = UpdateLinkFactory.create(facility=program.facility, keeper=membership.keeper)
    tap(client, link, IOP, "open")
    assert Opening.objects.get().stated_by == membership.keeper.user
    membership.delete()
    assert client.get(path_of(link)).status_code == 410


def test_to_revoke_ends_all_links_of_the_person_for_the_facility(link):
    now = timezone.now()
    second = update_links.make_again(link, now)
    elsewhere = UpdateLinkFactory.create(email=link.email)
    assert update_links.revoke(second, now) == 2
    assert list(update_links.standing_links()) == [elsewhere]


# The clock.


@pytest.mark.parametrize(
    ("state_code", "zip_code", "zone"),
    [
        ("AZ", "85225", "America/Phoenix"),
        ("TX", "79901", "America/Denver"),
        ("TX", "78701", "America/Chicago"),
        ("HI", "", "Pacific/Honolulu"),
        ("ZZ", "", "UTC"),
    ],
)
def test_a_facility_goes_by_the_clock_of_its_zip_code_or_state(state_code, zip_code, zone):
    facility = FacilityFactory.create(state=state_code, zip_code=zip_code)
    assert time_zone_of(facility).key == zone


def test_a_hidden_address_goes_by_the_clock_of_its_county():
    county = Place.objects.get(kind="county", key="el paso county", state="TX")
    facility = FacilityFactory.create(state="TX", zip_code="", county=county)
    assert time_zone_of(facility).key == "America/Denver"
