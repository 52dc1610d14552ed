"""What comes first among matches. The public page `/how-we-rank/` prints this very table."""

from __future__ import annotations

from enum import Enum

from django.utils.translation import gettext_lazy as _

from programs.enums import Sort


class RankKey(Enum):
    """One thing that orders matches: its SQL, and the words for it."""

    OPENING = (
        "is_open DESC",
        _(
            "Programs that say they have an opening now come first: in the care you chose, if you"
            " chose any. What was said counts for a few days only."
        ),
    )
    REMOTE = (
        "is_remote",
        _(
            "Places in the area come before those elsewhere that serve your state by phone or"
            " video."
        ),
    )
    DISTANCE = (
        "squared_chord",
        _("How far it is from the place you gave, in a straight line. Nearer comes first."),
    )
    CONFIRMED = (
        "confirmed_on DESC NULLS LAST",
        _(
            "When a person last confirmed a fact of the listing. Later comes first; never confirmed"
            " comes last."
        ),
    )
    NUMBER = ("program_id", _("The number of the listing, so that the order never changes."))

    def __init__(self, sql: str, words: str) -> None:
        self.sql = sql
        self.words = words


#: Nothing else can move a program: no key here can be bought, and none looks at who runs it.
RANKING: dict[Sort, tuple[RankKey, ...]] = {
    Sort.NEAREST: (RankKey.REMOTE, RankKey.DISTANCE, RankKey.CONFIRMED, RankKey.NUMBER),
    Sort.CONFIRMED: (RankKey.CONFIRMED, RankKey.REMOTE, RankKey.DISTANCE, RankKey.NUMBER),
    Sort.OPENINGS: (
        RankKey.OPENING,
        RankKey.REMOTE,
        RankKey.DISTANCE,
        RankKey.CONFIRMED,
        RankKey.NUMBER,
    ),
}


def order_sql(sort: Sort) -> str:
    """Return the ORDER BY of a search."""
    return ", ".join(key.sql for key in RANKING[sort])
