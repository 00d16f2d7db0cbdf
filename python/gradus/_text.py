"""How a table looks: as text and as HTML."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._table import Column, Table

EDGE = 5  # rows shown at either end of a long table
WIDEST = 32  # characters of a cell
NUMBERS = ("real", "integer", "money", "hours", "amount", "level")


def count(number: int, noun: str, plural: str | None = None) -> str:
    """'1 row', '2,000 rows'"""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def shown(table: Table) -> NDArray[np.int64]:
    """The rows that are shown: all of a short table, else both ends."""
    rows = np.arange(len(table))
    return rows if len(rows) <= 2 * EDGE + 2 else np.concatenate([rows[:EDGE], rows[-EDGE:]])


def page(headline: str, lines: Iterable[str], rest: str = "") -> str:
    """HTML: what a reader wants first, further sentences, and what follows them."""
    inner = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<strong>{escape(headline)}</strong>" + (f"<ul>{inner}</ul>" if inner else "") + rest


def sizes(tables: Iterable[Table]) -> str:
    """The tables that have rows, as HTML."""
    rows = [(table.name, f"{len(table):,}", table.meaning) for table in tables if len(table)]
    cells = "".join(
        f'<tr><td style="text-align:left">{escape(name)}</td><td style="text-align:right">{size}</td>'
        f'<td style="text-align:left">{escape(meaning)}</td></tr>'
        for name, size, meaning in rows
    )
    head = '<tr><th style="text-align:left">table</th><th>rows</th><th style="text-align:left">meaning</th></tr>'
    return f"<table><thead>{head}</thead><tbody>{cells}</tbody></table>"


def left_over(gap: float) -> str:
    """How much better the best plan may be: 'at most 0.63 %'."""
    return f"at most {gap:.2%}" if gap >= 1e-4 else "less than 0.01%"


def unit(table: Table, column: Column) -> str:
    return column.unit.replace("unit of money", "money").replace("money", table._core.currency)


def cells(values: NDArray[Any], kind: str) -> list[str]:
    """Values of one column as text, with as many decimals as tell them apart."""
    if kind == "boolean":
        return ["yes" if value else "no" for value in values]
    if kind in ("date", "moment"):
        return ["" if np.isnat(value) else str(value) for value in values]
    if kind not in NUMBERS:
        return ["" if value is None else " ".join(str(value).split()) for value in values]
    known = np.abs(values[~np.isnan(values)])
    if kind == "integer" or not np.any(known % 1):
        digits = 0
    elif kind in ("money", "level"):
        digits = 2
    elif known[known > 0].min() < 1e-3:  # such as prices per currency unit
        return [
            "" if np.isnan(value) else f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}" for value in values
        ]
    else:
        digits = int(np.clip(2 - np.floor(np.log10(known.max())), 1, 5))
    return ["" if np.isnan(value) else f"{value:,.{digits}f}" for value in values]


def cut(text: str, room: int = WIDEST) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def title(table: Table) -> str:
    return f"{table.name}: {table._headline()}"


def warned(table: Table) -> str:
    """How many warnings came with a table, and the first of them; '' where there are none."""
    problems = table.problems
    if problems is None or not len(problems):
        return ""
    first = " ".join(str(problems["message"][0]).split())
    return f"{count(len(problems), 'warning')}, see .problems: {first}"


def plain(table: Table, width: int | None = None) -> str:
    """Aligned text: a title, names, units, then the first and last rows. Columns that do not fit are named below, but
    messages are always there and whole: what they say last is often what to do."""
    width = width or max(60, shutil.get_terminal_size((120, 24)).columns)
    rows = shown(table)
    columns = table.columns
    blocks: list[list[str]] = []
    left_out: list[str] = []
    used = 0
    for column in columns:
        texts = [column.name, unit(table, column), *cells(table.column(column.name)[rows], column.type)]
        whole = column.name == "message"
        if not whole:
            last = len(blocks) == len(columns) - 1
            texts = [cut(text, max(WIDEST, width - used) if last else WIDEST) for text in texts]
        size = max(map(len, texts))
        if not whole and blocks and (left_out or used + size > width):
            left_out.append(column.name)
            continue
        used += size + 2
        blocks.append([f"{text:>{size}}" if column.type in NUMBERS else f"{text:<{size}}" for text in texts])
    lines = ["  ".join(line).rstrip() for line in zip(*blocks, strict=True)]
    if len(rows) < len(table):
        lines.insert(2 + EDGE, "…")
    if not lines[1]:
        del lines[1]  # no column has a unit
    if left_out:
        more = f"and {len(left_out)} more: {', '.join(left_out)}"
        lines += textwrap.wrap(more, width, subsequent_indent="  ")
    warnings = textwrap.wrap(warned(table), width, initial_indent="  ", subsequent_indent="  ")
    return "\n".join([title(table), *warnings, *lines])


def html(table: Table) -> str:
    """The same as an HTML table; the meaning of a column is its tooltip."""
    rows = shown(table)
    columns = table.columns
    texts = [cells(table.column(column.name)[rows], column.type) for column in columns]
    texts = [
        own if column.name == "message" else [cut(text) for text in own]
        for column, own in zip(columns, texts, strict=True)
    ]
    sides = ["right" if column.type in NUMBERS else "left" for column in columns]

    def line(tag: str, values: list[str], titles: list[str] | None = None) -> str:
        places = range(len(values))
        hints = [f' title="{escape(titles[place])}"' if titles else "" for place in places]
        return "".join(
            f'<{tag} style="text-align:{sides[place]}"{hints[place]}>{values[place]}</{tag}>' for place in places
        )

    heads = [
        escape(column.name) + (f"<br><small>{escape(unit(table, column))}</small>" if column.unit else "")
        for column in columns
    ]
    body = [line("td", [escape(text) for text in row]) for row in zip(*texts, strict=True)]
    if len(rows) < len(table):
        body.insert(EDGE, f'<td colspan="{len(columns)}">…</td>')
    inner = "".join(f"<tr>{row}</tr>" for row in body)
    head = line("th", heads, [column.meaning for column in columns])
    caption = f"<strong>{escape(title(table))}</strong><br>{escape(table.meaning)}."
    caption += f"<br>{escape(warnings)}" if (warnings := warned(table)) else ""
    caption = f'<caption style="text-align:left">{caption}</caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{inner}</tbody></table>"
