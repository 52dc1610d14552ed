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

from programs.admin.finding import phone_digits
from programs.enums import ChangeKind, FactKind, ImportAction, ImportStatus, Role, SourceKind
from programs.models import (
    CallSheet,
    CareFact,
    ConfidentialAddress,
    Correction,
    DuplicatePair,
    Facet,
    Facility,
    FeatureFact,
    FederalRecord,
    ImportItem,
    ImportRun,
    Invitation,
    MedicationFact,
    Organization,
    Program,
    Source,
    Term,
    change_set,
)
from programs.upkeep.invitations import invite
from programs.upkeep.reminders import record_bounce, send_link
from tests.factories import (
    ClaimFactory,
    CorrectionFactory,
    DraftFactory,
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
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
FACT_PREFIXES = ("carefact", "medicationfact", "coveragefact", "featurefact")


@pytest.fixture
def keeper(db) -> Client:
    """Return a client logged in as a superuser, without the cost of hashing a password."""
    client = Client()
    client.force_login(User.objects.create_superuser("keeper"))
    return client


def url(model: Any, page: str, *args: Any) -> str:
    name = model if isinstance(model, str) else model._meta.model_name
    return reverse(f"admin:programs_{name}_{page}", args=args)


def queries_of(client: Client, address: str, **data: Any) -> int:
    """Return how many statements a page takes; it has to answer 200."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address, data)
    assert response.status_code == 200
    return len(captured)


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
        data = form_data(keeper, program)
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


# Finding.


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("480-555-0123", "4805550123"),
        ("(480) 555 0123", "4805550123"),
        ("+1 480.555.0123", "14805550123"),
        ("555-0123", "5550123"),
        ("85225", ""),
        ("Route 66 5550123", ""),
        ("", ""),
    ],
)
def test_a_phone_number_is_told_from_other_words(typed, digits):
    assert phone_digits(typed) == digits


@pytest.mark.parametrize(
    "typed", ["480-555-0123", "(480) 555 0123", "+1 480 555 0123", "5550123", "555-0123"]
)
@pytest.mark.parametrize("model", [Program, Facility])
def test_a_program_and_its_facility_are_found_by_phone(keeper, model, typed):
    wanted = ProgramFactory.create()
    PhoneFactory.create(facility=wanted.facility, number="+14805550123")
    other = ProgramFactory.create()
    PhoneFactory.create(facility=other.facility, number="+14805550124")
    response = keeper.get(url(model, "changelist"), {"q": typed})
    expected = wanted if model is Program else wanted.facility
    assert list(response.context["cl"].result_list) == [expected]


@pytest.mark.parametrize("typed", ["kettle", "Quiet Kettle", "Tempe", "85281", "kettle tempe"])
@pytest.mark.parametrize("model", [Program, Facility])
def test_a_program_and_its_facility_are_found_by_name_town_and_zip(keeper, model, typed):
    facility = FacilityFactory.create(name="Quiet Kettle", city="Tempe", zip_code="85281")
    wanted = ProgramFactory.create(facility=facility)
    ProgramFactory.create()
    response = keeper.get(url(model, "changelist"), {"q": typed})
    expected = wanted if model is Program else facility
    assert list(response.context["cl"].result_list) == [expected]


def test_programs_are_filtered_by_state(keeper):
    wanted = ProgramFactory.create(facility__state="NM")
    ProgramFactory.create()
    response = keeper.get(url(Program, "changelist"), {"state": "NM"})
    assert list(response.context["cl"].result_list) == [wanted]


# The choice of terms.


def offered_terms(client: Client, model_name: str, words: str) -> list[str]:
    response = client.get(
        reverse("admin:programs_term_autocomplete"),
        {
            "app_label": "programs", "model_name": model_name, "field_name": "term", "term": words
        },
    )  # fmt: skip
    assert response.status_code == 200
    return [result["text"] for result in response.json()["results"]]


def test_each_kind_of_fact_is_offered_only_its_own_terms(keeper):
    methadone = f"{term('medication/methadone').facet}: {term('medication/methadone')}"
    assert offered_terms(keeper, "medicationfact", "methadone") == [methadone]
    assert offered_terms(keeper, "featurefact", "methadone") == []
    assert offered_terms(keeper, "carefact", "medicaid") == []


def test_terms_are_offered_by_label_slug_and_facet(keeper):
    iop = f"{term('level_of_care/iop').facet}: {term('level_of_care/iop')}"
    assert iop in offered_terms(keeper, "carefact", "intensive outpatient")
    assert iop in offered_terms(keeper, "carefact", "iop")
    facet = term("language/spanish").facet
    assert f"{facet}: {term('language/spanish')}" in offered_terms(
        keeper, "featurefact", f"{facet.label} spanish"
    )


def test_a_visitor_is_not_offered_terms(client):
    address = reverse("admin:programs_term_autocomplete")
    assert client.get(address).status_code == 302


def test_only_counties_are_offered_for_a_county(keeper):
    response = keeper.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "programs", "model_name": "facility", "field_name": "county",
            "term": "Maricopa",
        },
    )  # fmt: skip
    assert [result["text"] for result in response.json()["results"]] == ["Maricopa County, AZ"]


# Editing facts.


def form_data(client: Client, program: Program) -> dict[str, Any]:
    """Return what the browser would send for the program's page as it is."""
    context = client.get(url(Program, "change", program.pk)).context
    forms = [context["adminform"].form]
    data: dict[str, Any] = {}
    for formset in (inline.formset for inline in context["inline_admin_formsets"]):
        forms += [formset.management_form, *formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            data[bound.html_name] = "" if value is None else getattr(value, "pk", value)
    return data


def add_row(data: dict[str, Any], prefix: str, **values: Any) -> int:
    """Add a row to an inline as "Add another" does, and return its number."""
    number = int(data[f"{prefix}_set-TOTAL_FORMS"])
    data[f"{prefix}_set-TOTAL_FORMS"] = number + 1
    today = timezone.localdate().isoformat()
    row = {
        "source": Source.objects.get(slug="staff").pk, "reported_on": today, "confirmed_on": today,
        **values,
    }  # fmt: skip
    data.update({f"{prefix}_set-{number}-{name}": value for name, value in row.items()})
    return number


def save(client: Client, program: Program, data: dict[str, Any]) -> dict[str, list[dict]]:
    """Post the page; return the errors of its inlines by prefix, nothing when it was saved."""
    response = client.post(url(Program, "change", program.pk), data)
    if response.status_code == 302:
        return {}
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    return {
        formset.prefix: [dict(e) for e in formset.errors]
        for formset in formsets
        if any(formset.errors)
    }


def test_a_new_fact_is_our_staff_s_of_today_by_default(keeper):
    program = ProgramFactory.create()
    context = keeper.get(url(Program, "change", program.pk)).context
    for inline in context["inline_admin_formsets"][1:5]:
        empty = inline.formset.empty_form
        assert empty["source"].value() == Source.objects.get(slug="staff").pk
        assert empty["confirmed_on"].value() == timezone.localdate()
    page = keeper.get(url(Program, "change", program.pk)).content.decode()
    staff = Source.objects.get(slug="staff")
    assert page.count(f'<option value="{staff.pk}" selected>{staff}</option>') == 4


def test_a_fact_is_added_on_its_program(keeper):
    program = ProgramFactory.create()
    data = form_data(keeper, program)
    add_row(data, "carefact", term=term("level_of_care/iop").pk, answer="yes")
    assert save(keeper, program, data) == {}
    fact = CareFact.objects.get(program=program)
    assert (fact.term, fact.source.kind) == (term("level_of_care/iop"), SourceKind.STAFF)
    assert fact.confirmed_on == fact.reported_on == timezone.localdate()


def test_a_fact_is_taken_away_on_its_program(keeper):
    program = ProgramFactory.create()
    for path in ("language/spanish", "language/interpreter"):
        state(program, path)
    data = form_data(keeper, program)
    data["featurefact_set-0-DELETE"] = "on"
    kept = data["featurefact_set-1-term"]
    assert save(keeper, program, data) == {}
    assert [fact.term_id for fact in FeatureFact.objects.all()] == [kept]


def test_a_feature_about_a_medicine_is_refused_on_its_field(keeper):
    program = ProgramFactory.create()
    data = form_data(keeper, program)
    add_row(data, "featurefact", term=term("medication/methadone").pk, answer="yes")
    assert save(keeper, program, data) == {
        "featurefact_set": [
            {"term": ["This is not a term for “features”. Choose one from the list."]}
        ]
    }
    assert not FeatureFact.objects.exists()


@pytest.mark.parametrize(
    ("prefix", "path", "row", "errors"),
    [
        (
            "carefact",
            "level_of_care/iop",
            {"answer": "yes", "hours_per_week_min": 19, "hours_per_week_max": 9},
            {"hours_per_week_max": ["This is less than where it starts."]},
        ),
        (
            "carefact",
            "level_of_care/iop",
            {"answer": "yes", "asam_level": "2.1"},
            {"asam_edition": ["A level needs its edition: they number differently."]},
        ),
        (
            "medicationfact",
            "medication/methadone",
            {"relation": "does_not_accept", "confirmed_on": ""},
            {"confirmed_on": ["Say when you checked: a refusal may raise disability law."]},
        ),
        (
            "coveragefact",
            "payment/medicaid",
            {"relation": "in_network"},
            {"plan": ["Name the plan: a place is in network for a plan."]},
        ),
    ],
)
def test_a_fact_that_lacks_what_it_needs_is_refused_on_its_field(keeper, prefix, path, row, errors):
    program = ProgramFactory.create()
    data = form_data(keeper, program)
    add_row(data, prefix, term=term(path).pk, **row)
    assert save(keeper, program, data) == {f"{prefix}_set": [errors]}


def test_the_same_fact_twice_is_refused(keeper):
    program = ProgramFactory.create()
    state(program, "language/spanish")
    data = form_data(keeper, program)
    add_row(data, "featurefact", term=term("language/spanish").pk, answer="no")
    assert keeper.post(url(Program, "change", program.pk), data).status_code == 200
    assert FeatureFact.objects.get().answer == "yes"


def test_a_survey_s_fact_that_a_keeper_changes_becomes_our_staff_s_of_today(keeper):
    program = ProgramFactory.create()
    state(program, "language/spanish")
    state(program, "language/interpreter")
    data = form_data(keeper, program)
    row = next(
        n for n in (0, 1) if data[f"featurefact_set-{n}-term"] == term("language/spanish").pk
    )
    data[f"featurefact_set-{row}-answer"] = "no"
    assert save(keeper, program, data) == {}
    changed = FeatureFact.objects.get(term=term("language/spanish"))
    assert (changed.answer, changed.source.slug) == ("no", "staff")
    assert changed.reported_on == changed.confirmed_on == timezone.localdate()
    untouched = FeatureFact.objects.get(term=term("language/interpreter"))
    assert (untouched.source.slug, untouched.confirmed_on) == ("test-survey", None)


def test_confirming_a_survey_s_fact_leaves_its_source(keeper):
    program = ProgramFactory.create()
    state(program, "medication/methadone", relation="taper_only")
    data = form_data(keeper, program)
    data["medicationfact_set-0-confirmed_on"] = "2026-03-01"
    assert save(keeper, program, data) == {}
    fact = MedicationFact.objects.get()
    assert (fact.source.slug, fact.confirmed_on) == ("test-survey", date(2026, 3, 1))


# Facilities.


def facility_errors(client: Client, facility: Facility, **changes: Any) -> dict[str, list[str]]:
    context = client.get(url(Facility, "change", facility.pk)).context
    data = {
        bound.html_name: "" if bound.value() is None else bound.value()
        for formset in (inline.formset for inline in context["inline_admin_formsets"])
        for bound in formset.management_form
    }
    for bound in context["adminform"].form:
        data[bound.html_name] = "" if bound.value() is None else bound.value()
    data |= changes
    response = client.post(
        url(Facility, "change", facility.pk),
        {name: value for name, value in data.items() if value is not False},
    )
    return {} if response.status_code == 302 else dict(response.context["adminform"].form.errors)


def test_a_confidential_address_is_refused_where_everybody_reads_it(keeper):
    facility = FacilityFactory.create(
        street1="", zip_code="", address_is_public=False, location_precision="county"
    )
    hidden = "Not public: enter it under “Confidential address”."
    wrong = {"street1": "9 Hidden Lane", "zip_code": "85225", "location_precision": "address"}
    assert facility_errors(keeper, facility, **wrong) == {
        "street1": [hidden],
        "zip_code": [hidden],
        "location_precision": ["Not public: give the middle of the county or nothing."],
    }
    assert facility_errors(keeper, facility, city="Mesa") == {}


def test_coordinates_without_a_precision_are_refused(keeper):
    facility = FacilityFactory.create()
    assert facility_errors(keeper, facility, location_precision="none") == {
        "location_precision": ["Say how exact the coordinates are."]
    }


def test_a_confidential_address_is_seen_at_the_desk_alone():
    facility = FacilityFactory.create(
        street1="", zip_code="", address_is_public=False, location_precision="county"
    )
    ConfidentialAddress.objects.create(facility=facility, street1="9 Hidden Lane")
    address = url(Facility, "change", facility.pk)
    client = Client()
    assert client.get(address).status_code == 302
    client.force_login(MembershipFactory.create().keeper.user)
    assert client.get(address).status_code == 302
    client.force_login(KeeperFactory.create(role=Role.EDITOR).user)
    assert "9 Hidden Lane" in client.get(address).content.decode()


def test_a_name_or_an_address_that_a_keeper_types_is_confirmed_today(keeper):
    facility = FacilityFactory.create()
    assert facility_errors(keeper, facility, name="Quiet Kettle", name_confirmed_on="") == {}
    facility.refresh_from_db()
    assert (facility.name_confirmed_on, facility.address_confirmed_on) == (
        timezone.localdate(),
        None,
    )


def test_a_number_that_a_keeper_changes_becomes_our_staff_s_of_today(keeper):
    phone = PhoneFactory.create(number="+14805550123")
    facility = phone.facility
    row = {
        "phones-TOTAL_FORMS": 1, "phones-INITIAL_FORMS": 1, "phones-0-id": phone.pk,
        "phones-0-facility": facility.pk, "phones-0-use": "main",
        "phones-0-number": "480-555-0199", "phones-0-extension": "", "phones-0-position": 0,
        "phones-0-source": phone.source_id, "phones-0-reported_on": "2023-01-01",
        "phones-0-confirmed_on": "",
    }  # fmt: skip
    assert facility_errors(keeper, facility, **row) == {}
    phone.refresh_from_db()
    assert (phone.number.as_e164, phone.source.slug) == ("+14805550199", "staff")
    assert phone.confirmed_on == phone.reported_on == timezone.localdate()


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
