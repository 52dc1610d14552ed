"""The vocabulary: what it has to hold, in which words, and how it gets to the tables."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from pathlib import Path
from statistics import mean

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Q

from programs.enums import FactKind, SearchAspect, SourceKind
from programs.importers.vocabulary import VocabularyError, load_vocabulary
from programs.models import CodeStatement, Facet, FederalCode, SearchSlot, Source, Term
from tests.factories import term
from tests.reading import grade

pytestmark = pytest.mark.django_db

FIXTURES = settings.BASE_DIR / "fixtures"

FACETS = {
    "level_of_care": FactKind.CARE,
    "medication": FactKind.MEDICATION,
    "track": FactKind.FEATURE,
    "payment": FactKind.COVERAGE,
    "therapy": FactKind.FEATURE,
    "support": FactKind.FEATURE,
    "health": FactKind.FEATURE,
    "withdrawal": FactKind.FEATURE,
    "substance": FactKind.FEATURE,
    "language": FactKind.FEATURE,
    "age": FactKind.FEATURE,
    "gender": FactKind.FEATURE,
    "access": FactKind.FEATURE,
    "house_rules": FactKind.FEATURE,
    "operator": FactKind.FEATURE,
    "accreditation": FactKind.FEATURE,
}
LEVELS_OF_CARE = """
    outpatient iop php residential residential_low residential_high residential_medical hospital
    wm_outpatient wm_residential wm_hospital otp obot recovery_housing continuing_care telehealth
    interim early_intervention
"""
MEDICINES = """
    methadone buprenorphine buprenorphine_injection buprenorphine_implant naltrexone
    naltrexone_injection naltrexone_pill lofexidine clonidine acamprosate disulfiram
    nicotine_replacement quit_smoking_medicine psychiatric_medicine
"""
TRACKS = """
    adolescents young_adults older_adults women men pregnant_postpartum parents_children lgbtq
    veterans active_duty military_families justice cooccurring pain hiv trauma sexual_abuse
    domestic_violence native oud_only aud_only
"""
THERAPIES = """
    cbt dbt mi cm twelve_step non12 family group individual emdr act_therapy cpt trauma_informed
    matrix mindfulness_holistic
"""
SUPPORTS = """
    case_mgmt peer aftercare naloxone transport childcare jobs_school housing_help
"""
HEALTH = "drug_testing primary_care hep_hiv tobacco suicide_prevention"

ANY_WITHDRAWAL = {"withdrawal_care", "wm_outpatient", "wm_residential", "wm_hospital"}
LITTLE_TO_PAY = {"free", "sliding_scale", "payment_help"}
#: Words that truly mean several terms of one facet to the people who type them.
SHARED_SYNONYMS = {
    "rehab": {"residential", "php", "iop"},
    "drug rehab": {"residential", "php", "iop"},
    "treatment center": {"residential", "php", "iop"},
    "inpatient": {"residential", "hospital"},
    "inpatient rehab": {"residential", "hospital"},
    "detox": {"withdrawal_care", "wm_outpatient", "wm_residential", "wm_hospital"},
    "medical detox": {"withdrawal_care", "wm_outpatient", "wm_residential", "wm_hospital"},
    "withdrawal": {"withdrawal_care", "wm_outpatient", "wm_residential", "wm_hospital"},
    "mat": {"methadone", "buprenorphine", "naltrexone"},
    "moud": {"methadone", "buprenorphine", "naltrexone"},
    "mar": {"methadone", "buprenorphine", "naltrexone"},
    "medication assisted treatment": {"methadone", "buprenorphine", "naltrexone"},
    "free rehab": {"free", "sliding_scale", "payment_help"},
    "no insurance": {"free", "sliding_scale", "payment_help"},
    "va": {"military", "va_funds"},
    "rehabilitación": {"residential", "php", "iop"},
    "rehabilitación de drogas": {"residential", "php", "iop"},
    "centro de rehabilitación": {"residential", "php", "iop"},
    "centro de tratamiento": {"residential", "php", "iop"},
    "internado": {"residential", "hospital"},
    "internamiento": {"residential", "hospital"},
    "desintoxicación": ANY_WITHDRAWAL,
    "desintoxicar": ANY_WITHDRAWAL,
    "desintoxicarse": ANY_WITHDRAWAL,
    "abstinencia": ANY_WITHDRAWAL,
    "síndrome de abstinencia": ANY_WITHDRAWAL,
    "rehabilitación gratis": LITTLE_TO_PAY,
    "sin seguro": LITTLE_TO_PAY,
    "sin seguro médico": LITTLE_TO_PAY,
    "sin aseguranza": LITTLE_TO_PAY,
}


def slugs_of(facet: str) -> set[str]:
    return set(Term.objects.filter(facet__slug=facet).values_list("slug", flat=True))


def test_the_facets_are_those_of_the_house_in_their_order():
    facets = Facet.objects.order_by("position").values_list("slug", "kind")
    assert list(facets) == list(FACETS.items())


def test_the_most_used_facets_are_shown_open():
    common = Facet.objects.filter(is_common=True).order_by("position")
    assert [facet.slug for facet in common] == ["level_of_care", "medication", "track", "payment"]


@pytest.mark.parametrize(
    ("facet", "slugs"),
    [
        ("level_of_care", LEVELS_OF_CARE),
        ("level_of_care", "withdrawal_care residential_short residential_long"),
        ("medication", MEDICINES),
        ("track", TRACKS),
        ("therapy", THERAPIES),
        ("support", SUPPORTS),
        ("health", HEALTH),
        ("substance", "opioids fentanyl alcohol stimulants sedatives cannabis any gambling"),
        ("language", "spanish deaf_hoh"),
    ],
)
def test_every_term_of_the_field_guide_is_there(facet, slugs):
    assert set(slugs.split()) - slugs_of(facet) == set()


@pytest.mark.parametrize("table", [Facet, Term])
def test_every_term_and_facet_has_a_label_and_a_definition(table):
    rows = table.objects.values_list("slug", "label", "definition")
    assert [row for row in rows if not all(text.strip() for text in row)] == []


def test_every_term_and_facet_has_its_words_in_spanish():
    for model in (Facet, Term):
        untranslated = model.objects.filter(Q(label_es="") | Q(definition_es=""))
        assert list(untranslated.values_list("slug", flat=True)) == []


def test_spanish_labels_are_unique_in_a_facet():
    labels = Term.objects.values_list("facet", "label_es")
    assert len(set(labels)) == len(labels)


def test_labels_are_unique_in_a_facet():
    labels = list(Term.objects.values_list("facet__slug", "label"))
    assert len(set(labels)) == len(labels)


def test_the_vocabulary_leaves_room_for_terms_of_keepers():
    assert Term.objects.count() <= 300
    assert Term.objects.filter(facet__slug="medication").count() <= 22


# Words


def test_a_synonym_means_one_term_of_a_facet_unless_people_mean_several():
    meant = defaultdict(list)
    for each in Term.objects.select_related("facet"):
        for synonym in each.synonyms:
            meant[each.facet.slug, synonym].append(each.slug)
    shared = {synonym: set(slugs) for (_, synonym), slugs in meant.items() if len(slugs) > 1}
    repeated = [synonym for (_, synonym), slugs in meant.items() if len(set(slugs)) < len(slugs)]
    assert shared == SHARED_SYNONYMS
    assert repeated == []


def test_synonyms_are_lower_case_with_single_blanks():
    synonyms = [word for words in Term.objects.values_list("synonyms", flat=True) for word in words]
    assert [word for word in synonyms if word != " ".join(word.lower().split())] == []


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("halfway house", "level_of_care/recovery_housing"),
        ("methadone clinic", "level_of_care/otp"),
        ("suboxone", "medication/buprenorphine"),
        ("sublocade", "medication/buprenorphine_injection"),
        ("vivitrol", "medication/naltrexone_injection"),
        ("antabuse", "medication/disulfiram"),
        ("campral", "medication/acamprosate"),
        ("narcan", "support/naloxone"),
        ("dual diagnosis", "track/cooccurring"),
        ("relapse program", "track/return_to_use"),
        ("drug court", "track/justice"),
        ("teen", "track/adolescents"),
        ("fentanyl", "substance/opioids"),
        ("xanax", "substance/sedatives"),
        ("crack", "substance/stimulants"),
        ("alcohol rehab", "substance/alcohol"),
        ("medi-cal", "payment/medicaid"),
        ("ahcccs", "payment/medicaid"),
        ("tricare", "payment/military"),
    ],
)
def test_what_people_type_leads_to_its_term(typed, path):
    found = Term.objects.filter(synonyms__contains=[typed]).select_related("facet")
    assert [f"{each.facet.slug}/{each.slug}" for each in found] == [path]


#: Words for people that the field guide tells us not to use ourselves.
LABELLING_WORDS = re.compile(
    r"\b(addicts?|junkies?|abusers?|alcoholics?|drunks?|clean|dirty|relapsed|cure[ds]?|must"
    r"|suffer\w*|victims?|substitut\w*|guarantee\w*|best|non-?compliant)\b",
    re.IGNORECASE,
)


def test_definitions_speak_of_people_first():
    texts = [*Facet.objects.values_list("slug", "definition")]
    texts += Term.objects.values_list("slug", "definition")
    assert [slug for slug, text in texts if LABELLING_WORDS.search(text)] == []


@pytest.mark.parametrize("facet", FACETS)
def test_definitions_can_be_read_after_eight_years_of_school(facet):
    texts = Term.objects.filter(facet__slug=facet).values_list("definition", flat=True)
    assert mean(map(grade, texts)) <= 8
    assert grade(Facet.objects.get(slug=facet).definition) <= 8


# Loading


def snapshot():
    tables = (Facet, Term, SearchSlot, FederalCode, CodeStatement, Source)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


@pytest.fixture
def fixtures(tmp_path) -> Path:
    """Return a copy of the three files, to spoil."""
    return Path(shutil.copytree(FIXTURES, tmp_path / "fixtures"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_loading_again_changes_nothing(django_assert_max_num_queries):
    before = snapshot()
    with django_assert_max_num_queries(12):
        counts = load_vocabulary(FIXTURES)
    assert snapshot() == before
    assert {table: done["new"] + done["changed"] for table, done in counts.items()} == {
        "facets": 0,
        "terms": 0,
        "shelf lives": 0,
        "federal codes": 0,
        "statements": 0,
        "sources": 0,
    }
    assert counts["statements"]["removed"] == 0


def test_a_changed_definition_reaches_its_term_and_no_other(fixtures):
    edit(fixtures / "vocabulary.yaml", "You learn skills for strong feelings.", "You learn skills.")
    counts = load_vocabulary(fixtures)
    assert term("therapy/dbt").definition == "You learn skills."
    assert counts["terms"] == {"new": 0, "changed": 1, "unchanged": Term.objects.count() - 1}


def test_what_keepers_added_is_left_alone():
    facet = Facet.objects.create(slug="parking", label="Parking", kind=FactKind.FEATURE)
    lot = Term.objects.create(facet=facet, slug="lot", label="Lot", definition="A place to park.")
    load_vocabulary(FIXTURES)
    assert term("parking/lot") == lot


def test_a_statement_taken_out_of_the_file_is_removed(fixtures):
    edit(
        fixtures / "federal_codes.yaml",
        "      - {term: level_of_care/residential}\n      - {term: level_of_care/residential_long",
        "      - {term: level_of_care/residential_long",
    )
    counts = load_vocabulary(fixtures)
    assert counts["statements"]["removed"] == 1
    stated = CodeStatement.objects.filter(code__code="RL")
    assert [each.term.slug for each in stated] == ["residential_long"]


def test_every_term_has_its_search_slots():
    for each in Term.objects.select_related("facet").prefetch_related("slots"):
        is_medicine = each.facet.kind == FactKind.MEDICATION
        wanted = set(SearchAspect) if is_medicine else {SearchAspect.OFFERS}
        assert {slot.aspect for slot in each.slots.all()} == wanted


def test_the_sources_are_there_with_what_is_known_of_their_dates():
    federal = Source.objects.get(slug="samhsa-directory-2023")
    assert (federal.kind, str(federal.published_on), federal.date_precision) == (
        SourceKind.FEDERAL_DIRECTORY,
        "2023-01-01",
        "year",
    )
    others = {slug: Source.objects.get(slug=slug).kind for slug in ("staff", "facility")}
    assert others == {"staff": SourceKind.STAFF, "facility": SourceKind.FACILITY}
    assert Source.objects.get(slug="invented-sample").kind == SourceKind.SAMPLE


SPOILED = {
    "a term that is not there": (
        "federal_codes.yaml",
        "term: level_of_care/php",
        "term: level_of_care/phq",
        "federal_codes.yaml: code ODT, statement level_of_care/phq: there is no such term",
    ),
    "a relation that is not known": (
        "federal_codes.yaml",
        "medication/naltrexone_injection, relation: reports_use_unspecified",
        "medication/naltrexone_injection, relation: likes_it",
        "federal_codes.yaml: code VTRL, statement medication/naltrexone_injection: "
        "medication_relation: Value 'likes_it' is not a valid choice.",
    ),
    "a relation of a fact that has none": (
        "federal_codes.yaml",
        "{term: level_of_care/php}",
        "{term: level_of_care/php, relation: accepts}",
        "federal_codes.yaml: code ODT, statement level_of_care/php: "
        'a fact about care has no "relation"',
    ),
    "a medicine without a relation": (
        "federal_codes.yaml",
        "{term: medication/psychiatric_medicine, relation: reports_use_unspecified}",
        "{term: medication/psychiatric_medicine}",
        "federal_codes.yaml: code MMD, statement medication/psychiatric_medicine: "
        'a fact about medication has a "relation" and no "answer"',
    ),
    "a refusal that no person checked": (
        "federal_codes.yaml",
        "{term: medication/psychiatric_medicine, relation: reports_use_unspecified}",
        "{term: medication/psychiatric_medicine, relation: does_not_accept}",
        "federal_codes.yaml: code MMD, statement medication/psychiatric_medicine: "
        "only a person who checked may say does_not_accept",
    ),
    "a detail that is no column": (
        "federal_codes.yaml",
        "length_days_max",
        "length_days_most",
        "federal_codes.yaml: code RS, statement level_of_care/residential_short, detail: "
        "not known here: length_days_most",
    ),
    "a word that is not known": (
        "federal_codes.yaml",
        "only_without: [",
        "unless: [",
        "federal_codes.yaml: code HI, statement level_of_care/hospital: not known here: unless",
    ),
    "a code with neither statement nor reason": (
        "federal_codes.yaml",
        "    states:\n      - {term: level_of_care/php}\n",
        "",
        'federal_codes.yaml: code ODT: has to have "states" or "not_used_because"',
    ),
    "a slug that is none": (
        "vocabulary.yaml",
        "slug: php",
        "slug: day treatment",
        "vocabulary.yaml: facet level_of_care, term day treatment: slug: Enter a valid “slug” "
        "consisting of letters, numbers, underscores or hyphens.",
    ),
    "a term without a definition": (
        "vocabulary.yaml",
        "definition: Pills that help you stay off alcohol.",
        'definition: ""',
        "vocabulary.yaml: facet medication, term acamprosate: definition: "
        "This field cannot be blank.",
    ),
    "a term that is there twice": (
        "vocabulary.yaml",
        "slug: dbt",
        "slug: cbt",
        "vocabulary.yaml: term therapy/cbt: is there more than once",
    ),
    "synonyms that are no list": (
        "vocabulary.yaml",
        "synonyms: [campral]",
        "synonyms: campral",
        'vocabulary.yaml: facet medication, term acamprosate: "synonyms" has to be a list',
    ),
    "a shelf life of no day": (
        "vocabulary.yaml",
        "days: 182",
        "days: 0",
        "vocabulary.yaml: shelf life of phones: days: "
        "Ensure this value is greater than or equal to 1.",
    ),
    "a shelf life of nothing known": (
        "vocabulary.yaml",
        "part: phones",
        "part: faxes",
        "vocabulary.yaml: shelf life of faxes: part: Value 'faxes' is not a valid choice.",
    ),
    "a source of no known kind": (
        "sources.yaml",
        "kind: staff",
        "kind: rumor",
        "sources.yaml: source staff: kind: Value 'rumor' is not a valid choice.",
    ),
    "a file without its list": (
        "sources.yaml",
        "sources:",
        "source:",
        'sources.yaml: has to have one list, "sources"',
    ),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_wrong_file_is_refused_with_its_place_and_nothing_is_written(fixtures, spoiled):
    file_name, old, new, message = SPOILED[spoiled]
    edit(fixtures / "vocabulary.yaml", "You learn skills for strong feelings.", "You learn skills.")
    edit(fixtures / file_name, old, new)
    before = snapshot()
    with pytest.raises(VocabularyError) as refusal:
        load_vocabulary(fixtures)
    assert str(refusal.value) == message
    assert snapshot() == before


def test_a_file_that_is_not_yaml_is_refused_with_its_line(fixtures):
    edit(fixtures / "sources.yaml", "kind: staff", "kind: [staff")
    with pytest.raises(VocabularyError, match=r"sources.yaml: is not YAML: (.|\n)*line \d+"):
        load_vocabulary(fixtures)


def test_a_vocabulary_larger_than_the_search_index_is_refused(fixtures):
    many = "".join(
        f"\n      - {{slug: extra_{n}, label: Extra {n}, definition: One more.}}"
        for n in range(400)
    )
    path = fixtures / "vocabulary.yaml"
    path.write_text(path.read_text().rstrip() + many + "\n")
    with pytest.raises(VocabularyError, match="room for 378 terms and is full"):
        load_vocabulary(fixtures)
    assert not Term.objects.filter(slug="extra_0").exists()


def test_the_command_says_which_file_is_missing(tmp_path):
    with pytest.raises(CommandError) as refusal:
        call_command("load_vocabulary", folder=tmp_path)
    message = "Nothing was loaded. vocabulary.yaml: cannot be read: No such file or directory"
    assert str(refusal.value) == message


def test_the_command_prints_what_it_did(capsys):
    call_command("load_vocabulary")
    assert capsys.readouterr().out.splitlines()[0] == "facets: 0 new, 0 changed, 16 unchanged"
