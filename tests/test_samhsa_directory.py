"""Reading a directory file: the real ones, and whatever else somebody may hand us."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.importers import samhsa_directory
from programs.importers.records import COLUMNS, CleanedFile, RejectedRow
from programs.importers.samhsa_directory import DirectoryFileError, read_directory
from tests.directory_files import facility_sheet, row, write_csv, write_xlsx


def read(path) -> CleanedFile:
    *_, whole = read_directory(path)
    return whole


def refusal(path) -> str:
    with pytest.raises(DirectoryFileError) as error:
        read(path)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_both_real_editions_are_read_row_by_row(directory_2022_xlsx, directory_2023_csv):
    of_2022, of_2023 = read(directory_2022_xlsx), read(directory_2023_csv)
    assert (of_2022.rows_read, len(of_2022.rows), len(of_2022.listed_codes)) == (12176, 12175, 225)
    assert of_2022.rejected == [RejectedRow(4638, "Spero Health", "repeats row 4637")]
    assert (of_2023.rows_read, len(of_2023.rows), of_2023.rejected) == (12744, 12744, [])
    assert sum(not row.coordinates for row in of_2023.rows) == 0


def test_the_real_xlsx_and_csv_of_an_edition_say_the_same(directory_2023_xlsx, directory_2023_csv):
    xlsx, csv = read(directory_2023_xlsx), read(directory_2023_csv)
    assert [row.said for row in xlsx.rows] == [row.said for row in csv.rows]


def test_columns_may_come_in_another_order_and_case(tmp_path):
    cells = {name.upper(): value for name, value in reversed(row().items())}
    (clean,) = read(write_csv(tmp_path / "a.csv", [cells])).rows
    assert (clean.name, clean.zip_code, clean.row_number) == ("Desert Recovery", "85225", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_may_be_utf_8_with_or_without_bom_or_windows_1252(tmp_path, encoding):
    path = write_csv(tmp_path / "a.csv", [row(city="Cañon City")], encoding=encoding)
    assert [clean.city for clean in read(path).rows] == ["Cañon City"]


def test_columns_that_are_not_read_are_told(tmp_path):
    path = write_csv(tmp_path / "a.csv", [row() | {"frid": "AZ100", "latitude": "33.3"}])
    assert read(path).unread_columns == ("frid",)


def test_blank_rows_are_counted_and_junk_is_rejected(tmp_path):
    path = write_csv(
        tmp_path / "a.csv",
        [
            row(),
            dict.fromkeys(COLUMNS, ""),
            {column: column.title() for column in COLUMNS},
            row(),
            row(name1="Other"),
            dict.fromkeys(COLUMNS, " "),
            dict.fromkeys(COLUMNS, "") | {"name1": "Source: SAMHSA, 2023"},
        ],
    )
    cleaned = read(path)
    assert [clean.row_number for clean in cleaned.rows] == [2, 6]
    assert cleaned.rejected == [
        RejectedRow(4, "Name1", "repeats the header"),
        RejectedRow(5, "Desert Recovery", "repeats row 2"),
        RejectedRow(
            8,
            "Source: SAMHSA, 2023",
            "is not a facility: it has no state, ZIP code or service codes",
        ),
    ]
    assert (cleaned.blank_count, cleaned.rows_read) == (2, 7)


def test_two_programs_that_differ_only_in_their_codes_are_two(tmp_path):
    rows = [row(), row(service_code_info="SA * RES")]
    assert len(read(write_csv(tmp_path / "a.csv", rows)).rows) == 2


def test_an_xlsx_has_the_facilities_on_whichever_sheet(tmp_path):
    codes: list[list[object]] = [["category_code", "category_name", "service_code", "service_name"]]
    codes += [["TC", "Type of Care", " sa ", "Substance use treatment"], [None, None, None, None]]
    sheets: dict[str, Sequence[Sequence[object]]] = {
        "About": [["Hello"]],
        "Codes": codes,
        "Rows": facility_sheet([row(), row(zip="")]),
    }
    cleaned = read(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert [clean.zip_code for clean in cleaned.rows] == ["85225", ""]
    assert cleaned.listed_codes == {"SA"}


def test_a_spreadsheet_that_took_zip_codes_for_numbers_is_read(tmp_path):
    sheet = facility_sheet([row(state="NJ", city="Newark", zip="x")])
    sheet[1][COLUMNS.index("zip")] = 7102
    (clean,) = read(write_xlsx(tmp_path / "a.xlsx", {"Sheet1": sheet})).rows
    assert clean.zip_code == "07102"


def test_a_file_is_told_by_what_is_in_it_not_by_its_name(tmp_path):
    path = write_xlsx(tmp_path / "a.csv", {"Sheet1": facility_sheet([row()])})
    assert len(read(path).rows) == 1


# ---- what is refused


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert refusal(tmp_path / "none.csv") == f"{tmp_path / 'none.csv'} does not exist."
    assert refusal(tmp_path) == f"{tmp_path} is not a file."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.csv is empty."),
        (
            b"hello\nworld\n",
            f"a.csv is not a SAMHSA directory: its first row has no columns {', '.join(COLUMNS)}.",
        ),
        (
            ",".join(COLUMNS).replace("zip", "postcode").encode() + b"\n",
            "a.csv is not a SAMHSA directory: its first row has no column zip.",
        ),
        (
            ",".join([*COLUMNS, "ZIP"]).encode() + b"\n",
            "a.csv: the first row has the column zip twice.",
        ),
        (",".join(COLUMNS).encode() + b"\n", "a.csv has no row that is a facility."),
        (
            ",".join(COLUMNS).encode() + b'\n"never closed,,,,\nx\n',
            "a.csv, line 3: not well-formed CSV (unexpected end of data).",
        ),
        (
            "name1".encode("utf-16"),
            "a.csv is neither a spreadsheet nor a CSV file in UTF-8 or Windows-1252:"
            " it holds NUL bytes.",
        ),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + b"rest",
            "a.csv is an old or password-protected Excel file: save it as .xlsx or CSV.",
        ),
        (
            b"PK\x03\x04 and no more",
            "a.csv is not a whole XLSX file: it is damaged or was cut short. Download it again.",
        ),
    ],
)
def test_what_is_no_directory_is_refused_in_plain_words(tmp_path, content, message):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert refusal(path) == message


def test_an_xlsx_without_the_sheet_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"Codes": [["service_code"]], "Notes": [["x"]]})
    assert refusal(path) == (
        "a.xlsx is not a SAMHSA directory: no sheet ('Codes', 'Notes') has the columns"
        f" {', '.join(COLUMNS)}."
    )


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_xlsx_is_refused(tmp_path, directory_2023_xlsx, kept):
    whole = directory_2023_xlsx.read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert refusal(path) == (
        "cut.xlsx is not a whole XLSX file: it is damaged or was cut short. Download it again."
    )


def test_an_xlsx_with_a_damaged_sheet_is_refused(tmp_path):
    good = write_xlsx(tmp_path / "good.xlsx", {"Sheet1": facility_sheet([row()] * 2)})
    path = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            if member.endswith("sheet1.xml"):
                content = content[: len(content) // 2]
            target.writestr(member, content)
    assert "it is damaged or was cut short" in refusal(path)


def test_an_xlsx_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 130_000_000)
    assert refusal(path) == (
        "bomb.xlsx unpacks to 130 MB, more than the 120 MB that a directory can have."
    )


def test_a_ten_gigabyte_csv_is_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    assert refusal(path) == (
        "huge.csv has 10,000 MB, more than the 200 MB that a directory can have."
    )


def test_a_cell_that_is_too_long_is_named_by_row_and_column(tmp_path):
    path = write_csv(tmp_path / "a.csv", [row(), row(street1="x" * 32_768)])
    assert refusal(path) == (
        "a.csv, row 3, column street1: a cell of 32,768 characters, more than 32,767."
    )


def test_a_line_without_end_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x" * 1_000_001)
    assert refusal(path) == "a.csv, line 1: more than 1,000,000 characters."


def test_too_many_rows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(samhsa_directory, "MAX_ROWS", 2)
    path = write_csv(tmp_path / "a.csv", [row(name1=str(number)) for number in range(3)])
    assert refusal(path) == "a.csv has more than 2 rows."


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=300), position=st.integers(0, 400))
def test_a_damaged_csv_is_read_or_refused_in_one_line(tmp_path, junk, position):
    stream = io.StringIO()
    stream.write(",".join(COLUMNS) + "\n" + ",".join(row().values()) + "\n")
    content = stream.getvalue().encode()
    path = tmp_path / "a.csv"
    path.write_bytes(content[:position] + junk + content[position:])
    try:
        cleaned = read(path)
    except DirectoryFileError as error:
        lines = str(error).splitlines()
        assert len(lines) == 1  # most junk is read, some is refused
        return
    assert cleaned.rows_read == len(cleaned.rows) + len(cleaned.rejected) + cleaned.blank_count
