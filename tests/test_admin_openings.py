"""Openings on the desk: stated on the program's page, said again, expired in plain sight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from programs.enums import OpeningStatus
from programs.models import Opening, Program
from tests.factories import ProgramFactory, open_until, state
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

IOP = "level_of_care/iop"


@pytest.fixture
def program(db) -> Program:
    program = ProgramFactory.create()
    state(program, IOP)
    return program


def address(program: Program) -> str:
    return reverse("admin:programs_program_change", args=[program.pk])


def sent(page) -> dict[str, str]:
    """Return what a browser sends of the program's form that nobody touched."""
    fields = {}
    for field in page.select("#program_form :is(input, select, textarea)[name]:not([disabled])"):
        if field.name == "select":
            chosen = field.select("option[selected]")
            fields[str(field["name"])] = str(chosen[0]["value"]) if chosen else ""
        elif field.get("type") not in ("submit", "checkbox"):
            fields[str(field["name"])] = str(field.get("value", "")) or field.get_text().strip()
    return fields


def save(client, program: Program, **changes: str):
    fields = sent(page_of(client.get(address(program))))
    return client.post(address(program), fields | changes)


def new_line(**values: object) -> dict[str, str]:
    return {
        "openings-TOTAL_FORMS": "1",
        "openings-0-id": "",
        **{f"openings-0-{name}": str(value) for name, value in values.items()},
    }


def test_a_keeper_states_an_opening(admin_client, admin_user, program):
    iop = program.carefact_set.get().term_id
    line = new_line(program=program.pk, term=iop, status="open", places_count=2)
    assert save(admin_client, program, **line).status_code == 302
    said = Opening.objects.get()
    assert (said.term_id, said.status, said.places_count) == (iop, "open", 2)
    assert (said.source.slug, said.stated_by) == ("staff", admin_user)
    assert said.expires_at - said.stated_at == timedelta(hours=48)
    assert timezone.now() - said.stated_at < timedelta(minutes=1)


def test_what_does_not_fit_is_a_message_and_nothing_is_saved(admin_client, program):
    php = state(ProgramFactory.create(), "level_of_care/php").term_id
    line = new_line(program=program.pk, term=php, status="full", wait_days=3)
    response = save(admin_client, program, **line)
    assert response.status_code == 200
    errors = [words(error) for error in page_of(response).select(".errorlist li")]
    assert errors == [
        "Only a waitlist has a wait in days.",
        "This program is not said to offer “Day treatment (partial hospitalization, PHP)”."
        " Add that first.",
    ]
    assert Opening.objects.count() == 0


def test_saying_it_again_starts_its_time_anew(admin_client, program):
    before = timezone.now() - timedelta(hours=1)
    iop = str(open_until(program, before, IOP, walk_in_hours="8 to 10").term_id)
    page = page_of(admin_client.get(address(program)))
    assert words(page, "#openings-0 .fieldBox.field-counts_until .readonly").startswith("Expired ")
    assert save(admin_client, program).status_code == 302
    assert Opening.objects.get().expires_at == before
    assert save(admin_client, program, **{"openings-0-again": "on"}).status_code == 302
    said = Opening.objects.get()
    assert said.expires_at > timezone.now() + timedelta(hours=47)
    assert (said.status, said.walk_in_hours, str(said.term_id)) == ("open", "8 to 10", iop)


def test_a_line_can_be_taken_away(admin_client, program):
    open_until(program, timezone.now(), IOP)
    assert save(admin_client, program, **{"openings-0-DELETE": "on"}).status_code == 302
    assert Opening.objects.count() == 0


def test_programs_are_listed_by_what_was_said(admin_client, program):
    full, expired = ProgramFactory.create(), ProgramFactory.create()
    ProgramFactory.create()
    now = timezone.now()
    open_until(program, now + timedelta(hours=1), IOP)
    open_until(program, now - timedelta(hours=1))
    open_until(full, now + timedelta(hours=1), status=OpeningStatus.FULL)
    open_until(expired, now)
    listed = {}
    for value in ("open", "said", "expired"):
        url = reverse("admin:programs_program_changelist")
        found = admin_client.get(f"{url}?openings={value}").context["cl"].result_list
        listed[value] = sorted(each.pk for each in found)
    assert listed == {
        "open": [program.pk],
        "said": [program.pk, full.pk],
        "expired": [expired.pk],
    }


def test_the_page_asks_as_often_whatever_the_number_of_lines(
    admin_client, program, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as one:
        admin_client.get(address(program))
    for level in ("outpatient", "php", "residential"):
        state(program, f"level_of_care/{level}")
        open_until(program, timezone.now(), f"level_of_care/{level}")
    with django_assert_max_num_queries(len(one)):
        admin_client.get(address(program))
