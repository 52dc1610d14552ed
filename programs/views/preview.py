"""The public page of a program as it would be, made by the page itself over changed data."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from programs.enums import ChangeKind
from programs.models import Facility, Program, change_set
from programs.upkeep.section_form import SectionForm
from programs.views.listing import listed_programs, listing_context
from programs.views.site import site_of


def listing_now(request: HttpRequest, facility: Facility, program: Program | None) -> SafeString:
    """Return the public page of the program, or of the facility's first; "" where none is public.

    Six statements.
    """
    of_facility = listed_programs().filter(facility=facility)
    found = of_facility.filter(pk=program.pk) if program else of_facility.order_by("name", "id")
    listed = found.first()
    if listed is None:
        return SafeString("")
    context = listing_context(listed, site_of(request).vocabulary)
    return render_to_string("programs/_listing.html", context, request)


def listing_with(
    request: HttpRequest,
    form: SectionForm,
    facility: Facility,
    program: Program | None,
    today: date,
) -> SafeString:
    """Return the same page with a valid form applied; nothing of it is stored."""
    with transaction.atomic():
        with change_set(request.user, kind=ChangeKind.STAFF, facility=facility.pk):
            form.apply(today)
        page = listing_now(request, facility, program)
        transaction.set_rollback(True)
    # What the form wrote into it is not stored either.
    facility.refresh_from_db()
    return page
