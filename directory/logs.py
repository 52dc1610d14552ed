"""What may be written to a log."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from typing import Any

# To the end of the request line, or of the line: what people type holds blanks and quotes.
_QUERY_STRING = re.compile(r"\?.*?(?= HTTP/\d|$)", re.MULTILINE)

# A link that opens something to whoever has it, such as the status of a report.
# The pages of a reset that are no secret go with it.
_SECRET_PATH = re.compile(r"(/(?:corrections|claims|update|stop-reminders|password/reset)/)[^/\s]+")


class WithoutQueryStrings(logging.Filter):
    """Cut every query string out of a line, so that nobody's search is ever written down.

    The secrets of links go as well. Of an exception the places in the code and the classes stay: a
    message may quote a visitor.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        message = _without_typed_path(record.getMessage(), getattr(record, "request", None))
        record.msg = _SECRET_PATH.sub(r"\1***", _QUERY_STRING.sub("", message))
        record.args = ()
        if record.exc_info:
            _kind, error, where = record.exc_info
            record.exc_text = "".join(traceback.format_tb(where)) + " from ".join(_classes(error))
        return True


def _without_typed_path(message: str, request: Any) -> str:
    """Cut out of a path what may be anybody's words: the path of no page, or its free parts."""
    path: str = getattr(request, "path", "")
    if not path:
        return message
    match = getattr(request, "resolver_match", None)
    if match is None:
        return message.replace(path, "/***")
    free = [value for value in match.kwargs.values() if isinstance(value, str)]
    kept = "/".join("***" if part in free else part for part in path.split("/"))
    return message.replace(path, kept)


def _classes(error: BaseException | None) -> Iterator[str]:
    """Yield the names of an exception's class and of those that led to it."""
    while error is not None:
        yield type(error).__name__
        error = error.__cause__ or error.__context__
