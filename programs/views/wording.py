"""The sentences that say how far, how sure and how old. Pure: `today` is passed in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

import phonenumbers
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from programs.enums import DatePrecision, LocationPrecision, OpeningStatus, PhoneUse
from programs.models.provenance import name_of_source
from programs.search.engine import StatedPhone

#: Languages whose fixed words are kept.
MOST_LANGUAGES = 16
HOURS_A_DAY = 24
SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """A number as printed and as a `tel:` address; a pause comes before the extension."""

    use: str
    text: str
    href: str


def phone_link(phone: StatedPhone) -> PhoneLink:
    return phone_link_in(get_language(), phone)


@lru_cache(maxsize=4096)
def phone_link_in(_language: str | None, phone: StatedPhone) -> PhoneLink:
    """Return the link in the current language, which is given: to look it up takes longer."""
    text, href = _national(phone.number), f"tel:{phone.number}"
    if phone.extension:
        text = _("%(number)s, extension %(extension)s") % {
            "number": text,
            "extension": phone.extension,
        }
        href += f",{phone.extension}"
    return PhoneLink(use=str(PhoneUse(phone.use).label), text=text, href=href)


@lru_cache(maxsize=4096)
def _national(number: str) -> str:
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def distance_text(distance_miles: float, location_precision: str) -> str:
    """Say how far in a straight line; "about" unless the street address is located."""
    return distance_text_in(get_language(), distance_miles, location_precision)


def distance_text_in(language: str | None, distance_miles: float, location_precision: str) -> str:
    """Do as `distance_text` in the current language, which is given."""
    is_exact = location_precision == LocationPrecision.ADDRESS
    # The middle of a county may be far from the place, however near it is to the searcher.
    if distance_miles < 0.1 and location_precision != LocationPrecision.COUNTY:
        return _("less than 0.1 mile away") if is_exact else _("in the same ZIP code or town")
    if is_exact and round(distance_miles, 1) < 10:
        return _miles_away(language) % f"{distance_miles:.1f}"
    miles = max(1, round(distance_miles))
    if is_exact:
        return _miles_away(language) % miles
    return _about(language, miles)


@lru_cache(maxsize=1024)
def _about(_language: str | None, miles: int) -> str:
    return ngettext("about %s mile away", "about %s miles away", miles) % miles


@lru_cache(maxsize=MOST_LANGUAGES)
def _miles_away(_language: str | None) -> str:
    return _("%s miles away")


class Stated(Protocol):
    """Whatever somebody stated: a fact, a phone number, an address."""

    @property
    def source_name(self) -> str: ...
    @property
    def date_precision(self) -> str: ...
    @property
    def reported_on(self) -> date: ...
    @property
    def confirmed_on(self) -> date | None: ...


class Statement(NamedTuple):
    """What is said beside facts, such as a phone number: who said it, and when."""

    source_name: str
    date_precision: str
    reported_on: date
    confirmed_on: date | None


def is_past_shelf_life(stated: Stated, shelf_life_days: int, today: date) -> bool:
    last_stood_by = stated.confirmed_on or stated.reported_on
    return (today - last_stood_by).days >= shelf_life_days


def when_stated(stated: Stated) -> str:
    """Say "confirmed March 3, 2026" or "reported 2023": no more of the date than is known."""
    return when_in(get_language(), stated)


def when_in(language: str | None, stated: Stated) -> str:
    """Do as `when_stated` in the current language, which is given: to look it up takes longer."""
    return _when(language, stated.confirmed_on, stated.reported_on, stated.date_precision)


# A page says it hundreds of times, of few dates.
@lru_cache(maxsize=4096)
def _when(_language: str | None, confirmed_on: date | None, reported_on: date, known: str) -> str:
    if confirmed_on:
        return _("confirmed %s") % date_format(confirmed_on, "DATE_FORMAT")
    return _("reported %s") % _date_as_known(reported_on, known)


def attribution(stated: Stated, shelf_life_days: int, today: date) -> str:
    """Say who stated it and when, and to call when it is past its shelf life.

    Only what a keeper confirmed was ever "checked"; anything else was reported, and says so.
    """
    if not is_past_shelf_life(stated, shelf_life_days, today):
        return _("From %(source)s, %(when)s.") % {
            "source": name_of_source(stated.source_name),
            "when": when_stated(stated),
        }
    if stated.confirmed_on:
        return _("From %(source)s. Last checked %(month)s. Call to confirm.") % {
            "source": name_of_source(stated.source_name),
            "month": date_format(stated.confirmed_on, "YEAR_MONTH_FORMAT"),
        }
    return _("From %(source)s, reported %(month)s. Call to confirm.") % {
        "source": name_of_source(stated.source_name),
        "month": _known_month(stated),
    }


def last_checked(confirmations: Collection[date | None]) -> str:
    """Say how far a listing was checked, from the day on which each of its parts last was."""
    days = [day for day in confirmations if day]
    if not days:
        return _(
            "We have not checked this listing with the program yet."
            " Each part says who reported it, and when."
        )
    if len(days) == len(confirmations):
        day = date_format(min(days), "DATE_FORMAT")
        return _("Every part of this listing was last checked on %s or later.") % day
    day = date_format(max(days), "DATE_FORMAT")
    return _("Parts of this listing were last checked on %s. Each part says when.") % day


def _date_as_known(day: date, known: str) -> str:
    return str(day.year) if known == DatePrecision.YEAR else date_format(day, "DATE_FORMAT")


def _known_month(stated: Stated) -> str:
    if stated.date_precision == DatePrecision.YEAR:
        return str(stated.reported_on.year)
    return date_format(stated.reported_on, "YEAR_MONTH_FORMAT")


def opening_status(status: OpeningStatus, wait_days: int | None) -> str:
    """Say the status, of a waitlist with its length if that was said."""
    if wait_days is None:
        return str(status.label)
    return ngettext("Waitlist of about %s day", "Waitlist of about %s days", wait_days) % wait_days


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago, no finer than an hour."""
    hours = max(0, int((now - then).total_seconds() // SECONDS_AN_HOUR))
    if hours < 1:
        return _("in the last hour")
    if hours < HOURS_A_DAY:
        return ngettext("%s hour ago", "%s hours ago", hours) % hours
    days = hours // HOURS_A_DAY
    return _("yesterday") if days == 1 else _("%s days ago") % days


def time_left(until: datetime, now: datetime) -> str:
    """Say for how long something counts yet: in hours, from three days on in days."""
    hours = max(1, round((until - now).total_seconds() / SECONDS_AN_HOUR))
    if hours < 3 * HOURS_A_DAY:
        return ngettext("%s hour", "%s hours", hours) % hours
    days = round(hours / HOURS_A_DAY)
    return ngettext("%s day", "%s days", days) % days
