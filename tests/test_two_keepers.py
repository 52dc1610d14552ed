"""Two keepers at one listing: who saves second sees what the first changed, and chooses."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from django.urls import reverse

from programs.enums import ChangeKind
from programs.models import CareFact, Facility, FeatureFact, Phone, Program, change_set
from programs.upkeep.editing import (
    UnreadableVersionError,
    changes_since,
    version_of,
)
from tests.factories import KeeperFactory, PhoneFactory, ProgramFactory, state, term
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruth():
    return KeeperFactory.create().user


@pytest.fixture
def omar():
    return KeeperFactory.create().user


@pytest.fixture
def desk(ruth):
    client = Client()
    client.force_login(ruth)
    return client


@pytest.fixture
def program():
    program = ProgramFactory.create(facility__name="Hope")
    state(program, "level_of_care/iop", hours_per_week_min=9)
    state(program, "track/women")
    state(program, "track/men")
    return program


def url(row) -> str:
    return reverse(f"admin:programs_{row._meta.model_name}_change", args=[row.pk])


def entries(page: BeautifulSoup) -> dict[str, Any]:
    """Return what the browser would post of the listing's form, untouched."""
    found: dict[str, Any] = {}
    form = only(page, f"#{page.select('form[id$=_form]')[0]['id']}")
    for field in form.select("input[name], select[name], textarea[name]"):
        kind, name = field.get("type"), str(field["name"])
        if "__prefix__" in name or kind == "submit":
            continue
        if field.name == "select":
            chosen = field.select("option[selected]")
            found[name] = chosen[0].get("value", "") if chosen else ""
        elif kind not in {"checkbox", "radio"} or field.has_attr("checked"):
            found[name] = field.get("value", "on" if kind == "checkbox" else field.text)
    return found


def opened(desk, row) -> dict[str, Any]:
    return entries(page_of(desk.get(url(row))))


def do(user, model, pk, **values):
    with transaction.atomic(), change_set(user, kind=ChangeKind.ADMIN):
        model._default_manager.filter(pk=pk).update(**values)


def name_of(fields, model, row, name):
    """Return the name that a field of an inline's row was posted under."""
    prefix = next(
        key.removesuffix("-id")
        for key, value in fields.items()
        if key.startswith(f"{model}_set-") and key.endswith("-id") and value == str(row.pk)
    )
    return f"{prefix}-{name}"


def clashes(page) -> list[list[str]]:
    return [
        [words(cell) for cell in row.select("th, td")] for row in page.select(".merge tbody tr")
    ]


def test_a_save_of_what_is_still_there_is_saved(desk, program):
    fields = opened(desk, program.facility) | {"name": "Hope House"}
    assert desk.post(url(program.facility), fields).status_code == 302
    assert Facility.objects.get().name == "Hope House"


def test_the_second_sees_what_the_first_changed_beside_what_is_theirs(desk, omar, program):
    facility = program.facility
    fields = opened(desk, facility) | {"name": "Hope House"}
    do(omar, Facility, facility.pk, name="Hope Home", city="Mesa")
    response = desk.post(url(facility), fields)
    page = page_of(response)
    assert response.status_code == 200
    assert "Not saved yet" in words(page, ".errornote + .errorlist")
    assert omar.username in words(page, ".merge")
    assert clashes(page) == [
        ["facility: Hope Home, name", "Hope", "Take: Hope Home", "Keep: Hope House"]
    ]
    assert entries(page)["name"] == "Hope House"
    assert entries(page)["city"] == "Mesa"
    assert Facility.objects.get().name == "Hope Home"


@pytest.mark.parametrize(("choice", "name"), [("mine", "Hope House"), ("theirs", "Hope Home")])
def test_the_second_chooses_and_types_nothing_again(desk, omar, program, choice, name):
    facility = program.facility
    fields = opened(desk, facility) | {"name": "Hope House", "website": "https://example.org"}
    do(omar, Facility, facility.pk, name="Hope Home", city="Mesa")
    again = entries(page_of(desk.post(url(facility), fields)))
    assert desk.post(url(facility), again | {"_choice-name": choice}).status_code == 302
    facility = Facility.objects.get()
    assert (facility.name, facility.city, facility.website) == (
        name, "Mesa", "https://example.org",
    )  # fmt: skip


def test_a_fact_that_both_changed_waits_for_a_choice(desk, omar, program):
    fact = CareFact.objects.get()
    fields = opened(desk, program)
    hours = name_of(fields, "carefact", fact, "hours_per_week_min")
    do(omar, CareFact, fact.pk, hours_per_week_min=12, hours_per_week_max=20)
    page = page_of(desk.post(url(program), fields | {hours: "10"}))
    again = entries(page)
    assert (again[hours], again[hours.replace("_min", "_max")]) == ("10", "20")
    assert clashes(page)[0][1:] == ["9", "Take: 12", "Keep: 10"]
    assert desk.post(url(program), again | {f"_choice-{hours}": "theirs"}).status_code == 302
    assert CareFact.objects.get().hours_per_week_min == 12


def test_a_choice_of_one_field_leaves_no_trace_on_facts_that_nobody_changed(desk, omar, program):
    fact = CareFact.objects.get()
    fields = opened(desk, program)
    before = list(FeatureFact.objects.order_by("pk").values())
    hours = name_of(fields, "carefact", fact, "hours_per_week_min")
    do(omar, CareFact, fact.pk, hours_per_week_min=12)
    again = entries(page_of(desk.post(url(program), fields | {hours: "10"})))
    desk.post(url(program), again)
    assert list(FeatureFact.objects.order_by("pk").values()) == before


def test_what_another_removed_goes_if_it_was_left_alone(desk, omar, program):
    women = FeatureFact.objects.get(term=term("track/women"))
    men = FeatureFact.objects.get(term=term("track/men"))
    fields = opened(desk, program)
    answer = name_of(fields, "featurefact", men, "answer")
    with transaction.atomic(), change_set(omar, kind=ChangeKind.ADMIN):
        women.delete()
    page = page_of(desk.post(url(program), fields | {answer: "no"}))
    assert "They removed" in words(page, ".merge")
    assert desk.post(url(program), entries(page)).status_code == 302
    assert [(fact.pk, fact.answer) for fact in FeatureFact.objects.all()] == [(men.pk, "no")]


@pytest.mark.parametrize(("choice", "answers"), [("mine", ["yes", "no"]), ("theirs", ["yes"])])
def test_what_another_removed_and_one_changed_can_be_added_again(
    desk, omar, program, choice, answers
):
    women = FeatureFact.objects.get(term=term("track/women"))
    fields = opened(desk, program)
    answer = name_of(fields, "featurefact", women, "answer")
    with transaction.atomic(), change_set(omar, kind=ChangeKind.ADMIN):
        women.delete()
    page = page_of(desk.post(url(program), fields | {answer: "no"}))
    radio = only(page, ".merge input[value=theirs]")["name"]
    assert desk.post(url(program), entries(page) | {radio: choice}).status_code == 302
    found = FeatureFact.objects.order_by("pk").values_list("answer", flat=True)
    assert list(found) == answers


def test_a_row_removed_here_and_changed_there_waits_for_a_choice(desk, omar, program):
    women = FeatureFact.objects.get(term=term("track/women"))
    fields = opened(desk, program)
    delete = name_of(fields, "featurefact", women, "DELETE")
    do(omar, FeatureFact, women.pk, answer="no")
    page = page_of(desk.post(url(program), fields | {delete: "on"}))
    assert only(page, f"input[name='_choice-{delete}'][value=mine]").has_attr("checked")
    desk.post(url(program), entries(page) | {f"_choice-{delete}": "theirs"})
    assert FeatureFact.objects.get(pk=women.pk).answer == "no"


def test_what_another_added_stays_and_is_named(desk, omar, program):
    fields = opened(desk, program.facility) | {"name": "Hope House"}
    with transaction.atomic(), change_set(omar, kind=ChangeKind.ADMIN):
        PhoneFactory.create(facility=program.facility, number="+14805550177")
    page = page_of(desk.post(url(program.facility), fields))
    assert "(480) 555-0177" in words(page, ".merge")
    assert desk.post(url(program.facility), entries(page)).status_code == 302
    assert (Phone.objects.count(), Facility.objects.get().name) == (1, "Hope House")


def test_a_change_of_another_page_of_the_listing_is_in_nobodys_way(desk, omar, program):
    fields = opened(desk, program) | {"status": "closed"}
    do(omar, Facility, program.facility_id, name="Hope Home")
    assert desk.post(url(program), fields).status_code == 302
    assert Program.objects.get().status == "closed"


def test_a_third_save_in_between_is_shown_too(desk, omar, program):
    facility = program.facility
    fields = opened(desk, facility) | {"name": "Hope House"}
    do(omar, Facility, facility.pk, name="Hope Home")
    again = entries(page_of(desk.post(url(facility), fields)))
    do(omar, Facility, facility.pk, name="Hope Hut")
    page = page_of(desk.post(url(facility), again))
    assert clashes(page)[0][1:] == ["Hope Home", "Take: Hope Hut", "Keep: Hope House"]


@pytest.mark.parametrize("version", ["", "x", "1.2", "1" * 400, ".".join(["9" * 30] * 10), "-1"])
def test_a_damaged_version_is_refused_and_nothing_saved(desk, program, version):
    fields = opened(desk, program.facility) | {"name": "Hope House", "_version": version}
    response = desk.post(url(program.facility), fields)
    assert response.status_code == 400
    assert "Not saved" in words(page_of(response), ".errornote + .errorlist")
    assert Facility.objects.get().name == "Hope"
    # What was typed is still there, and a second look saves it.
    assert desk.post(url(program.facility), entries(page_of(response))).status_code == 302
    assert Facility.objects.get().name == "Hope House"


def test_a_page_without_a_version_is_refused_like_one_that_somebody_overtook(desk, program):
    fields = opened(desk, program.facility) | {"name": "Hope House"}
    del fields["_version"]
    assert desk.post(url(program.facility), fields).status_code == 400
    assert Facility.objects.get().name == "Hope"


@pytest.mark.parametrize(
    "choice",
    [
        "x",
        "name-x",
        "carefact_set-99-answer",
        "carefact_set-x-DROP",
        "carefact_set-99-DROP",
        "-",
        "id",
    ],
)
def test_a_choice_of_what_is_not_there_changes_nothing(desk, program, choice):
    fields = opened(desk, program) | {f"_choice-{choice}": "theirs"}
    before = list(CareFact.objects.values())
    assert desk.post(url(program), fields).status_code == 302
    assert list(CareFact.objects.values()) == before


def test_changes_since_a_version_are_told_in_words(ruth, omar, program):
    version = version_of(program.facility)
    assert changes_since(program.facility, version, ruth) == []
    do(omar, CareFact, CareFact.objects.get().pk, hours_per_week_min=12)
    (change,) = changes_since(program.facility, version, ruth)
    (field,) = change.rows[0].fields
    assert (change.who, field.before, field.after) == (omar.username, "9", "12")
    with pytest.raises(UnreadableVersionError):
        changes_since(program.facility, "1.2", ruth)
