"""Stores the entries of a request or a file: all of them, or none and an error with all faults."""

from __future__ import annotations

from contextlib import suppress

from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import InvalidEntry, Unavailable
from lrs.service import Lrs
from lrs.service.catalogue import ChangeStep, Stated
from schemas.catalogue.entries import Examined


def describe(lrs: Lrs, found: Examined, by: Credential, *, preview: bool) -> list[ChangeStep]:
    """What the entries change, or would change in a preview. Raises InvalidEntry with all faults,
    Forbidden, Unavailable or StorageFull.
    """
    stated = [Stated(*one) for one in found.entries]
    if found.faults:
        raise InvalidEntry.first_of([*found.faults, *_beside(lrs, found, stated, by)])
    return lrs.catalogue.plan(stated, by) if preview else lrs.catalogue.describe(stated, by)


def _beside(lrs: Lrs, found: Examined, stated: list[Stated], by: Credential) -> list[InvalidEntry]:
    """The errors of entries that are valid by themselves, as far as they can be found now."""
    if not found.is_full:
        with suppress(Unavailable):
            remains = [Stated(*one) for one in found.remains]
            return lrs.catalogue.faults(stated, remains, by)
    return []
