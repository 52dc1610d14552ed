"""What is asked: seven places, each with no, two, five filters, and with filters of every kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.yardstick import Question


@dataclass(frozen=True)
class Filters:
    name: str
    wanted: dict[str, list[str]] = field(default_factory=dict)
    excluded: dict[str, list[str]] = field(default_factory=dict)
    or_unknown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """`near` is what a visitor types; `origin` (latitude, longitude) in degrees and the `state` it
    is in, or that alone."""

    name: str
    near: str
    origin: tuple[float, float] | None = None
    radius_miles: int = 0
    state: str | None = None


@dataclass(frozen=True)
class Case:
    place: Place
    filters: Filters

    @property
    def name(self) -> str:
        return f"{self.place.name}, {self.filters.name}"

    @property
    def question(self) -> Question:
        return Question(
            self.place.origin,
            self.place.radius_miles,
            self.place.state,
            self.filters.wanted,
            self.filters.excluded,
            self.filters.or_unknown,
        )

    @property
    def url(self) -> str:
        """The address of the results page that asks the same."""
        query: dict[str, object] = {"near": self.place.near, **self.filters.wanted}
        if self.place.origin:
            query["miles"] = self.place.radius_miles
        query |= {f"not_{facet}": terms for facet, terms in self.filters.excluded.items()}
        query["unknown"] = sorted(self.filters.or_unknown)
        return f"/programs/?{urlencode(query, doseq=True)}"


TWO_FILTERS = {"level_of_care": ["iop"], "payment": ["medicaid"]}
FILTERS = [
    Filters("no filter"),
    Filters("2 filters", TWO_FILTERS),
    Filters(
        "5 filters",
        {
            "level_of_care": ["iop", "outpatient"],
            "medication": ["buprenorphine", "naltrexone"],
            "payment": ["medicaid", "private_insurance"],
            "track": ["women", "trauma"],
            "therapy": ["cbt"],
        },
    ),
    Filters(
        "3, 2 left out, unsaid",
        {**TWO_FILTERS, "medication": ["methadone"]},
        excluded={"track": ["dui_only"], "substance": ["alcohol"]},
        or_unknown=frozenset({"medication", "language"}),
    ),
]
#: Of a million some 47,000 are in it.
DENSEST = "New York City, 50 mi"
PLACES = [
    Place("New York City, 10 mi", "10001", (40.7506, -73.9972), 10, "NY"),
    Place(DENSEST, "10001", (40.7506, -73.9972), 50, "NY"),
    Place("Los Angeles, 25 mi", "90012", (34.0614, -118.2385), 25, "CA"),
    Place("Chandler AZ, 25 mi", "85225", (33.3105, -111.8239), 25, "AZ"),
    Place("Miles City MT, 100 mi", "59301", (46.4083, -105.8406), 100, "MT"),
    Place("California", "CA", state="CA"),
    Place("the nation", ""),
]


def cases() -> list[Case]:
    return [Case(place, filters) for place in PLACES for filters in FILTERS]
