"""What each federal code states: whole against the published sheets, and true to the ladder."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
from django.db.models import Q

from programs.enums import Answer, FactKind, MedicationRelation, NetworkRelation
from programs.models import CareFact, CodeStatement, FederalCode, effective_relations

pytestmark = pytest.mark.django_db

MEDICINES_FOR_OPIOIDS = ["buprenorphine", "methadone", "naltrexone"]
MEDICINES_FOR_ALCOHOL = ["acamprosate", "alcohol_medicine", "disulfiram"]


def counting(*codes: str) -> Iterator[CodeStatement]:
    """Yield what counts of the statements of a row that has these codes."""
    row = set(codes)
    stated = CodeStatement.objects.select_related("code", "term__facet").order_by("pk")
    for statement in stated.filter(code__code__in=codes):
        fits = not statement.only_with or row & set(statement.only_with)
        if fits and not row & set(statement.only_without):
            yield statement


def relations(medicine: str, *codes: str) -> list[str]:
    """Return the relations that a row with these codes states for a medicine, sorted."""
    return sorted(
        {
            statement.medication_relation
            for statement in counting(*codes)
            if path(statement) == f"medication/{medicine}"
        }
    )


def answers(facet: str, *codes: str) -> dict[str, str]:
    """Return the answers that a row with these codes states in a facet."""
    stated = [each for each in counting(*codes) if each.term.facet.slug == facet]
    return {each.term.slug: each.answer for each in stated}


def path(statement: CodeStatement) -> str:
    return f"{statement.term.facet.slug}/{statement.term.slug}"


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


# The medication ladder


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
    assert relations("naltrexone", "NOOP") == ["not_applicable"]
    assert relations("naltrexone", "NOOP", "PMAT") == []


def test_a_program_that_does_not_treat_alcohol_use_says_so():
    stated = {medicine: relations(medicine, "NAUT") for medicine in MEDICINES_FOR_ALCOHOL}
    assert stated == {each: ["not_applicable"] for each in MEDICINES_FOR_ALCOHOL}
    assert relations("naltrexone", "NAUT") == []
    assert answers("substance", "NAUT") == {"alcohol": "no"}


def test_prescribing_medicine_for_alcohol_names_no_single_medicine():
    assert relations("alcohol_medicine", "PMAT") == ["starts_and_continues"]
    assert answers("medication", "PMAT") == {"alcohol_medicine": "yes"}


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
