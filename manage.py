#!/usr/bin/env python
"""Run a management command, with the embedded database up while it runs."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from directory.database import DatabaseError, embedded_server_for

    try:
        with embedded_server_for(settings.DATABASES["default"]):
            execute_from_command_line(sys.argv)
    except DatabaseError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
