"""Finding facilities and programs the way a keeper types: by phone, and by state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import CharField, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.text import smart_split
from django.utils.translation import gettext_lazy as _

from programs.enums import STATE_NAMES
from programs.models import Phone
from programs.models.history import EVENT_MODELS

#: 480-555-0123, (480) 555 0123, +1 480.555.0123, or the last seven digits alone.
PHONE_TEXT = re.compile(r"[\d\s().+-]+")
LOCAL_NUMBER_DIGITS = 7

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


def phone_digits(text: str) -> str:
    """Return the digits when the text is a phone number, or "" when it is anything else."""
    digits = re.sub(r"\D", "", text)
    is_phone = PHONE_TEXT.fullmatch(text) and len(digits) >= LOCAL_NUMBER_DIGITS
    return digits if is_phone else ""


class FoundByPhone(_ModelAdmin):
    """Adds phone numbers to the search of a model that is, or belongs to, a facility."""

    #: The lookup from the model to its facility.
    facility_lookup = "pk"
    #: What may have had another name, by the lookup from the model to it.
    old_names: ClassVar[dict[str, type[Model]]] = {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        digits = phone_digits(search_term.strip())
        if not digits:
            found, may_repeat = super().get_search_results(request, queryset, search_term)
            return found | self._once_called(queryset, search_term), may_repeat
        # Cast, or the field would take ten digits for a whole number and ask for its E.164 form.
        phones = Phone.objects.annotate(digits=Cast("number", CharField()))
        facilities = phones.filter(digits__endswith=digits).values("facility")
        return queryset.filter(**{f"{self.facility_lookup}__in": facilities}), False

    def _once_called(self, queryset: QuerySet[Any], search_term: str) -> QuerySet[Any]:
        """Return the rows of which the history knows a name with all these words."""
        wanted = Q(pk__in=[])
        for lookup, model in self.old_names.items():
            names = EVENT_MODELS[model].objects.all()
            for word in smart_split(search_term):
                names = names.filter(name__icontains=word.strip("\"'"))
            wanted |= Q(**{f"{lookup}__in": names.values("pgh_obj")})
        return queryset.filter(wanted)


class StateFilter(admin.SimpleListFilter):
    """States from the list in memory: no query for the distinct ones."""

    title = _("state")
    parameter_name = "state"
    #: The lookup from the model to the state.
    lookup = "state"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return sorted(STATE_NAMES.items(), key=lambda item: item[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.lookup: self.value()}) if self.value() else queryset


class FacilityStateFilter(StateFilter):
    lookup = "facility__state"
