"""The staff portal: facility staff see and change the listings of their organization alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from programs.enums import ChangeKind
from programs.models import (
    CareFact,
    ChangeSet,
    CoverageFact,
    Facility,
    FeatureFact,
    MedicationFact,
    Opening,
    Phone,
    Program,
    change_set,
)
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    PhoneFactory,
    ProgramFactory,
    state,
    term,
)
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def membership():
    return MembershipFactory.create()


@pytest.fixture
def staff(membership):
    client = Client()
    client.force_login(membership.keeper.user)
    return client


@pytest.fixture
def program(membership):
    return ProgramFactory.create(
        facility__organization=membership.organization, facility__name="Hope"
    )


def url(program: Program, section: str = "") -> str:
    if not section:
        return reverse("programs:staff-facility", args=[program.facility_id])
    key = section if section in {"contact", "identity"} else f"{program.pk}-{section}"
    return reverse("programs:staff-section", args=[program.facility_id, key])


def entries(page: BeautifulSoup) -> dict[str, Any]:
    """Return what the browser would post of the section's form, untouched."""
    found: dict[str, Any] = {}
    for field in only(page, "form.section").select("input[name], select[name], textarea[name]"):
        kind, name = field.get("type"), str(field["name"])
        if field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            found[name] = chosen[0].get("value", "")
        elif field.name == "textarea":
            found[name] = field.text.lstrip("\n")
        elif kind == "checkbox":
            if field.has_attr("checked"):
                found.setdefault(name, []).append(field["value"]) if field.get("value") else (
                    found.update({name: "on"})
                )
        elif kind != "radio" or field.has_attr("checked"):
            found[name] = field.get("value", "")
    return found


def opened(client, program, section) -> dict[str, Any]:
    return entries(page_of(client.get(url(program, section))))


def saved(client, program, section, do="save", **typed):
    return client.post(url(program, section), opened(client, program, section) | typed | {"do": do})


def field_of(path: str, more: str = "") -> str:
    return f"t{term(path).pk}{more}"


def queries_of(client, address) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# Whose facilities.


def test_staff_see_their_facilities_with_what_is_old(staff, program):
    ProgramFactory.create(facility__name="Other", facility__organization=None)
    state(program, "track/women", reported_on=timezone.localdate() - timedelta(days=4000))
    page = page_of(staff.get(reverse("programs:staff")))
    assert [words(h) for h in page.select("h2")] == ["Hope"]
    assert words(page, ".warning") == "1 group of facts is old: look whether it is still right."


def test_an_editor_finds_any_facility_by_name(program):
    client = Client()
    client.force_login(KeeperFactory.create().user)
    FacilityFactory.create(name="Quiet Kettle")
    page = page_of(client.get(reverse("programs:staff"), {"q": "kettle"}))
    assert [words(h) for h in page.select("h2")] == ["Quiet Kettle"]


@pytest.mark.parametrize("section", ["", "contact", "track"])
def test_another_organizations_facility_is_not_found(staff, section):
    other = ProgramFactory.create(facility__organization=MembershipFactory.create().organization)
    assert staff.get(url(other, section)).status_code == 404


def test_a_section_that_there_is_not_is_not_found(staff, program):
    assert staff.get(url(program, "nothing")).status_code == 404


def test_the_list_asks_as_often_for_twenty_facilities_as_for_one(staff, membership, program):
    queries_of(staff, reverse("programs:staff"))
    at_one = queries_of(staff, reverse("programs:staff"))
    for _number in range(19):
        ProgramFactory.create(facility__organization=membership.organization)
    assert (at_one, queries_of(staff, reverse("programs:staff"))) == (12, 12)


# Openings.


def test_one_tap_says_that_there_is_room(staff, membership, program):
    page = page_of(staff.get(url(program)))
    form = page.select(".taps")[0]
    hidden = {field["name"]: field["value"] for field in form.select("input")}
    response = staff.post(str(form["action"]), hidden | {"status": "open"})
    assert response.status_code == 302
    opening = Opening.objects.get()
    assert (opening.status, opening.source.slug, opening.stated_by) == (
        "open", "facility", membership.keeper.user,
    )  # fmt: skip
    assert staff.post(str(form["action"]), hidden | {"status": "full"}).status_code == 409
    assert Opening.objects.get().status == "open"


# Phones.


def test_a_phone_is_changed_at_once_and_says_who_said_it(staff, membership, program):
    phone = PhoneFactory.create(facility=program.facility, number="+14805550101")
    response = saved(staff, program, "contact", **{f"phone_{phone.pk}_number": "480-555-0199"})
    assert response.status_code == 302
    phone.refresh_from_db()
    today = timezone.localdate()
    assert (phone.number.as_e164, phone.source.slug, phone.reported_on, phone.confirmed_on) == (
        "+14805550199", "facility", today, today,
    )  # fmt: skip
    change = ChangeSet.objects.get()
    assert (change.kind, change.user_id) == (ChangeKind.STAFF, membership.keeper.user.pk)


def test_phones_are_added_and_taken_off(staff, program):
    old = PhoneFactory.create(facility=program.facility, number="+14805550101")
    typed = {f"phone_{old.pk}_remove": "on", "phone_new1_number": "(480) 555-0102"}
    assert saved(staff, program, "contact", **typed).status_code == 302
    assert [str(phone) for phone in Phone.objects.all()] == ["(480) 555-0102"]


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"phone_new1_number": "12"}, "Enter a valid phone number"),
        ({"phone_new1_extension": "12"}, "Type the number that the extension is of."),
        ({"website": "hope dot org"}, "Enter a valid URL."),
    ],
)
def test_what_is_no_number_is_refused_and_nothing_is_saved(staff, program, typed, complaint):
    response = saved(staff, program, "contact", **typed)
    assert response.status_code == 400
    assert words(page_of(response).select(".error")[0]).startswith(complaint)
    assert Phone.objects.count() == 0


def test_a_page_that_was_not_changed_saves_nothing(staff, program):
    response = saved(staff, program, "contact")
    assert response.status_code == 400
    assert words(page_of(response), ".errors") == "You changed nothing on this page."


def test_a_section_asks_as_often_for_twenty_rows_as_for_one(staff, program):
    terms = term("track/women").facet.terms.order_by("id")[:20]
    asked = {}
    for count in (1, 20):
        for number in range(Phone.objects.count(), count):
            PhoneFactory.create(facility=program.facility)
            state(program, f"track/{terms[number].slug}")
        for section in ("contact", "track"):
            queries_of(staff, url(program, section))
            asked[section, count] = queries_of(staff, url(program, section))
    assert asked == {
        ("contact", 1): 13, ("contact", 20): 13, ("track", 1): 16, ("track", 20): 16,
    }  # fmt: skip


# Facts.


def test_a_federal_yes_that_the_facility_denies_becomes_its_no(staff, program):
    state(program, "track/women")
    assert saved(staff, program, "track", **{field_of("track/women"): "no"}).status_code == 302
    fact = FeatureFact.objects.get()
    assert (fact.answer, fact.source.slug, fact.confirmed_on) == (
        "no", "facility", timezone.localdate(),
    )  # fmt: skip


def test_nobody_takes_back_what_another_source_stated(staff, program):
    state(program, "track/women")
    response = saved(staff, program, "track", **{field_of("track/women"): ""})
    assert response.status_code == 400
    assert words(page_of(response), ".error") == "Somebody else stated this: answer yes or no."
    assert FeatureFact.objects.get().answer == "yes"


def test_the_facility_takes_its_own_statement_back(staff, program):
    saved(staff, program, "track", **{field_of("track/women"): "yes"})
    assert FeatureFact.objects.get().source.slug == "facility"
    assert saved(staff, program, "track", **{field_of("track/women"): ""}).status_code == 302
    assert FeatureFact.objects.count() == 0


def test_a_level_of_care_has_its_hours(staff, program):
    name = field_of("level_of_care/iop")
    typed = {name: "yes", f"{name}_hours_per_week_min": "9", f"{name}_overnight": "no"}
    assert saved(staff, program, "level_of_care", **typed).status_code == 302
    fact = CareFact.objects.get()
    assert (fact.answer, fact.hours_per_week_min, fact.overnight) == ("yes", 9, False)
    assert saved(staff, program, "level_of_care", **{name: "no"}).status_code == 302
    fact.refresh_from_db()
    assert (fact.answer, fact.hours_per_week_min, fact.overnight) == ("no", None, None)


def test_hours_without_a_yes_are_refused(staff, program):
    name = field_of("level_of_care/iop")
    response = saved(staff, program, "level_of_care", **{f"{name}_hours_per_week_min": "9"})
    assert response.status_code == 400
    assert CareFact.objects.count() == 0


def test_a_relation_to_a_medicine_replaces_what_was_stated(staff, program):
    state(program, "medication/methadone", relation="taper_only")
    state(program, "medication/methadone", relation="accepts_elsewhere")
    typed = {field_of("medication/methadone"): "starts_and_continues"}
    assert saved(staff, program, "medication", **typed).status_code == 302
    fact = MedicationFact.objects.get()
    assert (fact.relation, fact.source.slug) == ("starts_and_continues", "facility")


def test_plans_are_in_network_line_by_line(staff, program):
    state(program, "payment/private_insurance")
    name = field_of("payment/private_insurance", "_plans")
    assert saved(staff, program, "payment", **{name: "Blue\nGreen\n"}).status_code == 302
    assert saved(staff, program, "payment", **{name: "Green"}).status_code == 302
    assert list(CoverageFact.objects.order_by("id").values_list("plan", "relation")) == [
        ("", "accepts_network_unknown"), ("Green", "in_network"),
    ]  # fmt: skip


def test_states_served_are_ticked(staff, program):
    assert saved(staff, program, "states-served", states=["NM", "AZ"]).status_code == 302
    program.refresh_from_db()
    assert program.states_served == ["AZ", "NM"]


def test_all_of_a_section_is_confirmed(staff, program):
    fact = state(program, "track/women")
    assert saved(staff, program, "track", do="confirm").status_code == 302
    fact.refresh_from_db()
    assert (fact.confirmed_on, fact.source.kind) == (timezone.localdate(), "federal_directory")


# Two people, one listing.


def test_who_saves_second_sees_what_the_first_changed(staff, program):
    phone = PhoneFactory.create(facility=program.facility, number="+14805550101")
    fields = opened(staff, program, "contact")
    with transaction.atomic(), change_set(kind=ChangeKind.COMMAND):
        Facility.objects.update(website="https://first.example.org")
    typed = {f"phone_{phone.pk}_extension": "7", "do": "save"}
    response = staff.post(url(program, "contact"), fields | typed)
    page = page_of(response)
    assert response.status_code == 409
    assert words(page, ".note ins") == "https://first.example.org"
    phone.refresh_from_db()
    assert phone.extension == ""
    # What was typed is still there, and what the other saved stays.
    assert staff.post(url(program, "contact"), entries(page) | {"do": "save"}).status_code == 302
    phone.refresh_from_db()
    assert (phone.extension, Facility.objects.get().website) == ("7", "https://first.example.org")


def saved_by_another(model, **values):
    with transaction.atomic(), change_set(kind=ChangeKind.COMMAND):
        model.objects.update(**values)


@pytest.mark.parametrize(
    ("choice", "website"),
    [("mine", "https://mine.example.org"), ("theirs", "https://first.example.org")],
)
def test_who_saves_second_chooses_field_by_field(staff, program, choice, website):
    phone = PhoneFactory.create(facility=program.facility, number="+14805550101")
    fields = opened(staff, program, "contact")
    saved_by_another(Facility, website="https://first.example.org")
    typed = {f"phone_{phone.pk}_extension": "7", "website": "https://mine.example.org"}
    page = page_of(staff.post(url(program, "contact"), fields | typed | {"do": "save"}))
    [clash] = page.select(".clash")
    assert words(clash) == (
        "You both changed this: Web site Before: -"
        " Take theirs: https://first.example.org Keep yours: https://mine.example.org"
    )
    again = entries(page) | {"_choice-website": choice, "do": "save"}
    assert staff.post(url(program, "contact"), again).status_code == 302
    phone.refresh_from_db()
    assert (Facility.objects.get().website, phone.extension) == (website, "7")


def test_a_fact_that_both_changed_is_chosen_in_words(staff, program):
    state(program, "track/women")
    name = field_of("track/women")
    fields = opened(staff, program, "track") | {name: "no", "do": "save"}
    # Somebody took it off, so that it reads "not stated" now.
    with transaction.atomic(), change_set(kind=ChangeKind.COMMAND):
        FeatureFact.objects.all().delete()
    page = page_of(staff.post(url(program, "track"), fields))
    assert words(page, ".clash").endswith("Before: Yes Take theirs: Not stated Keep yours: No")
    again = entries(page) | {f"_choice-{name}": "theirs", "do": "save"}
    response = staff.post(url(program, "track"), again, follow=True)
    assert words(page_of(response), ".note") == "What the other saved stays."
    assert FeatureFact.objects.count() == 0


def test_what_both_changed_alike_is_no_clash(staff, program):
    fields = opened(staff, program, "contact") | {"website": "https://a.example.org", "do": "save"}
    saved_by_another(Facility, website="https://a.example.org")
    response = staff.post(url(program, "contact"), fields)
    assert (response.status_code, page_of(response).select(".clash")) == (409, [])


def test_what_was_typed_into_a_line_that_another_removed_is_told(staff, program):
    phone = PhoneFactory.create(facility=program.facility, number="+14805550101")
    typed = {f"phone_{phone.pk}_number": "480-555-0199", "do": "save"}
    fields = opened(staff, program, "contact") | typed
    with transaction.atomic(), change_set(kind=ChangeKind.COMMAND):
        phone.delete()
    page = page_of(staff.post(url(program, "contact"), fields))
    assert words(page.select("form .note")[0]).endswith("You typed this into it: 480-555-0199")


@pytest.mark.parametrize("do", ["save", "confirm", "draft"])
@pytest.mark.parametrize("version", ["1.x", None])
def test_a_damaged_or_missing_version_is_refused(staff, program, version, do):
    typed = {"website": "https://x.example.org", "version": version, "do": do}
    fields = opened(staff, program, "contact") | typed
    sent = {name: said for name, said in fields.items() if said is not None}
    response = staff.post(url(program, "contact"), sent)
    assert response.status_code == 400
    assert "Part of the page did not arrive" in words(page_of(response), ".errors")
    assert Facility.objects.get().website == ""


# The public page beside it.


def article(response) -> str:
    """Return the listing's text, which the public page and the preview share.

    Nobody puts a preview on a list.
    """
    return words(page_of(response), "article.listing").replace(" Put on my list", "")


@pytest.mark.parametrize(
    ("section", "typed"),
    [
        ("contact", {"phone_new1_number": "480-555-0102"}),
        ("track", {"track/women": "no"}),
        ("level_of_care", {"level_of_care/iop": "yes"}),
    ],
)
def test_a_preview_is_the_public_page_and_stores_nothing(staff, program, section, typed):
    state(program, "track/women")
    named = {field_of(name) if "/" in name else name: said for name, said in typed.items()}
    before = article(staff.get(program.get_absolute_url()))
    response = saved(staff, program, section, do="preview", **named)
    previewed = article(response)
    assert response.status_code == 200
    assert previewed != before
    assert article(staff.get(program.get_absolute_url())) == before
    assert ChangeSet.objects.count() == 0
    assert saved(staff, program, section, **named).status_code == 302
    assert article(staff.get(program.get_absolute_url())) == previewed


def test_a_preview_of_a_name_leaves_the_rest_of_the_page_as_it_is(staff, program):
    page = page_of(saved(staff, program, "identity", do="preview", name="Hope House"))
    assert words(only(page, "article.listing h1")) == "Hope House"
    assert words(page.select("main a")[0]) == "Hope"
