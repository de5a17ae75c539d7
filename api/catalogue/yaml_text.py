"""YAML as JSON's values alone, with nothing lost on the way.

PyYAML reads YAML 1.1: a member `on` would be true, 0417 the number 271, 2026-02-31 an error of the
program, and of two equal keys the second would win. Here words and days are texts, and so is a
number with a zero in front, as personnel numbers have.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from lrs.domain.errors import ImportRefused


class _Loader(yaml.SafeLoader):
    """Knows null, true, false and JSON's numbers; no aliases, no key twice."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            _refuse("aliases are not read", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                _refuse("a key must be a text", key.start_mark)
            if key.value in seen:
                _refuse(f"{key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def _refuse(what: str, mark: Any) -> None:
    raise yaml.MarkedYAMLError(problem=what, problem_mark=mark)


for _tag, _form, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def read(path: Path) -> Any:
    """What the file says. Raises ImportRefused, with the line."""
    try:
        return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError:
        raise ImportRefused(f"{path.name} is not UTF-8.") from None
    except RecursionError:
        raise ImportRefused(f"{path.name}: this is nested too deep.") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "this is no YAML"
        raise ImportRefused(f"{path.name}{line}: {problem}.") from None
