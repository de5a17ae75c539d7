"""Values as reports write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields

from lrs.domain.format import preferred
from lrs.domain.moment import Moment
from lrs.domain.statistics import Rate, Spread

DEFAULT_LANGUAGES = ("ru", "en")


class MomentField(fields.Field[Any]):
    """A Moment as ISO 8601 with its offset."""

    def _serialize(self, value: Moment | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else str(value)


class HoursField(fields.Field[Any]):
    """Time as hours, to the hundredth; `parts` are how many of its units make an hour."""

    def __init__(self, parts: int = 3600, **options: Any) -> None:
        super().__init__(**options)
        self._parts = parts

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else round(value / self._parts, 2)


class RateField(fields.Field[Any]):
    """A share with its parts, so that nobody has to guess the denominator."""

    def _serialize(self, value: Rate | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else rate_view(value)


class SpreadField(fields.Field[Any]):
    """Quartiles; `parts` are how many of the value's units make one of what is written."""

    def __init__(self, parts: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self._parts = parts

    def _serialize(self, value: Spread | None, attr: str | None, obj: Any, **_: Any) -> Any:
        if value is None:
            return None
        parts = self._parts
        written = ((n if n is None or parts == 1 else n / parts) for n in value)
        return dict(zip(Spread._fields, written, strict=True))


def rate_view(rate: Rate) -> dict[str, Any]:
    """A share, None of nothing, with its parts."""
    share = rate.value
    return {
        "value": None if share is None else round(share, 4),
        "part": rate.part,
        "of": rate.base,
    }


def title_view(texts: Mapping[str, str], languages: Sequence[str]) -> dict[str, Any]:
    """What something is called, as the reader likes it and in all languages."""
    return {"title": in_language(texts, languages), "titles": texts}


def in_language(texts: Mapping[str, str], languages: Sequence[str]) -> str | None:
    """The text that the reader likes best, else a Russian or an English one, else any."""
    best = preferred(texts, [*languages, *DEFAULT_LANGUAGES])
    return next(iter(best.values()), None)
