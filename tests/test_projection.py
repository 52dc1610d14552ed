"""The search projection equals the facts after every way of writing, by two at once too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from bs4 import Tag
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.enums import Answer, ListingStatus, LocationPrecision, MedicationRelation
from programs.geo import Coordinates, grid_cell, unit_vector
from programs.models import (
    CareFact,
    ConfidentialAddress,
    CoverageFact,
    Facility,
    FeatureFact,
    MedicationFact,
    Place,
    Program,
    SearchRow,
    SearchSlot,
    Term,
)
from programs.models.vocabulary import SEARCH_WORDS
from programs.search.vocabulary import slot_mask
from tests.factories import FacilityFactory, ProgramFactory, SourceFactory, state, term
from tests.naive_programs import NaiveProgram, published_programs
from tests.pages import only, page_of

WORDS = [f"word{number}" for number in range(SEARCH_WORDS)]
Rows = dict[int, dict[str, Any]]


def stored_rows() -> Rows:
    fields = [
        "program_id",
        "cell",
        "x",
        "y",
        "z",
        "state",
        "county_id",
        "serves",
        "confirmed_on",
        *WORDS,
    ]
    rows = {row["program_id"]: row for row in SearchRow.objects.values(*fields)}
    return {key: {**row, **rounded(row["x"], row["y"], row["z"])} for key, row in rows.items()}


def recomputed_rows() -> Rows:
    slots = {
        (slot.aspect, (slot.term.facet.slug, slot.term.slug)): slot.number
        for slot in SearchSlot.objects.select_related("term__facet")
    }

    return {known.program_id: recomputed(known, slots) for known in published_programs()}


def recomputed(known: NaiveProgram, slots: dict[Any, int]) -> dict[str, Any]:
    numbers = [
        slots[aspect, path]
        for aspect, paths in known.offered.items()
        for path in paths
        if (aspect, path) in slots
    ]
    point = known.coordinates
    return {
        "program_id": known.program_id,
        "cell": None if point is None else grid_cell(point),
        **rounded(*((None, None, None) if point is None else unit_vector(point))),
        "state": known.state,
        "county_id": known.county_id,
        "serves": sorted(known.states_served) or None,
        "confirmed_on": known.confirmed_on,
        **dict(zip(WORDS, slot_mask(numbers), strict=True)),
    }


def rounded(*vector: float | None) -> dict[str, float | None]:
    """Return x, y and z without the last digits, where Python and PostgreSQL may differ."""
    return {
        axis: None if value is None else round(value, 12) + 0.0
        for axis, value in zip("xyz", vector, strict=True)
    }


@pytest.fixture
def program(db) -> Program:
    """Make a program with a fact of each kind, and a second one that no test touches."""
    made = ProgramFactory.create()
    other = ProgramFactory.create(facility__state="CA")
    for each in (made, other):
        state(each, "level_of_care/iop")
        state(each, "medication/buprenorphine", relation="reports_use_unspecified")
        state(each, "payment/medicaid")
        state(each, "track/women")
    return made


def fact_of(program: Program, path: str, model: type[Any], **details: Any) -> Any:
    return model(
        program=program,
        term=term(path),
        source=SourceFactory.create(),
        reported_on=date(2024, 1, 1),
        **details,
    )


def execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def save_a_fact(program: Program) -> None:
    fact_of(program, "level_of_care/residential", CareFact).save()


def save_a_fact_again(program: Program) -> None:
    fact = CareFact.objects.get(program=program)
    fact.answer = Answer.NO
    fact.save()


def confirm_a_fact(program: Program) -> None:
    FeatureFact.objects.filter(program=program).update(confirmed_on=date(2026, 5, 1))


def bulk_create_facts(program: Program) -> None:
    paths = ["track/veterans", "track/men", "therapy/cbt"]
    FeatureFact.objects.bulk_create(fact_of(program, path, FeatureFact) for path in paths)


def bulk_update_facts(program: Program) -> None:
    fact = MedicationFact.objects.get(program=program)
    fact.relation = MedicationRelation.STARTS_AND_CONTINUES
    MedicationFact.objects.bulk_update([fact], ["relation"])


def upsert_a_fact(program: Program) -> None:
    MedicationFact.objects.bulk_create(
        [
            fact_of(
                program,
                "medication/buprenorphine",
                MedicationFact,
                relation=relation,
                confirmed_on=date(2026, 2, 2),
            )
            for relation in ("reports_use_unspecified", "continues_only")
        ],
        update_conflicts=True,
        unique_fields=["program", "term", "relation"],
        update_fields=["confirmed_on"],
    )


def delete_a_fact(program: Program) -> None:
    CoverageFact.objects.get(program=program).delete()


def delete_facts_of_a_queryset(program: Program) -> None:
    FeatureFact.objects.filter(program=program).delete()


def give_a_fact_to_another_program(program: Program) -> None:
    other = Program.objects.exclude(pk=program.pk).get()
    CareFact.objects.filter(program=other).delete()
    CareFact.objects.filter(program=program).update(program=other)


def change_what_a_fact_is_about(program: Program) -> None:
    FeatureFact.objects.filter(program=program).update(term=term("track/veterans"))


def contradict_a_medicine(program: Program) -> None:
    state(program, "medication/buprenorphine", relation="does_not_use")


def write_facts_in_sql(program: Program) -> None:
    execute(
        "INSERT INTO programs_featurefact (program_id, term_id, source_id, answer, reported_on)"
        " SELECT %s, id, %s, 'yes', '2024-01-01' FROM programs_term WHERE slug = 'veterans'",
        program.pk,
        SourceFactory.create().pk,
    )
    execute("DELETE FROM programs_carefact WHERE program_id = %s", program.pk)


def close_a_program(program: Program) -> None:
    program.status = ListingStatus.CLOSED
    program.save()


def draft_programs_of_a_queryset(program: Program) -> None:
    Program.objects.filter(pk=program.pk).update(status=ListingStatus.DRAFT)


def delete_a_program(program: Program) -> None:
    program.delete()


def delete_a_facility(program: Program) -> None:
    program.facility.delete()


def delete_a_program_in_sql(program: Program) -> None:
    for table in ("carefact", "medicationfact", "coveragefact", "featurefact"):
        execute(f"DELETE FROM programs_{table} WHERE program_id = %s", program.pk)  # noqa: S608
    execute("DELETE FROM programs_program WHERE id = %s", program.pk)


def move_a_facility(program: Program) -> None:
    program.facility.latitude, program.facility.longitude = 61.2, -149.9
    program.facility.state = "AK"
    program.facility.save()


def lose_a_location(program: Program) -> None:
    Facility.objects.filter(pk=program.facility_id).update(
        latitude=None, longitude=None, location_precision=LocationPrecision.NONE
    )


def give_a_county(program: Program) -> None:
    county = Place.objects.get(kind="county", key="maricopa county", state="AZ")
    Facility.objects.filter(pk=program.facility_id).update(county=county)


def hide_an_address(program: Program) -> None:
    county = Place.objects.get(kind="county", key="maricopa county", state="AZ")
    facility = program.facility
    ConfidentialAddress.objects.create(facility=facility, street1=facility.street1)
    facility.street1 = facility.zip_code = ""
    facility.address_is_public = False
    facility.latitude, facility.longitude = county.latitude, county.longitude
    facility.location_precision = LocationPrecision.COUNTY
    facility.save()


def put_a_program_elsewhere(program: Program) -> None:
    program.facility = FacilityFactory.create(state="NV", latitude=36.2, longitude=-115.1)
    program.save()


def add_a_program(program: Program) -> None:
    ProgramFactory.create(facility=program.facility, name="Evening group")


def renumber_a_slot(program: Program) -> None:
    free = max(SearchSlot.objects.values_list("number", flat=True)) + 1
    SearchSlot.objects.filter(term=term("track/women")).update(number=free)


def drop_a_slot(program: Program) -> None:
    SearchSlot.objects.filter(term=term("track/women")).delete()


WRITES: list[Callable[[Program], None]] = [
    save_a_fact,
    save_a_fact_again,
    confirm_a_fact,
    bulk_create_facts,
    bulk_update_facts,
    upsert_a_fact,
    delete_a_fact,
    delete_facts_of_a_queryset,
    give_a_fact_to_another_program,
    change_what_a_fact_is_about,
    contradict_a_medicine,
    write_facts_in_sql,
    close_a_program,
    draft_programs_of_a_queryset,
    delete_a_program,
    delete_a_facility,
    delete_a_program_in_sql,
    move_a_facility,
    lose_a_location,
    give_a_county,
    hide_an_address,
    put_a_program_elsewhere,
    add_a_program,
    renumber_a_slot,
    drop_a_slot,
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_the_projection_equals_the_facts_after_every_write(program, write):
    before = stored_rows()
    assert before == recomputed_rows()
    write(program)
    after = stored_rows()
    assert after == recomputed_rows()
    assert after != before


def test_the_projection_equals_the_facts_after_a_keeper_saves_a_program(admin_client, program):
    address = reverse("admin:programs_program_change", args=[program.pk])
    before = stored_rows()
    form = only(page_of(admin_client.get(address)), "#program_form")
    fields = filled(form)
    [changed] = [
        name
        for name in fields
        if name.endswith("-relation")
        and "medication" in name
        and fields[name] == "reports_use_unspecified"
    ]
    response = admin_client.post(address, {**fields, changed: "starts_and_continues"})
    assert response.status_code == 302
    after = stored_rows()
    assert after == recomputed_rows()
    assert after != before


def filled(form: Tag) -> dict[str, str]:
    """Return what a browser sends of a form that nobody touched."""
    sent = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        is_button = field.get("type") in ("submit", "checkbox") and not field.has_attr("checked")
        if not is_button and "__prefix__" not in field["name"]:
            chosen = field.select_one("option[selected]") if field.name == "select" else field
            value = chosen.get("value", chosen.text) if chosen else ""
            sent[str(field["name"])] = str(value).strip()
    return sent


def test_republishing_a_program_brings_its_row_back(program):
    before = stored_rows()
    for status in (ListingStatus.CLOSED, ListingStatus.PUBLISHED):
        Program.objects.filter(pk=program.pk).update(status=status)
    assert stored_rows() == before


def test_a_write_that_is_taken_back_leaves_the_row_as_it_was(program):
    before = stored_rows()
    with transaction.atomic():
        state(program, "track/veterans")
        transaction.set_rollback(True)
    assert stored_rows() == before


def test_a_load_may_refresh_once_at_its_end(program):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL programs.search_refresh = 'off'")
        state(program, "track/veterans")
        assert stored_rows() != recomputed_rows()
        cursor.execute("SELECT programs_refresh_search(NULL)")
        cursor.execute("SET LOCAL programs.search_refresh = 'on'")
    assert stored_rows() == recomputed_rows()
    state(program, "track/men")
    assert stored_rows() == recomputed_rows()


def degrees(limit: float) -> st.SearchStrategy[float]:
    """Draw degrees to four inches: PostgreSQL refuses the radians of 1e-308."""
    return st.floats(-limit, limit).map(lambda drawn: round(drawn, 6))


#: The seams of the grid, and any other point.
points = st.builds(
    Coordinates,
    latitude=st.sampled_from([-90, -45.25, 0, 0.25, 71.3, 89.99, 90]) | degrees(90),
    longitude=st.sampled_from([-180, -120.5, 0, 0.25, 179.75, 180]) | degrees(180),
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(point=points)
def test_sql_and_python_agree_on_the_cell_and_vector_of_a_point(point):
    with transaction.atomic():
        ProgramFactory.create(
            facility__latitude=point.latitude, facility__longitude=point.longitude
        )
        assert stored_rows() == recomputed_rows()
        transaction.set_rollback(True)


STATE_A_FACT = """
INSERT INTO programs_featurefact (program_id, term_id, source_id, answer, reported_on)
VALUES (%s, (SELECT term.id FROM programs_term term JOIN programs_facet facet
              ON facet.id = term.facet_id WHERE facet.slug = 'track' AND term.slug = %s),
        (SELECT min(id) FROM programs_source), 'yes', '2024-01-01')
"""
MAKE_A_FACILITY = """
INSERT INTO programs_facility (name, branch, street1, street2, city, state, zip_code, latitude,
                               longitude, location_precision, address_is_public, website,
                               is_invented)
VALUES ('A place', '', '', '', 'Chandler', 'AZ', '', 33.3, -111.8, 'address', true, '', false)
RETURNING id
"""
MAKE_A_PROGRAM = """
INSERT INTO programs_program (facility_id, name, scope, status)
VALUES (%s, '', 'whole_site', 'published') RETURNING id
"""
BITS_OF_TRACKS = """
SELECT term.slug FROM programs_searchslot slot
  JOIN programs_term term ON term.id = slot.term_id
  JOIN programs_facet facet ON facet.id = term.facet_id AND facet.slug = 'track',
  programs_searchrow r
 WHERE r.program_id = %s
   AND (ARRAY[r.word0, r.word1, r.word2, r.word3, r.word4, r.word5])[slot.number / 63 + 1]
       & (1::bigint << (slot.number %% 63)) <> 0
 ORDER BY term.slug
"""


def commit_from_another_thread(conninfo: str, statement: str, *parameters: Any) -> threading.Thread:
    """Run a statement on a connection of its own: it may have to wait for the caller's."""

    def run() -> None:
        with psycopg.connect(conninfo) as other:
            other.execute(statement, parameters)

    thread = threading.Thread(target=run)
    thread.start()
    # Long enough to reach the server and wait there for the lock; a shorter wait tests less.
    thread.join(timeout=0.3)
    return thread


def new_program(connected: psycopg.Connection[Any]) -> tuple[int, int]:
    """Make and commit a program; return its facility's id and its own."""
    [(facility_id,)] = connected.execute(MAKE_A_FACILITY).fetchall()
    [(program_id,)] = connected.execute(MAKE_A_PROGRAM, [facility_id]).fetchall()
    connected.commit()
    return facility_id, program_id


def test_two_writers_of_one_program_both_end_up_in_its_row(cloned_database):
    with psycopg.connect(cloned_database) as first:
        _facility_id, program_id = new_program(first)
        first.execute(STATE_A_FACT, [program_id, "women"])
        second = commit_from_another_thread(cloned_database, STATE_A_FACT, program_id, "veterans")
        first.commit()
        second.join()
        tracks = [row[0] for row in first.execute(BITS_OF_TRACKS, [program_id])]
    assert tracks == ["veterans", "women"]


def test_a_fact_that_is_stated_while_the_facility_moves_does_not_bring_the_old_place_back(
    cloned_database,
):
    with psycopg.connect(cloned_database) as first:
        facility_id, program_id = new_program(first)
        first.execute("UPDATE programs_facility SET state = 'NV' WHERE id = %s", [facility_id])
        second = commit_from_another_thread(cloned_database, STATE_A_FACT, program_id, "women")
        first.commit()
        second.join()
        row = first.execute(
            "SELECT state FROM programs_searchrow WHERE program_id = %s", [program_id]
        ).fetchone()
    assert row == ("NV",)


def test_a_program_that_is_added_while_its_facility_moves_is_found_where_it_moved_to(
    cloned_database,
):
    with psycopg.connect(cloned_database) as first:
        facility_id, _program_id = new_program(first)
        first.execute("UPDATE programs_facility SET state = 'NV' WHERE id = %s", [facility_id])
        second = commit_from_another_thread(cloned_database, MAKE_A_PROGRAM, facility_id)
        first.commit()
        second.join()
        states = first.execute(
            "SELECT DISTINCT state FROM programs_searchrow r JOIN programs_program p"
            " ON p.id = r.program_id WHERE p.facility_id = %s",
            [facility_id],
        ).fetchall()
    assert states == [("NV",)]


def test_a_new_medicine_gets_a_slot_for_each_aspect_and_another_term_gets_one(db):
    assert slots_of("medication/methadone") == ["any", "offers", "start", "stay"]
    assert slots_of("track/women") == ["offers"]


def slots_of(path: str) -> list[str]:
    return sorted(term(path).slots.values_list("aspect", flat=True))


def test_no_term_is_without_a_slot(db):
    assert list(Term.objects.filter(slots=None)) == []
