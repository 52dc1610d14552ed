"""Facts, edited on their program. However many there are, a page asks the database as often."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from programs.admin.loaded_choices import (
    LoadedAutocompleteSelect,
    LoadedModelChoiceField,
    LoadedSelect,
)
from programs.enums import MedicationRelation, NetworkRelation
from programs.models import (
    KIND_OF_FACTS,
    CareFact,
    CoverageFact,
    Fact,
    FeatureFact,
    MedicationFact,
    Program,
    Source,
    Term,
)

STAFF_SOURCE = "staff"
#: Who said it and when, and where it is listed; all other fields are what was said.
NOT_SAID = {"source", "reported_on", "confirmed_on", "position"}

if TYPE_CHECKING:
    _FactForm = forms.ModelForm[Any]
    _FactFormSet = forms.BaseInlineFormSet[Any, Program, Any]
    _StackedInline = admin.StackedInline[Any, Program]
    _TabularInline = admin.TabularInline[Any, Program]
    _InlineAdmin = admin.options.InlineModelAdmin[Any, Program]
else:
    _FactForm = forms.ModelForm
    _FactFormSet = forms.BaseInlineFormSet
    _StackedInline = admin.StackedInline
    _TabularInline = admin.TabularInline
    _InlineAdmin = admin.options.InlineModelAdmin


class TermField(LoadedModelChoiceField):
    """A term of one kind, labelled with its facet: "Women" is a group and a gender."""

    def label_from_instance(self, obj: Any) -> str:
        return term_label(obj)


def term_label(term: Term) -> str:
    """Return "facet: term". The facet must be at hand (select_related)."""
    return f"{term.facet}: {term}"


class FactForm(_FactForm):
    """Keeps who said it true: what a keeper changes is no longer what the old source said."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and self.instance.pk and set(self.changed_data) - NOT_SAID:
            self._take_over(cleaned)
        return cleaned

    def _take_over(self, cleaned: dict[str, Any]) -> None:
        """Make the changed fact a statement of our staff, as of today, unless told otherwise."""
        today = timezone.localdate()
        if "source" not in self.changed_data and (staff := staff_among(self.fields["source"])):
            cleaned["source"] = staff
            cleaned["reported_on"] = today
        if "confirmed_on" not in self.changed_data:
            cleaned["confirmed_on"] = today

    def _post_clean(self) -> None:
        # The checks of a model cost queries; a row that nobody touched needs none.
        if self.instance.pk is None or self.has_changed():
            super()._post_clean()  # type: ignore[misc]


def staff_among(field: Any) -> Source | None:
    """Return our staff as a source, unless the vocabulary was never loaded."""
    return next((row for row in field.rows.values() if row.slug == STAFF_SOURCE), None)


class NamedFormSet(_FactFormSet):
    """Says in the box that deletes a row which row: a table of inputs has no labels."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk and "DELETE" in form.fields:
            label = _now("Delete: %s") % form.instance
            form.fields["DELETE"].widget.attrs["aria-label"] = label


class FactFormSet(NamedFormSet):
    """Finds the row behind each form among the rows it has read, not in the database again."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk:
            form.fields["id"] = LoadedModelChoiceField(
                self.get_queryset(), initial=form.instance.pk, widget=forms.HiddenInput
            )


class CareFactForm(FactForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for low, high in (
            ("hours_per_week_min", "hours_per_week_max"),
            ("length_days_min", "length_days_max"),
        ):
            if cleaned.get(low) and cleaned.get(high) and cleaned[low] > cleaned[high]:
                self.add_error(high, _("This is less than where it starts."))
        if cleaned.get("asam_level") and not cleaned.get("asam_edition"):
            self.add_error("asam_edition", _("A level needs its edition: they number differently."))
        if cleaned.get("asam_edition") and not cleaned.get("asam_level"):
            self.add_error("asam_level", _("An edition without its level says nothing."))
        return cleaned


class MedicationFactForm(FactForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        refuses = cleaned.get("relation") == MedicationRelation.DOES_NOT_ACCEPT
        if refuses and not cleaned.get("confirmed_on"):
            self.add_error(
                "confirmed_on", _("Say when you checked: a refusal may raise disability law.")
            )
        return cleaned


class CoverageFactForm(FactForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("relation") == NetworkRelation.IN_NETWORK:
            if not cleaned.get("plan"):
                self.add_error("plan", _("Name the plan: a place is in network for a plan."))
            if not cleaned.get("confirmed_on"):
                self.add_error("confirmed_on", _("Say when you checked: networks change often."))
        return cleaned


class SourcedInline(_InlineAdmin):
    """What somebody said. New rows start as checked by our staff today."""

    form = FactForm
    formset = NamedFormSet
    extra = 0

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "source":
            return self._source_field(db_field)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in {"reported_on", "confirmed_on"}:
            field.initial = today
        name_widget(field, db_field)
        if db_field.name in {"term", "source"}:
            # No icons to edit the vocabulary beside each of a hundred facts.
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return field

    def _source_field(self, db_field: Any) -> Any:
        field = db_field.formfield(
            form_class=LoadedModelChoiceField,
            queryset=Source.objects.order_by("name", "id"),
            widget=LoadedSelect,
        )
        if staff := staff_among(field):
            field.initial = staff.pk
        return field


def name_widget(field: Any, db_field: Any) -> None:
    """Say in the input itself what it is: a table of inputs has no labels, only columns."""
    if field is not None:
        widget = getattr(field.widget, "widget", field.widget)
        widget.attrs["aria-label"] = str(db_field.verbose_name)


class FactInline(SourcedInline):
    """One kind of facts of a program."""

    formset = FactFormSet
    ordering = ("term__facet__position", "term__position", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fact]:
        return super().get_queryset(request).select_related("term__facet", "source")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "term":
            return self._term_field(db_field)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _term_field(self, db_field: Any) -> Any:
        kind = KIND_OF_FACTS[self.model]
        terms = Term.objects.filter(facet__kind=kind).select_related("facet")
        return db_field.formfield(
            form_class=TermField,
            queryset=terms,
            refusal=format_lazy(
                _("This is not a term for “{facts}”. Choose one from the list."),
                facts=self.model._meta.verbose_name_plural,
            ),
            widget=LoadedAutocompleteSelect(db_field, self.admin_site),
        )


def today() -> date:
    return timezone.localdate()


class CareFactInline(FactInline, _StackedInline):
    model = CareFact
    form = CareFactForm
    fields = (
        ("term", "answer"),
        ("hours_per_week_min", "hours_per_week_max", "length_days_min", "length_days_max"),
        ("overnight", "asam_level", "asam_edition"),
        ("source", "reported_on", "confirmed_on"),
    )


class MedicationFactInline(FactInline, _TabularInline):
    model = MedicationFact
    form = MedicationFactForm
    fields = ("term", "relation", "source", "reported_on", "confirmed_on")


class CoverageFactInline(FactInline, _TabularInline):
    model = CoverageFact
    form = CoverageFactForm
    fields = ("term", "relation", "plan", "state", "source", "reported_on", "confirmed_on")


class FeatureFactInline(FactInline, _TabularInline):
    model = FeatureFact
    fields = ("term", "answer", "source", "reported_on", "confirmed_on")
