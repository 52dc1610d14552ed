"""Check the engine against the yardstick, then time both in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from django.conf import settings

from bench.cases import cases
from bench.yardstick import Answer, Question, Yardstick, read_rows
from programs.geo import Coordinates
from programs.models import FederalRecord
from programs.search.criteria import Anywhere, InState, Near, SearchCriteria
from programs.search.engine import SearchResults, search
from programs.search.vocabulary import Vocabulary, site_state

#: The most that a search with a radius may take, in times of the yardstick at the median.
LOCAL_BAR = 10
ROUNDS = 60


@dataclass(frozen=True)
class Timing:
    place: str
    filters: int
    total: int
    search_p50_ms: float
    search_p95_ms: float
    numpy_p50_ms: float
    numpy_p95_ms: float
    ratio: float
    is_local: bool

    def as_dict(self) -> dict[str, object]:
        return {"bench": "search", **asdict(self)}


class MismatchError(Exception):
    """The engine and the yardstick disagree."""


def measure(file: Path) -> tuple[list[Timing], int]:
    """Return a timing for each case, and how many rows the loader placed elsewhere.

    Raises MismatchError if one page, total or count differs.
    """
    yardstick, moved = yardstick_of(file)
    vocabulary = site_state().vocabulary
    return [
        _measure_case(place, filters, question, yardstick, vocabulary)
        for place, filters, question in cases()
    ], moved


def yardstick_of(file: Path) -> tuple[Yardstick, int]:
    """Return the yardstick with the listings' ids, placed where the loader placed them.

    The loader does not believe coordinates far from the row's ZIP code.
    """
    rows = read_rows(file)
    fixtures = settings.BASE_DIR / "fixtures"
    yardstick = Yardstick(rows, fixtures / "vocabulary.yaml", fixtures / "federal_codes.yaml")
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
    return yardstick, moved


def criteria_of(question: Question) -> SearchCriteria:
    wanted = {facet: tuple(terms) for facet, terms in question.wanted.items()}
    if question.origin is not None:
        latitude, longitude = question.origin
        origin = Coordinates(latitude=latitude, longitude=longitude)
        return SearchCriteria(
            where=Near(origin=origin, radius_miles=int(question.radius_miles)), wanted=wanted
        )
    where = InState(state=question.state) if question.state else Anywhere()
    return SearchCriteria(where=where, wanted=wanted)


def _measure_case(
    place: str, filters: int, question: Question, yardstick: Yardstick, vocabulary: Vocabulary
) -> Timing:
    criteria = criteria_of(question)
    expected = yardstick.answer(question)
    _compare(f"{place}, {filters} filters", search(criteria, vocabulary), expected)
    engine_ms, numpy_ms = _interleaved(
        lambda: search(criteria, vocabulary), lambda: yardstick.answer(question)
    )
    return Timing(
        place=place,
        filters=filters,
        total=expected.total,
        search_p50_ms=statistics.median(engine_ms),
        search_p95_ms=float(np.percentile(engine_ms, 95)),
        numpy_p50_ms=statistics.median(numpy_ms),
        numpy_p95_ms=float(np.percentile(numpy_ms, 95)),
        ratio=statistics.median(engine_ms) / statistics.median(numpy_ms),
        is_local=question.origin is not None,
    )


def _compare(case: str, found: SearchResults, expected: Answer) -> None:
    ids = tuple(match.program_id for match in found.matches)
    counts = {
        (facet.slug, option.slug): option.program_count
        for facet in found.facets
        for option in facet.options
    }
    for what, ours, theirs in (
        ("page", ids, expected.ids),
        ("total", found.total, expected.total),
        ("counts", counts, expected.counts),
    ):
        if ours != theirs:
            raise MismatchError(f"{case}: {what} differ: {_difference(ours, theirs)}")


def _difference(ours: object, theirs: object) -> str:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = [key for key in theirs if ours.get(key) != theirs[key]]
        return ", ".join(f"{key}: {ours.get(key)} is not {theirs[key]}" for key in keys)
    return f"{ours} is not {theirs}"


def _interleaved(
    first: Callable[[], object], second: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Time both in turn, in milliseconds, so that a busy moment hits both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(8):  # warm up: plans are prepared, caches filled
        first()
        second()
    for _ in range(ROUNDS):
        for index, call in enumerate((first, second)):
            start = time.perf_counter()
            call()
            times[index].append((time.perf_counter() - start) * 1000)
    return times
