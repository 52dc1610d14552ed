"""The yardstick of search: NumPy brute force over the raw rows of the federal file.

It shares no code with the engine: it reads the CSV and the crosswalk's YAML itself, keeps one
contiguous byte for each row and option, and answers by walking all rows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

EARTH_RADIUS_MILES = 3958.7613
PAGE_SIZE = 20

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
    ids: tuple[int, ...]
    total: int
    counts: dict[tuple[str, str], int]


@dataclass(frozen=True)
class Question:
    """`origin` is (latitude, longitude) in degrees; without one, `state` or the nation."""

    origin: tuple[float, float] | None
    radius_miles: float
    state: str | None
    wanted: Mapping[str, Sequence[str]]


class Yardstick:
    def __init__(
        self, rows: Sequence[Mapping[str, str]], vocabulary: Path, crosswalk: Path
    ) -> None:
        facets = yaml.safe_load(vocabulary.read_text())["facets"]
        self.options = [(f["slug"], t["slug"]) for f in facets for t in f["terms"]]
        self.column = {option: index for index, option in enumerate(self.options)}
        self.facet_columns = {
            f["slug"]: np.array([self.column[f["slug"], t["slug"]] for t in f["terms"]])
            for f in facets
        }
        kinds = {f["slug"]: f["kind"] for f in facets}
        statements = _statements(yaml.safe_load(crosswalk.read_text())["codes"], kinds)
        self.matrix = np.zeros((len(rows), len(self.options)), dtype=np.uint8)
        for index, row in enumerate(rows):
            for option in _options_of(row["service_code_info"], statements):
                self.matrix[index, self.column[option]] = 1
        self.state = np.array([row["state"] for row in rows])
        self.ids = np.arange(len(rows))
        self.place(
            np.array([float(row["latitude"] or "nan") for row in rows]),
            np.array([float(row["longitude"] or "nan") for row in rows]),
        )

    def place(self, latitude: np.ndarray, longitude: np.ndarray) -> None:
        """Set where the rows are, in degrees."""
        self.latitude, self.longitude = np.radians(latitude), np.radians(longitude)
        self.cosine = np.cos(self.latitude)

    def answer(self, question: Question) -> Answer:
        rows, distance = self._within(question)
        candidates = self.matrix[rows]
        passes = {
            facet: candidates[:, [self.column[facet, term] for term in terms]].any(axis=1)
            for facet, terms in question.wanted.items()
        }
        failed = np.zeros(len(rows), dtype=np.int8)
        for passed in passes.values():
            failed += ~passed
        hit = failed == 0
        counts = candidates[hit].sum(axis=0, dtype=np.int64)
        for facet, passed in passes.items():
            own = self.facet_columns[facet]
            only_this = (failed == 1) & ~passed
            counts[own] += candidates[np.ix_(only_this, own)].sum(axis=0, dtype=np.int64)
        hits = rows[hit]
        order = np.lexsort((self.ids[hits], distance[hit]))[:PAGE_SIZE]
        return Answer(
            ids=tuple(int(number) for number in self.ids[hits][order]),
            total=len(hits),
            counts=dict(zip(self.options, counts.tolist(), strict=True)),
        )

    def _within(self, question: Question) -> tuple[np.ndarray, np.ndarray]:
        if question.origin is not None:
            latitude, longitude = np.radians(question.origin)
            half = (
                np.sin((self.latitude - latitude) / 2) ** 2
                + np.cos(latitude) * self.cosine * np.sin((self.longitude - longitude) / 2) ** 2
            )
            limit = np.sin(question.radius_miles / (2 * EARTH_RADIUS_MILES)) ** 2
            rows = np.flatnonzero(half <= limit)
            return rows, half[rows]
        if question.state is not None:
            rows = np.flatnonzero(self.state == question.state)
        else:
            rows = np.arange(len(self.state))
        return rows, np.zeros(len(rows))


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
) -> set[tuple[str, str]]:
    """Return the options that a row matches: the yes-facts, and the medicines it gives."""
    codes = {code for code in re.split(r"[\s*]+", service_codes) if code}
    options: set[tuple[str, str]] = set()
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
            elif statement.get("answer", "yes") == "yes" or statement["answer"] is True:
                options.add((facet, term))
    return options | {option for option, stated in relations.items() if _gives(stated)}


def _gives(stated: set[str]) -> bool:
    if stated & REFUSES:
        return False
    clear = stated - {"reports_use_unspecified"}
    return bool((clear or stated) & GIVES)
