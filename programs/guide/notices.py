"""Safety messages. Once a rule gives one, no other answer takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Part(Enum):
    """Where a warning stands on the page."""

    TODAY = "today"
    WITHDRAWAL = "withdrawal"
    SAFETY = "safety"


class Line(StrEnum):
    """A line to call that goes with a warning, by its name among the crisis lines."""

    EMERGENCY = "911"
    CRISIS = "988"
    HELPLINE = "samhsa-helpline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A safety message. Once a rule gives it, no other answer takes it away."""

    slug: str
    part: Part
    text: str | Promise
    lines: tuple[Line, ...] = ()


GET_CHECKED = Notice(
    slug="get-checked",
    part=Part.TODAY,
    text=_(
        "After an overdose: get checked today, even if you feel okay. Ask about starting medicine"
        " right away."
    ),
    lines=(Line.EMERGENCY,),
)
TALK_TODAY = Notice(
    slug="talk-today",
    part=Part.TODAY,
    text=_("Please talk to someone today: call 988, or go to an emergency room."),
    lines=(Line.CRISIS,),
)
CALL_TODAY = Notice(
    slug="call-today",
    part=Part.TODAY,
    text=_("Pregnant: call a doctor or clinic today. Don't stop on your own."),
)
TEENS = Notice(
    slug="teens",
    part=Part.TODAY,
    text=_(
        "Under 18: talk to an adult you trust, or a doctor, or call the free helpline. In a"
        " crisis, call or text 988."
    ),
    lines=(Line.CRISIS, Line.HELPLINE),
)
NO_SUDDEN_STOP = Notice(
    slug="no-sudden-stop",
    part=Part.WITHDRAWAL,
    text=_(
        "Don't stop alcohol or benzodiazepines (Xanax, Klonopin, Valium, Ativan) all at once if"
        " you use them most days. It can cause seizures and can be deadly. Get medical help first."
    ),
)
TELL_ABOUT_SEIZURES = Notice(
    slug="tell-about-seizures",
    part=Part.WITHDRAWAL,
    text=_("If you have ever had a seizure or shakes when you stopped, tell them."),
)
HARD_WITHDRAWAL = Notice(
    slug="hard-withdrawal",
    part=Part.WITHDRAWAL,
    text=_(
        "Some drugs mixed with fentanyl cause very hard withdrawal. If your heart races, you"
        " can't stop throwing up, or you feel confused, call 911."
    ),
    lines=(Line.EMERGENCY,),
)
LOW_TOLERANCE = Notice(
    slug="low-tolerance",
    part=Part.SAFETY,
    text=_(
        "After detox, rehab, jail, or any break, your body can't handle the amount you used"
        " before. The same amount can kill you. Keep naloxone close. Don't use alone. Medicine"
        " like methadone or buprenorphine lowers the risk."
    ),
)
NALOXONE = Notice(
    slug="naloxone",
    part=Part.SAFETY,
    text=_(
        "Keep naloxone (Narcan) close. It can restart breathing in an opioid overdose. You can"
        " buy it without a prescription in all states."
    ),
)
KEEP_MEDICINE = Notice(
    slug="keep-medicine",
    part=Part.SAFETY,
    text=_(
        "Don't stop your medicine because a program tells you to without talking to the doctor"
        " or clinic that gives it to you."
    ),
)
FENTANYL_MIXED = Notice(
    slug="fentanyl-mixed",
    part=Part.SAFETY,
    text=_("Drugs may have fentanyl in them, even if they were sold as something else."),
)
LOW_MOOD = Notice(
    slug="low-mood",
    part=Part.SAFETY,
    text=_("Feeling very low after you stop? Call or text 988."),
    lines=(Line.CRISIS,),
)

#: What every result says, whatever was answered and whatever was skipped.
FOR_EVERYBODY = (NO_SUDDEN_STOP, LOW_TOLERANCE, NALOXONE)
