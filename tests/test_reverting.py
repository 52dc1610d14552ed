"""Taking changes back: rows byte for byte as before, and nobody else's change lost."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.enums import ChangeKind, RevertRefusal
from programs.models import (
    CareFact,
    ChangeSet,
    Facility,
    FeatureFact,
    ImportItem,
    ImportRun,
    Phone,
    Program,
    Term,
    change_set,
)
from programs.models.history import EVENT_MODELS, TRACKED
from programs.upkeep.reverting import (
    NothingToRevertError,
    preview_revert,
    revert,
    revert_by,
)
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    PhoneFactory,
    ProgramFactory,
    SourceFactory,
    state,
    term,
)
from tests.test_projection import recomputed_rows, stored_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruth():
    return KeeperFactory.create().user


@pytest.fixture
def omar():
    return KeeperFactory.create().user


def everything() -> dict[str, list[Any]]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in TRACKED
    }


def do(user, *writes):
    """Make each write in one change set of the user; return its id."""
    with transaction.atomic(), change_set(user, kind=ChangeKind.ADMIN) as own:
        for write in writes:
            write()
    return own


def saved(row, **values):
    """Return a write that changes a row."""
    return lambda: type(row)._default_manager.filter(pk=row.pk).update(**values)


def refusals(outcome):
    return [(refused.row.table, refused.why, refused.who) for refused in outcome.refused]


def test_a_change_is_taken_back(ruth):
    fact = state(ProgramFactory.create(), "level_of_care/iop", hours_per_week_min=9)
    before = everything()
    mine = do(ruth, saved(fact, hours_per_week_min=12, confirmed_on=date(2024, 5, 1)))
    outcome = revert([mine], ruth)
    assert everything() == before
    assert (outcome.restored_count, outcome.refused) == (1, [])
    assert [(f.label, f.before, f.after) for f in outcome.restored[0].fields] == [
        ("confirmed on", "May 1, 2024", ""),
        ("hours a week, from", "12", "9"),
    ]


def test_a_preview_changes_nothing(ruth):
    facility = FacilityFactory.create(name="Hope")
    mine = do(ruth, saved(facility, name="Hope House"))
    before = everything()
    outcome = preview_revert([mine], ruth)
    assert (outcome.restored_count, outcome.change_set_id) == (1, None)
    assert everything() == before


def test_what_was_deleted_comes_back_with_its_number_and_is_found_again(ruth):
    program = ProgramFactory.create()
    state(program, "level_of_care/iop")
    PhoneFactory.create(facility=program.facility)
    before = everything()
    mine = do(ruth, program.facility.delete)
    assert not Program.objects.exists()
    revert([mine], ruth)
    assert everything() == before
    assert stored_rows() == recomputed_rows() != {}


def test_what_was_added_goes(ruth):
    before = everything()
    mine = do(ruth, lambda: state(ProgramFactory.create(), "track/women"))
    revert([mine], ruth)
    assert everything() == before
    assert stored_rows() == recomputed_rows() == {}


def test_what_somebody_else_changed_since_stays_and_is_listed(ruth, omar):
    program = ProgramFactory.create()
    hours = state(program, "level_of_care/iop", hours_per_week_min=9)
    women = state(program, "track/women")
    mine = do(ruth, saved(hours, hours_per_week_min=12), saved(women, answer="no"))
    do(omar, saved(hours, hours_per_week_min=15))
    outcome = revert([mine], ruth)
    assert CareFact.objects.get(pk=hours.pk).hours_per_week_min == 15
    assert FeatureFact.objects.get(pk=women.pk).answer == "yes"
    assert refusals(outcome) == [("carefact", RevertRefusal.CHANGED_SINCE, omar.username)]
    assert outcome.refused[0].at is not None


def test_a_change_past_the_site_counts_as_somebody_elses(ruth):
    facility = FacilityFactory.create(name="Hope")
    mine = do(ruth, saved(facility, name="Hope House"))
    saved(facility, name="Hope Home")()
    with pytest.raises(NothingToRevertError, match="nothing left to take back"):
        revert([mine], ruth)
    assert Facility.objects.get().name == "Hope Home"


def test_a_program_that_got_facts_of_somebody_else_since_stays(ruth, omar):
    made: list[Program] = []
    mine = do(ruth, lambda: made.append(ProgramFactory.create()))
    do(omar, lambda: state(made[0], "track/women"))
    outcome = preview_revert([mine], ruth)
    assert (outcome.restored_count, [r.why for r in outcome.refused]) == (
        0,
        [RevertRefusal.IN_USE, RevertRefusal.IN_USE],
    )


def test_a_fact_of_a_program_that_is_gone_stays_away(ruth, omar):
    program = ProgramFactory.create()
    fact = state(program, "track/women")
    mine = do(ruth, fact.delete)
    do(omar, program.delete)
    assert refusals(preview_revert([mine], ruth)) == [
        ("featurefact", RevertRefusal.PARENT_GONE, "")
    ]


def test_a_fact_that_somebody_added_again_stays_the_only_one(ruth, omar):
    program = ProgramFactory.create()
    fact = state(program, "track/women")
    mine = do(ruth, fact.delete)
    do(omar, lambda: state(program, "track/women", answer="no"))
    assert refusals(preview_revert([mine], ruth)) == [("featurefact", RevertRefusal.TAKEN, "")]


def test_two_facts_that_swapped_their_terms_swap_them_back(ruth):
    program = ProgramFactory.create()
    first, second = state(program, "track/women"), state(program, "track/men")
    before = everything()
    spare = term("track/veterans").pk
    mine = do(
        ruth,
        saved(first, term_id=spare),
        saved(second, term_id=first.term_id),
        saved(first, term_id=second.term_id),
    )
    revert([mine], ruth)
    assert everything() == before


def test_one_change_of_many_is_taken_back_alone(ruth):
    program = ProgramFactory.create()
    first, second = state(program, "track/women"), state(program, "track/men")
    mine = do(ruth, saved(first, answer="no"), saved(second, answer="no"))
    revert([mine], ruth, only=(FeatureFact, first.pk))
    answers = FeatureFact.objects.order_by("pk").values_list("answer", flat=True)
    assert list(answers) == ["yes", "no"]


def test_the_afternoon_of_a_person_is_taken_back_and_not_the_morning(ruth, omar):
    hope, trust = FacilityFactory.create(name="Hope"), FacilityFactory.create(name="Trust")
    noon = timezone.now()
    morning = do(ruth, saved(hope, website="https://example.org"))
    ChangeSet.objects.filter(pk=morning).update(created_at=noon - timedelta(hours=3))
    do(ruth, saved(hope, name="Hope 1"))
    do(ruth, saved(hope, name="Hope 2"))
    do(omar, saved(trust, name="Trust 1"))
    ChangeSet.objects.exclude(pk=morning).update(created_at=noon)
    outcome = revert_by(ruth, omar, since=noon, until=noon + timedelta(hours=5))
    names = Facility.objects.order_by("pk").values_list("name", "website")
    assert outcome.restored_count == 1
    assert list(names) == [("Hope", "https://example.org"), ("Trust 1", "")]


def test_a_return_is_recorded_and_can_be_taken_back(ruth, omar):
    facility = FacilityFactory.create(name="Hope")
    mine = do(ruth, saved(facility, name="Hope House"))
    after = everything()
    outcome = revert([mine], omar, note="Wrong house")
    assert outcome.change_set_id is not None
    returned = ChangeSet.objects.get(pk=outcome.change_set_id)
    assert (returned.kind, returned.user_id, returned.note) == (
        ChangeKind.REVERT,
        omar.pk,
        "Wrong house",
    )
    revert([returned.pk], ruth)
    assert everything() == after


def test_a_line_of_an_import_forgets_a_program_that_goes(ruth):
    made: list[Program] = []
    mine = do(ruth, lambda: made.append(ProgramFactory.create()))
    now = timezone.now()
    run = ImportRun.objects.create(
        source=SourceFactory.create(), status="applied", file_name="a.csv", edition=2023,
        started_at=now, finished_at=now,
    )  # fmt: skip
    item = ImportItem.objects.create(run=run, action="new", program=made[0])
    revert([mine], ruth)
    item.refresh_from_db()
    assert item.program_id is None


# ---- any sequence of writes

TRACKS = ("women", "men", "veterans")
WRITES = st.tuples(
    st.sampled_from(
        [
            "add program",
            "drop program",
            "rename",
            "move",
            "state",
            "unsay",
            "turn",
            "retell",
            "phone",
        ]
    ),
    st.integers(0, 3),
    st.integers(0, 3),
)


def pick(model, number: int):
    rows = list(model._default_manager.order_by("pk"))
    return rows[number % len(rows)] if rows else None


def write(name: str, first: int, second: int) -> None:
    """Make one write of the kind named, if there is a row for it."""
    facility, program, fact = pick(Facility, first), pick(Program, first), pick(FeatureFact, first)
    of = term(f"track/{TRACKS[second % len(TRACKS)]}")
    match name:
        case "add program":
            ProgramFactory.create(facility=facility)
        case "drop program" if program:
            program.delete()
        case "rename":
            Facility.objects.filter(pk=facility.pk).update(name=f"Name {second}", latitude=33)
        case "move" if program:
            Program.objects.filter(pk=program.pk).update(facility=pick(Facility, second))
        case "state" if program:
            tell(program, of)
        case "unsay" if fact:
            fact.delete()
        case "turn" if fact:
            FeatureFact.objects.filter(pk=fact.pk).update(answer=("yes", "no")[second % 2])
        case "retell" if fact:
            retell(fact, of)
        case "phone":
            list_phone(facility, f"+148055501{10 + second}")


def list_phone(facility: Facility, number: str) -> None:
    if not Phone.objects.filter(facility=facility, number=number).exists():
        PhoneFactory.create(facility=facility, number=number)


def tell(program: Program, of: Term) -> None:
    if not FeatureFact.objects.filter(program=program, term=of).exists():
        state(program, f"track/{of.slug}")


def retell(fact: FeatureFact, of: Term) -> None:
    taken = FeatureFact.objects.filter(program_id=fact.program_id, term=of).exists()
    if not taken:
        FeatureFact.objects.filter(pk=fact.pk).update(term=of)


def start() -> None:
    for _ in range(2):
        program = ProgramFactory.create()
        state(program, "track/women")
        state(program, "level_of_care/iop")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(WRITES, min_size=1, max_size=9))
def test_any_writes_taken_back_leave_every_row_as_it_was(ruth, writes):
    with transaction.atomic():
        start()
        before = everything()
        sets = [do(ruth, lambda w=w: write(*w)) for w in writes]
        after = everything()
        if after != before:
            outcome = revert(sets, ruth)
            assert (everything(), outcome.refused_count) == (before, 0)
            assert stored_rows() == recomputed_rows()
            assert outcome.change_set_id is not None
            revert([outcome.change_set_id], ruth)
            assert everything() == after
        transaction.set_rollback(True)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.booleans(), WRITES), min_size=2, max_size=9))
def test_rows_that_another_wrote_last_are_never_touched(ruth, omar, writes):
    with transaction.atomic():
        start()
        sets = [do(ruth if is_mine else omar, lambda w=w: write(*w)) for is_mine, w in writes]
        mine = [pk for pk, (is_mine, _) in zip(sets, writes, strict=True) if is_mine]
        theirs = written_last_by_others(mine)
        # Nothing may be left: their row is then the last one, and so it has to stand.
        with contextlib.suppress(NothingToRevertError):
            revert(mine, ruth)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        assert {key: row_of(*key) for key in theirs} == theirs
        assert stored_rows() == recomputed_rows()
        transaction.set_rollback(True)


def written_last_by_others(mine) -> dict[tuple[Any, int], Any]:
    """Return the rows as they are, or None, whose last event is of nobody's change set of mine."""
    keys = [
        (model, event.pgh_obj_id)
        for model, events in EVENT_MODELS.items()
        for event in events.objects.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
        if event.pgh_context_id not in mine
    ]
    return {key: row_of(*key) for key in keys}


def row_of(model, pk: int) -> dict[str, Any] | None:
    return model._default_manager.filter(pk=pk).values().first()
