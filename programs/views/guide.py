"""Help me choose: ten questions, and where to start asking. Nothing of it is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from programs.guide import rules
from programs.guide.advice import Advice, advise
from programs.guide.notices import Part
from programs.views.guide_cards import Cards, Nearby, nearby
from programs.views.guide_form import GuideForm
from programs.views.guide_rules import explained
from programs.views.site import site_of

#: Sent along to see the questions again, as they were answered.
CHANGE = "change"
#: What the pages say of the table of rules.
ABOUT_THE_RULES = {
    "version": rules.VERSION,
    "written_on": rules.WRITTEN_ON,
    "signed_off_by": rules.SIGNED_OFF_BY,
    "signed_off_on": rules.SIGNED_OFF_ON,
}


# It changes nothing and keeps nothing, for nobody who is signed in: no cookie is needed.
@csrf_exempt
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: HttpRequest) -> HttpResponse:
    """Ask, or show where to start asking. Answers that cannot be are a 400 with a message.

    An emergency comes before everything, mistakes in the rest of the form too.
    """
    if request.method != "POST":
        return _form_page(request, GuideForm())
    form = GuideForm(request.POST)
    status = 200 if form.is_valid() else 400
    advice = advise(form.said())
    if advice.stops:
        return render(request, "programs/guide_stop.html", {"advice": advice}, status=status)
    if form.errors or CHANGE in request.POST:
        return _form_page(request, form, status=status)
    return _suggestions_page(request, advice, form)


def _form_page(request: HttpRequest, form: GuideForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, **ABOUT_THE_RULES}
    return render(request, "programs/guide.html", context, status=status)


def _suggestions_page(request: HttpRequest, advice: Advice, form: GuideForm) -> HttpResponse:
    """Show what to ask about; with a place, how many programs there are near it.

    One statement for the site, one or two for the place, and one for each kind of care.
    A place that is not found is a 400, and still all that needs no place is shown.
    """
    place: Nearby = nearby(form.cleaned_data["near"])
    cards = Cards(site_of(request).vocabulary, place, timezone.now())
    medicine = cards.of(advice.medicine)
    context: dict[str, Any] = {
        "near": place,
        "sent": form.sent(),
        "change": CHANGE,
        "levels": cards.of(advice.levels),
        "withdrawal": cards.of(advice.withdrawal),
        "medicine": medicine,
        "add_ons": cards.of(advice.add_ons),
        "features": cards.of_features(advice.features),
        "for_everybody": advice.for_everybody,
        **{f"notices_{part.value}": _notices(advice, part) for part in Part},
        **ABOUT_THE_RULES,
    }
    status = 400 if place.problem else 200
    return render(request, "programs/guide_suggestions.html", context, status=status)


def _notices(advice: Advice, part: Part) -> list[Any]:
    return [each for each in advice.notices if each.what.part == part]


@require_safe
def how_the_guide_works(request: HttpRequest) -> HttpResponse:
    """The table of rules, printed from the table that the guide follows."""
    context = {
        "rules": [explained(rule) for rule in rules.RULES],
        "not_rules": rules.NOT_RULES,
        **ABOUT_THE_RULES,
    }
    return render(request, "programs/how_the_guide_works.html", context)
