"""Spreadsheets of the desk: out and back without a change, or a change exactly as it was shown."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from programs.admin import spreadsheets
from programs.enums import Answer, Role
from programs.geo import rounded_degrees
from programs.models import (
    CareFact,
    ChangeSet,
    FeatureFact,
    MedicationFact,
    Phone,
    Program,
    SearchRow,
    Term,
)
from programs.upkeep.sheet import Sheet
from programs.upkeep.sheet_loading import load_sheet
from programs.upkeep.sheets import (
    CareSheet,
    CoverageSheet,
    FacilitySheet,
    FeatureSheet,
    MedicationSheet,
    OrganizationSheet,
    PhoneSheet,
    ProgramSheet,
    SourceSheet,
    TermSheet,
)
from programs.upkeep.spreadsheet_cells import DegreesCell
from programs.upkeep.spreadsheet_file import (
    FORMULA_STARTS,
    SpreadsheetError,
    csv_lines,
    decoded,
    guarded,
    read_rows,
    unguarded,
)
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    OrganizationFactory,
    PhoneFactory,
    ProgramFactory,
    SourceFactory,
    state,
)
from tests.pages import page_of

SHEETS = (
    OrganizationSheet,
    FacilitySheet,
    PhoneSheet,
    ProgramSheet,
    CareSheet,
    MedicationSheet,
    CoverageSheet,
    FeatureSheet,
    TermSheet,
    SourceSheet,
)
ONE_OF_EACH: dict[str, dict[str, Any]] = {
    "level_of_care/iop": {"hours_per_week_min": 9, "asam_level": "2.1", "asam_edition": 3},
    "medication/methadone": {"relation": "taper_only"},
    "payment/medicaid": {"plan": "=Plan, “A”"},
    "track/women": {"answer": "no"},
}
#: In no sheet: derived by the database.
#: What no editor types: the database derives it, or merging and splitting set it.
DERIVED = {
    MedicationSheet: {"answer"},
    CoverageSheet: {"answer"},
    ProgramSheet: {"merged_into", "split_from"},
}

by_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.slug)


@pytest.fixture
def editor(db) -> Client:
    return signed_in(Role.EDITOR)


@pytest.fixture
def administrator(db) -> Client:
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def listing(db) -> Program:
    """A program with one fact of each kind, at a facility with everything that a sheet has."""
    facility = FacilityFactory.create(
        name="-Casa “Ñandú”",
        branch="@branch",
        zip_code="02139",
        street1="1 Main Street,\nrear",
        longitude=-111.8239,
        organization=OrganizationFactory.create(name="=HYPERLINK(1)"),
    )
    PhoneFactory.create(facility=facility, number="+14805550123", extension="007")
    program = ProgramFactory.create(facility=facility, name="+1 more", states_served=["AZ", "CA"])
    for path, details in ONE_OF_EACH.items():
        state(program, path, **details)
    return program


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(KeeperFactory.create(role=role).user)
    return client


def text_of(sheet: type[Sheet]) -> str:
    """Return the file of a whole table."""
    exported = sheet()
    stored = exported.stored(sheet._meta.model.objects.all()) if sheet.lookup == "pk" else None
    rows = stored if stored is not None else exported.get_queryset().order_by(*exported.order)
    return "".join(csv_lines(exported.headers, exported.text_rows(rows)))


def cells_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


def text_with(sheet: type[Sheet], *rows: dict[str, Any]) -> str:
    """Return a file of these rows; what they do not say is empty."""
    headers = sheet().headers
    return "".join(
        csv_lines(headers, ([str(row.get(name, "")) for name in headers] for row in rows))
    )


def edited(sheet: type[Sheet], **changes: str) -> str:
    """Return the file of a table with its first row changed."""
    first, *others = cells_of(text_of(sheet))
    unguarded_rows = [{k: unguarded(v) for k, v in row.items()} for row in (first, *others)]
    return text_with(sheet, unguarded_rows[0] | changes, *unguarded_rows[1:])


def difference(sheet: type[Sheet], text: str, confirmed: str = "") -> Any:
    rows = read_rows(decoded(text.encode()))
    return load_sheet(sheet, rows, user=None, confirmed=confirmed)


def loaded(sheet: type[Sheet], text: str) -> Any:
    """Load a file as an editor does who saw what it changes."""
    seen = difference(sheet, text)
    assert seen.problems == []
    return difference(sheet, text, confirmed=seen.digest)


def cells(found: Any) -> list[tuple]:
    return [(c.row_number, c.kind, c.column, c.before, c.after) for c in found.changes]


def problems(sheet: type[Sheet], text: str) -> list[tuple]:
    found = difference(sheet, text)
    return [(p.row_number, p.column, p.message) for p in found.problems]


# ---- cells and files


@given(st.text())
def test_any_cell_comes_back_from_its_guard(cell):
    assert unguarded(guarded(cell)) == cell


@given(st.text())
def test_no_guarded_cell_is_taken_for_a_formula(cell):
    written = guarded(cell)
    assert written[:1] not in set(FORMULA_STARTS) or re.fullmatch(r"-\d+(\.\d+)?", written)


def test_an_editor_s_own_apostrophe_stays():
    assert unguarded("'til Monday") == "'til Monday"


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2).filter(any)))
def test_any_rows_come_back_from_a_file(rows):
    text = "".join(csv_lines(["a", "b"], rows))
    assert list(read_rows(decoded(text.encode())).rows.values()) == rows


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04...", "This is a workbook. Save its sheet as “CSV UTF-8”."),
        (
            b"id,name\n1,caf\xe9\n",
            "Line 2 is not in UTF-8. Save the sheet as “CSV UTF-8”, then load it.",
        ),
        (b"id\n\0", "This file is not a text file. Save the sheet as “CSV UTF-8”."),
        (b"", "The first row must hold the names of the columns."),
        (b",,\n1,2,3", "The first row must hold the names of the columns."),
        (b"id,name,id\n", "The column “id” is there twice."),
        (b"id,name\n1,a\n2\n", "Row 3 has 1 cells, the first row has 2."),
        (b"id,name\n1,a,b\n", "Row 2 has 3 cells, the first row has 2."),
        (b'id,name\n1,"a\n', "Line 2 cannot be read: unexpected end of data."),
        (b"x" * (10 * 1024 * 1024 + 1), "This file is larger than 10 MB. Load it in parts."),
        (b"id\n" + b"1\n" * 50_001, "This file has more than 50,000 rows. Load it in parts."),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_what_to_do(data, message):
    with pytest.raises(SpreadsheetError) as refused:
        read_rows(decoded(data))
    assert str(refused.value) == message


def test_blank_rows_and_columns_that_a_spreadsheet_leaves_are_passed_over():
    read = read_rows("id,name,,\n,,,\n7,Seven,,\n,,,\n")
    assert (read.headers, read.rows) == (["id", "name"], {3: ["7", "Seven"]})


# ---- out and back


@by_sheet
def test_every_column_that_people_edit_is_in_its_sheet(sheet):
    columns = {field.name for field in sheet._meta.model._meta.concrete_fields}
    assert columns - set(sheet().headers) == DERIVED.get(sheet, set())


@by_sheet
@pytest.mark.django_db
def test_a_sheet_that_comes_back_unchanged_changes_nothing(listing, sheet):
    text = text_of(sheet)
    found = difference(sheet, text)
    assert (found.changes, found.problems, found.unchanged) == ([], [], len(cells_of(text)))
    assert found.unchanged > 0


NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.sampled_from("=+-@\t\r\n'\",;é"),
    min_size=1,
    max_size=20,
)


@example(  # a number that nobody can dial
    name="a", street="b", zip_code="00501", number="+12002000000", extension="", plan="c",
    latitude=0.0, longitude=0.0,
)  # fmt: skip
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # A failure is reported as it was drawn: to shrink it would take minutes of database work.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    name=NAMES,
    street=NAMES,
    zip_code=st.integers(0, 99_999).map("{:05d}".format),
    number=st.integers(2_002_000_000, 9_999_999_999).map("+1{}".format),
    extension=st.text("0123456789", max_size=8),
    plan=NAMES,
    latitude=st.floats(-90, 90).map(rounded_degrees),
    longitude=st.floats(-180, 180).map(rounded_degrees),
)
def test_whatever_a_listing_says_comes_back_unchanged(
    db, name, street, zip_code, number, extension, plan, latitude, longitude
):
    place = {"latitude": latitude, "longitude": longitude, "zip_code": zip_code}
    facility = FacilityFactory.create(name=name, branch=name, street1=street, **place)
    PhoneFactory.create(facility=facility, number=number, extension=extension)
    program = ProgramFactory.create(facility=facility, name=name)
    state(program, "payment/medicaid", plan=plan)
    for sheet in (FacilitySheet, PhoneSheet, ProgramSheet, CoverageSheet):
        found = difference(sheet, text_of(sheet))
        assert (found.changes, found.problems) == ([], [])
    program.delete()
    facility.delete()


@given(st.floats(-90, 90))
def test_degrees_are_read_as_exact_as_the_database_can_reckon_with(degrees):
    read = DegreesCell().clean(repr(degrees))
    assert read is not None
    assert read == 0 or abs(read) >= 1e-7
    assert read == pytest.approx(degrees, abs=1e-7)


def test_a_zip_code_that_lost_its_zeros_gets_them_back(listing):
    text = text_of(FacilitySheet).replace("02139", "2139")
    assert difference(FacilitySheet, text).changes == []


def test_a_sheet_reads_in_slugs_and_names_and_starts_no_formula(listing):
    (facility,) = cells_of(text_of(FacilitySheet))
    (phone,) = cells_of(text_of(PhoneSheet))
    (medicine,) = cells_of(text_of(MedicationSheet))
    assert (facility["name"], facility["organization_name"], facility["longitude"]) == (
        "'-Casa “Ñandú”",
        "'=HYPERLINK(1)",
        "-111.8239",
    )
    assert (phone["number"], phone["extension"]) == ("(480) 555-0123", "007")
    assert (medicine["program_name"], medicine["term"], medicine["source"]) == (
        "'+1 more",
        "medication/methadone",
        "test-survey",
    )


@pytest.mark.parametrize(
    ("typed", "day"), [("2026-03-01", "2026-03-01"), ("3/1/2026", "2026-03-01")]
)
def test_dates_are_read_as_american_spreadsheets_write_them(listing, typed, day):
    found = difference(FeatureSheet, edited(FeatureSheet, confirmed_on=typed))
    assert cells(found) == [(2, "changed", "confirmed_on", "", day)]


# ---- changes


def test_a_changed_fact_is_our_staff_s_of_today_and_its_search_follows(listing):
    today = timezone.localdate().isoformat()
    done = loaded(FeatureSheet, edited(FeatureSheet, answer="yes"))
    assert cells(done) == [
        (2, "changed", "answer", "no", "yes"),
        (2, "changed", "source", "test-survey", "staff"),
        (2, "changed", "reported_on", "2023-01-01", today),
        (2, "changed", "confirmed_on", "", today),
    ]
    fact = FeatureFact.objects.select_related("source").get()
    assert (fact.answer, fact.source.slug) == (Answer.YES, "staff")
    stored = SearchRow.objects.values().get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT programs_refresh_search(NULL)")
    assert stored == SearchRow.objects.values().get()
    change = ChangeSet.objects.latest("created_at")
    assert change.kind == "spreadsheet"


def test_a_changed_fact_keeps_the_source_that_the_file_names(listing):
    SourceFactory.create(slug="brochure", name="Brochure")
    text = edited(FeatureSheet, answer="yes", source="brochure", confirmed_on="2024-02-02")
    loaded(FeatureSheet, text)
    fact = FeatureFact.objects.select_related("source").get()
    assert (fact.source.slug, fact.reported_on, fact.confirmed_on) == (
        "brochure",
        date(2023, 1, 1),
        date(2024, 2, 2),
    )


def test_a_fact_that_is_only_confirmed_keeps_its_source(listing):
    loaded(CareSheet, edited(CareSheet, confirmed_on="2026-03-01"))
    fact = CareFact.objects.select_related("source").get()
    assert (fact.source.slug, fact.confirmed_on) == ("test-survey", date(2026, 3, 1))


def test_a_new_fact_is_our_staff_s_of_today_by_default(listing):
    new = {"program": listing.pk, "term": "medication/naltrexone", "relation": "continues_only"}
    done = loaded(MedicationSheet, text_with(MedicationSheet, new))
    assert (done.counts, done.unchanged) == (Counter(new=1), 0)
    fact = MedicationFact.objects.select_related("source").get(term__slug="naltrexone")
    today = timezone.localdate()
    assert (fact.source.slug, fact.reported_on, fact.confirmed_on) == ("staff", today, today)


def test_a_row_marked_so_is_deleted(listing):
    done = loaded(PhoneSheet, edited(PhoneSheet, delete="yes"))
    assert [(c.row_number, c.kind, c.name) for c in done.changes] == [
        (2, "deleted", "-Casa “Ñandú”, (480) 555-0123")
    ]
    assert Phone.objects.count() == 0


def test_a_column_that_the_file_leaves_out_stays(listing):
    facility = listing.facility
    loaded(FacilitySheet, f"id,city\n{facility.pk},Mesa\n")
    facility.refresh_from_db()
    assert (facility.city, facility.street1) == ("Mesa", "1 Main Street,\nrear")
    assert facility.address_confirmed_on == timezone.localdate()


def test_a_new_term_of_the_vocabulary_can_be_searched(db):
    new = {"facet": "track", "slug": "farmers", "label": "Farmers", "definition": "For farmers."}
    loaded(TermSheet, text_with(TermSheet, new | {"synonyms": "farm, ranch hand"}))
    farmers = Term.objects.get(slug="farmers")
    assert (farmers.synonyms, farmers.slots.count()) == (["farm", "ranch hand"], 1)


# ---- refusals

WRONG = [
    (
        CareSheet,
        {"hours_per_week_min": "nine"},
        "hours_per_week_min",
        "“nine” is not a whole number.",
    ),
    (CareSheet, {"answer": "maybe"}, "answer", "“maybe” is none of these: yes, no."),
    (CareSheet, {"overnight": "x"}, "overnight", "“x” is none of these: yes, no, nothing."),
    (CareSheet, {"term": "track/women"}, "term", "There is no term “track/women”."),
    (CareSheet, {"program": "0"}, "program", "There is no program “0”."),
    (CareSheet, {"program": ""}, "program", "Say which program."),
    (CareSheet, {"source": "nobody"}, "source", "There is no source “nobody”."),
    (CareSheet, {"reported_on": "soon"}, "reported_on", "“soon” is not a date like 2026-03-01."),
    (CareSheet, {"delete": "x"}, "delete", "Write “yes” to delete the row, or nothing."),
    (
        CareSheet,
        {"facility_name": "Other"},
        "facility_name",
        "This column is only there to read. Change it where it belongs.",
    ),
    (FacilitySheet, {"latitude": "nan"}, "latitude", "“nan” is not a number."),
    (
        FacilitySheet,
        {"latitude": "91"},
        "latitude",
        "Ensure this value is less than or equal to 90.",
    ),
    (FacilitySheet, {"zip_code": "123456"}, "zip_code", "A ZIP code has five digits."),
    (FacilitySheet, {"name": ""}, "name", "This field cannot be blank."),
    (
        FacilitySheet,
        {"address_is_public": "no"},
        "address_is_public",
        "This column is only there to read. Change it where it belongs.",
    ),
    (PhoneSheet, {"number": "call us"}, "number", "“call us” is not a phone number."),
    (
        ProgramSheet,
        {"status": "open"},
        "status",
        "“open” is none of these: published, draft, closed.",
    ),
    (
        SourceSheet,
        {"slug": "other"},
        "slug",
        "This cannot change: other things count on it.",
    ),
]


@pytest.mark.parametrize(("sheet", "change", "column", "message"), WRONG)
def test_a_wrong_cell_is_named_by_row_and_column(listing, sheet, change, column, message):
    found = problems(sheet, edited(sheet, **change))
    assert (2, column, message) in found
    assert {row for row, _column, _message in found} == {2}


@pytest.mark.parametrize("row_id", ["0", "x", "-1", "9" * 30, "4.0", "²"])
def test_an_id_that_is_not_in_the_list_is_refused(listing, row_id):
    message = f"There is no “{row_id}” in the list, or it is there twice. New rows have no id."
    assert problems(ProgramSheet, f"id,name\n{row_id},x\n") == [(2, "id", message)]


def test_a_row_that_is_there_twice_is_refused(listing):
    text = f"id,name\n{listing.pk},x\n{listing.pk},y\n"
    assert [(row, column) for row, column, _ in problems(ProgramSheet, text)] == [(3, "id")]


def test_what_the_table_refuses_is_said_of_the_row(listing):
    new = {"program": listing.pk, "term": "track/women", "answer": "yes"}
    assert problems(FeatureSheet, text_with(FeatureSheet, new)) == [
        (2, "", "This is stated already: change that row.")
    ]


def test_a_sheet_of_another_table_is_refused_with_the_columns_it_should_have(listing):
    with pytest.raises(SpreadsheetError) as refused:
        difference(ProgramSheet, text_of(PhoneSheet))
    assert str(refused.value) == (
        "The sheet “Programs” has no column “use”. Its columns: id, facility, facility_name, city, "
        "state, name, scope, status, states_served."
    )


def test_one_wrong_row_keeps_all_others_out(listing):
    other = ProgramFactory.create()
    text = f"id,name,status\n{listing.pk},New name,published\n{other.pk},Other,wrong\n"
    seen = difference(ProgramSheet, text)
    assert difference(ProgramSheet, text, confirmed=seen.digest).problems != []
    listing.refresh_from_db()
    assert listing.name == "+1 more"


def test_a_preview_writes_nothing(listing):
    sets = ChangeSet.objects.count()
    assert difference(ProgramSheet, edited(ProgramSheet, name="New name")).counts["changed"] == 1
    listing.refresh_from_db()
    assert (listing.name, ChangeSet.objects.count()) == ("+1 more", sets)


def statements(sheet: type[Sheet], text: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        difference(sheet, text)
    return len(captured)


def test_rows_without_a_change_cost_no_statement(db):
    for _ in range(20):
        state(ProgramFactory.create(), "track/women")
    whole = text_of(FeatureSheet)
    one = "".join(whole.splitlines(keepends=True)[:2])
    assert (statements(FeatureSheet, one), statements(FeatureSheet, whole)) == (18, 18)


# ---- the pages


def spreadsheets_of(table: str) -> str:
    return f"/admin/programs/{table}/spreadsheets/"


def exported(client: Client, table: str, slug: str, query: str = "") -> list[dict[str, str]]:
    response: Any = client.get(f"{spreadsheets_of(table)}{slug}.csv{query}")
    assert response.status_code == 200
    return cells_of(b"".join(response.streaming_content).decode())


def sent(client: Client, table: str, sheet: type[Sheet], text: str) -> Any:
    file = SimpleUploadedFile("mine.csv", text.encode(), content_type="text/csv")
    return client.post(spreadsheets_of(table), {"sheet": sheet.slug, "file": file})


def kept_in(response: Any) -> str:
    field = page_of(response).select_one("input[name=kept]")
    assert field is not None
    return str(field["value"])


def confirm(client: Client, table: str, kept: str) -> Any:
    return client.post(f"{spreadsheets_of(table)}load/", {"kept": kept})


def test_an_export_has_what_the_list_shows_with_its_filters(editor, listing):
    ProgramFactory.create(facility=FacilityFactory.create(state="CA", city="Fresno"))
    assert len(exported(editor, "program", "programs")) == 2
    assert [row["id"] for row in exported(editor, "program", "programs", "?state=AZ")] == [
        str(listing.pk)
    ]
    assert exported(editor, "program", "features", "?state=CA") == []
    assert len(exported(editor, "program", "features", "?q=Casa")) == 1


def test_a_list_leads_to_its_spreadsheets_with_its_filters(editor, listing):
    page = page_of(editor.get("/admin/programs/program/", {"state": "AZ"}))
    link = page.select_one(".object-tools a[href*=spreadsheets]")
    assert link is not None
    assert link["href"] == f"{spreadsheets_of('program')}?state=AZ"
    page = page_of(editor.get(str(link["href"])))
    counted = [item.get_text(" ", strip=True) for item in page.select("#content-main li")]
    assert counted == [
        "Programs (1 row)",
        "Levels of care (1 row)",
        "Medicines (1 row)",
        "Payment (1 row)",
        "Features (1 row)",
    ]


def test_more_rows_than_a_file_may_have_are_not_exported(editor, listing, monkeypatch):
    monkeypatch.setattr(spreadsheets, "ROWS_AT_MOST", 0)
    page = page_of(editor.get(spreadsheets_of("program")))
    assert page.select("#content-main li a") == []
    response = editor.get(f"{spreadsheets_of('program')}programs.csv?state=AZ")
    assert response.headers["Location"] == f"{spreadsheets_of('program')}?state=AZ"


def test_an_editor_sees_each_change_and_loads_exactly_that(editor, listing):
    preview = sent(editor, "program", ProgramSheet, edited(ProgramSheet, name="<b>New</b>"))
    rows = [
        [cell.get_text(strip=True) for cell in row.select("td")]
        for row in page_of(preview).select("table tbody tr")
    ]
    assert rows == [["2", "-Casa “Ñandú”, +1 more", "name", "+1 more", "<b>New</b>"]]
    done = confirm(editor, "program", kept_in(preview))
    assert done.headers["Location"] == "/admin/programs/program/"
    listing.refresh_from_db()
    assert listing.name == "<b>New</b>"
    change = ChangeSet.objects.latest("created_at")
    assert (change.user_id, change.note) == (int(editor.session["_auth_user_id"]), "mine.csv")


def test_what_changed_since_the_preview_is_shown_before_anything_is_loaded(editor, listing):
    preview = sent(editor, "program", ProgramSheet, edited(ProgramSheet, name="Mine"))
    Program.objects.filter(pk=listing.pk).update(name="Theirs")
    again = confirm(editor, "program", kept_in(preview))
    assert again.status_code == 400
    listing.refresh_from_db()
    assert listing.name == "Theirs"
    assert [cell.get_text() for cell in page_of(again).select("del")] == ["Theirs"]
    assert confirm(editor, "program", kept_in(again)).status_code == 302
    listing.refresh_from_db()
    assert listing.name == "Mine"


@pytest.mark.parametrize("kept", ["", "forged:1abc:xyz"])
def test_a_preview_that_is_not_ours_is_refused(editor, kept):
    response = confirm(editor, "program", kept)
    assert response.status_code == 400
    assert only_note(response) == (
        "This preview is too old, or not ours. Nothing was changed: load it again."
    )


def only_note(response: Any) -> str:
    note = page_of(response).select_one(".errornote")
    assert note is not None
    return note.get_text(strip=True)


def test_a_preview_is_for_who_saw_it(editor, administrator, listing):
    preview = sent(editor, "program", ProgramSheet, edited(ProgramSheet, name="Mine"))
    assert confirm(administrator, "program", kept_in(preview)).status_code == 403


def test_problems_are_shown_and_nothing_can_be_loaded(editor, listing):
    response = sent(editor, "program", ProgramSheet, edited(ProgramSheet, status="wrong"))
    assert response.status_code == 400
    assert only_note(response) == "There is a problem. Nothing was changed."
    assert page_of(response).select("input[name=kept]") == []


@pytest.mark.parametrize("data", [b"\xff", b"PK\x03\x04", b"", b"id,what\n1,2\n"])
def test_a_file_that_is_no_sheet_is_answered_on_the_page(editor, data):
    file = SimpleUploadedFile("mine.csv", data)
    response = editor.post(spreadsheets_of("program"), {"sheet": "programs", "file": file})
    assert response.status_code == 400


def test_an_unknown_sheet_or_filter_is_answered_plainly(editor):
    assert editor.get(f"{spreadsheets_of('program')}nothing.csv").status_code == 404
    assert editor.get(f"{spreadsheets_of('program')}?nothing=1").status_code == 400
    assert editor.get(f"{spreadsheets_of('program')}load/").status_code == 405


def test_facility_staff_and_visitors_get_no_spreadsheets(db):
    staff = Client()
    staff.force_login(MembershipFactory.create().keeper.user)
    for client in (staff, Client()):
        for page in ("", "programs.csv", "load/"):
            response = client.get(f"{spreadsheets_of('program')}{page}")
            assert response.status_code in {302, 403}


@pytest.mark.parametrize(("table", "sheet"), [("term", TermSheet), ("source", SourceSheet)])
def test_vocabulary_and_sources_are_loaded_by_administrators_alone(
    editor, administrator, table, sheet
):
    text = edited(sheet, **{"label" if sheet is TermSheet else "name": "New"})
    assert page_of(editor.get(spreadsheets_of(table))).select("input[name=file]") == []
    assert sent(editor, table, sheet, text).status_code == 400
    preview = sent(administrator, table, sheet, text)
    assert confirm(editor, table, kept_in(preview)).status_code == 403
    assert confirm(administrator, table, kept_in(preview)).status_code == 302
