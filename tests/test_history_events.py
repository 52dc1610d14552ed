"""What the triggers keep of every write, and under whose name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError

from programs.enums import ChangeKind
from programs.importers.federal_load import load_directory
from programs.models import CareFact, ChangeSet, Facility, FederalRecord, Phone, Program, change_set
from programs.models.history import EVENT_MODELS
from tests.directory_files import row, write_csv
from tests.factories import FacilityFactory, PhoneFactory, ProgramFactory, SourceFactory, state

FACILITY_EVENTS = EVENT_MODELS[Facility]
pytestmark = pytest.mark.django_db


def labels_of(model, pk):
    events = EVENT_MODELS[model].objects.filter(pgh_obj_id=pk).order_by("pgh_id")
    return list(events.values_list("pgh_label", flat=True))


def test_every_table_of_a_listing_is_tracked_with_every_column_that_is_not_derived():
    for model, event_model in EVENT_MODELS.items():
        kept = {field.column for field in event_model._meta.local_fields}
        columns = {field.column for field in model._meta.local_fields if not field.generated}
        assert columns - kept == set()


def test_an_event_holds_the_row_as_it_was_written():
    facility = FacilityFactory.create(name="Hope")
    Facility.objects.filter(pk=facility.pk).update(name="Hope House")
    Facility.objects.filter(pk=facility.pk).delete()
    events = FACILITY_EVENTS.objects.filter(pgh_obj_id=facility.pk).order_by("pgh_id")
    assert list(events.values_list("pgh_label", "name", "city")) == [
        ("insert", "Hope", "Chandler"),
        ("update", "Hope House", "Chandler"),
        ("delete", "Hope House", "Chandler"),
    ]


def test_an_update_that_changes_nothing_leaves_no_event():
    facility = FacilityFactory.create(name="Hope")
    Facility.objects.filter(pk=facility.pk).update(name="Hope")
    assert labels_of(Facility, facility.pk) == ["insert"]


def test_an_update_of_many_rows_after_one_of_a_single_row_is_not_planned_for_one():
    facility = FacilityFactory.create()
    phones = PhoneFactory.build_batch(10_000, facility=facility, source=SourceFactory.create())
    for number, phone in enumerate(phones):
        phone.number, phone.extension = "+14805550100", str(number)
    Phone.objects.bulk_create(phones)
    for chosen in [phones[0]], [phones[0]], phones:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '4s'")
            Phone.objects.filter(pk__in=[phone.pk for phone in chosen]).update(
                position=F("position") + 1
            )
    events = EVENT_MODELS[Phone].objects.filter(pgh_label="update")
    assert events.count() == 10_002


def test_facts_are_tracked_too():
    program = ProgramFactory.create()
    fact = state(program, "level_of_care/iop")
    CareFact.objects.filter(pk=fact.pk).update(hours_per_week_min=9)
    program.delete()
    assert labels_of(CareFact, fact.pk) == ["insert", "update", "delete"]
    assert labels_of(Program, fact.program_id) == ["insert", "delete"]


def test_a_change_set_says_who_how_and_why():
    user = User.objects.create(username="ruth")
    with transaction.atomic(), change_set(user, kind=ChangeKind.ADMIN, note="Called them", call=7):
        facility = FacilityFactory.create()
    event = FACILITY_EVENTS.objects.get(pgh_obj_id=facility.pk)
    found = ChangeSet.objects.get(pk=event.pgh_context_id)
    assert (found.kind, found.user_id, found.note) == (ChangeKind.ADMIN, user.pk, "Called them")
    assert found.metadata["call"] == 7


def test_a_change_set_inside_another_joins_it():
    with transaction.atomic(), change_set(kind=ChangeKind.REVIEW) as outer:
        with change_set(kind=ChangeKind.ADMIN) as inner:
            first = FacilityFactory.create()
        second = FacilityFactory.create()
    events = FACILITY_EVENTS.objects.filter(pgh_obj_id__in=[first.pk, second.pk])
    assert inner == outer
    assert {event.pgh_context_id for event in events} == {outer}
    assert ChangeSet.objects.get(pk=outer).kind == ChangeKind.REVIEW


def test_what_is_written_after_a_change_set_is_not_of_it():
    with transaction.atomic():
        with change_set(kind=ChangeKind.ADMIN):
            pass
        facility = FacilityFactory.create()
    assert FACILITY_EVENTS.objects.get(pgh_obj_id=facility.pk).pgh_context_id is None


def test_a_change_set_that_fails_halfway_leaves_the_next_one_its_own_name():
    with transaction.atomic():
        with (
            pytest.raises(ZeroDivisionError),
            transaction.atomic(),
            change_set(kind=ChangeKind.ADMIN),
        ):
            _ = 1 / 0
        with change_set(kind=ChangeKind.REVIEW) as own:
            facility = FacilityFactory.create()
    assert FACILITY_EVENTS.objects.get(pgh_obj_id=facility.pk).pgh_context_id == own


def test_a_statement_that_fails_inside_a_change_set_is_the_error_that_shows():
    with (
        pytest.raises(Exception, match="no_such_table"),
        transaction.atomic(),
        change_set(kind=ChangeKind.ADMIN),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 FROM no_such_table")
    with transaction.atomic(), change_set(kind=ChangeKind.ADMIN) as own:
        facility = FacilityFactory.create()
    assert FACILITY_EVENTS.objects.get(pgh_obj_id=facility.pk).pgh_context_id == own


def test_a_change_set_asks_for_a_transaction():
    def write() -> None:
        with change_set(kind=ChangeKind.ADMIN):
            pass

    # Another thread has a connection of its own, outside the transaction of this test.
    with ThreadPoolExecutor() as pool:
        outcome = pool.submit(write).exception()
    assert isinstance(outcome, TransactionManagementError)


def test_a_load_writes_its_history_under_its_run(tmp_path):
    load = load_directory(write_csv(tmp_path / "directory_2023.csv", [row()]), edition=2023)
    found = ChangeSet.objects.get()
    assert (found.kind, found.metadata["run"]) == (ChangeKind.IMPORT, load.run.pk)
    for model, event_model in EVENT_MODELS.items():
        written = event_model.objects.filter(pgh_context_id=found.pk, pgh_label="insert")
        rows = set(model._default_manager.values_list("pk", flat=True))
        assert set(written.values_list("pgh_obj_id", flat=True)) == rows
    assert EVENT_MODELS[FederalRecord].objects.get().row == FederalRecord.objects.get().row
