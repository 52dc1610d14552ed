"""Read a place that somebody typed: a ZIP code, a town, a county or a state."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, F, Q, QuerySet, When
from django.utils.translation import gettext as _

from programs.enums import PlaceKind
from programs.models import Place
from programs.search.place_names import Reading, plain_words, readings_of
from programs.search.spelling import is_near, mistakes, swaps

#: Longer text is not a place, and is not worth a query.
MAX_CHARACTERS = 100
MAX_NEAR_NAMES = 5
#: Enough to hold every state's town of one name, and what looks like it.
MAX_LOOK_ALIKES = 60
MAX_OTHER_READINGS = 3
#: A town of so many ZIP codes, and so many times as many as its next namesake, is the one meant.
BIG_ZIP_COUNT = 5
TIMES_BIGGER = 4

#: What "Use my location" sends, such as "33.31, -111.82".
LATITUDE_AND_LONGITUDE = re.compile(
    r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", re.A
)
#: Farther than this from the middle of any ZIP code is not the US. About 69 miles.
US_MARGIN_DEGREES = 1.0


class PlaceNotFound(Exception):
    """No place reads like the text. `near_names` are up to five that do resolve, best first."""

    def __init__(self, text: str, near_names: tuple[str, ...] = ()) -> None:
        self.near_names = near_names
        super().__init__(
            _("We could not find “%(place)s”. Try a ZIP code, or a city and state.")
            % {"place": printable(text)}
        )


class PlaceIsAmbiguous(Exception):
    """Several states have it: one place of each, the biggest first.

    `candidates` are the names of up to five, which do resolve.
    """

    def __init__(self, text: str, rivals: list[Place]) -> None:
        self.rivals = rivals
        self.candidates = tuple(str(place) for place in rivals[:MAX_NEAR_NAMES])
        super().__init__(
            _("More than one place is called “%(place)s”. Add the state.")
            % {"place": printable(text)}
        )


@dataclass(frozen=True, slots=True)
class ResolvedPlace:
    """The place that was meant, and other ways to read the same text, best first.

    `misspelt` is the text where no place is spelled so, and this one alone is near it.
    """

    place: Place
    also: tuple[Place, ...] = ()
    misspelt: str = ""

    @property
    def is_rounded_location(self) -> bool:
        return self.place.pk is None


def resolve_place(text: str) -> ResolvedPlace:
    """Return the place that a person means by a text. One statement for a hit, two for a miss.

    A text that is near one name alone is read as that place, with `misspelt`.
    Raises PlaceNotFound, or PlaceIsAmbiguous where a name without a state is in several.
    """
    if match := LATITUDE_AND_LONGITUDE.fullmatch(text):
        return ResolvedPlace(_location(text, latitude=float(match[1]), longitude=float(match[2])))
    readings = readings_of(plain_words(text)) if len(text) <= MAX_CHARACTERS else []
    if not readings:
        raise PlaceNotFound(text)
    found = places_of_keys({reading.key for reading in readings})
    if resolved := choose(text, readings, found):
        return resolved
    if readings[0].kinds == (PlaceKind.ZIP,):
        raise PlaceNotFound(text, _near_zips(readings[0].key))
    near = look_alikes(readings[0])
    if corrected := correct(text, readings[0], found, near):
        return corrected
    raise PlaceNotFound(text, _near_names(readings[0], near))


def places_of_keys(keys: Iterable[str]) -> list[Place]:
    """Return the places of these keys. One statement.

    Every search asks, and to compile the query took four times as long as to answer it.
    """
    sql = "SELECT * FROM programs_place WHERE key = ANY(%s::text[])"
    return list(Place.objects.raw(sql, [list(keys)]))


def choose(text: str, readings: list[Reading], found: list[Place]) -> ResolvedPlace | None:
    """Return what the readings say, of the places that were found. None if they say nothing.

    Raises PlaceIsAmbiguous where a name without a state is in several, and none of them is much
    the biggest.
    """
    matches_of_readings = [(reading, reading.matches(found)) for reading in readings]
    hits = [(reading, matches) for reading, matches in matches_of_readings if matches]
    if not hits:
        return None
    first, best = hits[0]
    rivals = [] if first.state else _one_of_each_state(best)
    if len(rivals) > 1:
        return _biggest_or_refuse(PlaceIsAmbiguous(text, rivals))
    place, *others = dict.fromkeys(place for _reading, matches in hits for place in matches)
    # Names that the postal service only tolerates are no readings to offer.
    also = [other for other in others if other.zip_count]
    return ResolvedPlace(place, tuple(also[:MAX_OTHER_READINGS]))


def _biggest_or_refuse(ambiguous: PlaceIsAmbiguous) -> ResolvedPlace:
    """Return the place that nearly everybody means by a name that several states have.

    Raises what it was given where there is no such place.
    """
    place, *rivals = ambiguous.rivals
    if not _is_much_bigger(place, rivals):
        raise ambiguous
    return ResolvedPlace(place, tuple(rivals[:MAX_OTHER_READINGS]))


def _is_much_bigger(place: Place, others: list[Place]) -> bool:
    biggest = max(other.zip_count for other in others)
    return place.zip_count >= max(BIG_ZIP_COUNT, TIMES_BIGGER * biggest)


def correct(
    text: str, reading: Reading, found: list[Place], look_alikes: list[Place]
) -> ResolvedPlace | None:
    """Return the place whose name is nearest to a misspelt one, if no other name is as near.

    A name that some place elsewhere does have is misspelt only if the one here is much bigger:
    mostly it is the state that is wrong.
    Raises PlaceIsAmbiguous where the nearest name is in several states.
    """
    nearest = _nearest(reading, look_alikes)
    if len({place.key for place in nearest}) != 1:
        return None
    namesakes = (place for place in found if place.key == reading.key and place.zip_count)
    elsewhere = sorted(namesakes, key=lambda place: (-place.zip_count, place.state))
    if elsewhere and not _is_much_bigger(nearest[0], elsewhere):
        return None
    resolved = ResolvedPlace(nearest[0], (*nearest[1:], *elsewhere)[:MAX_OTHER_READINGS])
    # As where it is spelled right: a name alone is a state before it is a town.
    if nearest[0].kind != PlaceKind.STATE and len(_one_of_each_state(nearest)) > 1:
        resolved = _biggest_or_refuse(PlaceIsAmbiguous(text, _one_of_each_state(nearest)))
    return replace(resolved, misspelt=printable(text))


def _nearest(reading: Reading, look_alikes: list[Place]) -> list[Place]:
    """Return the places with the fewest letters wrong: states, then the biggest first."""
    near = [
        place
        for place in look_alikes
        if reading.state in ("", place.state) and is_near(reading.key, place.key)
    ]
    fewest = min((mistakes(reading.key, place.key) for place in near), default=0)
    return sorted(
        (place for place in near if mistakes(reading.key, place.key) == fewest),
        key=lambda place: (place.kind != PlaceKind.STATE, -place.zip_count, place.state),
    )


def _location(text: str, *, latitude: float, longitude: float) -> Place:
    """Return a place of no table for the location that a device gave. One statement.

    No finer than a hundredth of a degree, whatever was sent. Raises PlaceNotFound far from any
    ZIP code of the US.
    """
    latitude, longitude = round(latitude, 2), round(longitude, 2)
    nearest = _nearest_zip(latitude=latitude, longitude=longitude)
    if nearest is None:
        raise PlaceNotFound(text)
    # Like a ZIP code: a point, and printed by its name alone.
    return Place(
        kind=PlaceKind.ZIP,
        name=_("your location"),
        state=nearest.state,
        latitude=latitude,
        longitude=longitude,
    )


def _nearest_zip(*, latitude: float, longitude: float) -> Place | None:
    """Return the ZIP code whose middle is nearest, within a degree. One statement."""
    shrunk = math.cos(math.radians(latitude))
    return (
        Place.objects.filter(
            kind=PlaceKind.ZIP,
            latitude__range=(latitude - US_MARGIN_DEGREES, latitude + US_MARGIN_DEGREES),
            longitude__range=(longitude - US_MARGIN_DEGREES, longitude + US_MARGIN_DEGREES),
        )
        .order_by(
            (F("latitude") - latitude) * (F("latitude") - latitude)
            + (F("longitude") - longitude) * (F("longitude") - longitude) * shrunk**2,
            "id",
        )
        .first()
    )


def _one_of_each_state(places: list[Place]) -> list[Place]:
    """Return the biggest of each state, the biggest first.

    Names that the postal service only tolerates (no ZIP codes) count where there is no other.
    """
    ranked = sorted(places, key=lambda place: (-place.zip_count, place.state))
    biggest: dict[str, Place] = {}
    for place in [place for place in ranked if place.zip_count] or ranked:
        biggest.setdefault(place.state, place)
    return list(biggest.values())


def look_alikes(reading: Reading) -> list[Place]:
    """Return places with a name like that of a reading, the likeliest first. One statement."""
    return list(
        _alike(reading.key)
        .annotate(
            in_state=Case(When(state=reading.state, then=0), default=1),
            similarity=TrigramSimilarity("key", reading.key),
        )
        .order_by("in_state", "-similarity", "-zip_count", "id")[:MAX_LOOK_ALIKES]
    )


def _alike(key: str) -> QuerySet[Place]:
    towns = Place.objects.exclude(kind=PlaceKind.ZIP).filter(zip_count__gt=0)
    # Two letters that changed places leave a short name few trigrams of its own: Tuscon.
    return towns.filter(Q(key__trigram_similar=key) | Q(key__in=swaps(key)))


def _near_names(reading: Reading, look_alikes: list[Place]) -> tuple[str, ...]:
    """Return up to five names that resolve and look like a reading that does not."""
    near = look_alikes[:MAX_NEAR_NAMES]
    # Other states only where the one that was typed has nothing like it: it may be the mistake.
    in_state = [place for place in near if place.state == reading.state]
    return tuple(dict.fromkeys(str(place) for place in in_state or near))


def _near_zips(zip_code: str) -> tuple[str, ...]:
    """Return the ZIP codes nearest in number, of those that share the first three digits."""
    keys = Place.objects.filter(kind=PlaceKind.ZIP, key__startswith=zip_code[:3])
    by_number = sorted(
        keys.values_list("key", flat=True), key=lambda key: (abs(int(key) - int(zip_code)), key)
    )
    return tuple(by_number[:MAX_NEAR_NAMES])


def printable(text: str) -> str:
    """Return a text short and clean enough for a message: control characters break pages."""
    clean = "".join(character if character.isprintable() else " " for character in text[:60])
    return " ".join(clean.split())
