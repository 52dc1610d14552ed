"""Finding at the desk: by phone, name and state, and the terms and counties that are offered."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from programs.admin.finding import phone_digits
from programs.models import (
    Facility,
    Program,
)
from tests.admin_pages import url
from tests.clients import signed_in
from tests.factories import (
    FacilityFactory,
    PhoneFactory,
    ProgramFactory,
    term,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(db) -> Client:
    return signed_in(User.objects.create_superuser("keeper"))


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("480-555-0123", "4805550123"),
        ("(480) 555 0123", "4805550123"),
        ("+1 480.555.0123", "14805550123"),
        ("555-0123", "5550123"),
        ("85225", ""),
        ("Route 66 5550123", ""),
        ("", ""),
    ],
)
def test_a_phone_number_is_told_from_other_words(typed, digits):
    assert phone_digits(typed) == digits


@pytest.mark.parametrize(
    "typed", ["480-555-0123", "(480) 555 0123", "+1 480 555 0123", "5550123", "555-0123"]
)
@pytest.mark.parametrize("model", [Program, Facility])
def test_a_program_and_its_facility_are_found_by_phone(keeper, model, typed):
    wanted = ProgramFactory.create()
    PhoneFactory.create(facility=wanted.facility, number="+14805550123")
    other = ProgramFactory.create()
    PhoneFactory.create(facility=other.facility, number="+14805550124")
    response = keeper.get(url(model, "changelist"), {"q": typed})
    expected = wanted if model is Program else wanted.facility
    assert list(response.context["cl"].result_list) == [expected]


@pytest.mark.parametrize("typed", ["kettle", "Quiet Kettle", "Tempe", "85281", "kettle tempe"])
@pytest.mark.parametrize("model", [Program, Facility])
def test_a_program_and_its_facility_are_found_by_name_town_and_zip(keeper, model, typed):
    facility = FacilityFactory.create(name="Quiet Kettle", city="Tempe", zip_code="85281")
    wanted = ProgramFactory.create(facility=facility)
    ProgramFactory.create()
    response = keeper.get(url(model, "changelist"), {"q": typed})
    expected = wanted if model is Program else facility
    assert list(response.context["cl"].result_list) == [expected]


def test_programs_are_filtered_by_state(keeper):
    wanted = ProgramFactory.create(facility__state="NM")
    ProgramFactory.create()
    response = keeper.get(url(Program, "changelist"), {"state": "NM"})
    assert list(response.context["cl"].result_list) == [wanted]


# The choice of terms.


def offered_terms(client: Client, model_name: str, words: str) -> list[str]:
    response = client.get(
        reverse("admin:programs_term_autocomplete"),
        {
            "app_label": "programs", "model_name": model_name, "field_name": "term", "term": words
        },
    )  # fmt: skip
    assert response.status_code == 200
    return [result["text"] for result in response.json()["results"]]


def test_each_kind_of_fact_is_offered_only_its_own_terms(keeper):
    methadone = f"{term('medication/methadone').facet}: {term('medication/methadone')}"
    assert offered_terms(keeper, "medicationfact", "methadone") == [methadone]
    assert offered_terms(keeper, "featurefact", "methadone") == []
    assert offered_terms(keeper, "carefact", "medicaid") == []


def test_terms_are_offered_by_label_slug_and_facet(keeper):
    iop = f"{term('level_of_care/iop').facet}: {term('level_of_care/iop')}"
    assert iop in offered_terms(keeper, "carefact", "intensive outpatient")
    assert iop in offered_terms(keeper, "carefact", "iop")
    facet = term("language/spanish").facet
    assert f"{facet}: {term('language/spanish')}" in offered_terms(
        keeper, "featurefact", f"{facet.label} spanish"
    )


def test_a_visitor_is_not_offered_terms(client):
    address = reverse("admin:programs_term_autocomplete")
    assert client.get(address).status_code == 302


def test_only_counties_are_offered_for_a_county(keeper):
    response = keeper.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "programs", "model_name": "facility", "field_name": "county",
            "term": "Maricopa",
        },
    )  # fmt: skip
    assert [result["text"] for result in response.json()["results"]] == ["Maricopa County, AZ"]
