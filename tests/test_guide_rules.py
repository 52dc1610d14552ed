"""The rules of "Help me choose": what they say, to whom, and what nothing can take away."""

from __future__ import annotations

import pytest
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from programs.guide.advice import MOST_LEVELS, Advice, advise
from programs.guide.care import DESCRIBED, LEVELS, Care, Kind
from programs.guide.notices import FOR_EVERYBODY
from programs.guide.questions import ANSWERS, QUESTIONS, Token
from programs.guide.rule import Stop
from programs.guide.rules import RULES, SIGNED_OFF_BY, SIGNED_OFF_ON

#: The published vectors: what was answered; levels, medicine, step 1 with add-ons, rules.
VECTORS = {
    "T01": ("", "OP IOP", False, "", "R0"),
    "T02": ("opioid bad safe home", "OP IOP", True, "", "R0 W5 PR1"),
    "T03": ("opioid returned worse nights_home", "IOP PHP", True, "", "R0 W5 P2 T2 F1"),
    "T04": ("alcohol danger", "OP IOP", False, "WM-HOSP WM-RES", "R0 W1 W3"),
    "T05": ("alcohol alone", "OP IOP", False, "WM-RES", "R0 W1 W4 U1"),
    "T06": ("benzo opioid safe", "OP IOP", True, "WM-RES", "R0 W2 W4 W5"),
    "T07": ("stimulant none", "OP IOP RES", False, "HOUSING", "R0 W7 H2"),
    "T08": ("opioid pregnant safe", "OP IOP", True, "", "R0 W5 M1"),
    "T09": ("opioid danger", "OP IOP", True, "WM-HOSP WM-RES", "R0 W5 W6"),
    "T10": (
        "alcohol mild op_not_enough unsafe",
        "IOP PHP RES",
        False,
        "WM-RES HOUSING",
        "R0 W1 W4 H1 T1",
    ),
    "T11": ("daily_care opioid", "PHP RES HOSP", True, "", "R0 W5 M3"),
    "T12": ("severe", "HOSP PHP", False, "", "R0 P3"),
    "T13": (
        "on_medicine stepping_down no_transport",
        "OP IOP",
        True,
        "CONT TELE",
        "R0 W5 W8 T3 L1",
    ),
    "T14": ("suicidal", "988", False, "", "S2"),
    "T15": ("overdose_signs", "911", False, "", "S1"),
    "T16": ("stimulant stay safe", "OP IOP RES", False, "", "R0 W7 PR2"),
}
RULE = {rule.id: rule for rule in RULES}
#: For each rule: answers with it, and the same less one, or with one more, without it.
TURNED_ON = {
    "S1": ("overdose_signs alcohol", "alcohol"),
    "S2": ("suicidal alcohol", "alcohol"),
    "S3": ("severe_now alcohol", "alcohol"),
    "S4": ("od_24h", ""),
    "W1": ("alcohol", "other"),
    "W2": ("benzo", "other"),
    "W3": ("benzo serious", "opioid serious"),
    "W4": ("alcohol benzo safe", "alcohol safe"),
    "W5": ("opioid", "alcohol"),
    "W6": ("opioid danger", "opioid bad"),
    "W7": ("stimulant", "other"),
    "W8": ("on_medicine", "opioid"),
    "W9": ("unsure", "other"),
    "M1": ("pregnant", "serious"),
    "M2": ("serious", "pregnant"),
    "M3": ("daily_care", "serious"),
    "P1": ("stable", "worse"),
    "P2": ("worse", "stable"),
    "P3": ("severe", "worse"),
    "H1": ("unsafe", "alone"),
    "H2": ("none", "unsafe"),
    "T1": ("op_not_enough", "returned"),
    "T2": ("returned", "op_not_enough"),
    "T3": ("stepping_down", "returned"),
    "F1": ("nights_home", "childcare"),
    "F2": ("childcare", "nights_home"),
    "L1": ("no_transport", "childcare"),
    "G1": ("unsure_ready", "home"),
    "A1": ("u18", ""),
    "PR1": ("home", "stay"),
    "PR2": ("stay", "home"),
    "U1": ("alcohol", "alcohol mild"),
}
any_answers = st.frozensets(st.sampled_from(Token))
no_emergency = any_answers.filter(
    lambda said: said.isdisjoint({Token.OVERDOSE_SIGNS, Token.SUICIDAL, Token.SEVERE_NOW})
)
one_answer = st.sampled_from(Token)


def said(tokens: str) -> frozenset[Token]:
    return frozenset(Token(token) for token in tokens.split())


def fired(advice: Advice) -> str:
    return " ".join(rule.id for rule in advice.rules)


def codes(*found) -> str:
    return " ".join(each.what.value for group in found for each in group)


def has_medicine(advice: Advice) -> bool:
    return Care.MED in {each.what for each in advice.medicine}


def notices(advice: Advice) -> set[str]:
    return {each.what.slug for each in advice.notices}


# ---- what was published


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
def test_the_published_vector_comes_out(vector):
    answers, levels, medicine, others, rules = vector
    advice = advise(said(answers))
    shown = " ".join(advice.stops) or codes(advice.levels)
    assert (shown, has_medicine(advice)) == (levels, medicine)
    assert codes(advice.withdrawal, advice.add_ons) == others
    assert fired(advice) == rules


# ---- each rule


def test_every_rule_but_the_one_for_everybody_is_turned_on_and_off_here():
    assert [*TURNED_ON, "R0"] == sorted(RULE, key=[*TURNED_ON, "R0"].index)


@pytest.mark.parametrize("rule_id", TURNED_ON)
def test_the_rule_is_on_with_its_answer_and_off_without(rule_id):
    on, off = TURNED_ON[rule_id]
    assert (rule_id in fired(advise(said(on))).split()) is True
    assert (rule_id in fired(advise(said(off))).split()) is False


def test_signs_of_an_overdose_stop_everything_for_911_S1():
    advice = advise(said("overdose_signs opioid danger home"))
    assert (advice.stops, fired(advice)) == ((Stop.CALL_911,), "S1")
    assert (advice.levels, advice.medicine, advice.features) == ((), (), ())


def test_thoughts_of_suicide_stop_everything_for_988_S2():
    assert advise(said("suicidal alcohol")).stops == (Stop.CALL_988,)


def test_dangerous_signs_stop_everything_for_911_S3():
    assert advise(said("severe_now alcohol")).stops == (Stop.CALL_911,)


def test_of_two_emergencies_both_are_shown_911_first():
    advice = advise(said("suicidal overdose_signs severe_now od_24h"))
    assert advice.stops == (Stop.CALL_911, Stop.CALL_988)
    assert fired(advice) == "S1 S2 S3 S4"
    assert notices(advice) == {"get-checked", "naloxone"}


def test_an_overdose_yesterday_means_a_check_today_and_naloxone_S4():
    advice = advise(said("od_24h"))
    assert notices(advice) == {"get-checked", "naloxone"}
    assert (has_medicine(advice), has_medicine(advise(said("od_24h opioid")))) == (False, True)


def test_care_at_home_is_where_everybody_starts_R0():
    [op, iop] = advise(frozenset()).levels
    assert [rule.id for rule in (*op.rules, *iop.rules)] == ["R0", "R0"]


@pytest.mark.parametrize("token", ["alcohol", "benzo"])
def test_alcohol_and_benzos_mean_a_warning_and_withdrawal_care_W1_W2(token):
    advice = advise(said(token))
    assert codes(advice.withdrawal) == "WM-OUT"
    assert notices(advice) == {"no-sudden-stop", "tell-about-seizures"}


@pytest.mark.parametrize("risk", ["danger", "pregnant", "serious", "daily_care"])
@pytest.mark.parametrize("token", ["alcohol", "benzo"])
def test_a_risk_means_withdrawal_care_by_day_and_night_W3(token, risk):
    assert codes(advise(said(f"{token} {risk}")).withdrawal) == "WM-HOSP WM-RES"


@pytest.mark.parametrize("risk", ["alone", "unsafe", "none", "opioid", "alcohol benzo"])
def test_nobody_at_home_or_two_substances_mean_live_in_withdrawal_care_W4(risk):
    for token in ("alcohol", "benzo"):
        assert codes(advise(said(f"{token} {risk}")).withdrawal) == "WM-RES"


def test_opioids_mean_medicine_low_tolerance_and_naloxone_W5():
    advice = advise(said("opioid"))
    assert codes(advice.medicine) == "MED"
    assert notices(advice) == {"low-tolerance", "naloxone"}


def test_hard_opioid_withdrawal_means_a_hospital_may_be_the_place_W6():
    advice = advise(said("opioid danger"))
    assert codes(advice.withdrawal) == "WM-HOSP WM-RES"
    assert "hard-withdrawal" in notices(advice)


def test_stimulants_mean_rewards_and_a_warning_of_low_mood_and_fentanyl_W7():
    advice = advise(said("stimulant"))
    assert [each.what.slug for each in advice.features] == ["rewards"]
    assert notices(advice) == {"low-mood", "fentanyl-mixed", "low-tolerance", "naloxone"}


def test_who_takes_medicine_is_shown_who_lets_them_stay_on_it_W8():
    advice = advise(said("on_medicine"))
    assert codes(advice.medicine) == "MED-STAY MED"
    assert "keep-medicine" in notices(advice)
    assert DESCRIBED[Care.MED_STAY].filters["medication_access"] == ("stay",)


def test_not_knowing_what_was_in_it_means_fentanyl_and_naloxone_W9():
    assert notices(advise(said("unsure"))) == {"fentanyl-mixed", "naloxone"}


def test_pregnancy_means_a_call_today_and_care_made_for_it_M1():
    advice = advise(said("pregnant"))
    assert notices(advice) == {"call-today"}
    assert [each.what.slug for each in advice.features] == ["pregnancy-care"]


def test_a_serious_illness_means_asking_for_a_doctor_on_site_M2():
    assert [each.what.slug for each in advise(said("serious")).features] == ["medical-care"]


def test_a_nurse_every_day_means_day_treatment_or_more_M3():
    assert codes(advise(said("daily_care")).levels) == "PHP RES HOSP"


def test_stable_mental_health_means_asking_for_both_P1():
    advice = advise(said("stable"))
    assert [each.what.slug for each in advice.features] == ["mental-health-too"]
    assert codes(advice.levels) == "OP IOP"


def test_worse_mental_health_means_more_hours_P2():
    advice = advise(said("worse"))
    assert codes(advice.levels) == "IOP PHP"
    assert [each.what.slug for each in advice.features] == [
        "mental-health-too",
        "mental-health-medicine",
    ]


def test_severe_mental_health_means_hospital_first_and_talking_today_P3():
    advice = advise(said("severe home nights_home"))
    assert (codes(advice.levels), notices(advice)) == ("HOSP PHP", {"talk-today"})


@pytest.mark.parametrize(("home", "features"), [("unsafe", []), ("none", ["housing-help"])])
def test_no_safe_home_means_live_in_care_or_housing_H1_H2(home, features):
    advice = advise(said(home))
    assert codes(advice.levels, advice.add_ons) == "OP IOP RES HOUSING"
    assert [each.what.slug for each in advice.features] == features


def test_when_outpatient_was_not_enough_there_is_more_T1():
    assert codes(advise(said("op_not_enough")).levels) == "IOP PHP RES"


def test_who_used_again_is_not_blamed_and_warned_of_low_tolerance_T2():
    advice = advise(said("returned"))
    assert [each.what.slug for each in advice.features] == ["after-return"]
    assert notices(advice) == {"low-tolerance", "naloxone"}
    assert "T2" in [rule.id for rule in advice.levels[1].rules]


def test_who_finishes_a_program_hears_of_aftercare_and_low_tolerance_T3():
    advice = advise(said("stepping_down"))
    assert codes(advice.add_ons) == "CONT"
    assert notices(advice) == {"low-tolerance", "naloxone"}


def test_nights_at_home_mean_evening_groups_and_no_other_levels_F1():
    advice = advise(said("nights_home stay"))
    assert [each.what.slug for each in advice.features] == ["evenings"]
    assert codes(advice.levels) == codes(advise(said("stay")).levels)


def test_a_child_means_child_care_F2():
    assert [each.what.slug for each in advise(said("childcare")).features] == ["child-care"]


def test_no_ride_means_phone_or_video_and_rides_L1():
    advice = advise(said("no_transport"))
    assert codes(advice.add_ons) == "TELE"
    assert [each.what.slug for each in advice.features] == ["rides"]


def test_not_being_sure_changes_no_level_G1():
    advice = advise(said("unsure_ready"))
    assert codes(advice.levels) == "OP IOP"
    assert [each.what.slug for each in advice.features] == ["talking-it-over"]


def test_under_18_means_teen_programs_and_an_adult_to_talk_to_A1():
    advice = advise(said("u18"))
    assert (notices(advice), codes(advice.levels)) == ({"teens"}, "OP IOP")
    assert [each.what.slug for each in advice.features] == ["teen-programs"]


def test_what_somebody_wants_orders_or_adds_and_takes_nothing_away_PR1_PR2():
    advice = advise(said("home stay"))
    assert codes(advice.levels) == "OP IOP RES"
    assert [[rule.id for rule in each.rules] for each in advice.levels] == [
        ["R0", "PR1"],
        ["R0", "PR1"],
        ["PR2"],
    ]


def test_a_skipped_question_on_withdrawal_keeps_the_warning_U1():
    skipped, answered = advise(said("alcohol")), advise(said("alcohol mild"))
    assert (fired(skipped), fired(answered)) == ("R0 W1 U1", "R0 W1")
    assert notices(skipped) == notices(answered) == {"no-sudden-stop", "tell-about-seizures"}


# ---- what nothing can take away


@given(any_answers, one_answer)
def test_no_answer_takes_away_a_safety_message(answers, one_more):
    before, after = advise(answers), advise(answers | {one_more})
    if not after.stops or before.stops:
        assert notices(before) <= notices(after)
    assert set(before.stops) <= set(after.stops)


@given(no_emergency)
def test_every_result_says_what_everybody_is_to_know(answers):
    advice = advise(answers)
    told = notices(advice) | {notice.slug for notice in advice.for_everybody}
    assert {notice.slug for notice in FOR_EVERYBODY} <= told


@given(no_emergency)
def test_medicine_and_its_warnings_are_there_whenever_opioids_are_named(answers):
    advice = advise(answers | {Token.OPIOID})
    assert has_medicine(advice)
    assert {"low-tolerance", "naloxone"} <= notices(advice)


@given(no_emergency, st.sampled_from([Token.ALCOHOL, Token.BENZO]))
def test_alcohol_and_benzos_always_have_step_1_and_the_warning(answers, token):
    advice = advise(answers | {token})
    assert advice.withdrawal != ()
    assert {"no-sudden-stop", "tell-about-seizures"} <= notices(advice)


@given(any_answers, st.sampled_from([Token.OVERDOSE_SIGNS, Token.SUICIDAL, Token.SEVERE_NOW]))
def test_an_emergency_wins_over_everything(answers, emergency):
    advice = advise(answers | {emergency})
    assert advice.stops != ()
    suggested = (advice.levels, advice.withdrawal, advice.medicine, advice.add_ons, advice.features)
    assert suggested == ((), (), (), (), ())
    assert all(rule.id.startswith("S") for rule in advice.rules)


@given(no_emergency)
def test_one_to_three_levels_are_suggested_none_twice_each_with_a_reason(answers):
    levels = [each.what for each in advise(answers).levels]
    assert 1 <= len(levels) <= MOST_LEVELS
    assert len(set(levels)) == len(levels)
    assert all(DESCRIBED[level].kind == Kind.LEVEL for level in levels)
    # From the least restrictive on, a hospital that comes first left aside.
    others = levels[1:] if levels[0] == Care.HOSP else levels
    assert others == sorted(others, key=LEVELS.index)
    advice = advise(answers)
    care = [*advice.levels, *advice.withdrawal, *advice.medicine, *advice.add_ons]
    assert all(each.rules for each in care)
    assert all(each.rules for each in advice.features)
    assert all(each.rules for each in advice.notices)


@given(no_emergency)
def test_readiness_moves_no_level(answers):
    assert codes(advise(answers | {Token.UNSURE_READY}).levels) == codes(
        advise(answers - {Token.UNSURE_READY}).levels
    )


@given(any_answers)
def test_the_order_of_the_answers_changes_nothing(answers):
    assert advise(answers) == advise(frozenset(reversed(list(answers))))


# ---- the table


def test_every_answer_is_asked_for_once_and_has_words():
    asked = [token for question in QUESTIONS for token, _text in question.answers]
    assert sorted(asked) == sorted(Token)
    assert len(QUESTIONS) == 10
    assert all(str(text) for text in ANSWERS.values())


def test_every_rule_says_when_why_and_on_what_basis():
    assert len(RULE) == len(RULES) == 33
    for rule in RULES:
        assert rule.when.words()
        assert str(rule.reason)
        assert str(rule.basis.text)


def test_conditions_read_as_a_person_would_say_them():
    assert RULE["U1"].when.words() == (
        "“Alcohol”, and no answer to “What happens when you stop or cut down?”"
    )
    assert RULE["R0"].when.words() == gettext("always")


def test_nobody_signed_the_rules_off_without_a_day():
    assert bool(SIGNED_OFF_BY) == bool(SIGNED_OFF_ON)
