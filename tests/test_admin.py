"""The keepers' desk: every page works, none asks the database per row, wrong facts are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from programs.enums import ChangeKind, FactKind, ImportAction, ImportStatus, Role
from programs.models import (
    CallSheet,
    Correction,
    DuplicatePair,
    Facet,
    Facility,
    FeatureFact,
    FederalRecord,
    ImportItem,
    ImportRun,
    Invitation,
    Organization,
    Program,
    Source,
    Term,
    change_set,
)
from programs.upkeep.invitations import invite
from programs.upkeep.reminders import record_bounce, send_link
from tests.admin_pages import FACT_PREFIXES, form_data, url
from tests.clients import queries_of, signed_in
from tests.factories import (
    ClaimFactory,
    CorrectionFactory,
    DraftFactory,
    FacilityFactory,
    KeeperFactory,
    OrganizationFactory,
    PhoneFactory,
    ProgramFactory,
    SourceFactory,
    UpdateLinkFactory,
    state,
    term,
)
from tests.pages import page_of

pytestmark = pytest.mark.django_db

OURS = [model for model in admin.site._registry if model._meta.app_label == "programs"]


@pytest.fixture
def keeper(db) -> Client:
    return signed_in(User.objects.create_superuser("keeper"))


def some_of_everything(count: int) -> None:
    """Make `count` rows of each model that has none of its own from the fixtures."""
    for number in range(count):
        with transaction.atomic(), change_set(kind=ChangeKind.COMMAND):
            program = ProgramFactory.create(
                facility=FacilityFactory.create(organization=OrganizationFactory.create())
            )
        PhoneFactory.create(facility=program.facility)
        CallSheet.objects.create(facility=program.facility)
        ClaimFactory.create(facility=program.facility)
        DraftFactory.create(facility=program.facility)
        DuplicatePair.objects.create(
            first=program.facility,
            second=FacilityFactory.create(),
            shared="same phone",
            name_likeness=90,
            found_at=timezone.now(),
        )
        CorrectionFactory.create(program=program, term=term("payment/medicaid"))
        state(program, "payment/medicaid")
        source = SourceFactory.create(slug=f"source-{number}")
        FederalRecord.objects.create(
            program=program,
            source=source,
            row_number=1,
            row={"name1": "A"},
            fingerprint="",
            missing_since=source,
        )
        run = import_run(source)
        ImportItem.objects.create(
            run=run, action=ImportAction.CHANGED, program=program, name="A", detail={"fields": {}}
        )
        KeeperFactory.create()
        reminder = send_link(UpdateLinkFactory.create(facility=program.facility), timezone.now())
        record_bounce(reminder.email, timezone.now())
        invite(f"ann{Invitation.objects.count()}@example.org", Role.EDITOR)


def import_run(source: Source, **counts: Any) -> ImportRun:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return ImportRun.objects.create(
        source=source, status=ImportStatus.APPLIED, file_name="directory.csv", file_sha256="",
        edition=2023, started_at=now, finished_at=now, counts=counts,
    )  # fmt: skip


# Every page answers, and asks as often for many rows as for one.


def test_each_list_asks_as_often_for_twenty_rows_as_for_one(keeper):
    def queries_of_each() -> dict[str, int]:
        return {model.__name__: queries_of(keeper, url(model, "changelist")) for model in OURS}

    some_of_everything(1)
    # The first page of a process reads what is then kept in memory.
    queries_of_each()
    at_one = queries_of_each()
    some_of_everything(19)
    assert queries_of_each() == at_one


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_a_search_in_a_list_answers(keeper, model):
    some_of_everything(1)
    assert queries_of(keeper, url(model, "changelist"), q="chandler 85225") > 0
    assert queries_of(keeper, url(model, "changelist"), q="480-555-0123") > 0


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_a_change_page_answers(keeper, model):
    some_of_everything(1)
    row = model._default_manager.order_by("pk")[0]
    assert queries_of(keeper, url(model, "change", row.pk)) > 0


@pytest.mark.parametrize("model", [Organization, Facility, Program, Facet, Term, Source])
def test_an_add_page_answers(keeper, model):
    assert queries_of(keeper, url(model, "add")) > 0


@pytest.mark.parametrize(
    ("model", "number"),
    [(Program, 7), (Facility, 6), (Term, 6), (ImportItem, 5), (ImportRun, 6), (Correction, 6)],
)
def test_a_list_takes_few_statements(keeper, model, number):
    some_of_everything(3)
    assert queries_of(keeper, url(model, "changelist")) == number


def state_many(program: Program, kind: FactKind, count: int) -> None:
    for one in Term.objects.filter(facet__kind=kind).select_related("facet")[:count]:
        state(program, f"{one.facet.slug}/{one.slug}")


def test_a_program_page_asks_as_often_for_sixty_facts_as_for_one(keeper):
    few, many = ProgramFactory.create(), ProgramFactory.create()
    for program, features, others in ((few, 1, 1), (many, 60, 12)):
        state_many(program, FactKind.FEATURE, features)
        for kind in (FactKind.CARE, FactKind.MEDICATION, FactKind.COVERAGE):
            state_many(program, kind, others)
    assert FeatureFact.objects.filter(program=many).count() == 60
    at_one = queries_of(keeper, url(Program, "change", few.pk))
    assert queries_of(keeper, url(Program, "change", many.pk)) == at_one


def test_saving_a_program_unchanged_asks_as_often_for_sixty_facts_as_for_one(keeper):
    few, many = ProgramFactory.create(), ProgramFactory.create()
    state_many(few, FactKind.FEATURE, 1)
    state_many(many, FactKind.FEATURE, 60)
    counted = []
    for program in (few, many):
        data = form_data(keeper.get(url(Program, "change", program.pk)))
        with CaptureQueriesContext(connection) as captured:
            response = keeper.post(url(Program, "change", program.pk), data)
        assert response.status_code == 302
        counted.append(len(captured))
    assert counted[0] == counted[1]


def test_a_facility_page_asks_as_often_for_many_phones_and_programs_as_for_one(keeper):
    few, many = FacilityFactory.create(), FacilityFactory.create()
    for facility, count in ((few, 1), (many, 12)):
        for _ in range(count):
            PhoneFactory.create(facility=facility)
            ProgramFactory.create(facility=facility)
    at_one = queries_of(keeper, url(Facility, "change", few.pk))
    assert queries_of(keeper, url(Facility, "change", many.pk)) == at_one


def test_an_organization_page_asks_as_often_for_many_facilities_as_for_one(keeper):
    few, many = OrganizationFactory.create(), OrganizationFactory.create()
    for organization, count in ((few, 1), (many, 12)):
        for _ in range(count):
            FacilityFactory.create(organization=organization)
    at_one = queries_of(keeper, url(Organization, "change", few.pk))
    assert queries_of(keeper, url(Organization, "change", many.pk)) == at_one


def test_the_sample_s_pages_all_answer(keeper):
    call_command("load_sample", today=date(2026, 3, 1), verbosity=0)
    program = Program.objects.order_by("id")[0]
    for fact_prefix in FACT_PREFIXES:
        page = keeper.get(url(Program, "change", program.pk)).content.decode()
        assert f'name="{fact_prefix}_set-0-term"' in page


# Loads are read, not edited.


@pytest.mark.parametrize("model", [ImportRun, ImportItem])
def test_what_a_load_did_cannot_be_changed(keeper, model):
    some_of_everything(1)
    row = model.objects.get()
    assert keeper.get(url(ImportItem, "add")).status_code == 403
    assert keeper.post(url(model, "change", row.pk), {}).status_code == 403
    assert keeper.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [Program, Facility, Facet, Term, Source])
def test_rows_that_others_count_on_cannot_be_deleted(keeper, model):
    some_of_everything(1)
    row = model.objects.order_by("pk")[0]
    assert keeper.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_a_term_of_our_own_can_be_added_and_then_searched_for(keeper):
    facet = Facet.objects.get(slug="therapy")
    response = keeper.post(
        url(Term, "add"),
        {
            "facet": facet.pk, "slug": "kite_flying", "label": "Kite flying",
            "definition": "You fly kites.", "synonyms": "kite, kites", "position": 99,
            "open_hours": 48, "wait_hours": 168,
        },
    )  # fmt: skip
    assert response.status_code == 302
    added = Term.objects.get(slug="kite_flying")
    assert added.synonyms == ["kite", "kites"]
    assert added.slots.count() == 1


def test_a_browser_may_name_the_origin_of_the_login_form(client):
    """Without this, "no-referrer" makes it "null", and every form of the admin is refused."""
    for address in (reverse("admin:login"), url(Program, "changelist")):
        page = client.get(address, follow=True).content.decode()
        assert '<meta name="referrer" content="same-origin">' in page


def test_a_program_without_a_federal_record_shows_none(keeper):
    program = ProgramFactory.create()
    context = keeper.get(url(Program, "change", program.pk)).context
    assert [len(inline.formset.forms) for inline in context["inline_admin_formsets"]] == [0] * 6


@pytest.mark.parametrize("query", ["status__exact=%00", "is=%00", "p=%00", "%00=1"])
def test_a_nul_in_the_address_of_a_list_is_a_bad_request(keeper, query):
    assert keeper.get(f"{url(Program, 'changelist')}?{query}").status_code == 400


def test_every_input_of_a_table_of_inputs_says_what_it_is(keeper):
    program = ProgramFactory.create()
    PhoneFactory.create(facility=program.facility)
    for row in (program, program.facility):
        page = page_of(keeper.get(url(type(row), "change", row.pk)))
        inputs = page.select(".tabular :is(input:not([type=hidden]), select)")
        named = {str(each["name"]) for each in inputs if each.get("aria-label")}
        # The box for deleting a row is Django's own.
        bare = {str(each["name"]) for each in inputs} - named
        assert {name for name in bare if not name.endswith("-DELETE")} == set()
        assert named != set()


def test_a_listing_leads_to_its_phones_and_its_call_sheet(keeper):
    program = ProgramFactory.create()
    sheet = reverse("admin:programs_callsheet_sheet", args=[program.facility_id])
    facility = url(Facility, "change", program.facility_id)
    page = page_of(keeper.get(url(Program, "change", program.pk)))
    assert [link["href"] for link in page.select(".object-tools a")][:2] == [facility, sheet]
    page = page_of(keeper.get(facility))
    assert [link["href"] for link in page.select(".object-tools a")][:1] == [sheet]
