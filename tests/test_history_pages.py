"""The history as keepers see it: of a listing, of a change, and what is taken back from there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from programs.enums import ChangeKind, Role
from programs.models import (
    CareFact,
    ChangeSet,
    ConfidentialAddress,
    Facility,
    ImportRun,
    Organization,
    Program,
    change_set,
)
from programs.models.history import EVENT_MODELS
from programs.upkeep.history import PAGE_SIZE, history_of
from tests.clients import signed_in
from tests.factories import (
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    OrganizationFactory,
    PhoneFactory,
    ProgramFactory,
    state,
)
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db
CHANGES = reverse("admin:programs_changeset_changelist")


@pytest.fixture
def ruth():
    return KeeperFactory.create(role=Role.EDITOR).user


@pytest.fixture
def desk(ruth):
    return signed_in(ruth)


def do(user, write, *, kind=ChangeKind.ADMIN, note="", at=None, **labels):
    """Make a write in one change set, at a time if told: in a test all is of one transaction."""
    with transaction.atomic(), change_set(user, kind=kind, note=note, **labels) as own:
        write()
    if at:
        ChangeSet.objects.filter(pk=own).update(created_at=at)
        for events in EVENT_MODELS.values():
            events.objects.filter(pgh_context_id=own).update(pgh_created_at=at)
    return own


def renamed(facility, name):
    return lambda: Facility.objects.filter(pk=facility.pk).update(name=name)


def history_url(row):
    return reverse(f"admin:programs_{row._meta.model_name}_history", args=[row.pk])


def test_a_change_is_told_field_by_field_in_words(ruth):
    program = ProgramFactory.create()
    fact = state(program, "level_of_care/iop", hours_per_week_min=9)
    at = timezone.now() + timedelta(hours=1)
    do(
        ruth,
        lambda: CareFact.objects.filter(pk=fact.pk).update(answer="no", hours_per_week_min=None),
        note="Called them",
        at=at,
    )
    newest = history_of(program.facility, ruth).changes[0]
    assert (newest.at, newest.kind, newest.who, newest.note) == (
        at, "Keepers' desk", ruth.username, "Called them",
    )  # fmt: skip
    (row,) = newest.rows
    assert (row.verb, row.source, row.listing) == ("changed", "Test survey", str(program))
    assert row.title == f"{fact.term.facet}: {fact.term}"
    assert [(f.label, f.before, f.after) for f in row.fields] == [
        ("answer", "Yes", "No"),
        ("hours a week, from", "9", ""),
    ]


def test_the_first_appearance_of_every_fact_is_told(ruth):
    program = ProgramFactory.create()
    fact = state(program, "track/women")
    PhoneFactory.create(facility=program.facility, number="+14805550101")
    (change,) = history_of(program.facility, ruth).changes
    assert change.kind == "Past the site, in the database"
    told = {row.title: (row.verb, row.source) for row in change.rows}
    assert told[f"{fact.term.facet}: {fact.term}"] == ("added", "Test survey")
    assert told["phone: (480) 555-0101"][0] == "added"
    assert told[f"facility: {program.facility.name}"] == ("added", "")


def test_what_was_deleted_with_its_program_stays_in_the_history_of_the_facility(ruth):
    program = ProgramFactory.create()
    state(program, "track/women")
    facility = program.facility
    do(ruth, program.delete, at=timezone.now() + timedelta(hours=1))
    rows = history_of(facility, ruth).changes[0].rows
    assert sorted(row.table for row in rows) == ["featurefact", "program"]
    assert {row.verb for row in rows} == {"removed"}


def test_facts_that_a_newer_source_only_says_again_are_told_apart(ruth):
    program = ProgramFactory.create()
    fact = state(program, "level_of_care/iop")
    again = lambda: CareFact.objects.filter(pk=fact.pk).update(reported_on="2024-01-01")  # noqa: E731
    do(ruth, again, at=timezone.now() + timedelta(hours=1))
    newest = history_of(program.facility, ruth).changes[0]
    assert (newest.rows, len(newest.restated)) == ([], 1)


def test_a_confidential_address_is_told_only_to_those_who_may_see_it(ruth):
    facility = FacilityFactory.create(street1="9 Hidden Lane")
    do(
        ruth,
        lambda: (
            ConfidentialAddress.objects.create(facility=facility, street1="9 Hidden Lane"),
            Facility.objects.filter(pk=facility.pk).update(
                address_is_public=False, street1="", zip_code="", location_precision="county"
            ),
        ),
    )
    assert "9 Hidden Lane" in repr(history_of(facility, ruth))
    for viewer in (AnonymousUser(), MembershipFactory.create().keeper.user):
        told = repr(history_of(facility, viewer))
        assert "confidential address" in told
        assert "Hidden Lane" not in told


def test_the_history_asks_as_often_for_twenty_changes_as_for_one(ruth, desk):
    counts = []
    for many in (1, 19):
        program = ProgramFactory.create(facility__organization=OrganizationFactory.create())
        fact = state(program, "level_of_care/iop")
        for number in range(many):
            write = lambda n=number, f=fact: CareFact.objects.filter(pk=f.pk).update(  # noqa: E731
                hours_per_week_min=n
            )
            do(ruth, write, at=timezone.now() + timedelta(hours=number + 1))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(history_url(program)).status_code == 200
        counts.append(len(queries))
    assert counts == [13, 13]


def test_the_history_is_paged_newest_first(ruth, desk):
    facility = FacilityFactory.create()
    for number in range(PAGE_SIZE + 2):
        do(
            ruth,
            renamed(facility, f"Name {number}"),
            at=timezone.now() + timedelta(hours=number + 1),
        )
    first, second = history_of(facility, ruth), history_of(facility, ruth, page=2)
    assert [len(first.changes), len(second.changes)] == [PAGE_SIZE, 3]
    assert (first.has_next, second.has_next) == (True, False)
    assert first.changes[0].rows[0].fields[0].after == f"Name {PAGE_SIZE + 1}"
    page = page_of(desk.get(history_url(facility), {"page": 2}))
    assert [link.text for link in page.select(".paginator a")] == ["Newer"]


@pytest.mark.parametrize("page", ["0", "x", "-1", "99999999999"])
def test_a_page_that_cannot_be_is_not_found(desk, page):
    assert desk.get(history_url(FacilityFactory.create()), {"page": page}).status_code == 404


def test_a_save_at_the_desk_is_recorded_with_its_note(ruth, desk):
    organization = OrganizationFactory.create(name="Hope")
    form = {"name": "Hope Inc", "website": "", "_note": " They told me ",
            "facilities-TOTAL_FORMS": 0, "facilities-INITIAL_FORMS": 0,
            "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}  # fmt: skip
    address = reverse("admin:programs_organization_change", args=[organization.pk])
    assert desk.post(address, form).status_code == 302
    event = EVENT_MODELS[Organization].objects.get(pgh_label="update")
    found = ChangeSet.objects.get(pk=event.pgh_context_id)
    assert (found.kind, found.user_id, found.note) == (ChangeKind.ADMIN, ruth.pk, "They told me")


def test_recent_changes_are_found_by_person_way_and_day(ruth, desk):
    other = KeeperFactory.create().user
    facility = FacilityFactory.create()
    do(ruth, renamed(facility, "A"), note="first", at=timezone.now() - timedelta(days=9))
    do(ruth, renamed(facility, "B"), note="second", kind=ChangeKind.VERIFICATION)
    do(other, renamed(facility, "C"), note="third")

    def notes(**query):
        response = desk.get(CHANGES, query)
        return {cell.text for cell in page_of(response).select("td.field-note")}

    today = timezone.now().date()
    assert notes() == {"first", "second", "third"}
    assert notes(person=ruth.pk) == {"first", "second"}
    assert notes(person="nobody") == set()
    assert notes(kind="verification") == {"second"}
    assert notes(created_at__gte=today.isoformat()) == {"second", "third"}


def test_the_list_asks_as_often_for_twenty_changes_as_for_one(ruth, desk):
    facility = FacilityFactory.create()
    counts = []
    for many in (1, 19):
        for number in range(many):
            do(ruth, renamed(facility, f"{many} {number}"))
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(CHANGES).status_code == 200
        counts.append(len(queries))
    assert counts == [8, 8]


def test_a_change_is_looked_at_and_taken_back(ruth, desk):
    facility = FacilityFactory.create(name="Hope")
    mine = do(ruth, renamed(facility, "Hope House"))
    detail = page_of(desk.get(reverse("admin:programs_changeset_change", args=[mine])))
    link = str(only(detail, "a.button")["href"])
    preview = page_of(desk.get(link))
    assert [cell.text.strip() for cell in preview.select(".changes td")] == [
        "name", "Hope House", "Hope",
    ]  # fmt: skip
    assert Facility.objects.get().name == "Hope House"
    response = desk.post(link, {"_note": "Wrong house"}, follow=True)
    assert "1 line is again as it was." in response.content.decode()
    assert Facility.objects.get().name == "Hope"
    assert ChangeSet.objects.filter(metadata__note="Wrong house").count() == 1


def test_taking_back_twice_says_that_nothing_is_left(ruth, desk):
    facility = FacilityFactory.create(name="Hope")
    mine = do(ruth, renamed(facility, "Hope House"))
    link = reverse("admin:programs_changeset_revert", args=[mine])
    desk.post(link)
    response = desk.post(link, follow=True)
    assert "There is nothing left to take back." in response.content.decode()
    assert Facility.objects.get().name == "Hope"


def test_one_row_of_a_change_is_taken_back(ruth, desk):
    hope, trust = FacilityFactory.create(name="Hope"), FacilityFactory.create(name="Trust")
    mine = do(ruth, lambda: (renamed(hope, "Hope 1")(), renamed(trust, "Trust 1")()))
    address = reverse("admin:programs_changeset_revert", args=[mine])
    desk.post(f"{address}?row=facility-{hope.pk}")
    assert list(Facility.objects.order_by("pk").values_list("name", flat=True)) == [
        "Hope", "Trust 1",
    ]  # fmt: skip


@pytest.mark.parametrize("row", ["x", "user-1", "facility-x", "facility-" + "9" * 25])
def test_a_row_that_there_cannot_be_is_not_found(ruth, desk, row):
    mine = do(ruth, renamed(FacilityFactory.create(name="Hope"), "Hope House"))
    address = reverse("admin:programs_changeset_revert", args=[mine])
    assert desk.get(address, {"row": row}).status_code == 404


@pytest.mark.parametrize("row", ["facility", "facility-x", "user-1", "nothing-1", "searchrow-1"])
def test_a_row_that_cannot_be_is_not_found(ruth, desk, row):
    mine = do(ruth, renamed(FacilityFactory.create(), "A"))
    address = reverse("admin:programs_changeset_revert", args=[mine])
    assert desk.get(address, {"row": row}).status_code == 404


def test_the_afternoon_of_a_person_is_taken_back(ruth, desk):
    omar = KeeperFactory.create().user
    facility = FacilityFactory.create(name="Hope")
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    do(omar, renamed(facility, "Morning"), at=day + timedelta(hours=9))
    do(omar, renamed(facility, "Afternoon"), at=day + timedelta(hours=14))
    query = {
        "person": omar.pk,
        "since_0": day.date().isoformat(), "since_1": "12:00",
        "until_0": day.date().isoformat(), "until_1": "18:00",
    }  # fmt: skip
    address = reverse("admin:programs_changeset_person", query=query)
    assert "1 line would be" in desk.get(address).content.decode()
    desk.post(address)
    assert Facility.objects.get().name == "Morning"


def test_a_time_that_ends_before_it_starts_is_refused(ruth, desk):
    day = timezone.now().date().isoformat()
    query = {
        "person": ruth.pk,
        "since_0": day,
        "since_1": "12:00",
        "until_0": day,
        "until_1": "9:00",
    }
    page = page_of(desk.get(reverse("admin:programs_changeset_person", query=query)))
    assert words(page, ".errorlist") == "This is not after where it starts."


def test_an_import_is_taken_back_by_administrators_alone(ruth, desk):
    facility = FacilityFactory.create(name="Hope")
    mine = do(None, renamed(facility, "Hope House"), kind=ChangeKind.IMPORT)
    address = reverse("admin:programs_changeset_revert", args=[mine])
    assert [desk.get(address).status_code, desk.post(address).status_code] == [403, 403]
    desk.force_login(KeeperFactory.create(role=Role.ADMINISTRATOR).user)
    assert desk.get(address).status_code == 200


@pytest.mark.parametrize(
    ("kind", "label", "says"),
    [
        (
            ChangeKind.IMPORT,
            "run",
            "This is a load of 1 changes: take it back with Undo on its page.",
        ),
        (
            ChangeKind.UNDO,
            "undone",
            "An undo took back 1 changes: plan the file again on its page.",
        ),
    ],
)
def test_a_large_load_is_taken_back_on_its_own_page(ruth, monkeypatch, kind, label, says):
    run = ImportRun.objects.create(status="applied", file_name="su.csv", started_at=timezone.now())
    facility = FacilityFactory.create(name="Hope")
    mine = do(ruth, renamed(facility, "Hope House"), kind=kind, **{label: run.pk})
    client = Client()
    client.force_login(KeeperFactory.create(role=Role.ADMINISTRATOR).user)
    revert = reverse("admin:programs_changeset_revert", args=[mine])
    day = timezone.now().date().isoformat()
    hours = {"since_0": day, "since_1": "0:00", "until_0": day, "until_1": "23:59:59"}
    person = reverse("admin:programs_changeset_person", query={"person": ruth.pk} | hours)
    assert [client.get(address).status_code for address in (revert, person)] == [200, 200]
    monkeypatch.setattr("programs.upkeep.history.MOST_OF_A_LOAD", 0)
    for address in (revert, person):
        for response in (client.get(address, follow=True), client.post(address, follow=True)):
            assert response.redirect_chain[-1][0] == reverse(
                "admin:programs_importrun_change", args=[run.pk]
            )
            assert [str(message) for message in response.context["messages"]] == [says]
    facility.refresh_from_db()
    assert facility.name == "Hope House"
    # One row of it is looked at as ever.
    assert client.get(revert, {"row": f"facility-{facility.pk}"}).status_code == 200


def test_who_may_not_see_the_desk_sees_no_history():
    client = Client()
    client.force_login(MembershipFactory.create().keeper.user)
    program = ProgramFactory.create()
    for address in (history_url(program), CHANGES, reverse("admin:programs_changeset_person")):
        assert client.get(address).status_code == 302
    assert Program.objects.count() == 1
