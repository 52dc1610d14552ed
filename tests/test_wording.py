"""The sentences that say how far, how sure and how old."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from programs.enums import FactKind, LocationPrecision, SourceKind
from programs.search.engine import StatedPhone
from programs.search.facts import StatedFact
from programs.search.vocabulary import Vocabulary, VocabularyFacet, VocabularyTerm
from programs.views.wording import (
    attribution,
    distance_text,
    last_checked,
    phone_link,
    when_stated,
)

TODAY = date(2026, 11, 21)


def stated(**details: Any) -> StatedFact:
    """Return a fact that a yearly survey reported in 2026, unless told otherwise."""
    track = VocabularyFacet(
        slug="track",
        label="Who it is for",
        definition="",
        kind=FactKind.FEATURE,
        is_common=True,
        shelf_life_days=365,
        terms=(),
    )
    women = VocabularyTerm(id=1, slug="women", label="Women", definition="", slots={"offers": 0})
    usual: dict[str, Any] = {
        "place": 0,
        "facet": track,
        "term": women,
        "answer": "yes",
        "relation": "",
        "plan": "",
        "details": None,
        "source_name": "the survey",
        "source_kind": SourceKind.FEDERAL_DIRECTORY,
        "date_precision": "year",
        "reported_on": date(2026, 1, 1),
        "confirmed_on": None,
    }
    return StatedFact(**{**usual, **details})


@pytest.mark.parametrize(
    ("details", "text"),
    [
        pytest.param({}, "reported 2026", id="a year is all that is known"),
        pytest.param(
            {"date_precision": "day", "reported_on": date(2026, 3, 5)},
            "reported March 5, 2026",
            id="a day",
        ),
        pytest.param(
            {"confirmed_on": date(2026, 6, 2)}, "confirmed June 2, 2026", id="a keeper's check"
        ),
    ],
)
def test_a_date_is_printed_as_far_as_it_is_known(details, text):
    assert when_stated(stated(**details)) == text


@pytest.mark.parametrize(
    ("details", "text"),
    [
        pytest.param({}, "From the survey, reported 2026.", id="fresh"),
        pytest.param(
            {"reported_on": date(2023, 1, 1)},
            "From the survey, reported 2023. Call to confirm.",
            id="past its shelf life, and never checked",
        ),
        pytest.param(
            {"reported_on": date(2023, 4, 9), "date_precision": "day"},
            "From the survey, reported April 2023. Call to confirm.",
            id="past its shelf life, the month is known",
        ),
        pytest.param(
            {"reported_on": date(2023, 1, 1), "confirmed_on": date(2026, 9, 1)},
            "From the survey, confirmed Sept. 1, 2026.",
            id="old but confirmed",
        ),
        pytest.param(
            {"confirmed_on": date(2025, 9, 1), "reported_on": date(2023, 1, 1)},
            "From the survey. Last checked September 2025. Call to confirm.",
            id="confirmed too long ago",
        ),
    ],
)
def test_a_fact_says_who_said_it_and_when(details, text):
    assert attribution(stated(**details), 365, TODAY) == text


def test_a_fact_is_past_its_shelf_life_on_the_day_that_it_is_over():
    fact = stated(date_precision="day", reported_on=date(2025, 12, 1))
    assert attribution(fact, 90, date(2026, 2, 28)) == "From the survey, reported Dec. 1, 2025."
    assert attribution(fact, 90, date(2026, 3, 1)) == (
        "From the survey, reported December 2025. Call to confirm."
    )


def test_a_relation_in_network_grows_old_sooner_than_the_other_facts_of_its_facet():
    vocabulary = Vocabulary(facets=(), shelf_lives={"in_network": 90})
    assert stated(relation="in_network").shelf_life_days(vocabulary) == 90
    assert stated(relation="accepts_network_unknown").shelf_life_days(vocabulary) == 365


@pytest.mark.parametrize(
    ("confirmations", "text"),
    [
        (
            [None, None],
            "We have not checked this listing with the program yet."
            " Each part says who reported it, and when.",
        ),
        (
            [None, date(2026, 3, 5), date(2026, 2, 1)],
            "Parts of this listing were last checked on March 5, 2026. Each part says when.",
        ),
        (
            [date(2026, 3, 5), date(2026, 2, 1)],
            "Every part of this listing was last checked on Feb. 1, 2026 or later.",
        ),
    ],
)
def test_a_listing_says_how_far_it_was_checked(confirmations, text):
    assert last_checked(confirmations) == text


@pytest.mark.parametrize(
    ("miles", "precision", "text"),
    [
        (0.0, LocationPrecision.ADDRESS, "less than 0.1 mile away"),
        (0.34, LocationPrecision.ADDRESS, "0.3 miles away"),
        (9.94, LocationPrecision.ADDRESS, "9.9 miles away"),
        (9.96, LocationPrecision.ADDRESS, "10 miles away"),
        (24.6, LocationPrecision.ADDRESS, "25 miles away"),
        (24.6, LocationPrecision.ZIP, "about 25 miles away"),
        (3.4, LocationPrecision.CITY, "about 3 miles away"),
        (3.4, LocationPrecision.COUNTY, "about 3 miles away"),
        (0.3, LocationPrecision.ZIP, "about 1 mile away"),
        (1.2, LocationPrecision.COUNTY, "about 1 mile away"),
        (0.0, LocationPrecision.ZIP, "in the same ZIP code or town"),
        (0.0, LocationPrecision.CITY, "in the same ZIP code or town"),
        # The middle of a county is all that is known: it may be far from the ZIP code.
        (0.0, LocationPrecision.COUNTY, "about 1 mile away"),
    ],
)
def test_a_distance_claims_no_more_than_is_known(miles, precision, text):
    assert distance_text(miles, precision) == text


def test_a_number_is_printed_the_national_way_and_dialed_the_international_way():
    link = phone_link(StatedPhone(use="main", number="+14805550123", extension=""))
    assert (link.use, link.text, link.href) == (
        "Main number",
        "(480) 555-0123",
        "tel:+14805550123",
    )


def test_an_extension_is_dialed_after_a_pause():
    link = phone_link(StatedPhone(use="intake", number="+14805550123", extension="45"))
    assert (link.use, link.text, link.href) == (
        "Intake (to start treatment)",
        "(480) 555-0123, extension 45",
        "tel:+14805550123,45",
    )
