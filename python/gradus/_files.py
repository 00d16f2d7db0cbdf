"""Tables at a path: a folder of files, a database or a workbook."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from . import _core
from ._csv import read_csv
from ._database import read_duckdb, read_sqlite
from ._fault import fault, warning
from ._foreign import SQLITE, foreign_kind
from ._found import Candidate, Found, nearest, read_candidates, table_names
from ._parquet import read_parquet
from ._workbook import read_workbook

READERS = {".csv": read_csv, ".parquet": read_parquet}
WORKBOOKS = (".xlsx", ".xlsm")
DATABASES = (".duckdb", ".db", ".sqlite", ".sqlite3")
LISTED = 8  # files that are named where none is a table
EXPECTED = "a folder of CSV or Parquet, a DuckDB or SQLite database, or an Excel workbook (.xlsx) was expected"


def read_path(path: Path) -> Found:
    """All tables at a path, and all that is wrong with them."""
    try:
        if path.is_dir():
            return _read_folder(path)
        if not path.exists():
            return _nothing(f"{path} does not exist, so it is not a folder of tables; {EXPECTED}")
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        return _nothing(f"{path} cannot be read: {error.strerror or error}", "invalid_text")
    if start.startswith(SQLITE):
        return read_sqlite(path)
    if start[8:12] == b"DUCK":
        return read_duckdb(path)
    if start.startswith(b"PK\x03\x04"):
        return read_workbook(path)
    return _nothing(f"{path} {_kind(path, start)}", "invalid_text")


def _nothing(message: str, code: str = "missing_table") -> Found:
    return Found({}, [fault(code, "", message)], [])


def _kind(path: Path, start: bytes) -> str:
    """What a file is that holds no tables."""
    suffix = path.suffix.lower()
    if suffix in READERS:
        return f"is one table, not a folder of them: give the folder, {path.absolute().parent}"
    kind = foreign_kind(start)
    if kind:
        return kind
    if suffix in WORKBOOKS:
        return "is not a workbook, whatever its name says, or is damaged: save it again as .xlsx"
    if suffix in DATABASES:
        return "is neither a DuckDB nor a SQLite database, whatever its name says, or is damaged"
    if suffix in (".xls", ".ods", ".numbers"):
        return f"is a spreadsheet in a format that is not read ({suffix}): save it as .xlsx"
    return f"is a file of an unknown kind; {EXPECTED}"


def _read_folder(folder: Path) -> Found:
    # Names with a dot or ~$ in front are those of editors and of systems, not of people.
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "~$")))
    tables = [path for path in paths if path.suffix.lower() in READERS and path.is_file()]
    if not tables:
        return _nothing(_no_tables(folder, paths))
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise ImportError(f"reading {tables[0].name} needs PyArrow: pip install 'gradus[files]'") from None
    candidates = [Candidate(path.stem, path.name, partial(_read_file, path)) for path in tables]
    found = read_candidates(candidates, "file")
    given = {path.stem.lower() for path in tables}
    for path in paths:
        if path not in tables and path.is_file() and path.stem in table_names() and path.stem not in given:
            message = f"{path.name} was not read: of the files in a folder only CSV and Parquet are"
            found.faults.append(warning("ignored", path.stem, message))
    return found


def _read_file(path: Path) -> _core.Input:
    return READERS[path.suffix.lower()](path.stem, path)


def _no_tables(folder: Path, paths: list[Path]) -> str:
    expected = f"{folder} has no tables: files such as people.csv or people.parquet were expected"
    if not paths:
        return f"{expected}, and it is empty"
    named = ", ".join(map(_hint, paths[:LISTED]))
    others = f" and {len(paths) - LISTED} more" if len(paths) > LISTED else ""
    return f"{expected}; there are {named}{others}"


def _hint(path: Path) -> str:
    suffix = path.suffix.lower()
    if path.is_dir():
        return f"{path.name} (a folder: give its own path, if it has the tables)"
    if suffix in WORKBOOKS:
        return f"{path.name} (a workbook: give its own path)"
    if suffix in DATABASES:
        return f"{path.name} (a database: give its own path)"
    near = nearest(path.stem)
    if near and suffix in (".xls", ".ods", ".tsv", ".txt", ".json", ""):
        return f"{path.name} (did you mean {near}.csv?)"
    return path.name
