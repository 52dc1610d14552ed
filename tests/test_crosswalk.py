"""What each federal code states: whole against the published sheets, and true to the ladder."""

from __future__ import annotations

import csv

import pytest
from django.db.models import Q

from programs.enums import Answer, FactKind, MedicationRelation, NetworkRelation
from programs.models import CareFact, CodeStatement, FederalCode
from tests.crosswalk import answers, path

pytestmark = pytest.mark.django_db


def stating(term_path: str) -> set[str]:
    facet, slug = term_path.split("/")
    stated = CodeStatement.objects.filter(term__facet__slug=facet, term__slug=slug)
    return set(stated.values_list("code__code", flat=True))


def spaced(text: str) -> str:
    return " ".join(text.split())


# The sheets


@pytest.mark.parametrize("edition", [2022, 2023])
def test_every_code_of_an_official_sheet_is_known_and_no_other(official_codes_csv, edition):
    with official_codes_csv[edition].open(encoding="utf-8-sig", newline="") as sheet:
        official = {(row["category_code"], row["service_code"]) for row in csv.DictReader(sheet)}
    ours = FederalCode.objects.filter(editions__contains=[edition])
    assert set(ours.values_list("category", "code")) == official


def test_labels_are_those_of_the_newest_sheet_that_has_the_code(official_codes_csv):
    official = {}
    for edition in (2022, 2023):
        with official_codes_csv[edition].open(encoding="utf-8-sig", newline="") as sheet:
            for row in csv.DictReader(sheet):
                official[row["service_code"]] = spaced(row["service_name"])
    assert dict(FederalCode.objects.values_list("code", "official_label")) == official


def test_no_code_is_of_an_edition_without_a_sheet():
    editions = {year for code in FederalCode.objects.all() for year in code.editions}
    assert editions == {2022, 2023}


def test_a_code_names_one_thing_whatever_its_category():
    codes = list(FederalCode.objects.values_list("code", flat=True))
    assert sorted(set(codes)) == sorted(codes)


def test_every_code_states_something_or_has_a_reason_why_not():
    silent = FederalCode.objects.filter(statements=None)
    assert [code.code for code in silent.filter(not_used_because="")] == []
    assert not FederalCode.objects.exclude(not_used_because="").exclude(statements=None).exists()


def test_the_codes_that_are_not_used_are_these():
    unused = FederalCode.objects.exclude(not_used_because="").values_list("code", flat=True)
    assert set(unused) == {"SA", "INPE", "RPE", "PC", "AUINPE", "AURPE", "AUPC", "PAIN"}


# The shape of statements


def test_a_relation_fits_the_kind_of_fact():
    medicines = Q(term__facet__kind=FactKind.MEDICATION)
    payers = Q(term__facet__kind=FactKind.COVERAGE)
    statements = CodeStatement.objects.all()
    assert not statements.filter(medicines).exclude(
        medication_relation__in=MedicationRelation.values, network_relation=""
    )
    assert not statements.filter(payers).exclude(
        medication_relation="", network_relation__in=NetworkRelation.values
    )
    assert not statements.exclude(medicines | payers).exclude(
        medication_relation="", network_relation=""
    )


def test_a_condition_names_codes_that_there_are():
    known = set(FederalCode.objects.values_list("code", flat=True))
    named = {
        code
        for each in CodeStatement.objects.all()
        for code in [*each.only_with, *each.only_without, *each.needs_review_without]
    }
    assert named - known == set()


def test_a_detail_is_a_column_of_a_level_of_care():
    columns = {field.name for field in CareFact._meta.get_fields()}
    for statement in CodeStatement.objects.exclude(detail={}).select_related("term__facet"):
        assert statement.term.facet.kind == FactKind.CARE
        assert set(statement.detail) - columns == set()


def test_only_the_codes_that_say_no_answer_no():
    refusals = CodeStatement.objects.filter(answer=Answer.NO).select_related("code", "term__facet")
    assert {(each.code.code, path(each)) for each in refusals} == {
        ("NOOP", "substance/opioids"),
        ("NAUT", "substance/alcohol"),
    }


def test_no_code_says_that_people_on_a_medicine_are_refused():
    refused = MedicationRelation.DOES_NOT_ACCEPT
    assert not CodeStatement.objects.filter(medication_relation=refused).exists()
    assert not CodeStatement.objects.filter(network_relation=refused).exists()


# Levels of care


def test_only_certification_makes_an_opioid_treatment_program():
    assert stating("level_of_care/otp") == {"OTP", "SOTP"}


@pytest.mark.parametrize(
    ("codes", "is_office_based"),
    [
        (["OMB"], True),
        (["OMB", "RES"], True),
        (["OMB", "OTP"], False),
        (["OMB", "SOTP"], False),
        (["UB", "OP"], True),
        (["UN", "ORT"], True),
        (["UB"], False),
        (["UB", "OP", "OTP"], False),
        (["UB", "OP", "RES"], False),
        (["UB", "OP", "HI"], False),
        (["BU", "OP"], False),
    ],
)
def test_office_based_care_is_opioid_medicine_at_an_outpatient_site(codes, is_office_based):
    assert ("obot" in answers("level_of_care", *codes)) == is_office_based


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("DT", {"withdrawal_care"}),
        ("OD", {"withdrawal_care", "wm_outpatient"}),
        ("RD", {"withdrawal_care", "wm_residential"}),
        ("HID", {"withdrawal_care", "wm_hospital"}),
        ("OP", {"outpatient"}),
        ("ORT", {"outpatient"}),
        ("OIT", {"iop"}),
        ("ODT", {"php"}),
        ("RES", {"residential"}),
        ("RS", {"residential", "residential_short"}),
        ("RL", {"residential", "residential_long"}),
        ("HI", {"hospital"}),
        ("HIT", {"hospital"}),
        ("TELE", {"telehealth"}),
        ("ACC", {"continuing_care"}),
        ("ISC", {"interim"}),
        ("BIA", {"early_intervention"}),
        ("HH", {"recovery_housing"}),
        ("GH", set()),
        ("PSYH", set()),
    ],
)
def test_a_code_states_these_levels_of_care(code, levels):
    assert set(answers("level_of_care", code)) == levels


def test_overnight_and_length_are_stated_where_the_survey_says_so():
    detailed = CodeStatement.objects.exclude(detail={}).select_related("code", "term__facet")
    assert {(each.code.code, each.term.slug): each.detail for each in detailed} == {
        ("HI", "hospital"): {"overnight": True},
        ("OP", "outpatient"): {"overnight": False},
        ("RES", "residential"): {"overnight": True},
        ("RS", "residential_short"): {"length_days_max": 30},
        ("RL", "residential_long"): {"length_days_min": 31},
    }


# Money, groups, rules


@pytest.mark.parametrize("code", ["MD", "MC", "MI", "PI", "SI"])
def test_a_survey_never_knows_the_network_of_an_insurance(code):
    stated = CodeStatement.objects.filter(code__code=code)
    assert [each.network_relation for each in stated] == ["accepts_network_unknown"]


@pytest.mark.parametrize("code", ["SF", "NP", "SS", "PA", "FSA", "SAMF", "ITU"])
def test_a_way_to_pay_without_a_network_is_offered(code):
    stated = CodeStatement.objects.filter(code__code=code)
    assert [each.network_relation for each in stated] == ["accepts"]


def test_exclusive_programs_are_not_mixed_up_with_groups():
    assert set(answers("track", "DU")) == {"dui", "justice"}
    assert set(answers("track", "DUO")) == {"dui", "dui_only", "justice"}
    assert set(answers("track", "OUDO")) == {"oud_only"}
    assert set(answers("track", "AUDO")) == {"aud_only"}


def test_two_claims_about_mental_health_are_two_terms():
    assert set(answers("track", "CO")) == {"cooccurring"}
    assert set(answers("track", "SUMH")) == {"cooccurring_serious"}


def test_taking_men_says_nothing_about_women():
    assert answers("gender", "MALE") == {"men": "yes"}


def test_accepting_an_age_is_not_a_group_of_that_age():
    assert answers("track", "CHLD", "YAD", "SNR") == {}
    assert answers("age", "AD", "TAY", "SE") == {}


def test_relapse_prevention_is_no_return_to_use_program_and_opioid_detox_no_fentanyl_program():
    assert stating("track/return_to_use") == set()
    assert stating("substance/fentanyl") == set()


def test_a_house_rule_is_a_yes():
    assert answers("house_rules", "SMON", "VAPN") == {"no_smoking": "yes", "no_vaping": "yes"}


def test_naloxone_is_help_and_not_a_treatment():
    assert answers("support", "NOE") == {"naloxone": "yes"}
    assert answers("medication", "NOE") == {}


def test_every_language_code_states_its_own_language():
    languages = FederalCode.objects.filter(category__in=["SL", "OL"])
    stated = list(languages.values_list("statements__term__slug", flat=True))
    assert sorted(set(stated)) == sorted(stated)
    assert len(stated) == 24
