"""What a rule rests on, in words for everybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, eq=False)
class Basis:
    """`is_sourced`: somebody read a source for it. Pages say where nobody did."""

    text: str | Promise
    is_sourced: bool = True


CDC = Basis(_("CDC advice on overdose"))
LIFELINE = Basis(_("988 Suicide & Crisis Lifeline"))
SIGNS = Basis(_("CDC advice and reports, and a medical manual"))
WITHDRAWAL = Basis(_("A medical manual on alcohol withdrawal"))
TAPER = Basis(_("An ASAM-led guideline on lowering benzodiazepines, 2025"))
MEDICINE = Basis(_("FindTreatment.gov, and studies of medicine for opioid addiction"))
ADULTERANTS = Basis(_("CDC reports on drugs mixed with fentanyl, 2025"))
FEDERAL_RULE = Basis(_("Federal rule for opioid treatment programs, 42 CFR Part 8"))
LOCATOR = Basis(_("FindTreatment.gov"))
SURVEY = Basis(_("The federal survey's list of services"))
ARTICLES = Basis(_("Published articles for the public. Not a medical source"))
PROJECT = Basis(_("Our own choice, to be on the safe side"))
UNSOURCED = Basis(_("No source was read yet. It needs a check by a clinician"), is_sourced=False)
