"""The keepers' desk, a file an area.

Not registered, on purpose: `SearchRow` (triggers derive it from the facts: an edit would be undone
by the next write), `SearchSlot` and `VocabularyVersion` (the bookkeeping of the search). Facts,
phones, confidential addresses and federal records are edited or read on their program or facility.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from programs.admin import (
    call_sheets,
    changesets,
    claims,
    corrections,
    drafts,
    duplicates,
    facilities,
    gone_listings,
    keepers,
    places,
    programs,
    provenance,
    releases,
    update_links,
    vocabulary,
)

admin.site.site_header = _("Treatment Directory: the keepers' desk")
admin.site.site_title = _("Treatment Directory")
admin.site.index_title = _("What we keep")

__all__ = [
    "call_sheets",
    "changesets",
    "claims",
    "corrections",
    "drafts",
    "duplicates",
    "facilities",
    "gone_listings",
    "keepers",
    "places",
    "programs",
    "provenance",
    "releases",
    "update_links",
    "vocabulary",
]
