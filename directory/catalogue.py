"""Translations as the site reads them: compiled from `locale/` when it starts, without gettext."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def compiled(sources: Path, target: Path) -> Path:
    """Bring the compiled catalogues in `target` up to date with `sources`, and return it.

    Both are folders as Django wants them: `es/LC_MESSAGES/django.po`, and `.mo`. A catalogue that
    stands is not read again. Raises babel.messages.pofile.PoFileError with the line that is wrong.
    """
    for source in sources.glob("*/LC_MESSAGES/*.po"):
        result = (target / source.relative_to(sources)).with_suffix(".mo")
        changed_at = source.stat().st_mtime_ns
        if not result.exists() or result.stat().st_mtime_ns != changed_at:
            _compile(source, result)
            os.utime(result, ns=(changed_at, changed_at))
    return target


def _compile(source: Path, result: Path) -> None:
    """Write a catalogue at once, for another process may read it meanwhile."""
    # Here, for it is slow to come and is seldom needed.
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        read = read_po(file, abort_invalid=True)
    translated = Catalog(locale=read.locale, header_comment="")
    translated.mime_headers = read.mime_headers
    for message in read:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        # What lacks a translation is shown in English.
        if message.id and all(strings):
            translated.add(message.id, message.string, context=message.context)
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=result.parent, delete=False) as written:
        write_mo(written, translated)
    Path(written.name).replace(result)
