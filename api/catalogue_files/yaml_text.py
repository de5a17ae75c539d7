"""Reads YAML as JSON values, without losing anything.

PyYAML reads YAML 1.1: a member `on` would be true, 0417 the number 271, 2026-02-31 an error of the
program, and of two equal keys the second would win. Here words and days are texts, and so is a
number with a zero in front, as personnel numbers have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from api.catalogue_files.source import FileFault, Source, quoted
from lrs.domain.errors import ImportRefused, InvalidEntry, MalformedJson
from schemas import parse_json
from schemas.validate import pointer_of


class _Loader(yaml.SafeLoader):
    """Knows null, true, false and JSON's numbers; no aliases, no key twice. What it refuses it
    keeps, and reads on.
    """

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.faults: list[tuple[int, str]] = []
        """Lines, counted from 1, and what is wrong there."""

    def fault(self, what: str, mark: Any) -> None:
        self.faults.append((mark.line + 1, f"{what}."))

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            self.fault("aliases are not read", event.start_mark)
            return yaml.ScalarNode(_NULL, "", event.start_mark, event.end_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fault("a key must be a text", key.start_mark)
            elif key.value in made:
                self.fault(f"{quoted(key.value)} stands twice", key.start_mark)
            else:
                made[key.value] = self.construct_object(value, deep=True)
        return made

    def construct_number(self, node: yaml.ScalarNode) -> float | None:
        """JSON's numbers, which are finite."""
        try:
            number = int(node.value) if node.tag == _INT else float(node.value)
            if abs(number) < 1e300:
                return number
        except ValueError:
            pass
        self.fault("this is no number that is read", node.start_mark)
        return None


_NULL, _INT, _FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("null", "int", "float"))

for _tag, _form, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), _first)
_Loader.add_constructor(_INT, _Loader.construct_number)
_Loader.add_constructor(_FLOAT, _Loader.construct_number)


def read(path: Path) -> Source:
    """What the file says. Raises ImportRefused, with the line, for what is no YAML."""
    try:
        loader = _Loader(path.read_text("utf-8-sig"))
        node = loader.get_single_node()
        lines = dict(_lines(node, "")) if node is not None else {}
        value = loader.construct_document(node) if node is not None else None
        value = parse_json(json.dumps(value, default=str))
    except UnicodeDecodeError:
        raise ImportRefused(f"{path.name} is not UTF-8.") from None
    except RecursionError:
        raise ImportRefused(f"{path.name}: this is nested too deep.") from None
    except MalformedJson as error:
        raise ImportRefused(f"{path.name}: {error.detail}") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "this is no YAML"
        raise ImportRefused(f"{path.name}{line}: {problem}.") from None
    text = _Text(value, lines, {line for line, _ in loader.faults})
    faults = [FileFault((line,), f"line {line}: {what}") for line, what in loader.faults]
    return Source(path.name, value, text.tell, text.place, text.content, faults)


def _lines(node: yaml.Node, pointer: str) -> Iterator[tuple[str, int]]:
    """The line, counted from 1, of everything that a node holds, by JSON pointer."""
    yield pointer, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                at = pointer + pointer_of((key.value,))
                yield from _lines(value, at)
                yield at, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, f"{pointer}/{index}")


@dataclass(frozen=True, slots=True)
class _Text:
    """A file's value, and the lines of its parts."""

    value: Any
    lines: Mapping[str, int]
    told: Set[int]
    """The lines of which the file's own faults tell, where null stands for what was refused."""

    def place(self, pointer: str) -> str:
        """Line and pointer."""
        return f"line {self._line(pointer)}, {pointer}" if pointer else "as a whole"

    def tell(self, fault: InvalidEntry) -> FileFault | None:
        if self._is_refused(fault.place):
            return None
        sentence = fault.detail
        if fault.twin is not None:
            sentence += f" The other begins on line {self._line(fault.twin)}."
        sentence += self.content(fault.place)
        return FileFault((self._line(fault.place),), f"{self.place(fault.place)}: {sentence}")

    def content(self, pointer: str) -> str:
        """What stands there, if it is a single value."""
        value = self._value(pointer)
        if not isinstance(value, str | int | float):
            return ""
        return f" There stands: {quoted(json.dumps(value, ensure_ascii=False))}"

    def _is_refused(self, pointer: str) -> bool:
        """Whether null stands there for what the file's own faults tell of."""
        is_null = pointer in self.lines and self._value(pointer) is None
        return is_null and self._line(pointer) in self.told

    def _line(self, pointer: str) -> int:
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)

    def _value(self, pointer: str) -> Any:
        """What stands there; None for nothing."""
        value = self.value
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list):
                value = value[int(name)]
            else:
                value = value.get(name) if isinstance(value, dict) else None
        return value
