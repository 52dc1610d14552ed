"""A load of the federal directory, from the file to the facts: small made-up files."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from datetime import date
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.enums import ImportAction, ImportStatus, LocationPrecision
from programs.importers.federal_load import LoadRefusedError, counts_balance, load_directory
from programs.importers.samhsa_directory import DirectoryFileError
from programs.models import (
    FACT_MODELS,
    CareFact,
    CodeStatement,
    CoverageFact,
    Facility,
    FeatureFact,
    FederalCode,
    FederalRecord,
    ImportItem,
    ImportRun,
    MedicationFact,
    Phone,
    Program,
    Source,
)
from tests.conftest import database_url
from tests.directory_files import row, write_csv
from tests.factories import PhoneFactory, SourceFactory, state, term
from tests.test_projection import recomputed_rows, stored_rows

TABLES = (Facility, Program, Phone, FederalRecord, *FACT_MODELS)


@pytest.fixture
def load(db, tmp_path):
    """Load these rows as a CSV of an edition and return the run."""

    def load_rows(*rows: dict[str, str], edition: int = 2023, dry_run: bool = False) -> ImportRun:
        path = write_csv(tmp_path / "directory.csv", rows or [row()])
        return load_directory(path, edition=edition, dry_run=dry_run).run

    return load_rows


def only_program() -> Program:
    return Program.objects.select_related("facility", "federal_record").get()


def everything() -> dict[str, list[Any]]:
    tables: tuple[type[Model], ...] = TABLES
    return {
        table.__name__: list(table._default_manager.order_by("pk").values()) for table in tables
    }


def lines(run: ImportRun, action: ImportAction) -> list[str]:
    return [item.reason for item in run.items.filter(action=action).order_by("pk")]


def stated(model, program: Program) -> set[str]:
    rows = model.objects.filter(program=program).select_related("term__facet")
    return {f"{fact.term.facet.slug}/{fact.term.slug}" for fact in rows}


# ---- one row


def test_a_row_becomes_a_facility_with_one_program(load):
    load(row(name2="North", intake1="602-506-0102 x7"))
    program = only_program()
    facility = program.facility
    assert (str(program), program.scope, program.status, program.name) == (
        "Desert Recovery, North",
        "whole_site",
        "published",
        "",
    )
    assert (facility.name, facility.branch, facility.organization) == (
        "Desert Recovery",
        "North",
        None,
    )
    assert (facility.street1, facility.city, facility.state, facility.zip_code) == (
        "1 Main Street",
        "Chandler",
        "AZ",
        "85225",
    )
    assert str(facility.county) == "Maricopa County, AZ"
    phones = facility.phones.order_by("position").values_list("use", "number", "extension")
    assert list(phones) == [("main", "+16025060101", ""), ("intake", "+16025060102", "7")]


def test_its_codes_become_facts_with_the_release_and_its_date(load):
    load(row(service_code_info="SA * OIT RS * OTP DM * MD * SP"))
    program = only_program()
    assert stated(CareFact, program) == {
        "level_of_care/iop",
        "level_of_care/otp",
        "level_of_care/residential",
        "level_of_care/residential_short",
    }
    assert stated(FeatureFact, program) == {"language/spanish", "substance/opioids"}
    assert stated(CoverageFact, program) == {"payment/medicaid"}
    relations = MedicationFact.objects.filter(term=term("medication/methadone"))
    assert {fact.relation for fact in relations} == {"starts_and_continues", "taper_only"}
    short = CareFact.objects.get(term=term("level_of_care/residential_short"))
    assert (short.answer, short.length_days_max, short.length_days_min) == ("yes", 30, None)
    source = Source.objects.get(slug="samhsa-directory-2023")
    for model in FACT_MODELS:
        for fact in model.objects.all():
            assert (fact.source, fact.reported_on, fact.confirmed_on) == (
                source,
                date(2023, 1, 1),
                None,
            )


def test_the_row_is_kept_word_for_word(load):
    published = row(name1="  Desert   Recovery ", zip="85225-1234")
    load(published)
    record = only_program().federal_record
    assert (record.row, record.row_number) == (published, 2)


def test_a_row_without_any_code_is_a_listing_without_facts(load):
    run = load(row(service_code_info=""))
    assert Program.objects.count() == 1
    assert [model.objects.count() for model in FACT_MODELS] == [0, 0, 0, 0]
    assert run.counts["facts"] == {}


def test_a_code_that_nobody_knows_is_listed_and_the_rest_of_the_row_loaded(load):
    run = load(row(), row(name1="Other", service_code_info="SA OIT ZZZ9"))
    assert run.counts["unknown_codes"] == {"ZZZ9": {"rows": 1, "first_row": 3}}
    assert run.counts["new"] == 2


def test_statements_that_contradict_each_other_are_kept_and_queued(load):
    run = load(row(service_code_info="SA OP * UB NMOA"))
    facts = MedicationFact.objects.filter(term=term("medication/buprenorphine"))
    assert {fact.relation for fact in facts} == {"starts_and_continues", "does_not_use"}
    expected = "medication/buprenorphine: statements that contradict each other"
    assert lines(run, ImportAction.REVIEW) == [expected]
    assert run.items.get(action=ImportAction.REVIEW).detail["codes"] == ["NMOA", "UB"]


def test_not_using_a_medicine_but_letting_people_keep_it_is_no_contradiction(load):
    run = load(row(service_code_info="SA OP * MOA NMOA"))
    assert lines(run, ImportAction.REVIEW) == []


def test_methadone_maintenance_without_certification_is_queued(load):
    run = load(row(service_code_info="SA OP * MM"))
    expected = "medication/methadone: MM without OTP or SOTP"
    assert lines(run, ImportAction.REVIEW) == [expected]
    fact = MedicationFact.objects.get(term=term("medication/methadone"))
    assert fact.relation == "reports_use_unspecified"


# ---- where it is


@pytest.mark.parametrize(
    ("cells", "precision", "latitude"),
    [
        ({"latitude": "33.30", "longitude": "-111.84"}, LocationPrecision.ADDRESS, 33.30),
        ({}, LocationPrecision.ZIP, None),
        ({"latitude": "33.30", "longitude": "111.84"}, LocationPrecision.ZIP, None),
        (
            {"latitude": "33.30", "longitude": "-111.84", "geo_source": "census_zcta_2023"},
            LocationPrecision.ZIP,
            None,
        ),
        ({"zip": ""}, LocationPrecision.CITY, None),
        ({"zip": "", "city": "Nowhere at All"}, LocationPrecision.NONE, None),
    ],
)
def test_a_point_is_as_exact_as_the_row_allows(load, cells, precision, latitude):
    load(row(latitude="", longitude="", geo_source="") | cells)
    facility = only_program().facility
    assert facility.location_precision == precision
    if latitude is not None:
        assert facility.latitude == latitude
    elif precision == LocationPrecision.NONE:
        assert facility.coordinates is None
    else:
        assert facility.coordinates is not None
        assert round(facility.coordinates.latitude) == 33
        assert round(facility.coordinates.longitude) == -112


def test_a_point_far_from_its_zip_code_is_not_used_and_noted(load):
    run = load(row(latitude="40.7", longitude="-74.0"))
    (note,) = lines(run, ImportAction.REVIEW)
    assert note == "its coordinates are 2,131 miles from its ZIP code: not used"


def test_a_file_without_points_keeps_the_point_of_the_same_address(load):
    load(row(latitude="33.30", longitude="-111.84"))
    run = load(row())
    facility = only_program().facility
    assert (facility.latitude, facility.location_precision) == (33.30, "address")
    assert run.counts["unchanged"] == 1


def test_a_file_without_points_gives_up_the_point_of_another_address(load):
    load(row(latitude="33.30", longitude="-111.84"))
    load(row(street1="99 Elm Street"))
    facility = only_program().facility
    assert (facility.street1, facility.location_precision) == ("99 Elm Street", "zip")


# ---- again


def test_the_same_file_twice_changes_nothing(load):
    rows = [row(), row(name1="Other", intake1="602-506-0102"), row(service_code_info="RES")]
    load(*rows)
    before = everything()
    run = load(*rows)
    assert everything() == before
    assert {name: run.counts[name] for name in ("new", "changed", "unchanged", "gone")} == {
        "new": 0,
        "changed": 0,
        "unchanged": 3,
        "gone": 0,
    }
    assert run.items.count() == 0


def test_a_newer_edition_that_says_the_same_moves_its_date(load):
    load(row(), edition=2022)
    run = load(row(), edition=2023)
    assert (run.counts["unchanged"], run.counts["changed"]) == (1, 0)
    for model in FACT_MODELS:
        for fact in model.objects.all():
            assert (fact.source.slug, fact.reported_on) == (
                "samhsa-directory-2023",
                date(2023, 1, 1),
            )


def test_a_newer_edition_changes_what_differs_and_says_so(load):
    load(row(service_code_info="SA OIT * MD * SP"), edition=2022)
    run = load(row(service_code_info="SA OIT * PI * SP", phone="602-506-0199"), edition=2023)
    program = only_program()
    assert stated(CoverageFact, program) == {"payment/private_insurance"}
    assert [str(phone.number) for phone in program.facility.phones.all()] == ["+16025060199"]
    item = run.items.get(action=ImportAction.CHANGED)
    assert (item.program, item.row_number) == (program, 2)
    assert item.detail == {
        "phones": {"added": ["main +16025060199"], "removed": ["main +16025060101"]},
        "facts": {
            "added": ["payment/private_insurance: accepts_network_unknown"],
            "removed": ["payment/medicaid: accepts_network_unknown"],
        },
    }


def test_what_a_keeper_mended_stays_until_the_release_says_something_new(load):
    load(row(), edition=2022)
    facility = only_program().facility
    mended = {"name": "The right name", "street1": "7 Right Street", "latitude": 33.31}
    Facility.objects.filter(pk=facility.pk).update(**mended)
    run = load(row(intake1="602-506-0102"), edition=2023)
    facility.refresh_from_db()
    assert {name: getattr(facility, name) for name in mended} == mended
    assert "fields" not in run.items.get(action=ImportAction.CHANGED).detail
    load(row(name1="A new name"), edition=2024)
    facility.refresh_from_db()
    assert (facility.name, facility.street1) == ("A new name", "7 Right Street")


def test_a_listing_that_is_gone_stays_published_and_comes_back(load):
    load(row(), row(name1="Other", street1="9 Elm", phone=""), edition=2022)
    gone = Program.objects.get(facility__name="Other")
    run = load(row(), edition=2023)
    record = FederalRecord.objects.get(program=gone)
    assert str(record.missing_since) == str(run.source)
    assert gone.status == "published"
    assert run.items.get(action=ImportAction.GONE).program == gone
    assert CoverageFact.objects.filter(program=gone, source__slug="samhsa-directory-2022").exists()
    again = load(row(), edition=2023)
    assert (again.counts["gone"], again.counts["newly_gone"]) == (1, 0)
    back = load(row(), row(name1="Other", street1="9 Elm", phone=""), edition=2024)
    assert back.items.get(action=ImportAction.CHANGED).reason == "is in the list again"
    record.refresh_from_db()
    assert record.missing_since is None


def test_an_older_edition_does_not_go_over_a_newer_one(load):
    load(row(), edition=2023)
    before = everything()
    with pytest.raises(LoadRefusedError, match="There are listings of a newer release"):
        load(row(name1="Older"), edition=2022)
    assert everything() == before


def test_a_change_of_the_crosswalk_reaches_listings_of_the_same_file(load):
    load(row(service_code_info="SA OIT SP"))
    CodeStatement.objects.filter(code=FederalCode.objects.get(code="SP")).delete()
    run = load(row(service_code_info="SA OIT SP"))
    item = run.items.get(action=ImportAction.CHANGED)
    assert item.detail == {"facts": {"removed": ["language/spanish: yes"]}}


def test_an_edition_without_a_source_gets_one(load):
    load(row(), edition=2031)
    source = Source.objects.get(slug="samhsa-directory-2031")
    assert (source.published_on, source.date_precision) == (date(2031, 1, 1), "year")


# ---- what keepers said


def test_a_confirmed_answer_that_the_release_denies_stays_and_is_a_conflict(load):
    load(row(service_code_info="SA OIT"), edition=2022)
    program = only_program()
    state(
        program,
        "substance/opioids",
        answer="yes",
        source=SourceFactory(slug="staff", kind="staff"),
        confirmed_on=date(2024, 5, 1),
    )
    before = FeatureFact.objects.filter(term=term("substance/opioids")).values().get()
    run = load(row(service_code_info="SA OIT NOOP"), edition=2023)
    assert FeatureFact.objects.filter(term=term("substance/opioids")).values().get() == before
    assert lines(run, ImportAction.CONFLICT) == [
        "substance/opioids: confirmed yes, the release says no"
    ]


def test_a_confirmed_fact_that_the_release_no_longer_states_stays_and_is_a_conflict(load):
    load(row(service_code_info="SA OIT SP"), edition=2022)
    FeatureFact.objects.filter(term=term("language/spanish")).update(confirmed_on=date(2024, 5, 1))
    before = FeatureFact.objects.filter(term=term("language/spanish")).values().get()
    run = load(row(service_code_info="SA OIT"), edition=2023)
    assert FeatureFact.objects.filter(term=term("language/spanish")).values().get() == before
    assert lines(run, ImportAction.CONFLICT) == [
        "language/spanish: confirmed yes, the release says nothing any more"
    ]


def test_a_confirmed_fact_that_no_release_ever_stated_stays_without_a_conflict(load):
    load(row(service_code_info="SA OIT"), edition=2022)
    state(only_program(), "language/spanish", source=SourceFactory(slug="staff", kind="staff"))
    run = load(row(service_code_info="SA OIT MD"), edition=2023)
    assert FeatureFact.objects.filter(term=term("language/spanish")).count() == 1
    assert lines(run, ImportAction.CONFLICT) == []


def test_a_confirmed_fact_that_the_release_states_too_is_not_touched(load):
    load(row(service_code_info="SA OIT SP"), edition=2022)
    FeatureFact.objects.update(confirmed_on=date(2024, 5, 1))
    before = list(FeatureFact.objects.order_by("pk").values())
    run = load(row(service_code_info="SA OIT SP"), edition=2023)
    assert list(FeatureFact.objects.order_by("pk").values()) == before
    assert lines(run, ImportAction.CONFLICT) == []


def test_a_release_adds_no_relation_to_a_medicine_that_a_keeper_confirmed(load):
    load(row(service_code_info="SA OP UB"), edition=2022)
    medicine = term("medication/buprenorphine")
    MedicationFact.objects.filter(term=medicine).update(confirmed_on=date(2024, 5, 1))
    run = load(row(service_code_info="SA OP UB NMOA"), edition=2023)
    relations = MedicationFact.objects.filter(term=medicine).values_list("relation", flat=True)
    assert list(relations) == ["starts_and_continues"]
    assert (
        "medication/buprenorphine: confirmed starts_and_continues, the release says does_not_use"
        in lines(run, ImportAction.CONFLICT)
    )


def test_a_hidden_address_stays_hidden(load):
    load(row(latitude="33.30", longitude="-111.84"), edition=2022)
    Facility.objects.update(
        address_is_public=False,
        street1="",
        zip_code="",
        latitude=None,
        longitude=None,
        location_precision="none",
    )
    run = load(row(name2="North", latitude="33.31", longitude="-111.84"), edition=2023)
    facility = only_program().facility
    assert (facility.branch, facility.street1, facility.zip_code, facility.coordinates) == (
        "North",
        "",
        "",
        None,
    )
    assert run.items.get(action=ImportAction.CHANGED).detail == {
        "fields": {"branch": ["", "North"]}
    }


def test_numbers_that_a_keeper_added_stay(load):
    load(row(), edition=2022)
    facility = only_program().facility
    PhoneFactory.create(facility=facility, use="intake", number="+16025060150")
    PhoneFactory.create(facility=facility, use="hotline", number="+16025060160")
    load(row(phone="602-506-0199"), edition=2023)
    numbers = facility.phones.order_by("number").values_list("number", flat=True)
    assert [str(number) for number in numbers] == ["+16025060150", "+16025060160", "+16025060199"]


def test_a_listing_that_a_keeper_closed_stays_closed(load):
    load(row(), edition=2022)
    Program.objects.update(status="closed")
    load(row(name2="North"), edition=2023)
    assert only_program().status == "closed"


# ---- the run


def test_a_dry_run_keeps_its_plan_and_changes_nothing(load):
    load(row(), edition=2022)
    before = everything()
    run = load(row(name2="North"), row(name1="Other"), edition=2023, dry_run=True)
    assert everything() == before
    assert run.status == ImportStatus.DRY_RUN
    actions = ImportItem.objects.filter(run=run).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["changed", "new"]
    applied = load(row(name2="North"), row(name1="Other"), edition=2023)
    assert applied.counts == run.counts


def test_search_finds_what_was_loaded_changed_and_removed(load):
    load(row(), row(name1="Other", service_code_info="SA RES * OTP MM UB"), edition=2022)
    assert stored_rows() == recomputed_rows()
    load(row(service_code_info="SA HI"), row(name1="Third", zip="99501", state="AK"), edition=2023)
    assert stored_rows() == recomputed_rows()
    state(Program.objects.earliest("pk"), "track/veterans")
    assert stored_rows() == recomputed_rows()


made_up_rows = st.lists(
    st.builds(
        row,
        name1=st.sampled_from(["Desert Recovery", "Sunrise", "Sunrise Inc", ""]),
        name2=st.sampled_from(["", "Men"]),
        street1=st.sampled_from(["1 Main Street", "2 Oak Street"]),
        state=st.sampled_from(["AZ", "AZ", "XX"]),
        phone=st.sampled_from(["602-506-0101", "", "12"]),
        service_code_info=st.sampled_from(["SA OP MD", "SA RES", "UB NMOA", "ZZZ9", ""]),
    )
    | st.just(dict.fromkeys(row(), "")),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=made_up_rows, second=made_up_rows)
def test_every_row_and_every_listing_is_accounted_for(load, first, second):
    sure = row(name1="Always here", street1="7 Pine Street", phone="602-506-0107")
    with transaction.atomic():
        run = load(sure, *first, edition=2022)
        assert counts_balance(run.counts)
        assert run.counts["read"] == 1 + len(first)
        assert Program.objects.count() == run.counts["new"]
        run = load(*second, sure, edition=2023)
        assert counts_balance(run.counts)
        assert run.counts["read"] == 1 + len(second)
        listings = FederalRecord.objects.filter(missing_since=None).count()
        assert listings == run.counts["new"] + run.counts["changed"] + run.counts["unchanged"]
        stored = sum(
            model.objects.filter(program__federal_record__missing_since=None).count()
            for model in FACT_MODELS
        )
        assert stored == sum(run.counts["facts"].values())
        assert load(*second, sure, edition=2023).items.exclude(action="rejected").count() == 0
        transaction.set_rollback(True)


# ---- the edition


@pytest.mark.parametrize(
    ("name", "codes", "expected"),
    [
        ("directory.csv", "SA OP MMW", 2022),
        ("directory.csv", "SA OP DLC", 2023),
        ("su_2022.csv", "SA OP MMW", 2022),
        ("su_2024.csv", "SA OP", 2024),
    ],
)
def test_the_edition_is_that_of_the_codes_or_the_name(db, tmp_path, name, codes, expected):
    path = write_csv(tmp_path / name, [row(service_code_info=codes)])
    assert load_directory(path).run.edition == expected


@pytest.mark.parametrize(
    ("name", "codes", "told"),
    [
        ("directory.csv", "SA OP", "its name: none; its codes: none"),
        ("su_2024.csv", "SA OP DLC", "its name: 2024; its codes: 2023"),
        ("directory.csv", "SA MMW DLC", "its name: none; its codes: none"),
        ("2022_to_2023.csv", "SA", "its name: 2022, 2023; its codes: none"),
    ],
)
def test_an_edition_that_nothing_tells_clearly_is_asked_for(db, tmp_path, name, codes, told):
    path = write_csv(tmp_path / name, [row(service_code_info=codes)])
    with pytest.raises(DirectoryFileError) as error:
        load_directory(path)
    assert str(error.value) == (
        f"Nothing in {name} says clearly of which year it is ({told})."
        " Give its edition, such as 2023."
    )


# ---- the command


def test_the_command_prints_a_report_that_reconciles(db, tmp_path):
    rows = [row(), row(name1=""), row(), dict.fromkeys(row(), ""), row(name2="B", phone="")]
    path = write_csv(tmp_path / "su_2023.csv", [cells | {"frid": "1"} for cells in rows])
    out = io.StringIO()
    call_command("load_samhsa_directory", path, stdout=out)
    printed = out.getvalue().splitlines()
    assert printed[0] == "su_2023.csv: edition 2023. Loaded."
    assert "Rows read 5 = 2 new + 0 changed + 0 unchanged + 2 rejected + 1 blank" in printed
    assert "Listings before 0 = 0 changed + 0 unchanged + 0 gone" in printed
    assert "Rejected: row 3: name1 is empty" in printed
    assert "Rejected: row 4: Desert Recovery: repeats row 2" in printed
    assert "Columns that are not read: frid" in printed


def test_the_command_refuses_in_one_line_and_writes_nothing(db, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("hello\n")
    with pytest.raises(CommandError, match=r"^Nothing was loaded. a.csv is not a SAMHSA directory"):
        call_command("load_samhsa_directory", path)
    assert (ImportRun.objects.count(), Facility.objects.count()) == (0, 0)


def test_a_load_without_vocabulary_or_places_says_what_to_run(db, tmp_path):
    path = write_csv(tmp_path / "su_2023.csv", [row()])
    FederalCode.objects.all().delete()
    with pytest.raises(CommandError, match="Run load_vocabulary first"):
        call_command("load_samhsa_directory", path)


def test_a_load_killed_half_way_leaves_nothing(cloned_database, tmp_path):
    path = write_csv(tmp_path / "su_2023.csv", [row(name1=f"N {number}") for number in range(50)])
    environment = os.environ | {"DATABASE_URL": database_url(cloned_database)}
    counted = "SELECT (SELECT count(*) FROM programs_facility),"
    counted += " (SELECT count(*) FROM programs_featurefact),"
    counted += " (SELECT count(*) FROM programs_importrun)"
    with (
        psycopg.connect(cloned_database) as blocker,
        psycopg.connect(cloned_database, autocommit=True) as watcher,
    ):
        # The lines are written last: the load waits there, with everything else written.
        blocker.execute("LOCK TABLE programs_importitem IN EXCLUSIVE MODE")
        command = [sys.executable, "manage.py", "load_samhsa_directory", str(path)]
        load = subprocess.Popen(command, env=environment, cwd=django_settings.BASE_DIR)
        wait_until(lambda: is_waiting(watcher), load)
        load.send_signal(signal.SIGKILL)
        load.wait()
        blocker.rollback()
        wait_until(lambda: not is_waiting(watcher), None)
        assert watcher.execute(counted).fetchone() == (0, 0, 0)
    subprocess.run(command, env=environment, cwd=django_settings.BASE_DIR, check=True)
    with psycopg.connect(cloned_database) as connection:
        assert connection.execute(counted).fetchone() == (50, 50, 1)


def is_waiting(watcher: psycopg.Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    waiting += " AND query LIKE 'INSERT INTO %%importitem%%' AND state <> 'idle'"
    return watcher.execute(waiting).fetchone() != (0,)


def wait_until(condition, process, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None
        time.sleep(0.05)
