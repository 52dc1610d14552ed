"""How old the facts of each program are, a row a facet: kept by triggers, read by the queue."""

from __future__ import annotations

from django.db import models

from programs.enums import ListingPart
from programs.models.program import Program
from programs.models.vocabulary import Facet


class FreshnessRow(models.Model):
    """When the facts of one facet of a program were last stood by.

    Nothing in Python writes it: `programs_refresh_search` does (migration
    `0013_add_shelf_lives`), for programs of any status. Relations "in network" have a row of their
    own, for they grow old faster than the other facts of their facet.
    """

    program = models.ForeignKey(Program, models.CASCADE, related_name="freshness", db_index=False)
    facet = models.ForeignKey(Facet, models.CASCADE, related_name="+", db_index=False)
    part = models.CharField(
        max_length=10, choices=[(ListingPart.IN_NETWORK, ListingPart.IN_NETWORK.label)], blank=True
    )
    # The longest that anybody has not stood by one of the facts: confirmed it, or reported it.
    oldest_on = models.DateField()
    # Whether a keeper confirmed every one of them, and when one was confirmed last.
    is_confirmed = models.BooleanField()
    confirmed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "facet", "part"], name="freshness_of_a_facet_once"
            ),
        ]

    def __str__(self) -> str:
        return f"freshness of facet {self.facet_id} of program {self.program_id}"
