"""The key for which the bytes of a request count, and its quota."""

from __future__ import annotations

from dataclasses import dataclass

from lrs.domain.aggregates.credential import Credential
from lrs.ledger import KeyAccount
from lrs.ledger.space import NOBODY


@dataclass(frozen=True, slots=True)
class Quotas:
    """`each` is the quota in bytes of a key that has no quota of its own; 0 for none."""

    each: int = 0

    def of(self, by: Credential) -> int:
        """The key's quota in bytes; 0 for none."""
        return by.quota or self.each

    def account(self, by: Credential) -> KeyAccount:
        """The key's account. An operator's command has no key."""
        return NOBODY if by.id.int == 0 else KeyAccount(by.id.hex, self.of(by))
