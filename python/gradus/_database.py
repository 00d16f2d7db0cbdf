"""DuckDB and SQLite databases, read: one table or view for each table of the data contract."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from . import _core
from ._fault import Unreadable, fault
from ._found import Candidate, Found, read_candidates
from ._input import read

WAIT = 2.0  # seconds for another program that writes to the database to end
SQLITE_TABLES = (
    "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\'"
)
DUCKDB_TABLES = (
    "select table_name from information_schema.tables where table_schema = 'main' "
    "and table_catalog = current_database() order by table_name"
)


def read_sqlite(path: Path) -> Found:
    """All tables of a SQLite database; its own tables (sqlite_…) are left alone."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=WAIT, uri=True)) as connection:
            names = [name for (name,) in connection.execute(f"{SQLITE_TABLES} order by name")]
            return _read_tables(path, names, partial(_read_sqlite, connection, path))
    except sqlite3.Error as error:
        return _unusable(path, error)


def _read_sqlite(connection: sqlite3.Connection, path: Path, name: str) -> _core.Input:
    try:
        cursor = connection.execute(f"select * from {_quoted(name)}")
        rows = cursor.fetchall()
    except sqlite3.Error as error:
        raise Unreadable(fault("invalid_text", name, f"{path.name}, {name} cannot be read: {_plain(error)}")) from None
    columns = [column for column, *_ in cursor.description]
    cells: list[Any] = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
    faults = []
    for column, own in zip(columns, cells, strict=True):
        row = next((row for row, cell in enumerate(own, 1) if isinstance(cell, bytes)), None)
        if row is not None:
            message = f"{path.name}, {name}, row {row}, column {column}: bytes (a BLOB); a text or number was expected"
            faults.append(fault("wrong_type", name, message, row=row, column=column))
    if faults:
        raise Unreadable(*faults)
    return read(name, dict(zip(columns, cells, strict=True)))


def read_duckdb(path: Path) -> Found:
    """All tables of the schema main of a DuckDB database."""
    try:
        import duckdb
    except ImportError:
        raise ImportError(f"reading {path.name} needs DuckDB: pip install 'gradus[databases]'") from None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            names = [name for (name,) in connection.execute(DUCKDB_TABLES).fetchall()]
            return _read_tables(path, names, partial(_read_duckdb, connection, path))
    except duckdb.Error as error:
        return _unusable(path, error)


def _read_duckdb(connection: Any, path: Path, name: str) -> _core.Input:
    import duckdb

    try:
        return read(name, connection.sql(f"select * from {_quoted(name)}"))
    except duckdb.Error as error:
        raise Unreadable(fault("invalid_text", name, f"{path.name}, {name} cannot be read: {_plain(error)}")) from None


def _read_tables(path: Path, names: Iterable[str], read_one: Any) -> Found:
    candidates = [Candidate(name, f"{path.name}, table {name}", partial(read_one, name)) for name in names]
    if not candidates:
        message = f"{path} is a database without tables: tables such as people and roles were expected"
        return Found({}, [fault("missing_table", "", message)], [])
    return read_candidates(candidates, "table")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(error: Exception) -> str:
    """The first line of what a database says, without what only its makers need."""
    return (str(error).strip().splitlines() or ["no reason is told"])[0].rstrip(".")


def _unusable(path: Path, error: Exception) -> Found:
    reason = _plain(error)
    low = reason.lower()
    if "lock" in low or "different configuration" in low:
        advice = "it is in use: another program holds it open for writing; close that, or copy the file"
    elif any(word in low for word in ("malformed", "not a database", "corrupt", "checksum", "serializ", "deserialize")):
        advice = "it is damaged or was copied by half: copy it again, or restore it"
    elif "version" in low:
        advice = "it was written by another version of DuckDB: install that version, or export the tables to Parquet"
    else:
        advice = "copy the file, and try again"
    return Found({}, [fault("invalid_text", "", f"{path.name} cannot be read ({reason}): {advice}")], [])
