"""Which codes the program raises, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lrs.domain import errors
from lrs.domain.error_catalogue import PROBLEMS

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "lrs", "replay", "schemas")

Raised = tuple[str, str, str]
"""The file, the name of the error class, the code."""

_CODED = {
    name for name in errors.__all__ if not issubclass(getattr(errors, name), errors.OperatorError)
}
_SCANNER = {"_refuse", "_Fault"}
"""How schemas/json_text.py says MalformedJson."""

_ENTRIES = {
    "schemas/catalogue/fields.py",
    "schemas/catalogue/kinds.py",
    "schemas/catalogue/rules.py",
}
_RULES = {"FieldFault | None", "Iterator[FieldFault]"}
_SHARED = {"schemas/fields.py", "schemas/leaves.py", "schemas/base.py"}


@cache
def _sources() -> list[tuple[str, ast.Module]]:
    return [
        (str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def literal_codes() -> list[Raised]:
    """The codes written where an error is made, or handed to the scanner's helpers."""
    return [
        (file, name, code)
        for file, tree in _sources()
        for name, code in _made(file, tree)
        if code is not None
    ]


def unnamed() -> set[str]:
    """The files that make an error with a code which is not written there."""
    return {file for file, tree in _sources() for _, code in _made(file, tree) if code is None}


def schema_codes() -> list[Raised]:
    """The codes that the schemas report, of which schemas/validate.py makes InvalidStatement and
    schemas/catalogue/entries.py InvalidEntry; of the fields that both share, entries use some.
    """
    return [
        (file, name, code)
        for file, tree in _sources()
        if file.startswith("schemas/")
        for node in ast.walk(tree)
        for code in _reported(node)
        for name in _classes(file, code)
    ]


def _classes(file: str, code: str) -> list[str]:
    if file in _ENTRIES:
        return ["InvalidEntry"]
    used = file in _SHARED and code in PROBLEMS["InvalidEntry"].sentences
    return ["InvalidStatement", *(["InvalidEntry"] if used else [])]


def _made(file: str, tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    scanner = _SCANNER if file == "schemas/json_text.py" else ()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name in _CODED:
                yield name, _text(node.args[0])
            elif name in scanner and (code := _text(node.args[0])) is not None:
                yield "MalformedJson", code


def _reported(node: ast.AST) -> Iterator[str]:
    """A field's `code`, an argument of that name, marshmallow's messages, and a rule's faults."""
    values: list[ast.expr] = []
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=given)):
            named = zip(names, given, strict=False)
            values = [value for name, value in named if _name(name) == "code"]
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=given)):
            values = given if name.endswith("error_messages") else []
        case ast.keyword(arg="code", value=value):
            values = [value]
        case ast.Call(func=ast.Name(id="ValidationError"), args=[value]):
            values = [value]
        case ast.FunctionDef(returns=ast.expr() as given) if ast.unparse(given) in _RULES:
            values = [fault for inner in ast.walk(node) for fault in _faults(inner)]
    yield from (code for value in values if (code := _text(value)) is not None)


def _faults(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Tuple(elts=[ast.Tuple(), code]):
            return [code]
        case _:
            return []


def _name(node: ast.expr) -> str:
    """`Invalid` of both `Invalid` and `errors.Invalid`."""
    return ast.unparse(node).rpartition(".")[2]


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
