"""docs/glossary.md: each term names something that exists, and no name means two things."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TERMS, _, TWICE = (
    (ROOT / "docs" / "glossary.md").read_text("utf-8").partition("## Names in two places")
)
NAMED = re.findall(r"^\| [^|]+ \| [^|]+ \| `([\w.]+)` \|$", TERMS, re.MULTILINE)
KEPT = set(re.findall(r"^\| `(\w+)` \|", TWICE, re.MULTILINE))


@pytest.mark.parametrize("named", NAMED)
def test_each_term_names_something_that_exists(named: str) -> None:
    module, _, name = named.rpartition(".")
    assert hasattr(import_module(module), name)


def test_every_row_of_a_term_was_read() -> None:
    """A row in another form would be held by nobody."""
    rows = [row for row in TERMS.splitlines() if row.startswith("| ")]
    headings = [row for row in rows if row.startswith("| term ")]
    assert len(rows) - len(headings) == len(NAMED) > 40


def defined(tree: ast.Module) -> set[str]:
    """The public names of a module's classes, aliases and tables."""
    found = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in found if not (name.startswith("_") or name.isupper())}


def test_no_name_means_two_things() -> None:
    """Of classes, aliases and tables. `log` is each module's logger."""
    modules: dict[str, list[str]] = defaultdict(list)
    for package in ("lrs", "api", "schemas", "replay"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for name in defined(ast.parse(path.read_text("utf-8"))):
                modules[name].append(str(path.relative_to(ROOT)))
    twice = {name for name, files in modules.items() if len(files) > 1}
    assert twice - {"log"} == KEPT
