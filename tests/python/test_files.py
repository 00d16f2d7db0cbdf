"""Folders with something wrong in them: each fault is named so that it can be mended without reading on."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gradus as gr

Spoil = Callable[[Path], object]


class Case(NamedTuple):
    name: str
    spoil: Spoil
    code: str
    table: str | None
    line: int | None
    words: tuple[str, ...]
    """what the message must say: where, what was found, what to do"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(gr.examples.starter(), tmp_path / "acme"))


def text_of(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def edit(name: str, before: str, after: str) -> Spoil:
    def spoil(folder: Path) -> None:
        text = text_of(folder, name)
        assert text.count(before) >= 1, (name, before)
        (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8", newline="")

    return spoil


def recode(name: str, change: Callable[[str], bytes]) -> Spoil:
    return lambda folder: (folder / name).write_bytes(change(text_of(folder, name)))


def put(name: str, content: bytes) -> Spoil:
    return lambda folder: (folder / name).write_bytes(content)


def rename(before: str, after: str) -> Spoil:
    return lambda folder: (folder / before).rename(folder / after)


def copy(before: str, after: str) -> Spoil:
    return lambda folder: shutil.copy(folder / before, folder / after)


def as_parquet(name: str, cut: int = 0, keep: str | None = None) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / (keep or f"{name}.parquet")
        pq.write_table(pa.csv.read_csv(folder / f"{name}.csv"), path)
        if keep is None:
            (folder / f"{name}.csv").unlink()
        path.write_bytes(path.read_bytes()[: len(path.read_bytes()) - cut])

    return spoil


def emptied(*others: str) -> Spoil:
    """Nothing in the folder but these files."""

    def spoil(folder: Path) -> None:
        for path in folder.iterdir():
            path.unlink()
        for name in others:
            (folder / name).write_bytes(b"x")

    return spoil


CASES = [
    Case("semicolons", recode("people.csv", lambda text: text.replace(",", ";").encode()), "invalid_text", "people", 1,
         ("people.csv", "separated by semicolons", "commas were expected", "CSV UTF-8")),
    Case("tabs", recode("roles.csv", lambda text: text.replace(",", "\t").encode()), "invalid_text", "roles", 1,
         ("roles.csv", "separated by tabs", "commas were expected")),
    Case("Excel's line of the delimiter", recode("roles.csv", lambda text: ("sep=,\n" + text).encode()), "invalid_text",
         "roles", 1, ("roles.csv", "line 1", "sep=", "delete this line")),
    Case("Windows-1252", recode("people.csv", lambda text: text.replace("Wenlock", "Weñlock").encode("cp1252")),
         "invalid_text", "people", 3,
         ("people.csv", "line 3", "0xF1", "place 22", "Windows-1252", "Weñlock", "CSV UTF-8")),
    Case("UTF-16", recode("units.csv", lambda text: text.encode("utf-16")), "invalid_text", "units", 1,
         ("units.csv", "UTF-16", "UTF-8 was expected", "CSV UTF-8")),
    Case("UTF-16 without a mark", recode("units.csv", lambda text: text.encode("utf-16-be")), "invalid_text", "units",
         1, ("units.csv", "UTF-16", "CSV UTF-8")),
    Case("a zero byte", recode("units.csv", lambda text: text.encode().replace(b"Tenant", b"Te\0ant")), "invalid_text",
         "units", 3, ("units.csv", "line 3", "zero byte", "write it again")),
    Case("a row with too many cells", edit("roles.csv", "Leads a team of", "Leads, a team, of"),
         "invalid_text", "roles", 3, ("roles.csv", "line 3", "9 cells found", "7 expected", "comma needs quotes")),
    Case("a row with too few cells", edit("units.csv", "data,Data and reports,homes", "data,Data and reports"),
         "invalid_text", "units", 4, ("units.csv", "line 4", "2 cells found", "3 expected", "keeps its comma")),
    Case("a quote that is not closed", edit("roles.csv", "Tenant adviser,", '"Tenant adviser,'), "invalid_text",
         "roles", 2, ("roles.csv", "line 2", "quote", "not closed", "quote the whole cell")),
    Case("a quote that is not closed in the last row", edit("units.csv", "reports,homes\n", 'reports,"homes\n\n'),
         "invalid_text", "units", 4, ("units.csv", "line 4", "quote", "not closed")),
    Case("two quotes that are not closed",
         lambda folder: [edit("units.csv", "Tenant", '"Tenant')(folder), edit("units.csv", "Data", '"Data')(folder)],
         "invalid_text", "units", 3, ("units.csv", "line 3", "quote", "not closed")),
    Case("a column that occurs twice", edit("units.csv", "unit,name,parent", "unit,name,name"), "contradiction",
         "units", 1, ("units.csv", "line 1", "column name", "twice", "rename")),
    Case("a column without a name", edit("units.csv", "unit,name,parent", "unit,,parent"), "missing_value", "units", 1,
         ("units.csv", "line 1", "column 2", "no name in the header", "clear it")),
    Case("0 bytes", put("units.csv", b""), "invalid_text", "units", None,
         ("units.csv", "empty (0 bytes)", "take it away")),
    Case("empty lines", put("units.csv", b"\n\n"), "invalid_text", "units", None,
         ("units.csv", "is empty", "header", "expected")),
    Case("0 bytes of Parquet", lambda folder: [put("units.parquet", b"")(folder), (folder / "units.csv").unlink()],
         "invalid_text", "units", None, ("units.parquet", "empty (0 bytes)")),
    Case("a pointer of Git LFS", put("kpis.csv", b"version https://git-lfs.github.com/spec/v1\nsize 9\n"),
         "invalid_text", "kpis", None, ("kpis.csv", "Git LFS", "git lfs pull")),
    Case("half of a Parquet file", as_parquet("people", cut=20), "invalid_text", "people", None,
         ("people.parquet", "end is missing", "write it again")),
    Case("a damaged Parquet file",
         lambda folder: [(folder / "kpis.csv").unlink(), put("kpis.parquet", b"PAR1" + b"\1" * 40 + b"PAR1")(folder)],
         "invalid_text", "kpis", None, ("kpis.parquet", "damaged", "write it again")),
    Case("Parquet called CSV", as_parquet("people", keep="people.csv"), "invalid_text", "people", None,
         ("people.csv", "is Parquet", "end in .parquet")),
    Case("CSV called Parquet", rename("people.csv", "people.parquet"), "invalid_text", "people", None,
         ("people.parquet", "looks like CSV", "end in .csv")),
    Case("a workbook called CSV", put("people.csv", b"PK\3\4rest"), "invalid_text", "people", None,
         ("people.csv", "Excel workbook", "give the path")),
    Case("two files for one table", as_parquet("people", keep="people.parquet"), "contradiction", "people", None,
         ("two files for one table", "people.csv and people.parquet", "keep one")),
    Case("two files but for case", copy("people.csv", "People.csv"), "contradiction", "people", None,
         ("two files for one table", "People.csv and people.csv", "keep one")),
    Case("a name in capitals", rename("people.csv", "People.CSV"), "unknown_table", "people", None,
         ("People.CSV", "lower case", "call the file people")),
    Case("the name of others", rename("people.csv", "employees.csv"), "unknown_table", "employees", None,
         ("employees.csv", "did you mean people", "Rename")),
    Case("a copy", copy("people.csv", "people (1).csv"), "unknown_table", "people (1)", None,
         ("people (1).csv", "did you mean people", "take it away")),
    Case("a name that nothing is near", put("zebra.csv", b"a\n1\n"), "unknown_table", "zebra", None,
         ("zebra.csv", "no table has this name", "take it away")),
    Case("an empty folder", emptied(), "missing_table", None, None, ("acme", "no tables", "people.csv", "it is empty")),
    Case("a folder of other files", emptied("people.xlsx", "hr.db", "employees.txt", "notes.md"), "missing_table", None,
         None, ("no tables", "people.xlsx (a workbook: give its own path)", "hr.db (a database",
                "employees.txt (did you mean people.csv?)", "notes.md")),
    Case("a key that is not there", edit("people.csv", "E02,adviser", "E02,advisor"), "unknown_key", "people", 3,
         ("advisor", "adviser")),
    Case("a level that is not there", edit("assessments.csv", "E02,listening,skilled", "E02,listening,skillful"),
         "unknown_level", "assessments", 9, ("skillful", "skilled")),
    Case("money in words", edit("funds.csv", "2600", "2.600 EUR"), "wrong_type", "funds", 4, ("2.600 EUR",)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_told(folder: Path, case: Case) -> None:
    case.spoil(folder)
    (problem,) = (row for row in gr.check(folder) if row["severity"] == "error")
    assert (problem["code"], problem["table"], problem["line"]) == (case.code, case.table, case.line)
    for words in case.words:
        assert words in problem["message"]
    with pytest.raises(gr.Error) as caught:
        gr.load(folder)
    assert problem["message"] in str(caught.value)
    assert (caught.value.code, caught.value.table) == (case.code, case.table)
    assert caught.value.problems is not None and len(caught.value.problems) == len(gr.check(folder))


def test_a_path_that_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "acme.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (tmp_path / "people.csv").write_text("person\n")
    (tmp_path / "acme.xlsx").write_text("no workbook")
    (tmp_path / "acme.db").write_text("no database")
    (tmp_path / "acme.json").write_text("{}")
    (tmp_path / "acme.ods").write_text("?")
    (tmp_path / "none.db").write_bytes(b"")
    for name, code, words in [
        ("absent", "missing_table", "does not exist"),
        ("acme.xls", "invalid_text", r"save it without a password as \.xlsx"),
        ("people.csv", "invalid_text", f"give the folder, {re.escape(str(tmp_path))}"),
        ("acme.xlsx", "invalid_text", "not a workbook"),
        ("acme.db", "invalid_text", "neither a DuckDB nor a SQLite database"),
        ("acme.json", "invalid_text", "unknown kind"),
        ("acme.ods", "invalid_text", r"\(\.ods\): save it as \.xlsx"),
        ("none.db", "invalid_text", r"empty \(0 bytes\)"),
    ]:
        with pytest.raises(gr.Error, match=words) as caught:
            gr.load(tmp_path / name)
        assert caught.value.code == code
        (problem,) = gr.check(tmp_path / name)
        assert (problem["severity"], problem["code"], problem["table"]) == ("error", code, None)


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "people.csv":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    errors = [row for row in gr.check(folder) if row["severity"] == "error"]
    assert [row["table"] for row in errors] == ["people"]
    assert "people.csv: you may not read it" in errors[0]["message"]


def test_a_folder_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(gr.Error, match="acme cannot be read: Permission denied"):
        gr.load(folder)


def test_what_editors_and_systems_leave_behind_is_no_table(folder: Path) -> None:
    for name in (".~lock.people.csv#", "._people.csv", "~$people.csv", ".DS_Store", "people.csv.bak", "people.csv~"):
        (folder / name).write_bytes(b"\0")
    assert not len(gr.check(folder))


def test_a_table_in_a_file_of_another_kind_is_told(folder: Path) -> None:
    rename("kpis.csv", "kpis.tsv")(folder)
    (problem,) = gr.check(folder)
    assert (problem["severity"], problem["code"], problem["table"]) == ("warning", "ignored", "kpis")
    assert "kpis.tsv was not read" in problem["message"]
    assert gr.load(folder).kpis is None


def test_a_header_alone_is_an_empty_table(folder: Path) -> None:
    (folder / "funds.csv").write_text("fund,amount\n")
    (folder / "programs.csv").write_text(text_of(folder, "programs.csv").replace(",learning,", ",,"))
    (problem,) = gr.check(folder)
    assert (problem["severity"], problem["code"], problem["table"]) == ("warning", "assumed", "funds")
    assert len(gr.load(folder).organization.funds) == 0


def test_columns_that_a_spreadsheet_left_behind_are_left_out(folder: Path) -> None:
    lines = text_of(folder, "units.csv").splitlines()
    (folder / "units.csv").write_text("".join(f"{line},,\n" for line in lines))
    assert not len(gr.check(folder))


def test_every_uneven_row_is_told(folder: Path) -> None:
    (folder / "kpis.csv").write_text("kpi,entity,date,value\n" + "a,b\na,b,2026-01-01,1\n" * 50)
    lines = [row["line"] for row in gr.check(folder) if row["severity"] == "error"]
    assert lines == list(range(2, 102, 2))


@pytest.mark.parametrize("before", ["", '"over\nlines",,\n'])
def test_a_cell_may_be_long(folder: Path, before: str) -> None:
    limit = csv.field_size_limit()
    text = "a, b " * 50_000
    (folder / "anecdotes.csv").write_text(f'text,date,objective\n{before}"{text}",,\n', encoding="utf-8")
    anecdotes = gr.load(folder).anecdotes
    assert anecdotes is not None and text in anecdotes["text"].tolist()
    assert csv.field_size_limit() == limit


def test_a_quote_that_stays_open_in_a_long_header_is_told(folder: Path) -> None:
    (folder / "anecdotes.csv").write_text('text,date,"objective\n' + "a;b,,\n" * 50_000, encoding="utf-8")
    (problem,) = (row for row in gr.check(folder) if row["severity"] == "error")
    assert (problem["line"], "a quote that opens in this row" in problem["message"]) == (1, True)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_right_with_quotes_of_every_kind(folder: Path, newline: str) -> None:
    text = 'text,date,objective\n5" more,,\n"of\n""two"" lines",,\n,2026-01-01,\n\n"a, b",,nobody\n'
    (folder / "anecdotes.csv").write_bytes(text.replace("\n", newline).encode())
    found = [(row["row"], row["line"], row["column"]) for row in gr.check(folder) if row["severity"] == "error"]
    assert found == [(3, 5, "text"), (4, 7, "objective")]
