"""Who runs facilities."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """A body that runs one or more facilities.

    The federal directory names none: two facilities with one name may be two owners. So a
    facility has an organization only when a keeper, or a source that knows, says so.
    """

    name = models.CharField(_("name"), max_length=160)
    website = models.URLField(_("web site"), blank=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.name
