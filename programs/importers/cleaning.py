"""Cells of the federal directory, made fit to store. Pure Python, one function a field.

Each cleaner returns the clean value, or raises CleaningError with a sentence that says what is
wrong with the cell; its caller knows where. Cleaning a clean value changes nothing.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

import phonenumbers

from programs.geo import Coordinates, rounded_degrees
from programs.importers.records import (
    COLUMNS,
    INTAKE_PHONE_COLUMNS,
    MAIN_PHONE_COLUMN,
    CleanRow,
    RawRow,
    Telephone,
)

#: The states, the District, and the territories and freely associated states of the survey.
STATES = frozenset(
    (
        *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL"),
        *("IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE"),
        *("NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD"),
        *("TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY"),
        *("AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"),
    )
)
#: Where ZIP codes begin with 0. A spreadsheet that took them for numbers lost that zero.
STATES_WITH_LEADING_ZEROS = frozenset(("CT", "MA", "ME", "NH", "NJ", "NY", "PR", "RI", "VI", "VT"))
#: Freely associated states have country codes of their own, written like an area code.
COUNTRY_CODES = {"FM": 691, "MH": 692, "PW": 680}
US_COUNTRY_CODE = 1

MAX_LENGTHS = {"name1": 160, "name2": 160, "street1": 120, "street2": 120, "city": 80}
MAX_EXTENSION_LENGTH = 8
#: What the geocoded files write in `geo_source` when a point is only the middle of the ZIP code.
ZIP_GEO_SOURCES = frozenset({"census_zcta_2023", "geonames_zip"})
REPLACEMENT_CHARACTER = "\N{REPLACEMENT CHARACTER}"

_ZIP_CODE = re.compile(r"([0-9]{3,5})(?:\.0)?(?:-[0-9]{4})?")
_RUN_TOGETHER_ZIP_PLUS_FOUR = re.compile(r"[0-9]{8,9}")
_EXTENSION = re.compile(r"\s*(?<![a-z])(?:x|ext\.?|#)\s*([0-9]+)$", re.IGNORECASE)
_NOT_PART_OF_A_NUMBER = re.compile(r"[\s().+-]")
_CODE_SEPARATORS = re.compile(r"[\s*]+")
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


class CleaningError(ValueError):
    """A cell that cannot be used. The message says what is wrong, for a person to read."""


class RowRejectedError(ValueError):
    """A row that cannot become a listing. The message says why, for a person to read."""


def clean_text(value: str) -> str:
    """Return the text on one line: no control or invisible characters, single spaces, NFC."""
    kept = "".join(_visible(character) for character in value)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return "" if category[0] == "C" else character


def clean_column(value: str, column: str) -> str:
    """Return the text of a name, street or city, if it is not longer than its column holds."""
    text = clean_text(value)
    limit = MAX_LENGTHS[column]
    if len(text) > limit:
        raise CleaningError(f"{column} has {len(text)} characters, more than {limit}")
    return text


def clean_state(value: str) -> str:
    """Return the two letters of a state, the District or a territory."""
    state = clean_text(value).replace(".", "").upper()
    if state not in STATES:
        raise CleaningError(f"state {_quoted(value)} is not a state or territory of the US")
    return state


def clean_zip_code(value: str, *, state: str) -> str:
    """Return the five digits of a ZIP code, or nothing for an empty cell.

    Zeros that a spreadsheet dropped at the start come back, in the states that have such ZIPs.
    """
    text = clean_text(value)
    if not text:
        return ""
    if _RUN_TOGETHER_ZIP_PLUS_FOUR.fullmatch(text):
        text = text[:-4]
    match = _ZIP_CODE.fullmatch(text)
    if match is None:
        raise CleaningError(f"zip {_quoted(value)} is not a ZIP code")
    digits = match[1]
    if len(digits) < 5 and state not in STATES_WITH_LEADING_ZEROS:
        raise CleaningError(f"zip {_quoted(value)} has {len(digits)} digits, not five")
    return digits.zfill(5)


def clean_telephone(value: str, *, use: str, state: str) -> Telephone | None:
    """Return the number (E.164) and its extension, or None for an empty cell.

    Letters of a number such as 800-522-DRUG become the digits of their keys.
    """
    text = clean_text(value)
    if not text:
        return None
    extension = _EXTENSION.search(text)
    main_part = text[: extension.start()] if extension else text
    digits = _NOT_PART_OF_A_NUMBER.sub("", main_part).upper().translate(_KEYPAD)
    number = _e164(digits, state)
    if number is None:
        raise CleaningError(f"{_quoted(value)} is not a phone number that can be called")
    digits_of_extension = extension[1] if extension else ""
    if len(digits_of_extension) > MAX_EXTENSION_LENGTH:
        raise CleaningError(f"{_quoted(value)} has an extension of more than 8 digits")
    return Telephone(use=use, number=number, extension=digits_of_extension)


@lru_cache(maxsize=50_000)
def _e164(digits: str, state: str) -> str | None:
    if not (digits.isascii() and digits.isdigit()):
        return None
    country = COUNTRY_CODES.get(state, US_COUNTRY_CODE)
    if country == US_COUNTRY_CODE or not digits.startswith(str(country)):
        country = US_COUNTRY_CODE
        national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    else:
        national = digits[3:]
    if len(national) > 10 or not national or national[0] == "0":
        return None
    number = phonenumbers.PhoneNumber(country_code=country, national_number=int(national))
    if not phonenumbers.is_valid_number(number):
        return None
    return f"+{country}{national}"


@lru_cache(maxsize=30_000)
def clean_codes(value: str) -> frozenset[str]:
    """Return the service codes of a cell. They are split on spaces and asterisks, in any order.

    Equal cells share one set, and all sets their strings: a national file has a million codes.
    """
    codes = _CODE_SEPARATORS.split(clean_text(value).upper())
    return frozenset(sys.intern(code) for code in codes if code)


def clean_coordinates(*, latitude: str, longitude: str) -> Coordinates | None:
    """Return the point in degrees, or None when neither cell has anything."""
    latitude, longitude = clean_text(latitude), clean_text(longitude)
    if not latitude and not longitude:
        return None
    try:
        return Coordinates(
            latitude=rounded_degrees(float(latitude)), longitude=rounded_degrees(float(longitude))
        )
    except ValueError:
        given = f"latitude {_quoted(latitude)}, longitude {_quoted(longitude)}"
        raise CleaningError(f"{given} is not a point on the globe") from None


def clean_row(raw: RawRow) -> CleanRow:
    """Return the row, clean. A cell that it can do without is left out, with a note.

    Raises RowRejectedError for a row that cannot become a listing.
    """
    _reject_what_is_no_row(raw)
    try:
        name, branch, street1, street2, city = (
            clean_column(raw.cells[column], column) for column in MAX_LENGTHS
        )
        state = clean_state(raw.cells["state"])
    except CleaningError as error:
        raise RowRejectedError(str(error)) from error
    for column, text in (("name1", name), ("city", city)):
        if not text:
            raise RowRejectedError(f"{column} is empty")
    notes = _replacement_notes(raw)
    return CleanRow(
        row_number=raw.row_number,
        name=name,
        branch=branch,
        street1=street1,
        street2=street2,
        city=city,
        state=state,
        zip_code=_zip_code_or_note(raw, state, notes),
        telephones=_telephones(raw, state, notes),
        codes=clean_codes(raw.cells["service_code_info"]),
        coordinates=_coordinates_or_note(raw, notes),
        coordinates_are_of_zip=raw.cells.get("geo_source", "").strip() in ZIP_GEO_SOURCES,
        raw={column: raw.cells[column] for column in COLUMNS},
        notes=tuple(notes),
    )


def _reject_what_is_no_row(raw: RawRow) -> None:
    if raw.repeats_the_header:
        raise RowRejectedError("repeats the header")
    if raw.cells_beyond_header:
        raise RowRejectedError("has more cells than the header: its columns may have shifted")
    if not any(raw.cells[column].strip() for column in ("state", "zip", "service_code_info")):
        raise RowRejectedError("is not a facility: it has no state, ZIP code or service codes")


def _replacement_notes(raw: RawRow) -> list[str]:
    return [
        f"{column} has a character that was lost before publication: {_quoted(raw.cells[column])}"
        for column in COLUMNS
        if REPLACEMENT_CHARACTER in raw.cells[column]
    ]


def _zip_code_or_note(raw: RawRow, state: str, notes: list[str]) -> str:
    try:
        return clean_zip_code(raw.cells["zip"], state=state)
    except CleaningError as error:
        notes.append(f"left out: {error}")
        return ""


def _telephones(raw: RawRow, state: str, notes: list[str]) -> tuple[Telephone, ...]:
    found: dict[Telephone, None] = {}
    for column in (MAIN_PHONE_COLUMN, *INTAKE_PHONE_COLUMNS):
        use = "main" if column == MAIN_PHONE_COLUMN else "intake"
        try:
            telephone = clean_telephone(raw.cells[column], use=use, state=state)
        except CleaningError as error:
            notes.append(f"left out: {column} {error}")
        else:
            if telephone:
                found[telephone] = None
    return tuple(found)


def _coordinates_or_note(raw: RawRow, notes: list[str]) -> Coordinates | None:
    try:
        return clean_coordinates(
            latitude=raw.cells.get("latitude", ""), longitude=raw.cells.get("longitude", "")
        )
    except CleaningError as error:
        notes.append(f"left out: {error}")
        return None


def _quoted(value: str) -> str:
    text = clean_text(value)
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"
