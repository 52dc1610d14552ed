"""One program of a whole site made several, each fact where it was put, and back again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.enums import ListingStatus, ProgramScope
from programs.importers.federal_load import load_directory
from programs.models import Program, Term
from programs.models.history import TRACKED
from programs.upkeep.reverting import revert
from programs.upkeep.splitting import NotSplittableError, Part, split, units_of
from tests.clients import signed_in
from tests.directory_files import row, write_csv
from tests.factories import KeeperFactory, ProgramFactory, open_until, state, term
from tests.pages import page_of, words
from tests.test_projection import recomputed_rows, stored_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruth() -> User:
    return KeeperFactory.create().user


@pytest.fixture
def whole() -> Program:
    """A site that says IOP and long-term residential, Medicaid, and that IOP has room."""
    program = ProgramFactory.create()
    for path in ("level_of_care/iop", "level_of_care/residential_long", "payment/medicaid"):
        state(program, path)
    open_until(program, timezone.now() + timedelta(hours=5), "level_of_care/iop")
    return program


def keys(program: Program, *paths: str) -> frozenset[str]:
    ids = {term(path).pk for path in paths}
    return frozenset(str(u.key) for u in units_of(program) if u.key.term_id in ids)


def stated(program: Program) -> list[str]:
    return [unit.term.slug for unit in units_of(program)]


def everything() -> dict[str, list]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in TRACKED
    }


def test_each_fact_goes_where_it_was_put_and_the_rest_stays(whole, ruth):
    evenings = Part("Evenings", keys(whole, "level_of_care/iop", "payment/medicaid"))
    house = Part("The house", keys(whole, "level_of_care/residential_long", "payment/medicaid"))
    state(whole, "track/women")
    split(whole, [evenings, house], keeps_whole=True, user=ruth)
    made = {program.name: program for program in whole.parts.all()}
    assert stated(made["Evenings"]) == ["iop", "medicaid", "iop"]
    assert stated(made["The house"]) == ["residential_long", "medicaid"]
    assert stated(whole) == ["women"]
    assert {program.scope for program in made.values()} == {ProgramScope.PROGRAM}
    assert stored_rows() == recomputed_rows()


def test_without_the_whole_its_address_leads_to_the_first_part(whole, ruth, client):
    old = whole.get_absolute_url()
    split(
        whole,
        [Part("Evenings", keys(whole, "level_of_care/iop"))],
        keeps_whole=False,
        user=ruth,
    )
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (
        301, whole.parts.get().get_absolute_url(),
    )  # fmt: skip


def test_a_split_is_taken_back_byte_for_byte(whole, ruth):
    before = everything()
    parts = [
        Part("Evenings", keys(whole, "level_of_care/iop")),
        Part("The house", keys(whole, "level_of_care/residential_long", "payment/medicaid")),
    ]
    change_set_id = split(whole, parts, keeps_whole=False, user=ruth)
    revert([change_set_id], ruth)
    assert everything() == before
    assert stored_rows() == recomputed_rows()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "Name 1 to 12 programs."),
        (["A", " a "], "Two programs have the same name."),
        ([str(number) for number in range(13)], "Name 1 to 12 programs."),
    ],
)
def test_names_that_will_not_do_split_nothing(whole, ruth, names, message):
    parts = [Part(name, keys(whole, "level_of_care/iop")) for name in names]
    with pytest.raises(NotSplittableError) as refused:
        split(whole, parts, keeps_whole=True, user=ruth)
    assert str(refused.value) == message
    assert Program.objects.count() == 1


def test_a_part_without_facts_is_refused(whole, ruth):
    with pytest.raises(NotSplittableError, match="“Evenings” has no facts"):
        split(whole, [Part("Evenings", frozenset())], keeps_whole=True, user=ruth)


def test_facts_that_are_gone_split_nothing(whole, ruth):
    part = Part("Evenings", keys(whole, "level_of_care/iop"))
    whole.carefact_set.all().delete()
    whole.openings.all().delete()
    with pytest.raises(NotSplittableError, match="2 facts are not stated any more"):
        split(whole, [part], keeps_whole=True, user=ruth)


def test_a_release_leaves_to_the_parts_what_they_were_given(db, tmp_path, ruth):
    """The file says again that the site offers IOP: the part has it, the whole does not get it."""
    first = row(service_code_info="SA * OP OIT * MD PI * SP")
    load_directory(write_csv(tmp_path / "su_2022.csv", [first]))
    whole = Program.objects.get()
    split(
        whole,
        [Part("Evenings", keys(whole, "level_of_care/iop"))],
        keeps_whole=True,
        user=ruth,
    )
    second = row(service_code_info="SA * OP OIT * MD PI SF * SP")
    load_directory(write_csv(tmp_path / "su_2023.csv", [second]))
    assert "iop" not in stated(whole)
    assert "iop" in stated(whole.parts.get())
    assert "self_pay" in stated(whole)
    assert stored_rows() == recomputed_rows()


# The desk.


@pytest.fixture
def desk(ruth) -> Client:
    return signed_in(ruth)


def address(program: Program) -> str:
    return reverse("admin:programs_program_split", args=[program.pk])


def test_the_page_offers_a_part_for_each_level_of_care(desk, whole):
    page = page_of(desk.get(address(whole)))
    names = [field["value"] for field in page.select("[name=name]")]
    levels = [unit.term.label for unit in units_of(whole)[:2]]
    assert names == [*levels, ""]
    assert len(page.select("[name=part-0][checked]")) == 1


def test_a_program_is_split_on_the_desk(desk, whole):
    sent = {
        "name": ["Evenings", ""],
        "part-0": list(keys(whole, "level_of_care/iop")),
        "keeps_whole": "on",
    }
    response = desk.post(address(whole), sent, follow=True)
    assert "is split. See what changed, or take it back" in words(page_of(response))
    assert [program.name for program in whole.parts.all()] == ["Evenings"]


def test_what_was_typed_stays_on_the_page_with_the_error(desk, whole):
    response = desk.post(address(whole), {"name": ["Evenings", "evenings"], "part-0": ["x"]})
    page = page_of(response)
    assert response.status_code == 400
    assert [field["value"] for field in page.select("[name=name]")] == ["Evenings", "evenings"]
    assert Program.objects.get().status == ListingStatus.PUBLISHED


def test_the_page_asks_as_often_for_twenty_facts_as_for_one(desk, django_assert_num_queries):
    program = ProgramFactory.create()
    state(program, "level_of_care/iop")
    desk.get(address(program))
    with django_assert_num_queries(9):
        desk.get(address(program))
    for facet in ("track", "therapy"):
        for found in Term.objects.filter(facet__slug=facet).order_by("id")[:10]:
            state(program, f"{facet}/{found.slug}")
    with django_assert_num_queries(9):
        desk.get(address(program))
