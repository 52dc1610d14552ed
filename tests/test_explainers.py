"""The pages that explain: their files, how they read, and how they lead to a search."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.utils import translation

from programs import explainers as module
from programs.explainers import (
    LEARN,
    ContentError,
    Explainer,
    Group,
    all_explainers,
    explainer_of_term,
    explainers,
    read_explainers,
)
from programs.models import CodeStatement, Term
from tests.factories import ProgramFactory, state, term
from tests.pages import only, page_of, words
from tests.reading import ease_in_spanish, grade, sentences_of_html
from tests.test_vocabulary import LABELLING_WORDS

ENGLISH, SPANISH = all_explainers()["en"], all_explainers()["es"]

#: Words that we do not use of people, in Spanish, and promises.
LABELLING_WORDS_IN_SPANISH = re.compile(
    r"\b(adict[oa]s?|drogadict\w*|alcohólic\w*|borrach\w*|limpi[oa]s?|suci[oa]s?|reca(er|íd[oa]s?)"
    r"|abusador\w*|yonqui\w*|sufr\w*|víctimas?|garanti\w*|cura[nr]?|debe usted)\b",
    re.IGNORECASE,
)


# ---- what is written


def text_of(page: Explainer) -> str:
    return f"{page.summary} {sentences_of_html(page.html)}"


def test_english_pages_can_be_read_after_eight_years_of_school():
    grades = {slug: grade(text_of(page)) for slug, page in ENGLISH.items()}
    assert {slug for slug, measured in grades.items() if measured > 8} == set()


def test_spanish_pages_are_at_least_fairly_easy():
    eases = {slug: ease_in_spanish(text_of(page)) for slug, page in SPANISH.items()}
    assert {slug for slug, measured in eases.items() if measured < 60} == set()


def test_the_measures_tell_hard_from_easy():
    assert grade("The cat sat on the mat.") < 2
    assert grade("Comprehensive multidisciplinary rehabilitation facilities.") > 12
    assert ease_in_spanish("El gato come pan. Hoy hace sol.") > 90
    hard = "La institucionalización multidisciplinaria posibilita la rehabilitación farmacológica"
    assert ease_in_spanish(hard) < 30


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_page_is_one_screen_and_speaks_of_people_first(language):
    avoided = {"en": LABELLING_WORDS, "es": LABELLING_WORDS_IN_SPANISH}[language]
    for slug, page in all_explainers()[language].items():
        text = f"{page.title} {text_of(page)}"
        assert 120 <= len(text.split()) <= 250, slug
        assert avoided.findall(text) == [], slug


@pytest.mark.parametrize(
    ("pages", "warning", "names_what"),
    [
        (ENGLISH, r"(don't|do not) stop", r"alcohol|benzos|drink or take|stop drinking"),
        (SPANISH, r"\bde golpe\b", r"alcohol|benzodiazepinas|deje de beber"),
    ],
)
def test_a_page_of_a_medicine_never_leaves_open_what_not_to_stop(pages, warning, names_what):
    # "If you drink, don't stop" under the name of a pill may be read as: go on with the pill.
    for slug in ("acamprosate", "alcohol-medicine", "disulfiram", "naltrexone"):
        sentences = re.split(r"(?<=[.!?])\s", pages[slug].markdown)
        warnings = [each for each in sentences if re.search(warning, each)]
        assert warnings, slug
        assert [each for each in warnings if not re.search(names_what, each)] == [], slug


def test_both_languages_have_the_same_pages_with_the_same_parts():
    assert list(ENGLISH) == list(SPANISH)
    for slug, page in ENGLISH.items():
        parts = [re.findall(r"<(h2|li|ol|ul)>", each.html) for each in (page, SPANISH[slug])]
        assert parts[0] == parts[1], slug


def test_nobody_has_checked_a_page_yet_so_none_says_so():
    signed = [
        page.slug
        for pages in all_explainers().values()
        for page in pages.values()
        if page.reviewed_on or page.reviewer
    ]
    assert signed == []


@pytest.mark.django_db
def test_every_level_of_care_and_every_medicine_for_addiction_is_explained_once():
    terms = {*Term.objects.values_list("facet__slug", "slug")}
    explained = explainer_of_term()
    assert set(explained) - terms == set()
    levels = {path for path in terms if path[0] == "level_of_care"}
    medicines = {path for path in terms if path[0] == "medication"}
    assert levels - set(explained) == set()
    assert {slug for _facet, slug in medicines - set(explained)} == {
        "nicotine_replacement",
        "quit_smoking_medicine",
        "psychiatric_medicine",
    }


# ---- mistakes in the files


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with two pages in both languages, to spoil."""
    for language in ("en", "es"):
        (tmp_path / "content" / "learn" / language).mkdir(parents=True)
        for slug in ("iop", "methadone"):
            shutil.copy(LEARN / language / f"{slug}.md", tmp_path / "content" / "learn" / language)
    for path in tmp_path.glob("content/learn/en/*.md"):
        path.write_text(re.sub(r"^see: .*$", "see: [iop]", path.read_text(), flags=re.MULTILINE))
    return tmp_path / "content" / "learn"


def test_the_copied_pages_are_read(folder):
    assert [*read_explainers(folder)["es"]] == ["iop", "methadone"]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("en/iop.md", "summary: ", "summery: ", "en/iop.md: “summary” is missing"),
        ("en/iop.md", "group: ", "x: 1\ngroup: ", "en/iop.md: “x” is not known here"),
        ("es/iop.md", "reviewer:", "see: []\nreviewer:", "es/iop.md: “see” is not known here"),
        ("en/iop.md", "group: level_of_care", "group: care",
         "en/iop.md: “group” has to be one of start, level_of_care, medication, payment"),
        ("en/iop.md", "position: 20", "position: second",
         "en/iop.md: “position” has to be a whole number"),
        ("en/iop.md", "position: 20", "position: true",
         "en/iop.md: “position” has to be a whole number"),
        ("en/iop.md", "written_on: 2026-11-22", "written_on: 2026-11-22 10:00:00",
         "en/iop.md: “written_on” has to be a day such as 2026-11-22"),
        ("en/iop.md", "reviewed_on:\n", "reviewed_on: soon\n",
         "en/iop.md: “reviewed_on” has to be a day such as 2026-11-22 or nothing"),
        ("es/iop.md", "reviewed_on:\n", "reviewed_on: 2026-12-01\n",
         "es/iop.md: “reviewed_on” and “reviewer” go together"),
        ("es/iop.md", "reviewed_on:\nreviewer:", "reviewed_on: 2026-11-01\nreviewer: Dr. Ann Chu",
         "es/iop.md: “reviewed_on” is before “written_on”: what was reviewed has changed"),
        ("en/iop.md", "level_of_care/iop", "iop",
         "en/iop.md: “about” has to name terms such as level_of_care/iop"),
        ("en/iop.md", "medication/methadone", "level_of_care/iop", ""),
        ("en/iop.md", "see: [iop]", "see: [iop, nothing]",
         "en/iop.md: “see” names nothing, which is no page"),
        ("en/iop.md", "address: https:", "address: http:",
         "en/iop.md: sources: “address” has to begin with https://"),
        ("en/iop.md", "    dated: 2021", "    years: 2021",
         "en/iop.md: sources: “dated” is missing"),
        ("en/iop.md", "---\ntitle", "# IOP\n---\ntitle",
         "en/iop.md: has to begin with front matter, names and values"),
        ("en/iop.md", "title: \"", "title: [",
         "en/iop.md: has no front matter in YAML between two ---"),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_the_file_and_the_field(folder, file, old, new, message):
    if not message:
        file, message = "en/methadone.md", "“about” of two pages names level_of_care/iop"
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ContentError) as stopped:
        read_explainers(folder)
    assert str(stopped.value).endswith(message)
    assert "content/learn/en" in str(stopped.value) or "content/learn/es" in str(stopped.value)


def test_a_page_in_one_language_alone_is_a_mistake(folder):
    (folder / "es" / "iop.md").unlink()
    with pytest.raises(ContentError, match=r"learn/es/iop\.md: cannot be read: No such file"):
        read_explainers(folder)


def test_a_folder_without_pages_is_a_mistake(tmp_path):
    with pytest.raises(ContentError, match="there are no pages here"):
        read_explainers(tmp_path)


def test_html_in_a_page_is_printed_as_text_and_links_lead_nowhere(folder):
    path = folder / "en" / "iop.md"
    path.write_text(
        path.read_text() + "\n<script>alert(1)</script> [x](javascript:alert(1)) ![y](//z)\n"
    )
    html = read_explainers(folder)["en"]["iop"].html
    assert BeautifulSoup(html, "html.parser").select("script, a, img") == []
    assert "&lt;script&gt;" in html


# ---- the pages


@pytest.mark.django_db
def test_the_list_leads_to_every_page_by_group(client, django_assert_num_queries):
    client.get("/learn/")  # the vocabulary is read once
    with django_assert_num_queries(1):
        page = page_of(client.get("/learn/"))
    assert [str(heading["id"]) for heading in page.select("main h2")] == Group.values
    links = [str(link["href"]) for link in page.select("main li a")]
    assert links == [f"/learn/{slug}/" for slug in ENGLISH]


@pytest.mark.django_db
def test_every_page_answers_says_who_checked_it_and_names_its_sources(client):
    for slug, explainer in ENGLISH.items():
        response = client.get(f"/learn/{slug}/")
        page = page_of(response)
        assert (response.status_code, words(page, "h1")) == (200, explainer.title)
        assert "Not yet checked by a clinician." in words(page, "article footer")
        assert "Written on Nov. 22, 2026." in words(page, "article footer")
        assert [str(link["href"]) for link in page.select("article footer a")] == [
            source.address for source in explainer.sources
        ]
        assert {str(link["rel"]) for link in page.select("article footer a")} == {
            "['noreferrer', 'noopener']"
        }


@pytest.mark.django_db
def test_a_checked_page_says_by_whom_and_when(client, monkeypatch):
    signed = replace(ENGLISH["iop"], reviewed_on=date(2026, 12, 1), reviewer="Ann Chu, MD")
    pages = {"en": {**ENGLISH, "iop": signed}, "es": SPANISH}
    monkeypatch.setattr(module, "all_explainers", lambda: pages)
    footer = words(page_of(client.get("/learn/iop/")), "article footer")
    assert "Checked by Ann Chu, MD on Dec. 1, 2026." in footer
    assert "Not yet checked" not in footer


@pytest.mark.django_db
def test_a_page_ends_in_a_search_that_finds_what_it_is_about(client, django_assert_num_queries):
    program = ProgramFactory.create()
    state(program, "level_of_care/iop")
    other = ProgramFactory.create()
    state(other, "level_of_care/outpatient")
    client.get("/learn/iop/")
    with django_assert_num_queries(1):
        form = only(page_of(client.get("/learn/iop/")), "main form")
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input")}
    assert (form["action"], form["method"]) == ("/programs/", "get")
    assert fields == {"near": "", "level_of_care": "iop"}
    found = page_of(client.get(str(form["action"]), fields | {"near": "85225"}))
    assert [each["data-program"] for each in found.select("[data-program]")] == [str(program.pk)]


@pytest.mark.django_db
def test_a_page_about_a_term_that_keepers_took_out_still_searches(client):
    taken = term("level_of_care/iop")
    CodeStatement.objects.filter(term=taken).delete()
    taken.delete()
    form = only(page_of(client.get("/learn/iop/")), "main form")
    assert [str(each["name"]) for each in form.select("input")] == ["near"]


@pytest.mark.django_db
def test_pages_speak_the_language_of_the_visit():
    with translation.override("es"):
        assert explainers(translation.get_language())["iop"].title.startswith("¿Qué es")
    assert explainers("en-us")["iop"].title.startswith("What is")
    assert explainers(None)["iop"].title.startswith("What is")


@pytest.mark.django_db
def test_the_filters_lead_to_what_their_options_mean(client):
    page = page_of(client.get("/programs/"))
    links = page.select("fieldset a.more")
    assert [(str(link["href"]), words(link)) for link in links] == [
        ("/learn/#level_of_care", "What do these mean? Level of care"),
        ("/learn/#medication", "What do these mean? Medicine"),
        ("/learn/#payment", "What do these mean? Payment"),
    ]
    anchors = page_of(client.get("/learn/")).select("h2[id]")
    assert {str(link["href"]).partition("#")[2] for link in links} <= {
        str(anchor["id"]) for anchor in anchors
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("near=85225", []),
        ("near=85225&level_of_care=iop", ["iop"]),
        ("near=85225&q=suboxone", ["buprenorphine"]),
        ("level_of_care=residential&level_of_care=residential_long&track=women", ["residential"]),
        ("level_of_care=iop&level_of_care=php&level_of_care=otp&level_of_care=obot",
         ["iop", "php", "otp"]),
        ("not_level_of_care=iop", []),
    ],
)  # fmt: skip
def test_results_lead_to_what_explains_what_was_asked_for(client, query, slugs):
    page = page_of(client.get(f"/programs/?{query}"))
    assert [str(link["href"]) for link in page.select(".explained a")] == [
        f"/learn/{slug}/" for slug in slugs
    ]


@pytest.mark.django_db
def test_a_listing_leads_to_what_explains_its_levels_and_medicines(client):
    program = ProgramFactory.create()
    for path in ("level_of_care/iop", "medication/methadone", "payment/medicaid", "track/women"):
        state(program, path)
    page = page_of(client.get(program.get_absolute_url()))
    assert [(str(link["href"]), words(link)) for link in page.select(".facts a.more")] == [
        ("/learn/iop/", "What is this? Intensive outpatient (IOP)"),
        ("/learn/methadone/", "What is this? Methadone"),
        ("/learn/medicaid/", "What is this? Medicaid"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["nothing", "..%2Fiop", "iop.md", "IOP", "%00"])
def test_a_page_that_is_not_there_is_not_found(client, path):
    response = client.get(f"/learn/{path}/")
    assert (response.status_code, dict(response.cookies)) == (404, {})


@pytest.mark.django_db
def test_what_is_sent_to_a_page_is_not_read(client):
    assert client.post("/learn/iop/").status_code == 405
    page = client.get("/learn/iop/", {"near": "<script>", "level_of_care": "\x00"})
    assert (page.status_code, b"<script>" in page.content) == (200, False)
