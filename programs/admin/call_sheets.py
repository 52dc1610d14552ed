"""The queue of listings to check by phone, and the sheet on which one is worked through."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.admin.call_sheet_forms import RetryForm, WantedForm, first_retry
from programs.admin.fact_in_place import fact_in_place
from programs.admin.rules import ReadOnly
from programs.enums import Tick
from programs.models import CallSheet, Facility
from programs.upkeep.call_sheets import (
    ChangedMeanwhileError,
    Section,
    address_text,
    record_call,
    sections_of,
)
from programs.upkeep.permissions import Action, may
from programs.upkeep.verification import (
    HeldByAnotherError,
    Wanted,
    put_off,
    queue,
    record_no_answer,
    take,
    take_next,
)

ROWS_A_PAGE = 50
LONGEST_PAGE = 5  # digits
MOST_PRINTED = 20

if TYPE_CHECKING:
    _CallSheetAdmin = admin.ModelAdmin[CallSheet]
else:
    _CallSheetAdmin = admin.ModelAdmin


@admin.register(CallSheet)
class CallSheetAdmin(ReadOnly, _CallSheetAdmin):
    """The list is the queue; the page of a facility, sheet or none yet, is its call sheet."""

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        fix = partial(fact_in_place, site=self.admin_site)
        ours = [
            path(
                "facts/<slug:table>/<int:fact_id>/",
                guarded(fix),
                name="programs_fact_fix",
            ),
            path("print/", guarded(self.print_view), name="programs_callsheet_print"),
            path("<int:facility_id>/", guarded(self.sheet_view), name="programs_callsheet_sheet"),
        ]
        return [*ours, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the queue; take the next sheet when asked to."""
        user = caller(request)
        form = WantedForm(request.GET)
        wanted = form.wanted(user)
        if request.method == "POST":
            return self._take_next(request, wanted, form.query)
        page = page_of_queue(request)
        sheets, total = queue(
            wanted,
            now=timezone.now(),
            today=timezone.localdate(),
            limit=ROWS_A_PAGE,
            offset=(page - 1) * ROWS_A_PAGE,
        )
        people = {sheet.assigned_to_id for sheet in sheets} | {sheet.held_by_id for sheet in sheets}
        context = {
            "form": form,
            "query": form.query,
            "sheets": sheets,
            "names": names_of(people),
            "total": total,
            "page": page,
            "has_more": page * ROWS_A_PAGE < total,
        }
        return self._render(request, "queue", _("Listings to check by phone"), context)

    def _take_next(self, request: HttpRequest, wanted: Wanted, query: str) -> HttpResponse:
        sheet = take_next(
            wanted, user=caller(request), now=timezone.now(), today=timezone.localdate()
        )
        if sheet is None:
            messages.info(request, _("No other listing waits for a call."))
            return redirect(reverse("admin:programs_callsheet_changelist") + query)
        return to_sheet(sheet.pk, query)

    def sheet_view(self, request: HttpRequest, facility_id: int) -> HttpResponse:
        """Show the sheet of a facility; take it, or end the call, when asked to."""
        user = caller(request)
        facility = Facility.objects.filter(pk=facility_id).first()
        if facility is None:
            raise Http404
        if request.method != "POST":
            return self._sheet(request, facility, RetryForm(initial=first_retry()))
        try:
            return self._act(request, facility, user)
        except HeldByAnotherError as held:
            messages.warning(request, _("%s Nothing was changed.") % held_text(held.sheet))
        except ChangedMeanwhileError as error:
            labels = ", ".join(question.label for question in error.changed)
            messages.warning(
                request,
                _("This changed while you called, so nothing was saved. Look again: %s.") % labels,
            )
        return self._sheet(request, facility, RetryForm(request.POST), status=409)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Show the sheet here too: links of the admin name a row by its change page."""
        if not object_id.isdecimal():
            raise Http404
        return self.sheet_view(request, int(object_id))

    def _act(self, request: HttpRequest, facility: Facility, user: User) -> HttpResponse:
        """Do what the button says. Raise HeldByAnotherError or ChangedMeanwhileError."""
        now, form = timezone.now(), RetryForm(request.POST)
        if "take" in request.POST:
            take(facility.pk, user=user, now=now)
            return to_sheet(facility.pk, query_of(request))
        if not form.is_valid():
            return self._sheet(request, facility, form, status=400)
        retry_on = form.cleaned_data["retry_on"]
        if "no_answer" in request.POST:
            sheet = record_no_answer(facility.pk, retry_on, user=user, now=now)
            messages.info(
                request,
                _("%(place)s: no answer, %(count)s so far. Call again on %(day)s.")
                % {"place": facility, "count": sheet.unanswered_count, "day": retry_on},
            )
        elif "later" in request.POST:
            put_off(facility.pk, retry_on, user=user, now=now)
        else:
            changed = record_call(
                facility,
                ticks_of(request.POST),
                seen=prefixed(request.POST, "seen-"),
                retry_on=retry_on,
                user=user,
                now=now,
                today=timezone.localdate(),
            )
            messages.success(
                request,
                _("%(place)s: %(count)s confirmed.") % {"place": facility, "count": changed},
            )
        form_of_queue = WantedForm(request.GET)
        return self._take_next(request, form_of_queue.wanted(user), form_of_queue.query)

    def _sheet(
        self, request: HttpRequest, facility: Facility, form: RetryForm, *, status: int = 200
    ) -> HttpResponse:
        now, user = timezone.now(), caller(request)
        sheet = CallSheet.objects.select_related("held_by").filter(pk=facility.pk).first()
        is_held = sheet is not None and sheet.is_held_by_another(user.pk, now)
        ticked = prefixed(request.POST, "tick-")
        context = {
            "facility": facility,
            "sheet": sheet,
            "address": address_text(facility),
            "phones": facility.phones.order_by("position", "id"),
            "sections": with_ticks(sections_of(facility, timezone.localdate()), ticked),
            "ticks": Tick.choices,
            "form": form,
            "held": held_text(sheet) if sheet and is_held else "",
            "query": query_of(request),
        }
        return self._render(request, "sheet", str(facility), context, status=status)

    def print_view(self, request: HttpRequest) -> HttpResponse:
        """Show the first sheets of the queue, or that of ?facility=, for paper."""
        user = caller(request)
        number = request.GET.get("facility", "")
        if number.isdecimal():
            ids = [int(number)]
        else:
            sheets, _total = queue(
                WantedForm(request.GET).wanted(user),
                now=timezone.now(),
                today=timezone.localdate(),
                limit=MOST_PRINTED,
            )
            ids = [sheet.facility_id for sheet in sheets]
        facilities = Facility.objects.in_bulk(ids)
        pages = [
            (
                facilities[pk],
                address_text(facilities[pk]),
                sections_of(facilities[pk], timezone.localdate()),
            )
            for pk in ids
            if pk in facilities
        ]
        return self._render(request, "print", _("Call sheets"), {"pages": pages})

    def _render(
        self,
        request: HttpRequest,
        name: str,
        title: str,
        context: dict[str, Any],
        *,
        status: int = 200,
    ) -> HttpResponse:
        site = self.admin_site.each_context(request)
        whole = {**site, "opts": self.opts, "title": title, **context}
        return render(request, f"admin/programs/callsheet/{name}.html", whole, status=status)


def page_of_queue(request: HttpRequest) -> int:
    """Return the page that the address asks for; the first where it names none there can be."""
    number = request.GET.get("p", "1")
    return max(int(number), 1) if number.isdecimal() and len(number) <= LONGEST_PAGE else 1


def caller(request: HttpRequest) -> User:
    """Return who asks. Raises PermissionDenied for who may not work on call sheets."""
    user: Any = request.user
    if not may(user, Action.VERIFY):
        raise PermissionDenied
    return user


def to_sheet(facility_id: int, query: str) -> HttpResponseRedirect:
    return redirect(reverse("admin:programs_callsheet_sheet", args=[facility_id]) + query)


def query_of(request: HttpRequest) -> str:
    return WantedForm(request.GET).query


def prefixed(data: QueryDict, prefix: str) -> dict[str, str]:
    """Return what was sent under names with this prefix, by the rest of the name."""
    return {
        name.removeprefix(prefix): str(value)
        for name, value in data.items()
        if name.startswith(prefix)
    }


def ticks_of(data: QueryDict) -> dict[str, Tick]:
    """Return the ticks. Anything else than a tick is none."""
    sent = prefixed(data, "tick-")
    return {key: Tick(value) for key, value in sent.items() if value in Tick.values}


def with_ticks(
    sections: Iterable[Section], ticked: dict[str, str]
) -> list[tuple[Section, list[tuple[Any, str]]]]:
    """Return each section with its questions, and what was ticked on each."""
    return [
        (section, [(question, ticked.get(question.key, "")) for question in section.questions])
        for section in sections
    ]


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Return how to call these people. One query where there are any."""
    users = User.objects.in_bulk([pk for pk in user_ids if pk is not None])
    return {pk: name_of(user) for pk, user in users.items()}


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def held_text(sheet: CallSheet) -> str:
    until = timezone.localtime(sheet.held_until).strftime("%H:%M") if sheet.held_until else ""
    return _("%(who)s is working on this until %(time)s.") % {
        "who": name_of(sheet.held_by) if sheet.held_by else _("Another keeper"),
        "time": until,
    }
