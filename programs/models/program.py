"""What runs at a facility: the thing that a search finds."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from programs.enums import STATE_NAMES, ListingStatus, ProgramScope
from programs.models.facility import Facility
from programs.querysets import ProgramQuerySet


class Program(models.Model):
    """A program at a facility. All that it offers is in its facts."""

    id = models.AutoField(primary_key=True)
    facility = models.ForeignKey(
        Facility, models.CASCADE, related_name="programs", verbose_name=_("facility")
    )
    # Empty for a program that stands for its whole site: it then goes by the facility's name.
    name = models.CharField(_("name"), max_length=160, blank=True)
    scope = models.CharField(
        _("scope"), max_length=10, choices=ProgramScope, default=ProgramScope.WHOLE_SITE
    )
    status = models.CharField(
        _("status"), max_length=9, choices=ListingStatus, default=ListingStatus.PUBLISHED
    )
    states_served = ArrayField(
        models.CharField(max_length=2, choices=list(STATE_NAMES.items())),
        verbose_name=_("states served by phone or video"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_(
            "People anywhere in these states find the program. It needs a license in each. Two"
            " letters, separated by commas: AZ, NM. Empty: nobody said."
        ),
    )

    # Where the address of a closed listing leads. Never to one that leads on itself.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="merged",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
    )
    # The listing of the whole site that this program was a part of. A release updates that one.
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="parts",
        verbose_name=_("split from"),
        null=True,
        blank=True,
        editable=False,
    )

    objects = models.Manager.from_queryset(ProgramQuerySet)()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        constraints = [
            models.CheckConstraint(
                name="program_status_is_known",
                condition=models.Q(status__in=ListingStatus.values),
            ),
            models.CheckConstraint(
                name="program_survives_another",
                condition=models.Q(merged_into__isnull=True)
                | ~models.Q(merged_into=models.F("id")),
            ),
            models.CheckConstraint(
                name="program_serves_known_states",
                condition=models.Q(states_served__contained_by=sorted(STATE_NAMES)),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("programs:listing", args=[self.pk, slugify(self.display_name) or "program"])

    @property
    def display_name(self) -> str:
        """The program's name, or the facility's: the facility must be at hand (select_related)."""
        return listing_name(self.name, self.facility.name, self.facility.branch)


def listing_name(program: str, facility: str, branch: str) -> str:
    """Return the name a listing goes by: the facility, then what sets this program apart."""
    return ", ".join(filter(None, (facility, program or branch)))
