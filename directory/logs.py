"""What may be written to a log."""

from __future__ import annotations

import logging
import re

_QUERY_STRING = re.compile(r"\?[^\s\"']*")


class WithoutQueryStrings(logging.Filter):
    """Cut every query string out of a line, so that nobody's search is ever written down."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        record.msg, record.args = _QUERY_STRING.sub("", message), ()
        return True
