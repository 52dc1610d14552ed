"""A confidential address stays in: every page that there is, and every other way out, is tried.

The address is first public, in a federal row, an import and the history, and then hidden, as in
life. Pages are found in the resolver: a new one is tried without a word here, or fails for want of
what to put into its address.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from programs.enums import ImportAction, LocationPrecision, Role
from programs.geo import Coordinates, haversine_miles
from programs.models import (
    ChangeSet,
    ConfidentialAddress,
    Draft,
    Facility,
    FeatureFact,
    ImportItem,
    ImportRun,
    Phone,
    Program,
)
from programs.search.criteria import Near, SearchCriteria
from programs.search.engine import search
from programs.search.vocabulary import read_vocabulary
from programs.upkeep import releases
from programs.upkeep.confidential import hide_address, show_address
from programs.upkeep.permissions import LOWEST_ROLE, Action
from programs.upkeep.release_work import work_on_next
from programs.upkeep.reverting import revert
from programs.upkeep.sections import sections_of
from programs.upkeep.sheet_loading import load_sheet
from programs.upkeep.sheets import FacilitySheet
from programs.upkeep.spreadsheet_file import read_rows
from tests.directory_files import row
from tests.factories import (
    CorrectionFactory,
    DraftFactory,
    FacilityFactory,
    KeeperFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.pages import only, page_of
from tests.test_federal_load import load  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

STREET, UNIT, ZIP_CODE = "9917 Zanzibarwood Lane", "Unit Quokka", "85142"
#: In Queen Creek, in the far corner of Maricopa County.
LATITUDE, LONGITUDE = 33.248271, -111.634092
CANARIES = ("Zanzibarwood", "zanzibarwood", "Quokka", "quokka", ZIP_CODE, "33.2482", "111.6340")
TOKEN = "secret"  # noqa: S105 - of a link that only the test has


@pytest.fixture
def hidden(load) -> Program:  # noqa: F811
    """A listing whose address was public until a keeper hid it."""
    load(
        row(
            street1=STREET,
            street2=UNIT,
            city="Queen Creek",
            zip=ZIP_CODE,
            latitude=str(LATITUDE),
            longitude=str(LONGITUDE),
        )
    )
    program = Program.objects.select_related("facility").get()
    facility = program.facility
    Facility.objects.filter(pk=facility.pk).update(
        organization=OrganizationFactory.create(),
        latitude=LATITUDE,
        longitude=LONGITUDE,
        location_precision=LocationPrecision.ADDRESS,
    )
    CorrectionFactory.create(program=program, link=TOKEN)
    typed = {"name": "Hope House", "street1": STREET, "street2": UNIT, "zip_code": ZIP_CODE}
    DraftFactory.create(facility=program.facility, typed=typed)
    ImportItem.objects.create(
        run=ImportRun.objects.get(),
        action=ImportAction.CHANGED,
        program=program,
        name=str(facility),
        reason=f"moved to {STREET}",
        detail={"fields": {"street1": ["", STREET], "zip_code": ["", ZIP_CODE]}},
    )
    hide_address(facility.pk, user=None)
    program.refresh_from_db()
    return program


# ---- hiding and showing


def test_hiding_moves_street_and_zip_and_leaves_the_middle_of_the_county(hidden):
    facility = hidden.facility
    county = facility.county
    assert county is not None
    assert str(county) == "Maricopa County, AZ"
    assert (facility.street1, facility.street2, facility.zip_code) == ("", "", "")
    assert (facility.latitude, facility.longitude, facility.location_precision) == (
        county.latitude,
        county.longitude,
        "county",
    )
    kept = ConfidentialAddress.objects.get(facility=facility)
    assert (kept.street1, kept.street2, kept.zip_code) == (STREET, UNIT, ZIP_CODE)


def test_a_draft_keeps_no_address_that_was_hidden(hidden):
    assert Draft.objects.get().typed == {"name": "Hope House"}


def test_without_a_known_county_nothing_of_the_place_is_left():
    facility = FacilityFactory.create(zip_code="", county=None)
    hidden = hide_address(facility.pk, user=None)
    assert (hidden.latitude, hidden.longitude, hidden.location_precision) == (None, None, "none")


def test_showing_puts_the_address_back_in_the_middle_of_its_zip_code(hidden):
    facility = show_address(hidden.facility_id, user=None)
    assert (facility.street1, facility.street2, facility.zip_code) == (STREET, UNIT, ZIP_CODE)
    assert (facility.address_is_public, facility.location_precision) == (True, "zip")
    assert not ConfidentialAddress.objects.exists()


def test_hiding_twice_and_showing_twice_change_nothing_more(hidden):
    sets = ChangeSet.objects.count()
    hide_address(hidden.facility_id, user=None)
    assert ConfidentialAddress.objects.get().street1 == STREET
    assert ChangeSet.objects.count() == sets
    show_address(hidden.facility_id, user=None)
    show_address(hidden.facility_id, user=None)
    assert Facility.objects.get(pk=hidden.facility_id).street1 == STREET


def test_an_editor_hides_and_shows_an_address_by_a_button():
    facility = FacilityFactory.create()
    client = signed_in(Role.EDITOR)
    page = page_of(client.get(reverse("admin:programs_facility_change", args=[facility.pk])))
    button = page.select_one(".object-tools a[href*=confidential]")
    assert button is not None
    address = str(button["href"])
    for action, is_public in (("hide", False), ("show", True)):
        assert page_of(client.get(address)).select_one(f"input[name={action}]") is not None
        assert client.post(address, {action: "yes"}).status_code == 302
        facility.refresh_from_db()
        assert (facility.address_is_public, bool(facility.street1)) == (is_public, is_public)
    assert client.get(address.replace(str(facility.pk), "0")).status_code == 404


def test_nobody_else_hides_an_address(hidden):
    address = reverse("admin:programs_facility_confidential", args=[hidden.facility_id])
    for client in (Client(), staff_of(hidden)):
        assert client.post(address, {"show": "yes"}).status_code in {302, 403}
    assert not Facility.objects.get(pk=hidden.facility_id).address_is_public


# ---- taking back what hid it


def hidden_by(user) -> tuple[Facility, ChangeSet]:
    facility = FacilityFactory.create(name="Quiet Kettle", street1=STREET)
    hide_address(facility.pk, user=user)
    return facility, ChangeSet.objects.get()


@pytest.fixture
def editor():
    return KeeperFactory.create(role=Role.EDITOR).user


def test_taking_back_asks_before_it_shows_a_confidential_address(client, editor):
    facility, hiding = hidden_by(editor)
    client.force_login(editor)
    address = reverse("admin:programs_changeset_revert", args=[hiding.pk])
    page = page_of(client.get(address))
    assert editor.username in page.select("#content-main p")[0].text
    assert "confidential now: Quiet Kettle." in " ".join(only(page, ".errornote").text.split())
    refused = page_of(client.post(address, {}, follow=True))
    assert "Nothing was taken back" in only(refused, ".messagelist .error").text
    assert not Facility.objects.get(pk=facility.pk).address_is_public
    assert client.post(address, {"publish_addresses": "on"}).status_code == 302
    assert Facility.objects.get(pk=facility.pk).street1 == STREET


def test_who_may_not_see_an_address_cannot_publish_it_by_taking_back(client, editor, monkeypatch):
    facility, hiding = hidden_by(editor)
    monkeypatch.setitem(LOWEST_ROLE, Action.SEE_CONFIDENTIAL_ADDRESS, Role.ADMINISTRATOR)
    client.force_login(editor)
    address = reverse("admin:programs_changeset_revert", args=[hiding.pk])
    assert page_of(client.get(address)).select("[name=publish_addresses]") == []
    client.post(address, {"publish_addresses": "on"})
    assert not Facility.objects.get(pk=facility.pk).address_is_public


def test_taking_back_that_an_address_was_shown_hides_it_in_drafts_too(editor):
    facility, _hiding = hidden_by(editor)
    show_address(facility.pk, user=editor)
    DraftFactory.create(facility=facility, typed={"street1": STREET})
    [showing] = ChangeSet.objects.filter(metadata__note="Address shown")
    revert([showing.pk], editor)
    facility.refresh_from_db()
    assert (facility.address_is_public, Draft.objects.get().typed) == (False, {})


# ---- undoing an import


HIDDEN_ROW = row(street1=STREET, street2=UNIT, city="Queen Creek", zip=ZIP_CODE)


def undone(run: ImportRun, administrator: User) -> Facility:
    releases.ask_to_undo(run, administrator)
    assert work_on_next() == run
    run.refresh_from_db()
    assert run.status == "undone"
    return Facility.objects.select_related("county").get()


def whereabouts(facility: Facility) -> tuple[Any, ...]:
    kept = ConfidentialAddress.objects.filter(facility=facility).values_list("street1", flat=True)
    return (
        *(facility.address_is_public, facility.street1, facility.zip_code),
        *(facility.latitude, facility.location_precision, *kept),
    )


@pytest.mark.parametrize("editions", [1, 2])
def test_undoing_an_import_leaves_hidden_what_was_hidden_after_it(load, editions):  # noqa: F811
    administrator = KeeperFactory.create(role=Role.ADMINISTRATOR).user
    runs = [load(HIDDEN_ROW, edition=2022)]
    if editions == 2:
        runs.append(load(HIDDEN_ROW | {"phone": "480-555-0188"}, edition=2023))
    facility = hide_address(Facility.objects.get().pk, user=administrator)
    before = whereabouts(facility)
    assert before[0] is False
    for run in reversed(runs):
        assert whereabouts(undone(run, administrator)) == before


def test_undoing_an_import_leaves_hidden_what_was_hidden_before_it(load):  # noqa: F811
    administrator = KeeperFactory.create(role=Role.ADMINISTRATOR).user
    load(HIDDEN_ROW, edition=2022)
    before = whereabouts(hide_address(Facility.objects.get().pk, user=administrator))
    run = load(HIDDEN_ROW | {"street1": "1 Other Street", "phone": "480-555-0188"}, edition=2023)
    assert Phone.objects.get().number == "+14805550188"
    facility = undone(run, administrator)
    assert Phone.objects.get().number != "+14805550188"
    assert whereabouts(facility) == before


# ---- every page


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(KeeperFactory.create(role=role).user)
    return client


def staff_of(program: Program) -> Client:
    organization = program.facility.organization
    assert organization is not None
    client = Client()
    client.force_login(MembershipFactory.create(organization=organization).keeper.user)
    return client


def all_pages(program: Program) -> Iterator[str]:
    """Yield the address of every page, with this listing wherever one can be named."""
    for route, name in routes(get_resolver()):
        for values in fillings(name, program):
            yield "/" + filled(route, values) + query_of(name, program)


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name or ""


def filled(route: str, values: dict[str, Any]) -> str:
    """Return the route with its parameters filled in. Fails for one that is new."""
    route = route.replace("^", "").replace("$", "")
    named = re.sub(r"\(\?P<(\w+)>(?:\[[^\]]*\]|[^()\[\]])*\)", r"<\1>", route)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found.group(1)]), named)


def fillings(name: str, program: Program) -> Iterator[dict[str, Any]]:
    """Yield what to put into an address: a page of the admin is tried with each of its rows."""
    values = {
        "program_id": program.pk,
        "facility_id": program.facility_id,
        "draft_id": some_id(Draft),
        "token": TOKEN,
        "app_label": "programs",
        "table": "featurefact",
        "fact_id": some_id(FeatureFact),
        "content_type_id": 1,
        "url": "nothing",
        "uidb36": "a",
        "key": "a-a",
    }
    slugs = ["x", *(sheet.slug for sheet in all_sheets())] if name.endswith("_export") else ["x"]
    is_section = name == "staff-section"
    sections = [found.key for found in sections_of(program.facility)] if is_section else ["x"]
    for slug in slugs:
        for section in sections:
            for row_id in rows_of(name):
                row = {"slug": slug, "section": section, "object_id": row_id, "pk": row_id}
                yield values | row


def query_of(name: str, program: Program) -> str:
    """Return what a page is asked that names its listings in the query string."""
    return f"?p={program.pk}" if name in {"shortlist", "handout"} else ""


def some_id(model: Any) -> Any:
    return model._default_manager.order_by("pk").values_list("pk", flat=True).last()


def rows_of(name: str) -> list[Any]:
    """Return the rows that a page of the admin can be about, the last ones first."""
    table = name.removeprefix("programs_").partition("_")[0]
    for model in apps.get_app_config("programs").get_models():
        if model._meta.model_name == table:
            ids = model._default_manager.order_by("-pk").values_list("pk", flat=True)
            return list(ids[:2]) or [0]
    return [1]


def all_sheets() -> list[Any]:
    return [
        sheet for model in admin.site._registry.values() for sheet in getattr(model, "sheets", ())
    ]


def said_on(client: Client, address: str) -> str:
    """Return all that a page sends: headers, cookies and text."""
    response: Any = client.get(address)
    assert response.status_code < 500, address
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.headers} {response.cookies} {body.decode(errors='replace')}"


def test_the_walk_opens_every_section_that_facility_staff_edit(hidden):
    at_home = reverse("programs:staff-facility", args=[hidden.facility_id])
    client = staff_of(hidden)
    links = page_of(client.get(at_home)).select(f"main a[href^='{at_home}']")
    sections = {str(link["href"]) for link in links}
    assert {client.get(address).status_code for address in sections} == {200}
    assert sections - set(all_pages(hidden)) == set()


def leaks(client: Client, addresses: Iterator[str]) -> list[tuple[str, str]]:
    found = []
    for address in addresses:
        said = said_on(client, address)
        found += [(address, canary) for canary in CANARIES if canary in said]
    return found


def test_no_page_tells_a_visitor(hidden):
    assert leaks(Client(), all_pages(hidden)) == []


def test_no_page_tells_facility_staff(hidden):
    assert leaks(staff_of(hidden), all_pages(hidden)) == []


def test_no_page_tells_a_keeper_who_may_not_see_it(hidden, monkeypatch):
    monkeypatch.setitem(LOWEST_ROLE, Action.SEE_CONFIDENTIAL_ADDRESS, Role.ADMINISTRATOR)
    client = signed_in(Role.EDITOR)
    assert leaks(client, all_pages(hidden)) == []
    # The walk did get in.
    assert client.get(reverse("admin:programs_program_change", args=[hidden.pk])).status_code == 200


def test_the_walk_finds_the_address_where_it_may_be_seen(hidden):
    found = {address for address, _canary in leaks(signed_in(Role.EDITOR), all_pages(hidden))}
    assert found >= {
        reverse("admin:programs_facility_change", args=[hidden.facility_id]),
        reverse("admin:programs_program_change", args=[hidden.pk]),
    }
    # In no file and on no public page, whoever asks.
    assert [address for address in found if not address.startswith("/admin/")] == []
    assert [address for address in found if address.endswith(".csv")] == []


# ---- searches


@pytest.mark.parametrize("text", [STREET, "Zanzibarwood", "Quokka"])
def test_the_words_of_the_address_find_nothing(hidden, text):
    page = page_of(Client().get("/programs/", {"q": text}))
    assert hidden.get_absolute_url() not in {link.get("href") for link in page.select("a")}


def found_near(latitude: float, longitude: float, radius_miles: int) -> list[float | None]:
    """Return the distances in miles that a search around a point says."""
    origin = Coordinates(latitude=latitude, longitude=longitude)
    criteria = SearchCriteria(where=Near(origin=origin, radius_miles=radius_miles))
    return [match.distance_miles for match in search(criteria, read_vocabulary()).matches]


def test_a_search_at_the_door_does_not_find_it(hidden):
    assert found_near(LATITUDE, LONGITUDE, 25) == []
    page = page_of(Client().get(f"/programs/?near={ZIP_CODE}&miles=5"))
    assert hidden.get_absolute_url() not in {link.get("href") for link in page.select("a")}


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(LATITUDE, LONGITUDE), (33.3, -111.8), (33.9, -112.5)]
)
def test_from_wherever_one_measures_it_is_the_middle_of_the_county(hidden, latitude, longitude):
    middle = hidden.facility.county.coordinates
    here = Coordinates(latitude=latitude, longitude=longitude)
    (distance,) = found_near(latitude, longitude, 100)
    assert distance == pytest.approx(haversine_miles(here, middle), abs=0.01)


# ---- files, loads, logs


def test_a_new_edition_of_the_federal_list_does_not_bring_it_back(hidden, load):  # noqa: F811
    moved = row(street1=STREET, street2="New wing", city="Queen Creek", zip=ZIP_CODE)
    load(moved, edition=2024)
    facility = Facility.objects.get()
    assert (facility.address_is_public, facility.street1, facility.zip_code) == (False, "", "")
    assert leaks(Client(), all_pages(hidden)) == []


def test_a_spreadsheet_cannot_put_it_into_the_open(hidden):
    text = f"id,street1\n{hidden.facility_id},{STREET}\n"
    found = load_sheet(FacilitySheet, read_rows(text), user=None)
    assert len(found.problems) == 1
    assert [canary for canary in CANARIES if canary in found.problems[0].message] == []


REFUSE_THE_CANARY = """
ALTER TABLE programs_confidentialaddress
  ADD CONSTRAINT refuse_all CHECK (street2 <> 'Unit Quokka') NOT VALID
"""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give what the handlers of the site write."""
    written = io.StringIO()
    handlers: Any = [*logging.getLogger("django").handlers, *logging.getLogger().handlers]
    ours = [handler for handler in handlers if type(handler) is logging.StreamHandler]
    before = [(handler, handler.setStream(written)) for handler in ours]
    yield written
    for handler, stream in before:
        handler.setStream(stream)


def test_an_error_of_the_database_does_not_write_it_to_the_log(log):
    facility = FacilityFactory.create(street1=STREET, street2=UNIT, zip_code=ZIP_CODE)
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_THE_CANARY)
    client = signed_in(Role.EDITOR)
    client.raise_request_exception = False
    address = reverse("admin:programs_facility_confidential", args=[facility.pk])
    response = client.post(address, {"hide": "yes"})
    assert response.status_code == 500
    assert "IntegrityError" in log.getvalue()
    said = log.getvalue() + response.content.decode()
    assert [canary for canary in CANARIES if canary in said] == []
    facility.refresh_from_db()
    assert (facility.address_is_public, facility.street1) == (True, STREET)


def test_a_name_says_nothing_of_the_address(hidden):
    kept = ConfidentialAddress.objects.get()
    said = f"{kept} {kept!r} {hidden.facility} {hidden.get_absolute_url()}"
    assert [canary for canary in CANARIES if canary in said] == []
