"""One fact, changed where it is read: a small form in the place of its group."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import flatten
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from programs.admin.facts import (
    CareFactInline,
    CoverageFactInline,
    FactInline,
    FeatureFactInline,
    MedicationFactInline,
    today,
)
from programs.enums import ChangeKind, Tick
from programs.models import Fact, Program, Source, change_set
from programs.upkeep.call_sheets import Question, sections_of
from programs.upkeep.permissions import Action, may
from programs.upkeep.stated_by import fact_text

INLINES: dict[str, type[FactInline]] = {
    str(inline.model._meta.model_name): inline
    for inline in (CareFactInline, MedicationFactInline, CoverageFactInline, FeatureFactInline)
}


def fact_in_place(
    request: HttpRequest, table: str, fact_id: int, *, site: AdminSite
) -> HttpResponse:
    """Show the form of a fact, or save it and show the group of facts that it is in."""
    inline = INLINES.get(table)
    if inline is None:
        raise Http404
    with transaction.atomic():
        facts = inline.model.objects.select_for_update(of=("self",))
        fact = facts.select_related("term__facet", "program__facility").filter(pk=fact_id).first()
        if fact is None:
            raise Http404
        if not may(request.user, Action.EDIT_LISTING, fact.program.facility):
            raise PermissionDenied
        stated = fact_text(fact)
        form = fact_form(inline, request, site)(
            request.POST or None, instance=fact, prefix="fix", initial=said_by_staff_today()
        )
        if request.method == "POST" and save(form, fact, stated, request):
            return saved(request, fact)
    context = {
        **site.each_context(request),
        "title": fact.term,
        "form": form,
        "fact": fact,
        "stated": stated,
        "url": request.path,
    }
    name = "_fix" if request.htmx else "fix"  # type: ignore[attr-defined]
    return render(
        request,
        f"admin/programs/callsheet/{name}.html",
        context,
        status=400 if form.errors else 200,
    )


def fact_form(inline: type[FactInline], request: HttpRequest, site: AdminSite) -> Any:
    """Return the form class of the inline's rows, without the term: that stays."""
    rows = inline(Program, site)
    return forms.modelform_factory(
        rows.model,
        form=rows.form,
        fields=[name for name in flatten(rows.fields or ()) if name != "term"],
        formfield_callback=partial(rows.formfield_for_dbfield, request=request),
    )


def said_by_staff_today() -> dict[str, Any]:
    staff = Source.objects.filter(slug="staff").values_list("pk", flat=True).first()
    return {"source": staff, "reported_on": today(), "confirmed_on": today()}


def save(form: Any, fact: Fact, stated: str, request: HttpRequest) -> bool:
    """Save a valid form and return True; otherwise say on the form what is wrong.

    Saved as it was, the fact is confirmed as of today and keeps its source.
    """
    if not form.is_valid():
        return False
    if request.POST.get("seen") != stated:
        form.add_error(None, _("Somebody changed this meanwhile. It now says: %s") % stated)
        return False
    if not form.has_changed():
        fact.confirmed_on = today()
    try:
        fact.validate_constraints()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    with change_set(request.user, kind=ChangeKind.VERIFICATION, facility=fact.program.facility_id):
        fact.save()
    return True


def saved(request: HttpRequest, fact: Fact) -> HttpResponse:
    """Show the group of the fact, within the sheet or by going back to it."""
    key = f"{fact.program_id}/{fact.term.facet.slug}"
    if not request.htmx:  # type: ignore[attr-defined]
        url = reverse("admin:programs_callsheet_sheet", args=[fact.program.facility_id])
        return redirect(f"{url}#q-{slugify(key)}")
    context = {"question": question_of(fact, key), "ticked": "", "ticks": Tick.choices}
    return render(request, "admin/programs/callsheet/_question.html", context)


def question_of(fact: Fact, key: str) -> Question:
    sections = sections_of(fact.program.facility, timezone.localdate())
    return next(
        question for section in sections for question in section.questions if question.key == key
    )
