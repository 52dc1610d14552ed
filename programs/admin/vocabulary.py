"""The vocabulary, and the federal codes that speak it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from programs.admin.facts import term_label
from programs.admin.rules import NeverDeleted, ReadOnly
from programs.admin.spreadsheets import Spreadsheets
from programs.models import KIND_OF_FACTS, CodeStatement, Facet, FederalCode, ShelfLife, Term
from programs.upkeep.sheets import TermSheet

if TYPE_CHECKING:
    _FacetAdmin = admin.ModelAdmin[Facet]
    _ShelfLifeAdmin = admin.ModelAdmin[ShelfLife]
    _TermAdmin = admin.ModelAdmin[Term]
    _CodeAdmin = admin.ModelAdmin[FederalCode]
    _StatementInline = admin.TabularInline[CodeStatement, FederalCode]
else:
    _FacetAdmin = _ShelfLifeAdmin = _TermAdmin = _CodeAdmin = admin.ModelAdmin
    _StatementInline = admin.TabularInline


class TermAutocompleteView(AutocompleteJsonView):
    """Offers the terms that the facts being edited can be about, each with its facet."""

    def get_queryset(self) -> QuerySet[Term]:
        terms: QuerySet[Term] = super().get_queryset()
        kind = KIND_OF_FACTS.get(self.source_field.model)
        return terms.filter(facet__kind=kind) if kind else terms

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return super().serialize_result(obj, to_field_name) | {"text": term_label(obj)}


@admin.register(Facet)
class FacetAdmin(NeverDeleted, _FacetAdmin):
    list_display = (
        *("label", "label_es", "slug", "kind", "term_count", "is_common"),
        *("shelf_life_days", "weight"),
    )
    ordering = ("position", "id")
    search_fields = ("label", "label_es", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Facet]:
        return super().get_queryset(request).annotate(term_count=Count("terms"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A slug is an address, and a kind says in which table the facts already are.
        return ("slug", "kind") if obj else ()

    @admin.display(description=_("terms"), ordering="term_count")
    def term_count(self, facet: Any) -> int:
        count: int = facet.term_count
        return count


@admin.register(ShelfLife)
class ShelfLifeAdmin(NeverDeleted, _ShelfLifeAdmin):
    """How long what is no facet stays good. `load_vocabulary` makes the rows."""

    list_display = ("part", "days", "weight")
    ordering = ("-weight", "id")
    search_fields = ("part",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("part",)


@admin.register(Term)
class TermAdmin(NeverDeleted, Spreadsheets, _TermAdmin):
    sheets = (TermSheet,)
    list_display = ("label", "label_es", "facet", "slug", "position")
    list_filter = ("facet",)
    ordering = ("facet__position", "position", "id")
    search_fields = ("label", "label_es", "slug", "facet__label")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Term]:
        return super().get_queryset(request).select_related("facet")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A slug is an address, and facts in one table cannot follow a term to another.
        return ("facet", "slug") if obj else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.autocomplete)
        ours = path("autocomplete/", view, name="programs_term_autocomplete")
        return [ours, *super().get_urls()]

    def autocomplete(self, request: HttpRequest) -> HttpResponseBase:
        return TermAutocompleteView.as_view(admin_site=self.admin_site)(request)


class CodeStatementInline(ReadOnly, _StatementInline):
    model = CodeStatement
    fields = readonly_fields = (
        "term",
        "answer",
        "medication_relation",
        "network_relation",
        "detail",
        "only_with",
        "only_without",
        "needs_review_without",
    )
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CodeStatement]:
        return super().get_queryset(request).select_related("code", "term")


@admin.register(FederalCode)
class FederalCodeAdmin(ReadOnly, _CodeAdmin):
    """What each federal code states, to look up: `fixtures/federal_codes.yaml` is its source."""

    list_display = ("code", "category", "official_label", "editions", "not_used_because")
    list_filter = ("category",)
    ordering = ("category", "code", "id")
    search_fields = ("code", "category", "official_label")
    inlines = (CodeStatementInline,)
