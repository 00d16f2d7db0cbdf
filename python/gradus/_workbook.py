"""Excel workbooks, read."""

from __future__ import annotations

from pathlib import Path

from ._found import Found


def read_workbook(path: Path) -> Found:
    raise NotImplementedError
