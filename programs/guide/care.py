"""The kinds of care that the guide can suggest, and the search that finds each.

The filters are those of the search, by facet: a test holds that the vocabulary has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Filters = Mapping[str, tuple[str, ...]]

#: Care that takes many trips, and care that takes one (docs/guide.md, "How far").
OFTEN_MILES = 25
ONCE_MILES = 100


class Kind(Enum):
    """Where a suggestion stands on the page. What is no level is never cut by a rule of levels."""

    LEVEL = "level"
    WITHDRAWAL = "withdrawal"
    MEDICINE = "medicine"
    ADD_ON = "add_on"


class Care(StrEnum):
    """A kind of care, by the code that the rules use. Levels go from the least restrictive on."""

    OP = "OP"
    IOP = "IOP"
    PHP = "PHP"
    RES = "RES"
    HOSP = "HOSP"
    # The most care first: who may need it sees it first.
    WM_HOSP = "WM-HOSP"
    WM_RES = "WM-RES"
    WM_OUT = "WM-OUT"
    MED_STAY = "MED-STAY"
    MED = "MED"
    HOUSING = "HOUSING"
    CONT = "CONT"
    TELE = "TELE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a kind of care is. `sleep` says where you sleep; `radius_miles` how far to look."""

    name: str | Promise
    kind: Kind
    filters: Filters
    radius_miles: int
    hours: str | Promise = ""
    sleep: str | Promise = ""


AT_HOME = _("You sleep at home.")
STAYS = _("You sleep there.")
DAY_AND_NIGHT = _("Day and night.")


def _level(slug: str) -> Filters:
    return {"level_of_care": (slug,)}


DESCRIBED: Mapping[Care, Described] = {
    Care.OP: Described(
        name=_("Outpatient counseling"),
        kind=Kind.LEVEL,
        filters=_level("outpatient"),
        radius_miles=OFTEN_MILES,
        hours=_("Under 9 hours a week."),
        sleep=AT_HOME,
    ),
    Care.IOP: Described(
        name=_("Intensive outpatient (IOP)"),
        kind=Kind.LEVEL,
        filters=_level("iop"),
        radius_miles=OFTEN_MILES,
        hours=_("About 9 to 19 hours a week. For teens, about 6 to 19."),
        sleep=AT_HOME,
    ),
    Care.PHP: Described(
        name=_("Day treatment (partial hospitalization, PHP)"),
        kind=Kind.LEVEL,
        filters=_level("php"),
        radius_miles=OFTEN_MILES,
        hours=_("About 20 hours a week or more."),
        sleep=AT_HOME,
    ),
    Care.RES: Described(
        name=_("Residential (live-in) treatment"),
        kind=Kind.LEVEL,
        filters=_level("residential"),
        radius_miles=ONCE_MILES,
        hours=DAY_AND_NIGHT,
        sleep=STAYS,
    ),
    Care.HOSP: Described(
        name=_("Hospital inpatient"),
        kind=Kind.LEVEL,
        filters=_level("hospital"),
        radius_miles=ONCE_MILES,
        hours=DAY_AND_NIGHT,
        sleep=STAYS,
    ),
    Care.WM_HOSP: Described(
        name=_("Hospital withdrawal care (inpatient detox)"),
        kind=Kind.WITHDRAWAL,
        filters=_level("wm_hospital"),
        radius_miles=ONCE_MILES,
        sleep=STAYS,
    ),
    Care.WM_RES: Described(
        name=_("Live-in withdrawal care (residential detox)"),
        kind=Kind.WITHDRAWAL,
        filters=_level("wm_residential"),
        radius_miles=ONCE_MILES,
        sleep=STAYS,
    ),
    Care.WM_OUT: Described(
        name=_("Withdrawal care at home (outpatient detox)"),
        kind=Kind.WITHDRAWAL,
        filters=_level("wm_outpatient"),
        # It means a visit a day.
        radius_miles=OFTEN_MILES,
        sleep=AT_HOME,
    ),
    Care.MED_STAY: Described(
        name=_("Places that let you stay on your medicine"),
        kind=Kind.MEDICINE,
        filters={
            "medication": ("methadone", "buprenorphine", "naltrexone"),
            "medication_access": ("stay",),
        },
        radius_miles=OFTEN_MILES,
    ),
    Care.MED: Described(
        name=_("Places that can start methadone or buprenorphine"),
        kind=Kind.MEDICINE,
        filters={"medication": ("methadone", "buprenorphine"), "medication_access": ("start",)},
        radius_miles=OFTEN_MILES,
    ),
    Care.HOUSING: Described(
        name=_("Recovery housing (sober living)"),
        kind=Kind.ADD_ON,
        filters=_level("recovery_housing"),
        radius_miles=OFTEN_MILES,
    ),
    Care.CONT: Described(
        name=_("Aftercare (continuing care)"),
        kind=Kind.ADD_ON,
        filters=_level("continuing_care"),
        radius_miles=OFTEN_MILES,
    ),
    Care.TELE: Described(
        name=_("Care by phone or video (telehealth)"),
        kind=Kind.ADD_ON,
        filters=_level("telehealth"),
        radius_miles=ONCE_MILES,
    ),
}

LEVELS = tuple(care for care in Care if DESCRIBED[care].kind == Kind.LEVEL)
#: Levels at which you sleep at home.
HOME_BASED = frozenset({Care.OP, Care.IOP, Care.PHP})
