"""The search of names: against the naive reference, and its words after every way of writing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from programs.enums import ListingStatus
from programs.geo import Coordinates
from programs.models import Facility, NameWord, Organization, Program, SearchName
from programs.search.criteria import Anywhere, InState, Near, SearchCriteria
from programs.search.engine import SearchResults, search
from programs.search.names import name_conditions
from programs.search.place_names import plain_words
from programs.search.vocabulary import read_vocabulary
from tests.factories import FacilityFactory, OrganizationFactory, ProgramFactory, state
from tests.naive_names import folded
from tests.naive_programs import published_programs
from tests.naive_search import naive_search
from tests.test_projection import (
    MAKE_A_FACILITY,
    MAKE_A_PROGRAM,
    commit_from_another_thread,
    execute,
)

pytestmark = pytest.mark.django_db

CHANDLER = Coordinates(latitude=33.3105, longitude=-111.8239)


def run(names: str, **criteria) -> SearchResults:
    return search(SearchCriteria(names=names, **criteria), read_vocabulary())


def found(names: str, **criteria) -> list[int]:
    return [match.program_id for match in run(names, **criteria).matches]


def stored_words() -> dict[int, list[str]]:
    return dict(SearchName.objects.values_list("program_id", "words"))


def recomputed_words() -> dict[int, list[str]]:
    return {known.program_id: sorted(known.name_words) for known in published_programs()}


# What is found.


@pytest.fixture
def saguaro() -> Program:
    """Make a program with a word of its own in each of its names, and others around it."""
    organization = OrganizationFactory.create(name="Ocotillo Partners")
    for name in ("Palo Verde Clinic", "Mesquite House"):
        ProgramFactory.create(facility__name=name, facility__city="Tempe")
    return ProgramFactory.create(
        name="Evening Group",
        facility__name="Saguaro Recovery Center",
        facility__branch="Women\u2019s Campus",
        facility__organization=organization,
        facility__city="Peñasco",
    )


@pytest.mark.parametrize(
    "names",
    [
        "saguaro",
        "SAGUARO recovery",
        "recovery saguaro",
        "Saguaro's",
        "sagauro",
        "saguarro",
        "saguro",
        "ocotillo",
        "ocotilo partners",
        "evening",
        "womens campus",
        "women's",
        "Peñasco",
        "penasco",
        "saguaro centers",
        "saguaro az",
    ],
)
def test_a_program_is_found_by_any_of_its_names_and_nearly_right(saguaro, names):
    assert found(names) == [saguaro.pk]


@pytest.mark.parametrize(
    "names", ["saguaro mesquite", "sag", "saguaroville", "aguaro", "eve", "戒毒", "%", "\x00"]
)
def test_a_word_that_is_in_no_name_of_the_program_finds_nothing(saguaro, names):
    assert found(names) == []


def test_no_names_ask_for_nothing(saguaro):
    assert run("").total == 3
    assert run("  ").total == 3


@pytest.mark.parametrize("names", ["'; drop table programs_program; --", "a" * 10_000, "x " * 500])
def test_hostile_names_find_nothing(saguaro, names):
    assert found(names) == []


def test_a_name_takes_part_in_the_counts_and_says_what_it_costs(saguaro):
    state(saguaro, "level_of_care/iop")
    other = ProgramFactory.create(facility__name="Ironwood")
    state(other, "level_of_care/iop")
    results = run("saguaro", wanted={"level_of_care": ("iop",)})
    counts = {
        option.slug: option.program_count
        for facet in results.facets
        for option in facet.options
        if facet.slug == "level_of_care"
    }
    assert (results.total, counts["iop"]) == (1, 1)
    [relaxation] = results.relaxations
    assert (relaxation.facet, relaxation.names, relaxation.gain) == ("", "saguaro", 1)


def test_a_name_is_looked_for_beyond_the_circle():
    far = ProgramFactory.create(facility__name="Saguaro", facility__latitude=33.9)
    results = run("saguaro", where=Near(origin=CHANDLER, radius_miles=25))
    assert results.total == 0
    assert results.farther is not None
    assert [(circle.radius_miles, circle.total) for circle in results.farther.circles] == [(50, 1)]
    assert results.farther.nearest is not None
    assert results.farther.nearest.program_id == far.pk


def test_a_search_for_a_name_costs_one_statement_more(saguaro, django_assert_num_queries):
    vocabulary = read_vocabulary()
    with django_assert_num_queries(4):
        search(SearchCriteria(names="saguaro recovery center"), vocabulary)


def test_names_are_looked_up_in_one_statement_or_none(django_assert_num_queries):
    with django_assert_num_queries(1):
        name_conditions("saguaro recovery")
    with django_assert_num_queries(0):
        assert name_conditions("") == []


NAME_WORDS = (
    "saguaro",
    "saguaros",
    "sagauro",
    "house",
    "horse",
    "houses",
    "hope",
    "recovery",
    "recovrey",
    "recoverys",
    "valley",
    "chandler",
    "chandlar",
    "candler",
    "St. Mary\u2019s",
    "peñasco",
    "a",
    "4th",
    "12345",
    "12354",
)
names = st.lists(st.sampled_from(NAME_WORDS), max_size=3).map(" ".join)
programs = st.lists(
    st.fixed_dictionaries(
        {
            "name": names,
            "branch": names,
            "program": names,
            "city": st.sampled_from(["Chandler", "Mesa"]),
            "latitude": st.sampled_from([33.3105, 33.5, 34.0]),
            "is_iop": st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)
wheres = st.sampled_from([Anywhere(), InState(state="AZ"), Near(origin=CHANDLER, radius_miles=25)])


def create(drawn: list[dict]) -> None:
    for each in drawn:
        program = ProgramFactory.create(
            name=each["program"],
            facility__name=each["name"],
            facility__branch=each["branch"],
            facility__city=each["city"],
            facility__latitude=each["latitude"],
        )
        if each["is_iop"]:
            state(program, "level_of_care/iop")


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(drawn=programs, names=names, where=wheres, is_iop=st.booleans())
def test_names_find_what_the_naive_reference_finds(drawn, names, where, is_iop):
    with transaction.atomic():
        create(drawn)
        wanted = {"level_of_care": ("iop", "php")} if is_iop else {}
        criteria = SearchCriteria(names=names, where=where, wanted=wanted)
        expected, results = naive_search(criteria), search(criteria, read_vocabulary())
        assert [match.program_id for match in results.matches] == expected.page(1)
        assert results.total == len(expected.program_ids)
        assert {
            (facet.slug, option.slug): option.program_count
            for facet in results.facets
            for option in facet.options
        } == expected.counts
        gains = {each.facet: each.gain for each in results.relaxations}
        names_gain = {"": expected.gain_of_names} if expected.gain_of_names else {}
        assert gains == expected.gains | names_gain
        transaction.set_rollback(True)


# The words that are kept.


def sql_words(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT programs_plain_words(%s)", [text])
        return cursor.fetchone()[0]


def is_assigned(character: str) -> bool:
    """Return whether every version of Unicode in use knows the character."""
    return unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs")


@settings(max_examples=200, deadline=None)
@example("O’Fallon “Peñasco” N.A. 4½ İstanbul Kelvin \u212a ﬁne")  # noqa: RUF001
@given(st.text(st.characters(exclude_characters="\x00").filter(is_assigned)))
def test_sql_and_python_fold_names_alike(text):
    assert sql_words(text) == plain_words(text)
    assert set(sql_words(text)) == folded(text)


@pytest.fixture
def program(saguaro) -> Program:
    return saguaro


def rename_a_program(program: Program) -> None:
    program.name = "Morning Group"
    program.save()


def rename_a_facility(program: Program) -> None:
    program.facility.name = "Ironwood"
    program.facility.save()


def rename_a_branch_of_a_queryset(program: Program) -> None:
    Facility.objects.filter(pk=program.facility_id).update(branch="North")


def move_to_another_town(program: Program) -> None:
    Facility.objects.filter(pk=program.facility_id).update(city="Mesa", state="TX")


def rename_an_organization(program: Program) -> None:
    organization = program.facility.organization
    assert organization
    organization.name = "Agave Group"
    organization.save()


def rename_organizations_of_a_queryset(program: Program) -> None:
    Organization.objects.update(name="Agave Group")


def change_the_organization(program: Program) -> None:
    program.facility.organization = OrganizationFactory.create(name="Cholla")
    program.facility.save()


def leave_the_organization(program: Program) -> None:
    Facility.objects.filter(pk=program.facility_id).update(organization=None)


def rename_in_sql(program: Program) -> None:
    execute("UPDATE programs_facility SET name = 'Ironwood' WHERE id = %s", program.facility_id)
    execute("UPDATE programs_organization SET name = 'Agave'")


def add_programs_in_bulk(program: Program) -> None:
    Program.objects.bulk_create(
        Program(facility=FacilityFactory.create(name=name)) for name in ("Yucca", "Aloe")
    )


def put_a_program_elsewhere(program: Program) -> None:
    program.facility = FacilityFactory.create(name="Yucca")
    program.save()


def close_a_program(program: Program) -> None:
    Program.objects.filter(pk=program.pk).update(status=ListingStatus.CLOSED)


def delete_a_program(program: Program) -> None:
    program.delete()


def delete_a_facility(program: Program) -> None:
    program.facility.delete()


WRITES: list[Callable[[Program], None]] = [
    rename_a_program,
    rename_a_facility,
    rename_a_branch_of_a_queryset,
    move_to_another_town,
    rename_an_organization,
    rename_organizations_of_a_queryset,
    change_the_organization,
    leave_the_organization,
    rename_in_sql,
    add_programs_in_bulk,
    put_a_program_elsewhere,
    close_a_program,
    delete_a_program,
    delete_a_facility,
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_the_words_equal_the_names_after_every_write(program, write):
    before = stored_words()
    assert before == recomputed_words()
    write(program)
    after = stored_words()
    assert after == recomputed_words()
    assert after != before
    assert missing_from_dictionary() == set()


def missing_from_dictionary() -> set[str]:
    known = set(NameWord.objects.values_list("word", flat=True))
    return {word for words in stored_words().values() for word in words} - known


def test_a_load_may_refresh_names_once_at_its_end(program):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL programs.search_refresh = 'off'")
        Facility.objects.filter(pk=program.facility_id).update(name="Ironwood")
        Organization.objects.update(name="Agave")
        assert stored_words() != recomputed_words()
        cursor.execute("SELECT programs_refresh_search(ARRAY[%s])", [program.pk])
        cursor.execute("SET LOCAL programs.search_refresh = 'on'")
    assert stored_words() == recomputed_words()
    assert missing_from_dictionary() == set()


def words_of(connected: psycopg.Connection, program_id: int) -> list[str]:
    select = "SELECT words FROM programs_searchname WHERE program_id = %s"
    [(words,)] = connected.execute(select, [program_id]).fetchall()
    return words


def test_a_program_that_is_added_while_its_organization_is_renamed_has_the_new_name(
    cloned_database,
):
    with psycopg.connect(cloned_database) as first:
        make = (
            "INSERT INTO programs_organization (name, website) VALUES ('Cholla', '') RETURNING id"
        )
        [(organization_id,)] = first.execute(make).fetchall()
        [(facility_id,)] = first.execute(MAKE_A_FACILITY).fetchall()
        first.execute(
            "UPDATE programs_facility SET organization_id = %s WHERE id = %s",
            [organization_id, facility_id],
        )
        first.commit()
        first.execute("UPDATE programs_organization SET name = 'Agave'")
        second = commit_from_another_thread(cloned_database, MAKE_A_PROGRAM, facility_id)
        first.commit()
        second.join()
        [(program_id,)] = first.execute("SELECT max(id) FROM programs_program").fetchall()
        words = words_of(first, program_id)
    assert words == ["a", "agave", "az", "chandler", "place"]
