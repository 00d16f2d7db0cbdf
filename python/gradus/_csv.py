"""CSV: the grammar of files, read and written."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, _text
from ._fault import Fault, Unreadable, fault
from ._foreign import foreign_kind
from ._header import check_names_differ
from ._input import read
from ._table import Table

DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
SAVE = "save it as CSV UTF-8 with commas"


def read_csv(name: str, path: Path) -> _core.Input:
    """The table in a file, every cell as text; the lines of its rows are known to it.

    Raises
    ------
    Unreadable
        With every fault found.
    """
    content = path.read_bytes()
    with cells_of_length(len(content)):
        return _read(name, path, content)


def _read(name: str, path: Path, content: bytes) -> _core.Input:
    import pyarrow
    from pyarrow import csv as arrow_csv

    _check_content(name, path, content)
    header = _check_header(name, path, content)
    lines = _plain_lines(content)
    if lines is None:
        lines = _walk(name, path, content, len(header))
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(header, pyarrow.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    parse = arrow_csv.ParseOptions(newlines_in_values=True)
    blocks = arrow_csv.ReadOptions(block_size=1 << 24)  # bytes; a row may be as long
    try:
        table = arrow_csv.read_csv(pyarrow.BufferReader(content), blocks, parse, convert)
    except pyarrow.ArrowException as error:
        _walk(name, path, content, len(header))
        raise Unreadable(fault("invalid_text", name, f"{path.name} cannot be read: {error}")) from error
    result = read(name, _named_columns(name, path, table))
    if len(lines) != len(result):
        lines = _walk(name, path, content, len(header))
    result.set_lines(lines)
    return result


LIMIT = threading.Lock()  # the standard library has one limit for the whole process


@contextmanager
def cells_of_length(length: int) -> Iterator[None]:
    """Lets the standard library read cells of up to as many characters; by itself it refuses long ones."""
    with LIMIT:
        before = csv.field_size_limit()
        csv.field_size_limit(max(before, length))
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _check_content(name: str, path: Path, content: bytes) -> None:
    """That the bytes are text in UTF-8."""
    kind = foreign_kind(content)
    if kind:
        raise Unreadable(fault("invalid_text", name, f"{path.name} {kind}"))
    zero = content.find(b"\0")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or (zero >= 0 and content[: 1 << 16].count(b"\0") * 4 > zero + 8):
        raise Unreadable(fault("invalid_text", name, f"{path.name} is in UTF-16; UTF-8 was expected: {SAVE}", line=1))
    if zero >= 0:
        line = content.count(b"\n", 0, zero) + 1
        raise Unreadable(
            fault(
                "invalid_text",
                name,
                f"{path.name}, line {line}: a zero byte, which no text has: the file is damaged or no CSV; write it "
                "again",
                line=line,
            )
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(_not_utf8(name, path, content, error.start)) from None


def _not_utf8(name: str, path: Path, content: bytes, place: int) -> Fault:
    line = content.count(b"\n", 0, place) + 1
    start = content.rfind(b"\n", 0, place) + 1
    text = content[start:].split(b"\n", 1)[0].rstrip(b"\r").decode("cp1252", "replace")
    column = place - start
    around = text[max(0, column - 12) : column + 12].strip()
    message = (
        f"{path.name}, line {line}: the byte 0x{content[place]:02X} at place {column + 1} is not UTF-8; likely this is "
        f"Windows-1252, where it reads “{around}”: {SAVE}"
    )
    return fault("invalid_text", name, message, line=line)


def _records(content: bytes, strict: bool = False) -> Any:
    return csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), strict=strict)


def _check_header(name: str, path: Path, content: bytes) -> list[str]:
    try:
        header: list[str] = next((row for row in _records(content, strict=True) if row), [])
    except csv.Error:  # a quote that is not closed as it should be
        _walk(name, path, content, 0)
        raise
    if not header:
        message = f"{path.name} is empty: a header with the names of the columns was expected"
        raise Unreadable(fault("invalid_text", name, message))
    if header[0].lower().startswith("sep="):
        message = f"{path.name}, line 1: “{header[0]}” is not a header: delete this line, and {SAVE}"
        raise Unreadable(fault("invalid_text", name, message, line=1))
    for delimiter, word in DELIMITERS.items():
        if len(header) == 1 and delimiter in header[0]:
            message = f"{path.name} is separated by {word}; commas were expected: {SAVE}"
            raise Unreadable(fault("invalid_text", name, message, line=1))
    check_names_differ(name, f"{path.name}, line 1", header)
    return header


def _plain_lines(content: bytes) -> NDArray[np.intp] | None:
    """The line at which each row begins, header not counted; None where a quoted cell may hold a line break."""
    cells = np.frombuffer(content, dtype=np.uint8)
    if len(cells) and cells[-1] != ord("\n"):
        cells = np.append(cells, np.uint8(ord("\n")))
    breaks = np.flatnonzero(cells == ord("\n"))
    if b'"' in content:
        before = np.searchsorted(np.flatnonzero(cells == ord('"')), breaks)  # quotes before each line break
        if np.any(before % 2):
            return None
    first = np.append(0, breaks[:-1] + 1)
    empty = (first == breaks) | ((first + 1 == breaks) & (cells[first] == ord("\r")))
    lines: NDArray[np.intp] = np.flatnonzero(~empty)[1:] + 1
    return lines


def _walk(name: str, path: Path, content: bytes, width: int) -> NDArray[np.intp]:
    """Row by row, slowly: the line at which each row begins, header not counted.

    Raises
    ------
    Unreadable
        A quote that is not closed as it should be, or rows with more or fewer cells than the header has.
    """
    lines: list[int] = []
    faults: list[Fault] = []
    begin = 1
    records = _records(content, strict=True)
    while True:
        try:
            row = next(records, None)
        except csv.Error:
            message = (
                f"{path.name}, line {begin}: a quote that opens in this row is not closed as it should be: quote the "
                "whole cell, and double the quotes within it"
            )
            faults.append(fault("invalid_text", name, message, row=len(lines), line=begin))
            break
        if row is None:
            break
        if row:
            lines.append(begin)
            if width and len(row) != width:
                faults.append(_ragged(name, path, len(lines) - 1, begin, len(row), width))
        begin = records.line_num + 1
    if faults:
        raise Unreadable(*faults)
    return np.array(lines[1:], dtype=np.intp)


def _ragged(name: str, path: Path, row: int, line: int, cells: int, width: int) -> Fault:
    advice = "a cell that holds a comma needs quotes around it" if cells > width else "an absent cell keeps its comma"
    message = (
        f"{path.name}, line {line}: {_text.count(cells, 'cell')} found, {width} expected as in the header; {advice}"
    )
    return fault("invalid_text", name, message, row=row, line=line)


def _named_columns(name: str, path: Path, table: Any) -> Any:
    """Without the nameless empty columns that spreadsheets leave behind."""
    nameless = [place for place, column in enumerate(table.column_names) if not column]
    for place in nameless:
        if table.column(place).null_count < len(table):
            message = (
                f"{path.name}, line 1: column {place + 1} has cells but no name in the header: name it or clear it"
            )
            raise Unreadable(fault("missing_value", name, message, line=1))
    return table.select([place for place, column in enumerate(table.column_names) if column]) if nameless else table


class _Lines:
    """What a csv.writer writes, with the line breaks of Unix: told of both characters, it quotes cells with either."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        self.written.append(line.removesuffix("\r\n") + "\n")


def csv_text(table: Table, by: tuple[str, ...] = ()) -> str:
    """A table in the grammar of files: every number to its last bit, the empty cell where missing; sorted, if asked."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    columns: list[list[Any]] = []
    for column in table.columns:
        cells = table._objects(column.name)
        if column.type == "money":
            digits = table._core.minor_digits
            cells = [None if cell is None else f"{cell:.{digits}f}" for cell in cells]
        elif column.type == "boolean":
            cells = ["true" if cell else "false" for cell in cells]
        columns.append(cells)
    keys = [[column.name for column in table.columns].index(name) for name in by]
    rows: list[tuple[Any, ...]] = list(zip(*columns, strict=True))
    rows.sort(key=lambda row: [row[key] for key in keys])
    writer.writerows(rows)
    return "".join(lines.written)
