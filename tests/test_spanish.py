"""Nothing of the site is without its Spanish, and what is said in both languages says the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache

import pytest
import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.db.models import Choices
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import override

from directory.messages import CATALOGUE, ROOT, catalogue, is_translated
from programs import enums
from programs.models.provenance import NAMES_KNOWN, name_of_source
from tests.pages import page_of, words

#: What is filled in, and what is markup: the same in both languages, in whatever order.
FILLED_IN = re.compile(r"%%|%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w[^>]*>")


@cache
def spanish() -> Catalog:
    with (ROOT / CATALOGUE).open("rb") as file:
        return read_po(file, abort_invalid=True)


def messages() -> list[Message]:
    return [message for message in spanish() if message.id]


def forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, tuple | list) else [str(text)]


def test_everything_that_is_said_is_in_the_catalogue_and_nothing_else():
    # If this fails: make messages, and translate what came in (docs/spanish.md).
    said = {(message.id, message.context) for message in catalogue() if message.id}
    known = {(message.id, message.context) for message in messages()}
    assert (said - known, known - said) == (set(), set())


def test_everything_is_translated():
    missing = [each.id for each in messages() if not is_translated(each.string) or each.fuzzy]
    assert missing == []


def test_a_translation_fills_in_what_the_english_does():
    different = [
        (english, translated)
        for message in messages()
        for english, translated in zip(forms(message.id), forms(message.string), strict=True)
        if sorted(FILLED_IN.findall(english)) != sorted(FILLED_IN.findall(translated))
    ]
    assert different == []


def test_a_translation_has_the_forms_that_spanish_has():
    assert spanish().num_plurals == 2
    several = [each for each in messages() if isinstance(each.id, tuple)]
    assert len(several) > 30
    assert [each.id for each in several if len(forms(each.string)) != 2] == []


def test_people_come_before_their_condition():
    # Words that docs/spanish.md leaves to names of therapies and to what people search for.
    shunned = re.compile(r"\b(adict[oa]s?|drogadict|alcohólic|toxicóman|recaíd|yonqui)", re.I)
    said = [form for message in messages() for form in forms(message.string)]
    assert [text for text in said if shunned.search(text)] == [
        "Ayuda para no volver a consumir (prevención de recaídas)"
    ]


def test_every_label_of_a_choice_changes_with_the_language():
    labels = [
        (f"{name}.{choice.name}", choice.label)
        for name, choices in vars(enums).items()
        if isinstance(choices, type) and issubclass(choices, Choices)
        for choice in choices
    ]
    assert len(labels) > 100
    assert [name for name, label in labels if not isinstance(label, Promise)] == []


def test_sources_that_come_with_the_site_have_a_name_in_both_languages():
    listed = yaml.safe_load((ROOT / "fixtures" / "sources.yaml").read_text())["sources"]
    assert {source["name"] for source in listed} == NAMES_KNOWN
    with override("es"):
        assert name_of_source("The facility itself") == "El propio centro"
        assert name_of_source("Survey of our own") == "Survey of our own"


@pytest.mark.parametrize(
    ("language", "day", "number"),
    [("en", "Nov. 21, 2026", "1,234.5"), ("es", "21 de noviembre de 2026", "1,234.5")],
)
def test_dates_are_spanish_and_numbers_those_of_the_united_states(language, day, number):
    with override(language):
        assert formats.date_format(date(2026, 11, 21)) == day
        assert formats.number_format(1234.5, use_l10n=True, force_grouping=True) == number
        assert formats.get_format("DATE_INPUT_FORMATS")[:2] == ["%Y-%m-%d", "%m/%d/%Y"]


def test_a_time_of_day_is_said_as_people_say_it():
    at = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
    with override("es"), timezone.override(UTC):
        assert formats.date_format(at, "DATETIME_FORMAT") == "21 de noviembre de 2026, 4:05 p.m."


@pytest.mark.django_db
def test_a_page_in_spanish_says_who_made_the_spanish_and_an_english_one_does_not(client):
    said = "Una máquina ayudó a traducir"
    assert said in words(page_of(client.get("/es/")), "footer")
    assert said not in words(page_of(client.get("/")), "footer")


def test_every_language_has_a_name_of_its_own():
    assert settings.LANGUAGES == [("en", "English"), ("es", "Español")]
