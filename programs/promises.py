"""What we promise to somebody who searches and reads. The privacy page prints this very list.

A promise names the tests that hold it; `tests/test_promises.py` holds the two to each other. Change
what the code does, its test and the sentence together.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

_PRIVACY = "tests/test_privacy.py"
_TRACES = "tests/test_traces.py"
_VISIT = "tests/browser/test_private_journey.py"
_SCRIPTS = "tests/browser/test_progressive.py"


@dataclass(frozen=True, slots=True)
class Promise:
    id: str
    sentence: LazyText
    #: The tests that fail when it is not kept: "file::test".
    proofs: tuple[str, ...]


PROMISES: tuple[Promise, ...] = (
    Promise(
        "no-cookie",
        _("We set no cookie and start no session while you search and read."),
        (
            f"{_PRIVACY}::test_no_public_page_sets_a_cookie",
            f"{_PRIVACY}::test_a_page_for_our_own_errors_keeps_the_headers_and_sets_no_cookie",
            f"{_PRIVACY}::test_no_session_is_written_for_a_visitor",
            f"{_VISIT}::test_a_whole_journey_leaves_nothing_and_asks_nobody_else",
        ),
    ),
    Promise(
        "nothing-in-browser",
        _("We keep nothing in the storage of your browser."),
        (
            f"{_VISIT}::test_a_whole_journey_leaves_nothing_and_asks_nobody_else",
            f"{_SCRIPTS}::test_a_whole_visit_leaves_nothing_and_asks_nobody_else",
        ),
    ),
    Promise(
        "nobody-else",
        _("Our pages load nothing from anybody else: no ads, no counters, no maps, no fonts."),
        (
            f"{_PRIVACY}::test_every_public_page_loads_from_the_site_alone",
            f"{_PRIVACY}::test_no_public_page_has_a_script_or_a_style_of_its_own",
            f"{_PRIVACY}::test_every_public_page_sends_the_headers_that_keep_a_visit_private",
            f"{_PRIVACY}::test_every_page_sends_the_same_headers_in_spanish",
            f"{_VISIT}::test_a_whole_journey_leaves_nothing_and_asks_nobody_else",
        ),
    ),
    Promise(
        "no-trace-of-words",
        _(
            "The words that you type and send to search are in no table, file, log, error report"
            " or memory of ours once you have your page."
        ),
        (
            f"{_TRACES}::test_a_thousand_visits_leave_no_word_anywhere",
            f"{_TRACES}::test_an_error_of_ours_leaves_no_word_anywhere",
            f"{_PRIVACY}::test_a_search_that_works_logs_nothing",
            f"{_PRIVACY}::test_a_search_that_goes_wrong_is_logged_without_what_was_searched",
            f"{_PRIVACY}::test_an_error_of_ours_is_logged_without_what_was_searched",
            f"{_PRIVACY}::test_a_statement_that_fails_is_logged_without_what_was_searched",
            f"{_PRIVACY}::test_what_an_exception_quotes_of_a_search_is_not_logged",
        ),
    ),
    Promise(
        "no-shared-copy",
        _("No cache that others share keeps a search of yours."),
        (f"{_PRIVACY}::test_a_search_is_never_kept_by_a_cache_that_others_share",),
    ),
    Promise(
        "answers-in-no-address",
        _("Your answers in “Help me choose” stand in no address, and your browser keeps no copy."),
        (
            "tests/test_guide_page.py::test_answers_are_in_no_address",
            "tests/test_guide_page.py::test_nothing_is_kept_by_anybody",
        ),
    ),
    Promise(
        "no-referrer",
        _("A site that you go to from here does not learn where you came from."),
        (
            f"{_PRIVACY}::test_a_link_to_another_site_does_not_say_where_it_was_followed",
            "tests/browser/test_exit.py::test_the_button_leaves_and_back_does_not_lead_here",
        ),
    ),
    Promise(
        "location-on-tap",
        _(
            "We ask for your location only when you tap. It is rounded to about half a mile on"
            " your device before it is sent."
        ),
        (
            f"{_SCRIPTS}::test_nobody_is_asked_for_a_location_before_the_tap",
            f"{_SCRIPTS}::test_a_location_is_rounded_before_it_is_sent",
        ),
    ),
    Promise(
        "not-indexed",
        _("Search engines are asked not to keep pages of results, lists or reports."),
        (f"{_PRIVACY}::test_what_a_person_asked_for_is_not_indexed_and_listings_are",),
    ),
    Promise(
        "suggestions",
        _(
            "While you type a place, its letters come to us for suggestions and are not kept."
            " Against floods we count requests for one minute, by a scrambled network address"
            " that is then thrown away."
        ),
        (
            "tests/test_suggestions.py::test_suggestions_may_be_cached_and_leave_nothing",
            "tests/test_suggestions.py::test_the_count_and_the_salt_last_a_minute",
            "tests/test_suggestions.py::test_an_address_is_kept_as_a_hash_alone",
        ),
    ),
    Promise(
        "list-in-address",
        _("The programs that you tick are in the address of your page alone."),
        (
            f"{_PRIVACY}::test_no_public_page_sets_a_cookie",
            f"{_VISIT}::test_a_whole_journey_leaves_nothing_and_asks_nobody_else",
        ),
    ),
    Promise(
        "reports",
        _(
            "A report about a listing needs no name. Nothing says who sent it, what you write is"
            " in no log, and a contact that you leave is deleted when the report is closed."
        ),
        (
            f"{_PRIVACY}::test_a_report_is_not_logged_whatever_happens_to_it",
            "tests/test_corrections.py::test_an_address_is_in_no_table",
            "tests/test_corrections.py::"
            "test_closing_a_report_forgets_the_contact_and_keeps_the_rest",
        ),
    ),
    Promise(
        "secret-links",
        _("A link that is yours alone, to a report or an update, is in no log of ours."),
        (f"{_PRIVACY}::test_the_secret_of_a_one_tap_link_is_not_logged_whatever_happens_to_it",),
    ),
    Promise(
        "hidden-addresses",
        _("The address of a place that has to stay hidden is on no page."),
        ("tests/test_confidential_addresses.py::test_no_page_tells_a_visitor",),
    ),
    Promise(
        "encrypted",
        _("Where this site runs over HTTPS, your browser is told to use nothing else."),
        (f"{_PRIVACY}::test_over_https_the_browser_is_told_to_use_nothing_else",),
    ),
    Promise(
        "crisis-first",
        _("Every page starts with whom to call in a crisis, pages about our own mistakes too."),
        (
            f"{_PRIVACY}::test_every_public_page_starts_with_the_crisis_numbers",
            f"{_PRIVACY}::test_the_page_for_our_own_errors_has_the_crisis_numbers",
        ),
    ),
)
