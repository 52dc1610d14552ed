"""How fast the keepers' desk answers with the whole release in it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from django.urls import reverse

#: Each page in milliseconds, half of the times.
DESK_BAR_MS = 300
ROUNDS = 9
HOST = "localhost"


@dataclass(frozen=True)
class PageTiming:
    name: str
    p50_ms: float
    slowest_ms: float

    def as_dict(self) -> dict[str, object]:
        return {"bench": "desk", **asdict(self)}


def pages() -> dict[str, str]:
    """Return the addresses by name: the home, lists, searches, a queue."""
    programs = reverse("admin:programs_program_changelist")
    facilities = reverse("admin:programs_facility_changelist")
    return {
        "home": reverse("admin:index"),
        "programs": programs,
        "programs by name": f"{programs}?q=recovery+phoenix",
        "programs by phone": f"{programs}?q=602-506-0150",
        "programs of a state": f"{programs}?state=CA",
        "programs by town": f"{programs}?o=2",
        "facilities": facilities,
        "facilities by name": f"{facilities}?q=recovery",
        "call queue": reverse("admin:programs_callsheet_changelist"),
    }


def measure() -> list[PageTiming]:
    """Time each page as an administrator reads it, after a first time that is not counted."""
    client = _administrator()
    return [_time(client, name, address) for name, address in pages().items()]


def _administrator() -> Client:
    def prove(request: Any, user: User, **kwargs: object) -> None:
        record_authentication(request, user, method="mfa", type="totp")

    client = Client(headers={"host": HOST})
    user_logged_in.connect(prove)
    client.force_login(User.objects.create_superuser("bench"))
    user_logged_in.disconnect(prove)
    return client


def _time(client: Client, name: str, address: str) -> PageTiming:
    times = []
    for _round in range(ROUNDS + 1):
        start = time.perf_counter()
        status = client.get(address).status_code
        times.append((time.perf_counter() - start) * 1000)
        assert status == 200, (address, status)
    return PageTiming(name, statistics.median(times[1:]), max(times[1:]))


def table(timings: Sequence[PageTiming]) -> str:
    lines = ["The desk, ms", f"{'page':<22}{'p50':>9}{'slowest':>9}"]
    lines += [f"{t.name:<22}{t.p50_ms:>9.0f}{t.slowest_ms:>9.0f}" for t in timings]
    return "\n".join(lines)


def missed_bars(timings: Sequence[PageTiming]) -> list[str]:
    return [
        f"MISSED: desk, {t.name}: {t.p50_ms:.0f} ms; the bar is {DESK_BAR_MS} ms."
        for t in timings
        if t.p50_ms > DESK_BAR_MS
    ]
