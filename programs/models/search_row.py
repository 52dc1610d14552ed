"""The search projection: a narrow copy of the facts, kept by triggers, read by search."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from programs.models.place import Place
from programs.models.program import Program


class SearchRow(models.Model):
    """What search needs of one published program.

    Nothing in Python writes it: statement triggers on the tables it derives from call
    `programs_refresh_search` (migration `0002_search_projection`), so every way of writing a fact
    keeps it right. `x`, `y`, `z` are the unit vector and `cell` the grid cell of `programs.geo`;
    null for a program without a location. `wordN` holds the bits of `SearchSlot`: what a source
    said yes to.
    """

    program = models.OneToOneField(Program, models.CASCADE, primary_key=True, related_name="+")
    cell = models.IntegerField(null=True)
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    z = models.FloatField(null=True)
    state = models.CharField(max_length=2)
    county = models.ForeignKey(Place, models.SET_NULL, null=True, related_name="+")
    # States that it serves by phone or video: null for nearly all.
    serves = ArrayField(models.TextField(), null=True)
    # The last day on which a keeper confirmed any of the program's facts.
    confirmed_on = models.DateField(null=True)
    word0 = models.BigIntegerField()
    word1 = models.BigIntegerField()
    word2 = models.BigIntegerField()
    word3 = models.BigIntegerField()
    word4 = models.BigIntegerField()
    word5 = models.BigIntegerField()
    # Openings, for nearly all null: the slot of each level, or -1 for the program as a whole, and
    # until when it counts.
    opening_slots = ArrayField(models.SmallIntegerField(), null=True)
    opening_until = ArrayField(models.DateTimeField(), null=True)
    # The same bits, for what a source denied. Nearly always empty, and then no wider for it.
    denied0 = models.BigIntegerField(null=True)
    denied1 = models.BigIntegerField(null=True)
    denied2 = models.BigIntegerField(null=True)
    denied3 = models.BigIntegerField(null=True)
    denied4 = models.BigIntegerField(null=True)
    denied5 = models.BigIntegerField(null=True)

    class Meta:
        # The orders of the page: nearest first within some cells, else last confirmed first.
        indexes = [
            models.Index(fields=["cell", "z"], name="search_row_cell_z"),
            models.Index(
                "state",
                models.F("confirmed_on").desc(nulls_last=True),
                "program",
                name="search_row_state_confirmed",
            ),
            models.Index(
                models.F("confirmed_on").desc(nulls_last=True),
                "program",
                name="search_row_confirmed",
            ),
            # The few that serve states by phone; without any it costs nothing. Of an index of
            # the states themselves PostgreSQL does not know that it is small.
            models.Index(
                fields=["program"],
                name="search_row_serves",
                condition=models.Q(serves__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"search row of program {self.program_id}"
