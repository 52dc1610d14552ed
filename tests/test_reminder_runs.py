"""Two runs of `send_reminders` at the same time, as processes of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.conftest import database_url

PEOPLE = 10
#: People whose programs said something that ran out.
MAKE_PEOPLE = f"""
from datetime import timedelta
from django.utils import timezone
from tests.factories import ProgramFactory, UpdateLinkFactory, open_until
for number in range({PEOPLE}):
    program = ProgramFactory.create()
    UpdateLinkFactory.create(facility=program.facility)
    open_until(program, timezone.now() - timedelta(days=1))
"""


def test_two_runs_at_once_send_each_mail_once(cloned_database: str, tmp_path: Path):
    environment = os.environ | {
        "DATABASE_URL": database_url(cloned_database), "VAR_DIR": str(tmp_path), "EMAIL_URL": "",
    }  # fmt: skip

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)

    assert start("shell", "-c", MAKE_PEOPLE).wait(timeout=60) == 0
    runs = [start("send_reminders") for _time in range(2)]
    assert [run.wait(timeout=60) for run in runs] == [0, 0]
    written = "".join(file.read_text() for file in (tmp_path / "mail").iterdir())
    sent = re.findall(r"Message-ID: (<.*>)", written)
    assert (len(sent), len(set(sent))) == (PEOPLE, PEOPLE)
