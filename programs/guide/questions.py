"""What the guide asks, and what can be answered. Every question can be skipped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Token(StrEnum):
    """An answer, as the rules and the form call it."""

    OVERDOSE_SIGNS = "overdose_signs"
    SEVERE_NOW = "severe_now"
    SUICIDAL = "suicidal"
    OD_24H = "od_24h"
    OPIOID = "opioid"
    ALCOHOL = "alcohol"
    BENZO = "benzo"
    STIMULANT = "stimulant"
    OTHER = "other"
    UNSURE = "unsure"
    MILD = "mild"
    BAD = "bad"
    DANGER = "danger"
    PREGNANT = "pregnant"
    SERIOUS = "serious"
    DAILY_CARE = "daily_care"
    STABLE = "stable"
    WORSE = "worse"
    SEVERE = "severe"
    HOME_SAFE = "safe"
    HOME_ALONE = "alone"
    HOME_UNSAFE = "unsafe"
    HOME_NONE = "none"
    NIGHTS_HOME = "nights_home"
    CHILDCARE = "childcare"
    NO_TRANSPORT = "no_transport"
    OP_NOT_ENOUGH = "op_not_enough"
    RETURNED = "returned"
    ON_MEDICINE = "on_medicine"
    STEPPING_DOWN = "stepping_down"
    WANTS_HOME = "home"
    WANTS_STAY = "stay"
    UNSURE_READY = "unsure_ready"
    UNDER_18 = "u18"


SKIP = _("Skip this question")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the form; `one_answer` says that its answers exclude each other.

    The rules do not rely on that: they take any set of tokens.
    """

    key: str
    text: str | Promise
    answers: tuple[tuple[Token, str | Promise], ...]
    hint: str | Promise = ""
    one_answer: bool = False
    #: What the answer that says nothing is called, where one answer excludes the others.
    skip: str | Promise = SKIP


SEVERAL = _("Check all that fit, or none.")

RIGHT_NOW = Question(
    key="q1",
    text=_("Is any of this happening right now?"),
    hint=_("If none of it is, go on to the next question."),
    answers=(
        (Token.OVERDOSE_SIGNS, _("Somebody cannot wake up, or is not breathing well")),
        (
            Token.SEVERE_NOW,
            _(
                "A seizure, seeing or hearing things, very confused, chest pain, a very fast"
                " heartbeat, or cannot stop throwing up"
            ),
        ),
        (Token.SUICIDAL, _("Thoughts of suicide, or of hurting someone")),
        (Token.OD_24H, _("Overdosed, or needed naloxone (Narcan), in the last day")),
    ),
)
SUBSTANCES = Question(
    key="q2",
    text=_("What have you used most days in the last month?"),
    hint=SEVERAL,
    answers=(
        (Token.OPIOID, _("Opioids, such as fentanyl, heroin or pain pills")),
        (Token.ALCOHOL, _("Alcohol")),
        (Token.BENZO, _("Xanax, Klonopin, Valium, Ativan or sleeping pills")),
        (Token.STIMULANT, _("Meth or cocaine")),
        (Token.OTHER, _("Cannabis, or something else")),
        (Token.UNSURE, _("I am not sure what was in it")),
    ),
)
WITHDRAWAL = Question(
    key="q3",
    text=_("What happens when you stop or cut down?"),
    one_answer=True,
    skip=_("I am not sure, or skip"),
    answers=(
        (Token.MILD, _("Not much")),
        (Token.BAD, _("I feel awful, but safe")),
        (
            Token.DANGER,
            _("I have had a seizure, or shakes with confusion, or needed a hospital"),
        ),
    ),
)
HEALTH = Question(
    key="q4",
    text=_("Does any of this fit your health?"),
    hint=SEVERAL,
    answers=(
        (Token.PREGNANT, _("Pregnant, or may be")),
        (Token.SERIOUS, _("A serious illness: heart, liver, lungs, or an infection")),
        (Token.DAILY_CARE, _("I need a nurse or doctor every day")),
    ),
)
MENTAL_HEALTH = Question(
    key="q5",
    text=_("How is your mental health?"),
    one_answer=True,
    answers=(
        (Token.STABLE, _("Okay, or stable")),
        (Token.WORSE, _("Getting worse. It is hard to get through the day")),
        (Token.SEVERE, _("I see or hear things, or cannot care for myself")),
    ),
)
HOME = Question(
    key="q6",
    text=_("What is home like?"),
    one_answer=True,
    answers=(
        (Token.HOME_SAFE, _("Safe, with people who support me")),
        (Token.HOME_ALONE, _("Safe, but I am alone")),
        (Token.HOME_UNSAFE, _("People use there, or it is not safe")),
        (Token.HOME_NONE, _("I have no stable place to live")),
    ),
)
DAILY_LIFE = Question(
    key="q7",
    text=_("What do you need to work around?"),
    hint=SEVERAL,
    answers=(
        (Token.NIGHTS_HOME, _("I need to be home at night, or keep working")),
        (Token.CHILDCARE, _("I care for a child")),
        (Token.NO_TRANSPORT, _("I have no ride, or live far away")),
    ),
)
PAST_CARE = Question(
    key="q8",
    text=_("Have you had treatment before?"),
    hint=SEVERAL,
    answers=(
        (Token.OP_NOT_ENOUGH, _("Yes, and a few visits a week were not enough")),
        (Token.RETURNED, _("Yes, and I used again after it")),
        (Token.ON_MEDICINE, _("I take methadone, buprenorphine (Suboxone) or naltrexone now")),
        (Token.STEPPING_DOWN, _("I am just finishing a program")),
    ),
)
WISHES = Question(
    key="q9",
    text=_("What do you want?"),
    hint=SEVERAL,
    answers=(
        (Token.WANTS_HOME, _("To live at home")),
        (Token.WANTS_STAY, _("To stay somewhere")),
        (Token.UNSURE_READY, _("I am not sure that I am ready")),
    ),
)
AGE = Question(
    key="q10",
    text=_("Are you under 18?"),
    hint=_("Leave it empty if you are 18 or older."),
    answers=((Token.UNDER_18, _("Yes, under 18")),),
)

QUESTIONS = (
    RIGHT_NOW,
    SUBSTANCES,
    WITHDRAWAL,
    HEALTH,
    MENTAL_HEALTH,
    HOME,
    DAILY_LIFE,
    PAST_CARE,
    WISHES,
    AGE,
)
#: How each answer reads, for the page that shows the rules.
ANSWERS = {token: text for question in QUESTIONS for token, text in question.answers}
