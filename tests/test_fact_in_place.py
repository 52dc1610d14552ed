"""A fact of a call sheet, changed where it is read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.enums import ChangeKind
from programs.models import (
    ChangeSet,
    FeatureFact,
    MedicationFact,
)
from tests.clients import signed_in
from tests.factories import KeeperFactory, ProgramFactory, state
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    user: User = KeeperFactory.create().user
    return user


@pytest.fixture
def desk(editor) -> Client:
    return signed_in(editor)


def fix_url(fact: Any) -> str:
    return reverse("admin:programs_fact_fix", args=[fact._meta.model_name, fact.pk])


def fix(client: Client, fact: Any, **data: Any) -> Any:
    page = page_of(client.get(fix_url(fact)))
    fields = {
        str(field["name"]): str(field.get("value", "")) for field in page.select("form input[name]")
    }
    for select in page.select("form select[name]"):
        [*chosen] = select.select("option[selected]")
        fields[str(select["name"])] = str(chosen[0]["value"]) if chosen else ""
    return client.post(fix_url(fact), fields | data)


def test_a_fact_changed_in_place_is_our_staff_s_of_today(desk, editor):
    fact = state(ProgramFactory.create(), "track/women")
    assert fix(desk, fact, **{"fix-answer": "no"}).status_code == 302
    changed = FeatureFact.objects.get()
    today = timezone.localdate()
    assert (changed.answer, changed.source.slug) == ("no", "staff")
    assert changed.reported_on == changed.confirmed_on == today
    [change] = ChangeSet.objects.all()
    assert (change.kind, change.user_id) == (ChangeKind.VERIFICATION, editor.pk)


def test_a_fact_saved_in_place_as_it_was_is_confirmed_and_keeps_its_source(desk):
    fact = state(ProgramFactory.create(), "medication/methadone", relation="taper_only")
    fix(desk, fact)
    kept = MedicationFact.objects.get()
    assert (kept.source.slug, kept.confirmed_on) == ("test-survey", timezone.localdate())
    assert kept.reported_on == date(2023, 1, 1)


def test_a_fact_that_is_there_already_is_refused_in_words(desk):
    program = ProgramFactory.create()
    fact = state(program, "medication/methadone", relation="taper_only")
    state(program, "medication/methadone", relation="accepts_elsewhere")
    response = fix(desk, fact, **{"fix-relation": "accepts_elsewhere"})
    assert response.status_code == 400
    assert words(page_of(response), ".errorlist") == (
        "This relation to the medicine is stated already: change that row."
    )


def test_a_fact_that_somebody_changed_meanwhile_is_shown_first(desk):
    fact = state(ProgramFactory.create(), "track/women")
    response = fix(desk, fact, seen="Women: No")
    assert response.status_code == 400
    assert words(page_of(response), ".errorlist") == (
        "Somebody changed this meanwhile. It now says: Women: Yes"
    )
    assert FeatureFact.objects.get().confirmed_on is None


def test_within_a_sheet_the_group_of_the_fact_comes_back(desk):
    fact = state(ProgramFactory.create(), "track/women")
    headers = {"HX-Request": "true"}
    form = desk.get(fix_url(fact), headers=headers)
    assert len(page_of(form).select("html")) == 0
    data = {
        "seen": "Women: Yes", "fix-answer": "no", "fix-source": fact.source_id,
        "fix-reported_on": "2026-03-01", "fix-confirmed_on": "2026-03-01",
    }  # fmt: skip
    group = page_of(desk.post(fix_url(fact), data, headers=headers))
    assert words(group, "fieldset li") == "Women: No Change : Women: No"


def test_what_is_no_fact_cannot_be_fixed(desk):
    for table, number in (("phone", 1), ("featurefact", 1)):
        address = reverse("admin:programs_fact_fix", args=[table, number])
        assert desk.get(address).status_code == 404
