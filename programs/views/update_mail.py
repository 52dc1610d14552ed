"""Pages that a mail leads to without a link that works: asking for a new one, and the stop."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from programs.upkeep.reminder_mail import reminder_of_stop
from programs.upkeep.reminders import ask_for_link, stop
from programs.views.corrections import FROM_ELSEWHERE, is_from_another_site
from programs.views.limits import AddressLimit, address_of
from programs.views.update_forms import AskForm

#: Of one network in a minute, in each process.
ASK_LIMIT = AddressLimit(per_window=5)
TOO_OFTEN = _("This was asked many times from your network. Please wait a minute.")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Mail the links of an address to it, and say the same whether or not we know it."""
    if request.method != "POST":
        return _ask_page(request, AskForm())
    form = AskForm(request.POST)
    if is_from_another_site(request):
        return _ask_page(request, form, problem=FROM_ELSEWHERE, status=403)
    if not ASK_LIMIT.allows(address_of(request)):
        return _ask_page(request, form, problem=TOO_OFTEN, status=429)
    if not form.is_valid():
        return _ask_page(request, form, status=400)
    ask_for_link(form.cleaned_data["email"], timezone.now())
    return _ask_page(request, None)


def _ask_page(
    request: HttpRequest, form: AskForm | None, *, problem: Any = "", status: int = 200
) -> HttpResponse:
    """Show the form, or without one what comes next."""
    context = {"form": form, "problem": problem}
    return render(request, "programs/update_ask.html", context, status=status)


# A mail program stops reminders with a POST of its own (RFC 8058), so it asks for no more than
# what is in the address. All it could be misused for is to stop reminders.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_reminders(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop; a POST stops. To open the link changes nothing: scanners do."""
    reminder_id = reminder_of_stop(token)
    if reminder_id is None:
        return render(request, "programs/stop_reminders.html", {"state": "strange"}, status=404)
    if request.method != "POST":
        return render(request, "programs/stop_reminders.html", {"state": "ask"})
    state = "stopped" if stop(reminder_id, timezone.now()) else "used"
    return render(request, "programs/stop_reminders.html", {"state": state})
