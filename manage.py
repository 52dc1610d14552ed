#!/usr/bin/env python
"""Run a management command, with the embedded database up while it runs."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    try:
        from django.conf import settings
    except ModuleNotFoundError as error:
        sys.exit(f"{error}: run .venv/bin/python manage.py, after make run has installed it.")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from environs import EnvError

    from directory.database import DatabaseError, embedded_server_for

    try:
        with embedded_server_for(settings.DATABASES["default"]):
            execute_from_command_line(sys.argv)
    except (DatabaseError, EnvError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
