"""What the queues of the desk share: a list of what waits, and a page on which a row is decided."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from programs.admin.rules import ReadOnly
from programs.upkeep.permissions import Action, may

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class WaitingFirst(admin.SimpleListFilter):
    """Shows what waits unless asked for what was decided, or for all."""

    title = _("decision")
    parameter_name = "is"
    waiting: ClassVar[Q]
    decided: ClassVar[Q]
    waiting_label: Any = _("Waiting")
    #: How the address and the page name what was decided.
    decided_choice: tuple[str, Any] = ("decided", _("Decided"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [self.decided_choice, ("all", _("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": self.waiting_label}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        is_decided = self.value() == self.decided_choice[0]
        return queryset.filter(self.decided if is_decided else self.waiting)


class Queue(ReadOnly, _ModelAdmin):
    """Rows that wait for a decision. The page of a row is where it is decided, no form of it."""

    #: What whoever opens a row has to be allowed.
    action: ClassVar[Action]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related: Any = self.list_select_related
        return super().get_queryset(request).select_related(*related)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show a row, and do what is asked. Raises PermissionDenied."""
        if not may(request.user, self.action):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        return self.work_on(request, row)

    @abstractmethod
    def work_on(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Show the row, or do to it what a POST says."""
