"""Bring the catalogues in `locale/` up to date with what code and templates say: `make messages`.

Translations stay, new messages come without one, and what nobody says any more goes. Nothing is
guessed. GNU gettext is not needed.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CODE = ("directory", "programs")
TEMPLATES = "templates"
CATALOGUE = Path("locale/es/LC_MESSAGES/django.po")

TRANSLATION = "django.utils.translation"
#: Which arguments of a function are the context, the message, and the message for many.
ARGUMENTS = {
    "gettext": (None, 0),
    "gettext_noop": (None, 0),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1),
    "npgettext": (0, 1, 2),
}
#: The same for Babel, which counts from one, of what Django makes of a template.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


class Said(NamedTuple):
    """A message, or one and its form for many, and where it is said."""

    message: str | tuple[str, ...]
    context: str | None
    path: str
    line: int


def main() -> None:
    sys.stdout.write(f"{update(ROOT / CATALOGUE)}\n")


def update(path: Path) -> str:
    """Rewrite a catalogue with what is said now; return how much of it is translated."""
    known = empty()
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale="es", abort_invalid=True)
    known.header_comment = (
        "# Spanish for the treatment directory. docs/spanish.md says how to correct it."
    )
    known.update(catalogue(), no_fuzzy_matching=True, update_creation_date=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, known, width=100, include_lineno=False, ignore_obsolete=True)
    messages = [message for message in known if message.id]
    missing = sum(not is_translated(message.string) for message in messages)
    return f"{len(messages)} messages, {missing} without a translation"


def empty() -> Catalog:
    return Catalog(locale="es", project="Treatment Directory", version="1", fuzzy=False)


def is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    """Return whether a message has all the forms that it needs."""
    return all(string) if isinstance(string, tuple | list) else bool(string)


def catalogue() -> Catalog:
    """Return what code and templates say now, without translations."""
    found = empty()
    for said in said_in(ROOT):
        found.add(said.message, context=said.context, locations=[(said.path, said.line)])
    return found


def said_in(root: Path) -> Iterator[Said]:
    """Yield every message of the code and the templates of a checkout, in a steady order."""
    for folder in CODE:
        for path in sorted((root / folder).rglob("*.py")):
            yield from _said_by_code(path, str(path.relative_to(root)))
    for path in sorted((root / TEMPLATES).rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            yield from _said_by_template(path, str(path.relative_to(root)))


def _said_by_code(path: Path, name: str) -> Iterator[Said]:
    """Yield what a module says, inside of f-strings too, whatever it calls gettext."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {
        alias.asname or alias.name: alias.name.removesuffix("_lazy")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == TRANSLATION
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            places = ARGUMENTS.get(functions.get(node.func.id, ""))
            if places and (said := _arguments(node, *places)):
                context, *messages = said
                yield Said(_one_or_many(messages), context, name, node.lineno)


def _arguments(call: ast.Call, *places: int | None) -> list[str | None]:
    """Return what stands at these places of a call, None where there is no place.

    Nothing if a message is not written out there: it is said elsewhere.
    """
    found: list[str | None] = []
    for place in places:
        if place is None:
            found.append(None)
            continue
        argument = call.args[place]
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            return []
        found.append(argument.value)
    return found


def _said_by_template(path: Path, name: str) -> Iterator[Said]:
    """Yield what a template says: Django turns it into calls of gettext, and Babel reads these."""
    calls = templatize(path.read_text(encoding="utf-8"))
    # Python's words mind how far a line is indented.
    lines = "\n".join(line.lstrip() for line in calls.splitlines())
    for line, message, _comments, context in extract(
        "python", io.BytesIO(lines.encode()), keywords=KEYWORDS
    ):
        messages = [message] if isinstance(message, str) else list(message)
        yield Said(_one_or_many(messages), context, name, line)


def _one_or_many(messages: list[str] | list[str | None]) -> str | tuple[str, ...]:
    texts = tuple(filter(None, messages))
    return texts[0] if len(texts) == 1 else texts


if __name__ == "__main__":
    main()
