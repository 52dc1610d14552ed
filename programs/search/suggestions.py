"""Places that somebody who is still typing may mean."""

from __future__ import annotations

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, FloatField, Q, QuerySet, Value, When

from programs.enums import STATE_NAMES, PlaceKind
from programs.models import Place
from programs.search.place_names import place_key
from programs.search.places import MAX_CHARACTERS

MIN_CHARACTERS = 3
MAX_SUGGESTIONS = 8
#: Places that start as the text does are nearer than any that only resemble it.
STARTS_ALIKE = 2.0


def suggested_places(text: str) -> list[str]:
    """Return up to eight texts that `resolve_place` reads, the likeliest first. One statement.

    Names that start so, then names that resemble it; the biggest first, counties after towns.
    After a comma follows the state, as in "chand, az".
    """
    name, _comma, state = text[: MAX_CHARACTERS + 1].partition(",")
    key = place_key(name)
    if len(key) < MIN_CHARACTERS or len(text) > MAX_CHARACTERS:
        return []
    return [str(place) for place in _likely(key, _states(state))[:MAX_SUGGESTIONS]]


def _likely(key: str, states: list[str] | None) -> QuerySet[Place]:
    starts_alike = Q(key__startswith=key)
    # Names that the postal service only tolerates have no ZIP codes, and are not worth offering.
    places = Place.objects.filter(zip_count__gt=0).filter(
        starts_alike | (Q(key__trigram_similar=key) & ~Q(kind=PlaceKind.ZIP))
    )
    if states is not None:
        places = places.filter(state__in=states).exclude(kind=PlaceKind.STATE)
    return places.annotate(
        likeness=Case(
            When(starts_alike, then=Value(STARTS_ALIKE)),
            default=TrigramSimilarity("key", key),
            output_field=FloatField(),
        ),
        is_county=Case(When(kind=PlaceKind.COUNTY, then=1), default=0),
    ).order_by("-likeness", "is_county", "-zip_count", "key", "state", "id")


def _states(text: str) -> list[str] | None:
    """Return the codes of the states whose code or name starts so; None where none is typed."""
    start = place_key(text)
    if not start:
        return None
    return [
        code
        for code, name in STATE_NAMES.items()
        if code.lower().startswith(start) or place_key(name).startswith(start)
    ]
