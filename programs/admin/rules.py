"""What holds on every page of the admin, whatever a keeper's permissions."""

from __future__ import annotations

from typing import Any

from django.db.models import Field, URLField
from django.http import HttpRequest

#: For `formfield_overrides`: a web address typed without its scheme is a secure one.
HTTPS_ASSUMED: dict[type[Field[Any, Any]], dict[str, Any]] = {URLField: {"assume_scheme": "https"}}


class NeverDeleted:
    """Rows that other rows or people's bookmarks count on. They are closed or renamed instead."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeverDeleted):
    """Rows that a load writes: an edit by hand would be gone after the next one."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
