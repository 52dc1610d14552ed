"""The admin's pages: their addresses, and what a browser sends back from them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

FACT_PREFIXES = ("carefact", "medicationfact", "coveragefact", "featurefact")


def url(model: Any, page: str, *args: Any) -> str:
    name = model if isinstance(model, str) else model._meta.model_name
    return reverse(f"admin:programs_{name}_{page}", args=args)


def form_data(page: Any) -> dict[str, Any]:
    """Return what a browser would send from a change page as it is."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    if version := page.context.get("listing_version"):
        data["_version"] = version
    for bound in (bound for form in forms for bound in form):
        value = bound.value()
        data[bound.html_name] = "" if value is None else getattr(value, "pk", value)
    return data
