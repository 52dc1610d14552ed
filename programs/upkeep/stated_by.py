"""Who stated a row of a listing and when, in a few words, and who speaks when somebody saves."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs.enums import DatePrecision, Role
from programs.models import Source
from programs.upkeep.permissions import role_of


def speaker(user: User | AnonymousUser) -> Source:
    """Return the source of what this person says: the facility itself, or our staff. One query."""
    is_staff_of_facility = role_of(user) == Role.FACILITY_STAFF
    return Source.objects.get(slug="facility" if is_staff_of_facility else "staff")


def stated_by(row: Any) -> str:
    """Say "The facility itself, confirmed Nov. 22, 2026". The source must be at hand."""
    if row.confirmed_on:
        return _("%(source)s, confirmed %(day)s") % {
            "source": row.source.name, "day": date_format(row.confirmed_on),
        }  # fmt: skip
    is_year = row.source.date_precision == DatePrecision.YEAR
    day = str(row.reported_on.year) if is_year else date_format(row.reported_on)
    return _("%(source)s, reported %(day)s") % {"source": row.source.name, "day": day}
