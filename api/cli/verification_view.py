"""What a verification found: as lines for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from replay.findings import printable
from replay.log_check import LogReport
from replay.model_check import ModelReport
from replay.verify import TaskProgress, Verification

LONGEST = 120
"""Characters of a value in a line; the file of --out has all of them."""


def verification_json(found: Verification) -> dict[str, Any]:
    log = found.log
    return {
        "clean": found.is_clean,
        "log": {
            "position": log.position,
            "events": log.events,
            "erased": log.erased,
            "contents": log.contents,
            "bytes": log.size,
            "documents": {"there": log.documents, "pruned": log.pruned},
            "faults": log.faults,
            "first": log.first,
        },
        "projections": [_model_json(model) for model in found.models],
    }


def _model_json(model: ModelReport) -> dict[str, Any]:
    if model.reason:
        return {"name": model.projection, "result": "not-comparable", "reason": model.reason}
    return {
        "name": model.projection,
        "result": "identical" if model.is_identical else "different",
        "position": model.position,
        "rows": model.rows,
        "digest": model.digest,
        "differences": model.differences,
        "first": model.first,
    }


def verification_lines(found: Verification) -> Iterator[str]:
    yield from _log_lines(found.log)
    for model in found.models:
        yield from _model_lines(model)


def _log_lines(log: LogReport) -> Iterator[str]:
    faults = "no fault" if not log.faults else _counted(log.faults, "fault")
    yield (
        f"log: {faults} in {_counted(log.events, 'event')}, {log.erased:,} of them erased; "
        f"{_counted(log.size, 'byte')} of attachments and documents read, "
        f"{_counted(log.documents, 'version')} of documents there, {log.pruned:,} pruned"
    )
    for fault in log.first:
        yield f"  {_place(fault)}: {fault['what']}"
    yield from _rest(log.faults, len(log.first))


def _place(fault: Mapping[str, Any]) -> str:
    if "position" in fault:
        return f"position {fault['position']}"
    if "sha2" in fault:
        return f"bytes {fault['sha2']}"
    return f"table {fault['table']}"


def _model_lines(model: ModelReport) -> Iterator[str]:
    name = model.projection
    if model.reason:
        yield f"{name}: cannot be compared: {model.reason}"
        return
    rows = _counted(model.rows, "row")
    if model.is_identical:
        yield f"{name}: identical at position {model.position}, {rows}, digest {model.digest}"
        return
    yield (
        f"{name}: {_counted(model.differences, 'difference')} at position {model.position}, "
        f"where the log gives {rows}"
    )
    for difference in model.first:
        yield f"  {difference['kind']} {_row(difference)}"
    yield from _rest(model.differences, len(model.first))


def _row(difference: Mapping[str, Any]) -> str:
    """The row, and what differs in it."""
    key = ", ".join(f"{name} {_shown(value)}" for name, value in difference["key"].items())
    columns = difference["columns"].items()
    match difference["kind"]:
        case "altered":
            what = "; ".join(
                f"{name} is {_shown(pair['served'])}, the log gives {_shown(pair['folded'])}"
                for name, pair in columns
            )
        case "missing":
            what = ", ".join(f"{name} {_shown(pair['folded'])}" for name, pair in columns)
            what = f"the log gives {what or 'the row'}"
        case _:
            what = ", ".join(f"{name} {_shown(pair['served'])}" for name, pair in columns)
            what = f"the log gives no such row; there is {what or 'one'}"
    return f"{difference['table']} {key}: {what}"


def _shown(value: object) -> str:
    if value is None or isinstance(value, int):
        return "nothing" if value is None else str(value)
    text = value if isinstance(value, str) else printable(value)
    return f'"{text}"' if len(text) <= LONGEST else f'"{text[:LONGEST]}..."'


def _rest(count: int, shown: int) -> Iterator[str]:
    if count > shown:
        yield f"  and {count - shown:,} more, all of which --out FILE names"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def progress_line(tasks: Mapping[str, TaskProgress]) -> str:
    """How far the tasks are, in one line."""
    far = ", ".join(f"{name} {task.done:.0%}" for name, task in tasks.items())
    left = [task.seconds_left for task in tasks.values() if task.seconds_left is not None]
    return far + (f"; {max(left):.0f} s left" if left else "")
