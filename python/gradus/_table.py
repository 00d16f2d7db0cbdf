"""Tables as they go out: named, described, immutable columns."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _core, _text
from ._error import Error
from ._options import date, near

if TYPE_CHECKING:
    import pandas
    import polars

NO_INTEGER = np.iinfo(np.int32).min  # what the core writes for a missing int32, and for a missing day
NO_WORD = 255
NO_INT64 = np.iinfo(np.int64).min
FEW = 1000  # rows: to look up the key of each is quicker than to bring all keys over


class Column(NamedTuple):
    """The description of one column."""

    name: str
    type: str
    """key, word, text, real, integer, boolean, date, money, hours, amount, level or moment"""
    unit: str
    meaning: str


class Table:
    """An immutable table: what a stage returns, or one table of an organisation.

    ``table["exposure"]`` is a column as a NumPy array, ``table.columns`` says what each one means, and anything that
    speaks Arrow reads it without a copy: ``pl.DataFrame(table)``, ``pa.table(table)``, ``duckdb.sql("from table")``.
    Iterating gives the rows as dicts.
    """

    __slots__ = ("__weakref__", "_cache", "_core")

    def __init__(self, core: _core.Table) -> None:
        self._core = core
        self._cache: dict[tuple[str, str], NDArray[Any]] = {}

    @property
    def name(self) -> str:
        """The table's name in the data contract."""
        return self._core.name

    @property
    def meaning(self) -> str:
        """One line that says what the table holds."""
        return self._core.meaning

    @property
    def columns(self) -> tuple[Column, ...]:
        """Name, type, unit and meaning of each column."""
        return tuple(Column(*field) for field in self._core.fields())

    @property
    def problems(self) -> Table | None:
        """Warnings that came with the table, or None where it has none of its own."""
        problems = self._core.problems
        return None if problems is None else Table(problems)

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the table comes from: stage, version, digests of inputs and result, options, as_of, seed, seconds, …"""
        return provenance(self._core.provenance())

    def __len__(self) -> int:
        return len(self._core)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.column(name)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows())

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def column(self, name: str) -> NDArray[Any]:
        """One column as a read-only NumPy array.

        Numbers and levels (positions on the scale) are views of the table's own memory. Keys, words and texts are
        arrays of str, dates datetime64[D], moments datetime64[us] in UTC, money and hours float64 in currency units
        and hours. Missing is None, NaT or NaN; an integer column with missing values becomes float64. Made once, then
        kept.

        Raises
        ------
        Error
            There is no such column.
        """
        return self._cached("column", name, self._make_column)

    def codes(self, name: str) -> NDArray[Any]:
        """A column of keys or words as a view of its integer codes, which index `keys`.

        int32 and -1 where missing for keys; uint8 and 255 for words.
        """
        self._check(name, ("key", "word"))
        return self._core.values(name)

    def keys(self, name: str) -> NDArray[Any]:
        """What the codes of a column stand for: an array of str, which may hold more than the column uses."""
        self._check(name, ("key", "word"))
        return self._cached("keys", name, self._make_labels)

    def _cached(self, what: str, name: str, make: Any) -> NDArray[Any]:
        array = self._cache.get((what, name))
        if array is None:
            array = make(name)
            array.flags.writeable = False
            self._cache[what, name] = array
        return array

    def _check(self, name: str, types: tuple[str, ...] = ()) -> str:
        """The type of a column."""
        for column in self.columns:
            if column.name == name:
                if types and column.type not in types:
                    raise Error(f"{self.name}, column {name}: a {column.type} has no codes", "wrong_type", self.name)
                return column.type
        names = ", ".join(column.name for column in self.columns)
        hint = near(name, (column.name for column in self.columns))
        raise Error(f"{self.name}: there is no column {name!r}; there are {names}{hint}", "unknown_column", self.name)

    def _make_labels(self, name: str) -> NDArray[Any]:
        return np.array(self._core.labels(name), dtype=object)

    def _make_column(self, name: str) -> NDArray[Any]:
        kind = self._check(name)
        if kind == "text" or (kind == "key" and len(self) < FEW):  # of few rows, the keys of all are not looked at
            return np.array(self._core.texts(name), dtype=object)
        values = self._core.values(name)
        if kind in ("real", "level", "boolean"):
            return values
        if kind in ("key", "word"):
            codes = values if kind == "key" else np.where(values == NO_WORD, -1, values.astype(np.int32))
            return np.array([*self.keys(name), None], dtype=object).take(codes)
        if kind == "integer":
            absent = values == NO_INTEGER
            return np.where(absent, np.nan, values) if absent.any() else values
        if kind == "date":
            return np.where(values == NO_INTEGER, np.datetime64("NaT", "D"), values.astype("datetime64[D]"))
        if kind == "moment":
            return values.view("datetime64[us]")  # a missing one is NumPy's own NaT
        return np.where(values == NO_INT64, np.nan, values / self._units(kind))

    def _units(self, kind: str) -> Any:
        """How many of what the core counts make one of what people see: 100 cents, 60 minutes."""
        sizes = {"money": 10.0**self._core.minor_digits, "hours": 60.0}
        if kind != "amount":
            return sizes[kind]
        sizes["fund"] = sizes["money"]
        by_code = np.array([sizes.get(word, 1.0) for word in self.keys("kind")] + [np.nan])
        return by_code[np.minimum(self.codes("kind"), len(by_code) - 1)]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as an Arrow stream (PyCapsule), for every library that reads one.

        Keys and words are dictionaries, dates date32, money decimal128. `requested_schema` is ignored, as the protocol
        allows.
        """
        return self._core.arrow_stream()

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas frame with plain columns: str, float64 (money in currency units), datetime64 (moments in UTC)."""
        import pandas

        frame = pandas.DataFrame({column.name: self.column(column.name) for column in self.columns})
        for column in self.columns:
            if column.type == "moment":
                frame[column.name] = frame[column.name].dt.tz_localize("UTC")
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A Polars frame with plain columns: String, Float64 (money in currency units), Date."""
        import polars

        frame = polars.DataFrame(self)
        plain = {polars.Categorical: polars.String, polars.Enum: polars.String, polars.Decimal: polars.Float64}
        casts = {name: plain[kind.base_type()] for name, kind in frame.schema.items() if kind.base_type() in plain}
        return frame.cast(casts)  # type: ignore[arg-type]

    def to_pydict(self) -> dict[str, list[Any]]:
        """The columns as lists of Python objects; None where a value is missing."""
        return {column.name: self._objects(column.name) for column in self.columns}

    def rows(self) -> list[dict[str, Any]]:
        """The rows as dicts of Python objects; None where a value is missing."""
        columns = self.to_pydict()
        return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]

    def _objects(self, name: str) -> list[Any]:
        values = self.column(name)
        cells: list[Any] = values.tolist()
        if self._check(name) == "moment":
            return [cell if cell is None else cell.replace(tzinfo=datetime.timezone.utc) for cell in cells]
        if values.dtype.kind == "f":
            whole = self._check(name) == "integer"
            return [None if cell != cell else int(cell) if whole else cell for cell in cells]
        return cells

    def _headline(self) -> str:
        """What a reader wants to know first; a table of its own kind says more than its size."""
        return _text.count(len(self), "row")

    def _count(self, column: str) -> int:
        """How many different keys or words a column has."""
        codes = self.codes(column)
        missing = NO_WORD if codes.dtype == np.uint8 else -1
        return len(np.unique(codes[codes != missing]))

    def __repr__(self) -> str:
        return _text.plain(self)

    def _repr_html_(self) -> str:
        return _text.html(self)


def provenance(raw: _core._Provenance) -> dict[str, Any]:
    """A provenance as people read it."""
    as_of: datetime.date | None = date(raw["as_of"])
    return {**raw, "options": json.loads(raw["options"] or "{}"), "as_of": as_of}
