"""An error code with the values for its sentence."""

from __future__ import annotations


class WordedProblem(str):
    """The code of a refusal; `values` are for the places of its sentence in
    `lrs.domain.error_catalogue`. They are words of the schemas, never anything from the input.
    """

    values: dict[str, str]

    def __new__(cls, code: str, **values: str) -> WordedProblem:
        problem = super().__new__(cls, code)
        problem.values = values
        return problem


def values_of(code: str) -> dict[str, str]:
    """What fills the places of the code's sentence."""
    return code.values if isinstance(code, WordedProblem) else {}


def one_of(words: list[str]) -> str:
    """`Agent`, `Agent or Group`, `a, b or c`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def all_of(words: list[str]) -> str:
    """`id`, `id and name`, `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
