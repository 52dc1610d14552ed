"""`search` against the naive reference; its order, its pages, its counts, its statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from programs.enums import (
    Answer,
    ListingStatus,
    LocationPrecision,
    Miles,
    NetworkRelation,
    OpeningStatus,
    SearchAspect,
    Sort,
)
from programs.enums import MedicationRelation as R
from programs.geo import Coordinates
from programs.models import (
    CareFact,
    CoverageFact,
    Facility,
    FeatureFact,
    MedicationFact,
    Opening,
    Place,
    Program,
    Source,
    Term,
)
from programs.search import engine
from programs.search.criteria import (
    PAGE_SIZE,
    Anywhere,
    InCounty,
    InState,
    Near,
    SearchCriteria,
    Where,
)
from programs.search.engine import FEW, SearchResults, search
from programs.search.facets import Counters
from programs.search.vocabulary import Vocabulary, read_vocabulary
from tests.factories import FacilityFactory, ProgramFactory, SourceFactory, state
from tests.naive_search import naive_search

pytestmark = pytest.mark.django_db

CHANDLER = Coordinates(latitude=33.3105, longitude=-111.8239)
NEAR_CHANDLER = Near(origin=CHANDLER, radius_miles=25)

#: A few of each kind, from both ends of the vocabulary's order.
CARE = ("outpatient", "iop", "recovery_housing")
MEDICINES = ("methadone", "buprenorphine", "naltrexone")
PAYERS = ("medicaid", "medicare", "private_insurance")
FEATURES = ("track/women", "track/veterans", "track/dui_only")
CHOICES = {
    "level_of_care": CARE,
    "medication": MEDICINES,
    "payment": PAYERS,
    "track": tuple(path.split("/")[1] for path in FEATURES),
}
SEARCHES_OF_HYPOTHESIS = settings(
    max_examples=40,
    deadline=None,
    # A failure is reported as it was drawn: to shrink it would take minutes of database work.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

days = st.none() | st.sampled_from([date(2026, 1, 5), date(2026, 6, 1), date(2026, 6, 2)])
answers = st.sampled_from(Answer)
#: When it is; openings expire a moment before, at that moment, a moment later or in a day.
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
openings = st.sampled_from(
    [
        *[(OpeningStatus.OPEN, NOW + timedelta(microseconds=1))] * 3,
        (OpeningStatus.OPEN, NOW + timedelta(days=1)),
        (OpeningStatus.OPEN, NOW),
        (OpeningStatus.OPEN, NOW - timedelta(microseconds=1)),
        (OpeningStatus.WAITLIST, NOW + timedelta(days=1)),
        (OpeningStatus.FULL, NOW + timedelta(days=1)),
    ]
)
#: On top of each other, around the corner, at the edge of every radius, out in the ocean, nowhere.
points = st.sampled_from(
    [
        None,
        Coordinates(latitude=-33.3, longitude=179.9),
        *(
            Coordinates(latitude=latitude, longitude=longitude)
            for latitude in (33.3105, 33.3106, 33.5, 34.0)
            for longitude in (-111.8239, -111.8, -112.25)
        ),
        Coordinates(latitude=33.3105, longitude=-111.8239),
        Coordinates(latitude=34.7, longitude=-113.1),
    ]
)


def some_of(slugs: tuple[str, ...], said: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw what is said of each term; of about one in four nothing is."""
    each = st.integers(0, 3).flatmap(lambda number: said if number else st.none())
    all_of_them = st.fixed_dictionaries(dict.fromkeys(slugs, each))
    return all_of_them.map(lambda drawn: {slug: it for slug, it in drawn.items() if it})


#: What a program is and says: the keys are read by `create`.
made_up_programs = st.fixed_dictionaries(
    {
        "coordinates": points,
        "state": st.sampled_from(["AZ", "AZ", "CA"]),
        "county": st.sampled_from([None, "maricopa county", "maricopa county", "pinal county"]),
        "states_served": st.sampled_from([[], [], [], ["AZ"], ["NM"], ["CA", "AZ"]]),
        "status": st.sampled_from([*[ListingStatus.PUBLISHED] * 7, *ListingStatus]),
        "confirmed_on": days,
        "care": some_of(CARE, answers),
        "features": some_of(FEATURES, answers),
        # Of levels that are offered, that are not, and of the program as a whole.
        "openings": st.dictionaries(st.sampled_from([*CARE, ""]), openings, max_size=2),
        "payers": some_of(PAYERS, st.sampled_from(NetworkRelation)),
        "medicines": some_of(MEDICINES, st.sets(st.sampled_from(R), min_size=1, max_size=3)),
    }
)

wheres = st.one_of(
    st.builds(
        lambda miles, origin, code: Near(origin=origin, radius_miles=miles, state=code),
        st.sampled_from([int(miles) for miles in Miles]),
        st.sampled_from([CHANDLER, Coordinates(latitude=33.6, longitude=-112.0)]),
        st.sampled_from(["AZ", "AZ", "CA", ""]),
    ),
    st.builds(lambda code: InState(state=code), st.sampled_from(["AZ", "CA"])),
    st.sampled_from(["maricopa county", "pinal county"]),
    st.just(Anywhere()),
)
wanted = st.lists(st.sampled_from(sorted(CHOICES)), unique=True, max_size=4).flatmap(
    lambda facets: st.fixed_dictionaries(
        {
            facet: st.sets(st.sampled_from(CHOICES[facet]), min_size=2).map(sorted).map(tuple)
            for facet in facets
        }
    )
)


left_out = st.dictionaries(
    st.sampled_from(["track", "medication", "payment"]),
    st.sampled_from([("women",), ("methadone",), ("medicaid",)]),
    max_size=2,
).map(
    lambda drawn: {
        facet: terms for facet, terms in drawn.items() if set(terms) <= set(CHOICES[facet])
    }
)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what one example wrote, so that the next starts empty."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def county_id(key: str) -> int:
    return Place.objects.get(kind="county", key=key, state="AZ").pk


def where_of(drawn: Where | str) -> Where:
    """Return a place to search in; counties are drawn by key, for their ids differ by database."""
    return InCounty(county_id=county_id(drawn), state="AZ") if isinstance(drawn, str) else drawn


def create(drawn: list[dict[str, Any]]) -> None:
    """Write the programs that were drawn, in a handful of bulk inserts."""
    counties = {key: county_id(key) for key in ("maricopa county", "pinal county")}
    facilities = Facility.objects.bulk_create(
        Facility(
            name="A place",
            city="Chandler",
            state=each["state"],
            county_id=counties.get(each["county"]),
            latitude=each["coordinates"] and each["coordinates"].latitude,
            longitude=each["coordinates"] and each["coordinates"].longitude,
            location_precision=(
                LocationPrecision.ADDRESS if each["coordinates"] else LocationPrecision.NONE
            ),
        )
        for each in drawn
    )
    programs = Program.objects.bulk_create(
        Program(facility=facility, status=each["status"], states_served=each["states_served"])
        for facility, each in zip(facilities, drawn, strict=True)
    )
    known, source = terms(), SourceFactory.create()
    facts: dict[type[Model], list[Model]] = {}
    for program, each in zip(programs, drawn, strict=True):
        for fact in facts_of(program, source, known, each):
            facts.setdefault(type(fact), []).append(fact)
    for model, rows in facts.items():
        model._default_manager.bulk_create(rows)


def facts_of(
    program: Program, source: Source, known: dict[str, Term], drawn: dict[str, Any]
) -> Iterator[Model]:
    said = {
        "program": program,
        "source": source,
        "reported_on": date(2023, 1, 1),
        "confirmed_on": drawn["confirmed_on"],
    }
    for slug, (status, expires_at) in drawn["openings"].items():
        yield Opening(
            program=program,
            term=known[f"level_of_care/{slug}"] if slug else None,
            status=status,
            source=source,
            stated_at=expires_at - timedelta(hours=2),
            expires_at=expires_at,
        )
    for slug, answer in drawn["care"].items():
        yield CareFact(term=known[f"level_of_care/{slug}"], answer=answer, **said)
    for path, answer in drawn["features"].items():
        yield FeatureFact(term=known[path], answer=answer, **said)
    for slug, relation in drawn["payers"].items():
        yield CoverageFact(term=known[f"payment/{slug}"], relation=relation, plan="Plan", **said)
    for slug, relations in drawn["medicines"].items():
        for relation in relations:
            # A refusal is never without the day on which a person checked it.
            checked = {"confirmed_on": date(2026, 1, 1)} if relation == R.DOES_NOT_ACCEPT else {}
            of = known[f"medication/{slug}"]
            yield MedicationFact(term=of, relation=relation, **{**said, **checked})


def terms() -> dict[str, Term]:
    found = Term.objects.select_related("facet").filter(facet__slug__in=CHOICES)
    return {f"{each.facet.slug}/{each.slug}": each for each in found}


def run(criteria: SearchCriteria) -> SearchResults:
    return search(criteria, read_vocabulary(), now=NOW)


def ids(results: SearchResults) -> list[int]:
    return [match.program_id for match in results.matches]


def counts(results: SearchResults) -> dict[tuple[str, str], int | None]:
    return {
        (facet.slug, option.slug): option.program_count
        for facet in results.facets
        for option in facet.options
    }


def relaxations(results: SearchResults) -> tuple[dict[str, int], dict[str, int]]:
    """Return what dropping each wanted facet adds, and each exclusion; zeros are not listed."""
    gains: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for each in results.relaxations:
        if each.openings:
            continue
        gains[each.is_exclusion][each.facet] = each.gain
    return gains


def gain_of_openings(results: SearchResults) -> int:
    return sum(each.gain for each in results.relaxations if each.openings)


def silences(results: SearchResults) -> dict[str, int]:
    return {facet.slug: facet.silent for facet in results.facets if facet.silent is not None}


def beyond(results: SearchResults) -> tuple[dict[int, int], int | None]:
    if results.farther is None:
        return {}, None
    circles = {circle.radius_miles: circle.total for circle in results.farther.circles}
    nearest = results.farther.nearest
    return circles, nearest.program_id if nearest else None


@SEARCHES_OF_HYPOTHESIS
@given(
    st.lists(made_up_programs, min_size=8, max_size=24),
    wheres,
    wanted,
    left_out,
    st.sets(st.sampled_from(sorted(CHOICES))),
    st.sampled_from(SearchAspect),
    st.sampled_from(Sort),
    st.booleans(),
)
def test_search_finds_what_the_naive_reference_finds(
    drawn, where, chosen, excluded, unknown, aspect, sort, openings_now
):
    with undone():
        create(drawn)
        criteria = SearchCriteria(
            where=where_of(where),
            wanted=chosen,
            excluded=excluded,
            or_unknown=frozenset(unknown),
            medication_aspect=aspect,
            sort=sort,
            openings_now=openings_now,
        )
        expected, found = naive_search(criteria, now=NOW), run(criteria)
        assert found.openings == expected.openings
        assert gain_of_openings(found) == expected.gain_of_openings
        assert ids(found) == expected.page(1)
        assert found.total == len(expected.program_ids)
        assert engine.counts(criteria, read_vocabulary(), now=NOW).total == found.total
        assert found.remote == expected.remote
        assert counts(found) == expected.counts
        assert relaxations(found) == (expected.gains, expected.gains_of_exclusions)
        assert silences(found) == expected.silent
        if found.is_few:
            assert beyond(found) == (expected.wider_that_have_more, expected.nearest_beyond)
        for match, miles in zip(found.matches, expected.distances_miles, strict=False):
            assert match.distance_miles == pytest.approx(miles, abs=1e-6)


def test_every_term_of_the_vocabulary_is_counted_and_found_by_its_own_filter():
    vocabulary = read_vocabulary()
    by_path = {}
    for facet in vocabulary.facets:
        for each in facet.terms:
            program = ProgramFactory.create()
            state(program, f"{facet.slug}/{each.slug}")
            by_path[facet.slug, each.slug] = program.pk
    assert counts(search(SearchCriteria(), vocabulary)) == dict.fromkeys(by_path, 1)
    found = {
        (facet, slug): ids(search(SearchCriteria(wanted={facet: (slug,)}), vocabulary))
        for facet, slug in by_path
    }
    assert found == {path: [program_id] for path, program_id in by_path.items()}


def test_counters_hold_two_million_rows_without_spilling_into_each_other():
    all_bits, most_rows = 2**63 - 1, 2**21 - 1
    counters = Counters(range(63))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counters.sql} FROM"  # noqa: S608
            f" (SELECT %s AS word0, {counters.MASK} FROM generate_series(1, %s)) r",
            [all_bits, most_rows],
        )
        (sums,) = cursor.fetchone()
    assert counters.counts(sums) == dict.fromkeys(range(63), most_rows)


def test_nearest_comes_first_then_the_latest_confirmed_then_the_oldest_listing():
    def at_latitude(latitude: float, confirmed_on: date | None = None) -> int:
        program = ProgramFactory.create(facility__latitude=latitude)
        state(program, "track/women", confirmed_on=confirmed_on)
        return program.pk

    far_but_fresh = at_latitude(33.5, date(2026, 10, 1))
    first_listed = at_latitude(33.4)
    second_listed = at_latitude(33.4)
    confirmed_long_ago = at_latitude(33.4, date(2024, 1, 1))
    confirmed_lately = at_latitude(33.4, date(2026, 9, 1))
    assert ids(run(SearchCriteria(where=NEAR_CHANDLER))) == [
        confirmed_lately,
        confirmed_long_ago,
        first_listed,
        second_listed,
        far_but_fresh,
    ]


def test_how_much_a_program_says_does_not_move_it():
    quiet, wordy = ProgramFactory.create(), ProgramFactory.create()
    for path in ("level_of_care/iop", "payment/medicaid", "track/women"):
        state(wordy, path)
    assert ids(run(SearchCriteria(where=NEAR_CHANDLER))) == [quiet.pk, wordy.pk]


@pytest.mark.parametrize("where", [NEAR_CHANDLER, InState(state="AZ"), Anywhere()])
def test_all_pages_together_are_every_match_once(where):
    # All at one point and never confirmed: only the id keeps them apart.
    facility = FacilityFactory.create()
    expected = [ProgramFactory.create(facility=facility).pk for _ in range(2 * PAGE_SIZE + 1)]
    pages = [ids(run(SearchCriteria(where=where, page=page))) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert [program_id for page in pages for program_id in page] == expected


def test_a_page_beyond_the_end_is_empty_and_still_counts():
    program = ProgramFactory.create()
    state(program, "track/women")
    found = run(SearchCriteria(page=2))
    assert (found.matches, found.total, found.page_count) == ((), 1, 1)
    assert counts(found)["track", "women"] == 1


def test_a_program_without_a_location_is_found_by_state_but_not_by_radius():
    lost = ProgramFactory.create(
        facility__latitude=None,
        facility__longitude=None,
        facility__location_precision=LocationPrecision.NONE,
    )
    assert ids(run(SearchCriteria(where=InState(state="AZ")))) == [lost.pk]
    assert ids(run(SearchCriteria(where=NEAR_CHANDLER))) == []


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.CLOSED])
def test_what_is_not_published_is_neither_found_nor_counted(status):
    hidden = ProgramFactory.create(status=status)
    state(hidden, "track/women")
    found = run(SearchCriteria(where=NEAR_CHANDLER))
    assert (ids(found), found.total) == ([], 0)
    assert set(counts(found).values()) == {0}


def test_a_no_and_what_nobody_said_are_not_found():
    says_no, silent, says_yes = (
        ProgramFactory.create(),
        ProgramFactory.create(),
        ProgramFactory.create(),
    )
    state(says_no, "track/women", answer=Answer.NO)
    state(silent, "track/veterans")
    state(says_yes, "track/women")
    assert ids(run(SearchCriteria(wanted={"track": ("women",)}))) == [says_yes.pk]


def test_any_of_one_facet_and_all_of_several_are_asked_for():
    both, only_iop, only_medicaid = (
        ProgramFactory.create(),
        ProgramFactory.create(),
        ProgramFactory.create(),
    )
    state(both, "level_of_care/iop")
    state(both, "payment/medicaid")
    state(only_iop, "level_of_care/iop")
    state(only_medicaid, "payment/medicaid")
    wanted = {"level_of_care": ("iop", "outpatient"), "payment": ("medicaid",)}
    assert ids(run(SearchCriteria(wanted=wanted))) == [both.pk]


def test_the_counts_of_a_facet_ignore_what_was_chosen_in_it():
    iop, outpatient = ProgramFactory.create(), ProgramFactory.create()
    state(iop, "level_of_care/iop")
    state(outpatient, "level_of_care/outpatient")
    state(outpatient, "payment/medicaid")
    found = counts(run(SearchCriteria(wanted={"level_of_care": ("iop",)})))
    assert found["level_of_care", "outpatient"] == 1
    assert found["payment", "medicaid"] == 0


@pytest.mark.parametrize(
    ("aspect", "found"),
    [
        (SearchAspect.OFFERS, ["starts", "tapers", "uses"]),
        (SearchAspect.START, ["starts"]),
        (SearchAspect.STAY, ["starts", "lets stay"]),
        (SearchAspect.ANY, ["starts", "tapers", "uses", "lets stay"]),
    ],
)
def test_a_search_for_a_medicine_asks_for_the_right_rungs(aspect, found):
    relations = {
        "starts": R.STARTS_AND_CONTINUES,
        "tapers": R.TAPER_ONLY,
        "uses": R.REPORTS_USE_UNSPECIFIED,
        "lets stay": R.ACCEPTS_ELSEWHERE,
        "does not use": R.DOES_NOT_USE,
    }
    names = {}
    for name, relation in relations.items():
        program = ProgramFactory.create()
        state(program, "medication/buprenorphine", relation=relation)
        names[program.pk] = name
    criteria = SearchCriteria(wanted={"medication": ("buprenorphine",)}, medication_aspect=aspect)
    results = run(criteria)
    assert [names[program_id] for program_id in ids(results)] == found
    assert counts(results)["medication", "buprenorphine"] == len(found)


@pytest.mark.parametrize("programs", [1, PAGE_SIZE])
def test_a_search_is_three_statements_whatever_it_finds(programs, django_assert_num_queries):
    for _ in range(programs):
        program = ProgramFactory.create()
        for path in ("level_of_care/iop", "medication/methadone", "payment/medicaid"):
            state(program, path)
    vocabulary = read_vocabulary()
    criteria = SearchCriteria(where=NEAR_CHANDLER, wanted={"payment": ("medicaid",)})
    with django_assert_num_queries(3):
        assert len(search(criteria, vocabulary).matches) == programs
    with django_assert_num_queries(1):
        assert engine.counts(criteria, vocabulary).total == programs


def test_statements_of_many_filters_are_short_enough_for_the_driver_to_keep_them_read():
    """psycopg reads one of more than 4,096 characters anew each time, as long as it is answered."""
    wanted = {
        "level_of_care": ("iop", "outpatient"),
        "medication": ("buprenorphine", "naltrexone"),
        "payment": ("medicaid", "private_insurance"),
        "track": ("women", "trauma"),
        "therapy": ("cbt",),
    }
    for _ in range(FEW):
        program = ProgramFactory.create()
        for facet, terms in wanted.items():
            state(program, f"{facet}/{terms[0]}")
    vocabulary, lengths = read_vocabulary(), []

    def measure(execute, sql, params, many, context):
        lengths.append(len(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(measure):
        found = search(SearchCriteria(where=NEAR_CHANDLER, wanted=wanted), vocabulary)
    assert (found.total, len(lengths)) == (FEW, 3)
    assert [length for length in lengths if length > 4096] == []


def test_programs_are_found_before_there_is_a_vocabulary():
    program = ProgramFactory.create()
    found = search(SearchCriteria(), Vocabulary(()))
    assert (ids(found), found.total) == ([program.pk], 1)


def test_a_term_that_the_vocabulary_lacks_is_an_error_of_the_caller():
    with pytest.raises(KeyError):
        run(SearchCriteria(wanted={"level_of_care": ("spa",)}))
