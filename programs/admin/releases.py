"""Releases on the keepers' desk: uploaded, planned, reviewed, decided, applied, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.admin.plan_lines import plan_lines
from programs.admin.release_forms import ReleaseForm, RuleForm
from programs.admin.rules import ReadOnly
from programs.enums import ConflictChoice, ImportAction, ImportStatus
from programs.importers.undo_preview import undo_preview
from programs.models import ImportItem, ImportRun
from programs.upkeep import conflicts, releases
from programs.upkeep.confidential import lines_for
from programs.upkeep.permissions import Action, may

if TYPE_CHECKING:
    _RunAdmin = admin.ModelAdmin[ImportRun]
else:
    _RunAdmin = admin.ModelAdmin

LINES_A_PAGE = 50
SAMPLE_SIZE = 20
TEMPLATES = "admin/programs/importrun"
BUTTONS = {
    "apply": gettext_lazy("Apply the plan"),
    "undo": gettext_lazy("Undo this run"),
    "plan": gettext_lazy("Plan again"),
    "discard": gettext_lazy("Discard the plan"),
}
#: What a keeper can ask for, what it takes to be allowed, and the state in which it is offered.
VERBS = {
    "apply": (releases.ask_to_apply, Action.APPLY_IMPORT, (ImportStatus.PLANNED,)),
    "undo": (releases.ask_to_undo, Action.UNDO_IMPORT, (ImportStatus.APPLIED,)),
    "plan": (releases.plan_again, Action.PLAN_IMPORT, releases.CAN_BE_PLANNED_AGAIN),
    "discard": (releases.discard, Action.PLAN_IMPORT, releases.CAN_BE_DISCARDED),
}


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, _RunAdmin):
    list_display = (
        "file_name",
        "source",
        "status",
        "started_at",
        "started_by",
        "conflicts",
        "summary",
    )
    list_filter = ("status", "source")
    list_select_related = ("source", "started_by")
    ordering = ("-started_at", "-id")
    search_fields = ("file_name", "file_sha256")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.PLAN_IMPORT)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        open_ones = conflicts.all_open_conflicts().filter(run=OuterRef("pk")).order_by()
        count = open_ones.values("run").annotate(count=Count("pk")).values("count")
        return super().get_queryset(request).annotate(open_conflicts=Subquery(count))

    @admin.display(description=gettext_lazy("open conflicts"))
    def conflicts(self, run: Any) -> str:
        if not run.open_conflicts:
            return ""
        count = f"{run.open_conflicts:,}"
        return format_html('<a href="{}?action=conflict">{}</a>', run_url(run), count)

    @admin.display(description=gettext_lazy("rows"))
    def summary(self, run: ImportRun) -> str:
        counted = [(action.label, run.counts.get(action.value)) for action in ImportAction]
        return ", ".join(f"{label}: {number:,}" for label, number in counted if number)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/decide/", view(self.decide_view), name="programs_importrun_decide"),
            path("<int:pk>/rule/", view(self.rule_view), name="programs_importrun_rule"),
            *(
                path(
                    f"<int:pk>/{verb}/",
                    view(self.verb_view),
                    {"verb": verb},
                    name=f"programs_importrun_{verb}",
                )
                for verb in VERBS
            ),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a file and ask for its plan."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReleaseForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        if form.is_valid():
            file, sha256 = form.cleaned_data["file"]
            run = releases.start(
                file,
                name=form.cleaned_data["name"],
                sha256=sha256,
                edition=form.cleaned_data["edition"],
                user=user_of(request),
            )
            return redirect(run_url(run))
        return self.page(request, "upload.html", _("Load a release"), form=form)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kw: Any) -> Any:
        """Show the run: its progress, or its plan with the lines that are asked for."""
        run = self.run(request, object_id)
        if request.method != "GET":
            raise PermissionDenied
        shown = {} if run.is_working else review(request, run)
        return self.page(request, "plan.html", run.file_name, run=run, **shown)

    def verb_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """Say what will be done, and ask for it when that is confirmed."""
        run = self.run(request, pk)
        ask, action, _moments = VERBS[verb]
        if not may(request.user, action):
            raise PermissionDenied
        if request.method != "POST":
            preview = undo_preview(run) if verb == "undo" else None
            shown = {"verb": verb, "button": BUTTONS[verb], "preview": preview}
            return self.page(
                request, "confirm.html", BUTTONS[verb], run=run, **shown, **decisions(run)
            )
        try:
            ask(run, user_of(request))
        except releases.WrongMomentError as error:
            messages.error(request, str(error))
        return redirect(run_url(run))

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Store what was chosen for the conflicts of one page."""
        run = self.run(request, pk)
        if request.method == "POST" and self.may_decide(request):
            self.said(request, lambda: conflicts.decide(run, choices_in(request), user_of(request)))
        return redirect(f"{run_url(run)}?{request.GET.urlencode()}")

    def rule_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say how many conflicts a rule decides, and decide them when that is confirmed."""
        run = self.run(request, pk)
        form = RuleForm(request.POST if request.method == "POST" else request.GET)
        if not self.may_decide(request) or not form.is_valid():
            return self.page(request, "rule.html", _("Decide by a rule"), run=run, form=form)
        rule = form.rule()
        if request.method == "POST":
            self.said(request, lambda: conflicts.decide_by_rule(run, rule, user_of(request)))
            return redirect(f"{run_url(run)}?action={ImportAction.CONFLICT.value}")
        found = rule.conflicts(run, today=timezone.localdate())
        readable = lines_for(request.user, with_listings(found))
        lines = plan_lines(readable.order_by("pk")[:SAMPLE_SIZE])
        return self.page(
            request, "rule.html",
            _("Decide by a rule"), run=run, form=form, rule=rule, count=found.count(),
            lines=lines,
        )  # fmt: skip

    def may_decide(self, request: HttpRequest) -> bool:
        if not may(request.user, Action.PLAN_IMPORT):
            raise PermissionDenied
        return True

    def said(self, request: HttpRequest, decide: Any) -> None:
        """Decide, and say how many conflicts changed, or why none did."""
        try:
            messages.success(request, _("Decided: %(count)s.") % {"count": decide()})
        except releases.WrongMomentError as error:
            messages.error(request, str(error))

    def run(self, request: HttpRequest, pk: int | str) -> ImportRun:
        """Return the run. Raises Http404, or PermissionDenied for who may not see runs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        runs = ImportRun.objects.select_related(
            "source", "progress", "started_by", "applied_by", "undone_by"
        )
        return get_object_or_404(runs, pk=pk if str(pk).isdecimal() else None)

    def page(self, request: HttpRequest, name: str, title: Any, **context: Any) -> HttpResponse:
        shared = self.admin_site.each_context(request) | {"opts": self.opts, "title": title}
        return TemplateResponse(request, f"{TEMPLATES}/{name}", shared | context)


def user_of(request: HttpRequest) -> User:
    """Return who is signed in: nobody else gets as far as a view of the desk."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def run_url(run: ImportRun) -> str:
    return reverse("admin:programs_importrun_change", args=[run.pk])


def review(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Return what the page of a run shows besides the run itself: seven queries."""
    counted = dict(run.items.order_by().values_list("action").annotate(Count("pk")))
    tabs = [(action, counted[action]) for action in ImportAction if action in counted]
    action = request.GET.get("action", "")
    if action not in counted:
        action = tabs[0][0] if tabs else ""
    words = request.GET.get("q", "").strip()
    items = found(lines_for(request.user, run.items.filter(action=action)), words)
    is_sample = "sample" in request.GET
    page = None if is_sample else lines_page(items, request.GET.get("page", ""))
    shown = items.order_by("?")[:SAMPLE_SIZE] if page is None else page.object_list
    return {
        "tabs": tabs,
        "action": action,
        "words": words,
        "page": page,
        "lines": plan_lines(shown),
        "allowed": [
            verb
            for verb, (_ask, needed, moments) in VERBS.items()
            if run.status in moments and may(request.user, needed)
        ],
        "rule_form": RuleForm(),
        **decisions(run),
    }


def with_listings(items: QuerySet[ImportItem]) -> QuerySet[ImportItem]:
    return items.select_related("program__facility", "decision__decided_by")


def found(items: QuerySet[ImportItem], words: str) -> QuerySet[ImportItem]:
    """Return the lines with each of the words in name or town, or as their state."""
    for word in words.split():
        items = items.filter(
            Q(name__icontains=word) | Q(city__icontains=word) | Q(state__iexact=word)
        )
    return with_listings(items)


def lines_page(items: QuerySet[ImportItem], number: str) -> Page[ImportItem]:
    return Paginator(items.order_by("row_number", "pk"), LINES_A_PAGE).get_page(number)


def decisions(run: ImportRun) -> dict[str, int]:
    """Return how many conflicts are taken, kept and open: one query."""
    of_conflicts = Q(action=ImportAction.CONFLICT)
    return run.items.filter(of_conflicts).aggregate(
        taken=Count("pk", filter=Q(decision__choice=ConflictChoice.TAKE)),
        kept=Count("pk", filter=Q(decision__choice=ConflictChoice.KEEP)),
        open=Count("pk", filter=Q(decision=None)),
    )


def choices_in(request: HttpRequest) -> dict[int, ConflictChoice | None]:
    """Return the choice for each line of a posted page; what is neither is left out."""
    known: dict[str, ConflictChoice | None] = {choice.value: choice for choice in ConflictChoice}
    known["open"] = None
    names = ((name.removeprefix("choice-"), value) for name, value in request.POST.items())
    return {int(pk): known[value] for pk, value in names if pk.isdecimal() and value in known}
