"""The rules of the guide, as one table: the guide and the page that shows it both read this.

docs/guide.md says how to change one, and where the table differs from its first draft.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from programs.guide import basis, features, notices
from programs.guide.care import Care
from programs.guide.conditions import All, Always, Either, OneOf, Skipped
from programs.guide.questions import WITHDRAWAL, Token
from programs.guide.rule import Rule, Stop

#: Raised with every change of a rule.
VERSION = "0.1"
WRITTEN_ON = date(2026, 11, 22)
#: The clinician who signed this version off, and the day. Empty: nobody did, and the pages say so.
SIGNED_OFF_BY = ""
SIGNED_OFF_ON: date | None = None

ALCOHOL_OR_BENZO = OneOf(Token.ALCOHOL, Token.BENZO)
NOT_A_SAFE_HOME = OneOf(Token.HOME_ALONE, Token.HOME_UNSAFE, Token.HOME_NONE)
HOUSING_REASON = _(
    "A safer place to live can help. That can be a program, or recovery housing plus IOP."
)

RULES = (
    Rule(
        id="S1",
        when=OneOf(Token.OVERDOSE_SIGNS),
        stop=Stop.CALL_911,
        is_emergency=True,
        reason=_("Call 911 now. Give naloxone if you have it."),
        basis=basis.CDC,
    ),
    Rule(
        id="S2",
        when=OneOf(Token.SUICIDAL),
        stop=Stop.CALL_988,
        is_emergency=True,
        reason=_("Call or text 988. You are not alone."),
        basis=basis.LIFELINE,
    ),
    Rule(
        id="S3",
        when=OneOf(Token.SEVERE_NOW),
        stop=Stop.CALL_911,
        is_emergency=True,
        reason=_("These signs can be life-threatening. Call 911, or go to an emergency room."),
        basis=basis.SIGNS,
    ),
    Rule(
        id="S4",
        when=OneOf(Token.OD_24H),
        is_emergency=True,
        notices=(notices.GET_CHECKED, notices.NALOXONE),
        reason=_(
            "Get checked today, even if you feel okay. Ask about starting medicine right away."
        ),
        basis=basis.UNSOURCED,
    ),
    Rule(
        id="R0",
        when=Always(),
        adds=(Care.OP, Care.IOP),
        reason=_("Many people start with care while living at home."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="W1",
        when=OneOf(Token.ALCOHOL),
        adds=(Care.WM_OUT,),
        notices=(notices.NO_SUDDEN_STOP, notices.TELL_ABOUT_SEIZURES),
        reason=_(
            "Stopping alcohol all at once can be dangerous. Ask for a withdrawal check first."
        ),
        basis=basis.WITHDRAWAL,
    ),
    Rule(
        id="W2",
        when=OneOf(Token.BENZO),
        adds=(Care.WM_OUT,),
        notices=(notices.NO_SUDDEN_STOP, notices.TELL_ABOUT_SEIZURES),
        reason=_("Don't stop these pills all at once. A doctor can lower the dose safely."),
        basis=basis.TAPER,
    ),
    Rule(
        id="W3",
        when=All(
            ALCOHOL_OR_BENZO,
            OneOf(Token.DANGER, Token.PREGNANT, Token.SERIOUS, Token.DAILY_CARE),
        ),
        drops=(Care.WM_OUT,),
        adds=(Care.WM_HOSP, Care.WM_RES),
        reason=_("Your answers point to care with nurses or doctors day and night for withdrawal."),
        basis=basis.WITHDRAWAL,
    ),
    Rule(
        id="W4",
        when=Either(
            All(ALCOHOL_OR_BENZO, NOT_A_SAFE_HOME),
            All(ALCOHOL_OR_BENZO, OneOf(Token.OPIOID)),
            All(OneOf(Token.ALCOHOL), OneOf(Token.BENZO)),
        ),
        drops=(Care.WM_OUT,),
        adds=(Care.WM_RES,),
        reason=_("Withdrawal at home is safer with someone there. Mixing substances adds risk."),
        basis=basis.UNSOURCED,
    ),
    Rule(
        id="W5",
        when=OneOf(Token.OPIOID, Token.ON_MEDICINE),
        adds=(Care.MED,),
        notices=(notices.LOW_TOLERANCE, notices.NALOXONE),
        reason=_(
            "Medicine lowers the risk of death. You can start it at many levels of care."
            " Detox alone raises risk later."
        ),
        basis=basis.MEDICINE,
    ),
    Rule(
        id="W6",
        when=All(OneOf(Token.OPIOID), OneOf(Token.DANGER)),
        adds=(Care.WM_HOSP, Care.WM_RES),
        notices=(notices.HARD_WITHDRAWAL,),
        reason=_(
            "Some drugs mixed with fentanyl cause very hard withdrawal. A hospital may be the"
            " place for it."
        ),
        basis=basis.ADULTERANTS,
    ),
    Rule(
        id="W7",
        when=OneOf(Token.STIMULANT),
        features=(features.REWARDS,),
        notices=(notices.LOW_MOOD, notices.FENTANYL_MIXED, notices.LOW_TOLERANCE, notices.NALOXONE),
        reason=_("Reward-based programs may help with meth and cocaine."),
        basis=basis.UNSOURCED,
    ),
    Rule(
        id="W8",
        when=OneOf(Token.ON_MEDICINE),
        adds=(Care.MED_STAY,),
        notices=(notices.KEEP_MEDICINE,),
        reason=_("Keep taking your medicine. Pick a place that lets you."),
        basis=basis.FEDERAL_RULE,
    ),
    Rule(
        id="W9",
        when=OneOf(Token.UNSURE),
        notices=(notices.FENTANYL_MIXED, notices.NALOXONE),
        reason=_("Drugs may have fentanyl in them. Keep naloxone."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="M1",
        when=OneOf(Token.PREGNANT),
        features=(features.PREGNANCY_CARE,),
        notices=(notices.CALL_TODAY,),
        reason=_("Call a doctor or clinic today. Don't stop on your own."),
        basis=basis.LOCATOR,
    ),
    Rule(
        id="M2",
        when=OneOf(Token.SERIOUS),
        features=(features.MEDICAL_CARE,),
        reason=_("Ask if a doctor or nurse is on site."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="M3",
        when=OneOf(Token.DAILY_CARE),
        adds=(Care.PHP, Care.RES, Care.HOSP),
        lowest=Care.PHP,
        features=(features.MEDICAL_CARE,),
        reason=_("You said that you need a nurse or doctor every day."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="P1",
        when=OneOf(Token.STABLE),
        features=(features.MENTAL_HEALTH_TOO,),
        reason=_("Ask if they treat mental health too."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="P2",
        when=OneOf(Token.WORSE),
        adds=(Care.IOP, Care.PHP),
        lowest=Care.IOP,
        features=(features.MENTAL_HEALTH_TOO, features.MENTAL_HEALTH_MEDICINE),
        reason=_("More hours of care may help while things are hard."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="P3",
        when=OneOf(Token.SEVERE),
        adds=(Care.PHP, Care.HOSP),
        lowest=Care.PHP,
        first=Care.HOSP,
        notices=(notices.TALK_TODAY,),
        reason=_("Please talk to someone today: call 988, or go to an emergency room."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="H1",
        when=OneOf(Token.HOME_UNSAFE),
        adds=(Care.RES, Care.HOUSING),
        reason=HOUSING_REASON,
        basis=basis.ARTICLES,
    ),
    Rule(
        id="H2",
        when=OneOf(Token.HOME_NONE),
        adds=(Care.RES, Care.HOUSING),
        features=(features.HOUSING_HELP,),
        reason=_(
            "A safer place to live can help. That can be a program, or recovery housing plus IOP."
            " Ask about help with housing."
        ),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="T1",
        when=OneOf(Token.OP_NOT_ENOUGH),
        adds=(Care.IOP, Care.PHP, Care.RES),
        lowest=Care.IOP,
        reason=_("More support may help. For opioids or alcohol, adding medicine may help too."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="T2",
        when=OneOf(Token.RETURNED),
        adds=(Care.IOP,),
        features=(features.AFTER_RETURN,),
        notices=(notices.LOW_TOLERANCE, notices.NALOXONE),
        reason=_("Going back to use does not mean you failed. The plan may need a change."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="T3",
        when=OneOf(Token.STEPPING_DOWN),
        adds=(Care.CONT,),
        notices=(notices.LOW_TOLERANCE, notices.NALOXONE),
        reason=_("Support after a program lowers the chance of going back."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="F1",
        when=OneOf(Token.NIGHTS_HOME),
        home_first=True,
        features=(features.EVENINGS,),
        reason=_("Ask about evening or weekend groups."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="F2",
        when=OneOf(Token.CHILDCARE),
        features=(features.CHILD_CARE,),
        reason=_("Some places help with child care."),
        basis=basis.SURVEY,
    ),
    Rule(
        id="L1",
        when=OneOf(Token.NO_TRANSPORT),
        adds=(Care.TELE,),
        features=(features.RIDES,),
        reason=_("Ask about phone or video visits and rides."),
        basis=basis.LOCATOR,
    ),
    Rule(
        id="G1",
        when=OneOf(Token.UNSURE_READY),
        features=(features.TALKING_IT_OVER,),
        reason=_(
            "You don't have to be sure. You can just ask questions. The free helpline answers"
            " day and night."
        ),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="A1",
        when=OneOf(Token.UNDER_18),
        features=(features.TEEN_PROGRAMS,),
        notices=(notices.TEENS,),
        reason=_("Look for teen programs."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="PR1",
        when=OneOf(Token.WANTS_HOME),
        home_first=True,
        reason=_("You said you want to live at home."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="PR2",
        when=OneOf(Token.WANTS_STAY),
        adds=(Care.RES,),
        reason=_("You said you'd like to stay somewhere."),
        basis=basis.ARTICLES,
    ),
    Rule(
        id="U1",
        when=All(OneOf(Token.ALCOHOL), Skipped(WITHDRAWAL)),
        notices=(notices.NO_SUDDEN_STOP, notices.TELL_ABOUT_SEIZURES),
        reason=_("If you've ever had a seizure or shakes when you stop, tell them."),
        basis=basis.PROJECT,
    ),
)

#: What somebody might expect here. We chose not to have it.
NOT_RULES = (
    _("The kind of drug alone never means live-in care."),
    _("“Severe addiction” never means live-in care."),
    _("A court order never means a level of care."),
    _("What you can pay never means a level of care. Payment is a filter of the search."),
    _("How often you tried before never means a hospital or live-in care."),
)
