"""docs/architecture.md: every path and every name on it exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PATHS = sorted(set(re.findall(r"`([a-z_]+/[\w/]*(?:\.\w+)?)`", PAGE)))
SHORT = sorted(set(re.findall(r"`(\w+\.py)`", PAGE)))
NAMES = sorted(set(re.findall(r"`([A-Z]\w+(?:\.\w+)?|_?[a-z]\w*(?:\(\))?)` (?:in|\()", PAGE)))


@pytest.mark.parametrize("path", PATHS)
def test_each_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", SHORT)
def test_each_file_that_is_named_alone_exists(name: str) -> None:
    assert [*(ROOT / "lrs").rglob(name), *(ROOT / "api").rglob(name)]


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_defined_somewhere(name: str) -> None:
    own = name.rpartition(".")[2].removesuffix("()")
    defined = re.compile(rf"^\s*(?:class|def) {own}\b|^{own} = ", re.MULTILINE)
    sources = (
        p.read_text("utf-8") for d in ("lrs", "api", "schemas") for p in (ROOT / d).rglob("*.py")
    )
    assert any(defined.search(source) for source in sources)
