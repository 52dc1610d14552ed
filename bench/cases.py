"""What is asked: five places, each with no, two and five filters."""

from __future__ import annotations

from bench.yardstick import Question

NO_FILTERS: dict[str, list[str]] = {}
TWO_FILTERS = {"level_of_care": ["iop"], "payment": ["medicaid"]}
FIVE_FILTERS = {
    "level_of_care": ["iop", "outpatient"],
    "medication": ["buprenorphine", "naltrexone"],
    "payment": ["medicaid", "private_insurance"],
    "track": ["women", "trauma"],
    "therapy": ["cbt"],
}

#: Name, (latitude, longitude) in degrees, radius in miles, state.
PLACES: list[tuple[str, tuple[float, float] | None, int, str | None]] = [
    ("New York City, 10 mi", (40.7506, -73.9972), 10, None),
    ("Chandler AZ, 25 mi", (33.3105, -111.8239), 25, None),
    ("Miles City MT, 100 mi", (46.4083, -105.8406), 100, None),
    ("California", None, 0, "CA"),
    ("the nation", None, 0, None),
]


def cases() -> list[tuple[str, int, Question]]:
    """Return (place, number of filters, question) for every case."""
    return [
        (name, len(wanted), Question(origin, miles, state, wanted))
        for name, origin, miles, state in PLACES
        for wanted in (NO_FILTERS, TWO_FILTERS, FIVE_FILTERS)
    ]
