"""How many programs, and where: the sentence on top of results, and on links that lead to them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.search.criteria import InCounty, InState, Near, SearchCriteria
from programs.search.places import ResolvedPlace


def summary(
    criteria: SearchCriteria, place: ResolvedPlace | None, *, total: int, remote: int
) -> str:
    """Say how many and where, such as "12 programs within 25 miles of Chandler, AZ"."""
    here = _here(criteria, place, total - remote)
    if not remote:
        return here
    return _("%(here)s, and %(count)s by phone or video") % {"here": here, "count": f"{remote:,}"}


def _here(criteria: SearchCriteria, place: ResolvedPlace | None, here: int) -> str:
    programs = ngettext("%(count)s program", "%(count)s programs", here) % {"count": f"{here:,}"}
    match criteria.where:
        case Near(radius_miles=miles):
            return _("%(programs)s within %(miles)s miles of %(place)s") % {
                "programs": programs,
                "miles": miles,
                "place": place.place if place else "",
            }
        case InState() | InCounty():
            return _("%(programs)s in %(place)s") % {
                "programs": programs,
                "place": place.place if place else "",
            }
        case _:
            return _("%(programs)s in the whole directory") % {"programs": programs}
