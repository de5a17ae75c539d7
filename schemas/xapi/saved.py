"""Statements as files hold them: besides what requests hold, a saved answer of statements."""

from __future__ import annotations

from schemas.json_text import ParsedStatement, parse_statements, text_of_member

_EVERYTHING = 10**12
_ANSWER = {"statements", "more"}


def parse_saved(text: bytes) -> tuple[list[ParsedStatement], str]:
    """The statements of one, of an array or of a StatementResult (xAPI 1.0.3 part 2, 4.2.7.1), each
    with exactly its bytes; and the result's `more`, empty where there is none.

    Raises MalformedJson and InvalidStatement, as `parse_statements`; a pointer begins with the
    statement's index.
    """
    found, is_array = parse_statements(text, max_statements=_EVERYTHING, max_values=_EVERYTHING)
    if is_array:
        return found, ""
    (one,) = found
    listed, more = one.value.get("statements"), one.value.get("more", "")
    if type(listed) is not list or not one.value.keys() <= _ANSWER:
        return found, ""
    inner = text_of_member(one.text.decode(), "statements").encode()
    statements, _ = parse_statements(inner, max_statements=_EVERYTHING, max_values=_EVERYTHING)
    return statements, more if type(more) is str else ""
