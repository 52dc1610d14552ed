"""How long what is said stays good, and how old it is: data, kept right on every way of writing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from programs.models import (
    CoverageFact,
    Facet,
    FeatureFact,
    FreshnessRow,
    Phone,
    Program,
    ShelfLife,
    Source,
)
from programs.search.vocabulary import site_state
from tests.directory_files import row, write_csv
from tests.factories import FacilityFactory, PhoneFactory, ProgramFactory, state
from tests.pages import page_of, words

pytestmark = pytest.mark.django_db

COLUMNS = ("program_id", "facet__slug", "part", "oldest_on", "is_confirmed", "confirmed_on")


def freshness() -> list[tuple]:
    return list(
        FreshnessRow.objects.order_by("program_id", "facet__slug", "part").values_list(*COLUMNS)
    )


def test_the_files_give_what_changes_fast_a_short_shelf_life():
    lives = dict(ShelfLife.objects.values_list("part", "days"))
    assert lives == {"phones": 182, "address": 365, "name": 730, "in_network": 90}
    facets = dict(Facet.objects.values_list("slug", "shelf_life_days"))
    assert (facets["medication"], facets["payment"], facets["access"]) == (365, 365, 182)


def test_an_administrator_s_days_count_on_the_next_page(client):
    program = ProgramFactory.create()
    yesterday = timezone.localdate() - timedelta(days=1)
    PhoneFactory.create(facility=program.facility, confirmed_on=yesterday)
    said = words(page_of(client.get(program.get_absolute_url())), ".call .source")
    assert said.startswith("From Test survey, confirmed ")
    ShelfLife.objects.filter(part="phones").update(days=1)
    said = words(page_of(client.get(program.get_absolute_url())), ".call .source")
    assert said == (
        f"From Test survey. Last checked {yesterday:%B} {yesterday.year}. Call to confirm."
    )
    assert site_state().vocabulary.shelf_life_days("phones") == 1


def test_numbers_of_one_source_and_date_say_so_once(client):
    program = ProgramFactory.create()
    PhoneFactory.create_batch(2, facility=program.facility)
    page = page_of(client.get(program.get_absolute_url()))
    assert words(page, ".call .source") == (
        "From Test survey, reported January 2023. Call to confirm."
    )


def test_an_address_says_who_reported_it_and_when_a_keeper_confirmed_it(client, tmp_path):
    path = write_csv(tmp_path / "directory_2023.csv", [row()])
    call_command("load_samhsa_directory", path, "--edition", "2023", verbosity=0)
    program = Program.objects.get()
    page = page_of(client.get(program.get_absolute_url()))
    release = Source.objects.get(slug="samhsa-directory-2023").name
    assert words(page, "address + .source") == f"From {release}, reported 2023. Call to confirm."
    program.facility.address_confirmed_on = timezone.localdate()
    program.facility.save()
    page = page_of(client.get(program.get_absolute_url()))
    assert words(page, "address + .source").startswith(f"From {release}, confirmed ")
    assert words(page, "p.checked").startswith("Parts of this listing were last checked on ")


def test_the_age_of_each_facet_follows_its_facts():
    program = ProgramFactory.create()
    old, new = date(2023, 1, 1), date(2026, 3, 5)
    state(program, "track/women")
    men = state(program, "track/men", confirmed_on=new)
    assert freshness() == [(program.pk, "track", "", old, False, new)]
    FeatureFact.objects.update(confirmed_on=new)
    assert freshness() == [(program.pk, "track", "", new, True, new)]
    men.delete()
    FeatureFact.objects.update(confirmed_on=None)
    assert freshness() == [(program.pk, "track", "", old, False, None)]
    FeatureFact.objects.all().delete()
    assert freshness() == []


def test_being_in_network_has_an_age_of_its_own():
    program = ProgramFactory.create()
    state(program, "payment/medicaid")
    new = date(2026, 3, 5)
    state(program, "payment/medicaid", relation="in_network", plan="Plan A", confirmed_on=new)
    assert freshness() == [
        (program.pk, "payment", "", date(2023, 1, 1), False, None),
        (program.pk, "payment", "in_network", new, True, new),
    ]
    CoverageFact.objects.filter(plan="Plan A").delete()
    assert [age[2] for age in freshness()] == [""]


def test_ages_equal_those_worked_out_anew_after_a_load(tmp_path):
    path = write_csv(tmp_path / "directory_2023.csv", [row(), row(name1="Other")])
    call_command("load_samhsa_directory", path, "--edition", "2023", verbosity=0)
    stored = freshness()
    assert len(stored) > 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT programs_refresh_freshness(NULL)")
    assert freshness() == stored


def test_a_deleted_listing_leaves_no_ages():
    facility = FacilityFactory.create()
    state(ProgramFactory.create(facility=facility), "track/women")
    facility.delete()
    assert freshness() == []


def load(folder, *rows, edition: int) -> None:
    path = write_csv(folder / f"directory_{edition}.csv", rows)
    call_command("load_samhsa_directory", path, "--edition", str(edition), verbosity=0)


def test_a_release_says_that_it_stated_its_numbers_and_when(tmp_path):
    load(tmp_path, row(), edition=2022)
    assert {phone.source.slug for phone in Phone.objects.all()} == {"samhsa-directory-2022"}
    load(tmp_path, row(), edition=2023)
    assert {(phone.source.slug, phone.reported_on) for phone in Phone.objects.all()} == {
        ("samhsa-directory-2023", date(2023, 1, 1))
    }


def test_a_number_that_a_keeper_confirmed_outlives_a_release_without_it(tmp_path):
    load(tmp_path, row(phone="602-506-0150"), edition=2022)
    Phone.objects.update(confirmed_on=date(2023, 3, 5))
    load(tmp_path, row(phone="602-506-0199"), edition=2023)
    numbers = Phone.objects.order_by("number").values_list("number", "source__slug")
    assert [(str(number), slug) for number, slug in numbers] == [
        ("+16025060150", "samhsa-directory-2022"),
        ("+16025060199", "samhsa-directory-2023"),
    ]
