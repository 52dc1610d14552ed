"""The bench's figures, for people."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence

from bench.load import LOAD_BAR, LoadTiming
from bench.search import (
    EQUAL_SIZE_BAR,
    PAGE_BAR,
    RELAXATIONS_BAR,
    EqualSize,
    Timing,
)


def search_table(timings: Sequence[Timing]) -> str:
    """Return a line for each case."""
    lines = [
        "Database part (page, facts, total, all counts, relaxations) against NumPy brute force, ms",
        f"{'place':<22}{'filters':<23}{'found':>9}{'p50':>9}{'p95':>9}{'NumPy':>9}{'p95':>9}"
        f"{'times':>7}{'bar':>5}{'relaxed':>9}{'page':>9}{'cold':>9}",
    ]
    lines += [
        f"{t.place:<22}{t.filters:<23}{t.total:>9}{t.database_p50_ms:>9.2f}"
        f"{t.database_p95_ms:>9.2f}{t.numpy_p50_ms:>9.2f}{t.numpy_p95_ms:>9.2f}{t.ratio:>7.1f}"
        f"{t.bar or '-':>5}{t.relaxations_ratio:>9.1f}{t.page_p50_ms:>9.2f}"
        f"{t.cold_ms:>9.2f}"
        for t in timings
    ]
    return "\n".join(
        [
            *lines,
            f"Whole page over its database part, median of the cases:"
            f" {page_ratio(timings):.1f} times (the bar is {PAGE_BAR})",
            f"Load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        ]
    )


def load_line(loaded: LoadTiming, moved: int) -> str:
    return (
        f"Rows that the loader placed by ZIP code instead of by their coordinates: {moved}\n"
        f"Load of {loaded.facts:,} facts: {loaded.load_seconds:.1f} s, raw COPY of the same"
        f" facts {loaded.copy_seconds:.1f} s, {loaded.ratio:.1f} times;"
        f" peak memory {loaded.peak_memory_mb:.0f} MB"
    )


def equal_size_table(sizes: Sequence[EqualSize]) -> str:
    """Return a line for each search that was made in both sizes with as many matches."""
    lines = ["As many matches in the release and in a smaller circle of the million, ms"]
    lines += [
        f"{s.place:<22}{s.filters:<23}{s.total:>9}{s.radius_miles:>9.1f} mi"
        f"{s.release_p50_ms:>9.2f}{s.million_p50_ms:>9.2f}{s.ratio:>7.1f}"
        for s in sizes
    ]
    return "\n".join(lines)


def page_ratio(timings: Sequence[Timing]) -> float:
    return statistics.median(t.page_p50_ms / t.database_p50_ms for t in timings)


def missed_search_bars(timings: Sequence[Timing]) -> list[str]:
    """Return a sentence for each bar that was missed."""
    missed = []
    for t in timings:
        case = f"MISSED: {t.size}, {t.place}, {t.filters}:"
        if t.bar and t.ratio > t.bar:
            missed.append(f"{case} {t.ratio:.1f} times NumPy; the bar is {t.bar}.")
        if t.relaxations_ratio > RELAXATIONS_BAR:
            missed.append(
                f"{case} {t.relaxations_ratio:.1f} times the search without looking farther;"
                f" the bar is {RELAXATIONS_BAR}."
            )
    if page_ratio(timings) > PAGE_BAR:
        missed.append(
            f"MISSED: {timings[0].size}: a whole page took {page_ratio(timings):.1f} times its"
            f" database part; the bar is {PAGE_BAR}."
        )
    return missed


def missed_equal_size_bars(sizes: Sequence[EqualSize]) -> list[str]:
    return [
        f"MISSED: {s.place}, {s.filters}: {s.ratio:.1f} times the release for as many matches;"
        f" the bar is {EQUAL_SIZE_BAR}."
        for s in sizes
        if s.ratio > EQUAL_SIZE_BAR
    ]


def missed_load_bar(loaded: LoadTiming) -> list[str]:
    if loaded.ratio <= LOAD_BAR:
        return []
    return [f"MISSED: the load took {loaded.ratio:.1f} times a raw COPY; the bar is {LOAD_BAR}."]
