"""One listing: what is said, by whom and when; what is not known; and nothing that is private."""

from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup, Tag

from programs.enums import Answer, ListingStatus, LocationPrecision
from programs.models import ConfidentialAddress, Program, Source
from tests.factories import FacilityFactory, PhoneFactory, ProgramFactory, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

#: Survey facts of the factories are of 2023: past their shelf life.
OLD = "From Test survey, reported January 2023. Call to confirm."


@pytest.fixture
def staff(db) -> Source:
    return Source.objects.get(slug="staff")


def listing(client, program: Program) -> BeautifulSoup:
    response = client.get(program.get_absolute_url())
    assert response.status_code == 200
    return page_of(response)


def group(page: BeautifulSoup, facet: str) -> Tag:
    return only(page, f"section[aria-labelledby=facet-{facet}]")


def answers(page: BeautifulSoup, facet: str) -> list[str]:
    """Return what is said of each term, without the link to what explains it."""
    lines = group(page, facet)
    for link in lines.select("a.more"):
        link.extract()
    return [words(item) for item in lines.select("li")]


def sources(page: BeautifulSoup, facet: str) -> str:
    return words(group(page, facet), ".source")


def unknown(page: BeautifulSoup, facet: str) -> list[str]:
    return words(group(page, facet), "details p").split("; ")


def test_a_listing_says_yes_no_and_not_known_in_words(client):
    program = ProgramFactory.create()
    state(program, "track/women")
    state(program, "track/men", answer=Answer.NO)
    page = listing(client, program)
    assert answers(page, "track") == ["Yes Women", "No Men"]
    assert "Veterans" in unknown(page, "track")
    assert {"Women", "Men"}.isdisjoint(unknown(page, "track"))


def test_a_facet_that_nobody_spoke_of_is_not_known_and_never_a_no(client):
    page = listing(client, ProgramFactory.create())
    groups = page.select("section.facts")
    assert groups
    assert {words(each, ".answer") for each in groups} == {"Not known"}
    assert page.select(".answer.no, .answer.yes, .source") == []


def test_a_term_is_in_one_of_the_three_lists_only(client):
    program = ProgramFactory.create()
    state(program, "medication/methadone", relation="taper_only")
    state(program, "medication/methadone", relation="accepts_elsewhere")
    page = listing(client, program)
    assert len(answers(page, "medication")) == 1
    assert "Methadone" not in unknown(page, "medication")


def test_every_group_with_facts_has_its_source_and_date(client):
    program = ProgramFactory.create()
    for path in ("level_of_care/iop", "medication/methadone", "payment/medicaid", "track/women"):
        state(program, path)
    page = listing(client, program)
    spoken_of = ("level_of_care", "medication", "payment", "track")
    assert [sources(page, facet) for facet in spoken_of] == [OLD] * 4
    groups = page.select("section.facts")
    assert sum(bool(each.select(".answer.yes")) for each in groups) == 4
    assert len(page.select(".source")) == 4


def test_a_fact_of_another_source_says_so_itself(client, staff):
    program = ProgramFactory.create()
    state(program, "track/women")
    state(program, "track/veterans")
    today = date.today()  # noqa: DTZ011
    state(program, "track/men", source=staff, confirmed_on=today)
    page = listing(client, program)
    [men] = [text for text in answers(page, "track") if "Men" in text]
    assert sources(page, "track") == OLD
    assert men.startswith("Yes Men From Our staff, confirmed ")


def test_every_source_of_one_medicine_is_named(client, staff):
    program = ProgramFactory.create()
    state(program, "medication/methadone", relation="accepts_elsewhere")
    state(
        program,
        "medication/methadone",
        relation="starts_and_continues",
        source=staff,
        confirmed_on=date(2024, 3, 5),
    )
    text = words(group(listing(client, program), "medication"))
    assert OLD in text
    assert "From Our staff. Last checked March 2024. Call to confirm." in text


@pytest.mark.parametrize(
    ("relation", "text"),
    [
        (
            "starts_and_continues",
            "Yes Methadone Can start you on it and keep you on it",
        ),
        ("reports_use_unspecified", "Ask Methadone Reports using it. Ask how"),
        (
            "accepts_elsewhere",
            "Allowed Methadone You can keep taking it. Someone else prescribes it",
        ),
        ("taper_only", "Yes Methadone Only for withdrawal, not long-term"),
        ("does_not_use", "No Methadone Doesn't use it. Ask if you can stay on yours"),
    ],
)
def test_a_medicine_stands_on_its_rung(client, relation, text):
    program = ProgramFactory.create()
    state(program, "medication/methadone", relation=relation)
    assert answers(listing(client, program), "medication") == [text]


def test_statements_that_contradict_each_other_are_called_so(client):
    program = ProgramFactory.create()
    state(program, "medication/buprenorphine", relation="starts_and_continues")
    state(program, "medication/buprenorphine", relation="does_not_use")
    assert answers(listing(client, program), "medication") == [
        "No Buprenorphine (such as Suboxone) Doesn't use it. Ask if you can stay on yours "
        "Its answers about this do not fit together. Call and ask."
    ]


def test_a_payer_is_what_was_reported_and_what_to_ask(client):
    program = ProgramFactory.create()
    state(program, "payment/medicaid")
    assert answers(listing(client, program), "payment") == [
        "Yes Medicaid accepts it, reported Jan. 1, 2023; ask if you are in network"
    ]


def test_a_level_of_care_has_the_details_that_were_stated(client):
    program = ProgramFactory.create()
    state(
        program,
        "level_of_care/iop",
        hours_per_week_min=9,
        hours_per_week_max=19,
        length_days_max=90,
        overnight=False,
        asam_level="2.1",
        asam_edition=3,
    )
    state(program, "level_of_care/outpatient")
    assert answers(listing(client, program), "level_of_care") == [
        "Yes Outpatient counseling",
        "Yes Intensive outpatient (IOP) 9-19 hours a week up to 90 days "
        "You sleep at home ASAM level 2.1 (edition 3)",
    ]


def test_the_phone_numbers_can_be_called(client):
    program = ProgramFactory.create()
    PhoneFactory.create(facility=program.facility, number="+14805550123", extension="45")
    [link] = listing(client, program).select("article a[href^='tel:']")
    assert (link["href"], words(link)) == (
        "tel:+14805550123,45",
        "Call (480) 555-0123, extension 45",
    )


def test_a_confidential_address_is_on_no_page(client):
    facility = FacilityFactory.create(
        street1="",
        zip_code="",
        address_is_public=False,
        location_precision=LocationPrecision.COUNTY,
    )
    ConfidentialAddress.objects.create(
        facility=facility, street1="77 Hidden Lane", street2="Unit 9", zip_code="85286"
    )
    program = ProgramFactory.create(facility=facility)
    for address in (program.get_absolute_url(), "/programs/?near=85225", "/programs/?near=AZ"):
        text = client.get(address).text
        assert "The address is private: call for it." in text
        assert [secret for secret in ("Hidden", "Unit 9", "85286") if secret in text] == []
        assert "openstreetmap" not in text


@pytest.mark.parametrize("slug", ["x", "saguaro", "Saguaro-Clinic"])
def test_another_slug_leads_to_the_listing(client, slug):
    program = ProgramFactory.create(facility__name="Saguaro Clinic")
    response = client.get(f"/programs/{program.pk}/{slug}/")
    assert response.status_code == 302
    assert response["Location"] == f"/programs/{program.pk}/saguaro-clinic/"


def test_a_name_without_a_latin_letter_has_an_address_too(client):
    program = ProgramFactory.create(facility__name="治疗中心")
    assert words(listing(client, program), "h1") == "治疗中心"


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.CLOSED])
def test_a_draft_and_a_closed_program_are_not_found(client, status):
    program = ProgramFactory.create(status=status)
    assert client.get(program.get_absolute_url()).status_code == 404
    assert client.get(f"/programs/{program.pk}/x/").status_code == 404


@pytest.mark.parametrize("number", ["0", "99999999", "9" * 20, "9" * 5000])
def test_a_number_that_no_program_has_is_not_found(client, number):
    assert client.get(f"/programs/{number}/x/").status_code == 404


def test_an_invented_listing_is_marked(client):
    program = ProgramFactory.create(facility__is_invented=True)
    page = listing(client, program)
    assert words(page, "article .invented") == "Invented: not a real place"
    assert len(page.select(".banner")) == 1


def test_a_listing_answers_head_and_refuses_post(client):
    address = ProgramFactory.create().get_absolute_url()
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("facts", [1, 20])
def test_a_listing_is_five_statements(client, django_assert_num_queries, facts):
    program = ProgramFactory.create()
    women = state(program, "track/women")
    for term in list(women.term.facet.terms.exclude(pk=women.term.pk))[: facts - 1]:
        state(program, f"track/{term.slug}")
        PhoneFactory.create(facility=program.facility)
    listing(client, program)
    with django_assert_num_queries(5):
        listing(client, program)
