"""How a listing is known again in the next edition. No database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.importers.cleaning import clean_row
from programs.importers.matching import TIERS, fold_words, match_rows, names_are_near
from programs.importers.records import CleanRow, RawRow
from programs.importers.samhsa_directory import read_directory
from tests.directory_files import row


def clean(row_number: int = 2, **cells: str) -> CleanRow:
    return clean_row(RawRow(row_number, row(**cells)))


def pairs(stored: list[CleanRow], rows: list[CleanRow]) -> set[tuple[int, int]]:
    return {(match.stored, match.row) for match in match_rows(stored, rows)}


def tier(stored: CleanRow, successor: CleanRow) -> str | None:
    matches = match_rows([stored], [successor])
    return matches[0].tier if matches else None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "the same in every column"),
        ({"service_code_info": "RES"}, "name, second name, both street lines, ZIP and phone"),
        ({"street2": "Suite 2"}, "name, second name, street, ZIP and phone"),
        ({"street1": "1 Main St."}, "name, second name, both street lines, ZIP and phone"),
        ({"phone": "602-506-0199"}, "name, second name, street and ZIP"),
        ({"name1": "Desert Recovry Inc"}, "near name, street and ZIP"),
        ({"name2": "Adult Program"}, "first name, street, ZIP and phone; near codes"),
        (
            {"name2": "Adult Program", "phone": "602-506-0199"},
            "first name, street and ZIP; one has no second name; near codes",
        ),
        ({"street1": "99 Elm Road", "zip": "85233"}, "name, second name, area and phone"),
        (
            {"street1": "99 Elm Road", "phone": "602-506-0199"},
            "name, second name and ZIP; near codes",
        ),
        (
            {"street1": "99 Elm Road", "zip": "85233", "name1": "Desert Recovry"},
            "near name, area and phone; near codes",
        ),
        ({"name1": "Sunrise"}, "street, ZIP and phone, another name; near codes"),
        ({"name1": "Sunrise", "service_code_info": "RES HI"}, None),
        ({"street1": "99 Elm Road", "zip": "86001"}, None),
        ({"name1": "Sunrise", "phone": "602-506-0199"}, None),
        ({"name1": "Sunrise", "street1": "99 Elm Road"}, None),
    ],
)
def test_a_listing_is_known_again_by_the_surest_tier_that_holds(changes, expected):
    assert tier(clean(), clean(**changes)) == expected


def test_every_tier_is_reached_by_a_test():
    marks = test_a_listing_is_known_again_by_the_surest_tier_that_holds.pytestmark
    assert {expected for _changes, expected in marks[0].args[1]} - {None} == {
        tier.name for tier in TIERS
    }


def test_two_candidates_are_none():
    stored = [clean(service_code_info="OP")]
    rows = [clean(service_code_info="OP RES"), clean(service_code_info="OP HI")]
    assert pairs(stored, rows) == set()


def test_twins_at_one_address_are_told_apart_by_their_second_names():
    stored = [clean(name2="Men"), clean(name2="Women")]
    rows = [clean(name2="Women", phone="602-506-0199"), clean(name2="Men")]
    assert pairs(stored, rows) == {(0, 1), (1, 0)}


def test_a_mens_house_does_not_become_the_womens_house():
    assert tier(clean(name2="House Men"), clean(name2="House Women", phone="602-506-0199")) is None


def test_branches_of_a_chain_with_one_number_do_not_become_each_other():
    stored = [clean(name1="Groups", street1="1 Elm", city="Mesa", zip="85201")]
    rows = [clean(name1="Groups", street1="2 Oak", city="Flagstaff", zip="86001")]
    assert pairs(stored, rows) == set()


def test_names_are_near_without_case_legal_form_and_long_words():
    one, other = clean(name1="Saint Mary Treatment Center Inc"), clean(name1="ST MARY TX CTR, LLC")
    assert names_are_near(one, other)
    assert fold_words("The Saint-Mary Center, Inc.") == "st mary ctr"


def test_clinic_one_is_not_near_clinic_two():
    assert not names_are_near(clean(name2="Methadone Clinic 1"), clean(name2="Methadone Clinic 2"))


small_rows = st.lists(
    st.builds(
        clean,
        name1=st.sampled_from(["Desert Recovery", "Sunrise", "Sunrise Inc"]),
        name2=st.sampled_from(["", "Men", "Women"]),
        street1=st.sampled_from(["1 Main Street", "2 Oak Street"]),
        phone=st.sampled_from(["602-506-0101", "602-506-0102", ""]),
        service_code_info=st.sampled_from(["SA OP", "SA RES", "SA OP RES"]),
    ),
    max_size=8,
    unique_by=lambda row: row.said,
)


@given(small_rows, small_rows)
def test_matches_are_one_to_one_whatever_the_order(stored, rows):
    found = pairs(stored, rows)
    assert len(found) == len({first for first, _ in found}) == len({last for _, last in found})
    last = len(rows) - 1
    assert {(first, last - row) for first, row in pairs(stored, rows[::-1])} == found


@given(small_rows)
def test_the_same_rows_are_all_known_again_as_themselves(rows):
    assert pairs(rows, rows) == {(position, position) for position in range(len(rows))}


def test_four_of_five_real_listings_find_their_successor(directory_2022_csv, directory_2023_csv):
    *_, of_2022 = read_directory(directory_2022_csv)
    *_, of_2023 = read_directory(directory_2023_csv)
    matches = match_rows(of_2022.rows, of_2023.rows)
    assert len(matches) == 9682
    moved = [
        match
        for match in matches
        if of_2022.rows[match.stored].state != of_2023.rows[match.row].state
    ]
    assert moved == []
