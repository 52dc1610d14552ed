"""The public page as it would be with what a facility handed in, for the editor who decides."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from programs.enums import DraftState
from programs.models import Draft
from programs.upkeep import drafts
from programs.upkeep.permissions import Action
from programs.upkeep.sections import UnknownSectionError, find_section
from programs.upkeep.stated_by import speaker
from programs.views.keepers import requires
from programs.views.preview import listing_with


@requires(Action.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_preview(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show the page with the draft, or with what the editor made of it; nothing is stored."""
    waiting = Draft.objects.filter(state=DraftState.SENT).select_related("facility", "author")
    draft = get_object_or_404(waiting, pk=draft_id)
    try:
        section = find_section(draft.facility, draft.section)
        form = drafts.form_of(draft)
    except UnknownSectionError:
        raise Http404 from None
    if request.method == "POST":
        form = section.form(draft.facility, speaker(draft.author), request.POST)
    is_right = form.is_valid()
    context = {"draft": draft, "form": form}
    if is_right:
        today = timezone.localdate()
        context["listing"] = listing_with(request, form, draft.facility, section.program, today)
    return render(request, "programs/draft_preview.html", context, status=200 if is_right else 400)
