"""Databases, read."""

from __future__ import annotations

from pathlib import Path

from ._found import Found


def read_duckdb(path: Path) -> Found:
    raise NotImplementedError


def read_sqlite(path: Path) -> Found:
    raise NotImplementedError
