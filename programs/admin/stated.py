"""What is stated of a program, in words, for the pages that merge and split listings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs.models import Opening
from programs.upkeep.merging import UnitKey
from programs.upkeep.stated_by import said, stated_by


def unit_label(key: UnitKey, term: Any) -> str:
    """Return the name of a thing that is stated of a program."""
    label = f"{term.facet}: {term}" if term else str(_("The whole program"))
    if key.table == Opening._meta.model_name:
        label = _("Openings, %s") % label
    return f"{label} ({key.plan})" if key.plan else label


def said_text(rows: Iterable[Any]) -> str:
    """Say what was stated, by whom and when; nothing where nobody did."""
    return "; ".join(map(_row_text, rows))


def _row_text(row: Any) -> str:
    if isinstance(row, Opening):
        return f"{row.get_status_display()} ({row.source}, {date_format(row.stated_at)})"
    return f"{said(row)} ({stated_by(row)})"
