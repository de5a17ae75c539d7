"""Failed logins: noted in the log by address, and answered 429 once an address has many of them.

Guessing is hopeless against 256 random bits; what is slowed is the load, and what the log shows is
who tries. Only attempts with an unknown or wrong key count, and only they are answered so: a good
key passes whatever others do behind the same address. Nobody waits in a thread. Each process counts
for itself, and remembers MOST addresses.

The address is that of the connection (REMOTE_ADDR): a header such as X-Forwarded-For could come
from anybody. Behind a proxy it is the proxy's, so its clients are counted together.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from time import monotonic
from uuid import UUID

import structlog

from lrs.domain.errors import TooManyFailures

log = structlog.get_logger(__name__)

FAILURES = 5
"""So many within SPAN are answered 401 as ever."""

SPAN = 60.0
"""Seconds."""

MOST = 10_000

_OF_ONE = 64
"""Bits of an IPv6 address that one customer of a provider has in common."""


class Attempts:
    """The failed logins of one process. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        """By address, the one that failed last at the end; the instants of the latest failures."""

    def failed(self, address: str, name: str) -> None:
        """Notes a failure with the key of that name. Raises TooManyFailures where the address had
        FAILURES of them within SPAN before this one.
        """
        wait = self._wait(_source(address))
        with suppress(Exception):  # a full disk may take no log entry either
            log.warning("login-failed", address=address, key=_shown(name), slowed=wait > 0)
        if wait > 0:
            raise TooManyFailures("too-many-failures", retry_after=wait)

    def _wait(self, source: str) -> float:
        """Seconds until the address is answered as ever; 0 where it is now."""
        now = self._clock()
        with self._lock:
            found = self._failures.setdefault(source, deque(maxlen=FAILURES))
            self._failures.move_to_end(source)
            if len(self._failures) > MOST:
                self._failures.popitem(last=False)
            if len(found) == FAILURES and found[0] + SPAN > now:
                return found[0] + SPAN - now
            found.append(now)
            return 0.0


def _source(address: str) -> str:
    """Whose an address is, as far as it tells."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(int(found) >> (128 - _OF_ONE))
    return str(found)


def _shown(name: str) -> str:
    """A key's name; nothing else that stands in its place, which may well be a secret."""
    try:
        return UUID(name).hex if len(name) <= len("urn:uuid:") + 36 else "no key's name"
    except ValueError:
        return "no key's name"
