"""The bulk actions of the lists: a page that says what would change, then the change."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.enums import ChangeKind, Role
from programs.models import Organization, Program, change_set
from programs.upkeep.bulk import (
    BULK_CHANGES,
    GIVE_TO_CALLER,
    GIVE_TO_ORGANIZATION,
    MOST_AT_ONCE,
    BulkChange,
)
from programs.upkeep.permissions import may

PREVIEWED = 20

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ConfirmForm(forms.Form):
    """What the keeper saw: how many listings would change, assigned to whom (a primary key)."""

    expected = forms.IntegerField(required=False)
    expected_target = forms.CharField(required=False)


class OrganizationForm(ConfirmForm):
    target = forms.ModelChoiceField(
        Organization.objects.order_by("name", "id"), label=gettext_lazy("Organization")
    )


class CallerForm(ConfirmForm):
    target = forms.ModelChoiceField(
        User.objects.filter(is_active=True, keeper__role__gte=Role.EDITOR).order_by("username"),
        label=gettext_lazy("Keeper"),
    )


FORMS: dict[str, type[ConfirmForm]] = {
    GIVE_TO_ORGANIZATION.slug: OrganizationForm,
    GIVE_TO_CALLER.slug: CallerForm,
}


class BulkChanges(_ModelAdmin):
    """Adds the bulk changes that the keeper may make to the actions of a list."""

    #: The lookup from a program to the row that the list shows.
    owner_lookup = "pk"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = dict(super().get_actions(request))
        for change in BULK_CHANGES:
            if may(request.user, change.action):
                actions[change.slug] = (partial(_act, change), change.slug, change.label)
        return actions


def _act(
    change: BulkChange, model_admin: Any, request: HttpRequest, rows: QuerySet[Model]
) -> HttpResponse | None:
    """Show what would change, or change it when that was confirmed and is still so."""
    chosen = Program.objects.filter(
        **{f"{model_admin.owner_lookup}__in": rows.order_by().values("pk")}
    )
    is_answer = "confirmed" in request.POST
    form_class = FORMS.get(change.slug, ConfirmForm)
    form = form_class(request.POST if is_answer else None)
    target = form.cleaned_data.get("target") if is_answer and form.is_valid() else None
    # Without a target yet, all might change.
    is_ready = form_class is ConfirmForm or target is not None
    today = timezone.localdate()
    changing = change.changing(chosen, target, today) if is_ready else chosen
    count = changing.count()
    if count > MOST_AT_ONCE:
        _refuse(request, count)
        return None
    target_id = str(target.pk) if target else ""
    was_shown = is_answer and form.is_valid() and form.cleaned_data["expected_target"] == target_id
    if was_shown and form.cleaned_data["expected"] == count:
        _apply(change, changing, target, request)
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": change.label,
        "opts": model_admin.opts,
        "change": change,
        "form": form,
        "count": count,
        "kept": chosen.count() - count,
        "first": changing.select_related("facility__organization").order_by("facility__name", "id")[
            :PREVIEWED
        ],
        "more": max(0, count - PREVIEWED),
        "target_id": target_id,
        "is_ready": is_ready,
        "is_changed_meanwhile": was_shown,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return render(request, "admin/programs/bulk.html", context)


def _refuse(request: HttpRequest, count: int) -> None:
    messages.error(
        request,
        _("%(count)s listings are too many at once: choose at most %(most)s. Nothing was changed.")
        % {"count": f"{count:,}", "most": f"{MOST_AT_ONCE:,}"},
    )


def _apply(
    change: BulkChange, changing: QuerySet[Program], target: Any, request: HttpRequest
) -> None:
    with (
        transaction.atomic(),
        change_set(request.user, kind=ChangeKind.ADMIN, note=str(change.label)) as change_id,
    ):
        programs = list(changing.select_for_update(of=("self",), no_key=True).order_by("pk"))
        change.apply(programs, target, timezone.localdate())
    history = reverse("admin:programs_changeset_change", args=[change_id])
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            _("%(what)s: %(count)s listings changed.")
            % {"what": change.label, "count": f"{len(programs):,}"},
            history,
            _("See it in the history, or take it back"),
        ),
    )
