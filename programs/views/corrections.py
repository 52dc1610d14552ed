"""Reporting what is wrong with a listing, and what became of a report. No cookie, no account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from programs.enums import CorrectionStatus, ListingStatus
from programs.models import Program
from programs.search.crisis import is_crisis
from programs.search.facts import stated_facts
from programs.upkeep.corrections import TooManyReports, receive, reported_with
from programs.upkeep.turnaround import ENOUGH, Turnaround, turnaround
from programs.views.limits import address_of, network_of
from programs.views.report_form import ReportForm
from programs.views.site import site_of

FROM_ELSEWHERE = gettext_lazy(
    "This form was sent from another site. Look it over, then send it from here."
)
DAY_IS_USED_UP = gettext_lazy(
    "Many reports came from your network today. Please send it again tomorrow."
)


# Why it needs no CSRF cookie: docs/privacy.md, "Reports". It acts for nobody who is signed in.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, program_id: int, slug: str) -> HttpResponse:
    """Ask what is wrong with a listing; a report that is sent leads to its status page."""
    programs = Program.objects.published().with_facility()
    program = get_object_or_404(programs, pk=program_id)
    form = _form(request, program)
    if request.method != "POST":
        return _form_page(request, form)
    if is_from_another_site(request):
        return _form_page(request, form, problem=FROM_ELSEWHERE, status=403)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    network = network_of(address_of(request))
    try:
        token = receive(
            form.report(), token=form.cleaned_data["stamp"], network=network, now=form.now
        )
    except TooManyReports:
        return _form_page(request, form, problem=DAY_IS_USED_UP, status=429)
    return redirect("programs:correction", token)


def _form(request: HttpRequest, program: Program) -> ReportForm:
    """Read the listing and return its form. Three statements."""
    facts = stated_facts([program.pk], site_of(request).vocabulary)[program.pk]
    return ReportForm(
        request.POST if request.method == "POST" else None,
        program=program,
        phones=program.facility.phones.order_by("position", "id"),
        facts=facts,
        asked_about=request.GET.get("about", ""),
        now=timezone.now(),
    )


def _form_page(
    request: HttpRequest, form: ReportForm, *, problem: Any = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "program": form.program, "problem": problem}
    return render(request, "programs/report.html", context, status=status)


def is_from_another_site(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of another site sent this.

    An origin of "null" says nothing: our own pages, which send no referrer, have it.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin", "null")
    return origin not in {"null", f"{request.scheme}://{request.get_host()}"}


@never_cache
@require_safe
def correction(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a report, for whoever has its link."""
    found = reported_with(token)
    context = {
        "correction": found,
        "is_listed": found and found.program.status == ListingStatus.PUBLISHED,
        "said": status_text(CorrectionStatus(found.status)) if found else "",
        "is_crisis": found and is_crisis(found.text),
    }
    return render(request, "programs/correction.html", context, status=200 if found else 404)


def status_text(status: CorrectionStatus) -> str:
    match status:
        case CorrectionStatus.NEW:
            return _("We have your report. Nobody has looked at it yet.")
        case CorrectionStatus.CHECKING:
            return _("A person is checking it now.")
        case CorrectionStatus.FIXED:
            return _("We checked, and fixed the listing. Thank you.")
        case CorrectionStatus.NO_CHANGE:
            return _("We checked. What the listing says is right.")
        case CorrectionStatus.COULD_NOT_CHECK:
            return _("We tried, and could not find out. The listing stays as it was.")
        case CorrectionStatus.SPAM:
            return _("We did not check it: it read like an advertisement or a test.")


@never_cache
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """How long reports take, for everybody. Two statements: site, reports."""
    figures = turnaround(timezone.now())
    context = {"figures": figures, "enough": ENOUGH, **_waits(figures)}
    return render(request, "programs/corrections.html", context)


def _waits(figures: Turnaround) -> dict[str, Any]:
    waits = ("oldest_open_wait", "median_wait", "ninetieth_wait")
    return {name: wait_text(wait) for name in waits if (wait := getattr(figures, name)) is not None}


def wait_text(wait: timedelta) -> str:
    """Say a wait in days, rounded up to a tenth so that it never flatters."""
    tenths = -(-wait // timedelta(days=0.1))
    days = tenths / 10
    if days < 1:
        return _("less than a day")
    return ngettext("%s day", "%s days", 1 if days == 1 else 2) % f"{days:g}"
