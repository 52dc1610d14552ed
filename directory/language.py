"""The language of a page: its address says it, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

View = Callable[[HttpRequest], HttpResponse]


def language_of_address(get_response: View) -> View:
    """Middleware: answer `/es/...` in Spanish and all else in English.

    In the place of Django's own, which reads a cookie and the browser's list of languages as well,
    and says so in `Vary`: one address would then be several pages, to people and to caches.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return answer
