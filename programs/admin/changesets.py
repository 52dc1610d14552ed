"""All recent changes by person, way and day, and taking them back: preview first, then the act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.admin.recording import NOTE_FIELD, NOTE_MAX_LENGTH
from programs.admin.rules import ReadOnly
from programs.enums import ChangeKind
from programs.models import ChangeSet, ImportRun
from programs.models.history import TRACKED
from programs.upkeep.history import ROWS_SHOWN, count_by_table, large_load, rows_of_change_set
from programs.upkeep.permissions import Action, may
from programs.upkeep.reverting import (
    HiddenAddressError,
    NothingToRevertError,
    OneRow,
    Outcome,
    preview_revert,
    revert,
    sets_of,
)

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[ChangeSet]
else:
    _ModelAdmin = admin.ModelAdmin


LONGEST_ID = 18  # digits of a bigint


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("way")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ChangeKind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(metadata__kind=self.value()) if self.value() else queryset


class PersonFilter(admin.SimpleListFilter):
    title = gettext_lazy("person")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        users = User.objects.filter(keeper__isnull=False).order_by("username")
        return [(str(user.pk), user.get_full_name() or user.get_username()) for user in users]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        person = self.value()
        if not person:
            return queryset
        return (
            queryset.filter(metadata__user=int(person)) if person.isdecimal() else queryset.none()
        )


class WhenFilter(admin.DateFieldListFilter):
    """By the day of the change; the column's own name comes from a library, in English."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("when")


class DayAndTime(forms.SplitDateTimeWidget):
    """A day and a time of day, by the browser's own means."""

    def __init__(self) -> None:
        day, time = {"type": "date"}, {"type": "time"}
        super().__init__(date_attrs=day, time_attrs=time, date_format="%Y-%m-%d")


class PersonForm(forms.Form):
    """Whose changes of which time to take back."""

    person = forms.ModelChoiceField(
        User.objects.filter(keeper__isnull=False).order_by("username"), label=gettext_lazy("Person")
    )
    since = forms.SplitDateTimeField(label=gettext_lazy("From"), widget=DayAndTime)
    until = forms.SplitDateTimeField(label=gettext_lazy("Until"), widget=DayAndTime)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", _("This is not after where it starts."))
        return cleaned


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnly, _ModelAdmin):
    list_display = ("created_at", "who", "way", "note")
    list_filter = (PersonFilter, KindFilter, ("created_at", WhenFilter))
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeSet]:
        user_id = Cast(KeyTextTransform("user", "metadata"), BigIntegerField())
        name = User.objects.filter(pk=OuterRef("user_id_of_it")).values("username")
        sets = super().get_queryset(request).annotate(user_id_of_it=user_id)
        return sets.annotate(username=Subquery(name))

    @admin.display(description=gettext_lazy("who"), empty_value="-")
    def who(self, found: Any) -> str | None:
        name: str | None = found.username
        return name

    @admin.display(description=gettext_lazy("way"))
    def way(self, found: ChangeSet) -> str:
        return str(found.kind.label)

    @admin.display(description=gettext_lazy("note"))
    def note(self, found: ChangeSet) -> str:
        return found.note

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "person/",
                self.admin_site.admin_view(self.person_view),
                name="programs_changeset_person",
            ),
            path(
                "<uuid:pk>/revert/",
                self.admin_site.admin_view(self.revert_view),
                name="programs_changeset_revert",
            ),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what a change set did."""
        if not may(request.user, Action.SEE_HISTORY):
            raise PermissionDenied
        found = get_object_or_404(self.get_queryset(request), pk=as_uuid(object_id))
        context = {
            "found": found,
            "rows": rows_of_change_set(found, request.user),
            "counts": count_by_table(found),
            "rows_shown": ROWS_SHOWN,
            "may_revert": may(request.user, Action.REVERT),
        }
        return self._page(request, "detail", str(found), context)

    def revert_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what taking a change set back, or one row of it, would do; do it when told."""
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        check_may_revert(request, [found])
        only = one_row(request.GET.get("row", ""))
        if only is None and (refusal := refused(request, [found])):
            return refusal
        if request.method == "POST":
            return self._revert(request, [pk], only)
        return self._preview(request, [pk], only, _("Take back"), {"found": found})

    def person_view(self, request: HttpRequest) -> HttpResponse:
        """Show what taking back a person's changes of some hours would do; do it when told."""
        check_may_revert(request, [])
        form = PersonForm(request.GET or None)
        if not form.is_valid():
            title = _("Take back what one person did")
            return self._page(request, "person", title, {"form": form})
        person = form.cleaned_data["person"]
        sets = sets_of(person, since=form.cleaned_data["since"], until=form.cleaned_data["until"])
        chosen = list(ChangeSet.objects.filter(pk__in=sets).order_by("created_at", "pk"))
        check_may_revert(request, chosen)
        if refusal := refused(request, chosen):
            return refusal
        if request.method == "POST":
            return self._revert(request, sets, None)
        title = _("Take back what %s did") % person
        return self._preview(request, sets, None, title, {"sets": len(sets)})

    def _preview(
        self,
        request: HttpRequest,
        sets: list[UUID],
        only: OneRow | None,
        title: str,
        context: dict[str, Any],
    ) -> HttpResponse:
        shown = {
            "outcome": preview_revert(sets, request.user, only=only),
            "may_publish": may(request.user, Action.SEE_CONFIDENTIAL_ADDRESS),
        }
        return self._page(request, "revert", title, context | shown)

    def _revert(self, request: HttpRequest, sets: list[UUID], only: OneRow | None) -> HttpResponse:
        assert isinstance(request.user, User)  # noqa: S101  # `check_may_revert` saw to it
        note = request.POST.get(NOTE_FIELD, "").strip()[:NOTE_MAX_LENGTH]
        try:
            outcome = revert(
                sets, request.user, only=only, note=note,
                publish_addresses="publish_addresses" in request.POST,
            )  # fmt: skip
        except HiddenAddressError as error:
            refusal = _("Nothing was taken back: it would show the confidential address of %s.")
            messages.error(request, refusal % "; ".join(error.facilities))
            return redirect(request.get_full_path())
        except NothingToRevertError as error:
            messages.warning(request, str(error))
            return redirect("admin:programs_changeset_changelist")
        messages.success(request, summary(outcome))
        return redirect(reverse("admin:programs_changeset_change", args=[outcome.change_set_id]))

    def _page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return render(request, f"admin/programs/changeset/{name}.html", shared | context)


def as_uuid(text: str) -> UUID:
    """Return the id in an address. Raises Http404."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def one_row(text: str) -> OneRow | None:
    """Return the row that "carefact-12" names; nothing for nothing. Raises Http404."""
    if not text:
        return None
    table, _dash, number = text.partition("-")
    try:
        model: type[Model] = apps.get_model("programs", table)
    except LookupError:
        raise Http404 from None
    if model not in TRACKED or not number.isdecimal() or len(number) > LONGEST_ID:
        raise Http404
    return model, int(number)


def check_may_revert(request: HttpRequest, sets: Any) -> None:
    """Let only those in who may take these back: a load is for administrators alone.

    Raises PermissionDenied.
    """
    asked = {Action.REVERT} | {
        Action.UNDO_IMPORT for found in sets if found.kind in {ChangeKind.IMPORT, ChangeKind.UNDO}
    }
    if not all(may(request.user, action) for action in asked):
        raise PermissionDenied


def refused(request: HttpRequest, sets: Iterable[ChangeSet]) -> HttpResponse | None:
    """Say of a large load where it is taken back, before minutes go into a preview; else None."""
    found = large_load(sets)
    if found is None:
        return None
    load, count = found
    if load.kind == ChangeKind.IMPORT:
        said = _("This is a load of %(count)s changes: take it back with Undo on its page.")
    else:
        said = _("An undo took back %(count)s changes: plan the file again on its page.")
    messages.warning(request, said % {"count": f"{count:,}"})
    run = ImportRun.objects.filter(pk=load.run_id or 0).first()
    if run is None:
        return redirect("admin:programs_changeset_change", load.pk)
    return redirect("admin:programs_importrun_change", run.pk)


def summary(outcome: Outcome) -> str:
    """Return what was done in one line."""
    done = ngettext(
        "%(count)s line is again as it was.", "%(count)s lines are again as they were.",
        outcome.restored_count,
    ) % {"count": f"{outcome.restored_count:,}"}  # fmt: skip
    left = ngettext(
        "%(count)s line was left alone.", "%(count)s lines were left alone.",
        outcome.refused_count,
    ) % {"count": f"{outcome.refused_count:,}"}  # fmt: skip
    return f"{done} {left}" if outcome.refused_count else done
