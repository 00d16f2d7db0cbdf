"""DuckDB and SQLite: one table or view for each table."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

import gradus as gr

STARTER = gr.examples.starter()
KINDS = ["sqlite", "duckdb"]
SMALL = [
    "create table scales (scale varchar, level varchar)",
    "insert into scales values ('S', 'basic'), ('S', 'skilled')",
    "create table capabilities (capability varchar, scale varchar)",
    "insert into capabilities values ('SQL', 'S')",
    "create table roles (role varchar)",
    "insert into roles values ('Analyst')",
    "create table requirements (role varchar, capability varchar, level varchar)",
    "insert into requirements values ('Analyst', 'SQL', 'skilled')",
    "create table people (person varchar, role varchar, hours double, joined varchar)",
    "insert into people values ('007', 'Analyst', 2.5, '2020-01-31'), ('7', 'Analyst', null, null)",
]


def connect(kind: str, path: Path) -> Any:
    return sqlite3.connect(path, isolation_level=None) if kind == "sqlite" else duckdb.connect(str(path))


def made(kind: str, path: Path, *more: str) -> Path:
    connection = connect(kind, path)
    for statement in [*SMALL, *more]:
        connection.execute(statement)
    connection.close()
    return path


def starter_database(kind: str, path: Path) -> Path:
    connection = connect(kind, path)
    for file in sorted(STARTER.glob("*.csv")):
        if kind == "duckdb":
            connection.execute(f"create table {file.stem} as from '{file}'")  # typed by what DuckDB guesses
            continue
        with file.open(encoding="utf-8", newline="") as opened:
            header, *rows = csv.reader(opened)
        columns = ", ".join(f'"{name}" numeric' for name in header)
        connection.execute(f"create table {file.stem} ({columns})")
        cells = [[cell or None for cell in row] for row in rows]
        connection.executemany(f"insert into {file.stem} values ({', '.join('?' * len(header))})", cells)
    connection.close()
    return path


def errors(path: Path) -> list[dict[str, Any]]:
    return [row for row in gr.check(path) if row["severity"] == "error"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_gives_what_its_tables_as_files_give(tmp_path: Path, kind: str) -> None:
    path = starter_database(kind, tmp_path / "acme ?#%.db")
    before = path.read_bytes()
    assert not len(gr.check(path))
    read, expected = gr.load(path), gr.load(STARTER)
    for table in expected.organization.tables:
        assert read.organization.table(table).to_pydict() == expected.organization.table(table).to_pydict(), table
    for table in ("assessments", "kpis", "rollouts", "anecdotes"):
        assert getattr(read, table).to_pydict() == getattr(expected, table).to_pydict(), table
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".db", ".sqlite", ".sqlite3", ".duckdb", ""])
def test_the_kind_is_told_by_the_content(tmp_path: Path, kind: str, suffix: str) -> None:
    people = gr.load(made(kind, tmp_path / f"acme{suffix}")).organization.people
    assert people["person"].tolist() == ["007", "7"] and people.to_pydict()["hours"] == [2.5, None]


@pytest.mark.parametrize("kind", KINDS)
def test_views_count(tmp_path: Path, kind: str) -> None:
    view = "create view units as select distinct 'U' as unit, 'All' as name from people"
    assert gr.load(made(kind, tmp_path / "acme.db", view)).organization.units["unit"].tolist() == ["U"]


def test_what_sqlite_keeps_for_itself_is_no_table(tmp_path: Path) -> None:
    path = made("sqlite", tmp_path / "acme.db", "create table units (unit text, n integer primary key autoincrement)")
    assert not errors(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("statement", "code", "table", "words"),
    [
        (
            "create table employees (a varchar)",
            "unknown_table",
            "employees",
            ("table employees", "did you mean people"),
        ),
        ("create table Units (unit varchar)", "unknown_table", "units", ("table Units", "lower case", "units")),
        ("insert into people values ('E3', 'Nobody', 1, null)", "unknown_key", "people", ("Nobody",)),
        ("create view units as select u from gone", "invalid_text", "units", ("units cannot be read", "gone")),
    ],
)
def test_a_fault_is_told(
    tmp_path: Path, kind: str, statement: str, code: str, table: str, words: tuple[str, ...]
) -> None:
    if "gone" in statement:
        path = made(kind, tmp_path / "acme.db", "create table gone (u varchar)", statement, "drop table gone")
    else:
        path = made(kind, tmp_path / "acme.db", statement)
    (problem,) = errors(path)
    assert (problem["code"], problem["table"]) == (code, table)
    for word in words:
        assert word in problem["message"]
    with pytest.raises(gr.Error) as caught:
        gr.load(path)
    assert problem["message"] in str(caught.value)


def test_bytes_are_no_cell(tmp_path: Path) -> None:
    (problem,) = errors(made("sqlite", tmp_path / "acme.db", "insert into people values (x'ff00', 'Analyst', 1, null)"))
    assert (problem["code"], problem["row"], problem["column"]) == ("wrong_type", 3, "person")
    assert "BLOB" in problem["message"]


def test_a_type_that_is_none_of_the_contract(tmp_path: Path) -> None:
    path = made("duckdb", tmp_path / "acme.db", "create table units as select 'U' as unit, interval 1 day as name")
    (problem,) = errors(path)
    assert (problem["code"], problem["table"]) == ("invalid_arrow", "units")


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_without_tables(tmp_path: Path, kind: str) -> None:
    connection = connect(kind, tmp_path / "acme.db")
    connection.execute("create table t (a integer)")
    connection.execute("drop table t")
    connection.close()
    with pytest.raises(gr.Error, match="database without tables: tables such as people"):
        gr.load(tmp_path / "acme.db")


@pytest.mark.parametrize("kind", KINDS)
def test_half_of_a_database(tmp_path: Path, kind: str) -> None:
    path = made(kind, tmp_path / "acme.db")
    path.write_bytes(path.read_bytes()[:5000])
    found = errors(path)
    assert found and all("acme.db" in row["message"] and "cannot be read" in row["message"] for row in found)


def test_a_database_that_is_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradus._database.WAIT", 0.0)
    path = made("sqlite", tmp_path / "acme.sqlite")
    writer = connect("sqlite", path)
    writer.execute("begin exclusive")
    with pytest.raises(gr.Error, match=r"acme\.sqlite cannot be read \(database is locked\): it is in use"):
        gr.load(path)
    writer.close()
    path = made("duckdb", tmp_path / "acme.duckdb")
    writer = connect("duckdb", path)
    with pytest.raises(gr.Error, match="it is in use"):
        gr.load(path)
    writer.close()


def test_without_duckdb_the_extra_is_named(tmp_path: Path) -> None:
    path = made("duckdb", tmp_path / "acme.db")
    code = f"import sys; sys.modules['duckdb'] = None; import gradus; gradus.load({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError" in done.stderr and "pip install 'gradus[databases]'" in done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_is_read_without_pyarrow(tmp_path: Path, kind: str) -> None:
    path = made(kind, tmp_path / "acme.db")
    code = f"import sys; sys.modules['pyarrow'] = None; import gradus; print(gradus.load({str(path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "people 2" in done.stdout, done.stderr
