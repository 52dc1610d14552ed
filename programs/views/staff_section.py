"""One section of a listing: edit it beside the public page, and save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from programs.enums import DraftState
from programs.models import Draft, Facility, Source
from programs.upkeep import drafts, staff_saves
from programs.upkeep.clashes import (
    Difference,
    clashes_of,
    left_to_others,
    take_theirs,
    typed_into_what_is_gone,
)
from programs.upkeep.editing import UnreadableVersionError, changes_since, version_of
from programs.upkeep.history import Change
from programs.upkeep.permissions import Action, may
from programs.upkeep.section_form import SectionForm, Typed
from programs.upkeep.sections import Section, UnknownSectionError, find_section
from programs.upkeep.staff_saves import SavedMeanwhileError
from programs.upkeep.stated_by import speaker
from programs.views.keepers import requires
from programs.views.preview import listing_now, listing_with
from programs.views.staff import own_facility

MEANWHILE = gettext_lazy(
    "Not saved yet: somebody else saved this listing while you worked on it. What you typed is"
    " still here. Look at what changed, choose, and save again."
)
NOTHING_CHANGED = gettext_lazy("You changed nothing on this page.")
DAMAGED = gettext_lazy("Part of the page did not arrive. Nothing was saved. Please send it again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """A page of a section: whose, of what, and what was sent."""

    request: HttpRequest
    facility: Facility
    section: Section
    source: Source
    form: SectionForm
    #: What the user wrote down before of this section, and may still change.
    draft: Draft | None

    @property
    def user(self) -> Any:
        return self.request.user

    @property
    def needs_review(self) -> bool:
        return self.section.is_identity and not may(self.user, Action.EDIT_IDENTITY)

    def with_typed(self, typed: Typed) -> Editing:
        """Return the same page, of the listing as it is now with this typed into it."""
        fresh = find_section(Facility.objects.get(pk=self.facility.pk), self.section.key)
        unbound = fresh.form(self.facility, self.source)
        form = fresh.form(self.facility, self.source, unbound.data_with(typed))
        return replace(self, section=fresh, form=form)

    def page(
        self,
        *,
        problem: Any = "",
        changes: Sequence[Change] = (),
        clashes: Sequence[Difference] = (),
        gone: Sequence[str] = (),
        status: int = 200,
    ) -> HttpResponse:
        is_preview = self.form.is_bound and self.form.is_valid()
        program = self.section.program
        context = {
            "facility": self.facility,
            "section": self.section,
            "draft": self.draft,
            "needs_review": self.needs_review,
            "form": self.form,
            "groups": list(self.form.groups()),
            "version": version_of(self.facility),
            "problem": problem,
            "changes": changes,
            "clashes": clashes,
            "gone": gone,
            "is_preview": is_preview,
            "listing": listing_with(
                self.request, self.form, self.facility, program, timezone.localdate()
            )
            if is_preview
            else listing_now(self.request, self.facility, program),
        }
        return render(self.request, "programs/staff_section.html", context, status=status)


@requires(Action.EDIT_LISTING)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, facility_id: int, section: str) -> HttpResponse:
    """Show a section beside the public page; preview, save or confirm it when asked to."""
    own = own_facility(request, facility_id)
    try:
        found = find_section(own, section)
    except UnknownSectionError:
        raise Http404 from None
    source = speaker(request.user)
    data = None
    if request.method == "POST":
        data = request.POST.copy()
        take_theirs(data)
    form = found.form(own, source, data)
    user: Any = request.user
    draft = drafts.open_drafts(user).filter(facility=own, section=found.key).first()
    editing = Editing(
        request=request, facility=own, section=found, source=source, form=form, draft=draft
    )
    if request.method != "POST":
        return _opened(editing)
    act = ACTIONS.get(request.POST.get("do", ""), preview)
    return act(editing)


def _opened(editing: Editing) -> HttpResponse:
    """Show the section with the user's draft in it, and what others saved since it was begun."""
    if editing.draft is None:
        return editing.page()
    try:
        changes = changes_since(editing.facility, editing.draft.version, editing.user)
    except UnreadableVersionError:
        changes = []
    return editing.with_typed(editing.draft.typed).page(changes=changes)


def preview(editing: Editing) -> HttpResponse:
    return editing.page(status=200 if editing.form.is_valid() else 400)


def save(editing: Editing) -> HttpResponse:
    """Save what was changed, or hand it in, and go back to the facility."""
    if editing.needs_review:
        return _kept(editing, send=True)
    if left_to_others(editing.request.POST) and not editing.form.changed_data:
        messages.success(editing.request, _("What the other saved stays."))
        return redirect("programs:staff-facility", editing.facility.pk)
    return _refused(editing) or _saved(
        editing, staff_saves.save_section, editing.form, _("Saved: %s.")
    )


def keep(editing: Editing) -> HttpResponse:
    """Write it down for later."""
    return _kept(editing, send=False)


def discard(editing: Editing) -> HttpResponse:
    drafts.discard(editing.facility, editing.section, author=editing.user)
    messages.success(editing.request, _("Your draft is gone: %s.") % editing.section.label)
    return redirect("programs:staff-facility", editing.facility.pk)


def _refused(editing: Editing) -> HttpResponse | None:
    """Return the page that says what is wrong with what was sent, if anything is."""
    if not editing.form.is_valid():
        return editing.page(status=400)
    # Whoever typed into what is gone changed something, and is to learn that it is gone.
    if not editing.form.changed_data and not typed_into_what_is_gone(editing.form):
        return editing.page(problem=NOTHING_CHANGED, status=400)
    return None


def _kept(editing: Editing, *, send: bool) -> HttpResponse:
    """Store the draft; what others saved meanwhile is shown when it is opened or decided."""
    if refused := _refused(editing):
        return refused
    version = editing.request.POST.get("version", "")
    try:
        changes_since(editing.facility, version, editing.user)
    except UnreadableVersionError:
        return editing.page(problem=DAMAGED, status=400)
    kept = drafts.keep(
        editing.form, editing.facility, editing.section, version,
        author=editing.user, send=send, now=timezone.now(),
    )  # fmt: skip
    said = f"{editing.section.label}: {DraftState(kept.state).label}."
    messages.success(editing.request, said)
    return redirect("programs:staff-facility", editing.facility.pk)


def confirm(editing: Editing) -> HttpResponse:
    """Stand by what the section says, and go back to the facility."""
    return _saved(editing, staff_saves.confirm_section, editing.section, _("Confirmed: %s."))


def _saved(editing: Editing, write: Any, what: Any, thanks: str) -> HttpResponse:
    request, facility = editing.request, editing.facility
    version = request.POST.get("version", "")
    try:
        write(what, facility, version, user=request.user, today=timezone.localdate())
    except UnreadableVersionError:
        return editing.page(problem=DAMAGED, status=400)
    except SavedMeanwhileError:
        again = editing.with_typed(editing.form.typed())
        return again.page(
            problem=MEANWHILE,
            changes=changes_since(facility, version, request.user),
            clashes=list(clashes_of(editing.form, again.form)),
            gone=typed_into_what_is_gone(editing.form),
            status=409,
        )
    if write is staff_saves.save_section:
        drafts.discard(facility, editing.section, author=editing.user)
    messages.success(request, thanks % editing.section.label)
    return redirect("programs:staff-facility", facility.pk)


ACTIONS = {
    "preview": preview,
    "save": save,
    "draft": keep,
    "discard": discard,
    "confirm": confirm,
}
