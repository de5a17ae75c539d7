"""Failed logins: logged by address, and answered 429 once an address has many of them.

Guessing 256 random bits is hopeless; the limit reduces load, and the log shows the source. Only
attempts with an unknown or wrong key count, and only they get 429: a valid key always passes,
whatever other clients of the same address do. No thread waits. Each process counts for itself, and
remembers MOST addresses.

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
"""So many failures within SPAN still get 401."""

SPAN = 60.0
"""Seconds."""

MOST = 10_000

_OF_ONE = 64
"""Bits of an IPv6 address that all addresses of one customer share."""


class Attempts:
    """The failed logins of one process. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        """The instants of the latest failures by address; the address that failed last is the last
        one.
        """

    def failed(self, address: str, name: str) -> None:
        """Records a failure with the key of that name. Raises TooManyFailures if the address had
        FAILURES others within SPAN.
        """
        wait = self._wait(_source(address))
        with suppress(Exception):  # a full disk may take no log entry either
            log.warning("login-failed", address=address, key=_shown(name), slowed=wait > 0)
        if wait > 0:
            raise TooManyFailures("too-many-failures", retry_after=wait)

    def _wait(self, source: str) -> float:
        """Seconds until the address gets 401 again instead of 429; 0 if it does now."""
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
    """The network that an address belongs to."""
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
    """A well-formed key's name; any other text in its place may be a secret."""
    try:
        return UUID(name).hex if len(name) <= len("urn:uuid:") + 36 else "no key's name"
    except ValueError:
        return "no key's name"
