"""Values as reports write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields

from lrs.domain.time import Moment
from lrs.domain.training.course_statistics import Rate, Spread
from lrs.domain.xapi.formats import preferred

DEFAULT_LANGUAGES = ("ru", "en")


class MomentField(fields.Field[Any]):
    """A Moment as ISO 8601 with its offset."""

    written = staticmethod(str)

    def _serialize(self, value: Moment | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else self.written(value)


class HoursField(fields.Field[Any]):
    """Time as hours, to the hundredth; `parts` are how many of its units make an hour."""

    def __init__(self, parts: int = 3600, **options: Any) -> None:
        super().__init__(**options)
        self._parts = parts

    def written(self, value: int) -> float:
        return round(value / self._parts, 2)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else self.written(value)


class RateField(fields.Field[Any]):
    """A share with its parts, so that nobody has to guess the denominator."""

    def written(self, value: Rate) -> dict[str, Any]:
        return rate_view(value)

    def _serialize(self, value: Rate | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else self.written(value)


class SpreadField(fields.Field[Any]):
    """Quartiles; `parts` are how many of the value's units make one of what is written."""

    def __init__(self, parts: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self._parts = parts

    def written(self, value: Spread) -> dict[str, Any]:
        parts = self._parts
        if parts == 1:
            return dict(zip(Spread._fields, value, strict=True))
        return {
            name: None if n is None else n / parts
            for name, n in zip(Spread._fields, value, strict=True)
        }

    def _serialize(self, value: Spread | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else self.written(value)


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
    for text in preferred(texts, (*languages, *DEFAULT_LANGUAGES)).values():
        return text
    return None
