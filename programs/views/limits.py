"""Who asks, and how often one address may. In memory, for a minute, apart from what was asked."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest

WINDOW_SECONDS = 60
#: A household or a phone has a whole network of this size to itself.
IPV6_NETWORK_BITS = 64


class AddressLimit:
    """Count what each address asked for in this minute.

    An address is kept as a hash with a salt that is thrown away, with all counts, every minute.
    """

    def __init__(self, per_window: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_window = per_window
        self._clock = clock
        self._lock = threading.Lock()
        self._window = -1
        self._salt = b""
        self._counts: Counter[bytes] = Counter()

    def allows(self, address: str) -> bool:
        """Count one more for the address; return whether that is within the limit."""
        with self._lock:
            window = int(self._clock() // WINDOW_SECONDS)
            if window != self._window:
                self._window, self._salt = window, secrets.token_bytes(16)
                self._counts.clear()
            key = hashlib.blake2b(network_of(address).encode(), key=self._salt).digest()
            self._counts[key] += 1
            return self._counts[key] <= self.per_window


def address_of(request: HttpRequest) -> str:
    """Return who asks: behind a trusted proxy, the last address, which the proxy itself wrote."""
    address: str = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY_HEADERS:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return address


def network_of(address: str) -> str:
    """Return what a limit counts as one: an IPv4 address, or the network that holds an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK_BITS), strict=False))
