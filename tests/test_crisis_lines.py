"""The numbers to call in a crisis: one file, each with the day that somebody made sure of it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.checks import run_checks
from django.template.loader import render_to_string
from django.utils import translation

from programs.checks import CRISIS_LINES, warnings
from programs.crisis_lines import (
    BY_SLUG,
    LINES,
    STRIP,
    CrisisLinesError,
    as_printed,
    due,
    read,
)
from tests.pages import words

#: The dates of the file are held against this day, so that no test fails of old age.
TODAY = date(2026, 11, 22)

LINE = """
  - slug: line
    who: {en: Somebody, es: Alguien}
    when: {en: In need, es: Si lo necesita}
    call: "988"
    source: https://example.org/
"""
CHECKED = "    checked_on: 2026-11-01\n    checked_how: dialed\n"


def page_of_text(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def lines_of(tmp_path: Path, text: str):
    file = tmp_path / "crisis.yaml"
    file.write_text(f"lines:{text}", encoding="utf-8")
    return read(file)


def test_a_line_counts_as_checked_for_ninety_days(tmp_path):
    [line] = lines_of(tmp_path, LINE + CHECKED)
    assert line.checked_on == date(2026, 11, 1)
    ninetieth = date(2026, 11, 1) + timedelta(days=90)
    assert due([line], ninetieth) == []
    assert due([line], ninetieth + timedelta(days=1)) == [line]


def test_a_line_that_nobody_checked_is_due(tmp_path):
    lines = lines_of(tmp_path, LINE)
    assert due(lines, TODAY) == list(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LINE + "    fax: '1'\n", "crisis.yaml: line: unknown: fax"),
        (LINE.replace('"988"', '"98x"'), "'98x' is not a number"),
        (LINE.replace('"988"', "+18006624357"), "'18006624357' is not a number"),
        (LINE.replace('"988"', '"1-800-662-4357"'), "is not a number"),
        (LINE.replace(", es: Alguien", ""), "'Somebody' is not there in both languages"),
        (LINE + "    checked_on: 2026-11-01\n", "goes with checked_how"),
        (LINE + "    checked_on: 2026-11-01\n    checked_how: guessed\n", "'guessed'"),
        (LINE + "    checked_on: soon\n    checked_how: dialed\n", "checked_on is a date"),
        (LINE + "    in_strip: true\n", "nobody has checked"),
        (LINE.replace('    call: "988"\n', ""), "'call'"),
        (LINE + LINE, "crisis.yaml: twice: line"),
        ("\n  - [", "crisis.yaml cannot be read"),
        ("\n  - word", "crisis.yaml: 'word' is not a line"),
    ],
)
def test_a_line_that_is_not_fit_to_be_shown_stops_the_start(tmp_path, text, message):
    with pytest.raises(CrisisLinesError, match=re.escape(message)):
        lines_of(tmp_path, text)


def test_the_strip_holds_emergency_lifeline_and_helpline_and_all_of_them_are_checked():
    assert [line.slug for line in STRIP] == ["911", "988", "samhsa-helpline"]
    assert due(STRIP, TODAY) == []


def test_nobody_has_dialed_a_number_yet_and_two_are_not_checked_at_all():
    """What the file says of itself. Who dials one changes this line with it."""
    assert {line.checked_how for line in LINES} == {"compared", None}
    assert [line.slug for line in due(LINES, TODAY)] == ["never-use-alone", "safespot"]


def test_the_check_before_a_deployment_names_each_line_that_is_due():
    said = [warning.msg for warning in warnings(LINES, TODAY)]
    assert said == [
        "The crisis line never-use-alone (+18004843731) was never checked.",
        "The crisis line safespot (+18009720590) was never checked.",
    ]
    later = TODAY + timedelta(days=91)
    assert [w.msg for w in warnings([BY_SLUG["988"]], later)] == [
        "The crisis line 988 (988) was last checked on 2026-11-22."
    ]
    found = run_checks(tags=[CRISIS_LINES], include_deployment_checks=True)
    assert {(warning.id, warning.is_serious()) for warning in found} == {("programs.W001", False)}
    assert run_checks(tags=[CRISIS_LINES]) == []


def test_a_number_is_printed_with_its_groups():
    assert [as_printed(number) for number in ("+18006624357", "988")] == ["1-800-662-4357", "988"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "Overdose or danger now: call 911",
                "In crisis, or thinking of suicide: call 988 or text 988",
                "Free help to find treatment, 24/7: call 1-800-662-4357 or"
                " text your ZIP code to 435748",
            ],
        ),
        (
            "es",
            ["Sobredosis o peligro ahora: ", "En crisis, o si piensa en el suicidio: ", "Ayuda"],
        ),
    ],
)
def test_the_strip_speaks_the_language_of_the_page(language, said):
    with translation.override(language):
        strip = page_of_text(render_to_string("includes/crisis.html"))
    texts = [words(p) for p in strip.select("p")]
    assert [text[: len(start)] for text, start in zip(texts, said, strict=True)] == said


def test_in_spanish_the_lifeline_is_988_and_press_2_and_no_text_is_answered_in_english_only():
    with translation.override("es"):
        strip = page_of_text(render_to_string("includes/crisis.html"))
    assert [link["href"] for link in strip.select("a")] == [
        "tel:911",
        "/es/learn/naloxone/",
        "tel:988",
        "sms:988",
        "tel:+18006624357",
    ]
    assert "2" in words(strip.select("p")[1]).replace("988", "")
    assert "AYUDA" in words(strip.select("p")[1])


def test_a_list_of_lines_says_which_number_nobody_has_checked():
    page = page_of_text(render_to_string("includes/crisis_lines.html"))
    shown = {words(item, "strong"): words(item, ".source") for item in page.select("li")}
    assert list(shown) == [line.who.en for line in LINES]
    assert shown["Never Use Alone"] == "We have not checked this number yet."
    assert shown["Veterans Crisis Line"] == (
        "Checked on Nov. 22, 2026: compared with the published page, not dialed."
    )
    veterans = page.select("li")[3]
    assert "call 988 , press 1" in words(veterans)
    assert [link["href"] for link in veterans.select("a")] == ["tel:988", "sms:838255"]
    assert [link["href"] for link in page.select("li")[2].select("a")] == [
        "tel:+18006624357",
        "sms:435748",
        "tel:+18004874889",
    ]


def sources() -> dict[str, str]:
    roots = [settings.BASE_DIR / folder for folder in ("templates", "programs", "content")]
    return {
        str(path.relative_to(settings.BASE_DIR)): path.read_text(encoding="utf-8")
        for root in roots
        for path in root.rglob("*")
        if path.suffix in {".html", ".txt", ".py", ".md"}
    }


def test_a_link_that_a_page_writes_by_itself_is_one_of_the_file():
    known = {f"tel:{number}" for line in LINES for number in (line.call, line.also_call)}
    known |= {f"sms:{line.text_to.en}" for line in LINES}
    written = {
        link for text in sources().values() for link in re.findall(r"(?:tel|sms):[+\d]+", text)
    }
    assert written - known == set()


def test_a_number_in_the_midst_of_a_text_is_one_of_the_file():
    known = {as_printed(number) for line in LINES for number in (line.call, line.also_call)}
    written = {
        number
        for text in sources().values()
        for number in re.findall(r"\b(?:1-)?8\d\d-\d{3}-\d{4}", text)
    }
    assert "1-800-662-4357" in known
    assert written - known == set()
