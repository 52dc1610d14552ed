"""The pages of "Help me choose", as a person reads them; what they ask of the database and keep."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs import crisis_lines
from programs.guide import features
from programs.guide.care import DESCRIBED
from programs.guide.features import Feature
from programs.guide.notices import Line
from programs.guide.questions import QUESTIONS
from programs.guide.rule import Stop
from programs.guide.rules import RULES, SIGNED_OFF_BY, VERSION
from programs.models import Term
from programs.search.vocabulary import read_vocabulary
from programs.views.guide_form import NOT_AN_ANSWER
from tests.factories import ProgramFactory, state
from tests.pages import only, page_of, words
from tests.reading import grade, sentences

pytestmark = pytest.mark.django_db

GUIDE = "/guide/"
LABEL = "For learning only. This is not medical advice and not a diagnosis."
UNSIGNED = "No clinician has signed off on this guide yet."
EMERGENCY = {"tel:911", "tel:988", "sms:988"}


def answer(client, status: int = 200, **answers) -> BeautifulSoup:
    response = client.post(GUIDE, answers)
    assert response.status_code == status
    return page_of(response)


def cards(page: BeautifulSoup) -> list[str]:
    return [str(card["data-care"]) for card in page.select("[data-care]")]


def links(page: BeautifulSoup) -> set[str]:
    return {str(link["href"]) for link in page.select("main a")}


def found(page: BeautifulSoup, code: str) -> tuple[str, dict[str, list[str]]]:
    """Return what a card says it finds, and the search that it leads to."""
    card = only(page, f"[data-care={code}]")
    address = urlsplit(str(only(card, ".call a")["href"]))
    assert address.path == "/programs/"
    return words(card, "[data-found]"), parse_qs(address.query)


def told(page: BeautifulSoup) -> set[str]:
    return {str(notice["data-notice"]) for notice in page.select("[data-notice]")}


# ---- the questions


def test_all_ten_questions_can_be_skipped_and_nothing_is_chosen(client):
    page = page_of(client.get(GUIDE))
    assert len(page.select("form[method=post] fieldset legend")) == 10
    assert page.select("form[method=post] [required]") == []
    chosen = {str(field["value"]) for field in page.select("input[checked]")}
    assert chosen == {""}
    assert len(page.select("form[method=post] fieldset input")) == sum(
        len(question.answers) + question.one_answer for question in QUESTIONS
    )


def test_the_emergency_block_is_above_the_first_question(client):
    page = page_of(client.get(GUIDE))
    block = only(page, "section[aria-labelledby=emergency]")
    assert {str(link["href"]) for link in block.select("a")} >= EMERGENCY
    assert block.find_next("form") is not None
    assert block.find_previous("fieldset") is None
    assert "blue, gray or pale lips" in words(block)


def test_every_screen_says_what_it_is_and_that_nobody_signed_it_off(client):
    pages = [
        page_of(client.get(GUIDE)),
        page_of(client.get("/guide/how-it-works/")),
        answer(client),
        answer(client, q1="suicidal"),
    ]
    for page in pages:
        assert LABEL in words(page, "main")
        assert UNSIGNED in words(page, "main")
        assert words(page, "title") in {"Help me choose", "How this guide works"}


def test_the_guide_reads_as_in_eighth_grade_or_lower(client):
    result = answer(client, q2=["opioid", "alcohol"], q3="danger", q6="none", q8=["returned"])
    for page in (page_of(client.get(GUIDE)), result):
        assert grade(sentences(only(page, "main"))) <= 8


# ---- what comes out


def test_with_nothing_answered_it_suggests_care_at_home(client):
    page = answer(client)
    assert cards(page) == ["OP", "IOP"]
    assert told(page) == {"no-sudden-stop", "low-tolerance", "naloxone"}
    assert page.select("[data-step], [data-medicine], [data-found]") == []


def test_the_parts_are_in_the_order_of_what_matters_most(client):
    page = answer(client, q2=["opioid", "alcohol"], q3="danger", q7=["childcare"])
    ids = [str(section["aria-labelledby"]) for section in page.select("main section")]
    assert ids == [
        "emergency",
        "step-1",
        "medicine",
        "safety",
        "levels",
        "features",
        "not-known",
        "phone",
    ]
    assert cards(page) == ["WM-HOSP", "WM-RES", "MED", "OP", "IOP"]
    assert len(page.select("[data-step]")) == 1


def test_every_suggestion_says_why_with_its_rule(client):
    page = answer(client, q5="worse", q8=["returned"])
    reasons = [
        (words(line).split(" Rule ")[0], str(only(line, "a")["href"]))
        for line in only(page, "[data-care=IOP]").select("li")
    ]
    assert reasons == [
        ("Many people start with care while living at home.", "/guide/how-it-works/#R0"),
        ("More hours of care may help while things are hard.", "/guide/how-it-works/#P2"),
        (
            "Going back to use does not mean you failed. The plan may need a change.",
            "/guide/how-it-works/#T2",
        ),
    ]
    anchors = {str(tag["id"]) for tag in page_of(client.get("/guide/how-it-works/")).select("[id]")}
    assert {rule.id for rule in RULES} <= anchors


def test_a_rule_without_a_source_says_that_it_is_not_checked(client):
    page = answer(client, q2=["stimulant"])
    assert "(not yet checked)" in words(page, "section[aria-labelledby=features]")
    assert "(not yet checked)" not in words(page, "section[aria-labelledby=levels]")


def test_a_card_counts_what_its_search_finds_near_the_place(client):
    for _ in range(3):
        state(ProgramFactory.create(), "level_of_care/iop")
    state(ProgramFactory.create(), "level_of_care/residential")
    state(ProgramFactory.create(), "medication/methadone", relation="starts_and_continues")
    state(ProgramFactory.create(), "medication/buprenorphine", relation="accepts_elsewhere")
    page = answer(client, near="85225", q2=["opioid"], q8=["on_medicine"], q9=["stay"])
    assert found(page, "IOP") == (
        "3 programs within 25 miles of 85225",
        {"near": ["85225"], "level_of_care": ["iop"], "miles": ["25"]},
    )
    assert found(page, "RES")[0] == "1 program within 100 miles of 85225"
    assert found(page, "MED") == (
        "1 program within 25 miles of 85225",
        {
            "near": ["85225"],
            "medication": ["methadone", "buprenorphine"],
            "medication_access": ["start"],
            "miles": ["25"],
        },
    )
    assert found(page, "MED-STAY")[0].startswith("2 programs")
    for code in cards(page):
        link = only(page, f"[data-care={code}] .call a")
        results = page_of(client.get(str(link["href"])))
        assert words(results, "h1") == found(page, code)[0]


def test_without_a_place_each_card_asks_for_one_and_keeps_its_filters(client):
    page = answer(client, q2=["opioid"])
    form = only(page, "[data-care=MED] form")
    assert (form["method"], form["action"]) == ("get", "/programs/")
    sent = [(str(field["name"]), str(field.get("value"))) for field in form.select("input")]
    assert sent == [
        ("medication", "methadone"),
        ("medication", "buprenorphine"),
        ("medication_access", "start"),
        ("miles", "25"),
        ("near", ""),
    ]


def test_a_place_that_is_not_found_takes_nothing_away(client):
    page = answer(client, status=400, near="Chandlerton, AZ", q2=["alcohol"])
    problem = words(page, "main [role=alert]")
    assert "We could not find “Chandlerton, AZ”" in problem
    assert "Chandler, AZ" in problem
    assert cards(page) == ["WM-OUT", "OP", "IOP"]
    assert "no-sudden-stop" in told(page)
    field = only(page, "[data-care=IOP] input[name=near]")
    assert field["value"] == "Chandlerton, AZ"


def test_answers_can_be_changed_and_read_in_the_other_language(client):
    page = answer(client, near="Chandler, AZ", q2=["opioid"], q3="danger")
    again = only(page, "main form[method=post]")
    sent = {str(field["name"]): str(field["value"]) for field in again.select("input")}
    assert sent == {"q2": "opioid", "q3": "danger", "near": "Chandler, AZ"}
    form = page_of(client.post(GUIDE, {**sent, "change": "yes"}))
    chosen = [str(field["value"]) for field in form.select("input[checked]")]
    assert chosen == ["opioid", "danger", "", ""]
    assert only(form, "input[name=near]")["value"] == "Chandler, AZ"
    other = str(only(again, "button[formaction]")["formaction"])
    assert page_of(client.post(other, sent)).select("html[lang=es] [data-care=WM-HOSP]")


def test_things_to_ask_for_are_links_and_filter_nothing_else(client):
    page = answer(client, near="85225", q4=["pregnant"], q10=["u18"])
    asked = [
        parse_qs(urlsplit(str(link["href"])).query)
        for link in page.select("section[aria-labelledby=features] > p a")
    ]
    assert [each["track"] for each in asked] == [["pregnant_postpartum"], ["adolescents"]]
    assert found(page, "IOP")[1].keys() == {"near", "level_of_care", "miles"}


def test_a_term_that_keepers_took_out_leaves_what_to_ask_without_a_search(client):
    before = answer(client, q7=["nights_home"])
    Term.objects.get(facet__slug="access", slug="evening").delete()
    after = answer(client, q7=["nights_home"])
    asked = "section[aria-labelledby=features]"
    assert words(before, f"{asked} h3") == words(after, f"{asked} h3")
    assert (len(before.select(f"{asked} > p a")), len(after.select(f"{asked} > p a"))) == (1, 0)


# ---- emergencies


def test_an_overdose_shows_911_and_how_to_go_on_later_and_nothing_else(client):
    page = answer(client, q1=["overdose_signs"], q2=["opioid"], near="85225")
    assert [str(stop["data-stop"]) for stop in page.select("[data-stop]")] == ["911"]
    assert words(page, "h1") == "Call 911 now"
    assert links(page) >= {"tel:911", "/guide/", "/"}
    assert cards(page) == []


def test_thoughts_of_suicide_show_988(client):
    page = answer(client, q1=["suicidal"])
    assert [str(stop["data-stop"]) for stop in page.select("[data-stop]")] == ["988"]
    assert {"tel:988", "sms:988"} <= links(page)


def test_two_emergencies_show_both(client):
    page = answer(client, q1=["suicidal", "severe_now", "od_24h"])
    assert [str(stop["data-stop"]) for stop in page.select("[data-stop]")] == ["911", "988"]
    assert len(page.select("h1")) == 1
    assert told(page) == {"get-checked", "naloxone"}


def test_an_emergency_comes_before_a_mistake_in_the_form(client):
    page = answer(client, status=400, q1=["overdose_signs"], q3="nonsense", near="x" * 400)
    assert words(page, "h1") == "Call 911 now"


def test_a_mistake_beside_an_emergency_in_one_question_does_not_hide_it(client):
    page = answer(client, status=400, q1=["overdose_signs", "nonsense"])
    assert words(page, "h1") == "Call 911 now"


# ---- what cannot be an answer


@pytest.mark.parametrize("value", ["nonsense", "\x00", "<script>" * 999])
@pytest.mark.parametrize("question", ["q2", "q3"])
def test_what_is_no_answer_is_a_400_that_says_where(client, question, value):
    page = answer(client, status=400, **{question: [value]}, q8=["returned"])
    assert words(page, f"#{question}-hint .error") == NOT_AN_ANSWER
    assert len(page.select("[role=alert] li")) == 1
    assert only(page, "input[value=returned]").has_attr("checked")
    assert page.select("section[aria-labelledby=emergency]")


def test_a_place_with_what_no_place_has_is_a_400_on_its_field(client):
    page = answer(client, status=400, near="Chandler\x00")
    assert words(page, "#near-error") == "Null characters are not allowed."


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(
        st.sampled_from([*(question.key for question in QUESTIONS), "near", "x"]),
        st.lists(st.text(max_size=20), max_size=3),
        max_size=4,
    )
)
def test_whatever_is_sent_there_is_a_page(client, sent):
    response = client.post(GUIDE, sent)
    assert response.status_code in {200, 400}
    assert b"<h1" in response.content


def test_other_ways_to_ask_are_refused(client):
    assert client.put(GUIDE).status_code == 405
    assert client.post("/guide/how-it-works/").status_code == 405


# ---- what is kept


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_kept_by_anybody(client, method):
    response = getattr(client, method)(GUIDE, {"q2": ["opioid"]} if method == "post" else {})
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}
    assert "Set-Cookie" not in response.headers


def test_answers_are_in_no_address(client):
    page = answer(client, near="85225", q2=["opioid"], q3="danger", q6="none", q10=["u18"])
    answers = {"opioid", "danger", "none", "u18"}
    for link in links(page):
        for values in parse_qs(urlsplit(link).query).values():
            assert answers.isdisjoint(values)
    assert [form for form in page.select("main form") if form.get("method") != "post"] == []


def test_it_works_without_a_csrf_cookie():
    response = Client(enforce_csrf_checks=True).post(GUIDE, {"q2": "opioid"})
    assert response.status_code == 200


@pytest.mark.parametrize("programs", [1, 20])
def test_a_result_asks_for_the_site_the_place_and_each_card(
    client, django_assert_num_queries, programs
):
    for _ in range(programs):
        state(ProgramFactory.create(), "level_of_care/iop")
    with django_assert_num_queries(2 + 5):
        page = answer(client, near="85225", q2=["opioid", "alcohol"], q3="danger")
    assert len(cards(page)) == 5


def test_without_a_place_only_the_site_is_asked(client, django_assert_num_queries):
    for ask in (lambda: client.get(GUIDE), lambda: answer(client, q2=["opioid"])):
        with django_assert_num_queries(1):
            ask()


# ---- how it works


def test_how_it_works_shows_every_rule_its_version_and_who_signed_it(client):
    page = page_of(client.get("/guide/how-it-works/"))
    assert [str(tag["id"]) for tag in page.select("h3[id]")] == [rule.id for rule in RULES]
    assert SIGNED_OFF_BY == ""
    assert "Signed off by a clinician Nobody yet" in words(page, "main")
    assert f"Version {VERSION}, written on" in words(page, "main")
    shown = words(page, "section[aria-labelledby=M3]")
    assert "If “I need a nurse or doctor every day”" in shown
    assert "Takes away every level below: Day treatment" in shown


def test_the_landing_page_and_every_header_lead_to_it(client):
    page = page_of(client.get("/"))
    assert [words(link) for link in page.select("a[href='/guide/']")] == ["Help me choose"] * 2
    assert page_of(client.get("/how-we-rank/")).select("header nav a[href='/guide/']")


# ---- what it leans on


def test_the_lines_to_call_are_those_of_the_site():
    assert {*Line} - crisis_lines.BY_SLUG.keys() == set()
    assert {*Stop} - crisis_lines.BY_SLUG.keys() == set()


def test_a_card_leads_to_the_page_that_explains_it(client):
    page = answer(client, q2=["opioid"])
    pages = {
        str(link["href"]): words(link) for link in page.select("[data-care] a[href^='/learn/']")
    }
    assert len(pages) == 4
    for address, title in pages.items():
        assert words(page_of(client.get(address)), "h1") == title


def test_in_spanish_it_leads_to_spanish_pages(client):
    page = page_of(client.post("/es/guide/", {"near": "85225"}))
    link = only(page, "[data-care=IOP] .call a")
    assert str(link["href"]).startswith("/es/programs/?")


def test_every_filter_that_it_leads_to_is_in_the_vocabulary():
    asked = [each.filters for each in vars(features).values() if isinstance(each, Feature)]
    asked += [described.filters for described in DESCRIBED.values()]
    assert len(asked) == 25
    known = {(facet.slug, term.slug) for facet in read_vocabulary().facets for term in facet.terms}
    wanted = {
        (facet, term)
        for filters in asked
        for facet, terms in filters.items()
        for term in terms
        if facet != "medication_access"
    }
    assert wanted - known == set()
