"""The medication ladder: the same rule in Python and in SQL, for every set of statements."""

from __future__ import annotations

from itertools import combinations

import pytest
from django.db import connection

from programs.enums import MedicationRelation, SearchAspect
from programs.models.facts import (
    MEDICATION_OFFERS,
    MEDICATION_REFUSALS,
    MEDICATION_STARTS,
    MEDICATION_STAYS,
    effective_relations,
)

R = MedicationRelation
EVERY_SET_OF_RELATIONS = [
    frozenset(chosen) for size in range(len(R) + 1) for chosen in combinations(R, size)
]


def test_there_are_nine_rungs():
    assert len(EVERY_SET_OF_RELATIONS) == 2**9


@pytest.mark.parametrize(
    ("stated", "counting"),
    [
        pytest.param([], [], id="nothing stated"),
        pytest.param(
            [R.STARTS_AND_CONTINUES, R.REPORTS_USE_UNSPECIFIED],
            [R.STARTS_AND_CONTINUES],
            id="OTP, and MU: the clearer one",
        ),
        pytest.param([R.TAPER_ONLY], [R.TAPER_ONLY], id="DM only"),
        pytest.param([R.TAPER_ONLY, R.REPORTS_USE_UNSPECIFIED], [R.TAPER_ONLY], id="DB, and BU"),
        pytest.param([R.TIME_LIMITED], [R.TIME_LIMITED], id="MMW only"),
        pytest.param(
            [R.TAPER_ONLY, R.STARTS_AND_CONTINUES],
            [R.STARTS_AND_CONTINUES, R.TAPER_ONLY],
            id="MM and DM: both, strongest first",
        ),
        pytest.param(
            [R.REPORTS_USE_UNSPECIFIED],
            [R.REPORTS_USE_UNSPECIFIED],
            id="MU alone stays weak",
        ),
        pytest.param(
            [R.REPORTS_USE_UNSPECIFIED, R.ACCEPTS_ELSEWHERE],
            [R.ACCEPTS_ELSEWHERE],
            id="MU and MOA",
        ),
        pytest.param(
            [R.ACCEPTS_ELSEWHERE, R.TAPER_ONLY],
            [R.TAPER_ONLY, R.ACCEPTS_ELSEWHERE],
            id="MOA and DM",
        ),
        pytest.param(
            [R.DOES_NOT_USE, R.ACCEPTS_ELSEWHERE],
            [R.ACCEPTS_ELSEWHERE],
            id="NMOA with MOA",
        ),
        pytest.param([R.DOES_NOT_USE], [R.DOES_NOT_USE], id="NMOA without MOA"),
        pytest.param([R.NOT_APPLICABLE], [R.NOT_APPLICABLE], id="NOOP"),
        pytest.param(
            [R.DOES_NOT_USE, R.STARTS_AND_CONTINUES],
            [R.DOES_NOT_USE],
            id="NMOA with UB: the more cautious",
        ),
        pytest.param(
            [R.NOT_APPLICABLE, R.STARTS_AND_CONTINUES],
            [R.NOT_APPLICABLE],
            id="NOOP with OTP: the more cautious",
        ),
        pytest.param(
            [R.DOES_NOT_USE, R.ACCEPTS_ELSEWHERE, R.REPORTS_USE_UNSPECIFIED],
            [R.DOES_NOT_USE],
            id="NMOA with MOA and MU: a contradiction",
        ),
        pytest.param(
            [R.DOES_NOT_ACCEPT, R.ACCEPTS_ELSEWHERE],
            [R.DOES_NOT_ACCEPT],
            id="a checked refusal counts",
        ),
    ],
)
def test_the_relations_that_count(stated, counting):
    assert effective_relations(stated) == counting
    assert effective_relations(reversed(stated)) == counting


def test_what_counts_was_stated_and_never_mixes_yes_with_no():
    for stated in EVERY_SET_OF_RELATIONS:
        counting = effective_relations(stated)
        assert set(counting) <= stated
        assert bool(counting) == bool(stated)
        assert counting == sorted(counting, key=list(R).index)
        assert len({relation in MEDICATION_REFUSALS for relation in counting}) <= 1


def test_only_two_rungs_let_somebody_stay_without_starting():
    assert {R.STARTS_AND_CONTINUES} == MEDICATION_STARTS
    assert {R.STARTS_AND_CONTINUES, R.CONTINUES_ONLY, R.ACCEPTS_ELSEWHERE} == MEDICATION_STAYS


def test_a_place_that_prescribes_elsewhere_or_says_no_does_not_offer():
    assert set(R) - MEDICATION_OFFERS == {
        R.ACCEPTS_ELSEWHERE,
        R.DOES_NOT_USE,
        R.DOES_NOT_ACCEPT,
        R.NOT_APPLICABLE,
    }


def in_sql(expression: str) -> list[list[str]]:
    """Evaluate an expression over `stated` for every set of relations, in their order."""
    sets = [sorted(stated) for stated in EVERY_SET_OF_RELATIONS]
    with connection.cursor() as cursor:
        statement = f"SELECT {expression} FROM (SELECT %s::text[] AS stated) given"  # noqa: S608
        rows = []
        for stated in sets:
            cursor.execute(statement, [stated])
            rows.append(cursor.fetchone()[0])
    return rows


@pytest.mark.django_db
def test_sql_counts_the_same_relations_as_python_for_every_set():
    counted = in_sql("programs_effective_relations(stated)")
    differing = {
        stated: relations
        for stated, relations in zip(EVERY_SET_OF_RELATIONS, counted, strict=True)
        if sorted(relations) != sorted(effective_relations(stated))
    }
    assert differing == {}


@pytest.mark.django_db
def test_a_search_finds_each_set_under_the_aspects_that_the_ladder_gives_it():
    found = in_sql("programs_search_aspects(programs_effective_relations(stated))")
    answering = {
        SearchAspect.OFFERS: MEDICATION_OFFERS,
        SearchAspect.START: MEDICATION_STARTS,
        SearchAspect.STAY: MEDICATION_STAYS,
        SearchAspect.ANY: MEDICATION_OFFERS | MEDICATION_STAYS,
    }
    differing = {
        stated: aspects
        for stated, aspects in zip(EVERY_SET_OF_RELATIONS, found, strict=True)
        if sorted(aspects)
        != sorted(
            aspect
            for aspect, relations in answering.items()
            if relations & set(effective_relations(stated))
        )
    }
    assert differing == {}
