"""What a row of a listing states, by whom and when, in a few words; who speaks on a save."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs.enums import DatePrecision, Role
from programs.models import Source
from programs.models.provenance import name_of_source
from programs.upkeep.permissions import role_of


def speaker(user: User | AnonymousUser) -> Source:
    """Return the source of what this person says: the facility itself, or our staff. One query."""
    is_staff_of_facility = role_of(user) == Role.FACILITY_STAFF
    return Source.objects.get(slug="facility" if is_staff_of_facility else "staff")


def stated_by(row: Any) -> str:
    """Say "The facility itself, confirmed Nov. 22, 2026". The source must be at hand."""
    return attributed(
        row.source.name,
        row.source.date_precision,
        reported_on=row.reported_on,
        confirmed_on=row.confirmed_on,
    )


def attributed(
    source_name: str, date_precision: str, *, reported_on: date, confirmed_on: date | None
) -> str:
    """Name a source and the day on which it last stood by what it says, as exactly as is known."""
    if confirmed_on:
        day = date_format(confirmed_on)
        return _("%(source)s, confirmed %(day)s") % {
            "source": name_of_source(source_name),
            "day": day,
        }
    is_year = date_precision == DatePrecision.YEAR
    day = str(reported_on.year) if is_year else date_format(reported_on)
    return _("%(source)s, reported %(day)s") % {"source": name_of_source(source_name), "day": day}


def said(fact: Any) -> str:
    """Say the answer or relation of a fact: "Can continue it"."""
    display = getattr(fact, "get_relation_display", None) or fact.get_answer_display
    return str(display())


def fact_text(fact: Any) -> str:
    """Say a fact in one line: "Methadone: Can continue it". Its term must be at hand."""
    plan = getattr(fact, "plan", "")
    return f"{fact.term}: {said(fact)}, {plan}" if plan else f"{fact.term}: {said(fact)}"
