"""The process beside the site that plans, applies and undoes releases: `manage.py run_imports`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BEFORE_RESTART = 5


class ImportsWorker:
    """Runs while the block runs, begun again if it ends. What it was at is begun anew then."""

    def __init__(self) -> None:
        self.stopping = Event()
        self.thread = Thread(target=self._keep_running, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self.thread.join()

    def _keep_running(self) -> None:
        command = [sys.executable, str(MANAGE), "run_imports", "--with-parent"]
        while not self.stopping.is_set():
            # A session of its own: Ctrl-C in the terminal is for the site, which then stops it.
            with subprocess.Popen(command, start_new_session=True) as process:  # noqa: S603
                while process.poll() is None and not self.stopping.wait(SECONDS_BETWEEN_LOOKS):
                    pass
                process.terminate()
            self.stopping.wait(SECONDS_BEFORE_RESTART)
