"""What every answer does for the visitor's privacy that no setting of Django does."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PrivacyMiddleware:
    """Ask the browser not to look up names before a tap; forget what was asked for.

    Python keeps the last addresses that `urlsplit` took apart, searches and all, for as long as
    the process lives. Django takes many apart: of redirects, forms, links to the other language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers["X-DNS-Prefetch-Control"] = "off"
        urlsplit.cache_clear()  # type: ignore[attr-defined]
        return response
