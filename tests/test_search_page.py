"""The landing page and the results page, read as a browser, a person and a machine read them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from programs.enums import Answer, ListingStatus, LocationPrecision
from programs.models import CodeStatement, Program, Term
from programs.search.criteria import PAGE_SIZE
from tests.factories import FacilityFactory, PhoneFactory, ProgramFactory, state
from tests.pages import only, page_of, words

pytestmark = pytest.mark.django_db

NEAR = "near=85225"


@pytest.fixture
def clinic() -> Program:
    """Make a clinic that says something of each kind."""
    program = ProgramFactory.create(facility__name="Saguaro Clinic")
    PhoneFactory.create(facility=program.facility, number="+14805550123", extension="45")
    PhoneFactory.create(facility=program.facility, number="+14805550199", use="intake")
    state(program, "level_of_care/iop")
    state(program, "medication/buprenorphine", relation="starts_and_continues")
    state(program, "medication/methadone", relation="reports_use_unspecified")
    state(program, "payment/medicaid")
    state(program, "track/women")
    return program


def get(client, query: str, status: int = 200) -> BeautifulSoup:
    response = client.get(f"/programs/?{query}")
    assert response.status_code == status
    return page_of(response)


def total(page: BeautifulSoup) -> int:
    return int(str(only(page, "[data-total]")["data-total"]))


def programs(page: BeautifulSoup) -> list[int]:
    return [int(str(result["data-program"])) for result in page.select("[data-program]")]


def lines(page: BeautifulSoup) -> dict[str, str]:
    """Return what the first result says, by label."""
    [result, *_] = page.select("[data-program]")
    return {words(pair, "dt"): words(pair, "dd") for pair in result.select("dl > div")}


def options(page: BeautifulSoup) -> dict[tuple[str, str], int]:
    return {
        (str(option["data-facet"]), str(option["data-term"])): int(str(option["data-count"]))
        for option in page.select("[data-count]")
    }


def test_the_landing_page_asks_for_a_place_and_needs_nothing_else(client):
    page = page_of(client.get("/"))
    [form] = page.select("main form")
    assert (form["action"], form["method"]) == ("/programs/", "get")
    assert [field["name"] for field in form.select("input, select")] == [
        "near",
        "years",
        "payment",
        "level_of_care",
        "medication",
        "q",
        "miles",
    ]
    assert form.select("[required]") == []


@pytest.mark.parametrize(
    ("need", "filters"),
    [
        (
            "medicine",
            "medication=methadone&medication=buprenorphine&medication_access=start&sort=openings",
        ),
        ("detox", "level_of_care=withdrawal_care"),
        ("stay", "level_of_care=residential&level_of_care=recovery_housing"),
    ],
)
def test_what_is_needed_first_leads_to_true_filters(client, need, filters):
    [button] = page_of(client.get("/")).select(f"button[name=need][value={need}]")
    asked = f"near=85225&years=&payment=medicaid&{button['name']}={button['value']}"
    response = client.get(f"/es/programs/?{asked}&level_of_care=")
    expected = f"/es/programs/?near=85225&payment=medicaid&{filters}"
    assert (response.status_code, response["Location"]) == (302, expected)
    assert client.get(expected).status_code == 200


def test_the_need_comes_before_what_else_was_chosen_of_its_kind(client):
    response = client.get("/programs/?need=detox&level_of_care=iop&miles=50")
    assert response["Location"] == "/programs/?level_of_care=withdrawal_care&miles=50"


def test_a_need_that_nobody_knows_is_named(client):
    response = client.get("/programs/?need=sleep")
    assert response.status_code == 400
    assert "“sleep” is not one of the choices here." in words(page_of(response), ".errors")


def test_a_need_asks_for_no_term_that_keepers_took_out(client):
    taken_out = Term.objects.filter(slug__in=["methadone", "withdrawal_care"])
    CodeStatement.objects.filter(term__in=taken_out).delete()
    taken_out.delete()
    medicine = client.get("/programs/?need=medicine")["Location"]
    assert medicine == "/programs/?medication=buprenorphine&medication_access=start&sort=openings"
    assert client.get("/programs/?need=detox&near=85225")["Location"] == "/programs/?near=85225"


def test_enter_in_the_form_asks_for_no_need(client):
    first = page_of(client.get("/")).select("main form button[type=submit]")[0]
    assert first.get("name") is None


def test_sending_the_landing_form_as_it_is_searches_everywhere(client, clinic):
    page = get(client, "near=&miles=25&level_of_care=&medication=&payment=")
    assert (total(page), programs(page)) == (1, [clinic.pk])


def test_every_field_has_a_label(client, clinic):
    for address in ("/", f"/programs/?{NEAR}"):
        page = page_of(client.get(address))
        fields = page.select("input, select")
        unlabelled = [
            field
            for field in fields
            if not field.find_parent("label") and not page.select(f"label[for={field.get('id')}]")
        ]
        assert unlabelled == []


def test_the_total_the_results_and_the_options_are_marked_for_machines(client, clinic):
    page = get(client, NEAR)
    assert (total(page), programs(page)) == (1, [clinic.pk])
    stated = {path for path, count in options(page).items() if count == 1}
    assert stated == {
        ("level_of_care", "iop"),
        ("medication", "buprenorphine"),
        ("medication", "methadone"),
        ("payment", "medicaid"),
        ("track", "women"),
    }
    assert words(page, "h1") == "1 program within 25 miles of 85225"


def test_choosing_an_option_gives_its_count_as_the_next_total(client):
    paths = [
        "level_of_care/iop",
        "level_of_care/outpatient",
        "medication/naltrexone",
        "payment/medicaid",
        "payment/medicare",
        "track/women",
    ]
    for number in range(12):
        program = ProgramFactory.create()
        for bit, path in enumerate(paths):
            if (number * 7 + 3) >> bit & 1:
                state(program, path)
    chosen: list[tuple[str, str]] = []
    for path in ("level_of_care/iop", "payment/medicare", "track/women"):
        facet, term = path.split("/")
        page = get(client, urlencode([("near", "85225"), *chosen]))
        for each_facet, each_term in (one.split("/") for one in paths):
            others = [(name, value) for name, value in chosen if name != each_facet]
            query = urlencode([("near", "85225"), *others, (each_facet, each_term)])
            assert total(get(client, query)) == options(page)[each_facet, each_term]
        chosen.append((facet, term))
    assert total(page) > 0


def test_each_result_links_to_its_listing_and_can_be_called(client, clinic):
    page = get(client, NEAR)
    [result] = page.select("[data-program]")
    assert only(result, "h2 a")["href"] == clinic.get_absolute_url()
    assert [link["href"] for link in result.select("a[href^='tel:']")] == [
        "tel:+14805550199",
        "tel:+14805550123,45",
    ]


def test_a_result_without_a_number_says_so(client):
    ProgramFactory.create()
    [result] = get(client, NEAR).select("[data-program]")
    assert words(result, ".call") == "No phone number was reported."


def test_payment_is_what_was_reported_and_what_to_ask(client, clinic):
    said = lines(get(client, f"{NEAR}&payment=medicaid"))
    assert said["Medicaid"] == "accepts it, reported Jan. 1, 2023; ask if you are in network"


def test_a_weak_statement_about_a_medicine_stays_weak(client, clinic):
    said = lines(get(client, f"{NEAR}&medication=methadone&medication_access=offers"))
    assert said["Methadone"] == "Reports using it. Ask how (reported Jan. 1, 2023)"
    assert programs(get(client, f"{NEAR}&medication=methadone&medication_access=start")) == []
    assert programs(get(client, f"{NEAR}&medication=methadone&medication_access=stay")) == []


def test_a_relation_carries_its_own_date(client):
    program = ProgramFactory.create()
    state(program, "medication/methadone", relation="accepts_elsewhere")
    state(
        program,
        "medication/methadone",
        relation="starts_and_continues",
        confirmed_on=date(2026, 3, 5),
    )
    assert lines(get(client, f"{NEAR}&medication=methadone"))["Methadone"] == (
        "Can start you on it and keep you on it (confirmed March 5, 2026)"
    )


def test_what_nobody_said_is_named_as_not_known(client):
    ProgramFactory.create()
    assert lines(get(client, NEAR)) == {
        "Not known, ask": "if there is an opening now; the levels of care; "
        "medicine for opioid addiction; ways to pay"
    }


def test_no_result_says_no_where_no_source_did(client, clinic):
    [result] = get(client, NEAR).select("[data-program]")
    text = words(result).lower()
    assert "does not" not in text
    assert "doesn't" not in text
    assert "no " not in text.replace("not known", "")


def test_a_stated_no_about_housing_is_not_taken_for_housing(client):
    program = ProgramFactory.create()
    state(program, "level_of_care/recovery_housing", answer=Answer.NO)
    assert get(client, NEAR).select(".warning") == []


def test_housing_alone_is_called_housing_even_beside_a_no(client):
    program = ProgramFactory.create()
    state(program, "level_of_care/recovery_housing")
    state(program, "level_of_care/iop", answer=Answer.NO)
    [warning] = get(client, NEAR).select(".warning")
    assert words(warning) == "This is housing, not treatment."


def test_a_program_for_some_people_only_says_so_to_everybody(client):
    program = ProgramFactory.create()
    state(program, "track/dui_only")
    [warning] = get(client, NEAR).select(".warning")
    assert words(warning) == "Serves only people sent after driving under the influence."


def test_the_order_is_printed(client, clinic):
    nearest = "Nearest first, in a straight line. Nobody can pay to be higher. How we rank"
    confirmed = "Most recently confirmed first. Nobody can pay to be higher. How we rank"
    assert words(get(client, NEAR), ".order") == nearest
    assert words(get(client, "near=AZ"), ".order") == confirmed
    assert words(get(client, f"{NEAR}&sort=confirmed"), ".order") == confirmed


def test_the_pages_hold_every_program_once(client):
    facility = FacilityFactory.create()
    expected = [ProgramFactory.create(facility=facility).pk for _ in range(2 * PAGE_SIZE + 1)]
    found, address = [], f"{NEAR}&track="
    for _ in range(3):
        page = get(client, address)
        found += programs(page)
        following = page.select_one("a[rel=next]")
        address = str(following["href"]).removeprefix("?") if following else ""
    assert (found, address) == (expected, "")


def test_a_filter_that_is_on_can_be_taken_off(client, clinic):
    page = get(client, f"{NEAR}&track=women&track=men&page=1")
    pills = {words(link): str(link["href"]) for link in page.select(".pills a")}
    assert sorted(pills.values()) == [f"?{NEAR}&track=men", f"?{NEAR}&track=women"]


def test_no_match_says_so_and_where_else_to_turn(client):
    page = get(client, f"{NEAR}&track=women")
    assert total(page) == 0
    assert "1-800-662-4357" in words(page, ".ways-out")


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.CLOSED])
def test_what_is_not_published_is_not_found(client, clinic, status):
    Program.objects.filter(pk=clinic.pk).update(status=status)
    assert total(get(client, NEAR)) == 0


def test_distances_say_how_sure_they_are(client):
    for precision in (LocationPrecision.ADDRESS, LocationPrecision.ZIP):
        ProgramFactory.create(facility__latitude=33.5, facility__location_precision=precision)
    results = get(client, NEAR).select("[data-program] strong")
    exact, about = (words(result) for result in results)
    assert about == f"about {exact}"


def test_invented_listings_are_marked_and_the_page_says_so(client):
    assert get(client, NEAR).select(".banner, .invented") == []
    ProgramFactory.create(facility__is_invented=True)
    ProgramFactory.create()
    page = get(client, NEAR)
    assert len(page.select(".banner")) == 1
    assert [len(result.select(".invented")) for result in page.select("[data-program]")] == [1, 0]


def test_a_name_is_text_not_markup(client):
    ProgramFactory.create(facility__name="<script>alert(1)</script>")
    page = get(client, NEAR)
    assert page.select("script:not([src])") == []
    assert words(page, "h2 a") == "<script>alert(1)</script>"


def test_what_was_typed_is_text_not_markup(client):
    page = get(client, urlencode({"near": '"><script>alert(1)</script>'}), status=400)
    assert page.select("script:not([src])") == []


@pytest.mark.parametrize("address", ["/", "/programs/", f"/programs/?{NEAR}"])
def test_a_page_answers_head_and_refuses_post(client, address):
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("how_many", [1, PAGE_SIZE])
def test_a_page_of_results_is_five_statements(client, django_assert_num_queries, how_many):
    for _ in range(how_many):
        program = ProgramFactory.create()
        PhoneFactory.create(facility=program.facility)
        for path in ("level_of_care/iop", "medication/methadone", "payment/medicaid"):
            state(program, path)
    get(client, NEAR)
    with django_assert_num_queries(5):
        page = get(client, f"{NEAR}&payment=medicaid&level_of_care=iop")
    assert len(programs(page)) == how_many


def test_the_landing_page_is_one_statement(client, django_assert_num_queries):
    client.get("/")
    with django_assert_num_queries(1):
        client.get("/")


def part(client, query: str, status: int = 200, request_type: str = "partial") -> BeautifulSoup:
    """Return what htmx gets: for a filter that was changed, a part."""
    headers = {"HX-Request": "true", "HX-Request-Type": request_type}
    response = client.get(f"/programs/?{query}", headers=headers)
    assert response.status_code == status
    return page_of(response)


def test_htmx_gets_what_changes_and_no_more(client, clinic):
    whole, changed = get(client, NEAR), part(client, NEAR)
    assert changed.select("html, head, body, header, footer, .crisis, script, link, main") == []
    assert words(changed, "title") == words(whole, "title")
    only(changed, "title").decompose()
    # The same search in the other language.
    assert words(only(changed, "#languages").extract()) == words(whole, "#languages")
    assert words(changed) == words(whole, "main")


def test_htmx_gets_the_whole_page_again_when_it_goes_back(client, clinic):
    assert len(part(client, NEAR, request_type="full").select("body main")) == 1


def test_htmx_gets_errors_as_answers(client):
    changed = part(client, "near=Nowhereville", status=400)
    assert changed.select("body") == []
    assert len(changed.select("[role=alert]")) == 1
    assert part(client, f"{NEAR}&page=9", status=404).select("body") == []


def test_no_cache_takes_a_part_for_the_page(client):
    vary = client.get(f"/programs/?{NEAR}").headers["Vary"].split(", ")
    assert {"HX-Request", "HX-Request-Type"} <= set(vary)


def test_a_location_is_searched_around_and_called_yours(client):
    ProgramFactory.create(facility__latitude=33.31, facility__longitude=-111.84)
    page = get(client, urlencode({"near": "33.3149, -111.8351"}))
    assert words(page, "h1") == "1 program within 25 miles of your location"
    assert words(page, ".program strong") == "less than 0.1 mile away"
    assert "distances may be off by half a mile" in words(page, ".order")


def test_a_location_is_five_statements_too(client, clinic, django_assert_num_queries):
    get(client, NEAR)
    with django_assert_num_queries(5):
        get(client, urlencode({"near": "33.31, -111.84"}))


@pytest.mark.parametrize("location", ["51.51, -0.13", "95.00, -111.84", "33.31, 200.00", "0, 0"])
def test_a_location_outside_the_us_is_not_found(client, location):
    page = get(client, urlencode({"near": location}), status=400)
    assert location in words(page, "[role=alert]")
