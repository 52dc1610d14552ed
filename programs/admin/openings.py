"""Openings, stated on their program: by our staff, as of now, as `upkeep.openings` has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, ForeignKey, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from programs.admin.facts import STAFF_SOURCE, FactFormSet, name_widget
from programs.admin.loaded_choices import LoadedModelChoiceField, LoadedSelect
from programs.enums import FactKind, OpeningStatus, SourceKind
from programs.models import Opening, Program, Source, Term
from programs.upkeep.openings import state_opening

if TYPE_CHECKING:
    _OpeningForm = forms.ModelForm[Opening]
    _StackedInline = admin.StackedInline[Opening, Program]
else:
    _OpeningForm = forms.ModelForm
    _StackedInline = admin.StackedInline


class OpeningForm(_OpeningForm):
    """A statement; its level stays, so that a new one is a line of its own."""

    again = forms.BooleanField(
        label=_("still so"),
        required=False,
        help_text=_("Said again: the time starts anew"),
        widget=forms.CheckboxInput({"aria-label": _("still so")}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["term"].disabled = True


class OpeningInline(_StackedInline):
    model = Opening
    form = OpeningForm
    formset = FactFormSet
    extra = 0
    fields = (
        ("term", "status"),
        ("wait_days", "places_count", "can_start_today"),
        ("walk_in_hours", "again"),
        ("counts_until", "said"),
    )
    readonly_fields = ("counts_until", "said")
    ordering = ("term__position", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opening]:
        return super().get_queryset(request).select_related("term", "source", "stated_by")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name != "term":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        levels = Term.objects.filter(facet__kind=FactKind.CARE).select_related("facet")
        return db_field.formfield(
            form_class=LoadedModelChoiceField,
            queryset=levels.order_by("facet__position", "position", "id"),
            widget=LoadedSelect,
            empty_label=_("The whole program"),
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        name_widget(field, db_field)
        if db_field.name == "term":
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return field

    @admin.display(description=_("expires"))
    def counts_until(self, opening: Opening) -> str:
        if opening.expires_at is None:
            return ""
        until = date_format(timezone.localtime(opening.expires_at), "DATETIME_FORMAT")
        if opening.expires_at > timezone.now():
            return until
        return _now("Expired %s: reads “not known”") % until

    @admin.display(description=_("said"))
    def said(self, opening: Opening) -> str:
        if opening.stated_at is None:
            return ""
        said_at = date_format(timezone.localtime(opening.stated_at), "DATETIME_FORMAT")
        return ", ".join([said_at, str(opening.stated_by or opening.source)])


def save_openings(formset: Any, user: User) -> None:
    """State what was entered, as of now, and take away the lines that were ticked for that."""
    formset.save(commit=False)
    for opening in formset.deleted_objects:
        opening.delete()
    changed = [opening for opening, _fields in formset.changed_objects]
    with transaction.atomic():
        _state([*formset.new_objects, *changed], user)


def _state(openings: Iterable[Opening], user: User) -> None:
    source, _made = Source.objects.get_or_create(
        slug=STAFF_SOURCE, defaults={"name": _now("Our staff"), "kind": SourceKind.STAFF}
    )
    for opening in openings:
        state_opening(
            opening.program,
            opening.term,
            OpeningStatus(opening.status),
            wait_days=opening.wait_days,
            places_count=opening.places_count,
            can_start_today=opening.can_start_today,
            walk_in_hours=opening.walk_in_hours,
            source=source,
            user=user,
            now=timezone.now(),
        )


class OpeningFilter(admin.SimpleListFilter):
    """Programs by what was said of their openings."""

    title = _("openings")
    parameter_name = "openings"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("Has an opening that counts")),
            ("said", _("Said something that counts")),
            ("expired", _("All that was said has expired")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Program]) -> QuerySet[Program]:
        said = Opening.objects.filter(program=OuterRef("pk"))
        current = said.current(timezone.now())
        match self.value():
            case "open":
                return queryset.filter(Exists(current.filter(status=OpeningStatus.OPEN)))
            case "said":
                return queryset.filter(Exists(current))
            case "expired":
                return queryset.filter(Exists(said), ~Exists(current))
            case _:
                return queryset
