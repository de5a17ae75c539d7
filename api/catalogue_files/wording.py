"""Words errors of entries in terms of a sheet."""

from __future__ import annotations

from collections.abc import Mapping

from lrs.domain.aggregates.catalogue_entry import REFERENCES, EntryKind
from lrs.domain.errors import InvalidEntry
from schemas.catalogue.forms import Sort, forms

_SENTENCES: Mapping[str, str] = {
    "amount": "Write a number above zero, a million at most.",
    "count": "Write a whole number from 0 to 1,000,000,000.",
    "date": "Write a date, 31.03.2026 or 2026-03-31, or use a cell in a date format.",
    "empty-list": "Write one value at least.",
    "entry-code": "A code begins with a letter or digit; letters, digits, points, hyphens and "
    "underscores may follow, 64 characters in all, and no spaces.",
    "iri": "Write the whole address with its scheme, such as https://example.org/course/1, without "
    "spaces.",
    "missing-property": "This must be filled in.",
    "month": "Write a month, 03.2026 or 2026-03, or use a cell in a date format.",
    "not-a-boolean": "Write yes or no; да and нет, TRUE and FALSE are read, too.",
    "not-a-string": "Write a text.",
    "positive-count": "Write a whole number from 1 to 1,000,000,000.",
    "scaled": "Write a number from -1 to 1: 0.8 is 80 %.",
}
"""By code; of other codes the sentence of `lrs.domain.error_catalogue` will do."""


def in_words_of_sheets(fault: InvalidEntry, kind: EntryKind, member: str, twin: int | None) -> str:
    """What to change in a cell. `twin` is the number of the row that the fault's row repeats."""
    if fault.code == "repeated-entry" and twin is not None:
        return f"This describes the same as row {twin}: keep one of them."
    if fault.code == "unknown-reference":
        named = REFERENCES[kind][member].value
        return (
            f"This is not among the {named} of the catalogue: correct it, or add a row for it to "
            f"the sheet {named}."
        )
    sentence = _SENTENCES.get(fault.code, fault.detail)
    form = forms(kind).get(member)
    if form is not None and form.sort is Sort.TEXTS and fault.code in ("entry-code", "iri"):
        return f"{sentence} Several stand with semicolons between."
    return sentence
