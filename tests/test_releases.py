"""A release from the upload to its undoing: planned, decided on, applied, brought back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from programs.enums import ConflictChoice, ImportAction, ImportStatus
from programs.importers.federal_load import load_directory, sha256_of
from programs.models import (
    FACT_MODELS,
    CareFact,
    CoverageFact,
    DuplicatePair,
    Facility,
    FeatureFact,
    FederalRecord,
    ImportDecision,
    ImportRun,
    MedicationFact,
    Phone,
    Program,
    Source,
)
from programs.upkeep import releases
from programs.upkeep.release_work import work_on_next
from tests.directory_files import row, write_csv
from tests.factories import SourceFactory, state, term
from tests.test_projection import recomputed_rows, stored_rows

pytestmark = pytest.mark.django_db

TABLES: tuple[type[Model], ...] = (
    *(Facility, Program, Phone, FederalRecord),
    *FACT_MODELS,
)

STAYS = row(service_code_info="SA OIT * MD * SP")
MOVES = row(name1="Sunrise", street1="2 Oak Street", phone="602-506-0102")
GOES = row(
    name1="Old House", street1="3 Elm Street", phone="602-506-0103", zip="85001", city="Phoenix"
)
EDITION_2022 = (STAYS, MOVES, GOES)
EDITION_2023 = (
    row(service_code_info="SA OIT RES * PI * SP"),
    MOVES | {"street1": "22 Oak Street", "intake1": "602-506-0122"},
    row(
        name1="New Path", street1="9 Pine Street", phone="602-506-0109", zip="85003", city="Phoenix"
    ),
)


@pytest.fixture
def user(db) -> User:
    return User.objects.create_superuser("administrator")


@pytest.fixture
def loaded_2022(db, tmp_path) -> None:
    load_directory(write_csv(tmp_path / "su_2022.csv", EDITION_2022))


def planned(path: Path, user: User | None = None, edition: int | None = None) -> ImportRun:
    """Ask for the plan of a file and let the worker make it."""
    run = releases.start(path, name=path.name, sha256=sha256_of(path), edition=edition, user=user)
    return worked(run)


def worked(run: ImportRun) -> ImportRun:
    assert work_on_next() == run
    run.refresh_from_db()
    return run


def applied(run: ImportRun, user: User) -> ImportRun:
    releases.ask_to_apply(run, user)
    return worked(run)


def undone(run: ImportRun, user: User) -> ImportRun:
    releases.ask_to_undo(run, user)
    return worked(run)


def everything() -> dict[str, list[Any]]:
    return {
        table.__name__: list(table._default_manager.order_by("pk").values()) for table in TABLES
    }


def lines(run: ImportRun, action: ImportAction) -> list[str]:
    return list(run.items.filter(action=action).order_by("pk").values_list("reason", flat=True))


@pytest.fixture
def file_2023(tmp_path) -> Path:
    return write_csv(tmp_path / "su_2023.csv", EDITION_2023)


# ---- the plan


def test_a_file_becomes_a_plan_that_changes_nothing(loaded_2022, file_2023, user):
    before = everything()
    run = planned(file_2023, user)
    assert everything() == before
    assert (run.status, run.edition, run.message) == (ImportStatus.PLANNED, 2023, "")
    assert (run.started_by, run.applied_at) == (user, None)
    actions = run.items.order_by("pk").values_list("action", "name", "city", "state")
    assert list(actions) == [
        ("changed", "Desert Recovery", "Chandler", "AZ"),
        ("changed", "Sunrise", "Chandler", "AZ"),
        ("new", "New Path", "Phoenix", "AZ"),
        ("gone", "Old House", "Phoenix", "AZ"),
    ]


def test_the_line_of_a_new_listing_says_what_it_will_be(loaded_2022, file_2023):
    detail = planned(file_2023).items.get(action=ImportAction.NEW).detail
    assert detail["fields"]["name"] == [None, "New Path"]
    assert detail["phones"] == {"added": ["main +16025060109"]}
    assert detail["codes"] == ["MD", "OIT", "OP", "PI", "SA", "SP"]


def test_a_new_row_near_a_listing_that_is_not_in_the_file_is_told(loaded_2022, tmp_path):
    near = GOES | {"name1": "Old House Recovery Residence", "service_code_info": "SA RES"}
    path = write_csv(tmp_path / "su_2023.csv", [STAYS, MOVES, near])
    run = planned(path)
    item = run.items.get(action=ImportAction.DUPLICATE)
    assert (item.name, item.reason) == ("Old House Recovery Residence", "same address, same phone")
    assert item.program == Program.objects.get(facility__name="Old House")
    assert item.detail == {"listing": "Old House"}
    assert run.counts["duplicates"] == 1


def test_a_file_that_cannot_be_read_fails_with_the_loader_s_words(tmp_path):
    path = write_csv(tmp_path / "directory.csv", [row(service_code_info="SA OP")])
    run = planned(path)
    assert (run.status, run.message) == (
        ImportStatus.FAILED,
        "Nothing was changed. Nothing in directory.csv says clearly of which year it is"
        " (its name: none; its codes: none). Give its edition, such as 2023.",
    )


def test_a_file_that_changed_since_it_was_chosen_is_refused(loaded_2022, file_2023, user):
    run = planned(file_2023)
    write_csv(file_2023, [STAYS])
    assert applied(run, user).message == (
        "Nothing was changed. su_2023.csv was changed since. Start with it anew."
    )
    assert run.status == ImportStatus.PLANNED


# ---- applying


def test_what_was_reviewed_is_applied(loaded_2022, file_2023, user):
    run = applied(planned(file_2023), user)
    assert (run.status, run.applied_by) == (ImportStatus.APPLIED, user)
    new = Program.objects.get(facility__name="New Path")
    assert run.items.get(action=ImportAction.NEW).program == new
    gone = FederalRecord.objects.get(program__facility__name="Old House")
    assert gone.missing_since == run.source
    assert stored_rows() == recomputed_rows()


def test_a_plan_that_no_longer_holds_is_not_applied_but_renewed(loaded_2022, file_2023, user):
    run = planned(file_2023)
    Phone.objects.filter(facility__name="Old House").delete()
    Facility.objects.filter(name="Sunrise").update(name="Sunrise of Chandler")
    FederalRecord.objects.get(program__facility__name="Old House").delete()
    before = everything()
    applied(run, user)
    assert everything() == before
    assert run.status == ImportStatus.PLANNED
    assert run.message == (
        "The directory changed since the plan was made, so nothing was applied. Lines that"
        " differ: 1, such as Old House (Not in this file). Review the plan again."
    )
    assert run.items.filter(action=ImportAction.GONE).count() == 0
    assert applied(run, user).status == ImportStatus.APPLIED


def test_an_older_edition_is_refused_and_nothing_changes(loaded_2022, file_2023, tmp_path, user):
    older = planned(write_csv(tmp_path / "su_2022_again.csv", [STAYS]))
    applied(planned(file_2023), user)
    applied(older, user)
    assert older.status == ImportStatus.PLANNED
    assert older.message.startswith("Nothing was changed. There are listings of a newer release")


# ---- conflicts


def conflict(run: ImportRun, choice: ConflictChoice, path: str) -> None:
    item = run.items.get(action=ImportAction.CONFLICT, detail__term=path)
    ImportDecision.objects.create(item=item, choice=choice)


def confirm(path: str, **changes: Any) -> None:
    for model in FACT_MODELS:
        model.objects.filter(term=term(path)).update(confirmed_on=date(2024, 5, 1), **changes)


def test_a_conflict_says_of_which_day_the_keeper_s_answer_is(loaded_2022, file_2023):
    confirm("payment/medicaid")
    item = planned(file_2023).items.get(action=ImportAction.CONFLICT)
    assert item.detail == {
        "term": "payment/medicaid",
        "confirmed": "accepts_network_unknown",
        "release": "",
        "said_on": "2024-05-01",
    }


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (ConflictChoice.KEEP, {"payment/medicaid", "payment/private_insurance"}),
        (ConflictChoice.TAKE, {"payment/private_insurance"}),
        (None, {"payment/medicaid", "payment/private_insurance"}),
    ],
)
def test_only_a_decision_lets_a_release_take_away_a_confirmed_fact(
    loaded_2022, file_2023, user, choice, left
):
    confirm("payment/medicaid")
    run = planned(file_2023)
    if choice:
        conflict(run, choice, "payment/medicaid")
    applied(run, user)
    facts = CoverageFact.objects.filter(program__facility__name="Desert Recovery")
    paths = facts.values_list("term__facet__slug", "term__slug")
    assert {"/".join(path) for path in paths} == left
    assert stored_rows() == recomputed_rows()


def test_a_taken_answer_has_the_release_s_source_and_is_not_confirmed(loaded_2022, tmp_path, user):
    staff = SourceFactory.create(slug="staff", kind="staff")
    program = Program.objects.get(facility__name="Desert Recovery")
    state(program, "substance/opioids", source=staff, confirmed_on=date(2024, 5, 1))
    path = write_csv(
        tmp_path / "su_2023.csv", [STAYS | {"service_code_info": "SA OIT NOOP"}, MOVES, GOES]
    )
    run = planned(path)
    conflict(run, ConflictChoice.TAKE, "substance/opioids")
    applied(run, user)
    fact = FeatureFact.objects.get(program=program, term=term("substance/opioids"))
    assert (fact.answer, fact.source, fact.reported_on, fact.confirmed_on) == (
        "no",
        run.source,
        date(2023, 1, 1),
        None,
    )


def test_a_taken_medicine_replaces_the_relation_that_was_confirmed(db, tmp_path, user):
    load_directory(write_csv(tmp_path / "su_2022.csv", [row(service_code_info="SA OP UB")]))
    confirm("medication/buprenorphine")
    path = write_csv(tmp_path / "su_2023.csv", [row(service_code_info="SA OP NMOA")])
    run = planned(path)
    said = run.items.get(
        action=ImportAction.CONFLICT,
        detail__release="does_not_use",
        detail__term="medication/buprenorphine",
    )
    ImportDecision.objects.create(item=said, choice=ConflictChoice.TAKE)
    applied(run, user)
    facts = MedicationFact.objects.filter(term=term("medication/buprenorphine"))
    assert list(facts.values_list("relation", "confirmed_on")) == [("does_not_use", None)]


def test_decisions_outlive_a_plan_made_again(loaded_2022, file_2023):
    confirm("payment/medicaid")
    run = planned(file_2023)
    conflict(run, ConflictChoice.TAKE, "payment/medicaid")
    Facility.objects.filter(name="Old House").delete()
    releases.plan_again(run)
    worked(run)
    assert run.items.get(action=ImportAction.CONFLICT).decision.choice == "take"
    assert run.items.filter(action=ImportAction.GONE).count() == 0


# ---- undoing


def test_an_undone_run_leaves_every_row_as_it_was(loaded_2022, file_2023, user):
    confirm("payment/medicaid")
    before = everything()
    run = planned(file_2023)
    conflict(run, ConflictChoice.TAKE, "payment/medicaid")
    applied(run, user)
    assert everything() != before
    undone(run, user)
    assert everything() == before
    assert (run.status, run.undone_by) == (ImportStatus.UNDONE, user)
    assert lines(run, ImportAction.STAYED) == []
    assert stored_rows() == recomputed_rows()


def test_a_first_load_is_undone_to_nothing(db, file_2023, user):
    run = applied(planned(file_2023), user)
    undone(run, user)
    assert everything() == {table.__name__: [] for table in TABLES}
    assert stored_rows() == {}


def test_what_a_keeper_changed_since_stays_and_is_told(loaded_2022, file_2023, user):
    before = everything()
    run = applied(planned(file_2023), user)
    program = Program.objects.get(facility__name="Desert Recovery")
    FeatureFact.objects.filter(program=program, term=term("language/spanish")).update(
        answer="no", confirmed_on=date(2024, 6, 1)
    )
    Phone.objects.filter(facility__name="Sunrise", use="intake").update(extension="7")
    undone(run, user)
    after = everything()
    changed = {
        (table, row["id"]) for table in before for row in after[table] if row not in before[table]
    }
    spanish = FeatureFact.objects.get(program=program, term=term("language/spanish"))
    intake = Phone.objects.get(extension="7")
    assert changed == {("FeatureFact", spanish.pk), ("Phone", intake.pk)}
    assert (spanish.answer, spanish.confirmed_on) == ("no", date(2024, 6, 1))
    assert lines(run, ImportAction.STAYED) == [
        "phone: changed since",
        "language/spanish, feature: changed since",
    ]
    assert stored_rows() == recomputed_rows()


def test_a_new_listing_that_a_keeper_worked_on_stays_whole(loaded_2022, file_2023, user):
    run = applied(planned(file_2023), user)
    new = Program.objects.get(facility__name="New Path")
    facts = CareFact.objects.filter(program=new).count()
    state(new, "language/interpreter")
    undone(run, user)
    new.refresh_from_db()
    assert CareFact.objects.filter(program=new).count() == facts > 0
    assert [str(phone.number) for phone in new.facility.phones.all()] == ["+16025060109"]
    assert new.federal_record.source == run.source
    item = run.items.get(action=ImportAction.STAYED)
    assert (item.program, item.name) == (new, "New Path")
    assert item.reason == "somebody worked on this new listing since: it stays, whole"
    assert stored_rows() == recomputed_rows()


def test_a_likely_duplicate_is_no_work_of_a_person_but_what_was_decided_on_it_is(
    loaded_2022, file_2023, user
):
    before = everything()
    run = applied(planned(file_2023), user)
    old, new = (Facility.objects.get(name=name) for name in ("Old House", "New Path"))
    pair = DuplicatePair.objects.create(
        first=old, second=new, shared="near name", name_likeness=80, found_at=timezone.now()
    )
    with transaction.atomic():
        undone(run, user)
        assert everything() == before
        transaction.set_rollback(True)
    DuplicatePair.objects.filter(pk=pair.pk).update(parted_at=timezone.now())
    undone(run, user)
    assert lines(run, ImportAction.STAYED) == [
        "somebody worked on this new listing since: it stays, whole"
    ]


def test_a_new_listing_that_another_was_merged_into_stays_whole(loaded_2022, file_2023, user):
    run = applied(planned(file_2023), user)
    new = Program.objects.get(facility__name="New Path")
    Program.objects.filter(facility__name="Old House").update(status="closed", merged_into=new)
    undone(run, user)
    assert Program.objects.get(facility__name="Old House").merged_into == new
    assert run.items.get(action=ImportAction.STAYED).program == new


def test_a_fact_that_a_keeper_entered_anew_stays_in_its_place(loaded_2022, file_2023, user):
    run = applied(planned(file_2023), user)
    program = Program.objects.get(facility__name="Desert Recovery")
    again = state(program, "payment/medicaid", confirmed_on=date(2024, 6, 1))
    undone(run, user)
    assert CoverageFact.objects.get(program=program, term=again.term).pk == again.pk
    assert lines(run, ImportAction.STAYED) == ["payment/medicaid, payment: changed since"]


def test_a_run_on_which_another_stands_is_undone_after_it(loaded_2022, file_2023, tmp_path, user):
    before = everything()
    first = applied(planned(file_2023), user)
    between = everything()
    second = applied(
        planned(write_csv(tmp_path / "su_2024.csv", [MOVES | {"name1": "Sunset"}]), edition=2024),
        user,
    )
    with pytest.raises(releases.WrongMomentError) as error:
        releases.ask_to_undo(first, user)
    assert str(error.value) == (
        "su_2024.csv was applied after it and stands on it. Undo that first."
    )
    undone(second, user)
    assert everything() == between
    undone(first, user)
    assert everything() == before


def test_a_load_by_the_command_is_undone_too(loaded_2022, file_2023, user):
    before = everything()
    run = load_directory(file_2023).run
    undone(run, user)
    assert everything() == before


# ---- moments


def test_a_run_moves_only_from_where_it_was_seen(loaded_2022, file_2023, user):
    run = planned(file_2023)
    stale = ImportRun.objects.get(pk=run.pk)
    applied(run, user)
    with pytest.raises(releases.WrongMomentError):
        releases.ask_to_apply(stale, user)
    with pytest.raises(releases.WrongMomentError):
        releases.discard(run)
    assert work_on_next() is None


def test_a_refusal_leaves_the_run_where_it_was(loaded_2022, file_2023, user):
    run = planned(file_2023)
    Source.objects.filter(slug="samhsa-directory-2023").update(published_on=None)
    applied(run, user)
    assert run.status == ImportStatus.PLANNED
    assert run.message == (
        "Nothing was changed. The source samhsa-directory-2023 has no date of publication."
        " Set it first."
    )


def test_a_mistake_of_ours_leaves_the_run_where_it_was(loaded_2022, file_2023, user):
    run = planned(file_2023)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE programs_federalrecord RENAME COLUMN fingerprint TO lost")
    applied(run, user)
    assert run.status == ImportStatus.PLANNED
    assert run.message == (
        "Nothing was changed. Something went wrong (ProgrammingError); the log says more."
    )
