"""Listings that the newest federal list no longer has: said on the page, queued on the desk."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.enums import Role
from programs.importers.federal_load import load_directory
from programs.models import ChangeSet, FederalRecord, GoneListing, Program
from programs.upkeep import gone_listings
from tests.directory_files import row, write_csv
from tests.factories import KeeperFactory

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:programs_gonelisting_changelist")
SAYS = "Not in the federal list of 2023. It may have closed or moved: call before you go."


@pytest.fixture
def gone(tmp_path) -> GoneListing:
    """Return the record of a listing that 2022 has and 2023 has not."""
    stays, goes = row(), row(name1="Old House", street1="3 Elm Street", phone="602-506-0103")
    load_directory(write_csv(tmp_path / "su_2022.csv", [stays, goes]))
    load_directory(write_csv(tmp_path / "su_2023.csv", [stays]))
    return GoneListing.objects.get(missing_since__isnull=False)


@pytest.fixture
def editor(db) -> Client:
    client = Client()
    client.force_login(KeeperFactory.create(role=Role.EDITOR).user)
    return client


def queued(client: Client) -> list[str]:
    changelist = client.get(QUEUE).context["cl"]
    return [str(record.program) for record in changelist.result_list]


def act(client: Client, action: str, record: GoneListing, **data: str):
    chosen = {"action": action, "_selected_action": [str(record.pk)], **data}
    return client.post(QUEUE, chosen)


def test_its_page_says_so(gone, client):
    assert SAYS in client.get(gone.program.get_absolute_url()).content.decode()
    other = Program.objects.exclude(pk=gone.program_id).get()
    assert "Not in the federal list" not in client.get(other.get_absolute_url()).content.decode()


def test_it_is_queued_and_stays_published(gone, editor):
    assert queued(editor) == ["Old House"]
    assert gone.program.status == "published"


@pytest.mark.parametrize("action", ["keep", "close"])
def test_nothing_changes_before_it_is_confirmed(gone, editor, action):
    response = act(editor, action, gone)
    assert [record.pk for record in response.context["records"]] == [gone.pk]
    assert queued(editor) == ["Old House"]


def test_a_keeper_who_found_it_open_keeps_it(gone, editor, client):
    act(editor, "keep", gone, confirmed="1")
    assert queued(editor) == []
    gone.refresh_from_db()
    assert gone.found_open_on == timezone.localdate()
    assert SAYS not in client.get(gone.program.get_absolute_url()).content.decode()
    assert [found.note for found in ChangeSet.objects.all() if found.note] == ["Found open"]


def test_a_keeper_who_found_it_closed_closes_it(gone, editor):
    act(editor, "close", gone, confirmed="1")
    assert queued(editor) == []
    gone.program.refresh_from_db()
    assert gone.program.status == "closed"


def test_it_is_queued_anew_when_it_comes_back_and_goes_again(gone, tmp_path):
    FederalRecord.objects.filter(pk=gone.pk).update(found_open_on=date(2023, 6, 1))
    stays, goes = row(), row(name1="Old House", street1="3 Elm Street", phone="602-506-0103")
    load_directory(write_csv(tmp_path / "su_2024.csv", [stays, goes]))
    assert gone_listings.queue().count() == 0
    load_directory(write_csv(tmp_path / "su_2025.csv", [stays]))
    assert gone_listings.queue().count() == 1
