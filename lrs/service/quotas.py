"""For which key the bytes of a request count, and how many it may bring."""

from __future__ import annotations

from dataclasses import dataclass

from lrs.domain.aggregates.credential import Credential
from lrs.ledger import KeyAccount
from lrs.ledger.space import NOBODY


@dataclass(frozen=True, slots=True)
class Quotas:
    """`each` is how many bytes a key may bring that has no quota of its own; 0 for any number."""

    each: int = 0

    def of(self, by: Credential) -> int:
        """In bytes; 0 for any number."""
        return by.quota or self.each

    def account(self, by: Credential) -> KeyAccount:
        """The key's. An operator's command has no key."""
        return NOBODY if by.id.int == 0 else KeyAccount(by.id.hex, self.of(by))
