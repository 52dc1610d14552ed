"""The queue of drafts that wait for a decision, and the page on which one is decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.admin.finding import FacilityStateFilter
from programs.admin.rules import ReadOnly
from programs.enums import DraftState
from programs.models import Draft
from programs.upkeep import drafts
from programs.upkeep.drafts import AlreadyDecidedError
from programs.upkeep.editing import UnreadableVersionError, changes_since, version_of
from programs.upkeep.history import Change
from programs.upkeep.permissions import Action, may
from programs.upkeep.section_form import SectionForm
from programs.upkeep.sections import UnknownSectionError, find_section
from programs.upkeep.staff_saves import SavedMeanwhileError
from programs.upkeep.stated_by import speaker

NOTE_LIMIT = 500

if TYPE_CHECKING:
    _DraftAdmin = admin.ModelAdmin[Draft]
else:
    _DraftAdmin = admin.ModelAdmin


class SentFirst(admin.SimpleListFilter):
    """Shows what waits unless asked for others."""

    title = gettext_lazy("state")
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("decided", _("Decided")), ("all", _("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Waiting")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "decided":
                return queryset.filter(state__in=[DraftState.APPROVED, DraftState.RETURNED])
            case "all":
                return queryset
            case _:
                return queryset.filter(state=DraftState.SENT)


@admin.register(Draft)
class DraftAdmin(ReadOnly, _DraftAdmin):
    list_display = ("facility", "label", "author", "state", "age")
    list_filter = (SentFirst, FacilityStateFilter)
    list_select_related = ("facility", "author")
    ordering = ("changed_at", "id")
    show_full_result_count = False
    search_fields = ("facility__name", "facility__city")

    @admin.display(description=gettext_lazy("waits"), ordering="changed_at")
    def age(self, draft: Draft) -> str:
        return timesince(draft.changed_at, draft.decided_at, depth=1)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show one draft beside what the listing says now; decide when asked to."""
        if not may(request.user, Action.REVIEW):
            raise PermissionDenied
        draft = self.get_object(request, object_id)
        if draft is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Draft]:
        return super().get_queryset(request).select_related(*self.list_select_related)


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
