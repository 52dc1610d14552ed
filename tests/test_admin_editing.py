"""Editing at the desk: facts and facilities, whose word they become, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from programs.enums import Role, SourceKind
from programs.models import (
    CareFact,
    ConfidentialAddress,
    Facility,
    FeatureFact,
    MedicationFact,
    Program,
    Source,
)
from tests.admin_pages import form_data, url
from tests.clients import signed_in
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    PhoneFactory,
    ProgramFactory,
    state,
    term,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(db) -> Client:
    return signed_in(User.objects.create_superuser("keeper"))


def add_row(data: dict[str, Any], prefix: str, **values: Any) -> int:
    """Add a row to an inline as "Add another" does, and return its number."""
    number = int(data[f"{prefix}_set-TOTAL_FORMS"])
    data[f"{prefix}_set-TOTAL_FORMS"] = number + 1
    today = timezone.localdate().isoformat()
    row = {
        "source": Source.objects.get(slug="staff").pk, "reported_on": today, "confirmed_on": today,
        **values,
    }  # fmt: skip
    data.update({f"{prefix}_set-{number}-{name}": value for name, value in row.items()})
    return number


def save(client: Client, program: Program, data: dict[str, Any]) -> dict[str, list[dict]]:
    """Post the page; return the errors of its inlines by prefix, nothing when it was saved."""
    response = client.post(url(Program, "change", program.pk), data)
    if response.status_code == 302:
        return {}
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    return {
        formset.prefix: [dict(e) for e in formset.errors]
        for formset in formsets
        if any(formset.errors)
    }


def test_a_new_fact_is_our_staff_s_of_today_by_default(keeper):
    program = ProgramFactory.create()
    context = keeper.get(url(Program, "change", program.pk)).context
    for inline in context["inline_admin_formsets"][1:5]:
        empty = inline.formset.empty_form
        assert empty["source"].value() == Source.objects.get(slug="staff").pk
        assert empty["confirmed_on"].value() == timezone.localdate()
    page = keeper.get(url(Program, "change", program.pk)).content.decode()
    staff = Source.objects.get(slug="staff")
    assert page.count(f'<option value="{staff.pk}" selected>{staff}</option>') == 4


def test_a_fact_is_added_on_its_program(keeper):
    program = ProgramFactory.create()
    data = form_data(keeper.get(url(Program, "change", program.pk)))
    add_row(data, "carefact", term=term("level_of_care/iop").pk, answer="yes")
    assert save(keeper, program, data) == {}
    fact = CareFact.objects.get(program=program)
    assert (fact.term, fact.source.kind) == (term("level_of_care/iop"), SourceKind.STAFF)
    assert fact.confirmed_on == fact.reported_on == timezone.localdate()


def test_a_fact_is_taken_away_on_its_program(keeper):
    program = ProgramFactory.create()
    for path in ("language/spanish", "language/interpreter"):
        state(program, path)
    data = form_data(keeper.get(url(Program, "change", program.pk)))
    data["featurefact_set-0-DELETE"] = "on"
    kept = data["featurefact_set-1-term"]
    assert save(keeper, program, data) == {}
    assert [fact.term_id for fact in FeatureFact.objects.all()] == [kept]


def test_a_feature_about_a_medicine_is_refused_on_its_field(keeper):
    program = ProgramFactory.create()
    data = form_data(keeper.get(url(Program, "change", program.pk)))
    add_row(data, "featurefact", term=term("medication/methadone").pk, answer="yes")
    assert save(keeper, program, data) == {
        "featurefact_set": [
            {"term": ["This is not a term for “features”. Choose one from the list."]}
        ]
    }
    assert not FeatureFact.objects.exists()


@pytest.mark.parametrize(
    ("prefix", "path", "row", "errors"),
    [
        (
            "carefact",
            "level_of_care/iop",
            {"answer": "yes", "hours_per_week_min": 19, "hours_per_week_max": 9},
            {"hours_per_week_max": ["This is less than where it starts."]},
        ),
        (
            "carefact",
            "level_of_care/iop",
            {"answer": "yes", "asam_level": "2.1"},
            {"asam_edition": ["A level needs its edition: they number differently."]},
        ),
        (
            "medicationfact",
            "medication/methadone",
            {"relation": "does_not_accept", "confirmed_on": ""},
            {"confirmed_on": ["Say when you checked: a refusal may raise disability law."]},
        ),
        (
            "coveragefact",
            "payment/medicaid",
            {"relation": "in_network"},
            {"plan": ["Name the plan: a place is in network for a plan."]},
        ),
    ],
)
def test_a_fact_that_lacks_what_it_needs_is_refused_on_its_field(keeper, prefix, path, row, errors):
    program = ProgramFactory.create()
    data = form_data(keeper.get(url(Program, "change", program.pk)))
    add_row(data, prefix, term=term(path).pk, **row)
    assert save(keeper, program, data) == {f"{prefix}_set": [errors]}


def test_the_same_fact_twice_is_refused(keeper):
    program = ProgramFactory.create()
    state(program, "language/spanish")
    data = form_data(keeper.get(url(Program, "change", program.pk)))
    add_row(data, "featurefact", term=term("language/spanish").pk, answer="no")
    assert keeper.post(url(Program, "change", program.pk), data).status_code == 200
    assert FeatureFact.objects.get().answer == "yes"


def test_a_survey_s_fact_that_a_keeper_changes_becomes_our_staff_s_of_today(keeper):
    program = ProgramFactory.create()
    state(program, "language/spanish")
    state(program, "language/interpreter")
    data = form_data(keeper.get(url(Program, "change", program.pk)))
    row = next(
        n for n in (0, 1) if data[f"featurefact_set-{n}-term"] == term("language/spanish").pk
    )
    data[f"featurefact_set-{row}-answer"] = "no"
    assert save(keeper, program, data) == {}
    changed = FeatureFact.objects.get(term=term("language/spanish"))
    assert (changed.answer, changed.source.slug) == ("no", "staff")
    assert changed.reported_on == changed.confirmed_on == timezone.localdate()
    untouched = FeatureFact.objects.get(term=term("language/interpreter"))
    assert (untouched.source.slug, untouched.confirmed_on) == ("test-survey", None)


def test_confirming_a_survey_s_fact_leaves_its_source(keeper):
    program = ProgramFactory.create()
    state(program, "medication/methadone", relation="taper_only")
    data = form_data(keeper.get(url(Program, "change", program.pk)))
    data["medicationfact_set-0-confirmed_on"] = "2026-03-01"
    assert save(keeper, program, data) == {}
    fact = MedicationFact.objects.get()
    assert (fact.source.slug, fact.confirmed_on) == ("test-survey", date(2026, 3, 1))


# Facilities.


def facility_errors(client: Client, facility: Facility, **changes: Any) -> dict[str, list[str]]:
    address = url(Facility, "change", facility.pk)
    response = client.post(address, form_data(client.get(address)) | changes)
    return {} if response.status_code == 302 else dict(response.context["adminform"].form.errors)


def test_a_confidential_address_is_refused_where_everybody_reads_it(keeper):
    facility = FacilityFactory.create(
        street1="", zip_code="", address_is_public=False, location_precision="county"
    )
    hidden = "Not public: enter it under “Confidential address”."
    wrong = {"street1": "9 Hidden Lane", "zip_code": "85225", "location_precision": "address"}
    assert facility_errors(keeper, facility, **wrong) == {
        "street1": [hidden],
        "zip_code": [hidden],
        "location_precision": ["Not public: give the middle of the county or nothing."],
    }
    assert facility_errors(keeper, facility, city="Mesa") == {}


def test_coordinates_without_a_precision_are_refused(keeper):
    facility = FacilityFactory.create()
    assert facility_errors(keeper, facility, location_precision="none") == {
        "location_precision": ["Say how exact the coordinates are."]
    }


def test_degrees_too_small_to_reckon_with_are_none_at_all(keeper):
    facility = FacilityFactory.create()
    tiny = {"latitude": "1e-310", "longitude": "-5e-324"}
    assert facility_errors(keeper, facility, **tiny) == {}
    facility.refresh_from_db()
    assert (facility.latitude, facility.longitude) == (0.0, 0.0)


def test_a_confidential_address_is_seen_at_the_desk_alone():
    facility = FacilityFactory.create(
        street1="", zip_code="", address_is_public=False, location_precision="county"
    )
    ConfidentialAddress.objects.create(facility=facility, street1="9 Hidden Lane")
    address = url(Facility, "change", facility.pk)
    client = Client()
    assert client.get(address).status_code == 302
    client.force_login(MembershipFactory.create().keeper.user)
    assert client.get(address).status_code == 302
    client.force_login(KeeperFactory.create(role=Role.EDITOR).user)
    assert "9 Hidden Lane" in client.get(address).content.decode()


def test_a_name_or_an_address_that_a_keeper_types_is_confirmed_today(keeper):
    facility = FacilityFactory.create()
    assert facility_errors(keeper, facility, name="Quiet Kettle", name_confirmed_on="") == {}
    facility.refresh_from_db()
    assert (facility.name_confirmed_on, facility.address_confirmed_on) == (
        timezone.localdate(),
        None,
    )


def test_a_number_that_a_keeper_changes_becomes_our_staff_s_of_today(keeper):
    phone = PhoneFactory.create(number="+14805550123")
    facility = phone.facility
    row = {
        "phones-TOTAL_FORMS": 1, "phones-INITIAL_FORMS": 1, "phones-0-id": phone.pk,
        "phones-0-facility": facility.pk, "phones-0-use": "main",
        "phones-0-number": "480-555-0199", "phones-0-extension": "", "phones-0-position": 0,
        "phones-0-source": phone.source_id, "phones-0-reported_on": "2023-01-01",
        "phones-0-confirmed_on": "",
    }  # fmt: skip
    assert facility_errors(keeper, facility, **row) == {}
    phone.refresh_from_db()
    assert (phone.number.as_e164, phone.source.slug) == ("+14805550199", "staff")
    assert phone.confirmed_on == phone.reported_on == timezone.localdate()
