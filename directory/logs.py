"""What may be written to a log."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator

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
        message = record.getMessage()
        record.msg = _SECRET_PATH.sub(r"\1***", _QUERY_STRING.sub("", message))
        record.args = ()
        if record.exc_info:
            _kind, error, where = record.exc_info
            record.exc_text = "".join(traceback.format_tb(where)) + " from ".join(_classes(error))
        return True


def _classes(error: BaseException | None) -> Iterator[str]:
    """Yield the names of an exception's class and of those that led to it."""
    while error is not None:
        yield type(error).__name__
        error = error.__cause__ or error.__context__
