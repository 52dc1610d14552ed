"""Where mail goes while no mail server is set."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

FILES = "django.core.mail.backends.filebased.EmailBackend"
CONSOLE = "django.core.mail.backends.console.EmailBackend"


def where_written() -> str:
    """Say where a mail is to be found that no server sends; "" if one does."""
    if settings.EMAIL_BACKEND == FILES:
        folder = {"folder": getattr(settings, "EMAIL_FILE_PATH", "")}
        return _("No mail server is set: the mail is a file in %(folder)s.") % folder
    if settings.EMAIL_BACKEND == CONSOLE:
        return _("No mail server is set: the mail is in the output of the site.")
    return ""
