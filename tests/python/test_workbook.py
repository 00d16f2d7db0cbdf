"""Excel workbooks: one sheet for each table."""

from __future__ import annotations

import csv
import datetime
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import gradus as gr

STARTER = gr.examples.starter()


def typed(cell: str) -> Any:
    """As somebody's Excel would keep it."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return datetime.date.fromisoformat(cell)
    if re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return float(cell) if "." in cell else int(cell)
    return {"true": True, "false": False, "": None}.get(cell, cell)


def starter_book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for path in sorted(STARTER.glob("*.csv")):
        sheet = book.create_sheet(path.stem)
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                sheet.append([typed(cell) for cell in row])
    return book


def small_book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in {
        "scales": [["scale", "level"], ["S", "basic"], ["S", "skilled"]],
        "capabilities": [["capability", "scale"], ["SQL", "S"]],
        "roles": [["role", "name"], ["Analyst", "Data analyst"]],
        "requirements": [["role", "capability", "level"], ["Analyst", "SQL", "skilled"]],
        "people": [["person", "role", "hours", "joined"], ["007", "Analyst", 2.5, datetime.date(2020, 1, 31)]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def saved(book: openpyxl.Workbook, folder: Path, name: str = "acme.xlsx") -> Path:
    book.save(folder / name)
    return folder / name


def errors(path: Path) -> list[dict[str, Any]]:
    return [row for row in gr.check(path) if row["severity"] == "error"]


@pytest.mark.parametrize("name", ["acme.xlsx", "acme.xlsm", "without a suffix"])
def test_a_workbook_gives_what_its_tables_as_files_give(tmp_path: Path, name: str) -> None:
    path = saved(starter_book(), tmp_path, name)
    assert not len(gr.check(path))
    read, expected = gr.load(path), gr.load(STARTER)
    for table in expected.organization.tables:
        assert read.organization.table(table).to_pydict() == expected.organization.table(table).to_pydict(), table
    for table in ("assessments", "kpis", "rollouts", "anecdotes"):
        assert getattr(read, table).to_pydict() == getattr(expected, table).to_pydict(), table


def test_cells_are_what_excel_keeps(tmp_path: Path) -> None:
    book = small_book()
    sheet = book["people"]
    sheet.append([7, "Analyst", None, datetime.datetime(2021, 2, 3)])
    sheet.append([8.0, "Analyst", 3, "2022-03-04"])
    sheet.append(["", "", "", ""])
    sheet["F9"].number_format = "0.00"  # a cell that is formatted and empty
    path = saved(book, tmp_path)
    rewrite(path, rb'<dimension ref="A1:[D-F]\d"', b'<dimension ref="A1:B2"')  # as careless programs write it
    people = gr.load(path).organization.people
    assert people["person"].tolist() == ["007", "7", "8"]
    assert people.to_pydict()["joined"] == [
        datetime.date(2020, 1, 31),
        datetime.date(2021, 2, 3),
        datetime.date(2022, 3, 4),
    ]
    assert people.to_pydict()["hours"] == [2.5, None, 3.0]


def test_lines_are_rows_of_the_sheet(tmp_path: Path) -> None:
    book = small_book()
    book["people"]["A5"], book["people"]["B5"] = "E5", "Nobody"  # rows 3 and 4 are empty
    (problem,) = errors(saved(book, tmp_path))
    assert (problem["table"], problem["row"], problem["line"], problem["column"]) == ("people", 2, 5, "role")


def test_hidden_sheets_are_read_and_empty_ones_left_alone(tmp_path: Path) -> None:
    book = small_book()
    book["people"].sheet_state = "hidden"
    book.create_sheet("Sheet1")
    assert len(gr.load(saved(book, tmp_path)).organization.people) == 1


def test_a_formula_has_the_value_that_was_saved_with_it(tmp_path: Path) -> None:
    book = small_book()
    book["people"]["C2"] = "=1+1"
    book["roles"]["B2"] = '=""'
    path = saved(book, tmp_path)
    unsaved = errors(path)
    assert {row["table"] for row in unsaved} == {"people", "roles"}
    rewrite(path, rb"<f>1\+1</f><v ?/>", b"<f>1+1</f><v>2</v>")
    rewrite(path, rb'<c r="B2"( t="\w+")?><f>""</f><v ?/>', b'<c r="B2" t="str"><f>""</f><v></v>')
    loaded = gr.load(path).organization
    assert loaded.people["hours"].tolist() == [2.0] and loaded.roles["name"].tolist() == [None]


def rewrite(path: Path, before: bytes, after: bytes) -> None:
    """Changes a part of a workbook, as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = {name: re.sub(before, after, content) for name, content in parts.items()}
    assert changed != parts
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in changed.items():
            archive.writestr(name, content)


def set_cell(sheet: str, cell: str, value: Any) -> Callable[[openpyxl.Workbook], None]:
    def spoil(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value

    return spoil


def header_gone(book: openpyxl.Workbook) -> None:
    book["people"].insert_rows(1)


def called_people(book: openpyxl.Workbook) -> None:
    sheet = book["people"]
    sheet.title = "another"  # openpyxl takes names that differ by case for the same
    sheet.title = "People"


@pytest.mark.parametrize(
    ("spoil", "code", "table", "line", "column", "words"),
    [
        (lambda book: book["people"].merge_cells("A2:B2"), "invalid_text", "people", None, None,
         ("sheet people", "A2:B2", "merged", "unmerge")),
        (set_cell("people", "C2", "=A1*2"), "wrong_type", "people", 2, "hours",
         ("sheet people", "cell C2", "formula", "not saved", "save it")),
        (set_cell("people", "B2", "#N/A"), "wrong_type", "people", 2, "role", ("cell B2", "#N/A", "clear the cell")),
        (set_cell("people", "F2", "a note"), "wrong_type", "people", 2, None, ("cell F2", "no name in the first row")),
        (set_cell("people", "B1", "person"), "contradiction", "people", 1, "person", ("person", "twice", "rename")),
        (set_cell("people", "D2", datetime.datetime(2020, 1, 1, 8, 30)), "lossy", "people", 2, "joined", ("08:30",)),
        (set_cell("people", "D2", datetime.time(8, 30)), "wrong_type", "people", 2, "joined", ("08:30", "date")),
        (header_gone, "invalid_text", "people", 1, None, ("sheet people", "first row is empty", "header")),
        (called_people, "unknown_table", "people", None, None,
         ("sheet People", "lower case", "call the sheet people")),
        (lambda book: setattr(book["people"], "title", "Staff"), "unknown_table", "Staff", None, None,
         ("sheet Staff", "did you mean people")),
    ],
    ids=["merged", "formula", "error", "note", "twice", "clock", "time", "no header", "case", "other name"],
)  # fmt: skip
def test_a_fault_is_told(
    tmp_path: Path, spoil: Any, code: str, table: str, line: int | None, column: str | None, words: tuple[str, ...]
) -> None:
    book = small_book()
    spoil(book)
    (problem,) = errors(saved(book, tmp_path))
    assert (problem["code"], problem["table"], problem["line"], problem["column"]) == (code, table, line, column)
    for word in words:
        assert word in problem["message"]
    with pytest.raises(gr.Error) as caught:
        gr.load(tmp_path / "acme.xlsx")
    assert problem["message"] in str(caught.value)


def test_two_sheets_that_differ_by_case(tmp_path: Path) -> None:
    book = small_book()
    book.create_sheet("another").append(["person"])
    path = saved(book, tmp_path)
    rewrite(path, b'name="another"', b'name="PEOPLE"')
    assert [row["code"] for row in errors(path)] == ["contradiction"]
    assert "sheet people and acme.xlsx, sheet PEOPLE" in errors(path)[0]["message"]


def test_what_only_looks_like_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "acme.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("plan.json", "{}")
    with pytest.raises(gr.Error, match="not an Excel workbook"):
        gr.load(path)
    whole = saved(small_book(), tmp_path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(gr.Error, match=r"acme\.xlsx cannot be read .*damaged"):
        gr.load(path)
    saved(small_book(), tmp_path)
    rewrite(path, rb"</sheetData>.*", b"")
    assert {row["table"] for row in errors(path)} <= {*gr.load(STARTER).organization.tables, None}
    assert all("damaged" in row["message"] for row in errors(path))
    book = openpyxl.Workbook()
    with pytest.raises(gr.Error, match="no sheet with cells"):
        gr.load(saved(book, tmp_path))


def test_without_openpyxl_the_extra_is_named(tmp_path: Path) -> None:
    path = saved(small_book(), tmp_path)
    code = f"import sys; sys.modules['openpyxl'] = None; import gradus; gradus.load({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError" in done.stderr and "pip install 'gradus[excel]'" in done.stderr


def test_a_workbook_is_read_without_pyarrow(tmp_path: Path) -> None:
    path = saved(small_book(), tmp_path)
    code = f"import sys; sys.modules['pyarrow'] = None; import gradus; print(gradus.load({str(path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "people 1" in done.stdout, done.stderr
