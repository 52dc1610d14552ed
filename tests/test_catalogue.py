"""Gathering what the site says, and compiling what translators wrote."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from django.conf import settings
from django.template import Engine, Node
from django.template.base import FilterExpression, Variable
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from directory.catalogue import compiled
from directory.messages import catalogue, empty, said_in, update

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, npgettext, pgettext as p

def said(count, name):
    _("Call " "now")
    f"{name}: {_('inside')}"
    ngettext("%s day", "%s days", count)
    p("of a month", "May")
    npgettext("of a bed", "%s open", "%s open ones", count)
    _(name)
    print("not said")

LABEL = gettext_lazy("Label")
"""
TEMPLATE = """{% load i18n %}
  {% translate "50% of them" %}
{% translate 'Open' context "of a door" %}
    {% blocktranslate trimmed with who=name|lower %}
      It is {{ who }},
      100% sure.
    {% endblocktranslate %}
  {% blocktranslate count days=3 %}{{ days }} day{% plural %}{{ days }} days{% endblocktranslate %}
{% include "x.html" with label=_("A label") %}{{ _("A value")|upper }}
{% comment %}{% translate "left out" %}{% endcomment %}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder, name, text in [
        ("directory", "code.py", CODE),
        ("programs", "empty.py", ""),
        ("templates", "page.html", TEMPLATE),
    ]:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    return tmp_path


def test_every_way_to_say_something_is_gathered(checkout):
    assert {(said.message, said.context) for said in said_in(checkout)} == {
        ("Call now", None),
        ("inside", None),
        (("%s day", "%s days"), None),
        ("May", "of a month"),
        (("%s open", "%s open ones"), "of a bed"),
        ("Label", None),
        ("50%% of them", None),
        ("Open", "of a door"),
        ("It is %(who)s, 100%% sure.", None),
        (("%(days)s day", "%(days)s days"), None),
        ("A label", None),
        ("A value", None),
    }


def parts_of(value: Any, seen: set[int]) -> Iterator[Any]:
    """Yield the nodes and expressions of a template, however its tags keep them."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Node | FilterExpression):
        yield value
        value = vars(value) if isinstance(value, Node) else value.filters
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(inner, list | tuple | type({}.values())):
        for each in inner:
            yield from parts_of(each, seen)


def looked_up_by(part: Any) -> list[tuple[str, str | None]]:
    """Return the messages that a part of a template looks up when it is printed."""
    if isinstance(part, BlockTranslateNode):
        context = part.message_context.var if part.message_context else None
        tokens = [each for each in (part.singular, part.plural) if each]
        return [(part.render_token_list(each)[0], context) for each in tokens]
    if isinstance(part, TranslateNode):
        context = part.message_context.var if part.message_context else None
        return [(part.filter_expression.var.literal.replace("%", "%%"), context)]
    variable = part.var if isinstance(part, FilterExpression) else None
    if isinstance(variable, Variable) and variable.translate and not variable.message_context:
        return [(str(variable.literal).replace("%", "%%"), None)]
    return []


def test_what_templates_look_up_is_what_was_gathered():
    gathered = {
        (text, message.context)
        for message in catalogue()
        for text in (message.id if isinstance(message.id, tuple) else (message.id,))
    }
    asked: set[tuple[str, str | None]] = set()
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        name = str(path.relative_to(settings.BASE_DIR / "templates"))
        # What `{% translate %}` wraps in an expression is looked up by the tag itself.
        for part in parts_of(Engine.get_default().get_template(name).nodelist, set()):
            asked.update(looked_up_by(part))
    assert len(asked) > 500
    assert asked - gathered == set()


def test_an_update_keeps_translations_drops_what_is_gone_and_guesses_nothing(tmp_path, monkeypatch):
    path = tmp_path / "django.po"
    old = empty()
    old.add("Search", "Buscar")
    old.add("Searches", "Búsquedas")
    with path.open("wb") as file:
        write_po(file, old)
    new = empty()
    new.add("Search")
    new.add("Searching")
    monkeypatch.setattr("directory.messages.catalogue", lambda: new)
    assert update(path) == "2 messages, 1 without a translation"
    with path.open("rb") as file:
        written = read_po(file)
    assert {message.id: message.string for message in written if message.id} == {
        "Search": "Buscar",
        "Searching": "",
    }
    assert written.obsolete == {}
    assert [message.id for message in written if message.id and message.fuzzy] == []


def compile_of(folder: Path, written: Catalog) -> gettext.GNUTranslations:
    source = folder / "from" / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    with source.open("wb") as file:
        write_po(file, written)
    compiled(folder / "from", folder / "to")
    with (folder / "to" / "es" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_what_is_compiled_is_what_was_written_and_the_rest_stays_english(tmp_path):
    written = empty()
    written.add("Search", "Buscar")
    written.add("Not yet")
    written.add(("%s day", "%s days"), ("%s día", "%s días"))
    written.add(("%s bed", "%s beds"), ("", ""))
    written.add("Open", "Abierta", context="of a door")
    read = compile_of(tmp_path, written)
    assert (read.gettext("Search"), read.gettext("Not yet")) == ("Buscar", "Not yet")
    assert [read.ngettext("%s day", "%s days", n) for n in (1, 2)] == ["%s día", "%s días"]
    assert [read.ngettext("%s bed", "%s beds", n) for n in (1, 2)] == ["%s bed", "%s beds"]
    assert (read.pgettext("of a door", "Open"), read.gettext("Open")) == ("Abierta", "Open")


def test_a_catalogue_is_compiled_again_when_it_has_changed_and_only_then(tmp_path):
    written = empty()
    written.add("Search", "Buscar")
    compile_of(tmp_path, written)
    result = tmp_path / "to" / "es" / "LC_MESSAGES" / "django.mo"
    first = result.stat().st_ino
    compiled(tmp_path / "from", tmp_path / "to")
    assert result.stat().st_ino == first
    written["Search"].string = "Encontrar"
    assert compile_of(tmp_path, written).gettext("Search") == "Encontrar"


def test_a_broken_catalogue_stops_the_start_with_its_line(tmp_path):
    source = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "Search"\nBuscar\n')
    with pytest.raises(PoFileError, match="on 1"):
        compiled(tmp_path, tmp_path / "to")
