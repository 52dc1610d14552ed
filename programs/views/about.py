"""The pages about the site itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    """What "Exit this page" does and does not do."""
    return render(request, "programs/leaving.html")
