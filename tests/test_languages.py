"""Two languages: the address says which, and nothing of the browser does."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import get_language

from programs.models import Program
from tests.factories import FacilityFactory, KeeperFactory, MembershipFactory, ProgramFactory, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

SEARCH = "programs/?near=85225&level_of_care=iop&q=%22El+Centro%22&page=1"
FOUND = "programs/?near=85225"


@pytest.fixture
def listed() -> Program:
    return ProgramFactory.create()


def switch(client, path: str) -> tuple[str, str]:
    """Return the language that the page offers, and where."""
    link = only(page_of(client.get(path)), "header #languages a")
    return str(link["lang"]), str(link["href"])


@pytest.mark.parametrize(
    ("path", "language"),
    [("/", "en"), ("/es/", "es"), ("/es/programs/", "es"), ("/es/nothing/", "es"), ("/x/", "en")],
)
def test_the_address_says_the_language(client, path, language):
    response = client.get(path)
    assert response.headers["Content-Language"] == language
    assert only(page_of(response), "html")["lang"] == language


def test_what_the_browser_prefers_changes_nothing(client):
    plain = client.get("/programs/")
    client.cookies["django_language"] = "es"
    asked = client.get("/programs/", headers={"accept-language": "es-MX,es;q=0.9"})
    assert asked.content == plain.content
    assert "Accept-Language" not in plain.headers["Vary"]


def test_a_language_sets_no_cookie_and_redirects_nobody(client):
    response = client.get("/es/", headers={"accept-language": "en-US"})
    assert (response.status_code, dict(client.cookies)) == (200, {})


def test_english_has_one_address(client):
    assert client.get("/en/programs/").status_code == 404


def test_after_an_answer_the_language_is_what_it_was(client):
    client.get("/es/")
    assert get_language() == "en"


@pytest.mark.parametrize("path", ["", SEARCH, "how-we-rank/", "corrections/nothing/", "account/"])
def test_the_switch_keeps_the_page_and_the_search(client, path):
    page = client.get(f"/{path}")
    # The page to sign in keeps where one wanted to go.
    path = page.get("Location", f"/{path}").removeprefix("/")
    assert switch(client, f"/{path}") == ("es", f"/es/{path}")
    assert switch(client, f"/es/{path}") == ("en", f"/{path}")


def test_of_an_address_that_leads_nowhere_the_switch_leads_to_the_first_page(client):
    assert page_of(client.get("/nothing/")).select("link[hreflang]") == []
    assert switch(client, "/nothing/?near=85225") == ("es", "/es/")
    assert switch(client, "/es/nothing/") == ("en", "/")


def test_results_that_change_in_place_bring_the_switch_along(client):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    page = page_of(client.get(f"/es/{SEARCH}", headers=headers))
    part = only(page, "#languages[hx-swap-oob=true]")
    assert only(part, "a")["href"] == f"/{SEARCH}"


def test_a_page_to_be_found_says_where_it_is_in_each_language(client, listed):
    path = listed.get_absolute_url()
    expected = {
        "en": f"http://testserver{path}",
        "es": f"http://testserver/es{path}",
        "x-default": f"http://testserver{path}",
    }
    for address in (path, f"/es{path}"):
        links = page_of(client.get(address)).select("head link[rel=alternate]")
        assert {str(link["hreflang"]): str(link["href"]) for link in links} == expected


@pytest.mark.parametrize("path", ["", "programs/", "how-we-rank/", "account/sign-in/", "update/"])
def test_a_page_is_either_left_out_by_search_engines_or_names_its_languages(client, path):
    page = page_of(client.get(f"/{path}"))
    is_left_out = bool(page.select("meta[name=robots][content=noindex]"))
    assert is_left_out != bool(page.select("link[hreflang]"))


def test_an_address_that_is_not_the_listings_own_leads_on_in_its_language(client, listed):
    response = client.get(f"/es/programs/{listed.pk}/{quote('otro')}/")
    assert response.headers["Location"] == f"/es{listed.get_absolute_url()}"


def test_every_address_of_the_site_is_under_the_prefix_of_its_language():
    [whole] = get_resolver().url_patterns
    assert isinstance(whole, URLResolver)
    assert isinstance(whole.pattern, LocalePrefixPattern)


@pytest.mark.parametrize("path", ["admin/programs/facility/", "staff/", "account/links/"])
def test_the_way_in_is_in_the_language_of_the_page(client, path):
    # Views know no prefix, so that the matrix of addresses holds for both languages.
    response = client.get(f"/es/{path}", follow=True)
    assert response.redirect_chain[-1] == (f"/es/account/sign-in/?next=/es/{path}", 302)


def test_the_desk_offers_the_other_language_and_leads_to_the_site_in_its_own(client):
    client.force_login(KeeperFactory.create().user)
    page = page_of(client.get("/es/admin/programs/term/?q=detox"))
    assert only(page, "#languages a")["href"] == "/admin/programs/term/?q=detox"
    assert page.select("#user-tools > a")[0]["href"] == "/es/"


def test_terms_are_in_the_language_of_the_desk_and_of_the_staff_portal(client):
    membership = MembershipFactory.create()
    facility = FacilityFactory.create(organization=membership.organization)
    program = ProgramFactory.create(facility=facility)
    client.force_login(membership.keeper.user)
    page = page_of(client.get(f"/es/staff/facilities/{facility.pk}/{program.pk}-medication/"))
    assert "Metadona" in [words(legend) for legend in page.select("legend, label")]


@pytest.mark.parametrize("path", [FOUND, "", "how-we-rank/"])
def test_what_is_kept_of_a_page_is_kept_for_its_language_alone(client, listed, path):
    state(listed, "level_of_care/iop")
    state(listed, "medication/methadone")
    asked = [client.get(f"{prefix}/{path}").content for prefix in ("", "/es", "", "/es")]
    assert asked[0] == asked[2] != asked[1] == asked[3]
