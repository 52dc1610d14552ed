"""The yardstick of search: NumPy brute force over the raw rows of the federal file.

It shares no code with the engine: it reads the CSV and the crosswalk's YAML itself, keeps one
contiguous byte for each row and option, and answers by walking all rows: the page, the total, every
count, and every relaxation.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

EARTH_RADIUS_MILES = 3958.7613
PAGE_SIZE = 20

#: Circles that the site offers, in miles; with fewer matches than FEW, wider ones are counted.
CIRCLES_MILES = (5, 10, 25, 50, 100)
FEW = 5

GIVES = {
    "starts_and_continues",
    "continues_only",
    "time_limited",
    "taper_only",
    "reports_use_unspecified",
}
REFUSES = {"does_not_use", "does_not_accept", "not_applicable"}


@dataclass(frozen=True)
class Answer:
    """`gains` and `silent` are by facet, `gains` with "not_" before the facet of an exclusion.

    `circles` are (miles, total) and `nearest` an id; empty and None unless few match.
    """

    ids: tuple[int, ...]
    total: int
    counts: dict[tuple[str, str], int]
    gains: dict[str, int]
    silent: dict[str, int]
    circles: tuple[tuple[int, int], ...] = ()
    nearest: int | None = None


@dataclass(frozen=True)
class Question:
    """`origin` is (latitude, longitude) in degrees, `state` the one it is in; without an origin,
    the whole state, or the nation."""

    origin: tuple[float, float] | None
    radius_miles: float
    state: str | None
    wanted: Mapping[str, Sequence[str]]
    excluded: Mapping[str, Sequence[str]] = field(default_factory=dict)
    or_unknown: frozenset[str] = frozenset()


@dataclass
class Yardstick:
    """The arrays: a row for each program, a column for each option."""

    options: list[tuple[str, str]]
    #: What a source says yes to, and what it denies.
    said: np.ndarray
    denied: np.ndarray
    state: np.ndarray
    ids: np.ndarray
    #: The rows that serve a state by phone or video.
    serves: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.column = {option: index for index, option in enumerate(self.options)}
        self.facet_columns = {
            facet: np.array([index for (f, _), index in self.column.items() if f == facet])
            for facet, _ in self.options
        }

    def place(self, latitude: np.ndarray, longitude: np.ndarray) -> None:
        """Set where the rows are, in degrees."""
        self.latitude, self.longitude = np.radians(latitude), np.radians(longitude)
        self.cosine = np.cos(self.latitude)

    def answer(self, question: Question) -> Answer:
        rows, distance = self._within(question)
        passes = self._passes(rows, question)
        failed = np.zeros(len(rows), dtype=np.int8)
        for passed in passes.values():
            failed += ~passed
        hit = failed == 0
        alone = {name: (failed == 1) & ~passed for name, passed in passes.items()}
        hits = rows[hit]
        order = np.lexsort((self.ids[hits], distance[hit]))[:PAGE_SIZE]
        circles, nearest = (
            self._farther(question)
            if question.origin is not None and len(hits) < FEW
            else ((), None)
        )
        return Answer(
            ids=tuple(int(number) for number in self.ids[hits][order]),
            total=len(hits),
            counts=self._counts(question, rows, hits, alone),
            gains={name: int(only.sum()) for name, only in alone.items() if only.any()},
            silent={
                facet: self._silent(question, facet, rows, alone[facet])
                for facet in question.wanted
            },
            circles=circles,
            nearest=nearest,
        )

    def shrunk_to(self, question: Question, total: int) -> Question:
        """Return the question with a circle that holds so many matches, and nobody by phone."""
        hit = self._meets_all(question)
        half = np.partition(self._half_chord(question)[hit], total)[: total + 1]
        # Half way between the last match inside and the first outside.
        limit = (half.max() + half[:-1].max()) / 2
        miles = 2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(limit))
        return replace(question, radius_miles=float(miles), state=None)

    def _meets_all(self, question: Question) -> np.ndarray:
        """Return which rows meet every condition, wherever they are."""
        meets = np.ones(len(self.ids), dtype=bool)
        for passed in self._passes(np.arange(len(self.ids)), question).values():
            meets &= passed
        return meets

    def _passes(self, rows: np.ndarray, question: Question) -> dict[str, np.ndarray]:
        """Return for each condition which of these rows meet it."""
        passes: dict[str, np.ndarray] = {}
        for facet, terms in question.wanted.items():
            columns = self._columns(facet, terms)
            passed = self.said[np.ix_(rows, columns)].any(axis=1)
            if facet in question.or_unknown:
                passed |= ~self.denied[np.ix_(rows, columns)].all(axis=1)
            passes[facet] = passed
        for facet, terms in question.excluded.items():
            columns = self._columns(facet, terms)
            passes[f"not_{facet}"] = np.invert(self.said[np.ix_(rows, columns)].any(axis=1))
        return passes

    def _columns(self, facet: str, terms: Sequence[str]) -> np.ndarray:
        return np.array([self.column[facet, term] for term in terms])

    def _counts(
        self,
        question: Question,
        rows: np.ndarray,
        hits: np.ndarray,
        alone: Mapping[str, np.ndarray],
    ) -> dict[tuple[str, str], int]:
        counts = self.said[hits].sum(axis=0, dtype=np.int64)
        for facet in question.or_unknown:
            counts[self.facet_columns[facet]] = self._that_count(question, facet, hits)
        for facet in question.wanted:
            own = self.facet_columns[facet]
            counts[own] += self._that_count(question, facet, rows[alone[facet]])
        return dict(zip(self.options, counts.tolist(), strict=True))

    def _that_count(self, question: Question, facet: str, rows: np.ndarray) -> np.ndarray:
        """Return how many of these rows count for each option of the facet."""
        columns = np.ix_(rows, self.facet_columns[facet])
        that_count = self.said[columns]
        if facet in question.or_unknown:
            that_count = that_count | (self.denied[columns] ^ 1)
        sums: np.ndarray = that_count.sum(axis=0, dtype=np.int64)
        return sums

    def _silent(
        self, question: Question, facet: str, rows: np.ndarray, only_this: np.ndarray
    ) -> int:
        """Return how many more there would be if places that did not say counted too."""
        if facet in question.or_unknown:
            return 0
        columns = self._columns(facet, question.wanted[facet])
        return int((~self.denied[np.ix_(rows[only_this], columns)].all(axis=1)).sum())

    def _farther(self, question: Question) -> tuple[tuple[tuple[int, int], ...], int | None]:
        """Return the wider circles that have more, and the nearest match outside this one."""
        hit = self._meets_all(question)
        remote = self._that_serve(question)
        found = int(hit[remote].sum())
        # They are found already, wherever they are.
        hit[remote] = False
        half, hits = self._half_chord(question)[hit], self.ids[hit]
        inside = half <= _limit(question.radius_miles)
        circles: list[tuple[int, int]] = []
        before = found + int(inside.sum())
        for miles in CIRCLES_MILES:
            total = found + int((half <= _limit(miles)).sum())
            if miles > question.radius_miles and total > before:
                circles.append((miles, total))
                before = total
        beyond = ~inside
        order = np.lexsort((hits[beyond], half[beyond]))
        return tuple(circles), int(hits[beyond][order[0]]) if len(order) else None

    def _within(self, question: Question) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of the place and how far each is, who serves its state farthest."""
        if question.origin is not None:
            half = self._half_chord(question)
            rows = np.flatnonzero(half <= _limit(question.radius_miles))
            distance = half[rows]
        elif question.state is not None:
            rows = np.flatnonzero(self.state == question.state)
            distance = np.zeros(len(rows))
        else:
            return np.arange(len(self.state)), np.zeros(len(self.state))
        remote = np.setdiff1d(self._that_serve(question), rows)
        if not len(remote):
            return rows, distance
        return np.concatenate([rows, remote]), np.append(distance, np.full(len(remote), np.inf))

    def _that_serve(self, question: Question) -> np.ndarray:
        return self.serves.get(question.state or "", np.array([], dtype=int))

    def _half_chord(self, question: Question) -> np.ndarray:
        """Return the squared half chord from the origin to every row."""
        latitude, longitude = np.radians(question.origin or (0, 0))
        half: np.ndarray = (
            np.sin((self.latitude - latitude) / 2) ** 2
            + np.cos(latitude) * self.cosine * np.sin((self.longitude - longitude) / 2) ** 2
        )
        return half


def _limit(miles: float) -> float:
    return float(np.sin(miles / (2 * EARTH_RADIUS_MILES)) ** 2)


def yardstick_of_rows(
    rows: Sequence[Mapping[str, str]], vocabulary: Path, crosswalk: Path
) -> Yardstick:
    """Return the arrays of the raw rows, numbered and placed as in the file."""
    facets = yaml.safe_load(vocabulary.read_text())["facets"]
    kinds = {f["slug"]: f["kind"] for f in facets}
    statements = _statements(yaml.safe_load(crosswalk.read_text())["codes"], kinds)
    options = [(f["slug"], t["slug"]) for f in facets for t in f["terms"]]
    column = {option: index for index, option in enumerate(options)}
    said = np.zeros((len(rows), len(options)), dtype=np.uint8)
    denied = np.zeros_like(said)
    for index, row in enumerate(rows):
        yes, no = _options_of(row["service_code_info"], statements)
        said[index, [column[option] for option in yes]] = 1
        denied[index, [column[option] for option in no]] = 1
    yardstick = Yardstick(
        options=options,
        said=said,
        denied=denied,
        state=np.array([row["state"] for row in rows]),
        ids=np.arange(len(rows)),
    )
    yardstick.place(
        np.array([float(row["latitude"] or "nan") for row in rows]),
        np.array([float(row["longitude"] or "nan") for row in rows]),
    )
    return yardstick


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _statements(codes: Any, kinds: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    return {
        code["code"]: [
            {**statement, "kind": kinds[statement["term"].split("/")[0]]}
            for statement in code.get("states", [])
        ]
        for code in codes
    }


def _options_of(
    service_codes: str, statements: Mapping[str, list[dict[str, Any]]]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the options that a row matches, yes-facts and medicines it gives, and the denied."""
    codes = {code for code in re.split(r"[\s*]+", service_codes) if code}
    answers: dict[tuple[str, str], set[bool]] = {}
    relations: dict[tuple[str, str], set[str]] = {}
    for code in codes:
        for statement in statements.get(code, []):
            only_with = statement.get("only_with", [])
            if only_with and not codes.intersection(only_with):
                continue
            if codes.intersection(statement.get("only_without", [])):
                continue
            facet, term = statement["term"].split("/")
            if statement["kind"] == "medication":
                relations.setdefault((facet, term), set()).add(statement["relation"])
            else:
                # YAML reads a bare yes as true.
                is_yes = statement.get("answer", "yes") in ("yes", True)
                answers.setdefault((facet, term), set()).add(is_yes)
    # Where a row says both, the cautious answer counts.
    yes = {option for option, said in answers.items() if False not in said}
    gives = {option for option, stated in relations.items() if _gives(stated)}
    refuses = {option for option, stated in relations.items() if _refuses(stated)}
    return yes | gives, (answers.keys() - yes) | refuses


def _gives(stated: set[str]) -> bool:
    if stated & REFUSES:
        return False
    clear = stated - {"reports_use_unspecified"}
    return bool((clear or stated) & GIVES)


def _refuses(stated: set[str]) -> bool:
    # Who accepts people on it from elsewhere and does not use it refuses nobody.
    return bool(stated & REFUSES) and stated != {"does_not_use", "accepts_elsewhere"}
