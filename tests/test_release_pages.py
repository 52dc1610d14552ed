"""The pages on which a keeper loads a release: upload, plan, decisions, confirmation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from programs.enums import Answer, ImportAction, ImportStatus, Role
from programs.importers.federal_load import load_directory, sha256_of
from programs.models import (
    CallSheet,
    ChangeSet,
    CoverageFact,
    DuplicatePair,
    Facet,
    ImportDecision,
    ImportRun,
    Keeper,
    Program,
)
from programs.upkeep import releases
from programs.upkeep.release_work import work_on_next
from tests.directory_files import row, write_csv
from tests.factories import CorrectionFactory, KeeperFactory, UpdateLinkFactory, state, term
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

ADD = "admin:programs_importrun_add"


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(KeeperFactory.create(role=role).user)
    return client


@pytest.fixture
def editor(db) -> Client:
    return client_of(Role.EDITOR)


@pytest.fixture
def administrator(db) -> Client:
    return client_of(Role.ADMINISTRATOR)


@pytest.fixture
def folders(settings, tmp_path) -> Path:
    settings.VAR_DIR, settings.RELEASES_DIR = tmp_path / "var", tmp_path / "releases"
    settings.RELEASES_DIR.mkdir()
    return tmp_path


@pytest.fixture
def run(db, folders) -> ImportRun:
    """Return the plan of a 2023 edition, in conflict with one confirmed fact of 2022."""
    load_directory(write_csv(folders / "su_2022.csv", [row(), row(name1="Old", street1="9 Elm")]))
    CoverageFact.objects.filter(term=term("payment/medicaid")).update(confirmed_on=date(2024, 5, 1))
    return plan_of(folders, [row(service_code_info="SA OIT PI"), row(name1="New", zip="85003")])


def plan_of(folders: Path, rows: list[dict[str, str]]) -> ImportRun:
    path = write_csv(folders / "releases" / "su_2023.csv", rows)
    run = releases.start(path, name=path.name, sha256=sha256_of(path), edition=None, user=None)
    return worked(run)


def worked(run: ImportRun) -> ImportRun:
    assert work_on_next() == run
    run.refresh_from_db()
    return run


def url(run: ImportRun, page: str = "change") -> str:
    return reverse(f"admin:programs_importrun_{page}", args=[run.pk])


def shown(client: Client, run: ImportRun, **query: str) -> Any:
    response = client.get(url(run), query)
    assert response.status_code == 200
    return response.context


def upload_of(folders: Path, name: str = "su_2023.csv") -> SimpleUploadedFile:
    path = write_csv(folders / "mine.csv", [row()])
    return SimpleUploadedFile(name, path.read_bytes())


# ---- a file


def test_an_uploaded_file_is_kept_by_its_digest_and_planned(editor, folders):
    response = editor.post(reverse(ADD), {"upload": upload_of(folders)})
    run = ImportRun.objects.get()
    assert response.headers["Location"] == url(run)
    kept = folders / "var" / "uploads" / f"{run.file_sha256}.csv"
    assert (run.file_path, run.status, run.file_name) == (
        str(kept),
        ImportStatus.PLANNING,
        "su_2023.csv",
    )
    assert sha256_of(kept) == run.file_sha256
    assert worked(run).counts["new"] == 1


def test_a_file_of_the_folder_is_chosen_from_a_list(editor, folders):
    write_csv(folders / "releases" / "su_2023.csv", [row()])
    write_csv(folders / "releases" / "notes.txt", [row()])
    page = editor.get(reverse(ADD)).context["form"]
    assert [name for name, _label in page.fields["chosen"].choices] == ["", "su_2023.csv"]
    editor.post(reverse(ADD), {"chosen": "su_2023.csv"})
    assert worked(ImportRun.objects.get()).counts["new"] == 1


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({}, "__all__", "Upload a file or choose one on the server."),
        (
            {"chosen": "../mine.csv"},
            "chosen",
            "Select a valid choice. ../mine.csv is not one of the available choices.",
        ),
        (
            {"upload": SimpleUploadedFile("su_2023.pdf", b"%PDF")},
            "upload",
            "su_2023.pdf is neither .xlsx nor .csv: those two can be loaded.",
        ),
        (
            {"upload": SimpleUploadedFile("su_2023.csv", b"name,town\n")},
            "upload",
            "su_2023.csv is not a SAMHSA directory: its first row has no columns name1, name2,"
            " street1, street2, city, state, zip, phone, intake1, intake2, intake1a, intake2a,"
            " service_code_info.",
        ),
        (
            {"upload": SimpleUploadedFile("su_2023.xlsx", b"PK\x03\x04cut")},
            "upload",
            "su_2023.xlsx is not a whole XLSX file: it is damaged or was cut short."
            " Download it again.",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_is_said_on_its_field(editor, folders, data, field, message):
    response = editor.post(reverse(ADD), data)
    assert response.context["form"].errors == {field: [message]}
    assert ImportRun.objects.count() == 0
    assert list((folders / "var").rglob("*.*")) == []


def test_an_upload_that_is_too_large_is_refused(editor, folders, monkeypatch):
    monkeypatch.setattr("programs.upkeep.release_files.MAX_UPLOAD_BYTES", 10)
    response = editor.post(reverse(ADD), {"upload": upload_of(folders)})
    assert response.context["form"].errors == {
        "upload": ["su_2023.csv has 0 MB, more than the 0 MB that can be uploaded."]
    }


def test_a_discarded_plan_takes_its_upload_along(
    editor, folders, django_capture_on_commit_callbacks
):
    editor.post(reverse(ADD), {"upload": upload_of(folders)})
    run = worked(ImportRun.objects.get())
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(url(run, "discard"))
    run.refresh_from_db()
    assert (run.status, Path(run.file_path).exists()) == (ImportStatus.DISCARDED, False)


# ---- the plan


def test_the_plan_has_a_tab_for_each_kind_of_line(editor, run):
    context = shown(editor, run)
    assert [(str(tab), count) for tab, count in context["tabs"]] == [
        ("new", 1),
        ("changed", 1),
        ("gone", 1),
        ("conflict", 1),
    ]
    assert context["allowed"] == ["plan", "discard"]


def test_a_line_shows_what_changes_field_by_field(editor, run):
    (line,) = shown(editor, run, action="changed")["lines"]
    assert [tuple(change) for change in line.changes] == [("Language: Spanish", "Yes", "")]
    (line,) = shown(editor, run, action="conflict")["lines"]
    medicaid = term("payment/medicaid")
    accepts = "Says it accepts this. Ask if it is in network for your plan (2024-05-01)"
    assert [tuple(change) for change in line.changes] == [
        (f"{medicaid.facet}: {medicaid}", accepts, "says nothing any more")
    ]


def test_a_line_has_numbers_and_names_as_people_write_them(editor, folders):
    both = {"phone": "602-506-0144 x12", "intake1": "602-506-0145", "zip": "85003"}
    new = plan_of(folders, [row(name1="New", **both)])
    (line,) = shown(editor, new, action="new")["lines"]
    said = [tuple(change) for change in line.changes]
    assert ("ZIP code", "", "85003") in said
    assert [after for what, _before, after in said if what == "Phone"] == [
        "Main number: (602) 506-0144 x12",
        "Intake (to start treatment): (602) 506-0145",
    ]


def test_a_line_is_in_the_language_of_who_reads_it(editor, run):
    with translation.override("es"):
        yes = str(Answer.YES.label)
        (line,) = shown(editor, run, action="changed")["lines"]
        assert [change.before for change in line.changes] == [yes]
    assert yes != "Yes"


def test_no_line_says_a_term_by_its_path(editor, administrator, run):
    page = page_of(editor.get(url(run), {"action": "conflict"}))
    assert "payment/medicaid" not in words(page, "table.lines")
    administrator.post(url(run, "apply"))
    worked(run)
    # What the release took away, and somebody entered anew: it stays, and a line says so.
    spanish = term("language/spanish")
    state(Program.objects.get(facility__name="Desert Recovery"), "language/spanish")
    administrator.post(url(run, "undo"))
    worked(run)
    (line,) = shown(editor, run, action="stayed")["lines"]
    assert line.reason == f"{spanish.facet}: {spanish}, feature: changed since"


def test_a_rule_names_its_group_as_people_do(editor, run):
    rule = {"choice": "take", "facet": "payment", "older_than_months": "1"}
    payment = Facet.objects.get(slug="payment")
    assert str(editor.get(url(run, "rule"), rule).context["rule"]) == (
        f"Take what the release says; confirmed more than 1 month ago; only {payment}"
    )


@pytest.mark.parametrize(
    ("typed", "names"), [("new", ["New"]), ("chandler az", ["New"]), ("old", []), ("TX", [])]
)
def test_lines_are_found_by_name_town_and_state(editor, run, typed, names):
    lines = shown(editor, run, action="new", q=typed)["lines"]
    assert [line.item.name for line in lines] == names


def test_twenty_lines_are_shown_at_random(editor, folders):
    run = plan_of(folders, [row(name1=f"Number {n}", street1=f"{n} Oak") for n in range(60)])
    assert len(shown(editor, run, sample="1")["lines"]) == 20
    assert len(shown(editor, run)["lines"]) == 50
    assert len(shown(editor, run, page="2")["lines"]) == 10


def test_a_plan_asks_as_often_for_fifty_lines_as_for_one(editor, folders):
    few = plan_of(folders, [row()])
    many = plan_of(folders, [row(name1=f"Number {n}", street1=f"{n} Oak") for n in range(60)])
    for run in (few, many):
        with CaptureQueriesContext(connection) as captured:
            shown(editor, run)
        assert len(captured) == 10


# ---- conflicts


def test_conflicts_are_decided_one_by_one(editor, run):
    item = run.items.get(action=ImportAction.CONFLICT)
    address = url(run, "decide") + "?action=conflict"
    editor.post(address, {f"choice-{item.pk}": "take"})
    decision = ImportDecision.objects.get()
    assert (decision.item, decision.choice) == (item, "take")
    assert shown(editor, run)["taken"] == 1
    editor.post(address, {f"choice-{item.pk}": "open", "choice-x": "take", "choice-9": "maybe"})
    assert ImportDecision.objects.count() == 0


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ({"choice": "take"}, 1),
        ({"choice": "take", "facet": "payment"}, 1),
        ({"choice": "take", "facet": "language"}, 0),
        ({"choice": "take", "older_than_months": "1"}, 1),
        ({"choice": "take", "older_than_months": "600"}, 0),
    ],
)
def test_a_rule_says_how_many_it_decides_before_it_does(editor, run, rule, count):
    assert editor.get(url(run, "rule"), rule).context["count"] == count
    assert ImportDecision.objects.count() == 0
    editor.post(url(run, "rule"), rule)
    assert ImportDecision.objects.count() == count


def test_after_applying_an_open_conflict_can_only_be_settled_as_kept(administrator, run):
    administrator.post(url(run, "apply"))
    worked(run)
    item = run.items.get(action=ImportAction.CONFLICT)
    for choice, count in (("take", 0), ("keep", 1)):
        administrator.post(url(run, "decide"), {f"choice-{item.pk}": choice})
        assert ImportDecision.objects.count() == count


# ---- applying and undoing


def test_an_administrator_applies_and_undoes(administrator, run):
    assert administrator.get(url(run, "apply")).context["open"] == 1
    administrator.post(url(run, "apply"))
    assert shown(administrator, run)["run"].status == ImportStatus.APPLYING
    assert worked(run).status == ImportStatus.APPLIED
    written = {
        table.table: table
        for table in administrator.get(url(run, "undo")).context["preview"].written
    }
    assert (written["facilities"].made, written["facilities"].since) == (1, 0)
    administrator.post(url(run, "undo"))
    assert worked(run).status == ImportStatus.UNDONE


def test_who_undoes_sees_what_people_left_on_the_new_listings_that_stay(
    administrator, run, django_assert_num_queries
):
    administrator.post(url(run, "apply"))
    worked(run)
    old = Program.objects.get(facility__name="Desert Recovery")
    CorrectionFactory.create(program=old)
    with CaptureQueriesContext(connection) as before:
        page = page_of(administrator.get(url(run, "undo")))
    assert "New listings that stay" not in words(page)
    new = Program.objects.get(facility__name="New")
    CorrectionFactory.create_batch(2, program=new)
    UpdateLinkFactory.create(facility=new.facility)
    CallSheet.objects.create(facility=new.facility)
    DuplicatePair.objects.create(
        first=old.facility, second=new.facility, shared="near name", name_likeness=80,
        found_at=timezone.now(),
    )  # fmt: skip
    with django_assert_num_queries(len(before) + 1):
        page = page_of(administrator.get(url(run, "undo")))
    assert [words(line) for line in page.select("#content-main li")] == [
        "New , Chandler, AZ (call sheets: 1, reports from the public: 2, one-tap links: 1)"
    ]
    administrator.post(url(run, "undo"))
    worked(run)
    assert Program.objects.filter(pk=new.pk).exists()


def test_a_run_that_is_planned_again_says_nothing_of_the_run_it_was(administrator, run):
    for page in ("apply", "undo"):
        administrator.post(url(run, page))
        worked(run)
    administrator.post(url(run, "plan"))
    worked(run)
    text = words(page_of(administrator.get(url(run))), "#content-main")
    assert ("Applied" in text, "Undone" in text) == (False, False)
    assert run.started_by == Keeper.objects.get(role=Role.ADMINISTRATOR).user
    # What it was is in the history.
    assert set(ChangeSet.objects.values_list("metadata__kind", flat=True)) == {"import", "undo"}


@pytest.mark.parametrize("page", ["apply", "undo"])
def test_an_editor_neither_applies_nor_undoes(editor, run, page):
    assert editor.get(url(run, page)).status_code == 403
    assert editor.post(url(run, page)).status_code == 403


def test_what_is_no_longer_so_is_said(administrator, run):
    administrator.post(url(run, "apply"))
    response = administrator.post(url(run, "apply"), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "Somebody else was faster: look at what the run is now."
    ]


def test_facility_staff_and_visitors_do_not_get_in(run, client):
    staff = client_of(Role.FACILITY_STAFF)
    for page in ("change", "apply", "rule", "discard"):
        assert staff.get(url(run, page)).status_code in (302, 403)
        assert client.get(url(run, page)).status_code == 302
