"""Pairs of facilities that may be one place entered twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.models.facility import Facility
from programs.querysets import DuplicatePairQuerySet


class DuplicatePair(models.Model):
    """Two facilities that share an address, a phone or a name, for a person to look at.

    `find_duplicates` writes it. A pair that was found not to be one place is kept, so that it is
    never offered again. Whether a pair is merged is read from its programs, so that taking a merge
    back puts it in the queue again.
    """

    first = models.ForeignKey(
        Facility, models.CASCADE, related_name="+", verbose_name=_("listing"), db_index=False
    )
    second = models.ForeignKey(
        Facility, models.CASCADE, related_name="+", verbose_name=_("other listing")
    )
    # In words: "same address, same phone, near name".
    shared = models.CharField(_("what they share"), max_length=120)
    # Of 100, by `programs.importers.matching.name_likeness`.
    name_likeness = models.FloatField(_("likeness of the names"))
    found_at = models.DateTimeField(_("found"))
    # Set once somebody found the two to be different places.
    parted_at = models.DateTimeField(_("found to be two places"), null=True, blank=True)
    parted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        verbose_name=_("found by"),
        null=True,
        blank=True,
    )

    objects = models.Manager.from_queryset(DuplicatePairQuerySet)()

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                name="duplicate_pair_in_order", condition=Q(first__lt=F("second"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"
