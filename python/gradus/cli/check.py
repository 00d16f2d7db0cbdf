"""``gradus check``"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from .. import _text
from .options import Input, Json
from .outcome import INPUT
from .terminal import console, heading, problems, quoted, source


def check(path: Input, as_json: Json = False) -> None:
    """Every fault and warning of your tables, with the place of each.

    [bold]Examples[/bold]
      gradus check acme/
      gradus check acme.xlsx --json

    [bold]Exit codes[/bold]
      0  no errors, perhaps warnings
      1  errors
      2  cannot be run as asked: there is no such file or folder
    """
    import gradus as gr

    rows = gr.check(path).rows()
    errors = [row for row in rows if row["severity"] == "error"]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
    else:
        _show(path, rows)
    if errors:
        raise typer.Exit(INPUT)


def _show(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    out = console()
    faulty = {row["table"] for row in rows if row["severity"] == "error"}

    def order(row: dict[str, Any]) -> tuple[bool, str]:
        return row["table"] not in faulty, row["table"] or ""

    for (_, table), found in groupby(sorted(rows, key=order), key=order):
        own = sorted(found, key=lambda row: (row["severity"] != "error", row["row"] or 0))
        heading(out, f"{source(path, table) or path}: {_counts(own)}")
        problems(out, own)
    errors = sum(row["severity"] == "error" for row in rows)
    name = quoted(path)
    if errors:
        tables = _text.count(len(faulty), "table")
        again = f": {tables} to correct. Then check again: gradus check {name}"
        out.print(Text.assemble("\n", (_counts(rows), "bold red"), again))
    else:
        more = f" {_counts(rows)}: nothing that stops, but what was assumed or left out." if rows else ""
        out.print(Text.assemble("\n", (f"{path}: no errors.", "bold"), more))
        out.print(f"Next: gradus plan {name} -o out --as-of DAY", markup=False)


def _counts(rows: Sequence[dict[str, Any]]) -> str:
    """'2 errors, 1 warning'"""
    kinds = [(row["severity"], 1) for row in rows]
    parts = [(kind, sum(one for severity, one in kinds if severity == kind)) for kind in ("error", "warning")]
    return ", ".join(_text.count(number, kind) for kind, number in parts if number) or "no errors"
