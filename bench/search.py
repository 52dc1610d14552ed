"""Check the engine against the yardstick, then time both, and the whole page, in one run.

The database part is `search`: the page with the facts it prints, the total, all counts and all
relaxations, in three statements. The yardstick computes the same but for the facts, of which it
knows nothing: that is to our disadvantage.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone

from bench import grow
from bench.cases import DENSEST, Case, cases
from bench.yardstick import Answer, Question, Yardstick, read_rows, yardstick_of_rows
from programs.geo import Coordinates
from programs.models import FederalRecord, Program
from programs.search import engine, kept
from programs.search.conditions import conditions_of
from programs.search.counting import count
from programs.search.criteria import Anywhere, InState, Near, SearchCriteria
from programs.search.engine import SearchResults, search
from programs.search.openings import opening_condition
from programs.search.vocabulary import Vocabulary, site_state

RELEASE, MILLION = "release", "million"
#: The most times the yardstick that the database part may take, at the median.
LOCAL_BAR, STATE_BAR, NATION_BAR = 10, 15, 40
LOCAL_BAR_OF_A_MILLION, DENSEST_BAR_OF_A_MILLION = 8, 15
#: The most that a search with relaxations may take, in times of one without.
RELAXATIONS_BAR = 2
#: The most times a circle of a million may take that one of the release takes with as many matches.
EQUAL_SIZE_BAR = 3
#: The most that a whole page may take, in times of its database part, at the median of the cases.
PAGE_BAR = 3
MOST_ROUNDS = 40
#: Every so-manieth listing of the release is made to serve these states by phone or video.
EVERY_SERVING = 1600
STATES_SERVED = ("AZ", "CA")
#: A case is timed for about so long, and its page again.
SECONDS_A_CASE = 3.0
WARM_UP_ROUNDS = 5


@dataclass(frozen=True)
class Timing:
    """Medians and 95th percentiles in milliseconds; `ratio` is the database part over NumPy."""

    size: str
    place: str
    filters: str
    total: int
    database_p50_ms: float
    database_p95_ms: float
    numpy_p50_ms: float
    numpy_p95_ms: float
    ratio: float
    bar: int | None
    #: A search without its facts, over the same that does not look farther away.
    relaxations_ratio: float
    page_p50_ms: float
    #: Once, with no counts kept.
    cold_ms: float

    def as_dict(self) -> dict[str, object]:
        return {"bench": "search", **asdict(self)}


@dataclass(frozen=True)
class EqualSize:
    """The same search in the release and in a circle of the million with as many matches."""

    place: str
    filters: str
    total: int
    radius_miles: float
    release_p50_ms: float
    million_p50_ms: float
    ratio: float

    def as_dict(self) -> dict[str, object]:
        return {"bench": "equal size", **asdict(self)}


class MismatchError(Exception):
    """The engine and the yardstick disagree."""


def measure(size: str, yardstick: Yardstick) -> list[Timing]:
    """Return a timing for each case. Raises MismatchError if one page, total or count differs."""
    vocabulary = site_state().vocabulary
    page = page_getter()
    return [_measure_case(size, case, yardstick, vocabulary, page) for case in cases()]


def yardstick_of(file: Path) -> tuple[Yardstick, int]:
    """Return the yardstick with the listings' ids, placed where the loader placed them.

    The loader does not believe coordinates far from the row's ZIP code; how many rows it moved is
    the second value.
    """
    rows = read_rows(file)
    fixtures = settings.BASE_DIR / "fixtures"
    yardstick = yardstick_of_rows(
        rows, fixtures / "vocabulary.yaml", fixtures / "federal_codes.yaml"
    )
    placed = {
        # The first row of the file is the header.
        row_number - 2: values
        for row_number, *values in FederalRecord.objects.values_list(
            "row_number",
            "program_id",
            "program__facility__latitude",
            "program__facility__longitude",
        )
    }
    latitude = np.array([placed[index][1] for index in range(len(rows))], dtype=float)
    longitude = np.array([placed[index][2] for index in range(len(rows))], dtype=float)
    stated = np.array([float(row["latitude"] or "nan") for row in rows])
    moved = int((latitude != stated).sum())
    yardstick.ids = np.array([placed[index][0] for index in range(len(rows))])
    yardstick.place(latitude, longitude)
    yardstick.serves = dict.fromkeys(STATES_SERVED, _make_serve(yardstick))
    return yardstick, moved


def _make_serve(yardstick: Yardstick) -> np.ndarray:
    """Let a few listings serve states by phone, for the release names no states; return their rows.

    Not so many that a search with few matches has enough of them.
    """
    rows = np.arange(0, len(yardstick.ids), EVERY_SERVING)
    serving = Program.objects.filter(pk__in=yardstick.ids[rows].tolist())
    serving.update(states_served=list(STATES_SERVED))
    return rows


def grown_yardstick(release: Yardstick) -> Yardstick:
    """Return the arrays of the release and, after them, of what was grown from it."""
    grown = np.array(grow.origins(), dtype=float)
    row_of = {int(number): row for row, number in enumerate(release.ids)}
    rows = np.array([row_of[int(origin)] for origin in grown[:, 1]])
    yardstick = replace(
        release,
        said=np.concatenate([release.said, release.said[rows]]),
        denied=np.concatenate([release.denied, release.denied[rows]]),
        state=np.concatenate([release.state, release.state[rows]]),
        ids=np.concatenate([release.ids, grown[:, 0].astype(int)]),
        serves={
            state: np.concatenate(
                [serving, len(release.ids) + np.flatnonzero(np.isin(rows, serving))]
            )
            for state, serving in release.serves.items()
        },
    )
    yardstick.place(
        np.concatenate([np.degrees(release.latitude), grown[:, 2]]),
        np.concatenate([np.degrees(release.longitude), grown[:, 3]]),
    )
    return yardstick


def criteria_of(question: Question) -> SearchCriteria:
    return SearchCriteria(
        where=_where_of(question),
        wanted={facet: tuple(terms) for facet, terms in question.wanted.items()},
        excluded={facet: tuple(terms) for facet, terms in question.excluded.items()},
        or_unknown=question.or_unknown,
    )


def _where_of(question: Question) -> Near | InState | Anywhere:
    if question.origin is not None:
        latitude, longitude = question.origin
        origin = Coordinates(latitude=latitude, longitude=longitude)
        # A circle of equal size has a radius that is no whole number; the engine minds not.
        return Near(
            origin=origin,
            radius_miles=question.radius_miles,  # type: ignore[arg-type]
            state=question.state or "",
        )
    return InState(state=question.state) if question.state else Anywhere()


def page_getter() -> Callable[[str], int]:
    """Return what gets a page in this process, through all middleware, as a browser asks for it."""
    handler = WSGIHandler()
    requests = RequestFactory(SERVER_NAME="localhost", HTTP_ACCEPT_ENCODING="gzip, deflate, br")

    def get(url: str) -> int:
        response = cast(Any, handler.get_response(requests.get(url)))
        if response.status_code != 200:
            raise MismatchError(f"{url} answered {response.status_code}")
        return len(response.content)

    return get


def _measure_case(
    size: str,
    case: Case,
    yardstick: Yardstick,
    vocabulary: Vocabulary,
    page: Callable[[str], int],
) -> Timing:
    question, criteria = case.question, criteria_of(case.question)
    conditions = conditions_of(criteria, vocabulary)
    opening = opening_condition(criteria, vocabulary, timezone.now())
    expected = yardstick.answer(question)
    if size == MILLION:
        grow.complete(expected.ids)
    compare(f"{size}: {case.name}", search(criteria, vocabulary), expected)
    cold_ms = _cold_ms(lambda: search(criteria, vocabulary))
    # Counts of the nation may be kept at a million programs only.
    prepare = kept.forget if size == RELEASE else lambda: None
    times = interleaved(
        {
            "database": lambda: search(criteria, vocabulary),
            "numpy": lambda: yardstick.answer(question),
            "with farther": lambda: engine.find(criteria, conditions, opening, vocabulary),
            "without farther": lambda: _find_here(criteria, vocabulary),
        },
        prepare,
    )
    # Apart: what runs after a long page finds the database's processor caches cold.
    times |= interleaved({"page": lambda: page(case.url)}, prepare)
    p50 = {name: statistics.median(each) for name, each in times.items()}
    return Timing(
        size=size,
        place=case.place.name,
        filters=case.filters.name,
        total=expected.total,
        database_p50_ms=p50["database"],
        database_p95_ms=float(np.percentile(times["database"], 95)),
        numpy_p50_ms=p50["numpy"],
        numpy_p95_ms=float(np.percentile(times["numpy"], 95)),
        ratio=p50["database"] / p50["numpy"],
        bar=_bar(size, case),
        # Where enough match nothing is looked for farther away, and both are the same.
        relaxations_ratio=(
            1.0 if expected.total >= engine.FEW else p50["with farther"] / p50["without farther"]
        ),
        page_p50_ms=p50["page"],
        cold_ms=cold_ms,
    )


def _cold_ms(call: Callable[[], object]) -> float:
    """Return how long a call takes that finds nothing kept; its plan is prepared already."""
    kept.forget()
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def _bar(size: str, case: Case) -> int | None:
    is_million, is_local = size == MILLION, case.place.origin is not None
    if is_local and case.place.name == DENSEST and is_million:
        return DENSEST_BAR_OF_A_MILLION
    if is_local:
        return LOCAL_BAR_OF_A_MILLION if is_million else LOCAL_BAR
    if is_million:
        return None
    return STATE_BAR if case.place.state else NATION_BAR


def _find_here(criteria: SearchCriteria, vocabulary: Vocabulary) -> None:
    """Do what `engine.find` does, but for what is farther."""
    conditions = conditions_of(criteria, vocabulary)
    opening = opening_condition(criteria, vocabulary, timezone.now())
    if count(criteria, conditions, opening, vocabulary).total:
        engine.page_of(criteria, conditions, opening, farther_than=None)


def measure_equal_size(timings: Sequence[Timing], million: Yardstick) -> list[EqualSize]:
    """Compare local searches of the release with circles of the million that find as many.

    The circle is shrunk: the site offers none as small.
    """
    vocabulary = site_state().vocabulary
    known = {(timing.place, timing.filters): timing for timing in timings if timing.size == RELEASE}
    found = []
    for case in cases():
        timing = known[case.place.name, case.filters.name]
        if case.place.origin is None or not timing.total:
            continue
        question = million.shrunk_to(case.question, timing.total)
        criteria = criteria_of(question)
        compare(case.name, search(criteria, vocabulary), million.answer(question))
        times = interleaved({"million": partial(search, criteria, vocabulary)})
        p50 = statistics.median(times["million"])
        found.append(
            EqualSize(
                place=case.place.name,
                filters=case.filters.name,
                total=timing.total,
                radius_miles=question.radius_miles,
                release_p50_ms=timing.database_p50_ms,
                million_p50_ms=p50,
                ratio=p50 / timing.database_p50_ms,
            )
        )
    return found


def compare(case: str, found: SearchResults, expected: Answer) -> None:
    """Raise MismatchError where the engine's answer is not the yardstick's."""
    for what, ours, theirs in (
        ("page", tuple(match.program_id for match in found.matches), expected.ids),
        ("total", found.total, expected.total),
        ("counts", _counts(found), expected.counts),
        ("gains", _gains(found), expected.gains),
        ("silent", _silent(found), expected.silent),
        ("farther", _farther(found), (expected.circles, expected.nearest)),
    ):
        if ours != theirs:
            raise MismatchError(f"{case}: {what} differ: {_difference(ours, theirs)}")


def _counts(found: SearchResults) -> dict[tuple[str, str], int | None]:
    return {
        (facet.slug, option.slug): option.program_count
        for facet in found.facets
        for option in facet.options
    }


def _gains(found: SearchResults) -> dict[str, int]:
    return {
        f"not_{each.facet}" if each.is_exclusion else each.facet: each.gain
        for each in found.relaxations
    }


def _silent(found: SearchResults) -> dict[str, int]:
    return {facet.slug: facet.silent for facet in found.facets if facet.silent is not None}


def _farther(found: SearchResults) -> tuple[tuple[tuple[int, int], ...], int | None]:
    if found.farther is None:
        return (), None
    circles = tuple((circle.radius_miles, circle.total) for circle in found.farther.circles)
    return circles, found.farther.nearest.program_id if found.farther.nearest else None


def _difference(ours: object, theirs: object) -> str:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = [key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)]
        return ", ".join(f"{key}: {ours.get(key)} is not {theirs.get(key)}" for key in keys)
    return f"{ours} is not {theirs}"


def interleaved(
    calls: Mapping[str, Callable[[], object]], prepare: Callable[[], object] = lambda: None
) -> dict[str, list[float]]:
    """Time all in turn, in milliseconds, so that a busy moment hits all alike.

    `prepare` is called before each, outside of its time.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    end = time.perf_counter() + SECONDS_A_CASE
    # The first rounds warm up: plans are prepared, caches filled.
    for number in range(-WARM_UP_ROUNDS, MOST_ROUNDS):
        for name, call in calls.items():
            prepare()
            start = time.perf_counter()
            call()
            if number >= 0 or start > end:
                times[name].append((time.perf_counter() - start) * 1000)
        if time.perf_counter() > end and min(map(len, times.values())) >= 3:
            break
    return times
