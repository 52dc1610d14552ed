"""The file of the sample, and what it names: terms, sources and places that must be loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.db import models

from programs.enums import PlaceKind
from programs.models import Place, Source, Term
from programs.search.place_names import place_key

Entry = Mapping[str, Any]

#: The source of everything in the sample that no keeper is said to have confirmed.
SAMPLE_SOURCE = "invented-sample"
SOURCE_SLUGS = (SAMPLE_SOURCE, "facility", "staff")


class SampleError(Exception):
    """A sample that cannot be loaded. The message says what is missing or wrong, and where."""


def read_sample(path: Path) -> Entry:
    """Return the entries of the file. Raises SampleError for a name that is there twice."""
    try:
        sample: Entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SampleError(f"{path}: {error}") from error
    uses: Counter[str] = Counter(sample["heads"])
    repeated = [head for head, times in uses.items() if times > 1]
    if repeated:
        raise SampleError(f"{path}: these heads are there more than once: {', '.join(repeated)}")
    return sample


def terms_by_path() -> dict[str, Term]:
    terms = {
        f"{term.facet.slug}/{term.slug}": term for term in Term.objects.select_related("facet")
    }
    if not terms:
        raise SampleError("The vocabulary is not loaded. Run load_vocabulary first.")
    return terms


def sources_by_slug() -> dict[str, Source]:
    sources = {source.slug: source for source in Source.objects.filter(slug__in=SOURCE_SLUGS)}
    missing = [slug for slug in SOURCE_SLUGS if slug not in sources]
    if missing:
        raise SampleError(f"No source is called {', '.join(missing)}. Run load_vocabulary first.")
    return sources


def places_of(towns: list[Entry]) -> dict[tuple[str, str, str], Place]:
    """Return the towns and their ZIP codes, by kind, key and state, with their counties."""
    wanted = [(PlaceKind.CITY, place_key(town["city"]), town["state"]) for town in towns]
    for town in towns:
        wanted += [(PlaceKind.ZIP, digits, town["state"]) for digits in town["zip_codes"]]
    found = {
        (place.kind, place.key, place.state): place
        for place in Place.objects.filter(
            models.Q(kind__in=[PlaceKind.CITY, PlaceKind.ZIP]),
            key__in=[key for _, key, _ in wanted],
        ).select_related("county")
    }
    missing = [f"{key}, {state}" for kind, key, state in wanted if (kind, key, state) not in found]
    if missing:
        raise SampleError(f"No place is called {missing[0]}. Run load_places first.")
    return found
