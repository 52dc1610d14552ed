"""The bench's figures, for people."""

from __future__ import annotations

from collections.abc import Sequence

from bench.load import LOAD_BAR, LoadTiming
from bench.search import LOCAL_BAR, Timing


def table(timings: Sequence[Timing], loaded: LoadTiming, moved: int) -> str:
    lines = [
        "Search against NumPy brute force, ms (same page, total and counts in every case)",
        f"{'place':<24}{'filters':>8}{'found':>8}{'p50':>8}{'p95':>8}{'NumPy':>8}{'p95':>8}"
        f"{'times':>7}",
    ]
    lines += [
        f"{t.place:<24}{t.filters:>8}{t.total:>8}{t.search_p50_ms:>8.2f}{t.search_p95_ms:>8.2f}"
        f"{t.numpy_p50_ms:>8.2f}{t.numpy_p95_ms:>8.2f}{t.ratio:>7.1f}"
        for t in timings
    ]
    return "\n".join(
        [
            *lines,
            f"Rows that the loader placed by ZIP code instead of by their coordinates: {moved}",
            f"Load of {loaded.facts:,} facts: {loaded.load_seconds:.1f} s, raw COPY of the same"
            f" facts {loaded.copy_seconds:.1f} s, {loaded.ratio:.1f} times;"
            f" peak memory {loaded.peak_memory_mb:.0f} MB",
        ]
    )


def missed_bars(timings: Sequence[Timing], loaded: LoadTiming) -> list[str]:
    """Return a sentence for each bar that was missed."""
    missed = [
        f"MISSED: {t.place} with {t.filters} filters took {t.ratio:.1f} times NumPy;"
        f" the bar is {LOCAL_BAR}."
        for t in timings
        if t.is_local and t.ratio > LOCAL_BAR
    ]
    if loaded.ratio > LOAD_BAR:
        missed.append(
            f"MISSED: the load took {loaded.ratio:.1f} times a raw COPY; the bar is {LOAD_BAR}."
        )
    return missed
