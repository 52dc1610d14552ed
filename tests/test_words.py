"""The search box: what is read as the vocabulary's, what as a place, what as a name."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.models import Term
from programs.search.crisis import is_crisis
from programs.search.medicaid import STATE_OF_NAME
from programs.search.vocabulary import phrase_key, read_vocabulary
from programs.search.words import MAX_PHRASE_WORDS, WordsRead, read_words

pytestmark = pytest.mark.django_db

REHAB = ("iop", "php", "residential")
DETOX = ("withdrawal_care", "wm_outpatient", "wm_residential", "wm_hospital")
HOUSING = ("recovery_housing",)
FREE_CARE = ("free", "sliding_scale", "payment_help")


def read(text: str, *, has_place: bool = False) -> WordsRead:
    return read_words(text, read_vocabulary(), has_place=has_place)


def terms(words: WordsRead) -> dict[str, tuple[str, ...]]:
    return {term.facet: term.terms for term in words.terms}


def place(words: WordsRead) -> str:
    return str(words.place.place) if words.place else ""


@pytest.mark.parametrize(
    ("text", "facet", "slugs"),
    [
        ("suboxone", "medication", ("buprenorphine",)),
        ("Suboxone", "medication", ("buprenorphine",)),
        ("SUBOXONE!", "medication", ("buprenorphine",)),
        ("vivitrol", "medication", ("naltrexone_injection",)),
        ("rehab", "level_of_care", ("iop", "php", "residential")),
        ("treatment center", "level_of_care", ("iop", "php", "residential")),
        ("inpatient", "level_of_care", ("residential", "hospital")),
        (
            "detox",
            "level_of_care",
            ("withdrawal_care", "wm_outpatient", "wm_residential", "wm_hospital"),
        ),
        ("sober living", "level_of_care", ("recovery_housing",)),
        ("methadone clinic", "level_of_care", ("otp",)),
        ("dual diagnosis", "track", ("cooccurring",)),
        ("co-occurring", "track", ("cooccurring",)),
        ("teen", "track", ("adolescents",)),
        ("teens", "track", ("adolescents",)),
        ("AHCCCS", "payment", ("medicaid",)),
        ("Medi-Cal", "payment", ("medicaid",)),
        ("no insurance", "payment", ("free", "sliding_scale", "payment_help")),
        ("drug court", "track", ("justice",)),
        ("alcohol", "substance", ("alcohol",)),
        ("español", "language", ("spanish",)),
        ("12 step", "therapy", ("twelve_step",)),
        ("Residential (live-in) treatment", "level_of_care", ("residential",)),
        ("recovery_housing", "level_of_care", ("recovery_housing",)),
    ],
)
def test_a_word_of_the_vocabulary_becomes_the_filter_that_it_names(text, facet, slugs):
    words = read(text)
    assert terms(words) == {facet: slugs}
    assert (words.names, words.rest) == ("", "")
    assert words.terms[0].without == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("suboxone", "We read “suboxone” as Buprenorphine (such as Suboxone)."),
        (
            "inpatient",
            "“inpatient” can mean several things. We look for any of: Residential (live-in)"
            " treatment or Hospital inpatient.",
        ),
        ("AHCCCS", "We read “AHCCCS” as Medicaid. It has that name in Arizona."),
        (
            "suboxon",
            "“suboxon” looks misspelled. We read it as Buprenorphine (such as Suboxone).",
        ),
    ],
)
def test_it_is_said_how_a_word_was_read(text, sentence):
    assert read(text).terms[0].sentence == sentence


@pytest.mark.parametrize(
    ("text", "facet", "slugs"),
    [
        ("suboxon", "medication", ("buprenorphine",)),
        ("vivatrol", "medication", ("naltrexone_injection",)),
        ("methodone", "level_of_care", ("otp",)),
        ("dual diagnois", "track", ("cooccurring",)),
        ("inpateint", "level_of_care", ("residential", "hospital")),
        ("medciaid", "payment", ("medicaid",)),
        ("medical", "payment", ("medicaid",)),
    ],
)
def test_a_misspelt_word_is_read_too_and_offered_as_a_name(text, facet, slugs):
    words = read(text)
    assert terms(words) == {facet: slugs}
    [as_name] = [other for other in words.terms[0].also if "name" in other.label]
    assert as_name.query == (("q", (f'"{text}"',)),)


@pytest.mark.parametrize(
    "text", ["subz", "green", "human", "mesa verde", "hope", "serenity", "valle medical associates"]
)
def test_other_words_are_left_as_names(text):
    words = read(text, has_place=True)
    assert (terms(words), words.names) == ({}, text)


@pytest.mark.parametrize(
    ("text", "facets", "where", "names"),
    [
        (
            "iop chandler az medicaid",
            {"level_of_care": ("iop",), "payment": ("medicaid",)},
            "Chandler, AZ",
            "",
        ),
        ("Suboxone near chandlar az", {"medication": ("buprenorphine",)}, "Chandler, AZ", ""),
        ("suboxone near chandlar", {"medication": ("buprenorphine",)}, "Chandler, AZ", ""),
        ("methadone clinic st. loius mo", {"level_of_care": ("otp",)}, "Saint Louis, MO", ""),
        (
            "clinics that take suboxone and medicaid near tucson",
            {"medication": ("buprenorphine",), "payment": ("medicaid",)},
            "Tucson, AZ",
            "",
        ),
        ("vivitrol 85225", {"medication": ("naltrexone_injection",)}, "85225", ""),
        ("vivitrol 85225-1234", {"medication": ("naltrexone_injection",)}, "85225", ""),
        ("iop Chandler, AZ 85225", {"level_of_care": ("iop",)}, "85225", ""),
        ("iop portland or", {"level_of_care": ("iop",)}, "Portland, OR", ""),
        ("iop in IN", {"level_of_care": ("iop",)}, "Indiana", ""),
        ("iop or teens", {"level_of_care": ("iop",), "track": ("adolescents",)}, "", ""),
        ("iop pa", {"level_of_care": ("iop",)}, "Pennsylvania", ""),
        ("al-anon iop", {"level_of_care": ("iop",)}, "", "al anon"),
        ("iop near me", {"level_of_care": ("iop",)}, "", ""),
        ("iop roanoke va", {"level_of_care": ("iop",)}, "Roanoke, VA", ""),
        ("iop anthem az", {"level_of_care": ("iop",)}, "Anthem, AZ", ""),
        ("iop orange county ca", {"level_of_care": ("iop",)}, "Orange County, CA", ""),
        ("iop kansas city", {"level_of_care": ("iop",)}, "Kansas City, MO", ""),
        ("saguaro clinic chandler", {}, "Chandler, AZ", "saguaro"),
        ("hope in phoenix", {}, "Phoenix, AZ", "hope"),
        ("phoenix house", {}, "", "phoenix house"),
        ("betty ford center", {}, "", "betty ford"),
        ("caron philadelphia", {}, "", "caron philadelphia"),
        ('"rehab center" iop', {"level_of_care": ("iop",)}, "", "rehab center"),
        ("AHCCCS teen", {"payment": ("medicaid",), "track": ("adolescents",)}, "Arizona", ""),
        ("AHCCCS denver co", {"payment": ("medicaid",)}, "Denver, CO", ""),
        ("medical assistance", {"payment": ("medicaid",)}, "", ""),
    ],
)
def test_a_text_is_split_into_need_payer_place_and_name(text, facets, where, names):
    words = read(text)
    assert (terms(words), place(words), words.names) == (facets, where, names)


def test_no_place_is_looked_for_where_there_is_one(django_assert_num_queries):
    vocabulary = read_vocabulary()
    with django_assert_num_queries(0):
        words = read_words("iop chandler AHCCCS", vocabulary, has_place=True)
    assert (place(words), words.names) == ("", "chandler")


@pytest.mark.parametrize(
    ("text", "also"),
    [
        ("anthem", ["Anthem, AZ", "the name “anthem”"]),
        (
            "va",
            [
                "Payment: Military insurance (TRICARE) or VA funds",
                "Virginia",
                "the name “va”",
            ],
        ),
        ("methadone", ["Medicine: Methadone", "the name “methadone”"]),
    ],
)
def test_what_else_a_word_may_mean_is_offered(text, also):
    assert [other.label for other in read(text).terms[0].also] == also


def test_another_reading_is_a_query_without_the_word():
    as_medicine, as_name = read("methadone iop").terms[0].also
    assert as_medicine.query == (("q", ("iop",)), ("medication", ("methadone",)))
    assert as_name.query == (("q", ('"methadone" iop',)),)


def test_a_town_that_may_be_a_name_and_a_name_that_may_be_a_town_are_offered():
    words = read("phoenix")
    assert words.place_phrase
    assert [other.label for other in words.place_phrase.also][-1] == "the name “phoenix”"
    words = read("phoenix house")
    assert words.names_phrase
    assert [other.label for other in words.names_phrase.also] == ["Phoenix, AZ", "House, NM"]


@pytest.mark.parametrize("text", ["springfield", "near Springfield", "iop near springfield"])
def test_a_town_of_several_states_is_never_guessed(text):
    words = read(text)
    assert (place(words), words.names.lower()) == ("", "springfield")
    assert words.names_phrase
    assert len(words.names_phrase.also) == 5


def test_the_state_of_a_medicaid_name_may_be_left():
    words = read("AHCCCS")
    assert words.place_phrase
    assert words.place_phrase.sentence == "You gave no place, so we look in Arizona."
    [anywhere] = words.place_phrase.also
    assert anywhere.query == (("q", ("",)), ("payment", ("medicaid",)))


@pytest.mark.parametrize("text", ["detox without methadone", "no suboxone"])
def test_a_word_after_no_is_left_out(text):
    assert read(text).terms[-1].is_left_out is True


def test_each_phrase_can_be_taken_out_of_the_text():
    words = read("iop “phoenix house” medi-cal")
    assert [(phrase.phrase, phrase.without) for phrase in words.phrases] == [
        ("iop", '"phoenix house" medi cal'),
        ("medi-cal", 'iop "phoenix house"'),
        ("medi-cal", 'iop "phoenix house"'),
        ("phoenix house", "iop medi cal"),
    ]


@pytest.mark.parametrize(
    "text", ["phoenix house", '"rehab" iop', "saguaro clinic chandler", "caron philadelphia"]
)
def test_what_stays_in_the_box_is_read_the_same_again(text):
    once = read(text)
    again = read(once.rest, has_place=bool(once.place))
    assert (again.names, again.rest, again.terms) == (once.names, once.rest, ())


@pytest.mark.parametrize(
    "text",
    [
        "suicide",
        "SUICIDAL thoughts",
        "suicde",
        "I want to kill myself",
        "my son overdosed",
        "overdoze",
        "is my friend dying?",
        "od on fentanyl",
        "I don't want to live",
        "thinking of taking my life",
        "self-harm",
        "my brother won\u2019t wake up",
        "he cant wake up",
        "she is not breathing",
        "me voy a matar, suicidio",
        "rehab " * 100 + "suicide",
    ],
)
def test_a_cry_for_help_is_heard(text):
    assert is_crisis(text) is True
    assert read(text).is_crisis is True


@pytest.mark.parametrize(
    "text",
    ["", "rehab", "drying out", "trying again", "modesto ca", "die hard", "homicide", "self help"],
)
def test_other_searches_are_no_crisis(text):
    assert is_crisis(text) is False


def test_words_of_crisis_are_no_names_but_stay_in_the_box():
    words = read("want to kill myself")
    assert (words.names, words.rest) == ("", "kill myself")


HOSTILE = ["\x00", "🙂" * 50, "\ud800", '"""', "'; drop table x; --", "a" * 10_000, "az " * 4000]


@pytest.mark.parametrize("text", ["", " ", *HOSTILE])
@pytest.mark.parametrize("has_place", [True, False])
def test_hostile_text_is_read(text, has_place):
    read(text, has_place=has_place)


ANY_WORDS = st.sampled_from(
    """iop rehab "rehab near in or az va IN me chandler chandlar phoenix house springfield 85225
    85225-1234 kansas city st. loius suicide suboxon no without AHCCCS medi-cal " “ ” , . é 戒毒 🙂
    new york ny orange county hope the center""".split()  # noqa: SIM905
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.lists(ANY_WORDS, max_size=9).map(" ".join) | st.text(max_size=300),
    has_place=st.booleans(),
)
def test_any_text_is_read_in_two_statements_and_no_word_is_read_twice(text, has_place):
    vocabulary = read_vocabulary()
    with CaptureQueriesContext(connection) as queries:
        words = read_words(text, vocabulary, has_place=has_place)
    assert len(queries) <= (0 if has_place else 2)
    assert not (has_place and words.place)
    for term in words.terms:
        assert term.terms
        assert set(term.terms) <= set(vocabulary.by_slug[term.facet].by_slug)


def test_every_synonym_of_the_vocabulary_is_read_as_its_term():
    vocabulary = read_vocabulary()
    lost = [
        (synonym, term.slug)
        for term in Term.objects.select_related("facet")
        for synonym in (*term.synonyms, term.label)
        if term.slug
        not in vocabulary.meanings.get(phrase_key(synonym), {}).get(term.facet.slug, ())
    ]
    assert lost == []
    assert max(len(phrase.split()) for phrase in vocabulary.meanings) <= MAX_PHRASE_WORDS


def test_every_name_of_medicaid_with_a_state_is_a_synonym_of_it():
    synonyms = Term.objects.get(facet__slug="payment", slug="medicaid").synonyms
    assert set(STATE_OF_NAME) - set(synonyms) == set()
    keys = [phrase_key(name) for name in STATE_OF_NAME]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("text", "asked", "where", "names"),
    [
        ("metadona", {"level_of_care": ("otp",)}, "", ""),
        ("clínica de metadona", {"level_of_care": ("otp",)}, "", ""),
        ("desintoxicacion", {"level_of_care": DETOX}, "", ""),
        ("alcoholismo", {"substance": ("alcohol",)}, "", ""),
        ("centro de tratamiento en Phoenix", {"level_of_care": REHAB}, "Phoenix, AZ", ""),
        ("rehabilitación cerca de mí", {"level_of_care": REHAB}, "", ""),
        ("rehabilitación gratis en Tejas", {"payment": FREE_CARE}, "Texas", ""),
        ("sin seguro médico", {"payment": FREE_CARE}, "", ""),
        ("seguro médico", {"payment": ("private_insurance",)}, "", ""),
        ("estoy embarazada", {"track": ("pregnant_postpartum",)}, "", ""),
        ("busco ayuda para mi hijo adolescente", {"track": ("adolescents",)}, "", ""),
        ("programa para mujeres", {"track": ("women",)}, "", ""),
        ("vivienda sobria en Los Angeles", {"level_of_care": HOUSING}, "Los Angeles, CA", ""),
        ("hospital de día El Paso", {"level_of_care": ("php",)}, "El Paso, TX", ""),
        ("casa de la alegría", {}, "", "casa alegría"),
        ("el camino", {}, "", "camino"),
    ],
)
def test_spanish_is_read_on_the_pages_of_both_languages(language, text, asked, where, names):
    with override(language):
        words = read(text)
    assert (terms(words), place(words), words.names) == (asked, where, names)


def test_what_spanish_leaves_out_is_left_out():
    [term] = read("sin alcohol").terms
    assert (term.facet, term.terms, term.is_left_out) == ("substance", ("alcohol",), True)


@pytest.mark.parametrize(
    "text",
    [
        "me quiero morir",
        "sobredosis",
        "suicidarme",
        "hacerme daño",
        "me voy a matar",
        "me quiero matar",
        "no quiero vivir",
        "acabar con mi vida",
        "mi hijo no se despierta",
        "no respira",
    ],
)
def test_a_cry_for_help_in_spanish_is_one(text):
    assert is_crisis(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("iop detroit mi", "Detroit, MI"),
        ("iop E Brunswick NJ", "E Brunswick, NJ"),
        ("iop U.S. Virgin Islands", "U.S. Virgin Islands"),
        ("iop Como MS", "Como, MS"),
        ("iop El Centro", "El Centro, CA"),
        ("iop en Sierra Madre", "Sierra Madre, CA"),
    ],
)
def test_small_words_of_spanish_take_nothing_from_the_names_of_places(text, where):
    assert place(read(text)) == where
