"""Every address of the site, as every role: who gets in is what this table says, and no more.

An address that is not in the table fails: whoever adds a page says here whose it is. Spanish ones
are the same behind a prefix, which tests/test_languages.py shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urljoin

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from programs.enums import Role
from programs.models import CoverageFact, Draft, Program
from tests.factories import FacilityFactory, KeeperFactory, MembershipFactory
from tests.test_admin import some_of_everything

pytestmark = pytest.mark.django_db

#: The lowest role that gets in. Nobody does where there is none.
NOBODY = None
LOWEST: dict[str, Role | None] = {
    # Everybody.
    "programs:landing": Role.VISITOR,
    "programs:search": Role.VISITOR,
    "programs:suggest": Role.VISITOR,
    "programs:how-we-rank": Role.VISITOR,
    "programs:guide": Role.VISITOR,
    "programs:how-the-guide-works": Role.VISITOR,
    "programs:used-again": Role.VISITOR,
    "programs:explainers": Role.VISITOR,
    "programs:explainer": Role.VISITOR,
    "programs:about": Role.VISITOR,
    "programs:privacy": Role.VISITOR,
    "programs:leaving": Role.VISITOR,
    "programs:shortlist": Role.VISITOR,
    "programs:handout": Role.VISITOR,
    "programs:listing": Role.VISITOR,
    "programs:report": Role.VISITOR,
    "programs:claim": Role.VISITOR,
    "programs:claim-status": Role.VISITOR,
    "programs:corrections": Role.VISITOR,
    "programs:correction": Role.VISITOR,
    # Their links are the key: who holds one needs no account.
    "programs:update": Role.VISITOR,
    "programs:stop": Role.VISITOR,
    "programs:ask": Role.VISITOR,
    "programs:invitation": Role.VISITOR,
    "account_login": Role.VISITOR,
    "account_inactive": Role.VISITOR,
    "account_reset_password": Role.VISITOR,
    "account_reset_password_done": Role.VISITOR,
    "account_reset_password_from_key": Role.VISITOR,
    "account_reset_password_from_key_done": Role.VISITOR,
    # Whoever is signed in, for themselves.
    "programs:account": Role.FACILITY_STAFF,
    "programs:own-links": Role.FACILITY_STAFF,
    "programs:staff": Role.FACILITY_STAFF,
    "programs:staff-facility": Role.FACILITY_STAFF,
    "programs:staff-openings": Role.FACILITY_STAFF,
    "programs:staff-section": Role.FACILITY_STAFF,
    "account_logout": Role.FACILITY_STAFF,
    "account_reauthenticate": Role.FACILITY_STAFF,
    "account_change_password": Role.FACILITY_STAFF,
    "mfa_index": Role.FACILITY_STAFF,
    "mfa_authenticate": Role.FACILITY_STAFF,
    "mfa_reauthenticate": Role.FACILITY_STAFF,
    "mfa_activate_totp": Role.FACILITY_STAFF,
    "mfa_deactivate_totp": Role.FACILITY_STAFF,
    "mfa_view_recovery_codes": Role.FACILITY_STAFF,
    "mfa_generate_recovery_codes": Role.FACILITY_STAFF,
    "mfa_download_recovery_codes": Role.FACILITY_STAFF,
    "programs:draft-preview": Role.EDITOR,
    # The desk.
    "admin:index": Role.EDITOR,
    "admin:login": Role.EDITOR,
    "admin:logout": Role.EDITOR,
    "admin:password_change": Role.EDITOR,
    "admin:password_change_done": Role.EDITOR,
    "admin:autocomplete": Role.EDITOR,
    "admin:jsi18n": Role.EDITOR,
    "admin:view_on_site": Role.EDITOR,
    "admin:app_list": Role.EDITOR,
    "admin:(?P<url>.*)$": Role.EDITOR,
    "admin:programs_term_autocomplete": Role.EDITOR,
    "admin:programs_facility_confidential": Role.EDITOR,
    "admin:programs_callsheet_sheet": Role.EDITOR,
    "admin:programs_callsheet_print": Role.EDITOR,
    "admin:programs_fact_fix": Role.EDITOR,
    "admin:programs_program_split": Role.EDITOR,
    "admin:programs_changeset_person": Role.EDITOR,
    "admin:programs_changeset_revert": Role.EDITOR,
    "admin:programs_importrun_plan": Role.EDITOR,
    "admin:programs_importrun_decide": Role.EDITOR,
    "admin:programs_importrun_rule": Role.EDITOR,
    "admin:programs_importrun_discard": Role.EDITOR,
    "admin:programs_importrun_apply": Role.ADMINISTRATOR,
    "admin:programs_importrun_undo": Role.ADMINISTRATOR,
}
#: The pages that the admin has for a table: to see its rows, to add one, to delete one.
ADMIN_PAGES: dict[str, tuple[Role, Role | None, Role | None]] = {
    "facility": (Role.EDITOR, Role.EDITOR, NOBODY),
    "organization": (Role.EDITOR, Role.EDITOR, Role.EDITOR),
    "program": (Role.EDITOR, Role.EDITOR, NOBODY),
    "correction": (Role.EDITOR, NOBODY, NOBODY),
    "duplicatepair": (Role.EDITOR, NOBODY, NOBODY),
    "callsheet": (Role.EDITOR, NOBODY, NOBODY),
    "claim": (Role.EDITOR, NOBODY, NOBODY),
    "draft": (Role.EDITOR, NOBODY, NOBODY),
    "changeset": (Role.EDITOR, NOBODY, NOBODY),
    "place": (Role.EDITOR, NOBODY, NOBODY),
    "source": (Role.EDITOR, Role.ADMINISTRATOR, NOBODY),
    "gonelisting": (Role.EDITOR, NOBODY, NOBODY),
    "importrun": (Role.EDITOR, Role.EDITOR, NOBODY),
    "importitem": (Role.EDITOR, NOBODY, NOBODY),
    "facet": (Role.EDITOR, Role.ADMINISTRATOR, NOBODY),
    "shelflife": (Role.EDITOR, NOBODY, NOBODY),
    "term": (Role.EDITOR, Role.ADMINISTRATOR, NOBODY),
    "federalcode": (Role.EDITOR, NOBODY, NOBODY),
    "updatelink": (Role.EDITOR, Role.EDITOR, NOBODY),
    "reminder": (Role.EDITOR, NOBODY, NOBODY),
    "suppressedaddress": (Role.EDITOR, Role.EDITOR, Role.EDITOR),
    "keeper": (Role.ADMINISTRATOR, NOBODY, NOBODY),
    "invitation": (Role.ADMINISTRATOR, Role.ADMINISTRATOR, NOBODY),
}
#: The tables that go into spreadsheets and back.
SPREADSHEETS = {"organization", "facility", "program", "source", "term"}
#: What a page has to be asked to answer at all.
QUERIES = {
    "admin:autocomplete": "?app_label=programs&model_name=facility&field_name=organization",
    "admin:programs_term_autocomplete": ("?app_label=programs&model_name=carefact&field_name=term"),
}
for table, (see, add, delete) in ADMIN_PAGES.items():
    # Without a name: the old address of a row, which leads to its page.
    pages = {**dict.fromkeys(["changelist", "change", "history", ""], see), "add": add}
    pages["delete"] = delete
    if table in SPREADSHEETS:
        # What is loaded is asked for again, sheet by sheet.
        pages |= dict.fromkeys(["spreadsheets", "export", "load"], see)
    LOWEST |= {f"admin:programs_{table}_{page}": role for page, role in pages.items()}


@cache
def addresses() -> dict[str, tuple[str, URLPattern]]:
    """Return the name, and the route from the root, of every address that the site answers."""
    return {name: (route, pattern) for name, route, pattern in _walk(get_resolver(), "", "")}


def _walk(
    resolver: URLResolver, namespace: str, route: str
) -> Iterator[tuple[str, str, URLPattern]]:
    for entry in resolver.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, here)
        else:
            yield f"{namespace}{entry.name or _unnamed(entry, route)}", here, entry


def _unnamed(entry: URLPattern, route: str) -> str:
    """Name what has no name: the old addresses of the admin's rows, and its page for the rest."""
    if str(entry.pattern) == "<path:object_id>/":
        return "_".join([*route.strip("/").split("/")[1:], ""])
    return str(entry.pattern)


def path_to(name: str, route: str, pattern: URLPattern) -> str:
    """Return an address of the page, of a row that there is."""
    program, row = Program.objects.get(), _row_of(name)
    known: dict[str, Any] = {
        "program_id": program.pk,
        "slug": "x",
        "token": "none",
        "section": "contact",
        "facility_id": program.facility_id,
        "draft_id": some_draft(),
        "table": "coveragefact",
        "fact_id": CoverageFact.objects.get().pk,
        "app_label": "programs",
        "uidb36": "1",
        "key": "none",
        "content_type_id": ContentType.objects.get_for_model(Program).pk,
        "object_id": row,
        "pk": row,
        "url": "nothing",
    }
    wanted = pattern.pattern.converters or pattern.pattern.regex.groupindex
    if not pattern.name:
        return "/" + route.replace("<path:object_id>", str(known["object_id"])).replace(
            "(?P<url>.*)$", "nothing"
        )
    path = reverse(name, kwargs={parameter: known[parameter] for parameter in wanted})
    return path + QUERIES.get(name, "")


def some_draft() -> int:
    draft = Draft.objects.order_by("pk").first()
    return draft.pk if draft else 1


def _row_of(name: str) -> Any:
    for model in ContentType.objects.get_for_model(Program)._meta.apps.get_models():
        if name.startswith(f"admin:programs_{model._meta.model_name}_"):
            first = model._default_manager.order_by("pk").first()
            return first.pk if first else 1
    return Program.objects.get().pk


def client_of(role: Role) -> Client:
    client = Client()
    if role == Role.FACILITY_STAFF:
        client.force_login(MembershipFactory.create().keeper.user)
    elif role != Role.VISITOR:
        client.force_login(KeeperFactory.create(role=role).user)
    return client


def outcome(client: Client, path: str, method: str = "get") -> tuple[int, str]:
    """Return the status in the end, and the door that the page leads to if it does.

    The doors, to sign in and to set up the second factor, are not opened: that takes its time.
    """
    doors = (reverse("account_login"), reverse("mfa_activate_totp"))
    response = getattr(client, method)(path)
    for _ in range(5):
        leads_to = urljoin(path, response.get("Location", ""))
        if response.status_code not in {301, 302}:
            return response.status_code, ""
        if leads_to.startswith(doors):
            return response.status_code, leads_to
        path, response = leads_to, client.get(leads_to)
    raise AssertionError(f"{path} goes round in circles")


def gets_in(client: Client, path: str, method: str = "get") -> bool:
    """Return whether the page answers, rather than to refuse or to ask to sign in."""
    status, door = outcome(client, path, method)
    assert status < 500, path
    return status != 403 and not door.startswith(reverse("account_login"))


def test_every_address_is_in_the_table_and_every_entry_is_an_address():
    assert set(addresses()) == set(LOWEST)


@pytest.mark.parametrize("role", Role)
def test_every_address_lets_in_whom_the_table_says(role):
    some_of_everything(1)
    found = {}
    client = client_of(role)
    for name, (route, pattern) in addresses().items():
        found[name] = gets_in(client, path_to(name, route, pattern))
        # Signing out, or turning the factor off, is one of the pages of the account itself.
        if not name.startswith(("programs:", "admin:programs_")):
            client = client_of(role)
    expected = {name: lowest is not None and role >= lowest for name, lowest in LOWEST.items()}
    assert found == expected


@pytest.mark.parametrize("role", [Role.VISITOR, Role.FACILITY_STAFF, Role.EDITOR])
def test_what_is_closed_to_read_is_closed_to_write(role):
    some_of_everything(1)
    client = client_of(role)
    closed = {
        name: path_to(name, *addresses()[name])
        for name, lowest in LOWEST.items()
        if lowest is None or role < lowest
    }
    assert len(closed) > 20
    assert {name for name, path in closed.items() if gets_in(client, path, "post")} == set()


def test_without_a_second_factor_every_page_of_the_desk_leads_to_its_set_up(client):
    some_of_everything(1)
    client.force_login(KeeperFactory.create(role=Role.ADMINISTRATOR).user)
    session = client.session
    del session["account_authentication_methods"]
    session.save()
    desk = [name for name, lowest in LOWEST.items() if lowest and lowest >= Role.EDITOR]
    for name in desk:
        _status, door = outcome(client, path_to(name, *addresses()[name]))
        assert door.startswith(reverse("mfa_activate_totp")), name


def test_staff_see_the_facilities_of_their_organization_alone(client):
    membership = MembershipFactory.create()
    FacilityFactory.create(organization=membership.organization, name="Quiet Kettle")
    FacilityFactory.create(organization=MembershipFactory.create().organization, name="Loud Kettle")
    client.force_login(membership.keeper.user)
    page = client.get(reverse("programs:account")).content.decode()
    assert ("Quiet Kettle" in page, "Loud Kettle" in page) == (True, False)
