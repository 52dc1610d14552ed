"""Predicates that read aloud. The only file that knows how distance runs in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from programs.enums import CorrectionStatus, ListingStatus
from programs.geo import GRID_COLUMNS

#: Squared chord between a `SearchRow` and the origin bound as x, y, z; see `programs.geo`.
SQUARED_CHORD = (
    "((r.x - %(x)s::float8) * (r.x - %(x)s::float8)"
    " + (r.y - %(y)s::float8) * (r.y - %(y)s::float8)"
    " + (r.z - %(z)s::float8) * (r.z - %(z)s::float8))"
)
IS_NEAR = f"{SQUARED_CHORD} <= %(squared_chord)s::float8"
#: Rows within the radius bound as `cells` and `squared_chord`; see `programs.geo`.
WITHIN_RADIUS = (
    "r.cell = ANY(%(cells)s::int[])"
    # The index has z beside the cell: of a crowded cell a small circle needs but a strip.
    " AND r.z BETWEEN %(lowest_z)s::float8 AND %(highest_z)s::float8"
    f" AND {IS_NEAR}"
)
#: Programs that serve the state bound as `served` by phone or video.
# IS NOT NULL matches the index, and tells PostgreSQL how few there are: else it guesses, and plans
# the statement anew each time.
SERVES_STATE = "r.serves IS NOT NULL AND r.serves @> ARRAY[%(served)s::text]"
#: What was said about openings, `o`, that counts at `now`: the same as `OpeningQuerySet.current`.
COUNTS_NOW = "o.expires_at > %(now)s::timestamptz"
#: The cells of the box bound as `south`, `north`, `west` and `east`: worked out where they are
#: wanted, for a wide box has thousands.
CELLS_OF_BOX = f"""ARRAY(
    SELECT box_row * {GRID_COLUMNS} + (box_column + {GRID_COLUMNS}) %% {GRID_COLUMNS}
    FROM generate_series(%(south)s::int, %(north)s::int) box_row,
         generate_series(%(west)s::int, %(east)s::int) box_column)"""


class ProgramQuerySet(models.QuerySet[Any]):
    def published(self) -> ProgramQuerySet:
        """Programs that the public may see. Everything public goes through this."""
        return self.filter(status=ListingStatus.PUBLISHED)

    def with_facility(self) -> ProgramQuerySet:
        return self.select_related("facility", "facility__organization")

    def with_federal_source(self) -> ProgramQuerySet:
        """With the release that the listing is in, if any, and the one that dropped it: its
        `federal_record` and their sources."""
        return self.select_related("federal_record__source", "federal_record__missing_since")

    def gone_from_the_list(self) -> ProgramQuerySet:
        """Programs that a federal release named and a later one does not, and that no keeper
        found open since."""
        return self.filter(
            federal_record__missing_since__isnull=False, federal_record__found_open_on=None
        )

    def with_expired_openings(self, now: datetime) -> ProgramQuerySet:
        """Programs of which all that was said about openings has expired."""
        said = self.model._default_manager.filter(openings__isnull=False)
        current = self.model._default_manager.filter(openings__expires_at__gt=now)
        return self.filter(pk__in=said.values("pk")).exclude(pk__in=current.values("pk"))


class OpeningQuerySet(models.QuerySet[Any]):
    def current(self, now: datetime) -> OpeningQuerySet:
        """Statements that still count. All readers go through it: the others read "not known"."""
        return self.filter(expires_at__gt=now)


class CorrectionQuerySet(models.QuerySet[Any]):
    def open(self) -> CorrectionQuerySet:
        """Reports that still wait for an answer."""
        return self.filter(closed_at__isnull=True)

    def meant(self) -> CorrectionQuerySet:
        """All but what a keeper found to be spam."""
        return self.exclude(status=CorrectionStatus.SPAM)

    def oldest_first(self) -> CorrectionQuerySet:
        return self.order_by("received_at", "id")

    def with_listing(self) -> CorrectionQuerySet:
        return self.select_related("program__facility", "term__facet")


class DuplicatePairQuerySet(models.QuerySet[Any]):
    def open(self) -> DuplicatePairQuerySet:
        """Pairs that nobody parted, of which both are still published."""
        both = self.filter(
            first__programs__status=ListingStatus.PUBLISHED,
            second__programs__status=ListingStatus.PUBLISHED,
        )
        return both.filter(parted_at=None).distinct()

    def likeliest_first(self) -> DuplicatePairQuerySet:
        return self.order_by("-name_likeness", "id")
