"""The invented sample: what is in it, that it is plainly invented, and that it goes away whole."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count

from programs.enums import (
    Answer,
    FactKind,
    LocationPrecision,
    MedicationRelation,
    NetworkRelation,
    PlaceKind,
)
from programs.importers.sample import SAMPLE_FILE, load_sample, remove_sample
from programs.importers.sample_file import SampleError
from programs.importers.sample_rows import SampleCounts
from programs.models import (
    FACT_MODELS,
    CareFact,
    ConfidentialAddress,
    CoverageFact,
    Facet,
    Facility,
    FeatureFact,
    MedicationFact,
    Organization,
    Phone,
    Place,
    Program,
    SearchRow,
    Source,
    Term,
)
from tests.factories import FacilityFactory, OrganizationFactory, ProgramFactory, state

TODAY = date(2026, 3, 1)
NAMES = ("facility__name", "facility__branch", "name")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    """Load the sample once for this module. What a test changes is rolled back."""
    with django_db_blocker.unblock():
        counts = load_sample(today=TODAY)
    yield counts
    with django_db_blocker.unblock():
        remove_sample()


@pytest.fixture
def sample(db, loaded) -> SampleCounts:
    return loaded


@pytest.fixture
def no_sample(db, loaded) -> None:
    remove_sample()


def everything() -> list[list[tuple]]:
    """Return all that the sample wrote, without the numbers that the database gave."""
    listed: list[Iterable[tuple]] = [
        Facility.objects.order_by("name", "branch").values_list(
            "name", "branch", "street1", "street2", "city", "state", "zip_code", "county__key",
            "latitude", "longitude", "location_precision", "website", "organization__name",
        ),
        Phone.objects.order_by("number").values_list("facility__name", "number", "use"),
    ]  # fmt: skip
    for model in FACT_MODELS:
        columns = [
            field.name
            for field in model._meta.concrete_fields
            if field.name not in {"id", "program", "term", "source"}
        ]
        path = [f"program__{name}" for name in NAMES] + ["term__facet__slug", "term__slug"]
        rows = model.objects.values_list(*path, "source__slug", *columns)
        listed.append(sorted(rows, key=repr))
    return [list(rows) for rows in listed]


def test_it_has_over_eighty_facilities_in_at_least_twelve_states(sample):
    assert sample.facilities == Facility.objects.filter(is_invented=True).count() >= 80
    assert Facility.objects.values("state").distinct().count() >= 12
    assert sample.facts == sum(model.objects.count() for model in FACT_MODELS)


def test_loading_twice_changes_nothing_and_says_so(sample):
    before = everything()
    output = StringIO()
    call_command("load_sample", stdout=output)
    assert everything() == before
    assert output.getvalue() == (
        "The sample is already loaded: nothing changed."
        " To load it afresh, run remove_sample first.\n"
    )


def test_the_same_day_gives_the_same_sample(sample):
    before = everything()
    remove_sample()
    load_sample(today=TODAY)
    assert everything() == before


def test_another_day_moves_the_dates(sample):
    reported = set(MedicationFact.objects.values_list("reported_on", flat=True))
    remove_sample()
    load_sample(today=TODAY + timedelta(days=7))
    later = set(MedicationFact.objects.values_list("reported_on", flat=True))
    assert later == {day + timedelta(days=7) for day in reported}


def test_no_date_is_in_the_future(sample):
    for model in FACT_MODELS:
        assert not model.objects.filter(reported_on__gt=TODAY).exists()
        assert not model.objects.filter(confirmed_on__gt=TODAY).exists()


def test_every_phone_is_a_555_01xx_number_of_its_own(sample):
    numbers = [phone.number.as_e164 for phone in Phone.objects.all()]
    assert [number for number in numbers if number[5:10] != "55501"] == []
    assert len(set(numbers)) == len(numbers) > sample.facilities


def test_every_website_is_below_example_org(sample):
    sites = set(Facility.objects.values_list("website", flat=True))
    assert [site for site in sites if not site.endswith(".example.org")] == []


def test_no_two_facilities_share_a_name_and_branch(sample):
    doubles = Facility.objects.values("name", "branch").annotate(n=Count("id")).filter(n__gt=1)
    assert list(doubles) == []


def test_no_name_is_that_of_a_real_provider(sample, directory_2023_csv, directory_2022_csv):
    real = set()
    for path in (directory_2022_csv, directory_2023_csv):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            real |= {row["name1"].strip().casefold() for row in csv.DictReader(lines)}
    assert len(real) > 5000
    invented = {name.casefold() for name in Facility.objects.values_list("name", flat=True)}
    assert invented & real == set()


def test_chandler_has_iops_for_people_who_returned_to_fentanyl(sample):
    programs = Program.objects.filter(
        facility__city="Chandler",
        carefact__term__slug="iop",
        pk__in=FeatureFact.objects.filter(term__slug="return_to_use").values("program"),
    ).filter(pk__in=FeatureFact.objects.filter(term__slug="fentanyl").values("program"))
    assert programs.count() >= 3


def test_every_level_of_care_is_offered_somewhere(sample):
    stated = set(CareFact.objects.filter(answer=Answer.YES).values_list("term__slug", flat=True))
    assert stated == set(
        Term.objects.filter(facet__kind=FactKind.CARE).values_list("slug", flat=True)
    )


def test_every_facet_has_facts(sample):
    stated: set[str] = set()
    for model in FACT_MODELS:
        stated |= set(model.objects.values_list("term__facet__slug", flat=True))
    assert stated == set(Facet.objects.values_list("slug", flat=True))


def test_every_relation_to_a_medicine_and_a_payer_is_stated_somewhere(sample):
    medicines = set(MedicationFact.objects.values_list("relation", flat=True))
    assert medicines == set(MedicationRelation.values)
    assert set(CoverageFact.objects.values_list("relation", flat=True)) == set(
        NetworkRelation.values
    )


def test_what_is_in_network_names_its_plan_and_was_confirmed(sample):
    in_network = CoverageFact.objects.filter(relation=NetworkRelation.IN_NETWORK)
    assert in_network.exists()
    assert not in_network.filter(plan="").exists()
    assert not in_network.filter(confirmed_on=None).exists()


def test_facts_come_from_the_sample_unless_a_keeper_confirmed_them(sample):
    for model in FACT_MODELS:
        unconfirmed = model.objects.filter(confirmed_on=None)
        slugs = set(unconfirmed.values_list("source__slug", flat=True))
        assert slugs == {"invented-sample"}
    confirmed = CareFact.objects.exclude(confirmed_on=None)
    assert set(confirmed.values_list("source__slug", flat=True)) == {"facility", "staff"}


def test_some_programs_report_next_to_nothing(sample):
    assert Program.objects.filter(carefact=None, featurefact=None, coveragefact=None).count() >= 2


def test_every_precision_of_a_location_occurs(sample):
    found = set(Facility.objects.values_list("location_precision", flat=True))
    assert found == set(LocationPrecision.values)


def test_a_confidential_home_shows_its_county_and_nothing_finer(sample):
    hidden = Facility.objects.filter(address_is_public=False).order_by("id")
    assert len(hidden) == ConfidentialAddress.objects.count() == 2
    for facility in hidden:
        assert facility.county is not None
        assert facility.coordinates == facility.county.coordinates
        assert (facility.street1, facility.street2, facility.zip_code) == ("", "", "")


def test_every_facility_lies_in_a_county(sample):
    assert not Facility.objects.filter(county=None).exists()


def test_some_organizations_run_several_facilities_and_some_sites_several_programs(sample):
    many = Organization.objects.annotate(n=Count("facilities")).filter(n__gte=2)
    assert many.count() == sample.organizations == 3
    sites = Facility.objects.annotate(n=Count("programs")).filter(n__gte=3)
    assert sites.count() >= 3


def test_every_published_program_has_its_search_row(sample):
    assert SearchRow.objects.count() == sample.programs


def test_removing_takes_all_of_the_sample_and_nothing_else(sample):
    real = ProgramFactory.create(facility=FacilityFactory.create(name="A real place"))
    state(real, "level_of_care/iop")
    assert remove_sample() == sample
    assert list(Facility.objects.all()) == [real.facility]
    assert list(Program.objects.all()) == [real]
    assert list(SearchRow.objects.values_list("program_id", flat=True)) == [real.pk]
    assert sum(model.objects.count() for model in FACT_MODELS) == 1
    assert Organization.objects.count() == ConfidentialAddress.objects.count() == 0


def test_removing_leaves_an_organization_that_also_runs_a_real_facility(sample):
    shared = Organization.objects.order_by("id")[0]
    FacilityFactory.create(organization=shared)
    empty = OrganizationFactory.create()
    assert remove_sample().organizations == 2
    assert list(Organization.objects.order_by("id")) == [shared, empty]


def test_removing_where_no_sample_is_says_that_nothing_was_there(no_sample):
    output = StringIO()
    call_command("remove_sample", stdout=output)
    assert output.getvalue() == (
        "Removed 0 invented facilities, 0 programs, 0 facts and 0 organizations.\n"
    )


def test_the_banner_shows_while_a_sample_is_loaded(client, sample):
    banner = "Sample data: programs marked"
    assert banner in client.get("/").content.decode()
    remove_sample()
    assert banner not in client.get("/").content.decode()


def test_a_file_that_names_no_known_term_is_refused_and_nothing_is_written(tmp_path, no_sample):
    text = SAMPLE_FILE.read_text(encoding="utf-8")
    wrong = tmp_path / "sample.yaml"
    wrong.write_text(text.replace("level_of_care/php:", "level_of_care/pph:"), encoding="utf-8")
    with pytest.raises(SampleError, match="there is no term level_of_care/pph"):
        load_sample(wrong, today=TODAY)
    assert not Facility.objects.exists()


def test_without_places_it_says_what_to_run(no_sample):
    Place.objects.filter(kind=PlaceKind.ZIP, key="85225").delete()
    with pytest.raises(SampleError, match="Run load_places first"):
        load_sample(today=TODAY)


def test_without_the_vocabulary_s_sources_it_says_what_to_run(no_sample):
    Source.objects.filter(slug="staff").delete()
    with pytest.raises(SampleError, match="No source is called staff"):
        load_sample(today=TODAY)
