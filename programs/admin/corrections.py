"""The queue of reports from the public, and the page on which one is worked through."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.admin.finding import StateFilter
from programs.admin.queues import Queue, WaitingFirst
from programs.enums import (
    Answer,
    CorrectionKind,
    CorrectionStatus,
    FactKind,
    MedicationRelation,
    NetworkRelation,
)
from programs.models import ChangeSet, Correction
from programs.models.correction import OPEN_STATUSES
from programs.search.facts import StatedFact
from programs.upkeep.corrections import AlreadyClosed, Outcome, close, next_open, take
from programs.upkeep.in_question import StatedNow, stated_now
from programs.upkeep.permissions import Action
from programs.upkeep.stated_by import attributed

#: Reports of these are mended on the facility: its name, its address, its phones.
OF_THE_FACILITY = {CorrectionKind.PHONE, CorrectionKind.MOVED}


class OutcomeForm(forms.Form):
    """How a report is closed."""

    status = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[(s.value, s.label) for s in CorrectionStatus if s not in OPEN_STATUSES],
        widget=forms.RadioSelect(attrs={"autofocus": True}),
        error_messages={"required": gettext_lazy("Choose what came of it.")},
    )
    answer = forms.CharField(
        label=gettext_lazy("Note to the reporter"),
        help_text=gettext_lazy("Whoever has the link of the report reads it. Name nobody."),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    forget_text = forms.BooleanField(
        label=gettext_lazy("Delete the reporter's words: they tell about somebody's health"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("status") == CorrectionStatus.SPAM and cleaned.get("answer"):
            self.add_error("answer", _("Spam gets no answer: empty the note."))
        return cleaned

    def outcome(self) -> Outcome:
        """Return what was decided, of a valid form."""
        return Outcome(
            status=CorrectionStatus(self.cleaned_data["status"]),
            answer=self.cleaned_data["answer"],
            forget_text=self.cleaned_data["forget_text"],
        )


class OpenFirst(WaitingFirst):
    title = gettext_lazy("progress")
    waiting = Q(closed_at__isnull=True)
    decided = Q(closed_at__isnull=False)
    waiting_label = gettext_lazy("Open")
    decided_choice = ("closed", gettext_lazy("Closed"))


class ListingStateFilter(StateFilter):
    lookup = "program__facility__state"


class WithWhatIsStated(ChangeList):
    """Reads what is stated now for all reports of the page at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        stated = stated_now(self.result_list)
        for correction in self.result_list:
            correction.stated = stated[correction.pk]


@admin.register(Correction)
class CorrectionAdmin(Queue):
    action = Action.HANDLE_CORRECTIONS
    list_display = ("listing", "kind", "in_question", "stated", "age", "status", "handled_by")
    list_filter = (OpenFirst, "kind", ListingStateFilter)
    list_select_related = ("program__facility", "term__facet", "handled_by")
    ordering = ("received_at", "id")
    search_fields = ("program__name", "program__facility__name", "program__facility__city")
    search_help_text = gettext_lazy("Name or town of the listing")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WithWhatIsStated

    @admin.display(description=gettext_lazy("listing"))
    def listing(self, correction: Correction) -> str:
        facility = correction.program.facility
        return f"{correction.program} ({facility.city}, {facility.state})"

    @admin.display(description=gettext_lazy("fact in question"))
    def in_question(self, correction: Correction) -> str:
        return question_text(correction)

    @admin.display(description=gettext_lazy("stated now"))
    def stated(self, correction: Any) -> str:
        return "; ".join(stated_texts(correction, correction.stated))

    @admin.display(description=gettext_lazy("waits"), ordering="received_at")
    def age(self, correction: Correction) -> str:
        return timesince(correction.received_at, correction.closed_at, depth=1)

    def work_on(self, request: HttpRequest, correction: Correction) -> HttpResponse:
        """Show one report; take it or close it when asked to."""
        if request.method != "POST":
            return self._page(request, correction, OutcomeForm())
        try:
            return self._act(request, correction)
        except AlreadyClosed as closed:
            messages.warning(request, already_closed_text(closed.correction))
            return self._to(correction)

    def _act(self, request: HttpRequest, correction: Correction) -> HttpResponse:
        """Do what the button says. Raise AlreadyClosed where somebody was faster."""
        user: Any = request.user
        if "take" in request.POST:
            take(correction.pk, user=user)
            return self._to(correction)
        form = OutcomeForm(request.POST)
        if not form.is_valid():
            return self._page(request, correction, form, status=400)
        close(correction.pk, form.outcome(), user=user, now=timezone.now())
        messages.success(request, _("Report %s is closed.") % correction.pk)
        return self._to(next_open(correction, user=user))

    def _to(self, correction: Correction | None) -> HttpResponse:
        if correction:
            return redirect("admin:programs_correction_change", correction.pk)
        return redirect("admin:programs_correction_changelist")

    def _page(
        self, request: HttpRequest, correction: Correction, form: OutcomeForm, *, status: int = 200
    ) -> HttpResponse:
        user: Any = request.user
        # The index of change sets is by time.
        changes = ChangeSet.objects.filter(
            created_at__gte=correction.received_at, metadata__correction=correction.pk
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Report %s") % correction.pk,
            "correction": correction,
            "question": question_text(correction),
            "stated": stated_texts(correction, stated_now([correction])[correction.pk]),
            "phones": correction.program.facility.phones.order_by("position", "id"),
            "contact": correction.contact_at(timezone.now()),
            "is_of_facility": correction.kind in OF_THE_FACILITY or bool(correction.phone),
            "fixed_at": changes.order_by("created_at", "id").values_list("created_at", flat=True),
            "next": next_open(correction, user=user),
            "form": form,
        }
        return render(request, "admin/programs/correction/handle.html", context, status=status)


def question_text(correction: Correction) -> str:
    """Say which fact a report is about, or "" where it names none."""
    if correction.term:
        return f"{correction.term.facet}: {correction.term}"
    if not correction.phone:
        return ""
    number = correction.phone.as_national
    extension = correction.phone_extension
    return f"{number} x{extension}" if extension else number


def stated_texts(correction: Correction, stated: StatedNow) -> list[str]:
    """Say what the listing states now of the fact in question, by whom and when."""
    if correction.term_id:
        return [stated_text(fact) for fact in stated.facts] or [_("Not stated any more")]
    if correction.phone:
        use = stated.phone and stated.phone.get_use_display()
        return [_("Listed: %s") % use if use else _("Not listed any more")]
    return []


def stated_text(fact: StatedFact) -> str:
    """Say "Yes (Test survey, reported 2023)"."""
    said: Any = Answer(fact.answer)
    if fact.facet.kind == FactKind.MEDICATION:
        said = MedicationRelation(fact.relation)
    elif fact.facet.kind == FactKind.COVERAGE:
        said = NetworkRelation(fact.relation)
    plan = f", {fact.plan}" if fact.plan else ""
    source = attributed(
        fact.source_name,
        fact.date_precision,
        reported_on=fact.reported_on,
        confirmed_on=fact.confirmed_on,
    )
    return f"{said.label}{plan} ({source})"


def already_closed_text(correction: Correction) -> str:
    return _("%(who)s closed report %(number)s before you: %(outcome)s. Nothing was changed.") % {
        "who": correction.handled_by or _("Another keeper"),
        "number": correction.pk,
        "outcome": correction.get_status_display(),
    }
