"""Describing what a request or a file says: all of it, or an error that tells all faults."""

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
    """What is wrong with entries that are right by themselves, as far as it can be told now."""
    if not found.is_full:
        with suppress(Unavailable):
            remains = [Stated(*one) for one in found.remains]
            return lrs.catalogue.faults(stated, remains, by)
    return []
