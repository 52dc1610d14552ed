"""The trust page: who runs the site, where its listings come from, how old that is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.enums import DatePrecision, ImportStatus, ListingStatus, Role
from programs.models import FederalRecord, ImportRun, Source
from programs.views.about import age
from tests.factories import KeeperFactory, ProgramFactory, SourceFactory, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

ABOUT = "/about/"


def release(year: int, *, listings: int, loaded_at: datetime | None = None) -> Source:
    source = SourceFactory.create(
        slug=f"release-{year}",
        name=f"Release {year}",
        published_on=date(year, 1, 1),
        date_precision=DatePrecision.YEAR,
        url="https://www.samhsa.gov/data/",
    )
    for number in range(1, listings + 1):
        FederalRecord.objects.create(
            program=ProgramFactory.create(),
            source=source,
            row_number=number,
            row={},
            fingerprint="",
        )
    if loaded_at:
        run(source, loaded_at, ImportStatus.APPLIED)
    return source


def run(source: Source, at: datetime, status: ImportStatus) -> None:
    ImportRun.objects.create(
        source=source,
        status=status,
        file_name="file.csv",
        file_sha256="0" * 64,
        started_at=at,
        applied_at=at,
    )


def origins_shown(client: Client) -> dict[str, str]:
    page = page_of(client.get(ABOUT))
    names = [words(name) for name in page.select("main h3")]
    return dict(zip(names, map(words, page.select("[data-origin]")), strict=True))


def test_each_release_is_shown_with_its_listings_its_age_and_its_last_load(client):
    old = release(2022, listings=1, loaded_at=datetime(2023, 5, 1, tzinfo=UTC))
    release(2023, listings=2, loaded_at=datetime(2024, 5, 1, tzinfo=UTC))
    run(old, datetime(2026, 1, 1, tzinfo=UTC), ImportStatus.UNDONE)
    SourceFactory.create(slug="unused", name="Never loaded")
    hidden = FederalRecord.objects.filter(source=old).get().program
    FederalRecord.objects.create(
        program=ProgramFactory.create(status=ListingStatus.CLOSED),
        source=old,
        row_number=9,
        row={},
        fingerprint="",
    )
    shown = origins_shown(client)
    assert list(shown) == ["Release 2023", "Release 2022"]
    assert "Listings from it 2 Published 2023" in shown["Release 2023"]
    assert "Listings from it 1 Published 2022" in shown["Release 2022"]
    assert "Loaded here May 1, 2023" in shown["Release 2022"]
    type(hidden).objects.filter(pk=hidden.pk).update(status=ListingStatus.CLOSED)
    assert list(origins_shown(client)) == ["Release 2023"]


def test_the_page_says_how_many_listings_a_person_confirmed(client):
    program = ProgramFactory.create()
    ProgramFactory.create()
    text = words(page_of(client.get(ABOUT)), "main")
    assert "There are 2 listings. No person has confirmed a fact of any of them yet." in text
    state(program, "track/women", confirmed_on=date(2026, 3, 4))
    text = words(page_of(client.get(ABOUT)), "main")
    assert "In 1 of them a person has confirmed a fact, the last time on March 4, 2026." in text


def test_the_page_takes_three_statements_however_many_listings_there_are(client):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(ABOUT).status_code == 200
        return len(captured)

    release(2022, listings=1)
    client.get(ABOUT)
    assert statements() == 3
    release(2023, listings=20)
    assert statements() == 3


def test_a_copy_whose_operator_is_not_set_says_so(client, settings):
    settings.OPERATOR_NAME = settings.OPERATOR_CONTACT = ""
    page = page_of(client.get(ABOUT))
    assert words(page, ".note") == "The people who run this copy have not said who they are."


@pytest.mark.parametrize(
    ("given", "href"),
    [("desk@example.org", "mailto:desk@example.org"), ("https://example.org/", None)],
)
def test_the_operator_is_named_and_can_be_reached(client, settings, given, href):
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = "Example County <Health>", given
    page = page_of(client.get(ABOUT))
    assert "Example County <Health> runs this site." in words(page, "main")
    assert only(page, f"main a[href='{href or given}']").text == given


def test_who_cannot_be_named_can_still_be_reached(client, settings):
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = "", "desk@example.org"
    assert client.get(ABOUT).status_code == 200
    only(page_of(client.get(ABOUT)), "main a[href='mailto:desk@example.org']")


def test_a_contact_that_nobody_can_follow_stops_the_start():
    started = subprocess.run(
        [sys.executable, "-c", "import directory.settings"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"OPERATOR_CONTACT": "javascript:alert(1)@x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "OPERATOR_CONTACT must be a mail address or begin with https://." in started.stderr


@pytest.mark.parametrize(
    ("published_on", "precision", "said"),
    [
        (date(2023, 1, 1), DatePrecision.YEAR, "about 3 years old"),
        (date(2025, 12, 31), DatePrecision.YEAR, "about 1 year old"),
        (date(2025, 12, 31), DatePrecision.DAY, "less than a year old"),
        (date(2024, 1, 1), DatePrecision.DAY, "about 2 years old"),
        (None, DatePrecision.DAY, ""),
    ],
)
def test_the_age_of_a_release_is_no_finer_than_its_date(published_on, precision, said):
    assert age(published_on, precision, date(2026, 11, 22)) == said


def test_the_page_says_what_the_site_is_not_and_where_to_go_on(client):
    page = page_of(client.get(ABOUT))
    text = words(page, "main")
    assert "It is not a provider." in text
    assert "No program can pay to be listed" in text
    links = {link["href"] for link in page.select("main a[href^='/']")}
    assert {reverse("programs:how-we-rank"), reverse("programs:corrections")} <= links
    assert page_of(client.get("/")).select(f"footer a[href='{ABOUT}']")


@pytest.mark.parametrize(("role", "count"), [(Role.ADMINISTRATOR, 1), (Role.EDITOR, 0)])
def test_administrators_see_on_their_desk_that_crisis_numbers_are_due(client, role, count):
    client.force_login(KeeperFactory.create(role=role).user)
    page = page_of(client.get(reverse("admin:index")))
    assert len(page.select(f".desk a[href='{ABOUT}#crisis-lines']")) == count
