"""Each cell of the federal directory, cleaned. No database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.geo import Coordinates
from programs.importers.cleaning import (
    MAX_LENGTHS,
    STATES,
    CleaningError,
    RowRejectedError,
    clean_codes,
    clean_column,
    clean_coordinates,
    clean_row,
    clean_state,
    clean_telephone,
    clean_text,
    clean_zip_code,
)
from programs.importers.records import COLUMNS, RawRow, Telephone
from tests.directory_files import row

states = st.sampled_from(sorted(STATES))


def cleaned(**cells: str):
    return clean_row(RawRow(2, row(**cells)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Two   words ", "Two words"),
        ("tab\tand\nline", "tab and line"),
        ("non\N{NO-BREAK SPACE}breaking", "non breaking"),
        ("zero\N{ZERO WIDTH SPACE}width", "zerowidth"),
        ("Can\u0303on", "Cañon"),
        ("bell\x07rings", "bell rings"),
    ],
)
def test_text_is_one_line_with_single_blanks(value, expected):
    assert clean_text(value) == expected


@given(st.text())
def test_cleaning_text_twice_changes_nothing_more(value):
    assert clean_text(clean_text(value)) == clean_text(value)


def test_a_name_that_its_column_cannot_hold_says_so():
    with pytest.raises(CleaningError) as error:
        clean_column("x" * 161, "name1")
    assert str(error.value) == "name1 has 161 characters, more than 160"


@given(st.text(), st.sampled_from(sorted(MAX_LENGTHS)))
def test_a_column_is_cleaned_for_good_or_refused(value, column):
    try:
        once = clean_column(value, column)
    except CleaningError:
        return
    assert clean_column(once, column) == once


@pytest.mark.parametrize(
    ("value", "expected"), [("AZ", "AZ"), (" az ", "AZ"), ("D.C.", "DC"), ("pr", "PR")]
)
def test_a_state_is_two_letters(value, expected):
    assert clean_state(value) == expected


@pytest.mark.parametrize("value", ["", "XX", "Arizona", "A Z", "85225"])
def test_what_is_no_state_is_refused(value):
    with pytest.raises(CleaningError, match="is not a state or territory of the US"):
        clean_state(value)


@given(st.text(max_size=6))
def test_a_state_is_cleaned_for_good_or_refused(value):
    try:
        once = clean_state(value)
    except CleaningError:
        return
    assert clean_state(once) == once


@pytest.mark.parametrize(
    ("value", "state", "expected"),
    [
        ("85225", "AZ", "85225"),
        ("85225-1234", "AZ", "85225"),
        ("852251234", "AZ", "85225"),
        ("85225.0", "AZ", "85225"),
        ("7102", "NJ", "07102"),
        ("7102-1234", "NJ", "07102"),
        ("71021234", "NJ", "07102"),
        ("601", "PR", "00601"),
        ("  02139 ", "MA", "02139"),
        ("", "AZ", ""),
    ],
)
def test_a_zip_code_has_five_digits_and_its_lost_zeros_back(value, state, expected):
    assert clean_zip_code(value, state=state) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("8522", "zip '8522' has 4 digits, not five"),
        ("12", "zip '12' is not a ZIP code"),
        ("852255", "zip '852255' is not a ZIP code"),
        ("K1A 0B1", "zip 'K1A 0B1' is not a ZIP code"),
        ("٨٥٢٢٥", "zip '٨٥٢٢٥' is not a ZIP code"),
    ],
)
def test_what_is_no_zip_code_is_refused(value, message):
    with pytest.raises(CleaningError) as error:
        clean_zip_code(value, state="AZ")
    assert str(error.value) == message


@given(st.text(alphabet="0123456789-. ", max_size=12) | st.text(), states)
def test_a_zip_code_is_cleaned_for_good_or_refused(value, state):
    try:
        once = clean_zip_code(value, state=state)
    except CleaningError:
        return
    assert once == "" or (len(once) == 5 and once.isascii() and once.isdigit())
    assert clean_zip_code(once, state=state) == once


@pytest.mark.parametrize(
    ("value", "state", "number", "extension"),
    [
        ("205-216-0200", "AL", "+12052160200", ""),
        ("205-216-0200 x123", "AL", "+12052160200", "123"),
        ("205-216-0200x5", "AL", "+12052160200", "5"),
        ("(205) 216.0200 ext. 70575", "AL", "+12052160200", "70575"),
        ("1-800-522-3784", "OK", "+18005223784", ""),
        ("800-522DRUG", "OK", "+18005223784", ""),
        ("888-PARNEXT", "CA", "+18887276398", ""),
        ("671-777-4677", "GU", "+16717774677", ""),
        ("691-350-2115 x123", "FM", "+6913502115", "123"),
    ],
)
def test_a_phone_is_e164_with_its_extension_apart(value, state, number, extension):
    expected = Telephone(use="main", number=number, extension=extension)
    assert clean_telephone(value, use="main", state=state) == expected


@pytest.mark.parametrize(
    "value", ["888-146-4427", "999-999-9999", "205-216", "none", "205-216-0200-0200", "x12"]
)
def test_what_cannot_be_called_is_refused(value):
    with pytest.raises(CleaningError, match="is not a phone number that can be called"):
        clean_telephone(value, use="main", state="AL")


def test_no_phone_is_no_error():
    assert clean_telephone("  ", use="main", state="AL") is None


@given(st.text() | st.from_regex(r"[0-9A-Z() .x-]{7,24}", fullmatch=True), states)
def test_a_phone_is_cleaned_for_good_or_refused(value, state):
    try:
        once = clean_telephone(value, use="main", state=state)
    except CleaningError:
        return
    if once and once.number.startswith("+1"):
        again = f"{once.number} x{once.extension}" if once.extension else once.number
        assert clean_telephone(again, use="main", state=state) == once


def test_codes_are_split_on_blanks_and_asterisks():
    assert clean_codes(" SA DT*OP  OIT **\nmd ") == {"SA", "DT", "OP", "OIT", "MD"}


@given(st.text())
def test_codes_never_hold_a_separator(value):
    codes = clean_codes(value)
    assert clean_codes(" * ".join(sorted(codes))) == codes


def test_coordinates_are_a_point():
    point = clean_coordinates(latitude=" 33.3 ", longitude="-111.8")
    assert point == Coordinates(latitude=33.3, longitude=-111.8)


def test_no_coordinates_are_no_error():
    assert clean_coordinates(latitude="", longitude=" ") is None


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("33.3", ""), ("north", "west"), ("-111.8", "33.3"), ("nan", "0"), ("inf", "0"), ("1,5", "2")],
)
def test_what_is_no_point_on_the_globe_is_refused(latitude, longitude):
    with pytest.raises(CleaningError, match="is not a point on the globe"):
        clean_coordinates(latitude=latitude, longitude=longitude)


@given(st.text(), st.text())
def test_coordinates_raise_only_their_own_error(latitude, longitude):
    try:
        point = clean_coordinates(latitude=latitude, longitude=longitude)
    except CleaningError:
        return
    assert point is None or isinstance(point, Coordinates)


def test_a_row_becomes_clean_and_keeps_what_was_published():
    clean = cleaned(name2=" North ", intake1="602-506-0102 x7", latitude="33.3", longitude="-111.8")
    assert clean.full_name == "Desert Recovery, North"
    assert clean.telephones == (
        Telephone("main", "+16025060101", ""),
        Telephone("intake", "+16025060102", "7"),
    )
    assert clean.coordinates == Coordinates(latitude=33.3, longitude=-111.8)
    assert clean.raw == {**row(name2=" North ", intake1="602-506-0102 x7")}


def test_a_vanity_number_beside_its_digits_is_one_number():
    clean = cleaned(intake1="800-522-3784", intake1a="800-522DRUG")
    assert [phone.number for phone in clean.telephones] == ["+16025060101", "+18005223784"]


def test_a_phone_that_cannot_be_called_is_left_out_with_a_note():
    clean = cleaned(phone="888-146-4427")
    assert clean.telephones == ()
    note = "left out: phone '888-146-4427' is not a phone number that can be called"
    assert clean.notes == (note,)


def test_a_wrong_zip_code_is_left_out_with_a_note():
    clean = cleaned(zip="8522")
    assert (clean.zip_code, clean.notes) == ("", ("left out: zip '8522' has 4 digits, not five",))


def test_a_character_that_was_lost_is_noted():
    note = "city has a character that was lost before publication: 'Ca\N{REPLACEMENT CHARACTER}on'"
    assert cleaned(city="Ca\N{REPLACEMENT CHARACTER}on").notes == (note,)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"name1": ""}, "name1 is empty"),
        ({"city": " "}, "city is empty"),
        ({"state": "XX"}, "state 'XX' is not a state or territory of the US"),
        ({"street1": "x" * 121}, "street1 has 121 characters, more than 120"),
        (
            {"state": "", "zip": "", "service_code_info": "", "name1": "Source: SAMHSA"},
            "is not a facility: it has no state, ZIP code or service codes",
        ),
        ({column: column.upper() for column in COLUMNS}, "repeats the header"),
    ],
)
def test_a_row_that_cannot_be_a_listing_says_why(cells, reason):
    with pytest.raises(RowRejectedError) as error:
        cleaned(**cells)
    assert str(error.value) == reason


def test_a_row_with_more_cells_than_the_header_is_rejected():
    with pytest.raises(RowRejectedError, match="more cells than the header"):
        clean_row(RawRow(2, row(), cells_beyond_header=1))


@given(st.fixed_dictionaries({column: st.text(max_size=40) for column in COLUMNS}))
def test_any_row_is_cleaned_or_rejected(cells):
    try:
        clean = clean_row(RawRow(2, cells))
    except RowRejectedError:
        return
    assert clean.name
    assert clean.city
    assert clean.state in STATES
