"""The docs name every filter, setting and command there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.http import QueryDict

from programs.filters import ProgramFilter
from programs.search.vocabulary import site_state

ROOT = settings.BASE_DIR


def words_of(*documents: str) -> set[str]:
    """Return what stands between backticks, split into words."""
    text = "\n".join((ROOT / document).read_text() for document in documents)
    return {word for quoted in re.findall(r"`([^`\n]+)`", text) for word in quoted.split()}


def variables_read(path: Path) -> set[str]:
    """Return the names that a module asks of the environment, by env.kind("NAME", ...)."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) in ("env", "os.environ")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


@pytest.mark.django_db
def test_every_filter_is_documented():
    vocabulary = site_state().vocabulary
    # Facets have a filter where they are asked for.
    asked = QueryDict(mutable=True)
    for facet in vocabulary.facets:
        asked.update({facet.slug: "any", f"not_{facet.slug}": "any"})
    filters = ProgramFilter(asked, vocabulary=vocabulary).form.fields
    assert len(filters) > 2 * len(vocabulary.facets)
    # `not_` before a facet's name is described once.
    names = {name.removeprefix("not_") for name in filters} | {"not_"}
    assert names - {word.rstrip(",") for word in words_of("docs/search.md")} == set()


def test_every_setting_is_documented():
    modules = ("directory/settings.py", "directory/server.py", "bench/__main__.py")
    asked = set().union(*(variables_read(ROOT / module) for module in modules))
    internal = {"DJANGO_SETTINGS_MODULE"}
    assert {"SECRET_KEY", "DATABASE_URL"} <= asked
    assert asked - internal - words_of("docs/deploy.md") == set()


def test_every_command_is_documented():
    ours = {name for name, app in get_commands().items() if app == "programs"}
    assert ours
    documented = {word.rstrip(",") for word in words_of("docs/deploy.md", "README.md")}
    assert ours - documented == set()


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "docs/architecture.md").read_text().casefold()
    own = (ROOT / "requirements.txt").read_text().split("# What those need")[0]
    named = re.findall(r"^([A-Za-z0-9_.-]+)[\[=]", own, flags=re.MULTILINE)
    aliases = {"psycopg": "psycopg 3"}
    missing = {name for name in named if aliases.get(name, name).casefold() not in reasons}
    assert missing == set()
