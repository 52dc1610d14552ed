"""Two listings of one place: found, laid side by side, merged, and taken apart again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.enums import ListingStatus, SourceKind
from programs.models import Correction, DuplicatePair, Facility, FederalRecord, Program
from programs.models.history import TRACKED
from programs.search.criteria import SearchCriteria
from programs.search.engine import search
from programs.search.vocabulary import site_state
from programs.upkeep.duplicates import find_duplicates, next_open, part
from programs.upkeep.merging import (
    ChangedMeanwhileError,
    NotMergeableError,
    Taken,
    compare,
    merge,
)
from programs.upkeep.reverting import preview_revert, revert
from tests.clients import signed_in
from tests.factories import (
    CorrectionFactory,
    FacilityFactory,
    KeeperFactory,
    OrganizationFactory,
    PhoneFactory,
    ProgramFactory,
    SourceFactory,
    open_until,
    state,
)
from tests.pages import only, page_of, words
from tests.test_projection import recomputed_rows, stored_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruth() -> User:
    return KeeperFactory.create().user


def listed(name: str, **fields) -> Facility:
    facility = FacilityFactory.create(name=name, **fields)
    ProgramFactory.create(facility=facility)
    return facility


def program_of(facility: Facility) -> Program:
    return Program.objects.get(facility=facility)


@pytest.fixture
def pair(ruth):
    """Desert Clinic twice, at one door with one number."""
    first = listed("Desert Clinic")
    second = listed("Desert Clinic Inc", website="https://clinic.example.org/")
    for facility in (first, second):
        PhoneFactory.create(facility=facility, number="+14805550101")
    find_duplicates(timezone.now())
    return DuplicatePair.objects.get()


def everything() -> dict[str, list]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in TRACKED
    }


def shared() -> list[tuple[str, str, str]]:
    pairs = DuplicatePair.objects.open().likeliest_first().select_related("first", "second")
    return [(pair.first.name, pair.second.name, pair.shared) for pair in pairs]


def merged(first: Facility, second: Facility, user: User, **taken):
    digest = compare(first, second).digest
    return merge(first, second, Taken(**taken), digest=digest, user=user)


# What is taken for one place.

#: Statements that write pairs, where there are new ones.
NEW_PAIRS = 1


def test_one_door_and_one_phone_make_a_likely_pair(pair):
    assert shared() == [
        ("Desert Clinic", "Desert Clinic Inc", "same address, same phone, same name")
    ]


def test_houses_of_one_body_are_no_pair():
    for street in ("1 Main Street", "900 Elm Street"):
        facility = listed("Groups Together", street1=street, latitude=33.3 + len(street) / 100)
        PhoneFactory.create(facility=facility, number="+14805550101")
    assert find_duplicates(timezone.now()).open_count == 0


def test_the_program_for_men_is_not_that_for_women():
    for name in ("Desert House Men", "Desert House Women"):
        PhoneFactory.create(facility=listed(name), number="+14805550101")
    assert find_duplicates(timezone.now()).open_count == 0


def test_one_gone_from_the_list_may_have_moved_to_another():
    old = listed("Desert Clinic", street1="900 Elm Street", latitude=33.5)
    new = listed("Desert Clinic")
    for facility in (old, new):
        PhoneFactory.create(facility=facility, number="+14805550101")
    release = SourceFactory.create()
    FederalRecord.objects.create(
        program=program_of(old), source=release, row_number=1, row={}, missing_since=release
    )
    find_duplicates(timezone.now())
    assert shared() == [("Desert Clinic", "Desert Clinic", "same phone, same name")]


def test_a_hidden_address_is_never_compared():
    for name in ("Desert House", "Desert House Inc"):
        hidden = {"street1": "", "zip_code": "", "location_precision": "none"}
        facility = listed(name, address_is_public=False, latitude=None, longitude=None, **hidden)
        PhoneFactory.create(facility=facility, number="+14805550101")
    assert find_duplicates(timezone.now()).open_count == 0


def test_looking_again_finds_nothing_new(pair):
    found = find_duplicates(timezone.now())
    assert (found.new_count, found.open_count) == (0, 1)


def test_a_pair_that_was_parted_is_never_offered_again(pair, ruth):
    part(pair.pk, user=ruth, now=timezone.now())
    found = find_duplicates(timezone.now())
    assert (found.new_count, found.open_count) == (0, 0)
    assert DuplicatePair.objects.get().parted_by == ruth


def test_a_pair_that_is_alike_no_more_leaves_the_queue(pair, django_assert_num_queries):
    Facility.objects.filter(pk=pair.second_id).update(
        name="Sunrise", street1="7 Elm Street", latitude=33.5
    )
    with django_assert_num_queries(10):
        find_duplicates(timezone.now())
    assert DuplicatePair.objects.count() == 0


def test_finding_takes_as_many_statements_for_many_as_for_one(pair, django_assert_num_queries):
    find_duplicates(timezone.now())
    with django_assert_num_queries(9):
        find_duplicates(timezone.now())
    for number in range(10):
        for name in ("Hill Clinic", "Hill Clinic Inc"):
            listed(f"{name} {number}", street1=f"{number} Hill Street", latitude=34 + number / 10)
    with django_assert_num_queries(9 + NEW_PAIRS):
        assert find_duplicates(timezone.now()).open_count == 11


# Merging.


def test_the_other_listing_is_found_no_more_and_its_address_leads_on(pair, ruth, client):
    old = program_of(pair.second).get_absolute_url()
    merged(pair.first, pair.second, ruth)
    response = client.get(old)
    survivor = program_of(pair.first)
    assert (response.status_code, response["Location"]) == (301, survivor.get_absolute_url())
    results = search(SearchCriteria(), site_state().vocabulary)
    assert [match.program_id for match in results.matches] == [survivor.pk]
    assert stored_rows() == recomputed_rows()


def test_what_was_merged_before_leads_on_in_one_step(pair, ruth, client):
    third = listed("Desert Clinic of Chandler")
    oldest = program_of(pair.second).get_absolute_url()
    merged(pair.first, pair.second, ruth)
    merged(third, pair.first, ruth)
    response = client.get(oldest)
    assert response["Location"] == program_of(third).get_absolute_url()


def test_only_what_was_chosen_is_taken(pair, ruth):
    extra = PhoneFactory.create(facility=pair.second, number="+14805550199")
    PhoneFactory.create(facility=pair.second, number="+14805550198")
    merged(
        pair.first, pair.second, ruth, fields=frozenset(["website"]), phones=frozenset([extra.pk])
    )
    survivor = Facility.objects.get(pk=pair.first_id)
    assert (survivor.name, survivor.website) == ("Desert Clinic", "https://clinic.example.org/")
    numbers = survivor.phones.order_by("position").values_list("number", flat=True)
    assert [str(number) for number in numbers] == ["+14805550101", "+14805550199"]


def test_a_fact_is_taken_whole_with_its_source_and_dates(pair, ruth):
    ours, theirs = program_of(pair.first), program_of(pair.second)
    state(ours, "medication/methadone", relation="taper_only")
    facility_said = SourceFactory.create(slug="facility", kind=SourceKind.FACILITY)
    state(
        theirs,
        "medication/methadone",
        relation="starts_and_continues",
        source=facility_said,
        confirmed_on=date(2026, 1, 2),
    )
    [unit] = compare(pair.first, pair.second).differing
    assert unit.is_better_there
    merged(pair.first, pair.second, ruth, units=frozenset([str(unit.key)]))
    [fact] = ours.medicationfact_set.all()
    assert (fact.relation, fact.source, fact.reported_on, fact.confirmed_on) == (
        "starts_and_continues", facility_said, date(2023, 1, 1), date(2026, 1, 2),
    )  # fmt: skip
    assert stored_rows() == recomputed_rows()


def test_comparing_takes_eleven_statements_whatever_is_stated(pair, django_assert_num_queries):
    for facility in Facility.objects.all():
        facility.organization = OrganizationFactory.create()
        facility.save()
    for term in ("track/women", "track/men", "payment/medicaid"):
        state(program_of(pair.second), term)
    first, second = Facility.objects.get(pk=pair.first_id), Facility.objects.get(pk=pair.second_id)
    with django_assert_num_queries(11):
        compare(first, second)


def test_what_only_one_states_is_kept_and_the_nearer_source_counts(pair):
    ours, theirs = program_of(pair.first), program_of(pair.second)
    staff = SourceFactory.create(slug="test-staff", kind=SourceKind.STAFF)
    state(theirs, "track/women")
    state(ours, "payment/medicaid", source=staff)
    state(theirs, "payment/medicaid", relation="does_not_accept", reported_on=date(2025, 1, 1))
    state(ours, "level_of_care/iop")
    state(theirs, "level_of_care/iop", source=staff)
    units = {str(unit.term.slug): unit for unit in compare(pair.first, pair.second).units}
    assert {slug: (unit.is_agreed, unit.is_better_there) for slug, unit in units.items()} == {
        "women": (False, True),
        "medicaid": (False, False),
        "iop": (True, True),
    }


def test_open_reports_about_the_other_listing_are_about_the_survivor(pair, ruth):
    opened = CorrectionFactory.create(program=program_of(pair.second))
    merged(pair.first, pair.second, ruth)
    assert Correction.objects.get(pk=opened.pk).program == program_of(pair.first)


def test_a_merge_is_taken_back_byte_for_byte(pair, ruth, client):
    state(program_of(pair.second), "track/women")
    open_until(program_of(pair.second), timezone.now() + timedelta(hours=5))
    PhoneFactory.create(facility=pair.second, number="+14805550199")
    pair.first.organization = OrganizationFactory.create()
    pair.first.save()
    before = everything()
    found = compare(pair.first, pair.second)
    change_set_id = merged(
        pair.first, pair.second, ruth,
        fields=frozenset(name for name, _ours, _theirs in found.fields),
        phones=frozenset(phone.pk for phone in found.new_phones),
        units=frozenset(str(unit.key) for unit in found.units),
    )  # fmt: skip
    assert everything() != before
    assert preview_revert([change_set_id], ruth).refused_count == 0
    revert([change_set_id], ruth)
    assert everything() == before
    assert client.get(program_of(pair.second).get_absolute_url()).status_code == 200
    assert stored_rows() == recomputed_rows()
    assert shared() != []


def test_a_comparison_that_is_out_of_date_merges_nothing(pair, ruth):
    digest = compare(pair.first, pair.second).digest
    state(program_of(pair.second), "track/women")
    before = everything()
    with pytest.raises(ChangedMeanwhileError):
        merge(pair.first, pair.second, Taken(), digest=digest, user=ruth)
    assert everything() == before


def test_the_second_of_two_editors_is_told_that_the_pair_is_merged(pair, ruth):
    digest = compare(pair.first, pair.second).digest
    merged(pair.first, pair.second, ruth)
    with pytest.raises(NotMergeableError, match=r"Desert Clinic Inc is not listed any more\."):
        merge(pair.first, pair.second, Taken(), digest=digest, user=ruth)


def test_a_listing_with_several_programs_is_not_merged(pair):
    ProgramFactory.create(facility=pair.second, name="Evenings")
    with pytest.raises(NotMergeableError, match=r"Desert Clinic Inc has several listed programs\."):
        compare(pair.first, pair.second)


def test_a_hidden_address_is_not_merged(pair):
    Facility.objects.filter(pk=pair.second_id).update(
        address_is_public=False, street1="", zip_code="", latitude=None, longitude=None,
        location_precision="none",
    )  # fmt: skip
    with pytest.raises(NotMergeableError, match="confidential"):
        compare(pair.first, Facility.objects.get(pk=pair.second_id))


# The desk.


@pytest.fixture
def desk(ruth) -> Client:
    return signed_in(ruth)


def address(pair: DuplicatePair) -> str:
    return reverse("admin:programs_duplicatepair_change", args=[pair.pk])


def test_a_pair_is_merged_on_the_desk_the_way_round_that_was_chosen(desk, pair):
    state(program_of(pair.first), "track/women")
    page = page_of(desk.get(f"{address(pair)}?keep={pair.second_id}"))
    form = only(page, "#content-main form")
    sent = {
        "keep": only(form, "[name=keep]")["value"],
        "digest": only(form, "[name=digest]")["value"],
        "unit": [box["value"] for box in form.select("[name=unit][checked]")],
        "merge": "Merge",
    }
    response = desk.post(address(pair), sent, follow=True)
    assert "Merged: Desert Clinic now leads to Desert Clinic Inc." in words(page_of(response))
    first, second = program_of(pair.first), program_of(pair.second)
    assert (first.status, first.merged_into) == (ListingStatus.CLOSED, second)
    assert [str(fact.term) for fact in second.featurefact_set.all()] == ["Women"]


def test_a_pair_is_parted_on_the_desk_and_the_next_one_follows(desk, pair):
    for name in ("Hill Clinic", "Hill Clinic Inc"):
        listed(name, street1="9 Hill Street", latitude=34)
    find_duplicates(timezone.now())
    following = next_open(pair)
    assert following
    response = desk.post(address(pair), {"part": "1"})
    assert response["Location"] == address(following)
    assert [pair.first.name for pair in DuplicatePair.objects.open()] == ["Hill Clinic"]


@pytest.mark.parametrize("value", ["", "x", "999999", "1' OR 1"])
def test_a_pair_with_a_wrong_side_keeps_the_first(desk, pair, value):
    page = page_of(desk.get(address(pair), {"keep": value}))
    assert only(page, "[name=keep]")["value"] == str(pair.first_id)


def test_a_forged_choice_takes_nothing(desk, pair):
    digest = compare(pair.first, pair.second).digest
    desk.post(
        address(pair),
        {"keep": pair.first_id, "digest": digest, "field": ["id", "is_invented"],
         "phone": ["x", "99999999"], "unit": ["carefact-1-", "x"], "merge": "1"},
    )  # fmt: skip
    assert program_of(pair.second).merged_into == program_of(pair.first)
    assert Facility.objects.get(pk=pair.first_id).name == "Desert Clinic"


def test_the_queue_and_a_pair_ask_as_often_for_twenty_as_for_one(
    desk, pair, django_assert_num_queries
):
    queue = reverse("admin:programs_duplicatepair_changelist") + "?is=open"
    # The first page of a process reads what is then kept in memory.
    desk.get(queue)
    desk.get(address(pair))
    with django_assert_num_queries(5):
        desk.get(queue)
    with django_assert_num_queries(14):
        desk.get(address(pair))
    for number in range(19):
        for name in ("Hill Clinic", "Hill Clinic Inc"):
            listed(f"{name} {number}", street1=f"{number} Hill Street", latitude=34 + number / 10)
    find_duplicates(timezone.now())
    with django_assert_num_queries(5):
        desk.get(queue)
    # One more: the next pair, of which there was none.
    with django_assert_num_queries(15):
        desk.get(address(pair))
