"""The sentences that say how far, how sure and how old. Pure: `today` is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import phonenumbers
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from programs.enums import DatePrecision, LocationPrecision, PhoneUse
from programs.search.engine import StatedPhone
from programs.search.facts import StatedFact

MONTHS_A_YEAR = 12


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
    is_exact = location_precision == LocationPrecision.ADDRESS
    # The middle of a county may be far from the place, however near it is to the searcher.
    if distance_miles < 0.1 and location_precision != LocationPrecision.COUNTY:
        return _("less than 0.1 mile away") if is_exact else _("in the same ZIP code or town")
    if is_exact and round(distance_miles, 1) < 10:
        return _("%s miles away") % f"{distance_miles:.1f}"
    miles = max(1, round(distance_miles))
    if is_exact:
        return _("%s miles away") % miles
    return ngettext("about %s mile away", "about %s miles away", miles) % miles


def checked_on(fact: StatedFact) -> date:
    """The last day on which somebody stood by the fact."""
    return fact.confirmed_on or fact.reported_on


def is_past_shelf_life(fact: StatedFact, today: date) -> bool:
    day = checked_on(fact)
    age_months = (today.year - day.year) * MONTHS_A_YEAR + today.month - day.month
    return age_months >= fact.facet.shelf_life_months


def when_stated(fact: StatedFact) -> str:
    """Say "confirmed March 3, 2026" or "reported 2023": no more of the date than is known."""
    return when_in(get_language(), fact)


def when_in(language: str | None, fact: StatedFact) -> str:
    """Do as `when_stated` in the current language, which is given: to look it up takes longer."""
    return _when(language, fact.confirmed_on, fact.reported_on, fact.date_precision)


# A page says it hundreds of times, of few dates.
@lru_cache(maxsize=4096)
def _when(_language: str | None, confirmed_on: date | None, reported_on: date, known: str) -> str:
    if confirmed_on:
        return _("confirmed %s") % date_format(confirmed_on, "DATE_FORMAT")
    return _("reported %s") % _date_as_known(reported_on, known)


def attribution(fact: StatedFact, today: date) -> str:
    """Say who stated the fact and when, and to call when it is past its shelf life."""
    if is_past_shelf_life(fact, today):
        last = fact.confirmed_on
        checked = date_format(last, "YEAR_MONTH_FORMAT") if last else _known_month(fact)
        return _("From %(source)s. Last checked %(date)s. Call to confirm.") % {
            "source": fact.source_name,
            "date": checked,
        }
    return _("From %(source)s, %(when)s.") % {
        "source": fact.source_name,
        "when": when_stated(fact),
    }


def _date_as_known(day: date, known: str) -> str:
    return str(day.year) if known == DatePrecision.YEAR else date_format(day, "DATE_FORMAT")


def _known_month(fact: StatedFact) -> str:
    if fact.date_precision == DatePrecision.YEAR:
        return str(fact.reported_on.year)
    return date_format(fact.reported_on, "YEAR_MONTH_FORMAT")
