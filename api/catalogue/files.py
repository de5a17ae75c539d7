"""The catalogue from files: YAML, or an Excel workbook, see `api.catalogue.workbook`.

Both give JSON's values, which `schemas.catalogue` checks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.catalogue import workbook, yaml_text
from api.catalogue.workbook import Where
from lrs.domain.errors import ImportRefused, MalformedJson
from schemas import parse_json


def read(path: Path) -> tuple[Any, Where]:
    """What the file says, and how to tell where. Raises ImportRefused."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return _plain(path, yaml_text.read(path)), lambda at: f"{path.name}, {at or 'as a whole'}"
    if path.suffix.lower() == ".xlsx":
        value, where = workbook.read(path)
        return _plain(path, value), where
    raise ImportRefused(f"{path.name} is neither YAML (.yaml) nor an Excel workbook (.xlsx).")


def _plain(path: Path, value: Any) -> Any:
    """The value, held to what a request may hold: YAML has infinities, Excel times of day."""
    try:
        return parse_json(json.dumps(value, default=str))
    except MalformedJson as error:
        raise ImportRefused(f"{path.name}: {error.detail}") from None
