"""Excel workbooks, read: one sheet for each table of the data contract."""

from __future__ import annotations

import datetime
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np

from . import _core
from ._fault import Unreadable, fault
from ._found import Candidate, Found, read_candidates
from ._header import check_names_differ
from ._input import read


class _Layout(NamedTuple):
    """What the values alone do not tell of a sheet."""

    merged: list[str]
    """ranges, such as B2:C3"""
    unsaved: frozenset[str]
    """cells whose formula has no saved value"""


def read_workbook(path: Path) -> Found:
    """All sheets of a workbook, hidden ones too; those without any cell are left alone."""
    try:
        import openpyxl
    except ImportError:
        raise ImportError(f"reading {path.name} needs openpyxl: pip install 'gradus[excel]'") from None
    with ExitStack() as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which do not matter here
        try:
            layouts = _layouts(path)
            if not layouts:
                return _unusable(path, "is a zip archive, but not an Excel workbook")
            file = opened.enter_context(path.open("rb"))  # by its content, whatever its name ends in
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            opened.enter_context(closing(book))
            sheets = [sheet for sheet in book.worksheets if _has_cells(sheet)]
        except Exception as error:  # openpyxl raises whatever its parsers meet in a damaged file
            return _unusable(path, _damaged(error))
        if not sheets:
            return _unusable(path, "has no sheet with cells: sheets such as people and roles were expected")
        return read_candidates([_candidate(path, sheet, layouts) for sheet in sheets], "sheet")


def _damaged(error: Exception) -> str:
    return f"cannot be read ({type(error).__name__}: {error}): it is damaged or protected; save it again as .xlsx"


def _unusable(path: Path, message: str) -> Found:
    return Found({}, [fault("invalid_text", "", f"{path.name} {message}")], [])


def _candidate(path: Path, sheet: Any, layouts: dict[str, _Layout]) -> Candidate:
    layout = layouts.get(sheet.title, _Layout([], frozenset()))
    label = f"{path.name}, sheet {sheet.title}"
    return Candidate(sheet.title, label, partial(_read_sheet, label, sheet, layout))


def _has_cells(sheet: Any) -> bool:
    sheet.reset_dimensions()  # what a file says of its size is often wrong
    return any(cell.value is not None for row in sheet.iter_rows() for cell in row)


def _read_sheet(label: str, sheet: Any, layout: _Layout) -> _core.Input:
    name = sheet.title
    faults = [
        fault("invalid_text", name, f"{label}: the cells {area} are merged; unmerge them, and fill each one")
        for area in layout.merged
    ]
    rows = _rows(name, label, sheet)
    header = _header(name, label, next(rows, ()))
    columns: list[list[Any]] = [[] for _ in header]
    lines: list[int] = []
    for line, cells in enumerate(rows, 2):
        if all(cell.value is None or cell.value == "" for cell in cells) and not _unsaved(cells, layout):
            continue
        lines.append(line)
        for column in columns:
            column.append(None)
        for place, cell in enumerate(cells):
            said = _fault_of(cell, place, header, layout)
            if said:
                column_name = header[place] if place < len(header) else ""
                message = f"{label}, cell {cell.coordinate}: {said}"
                faults.append(fault("wrong_type", name, message, row=len(lines), line=line, column=column_name))
            elif place < len(header):
                columns[place][-1] = _value(cell.value)
    if faults:
        raise Unreadable(*faults)
    named = {column: cells for column, cells in zip(header, columns, strict=True) if column}
    result = read(name, named)
    result.set_lines(np.array(lines, dtype=np.int64))
    return result


def _rows(name: str, label: str, sheet: Any) -> Iterator[Any]:
    rows = sheet.iter_rows()
    while True:
        try:
            row = next(rows, None)
        except Exception as error:  # as above
            raise Unreadable(fault("invalid_text", name, f"{label} {_damaged(error)}")) from error
        if row is None:
            return
        yield row


def _unsaved(cells: Any, layout: _Layout) -> bool:
    return bool(layout.unsaved) and any(getattr(cell, "coordinate", "") in layout.unsaved for cell in cells)


def _header(name: str, label: str, cells: Any) -> list[str]:
    """The names of the columns, as far as there are any; empty where a column has none."""
    header = ["" if cell.value is None else str(cell.value) for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        message = f"{label}: the first row is empty; a header with the names of the columns was expected there"
        raise Unreadable(fault("invalid_text", name, message, line=1))
    check_names_differ(name, f"{label}, row 1", header)
    return header


def _fault_of(cell: Any, place: int, header: list[str], layout: _Layout) -> str:
    """What is wrong with a cell; empty where nothing is."""
    if layout.unsaved and getattr(cell, "coordinate", "") in layout.unsaved:
        return "the value of its formula was not saved; open the workbook in Excel and save it, or type the value"
    if cell.value is None or cell.value == "":
        return ""
    if cell.data_type == "e":
        return f"holds the error {cell.value}; correct its formula, or clear the cell"
    if place >= len(header) or not header[place]:
        return "its column has no name in the first row; name it, or clear the column"
    return ""


def _value(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.date() if value.time() == datetime.time() else value
    if isinstance(value, datetime.time | datetime.timedelta):
        return str(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return None if value == "" else value


def _layouts(path: Path) -> dict[str, _Layout]:
    """The layout of each sheet by name; empty where the archive is no workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: _layout(archive.read(part)) for name, part in _sheet_parts(archive)}


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Names of sheets, and of the parts of the archive that hold them."""
    names = set(archive.namelist())
    books = [part for part in _targets(archive, "").values() if re.search(r"workbook[^/]*\.xml$", part)]
    for book in books:
        targets = _targets(archive, book)
        for element in ElementTree.fromstring(archive.read(book)).iter():
            if _local(element.tag) == "sheet":
                identity = next((value for key, value in element.attrib.items() if _local(key) == "id"), "")
                if targets.get(identity) in names:
                    yield element.attrib["name"], targets[identity]


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The parts that a part of the archive refers to, by the identity that it gives them."""
    folder, file = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{file}.rels")
    if relations not in archive.namelist():
        return {}
    elements = ElementTree.fromstring(archive.read(relations)).iter()
    return {
        element.attrib["Id"]: posixpath.normpath(posixpath.join("/", folder, element.attrib["Target"])).lstrip("/")
        for element in elements
        if _local(element.tag) == "Relationship" and element.attrib.get("TargetMode") != "External"
    }


def _local(tag: str) -> str:
    """A name of XML without its namespace, which differs between the two variants of the format."""
    return tag.rpartition("}")[2]


def _layout(sheet: bytes) -> _Layout:
    merged = [area.decode() for area in re.findall(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([^"]*)"', sheet)]
    unsaved: set[str] = set()
    if re.search(rb"<(?:\w+:)?f[\s/>]", sheet):
        for element in ElementTree.fromstring(sheet).iter():
            if _local(element.tag) == "c":
                parts = {_local(child.tag): child for child in element}
                # The empty text is a value; a cell says by its type "str" that it holds one.
                if "f" in parts and not ("v" in parts and parts["v"].text) and element.attrib.get("t") != "str":
                    unsaved.add(element.attrib.get("r", ""))
    return _Layout(merged, frozenset(unsaved))
