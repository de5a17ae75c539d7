"""The catalogue from files: YAML, or an Excel workbook, see `api.catalogue_files.workbook`.

Both give JSON's values, which `schemas.catalogue.entries` checks.
"""

from __future__ import annotations

from pathlib import Path

from api.catalogue_files import workbook, yaml_text
from api.catalogue_files.source import Source
from lrs.domain.errors import ImportRefused

WORKBOOKS = (".xlsx", ".xlsm")
_OTHERS = (".xls", ".xlsb", ".ods", ".csv", ".tsv")


def read(path: Path) -> Source:
    """The file's content. Raises ImportRefused if it cannot be read at all."""
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return yaml_text.read(path)
    if suffix in WORKBOOKS:
        return workbook.read(path)
    remedy = " Save it as .xlsx: `lrs catalogue template` makes one." if suffix in _OTHERS else ""
    raise ImportRefused(
        f"{path.name} is neither YAML (.yaml) nor an Excel workbook (.xlsx).{remedy}"
    )
