"""What names are searched by: the folded words of each listing, kept by triggers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from programs.models.program import Program


class SearchName(models.Model):
    """The words that a published program goes by, as `search.place_names.plain_words` folds.

    They are those of the program, facility, branch and organization, and of its town and state.
    Nothing in Python writes it: `programs_refresh_search` does (migration `0004_search_names`).
    """

    program = models.OneToOneField(Program, models.CASCADE, primary_key=True, related_name="+")
    words = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["words"], name="search_name_words")]

    def __str__(self) -> str:
        return " ".join(self.words)


class NameWord(models.Model):
    """Every word that a `SearchName` ever had, once: where a misspelt word finds its likes.

    Words are only ever added. One that no name has any more finds nothing, and does no harm.
    """

    word = models.TextField(primary_key=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], name="name_word_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word
