"""The queue of drafts that wait for a decision, and the page on which one is decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.admin.finding import FacilityStateFilter
from programs.admin.queues import Queue, WaitingFirst
from programs.enums import DraftState
from programs.models import Draft
from programs.upkeep import drafts
from programs.upkeep.drafts import AlreadyDecidedError
from programs.upkeep.editing import UnreadableVersionError, changes_since, version_of
from programs.upkeep.history import Change
from programs.upkeep.permissions import Action
from programs.upkeep.section_form import SectionForm
from programs.upkeep.sections import UnknownSectionError, find_section
from programs.upkeep.staff_saves import SavedMeanwhileError
from programs.upkeep.stated_by import speaker

NOTE_LIMIT = 500


class SentFirst(WaitingFirst):
    waiting = Q(state=DraftState.SENT)
    decided = Q(state__in=[DraftState.APPROVED, DraftState.RETURNED])


@admin.register(Draft)
class DraftAdmin(Queue):
    action = Action.REVIEW
    list_display = ("facility", "label", "author", "state", "age")
    list_filter = (SentFirst, FacilityStateFilter)
    list_select_related = ("facility", "author")
    ordering = ("changed_at", "id")
    search_fields = ("facility__name", "facility__city")

    @admin.display(description=gettext_lazy("waits"), ordering="changed_at")
    def age(self, draft: Draft) -> str:
        return timesince(draft.changed_at, draft.decided_at, depth=1)

    def work_on(self, request: HttpRequest, draft: Draft) -> HttpResponse:
        """Show one draft beside what the listing says now; decide when asked to."""
        try:
            if request.method == "POST":
                return self._decide(request, draft)
            return self._page(request, draft, drafts.form_of(draft))
        except UnknownSectionError:
            messages.error(request, _("The listing has this section no more."))
        except AlreadyDecidedError as decided:
            messages.warning(request, _("Decided before: %s.") % decided.draft.get_state_display())
        return redirect("admin:programs_draft_changelist")

    def _decide(self, request: HttpRequest, draft: Draft) -> HttpResponse:
        user: Any = request.user
        now, note = timezone.now(), request.POST.get("note", "").strip()[:NOTE_LIMIT]
        section = find_section(draft.facility, draft.section)
        form = section.form(draft.facility, speaker(draft.author), request.POST)
        if "return" in request.POST:
            if not note:
                problem = _("Say in the note what the author has to change.")
                return self._page(request, draft, form, problem=problem, status=400)
            return self._decided(request, drafts.give_back(draft.pk, note, user=user, now=now))
        if not form.is_valid():
            return self._page(request, draft, form, status=400)
        version = request.POST.get("version", "")
        try:
            decided = drafts.approve(
                draft.pk, form, version, note=note, user=user, now=now,
                today=timezone.localdate(),
            )  # fmt: skip
        except (SavedMeanwhileError, UnreadableVersionError):
            return self._again(request, draft, form, version)
        return self._decided(request, decided)

    def _again(
        self, request: HttpRequest, draft: Draft, form: SectionForm, version: str
    ) -> HttpResponse:
        """Ask once more, over the listing as somebody else left it."""
        problem = _("Not decided yet: somebody saved this listing meanwhile. Look at it again.")
        fresh = Draft.objects.select_related("facility", "author").get(pk=draft.pk)
        fresh.typed, fresh.version = form.typed(), version
        return self._page(request, fresh, drafts.form_of(fresh), problem=problem, status=409)

    def _decided(self, request: HttpRequest, draft: Draft) -> HttpResponse:
        try:
            drafts.mail_decision(draft)
            messages.success(request, _("%s. The author was told by mail.") % state_of(draft))
        except OSError:
            messages.warning(request, _("%s. The mail to the author failed.") % state_of(draft))
        following = drafts.next_sent(draft)
        if following:
            return redirect("admin:programs_draft_change", following.pk)
        return redirect("admin:programs_draft_changelist")

    def _page(
        self,
        request: HttpRequest,
        draft: Draft,
        form: SectionForm,
        *,
        problem: str = "",
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Change handed in: %s") % draft.facility,
            "draft": draft,
            "section": find_section(draft.facility, draft.section),
            "form": form,
            "rows": list(side_by_side(form)),
            "changes": changed_since(draft, request),
            "version": version_of(draft.facility),
            "problem": problem,
            "next": drafts.next_sent(draft),
            "note": request.POST.get("note", ""),
            "is_open": draft.state == DraftState.SENT,
            "note_limit": NOTE_LIMIT,
        }
        return render(request, "admin/programs/draft/review.html", context, status=status)


def state_of(draft: Draft) -> str:
    return str(DraftState(draft.state).label)


def changed_since(draft: Draft, request: HttpRequest) -> list[Change]:
    """Return what was saved after the author last saw the listing; none where that is unknown."""
    try:
        return changes_since(draft.facility, draft.version, request.user)
    except UnreadableVersionError:
        return []


def side_by_side(form: SectionForm) -> Iterator[dict[str, Any]]:
    """Yield each field with what the listing says now; changed ones are marked."""
    changed = set(form.changed_data)
    for group in form.groups():
        for field in [*group.fields, *group.more]:
            yield {
                "field": field,
                "group": group.legend,
                "now": shown(field),
                "is_changed": field.name in changed,
            }


def shown(field: Any) -> str:
    """Return what a field says now, with the label of a choice."""
    choices = {str(value): str(label) for value, label in getattr(field.field, "choices", ())}
    now = field.initial
    if isinstance(now, list):
        return ", ".join(choices.get(str(value), str(value)) for value in now)
    return choices.get(str(now), "" if now is None else str(now))
