"""What federal codes state about medicines: true to the ladder, never more than they say."""

from __future__ import annotations

import pytest

from programs.enums import FactKind
from programs.models import CodeStatement, effective_relations
from tests.crosswalk import answers, relations

pytestmark = pytest.mark.django_db

MEDICINES_FOR_OPIOIDS = ["buprenorphine", "methadone", "naltrexone"]
MEDICINES_FOR_ALCOHOL = ["acamprosate", "alcohol_medicine", "disulfiram"]


@pytest.mark.parametrize("code", ["OTP", "SOTP"])
def test_a_certified_program_starts_and_continues_methadone(code):
    assert relations("methadone", code) == ["starts_and_continues"]
    assert relations("buprenorphine", code) == ["reports_use_unspecified"]
    assert relations("naltrexone", code) == []


def test_a_certified_program_that_prescribes_buprenorphine_starts_it():
    stated = relations("buprenorphine", "OTP", "UB")
    assert stated == ["reports_use_unspecified", "starts_and_continues"]
    assert effective_relations(stated) == ["starts_and_continues"]


def test_methadone_maintenance_counts_at_a_certified_program_alone():
    assert relations("methadone", "MM", "OTP") == ["starts_and_continues"]
    assert relations("methadone", "MM", "SOTP") == ["starts_and_continues"]
    assert relations("methadone", "MM") == ["reports_use_unspecified"]


def test_methadone_maintenance_without_certification_goes_to_a_person():
    to_review = CodeStatement.objects.exclude(needs_review_without=[])
    assert [(each.code.code, each.needs_review_without) for each in to_review] == [
        ("MM", ["OTP", "SOTP"])
    ]


@pytest.mark.parametrize("code", ["UB", "BUM"])
def test_prescribing_or_maintaining_buprenorphine_starts_and_continues_it(code):
    assert relations("buprenorphine", code) == ["starts_and_continues"]


@pytest.mark.parametrize("code", ["UN", "RPN"])
def test_prescribing_naltrexone_starts_and_continues_it(code):
    assert relations("naltrexone", code) == ["starts_and_continues"]


@pytest.mark.parametrize(
    ("code", "medicine"),
    [
        ("DM", "methadone"),
        ("DB", "buprenorphine"),
        ("DLC", "withdrawal_symptom_medicine"),
        ("ULC", "withdrawal_symptom_medicine"),
    ],
)
def test_medicine_for_detox_is_a_taper_only(code, medicine):
    assert relations(medicine, code) == ["taper_only"]


@pytest.mark.parametrize(("code", "medicine"), [("MMW", "methadone"), ("BMW", "buprenorphine")])
def test_maintenance_for_a_predetermined_time_is_time_limited(code, medicine):
    assert relations(medicine, code) == ["time_limited"]


def test_maintenance_that_names_no_medicine_is_buprenorphine_for_a_set_time():
    assert relations("buprenorphine", "MWS") == ["time_limited"]
    assert relations("methadone", "MWS") == []


@pytest.mark.parametrize("companion", ["OTP", "SOTP", "MU", "METH", "MM", "DM"])
def test_maintenance_that_names_no_medicine_is_methadone_where_the_row_names_it(companion):
    assert set(relations("methadone", "MWS", companion)) >= {"time_limited"}
    assert set(relations("methadone", companion)) & {"time_limited"} == set()


@pytest.mark.parametrize("code", ["MU", "BU", "NU"])
def test_used_in_treatment_is_never_more_than_a_report(code):
    stated = CodeStatement.objects.filter(code__code=code)
    assert {each.medication_relation for each in stated} == {"reports_use_unspecified"}


def test_a_pharmacotherapy_is_never_more_than_a_report():
    stated = CodeStatement.objects.filter(
        code__category="PHR", term__facet__kind=FactKind.MEDICATION
    )
    assert stated.count() == 24
    assert {each.medication_relation for each in stated} == {"reports_use_unspecified"}


@pytest.mark.parametrize(
    ("code", "form", "medicine"),
    [
        ("BERI", "buprenorphine_injection", "buprenorphine"),
        ("BWN", "buprenorphine_naloxone", "buprenorphine"),
        ("BWON", "buprenorphine_mono", "buprenorphine"),
        ("BSDM", "buprenorphine_implant", "buprenorphine"),
        ("NXN", "naltrexone_pill", "naltrexone"),
        ("VTRL", "naltrexone_injection", "naltrexone"),
        ("ACM", "acamprosate", "alcohol_medicine"),
        ("DSF", "disulfiram", "alcohol_medicine"),
        ("LFXD", "lofexidine", "withdrawal_symptom_medicine"),
        ("CLND", "clonidine", "withdrawal_symptom_medicine"),
    ],
)
def test_a_form_is_stated_together_with_its_medicine(code, form, medicine):
    stated = answers("medication", code)
    assert set(stated) == {form, medicine}


@pytest.mark.parametrize("medicine", MEDICINES_FOR_OPIOIDS)
def test_accepting_people_medicated_elsewhere_outweighs_not_using_the_medicine(medicine):
    assert relations(medicine, "MOA") == ["accepts_elsewhere"]
    assert relations(medicine, "NMOA") == ["does_not_use"]
    assert relations(medicine, "NMOA", "MOA") == ["accepts_elsewhere"]


@pytest.mark.parametrize("medicine", MEDICINES_FOR_ALCOHOL)
def test_the_same_holds_for_alcohol_medicine(medicine):
    assert relations(medicine, "ACMA") == ["accepts_elsewhere"]
    assert relations(medicine, "NMAUT") == ["does_not_use"]
    assert relations(medicine, "NMAUT", "ACMA") == ["accepts_elsewhere"]


def test_a_program_that_does_not_treat_opioid_use_says_so():
    assert relations("methadone", "NOOP") == ["not_applicable"]
    assert relations("buprenorphine", "NOOP") == ["not_applicable"]
    assert answers("substance", "NOOP") == {"opioids": "no"}


def test_naltrexone_may_still_be_given_for_alcohol_where_opioid_use_is_not_treated():
    assert relations("naltrexone", "NOOP") == []
    assert relations("naltrexone", "NOOP", "PMAT") == []
    assert relations("naltrexone", "NOOP", "NAUT") == ["not_applicable"]


def test_a_program_that_does_not_treat_alcohol_use_says_so():
    stated = {medicine: relations(medicine, "NAUT") for medicine in MEDICINES_FOR_ALCOHOL}
    assert stated == {each: ["not_applicable"] for each in MEDICINES_FOR_ALCOHOL}
    assert relations("naltrexone", "NAUT") == []
    assert answers("substance", "NAUT") == {"alcohol": "no"}


def test_prescribing_medicine_for_alcohol_names_no_single_medicine():
    assert relations("alcohol_medicine", "PMAT") == ["starts_and_continues"]
    assert answers("medication", "PMAT") == {"alcohol_medicine": "yes"}
