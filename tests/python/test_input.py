"""Tables come in alike from everything that people keep tables in."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradus as gr

PEOPLE: dict[str, list[Any]] = {
    "person": ["007", "E2", "É3"],
    "role": ["Analyst", "Analyst", "Analyst"],
    "unit": ["U", None, "U"],
    "hours": [10.5, None, 0.0],
    "joined": [None, datetime.date(2020, 2, 29), datetime.date(1969, 12, 31)],
}


class Blind:
    """Makes PyArrow impossible to import, as where it is not installed."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name.split(".")[0] == "pyarrow":
            raise ImportError(name)


class ArrowArray:
    """Only __arrow_c_array__."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self.batch = pa.record_batch(columns)

    def __arrow_c_array__(self, requested_schema: object = None) -> Any:
        return self.batch.__arrow_c_array__(requested_schema)


def to_duckdb(columns: dict[str, list[Any]]) -> Any:
    frame = pa.table(columns)  # noqa: F841
    return duckdb.sql("from frame")


def to_numpy(columns: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        "person": np.array(columns["person"]),
        "role": np.array(columns["role"], dtype="U20"),
        "unit": np.array(columns["unit"], dtype=object),
        "hours": np.ma.array([10.5, 99, 0], mask=[False, True, False]),
        "joined": np.array(columns["joined"], dtype="datetime64[D]"),
    }


def to_rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Rows that leave out what is missing."""
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return [{name: cell for name, cell in row.items() if cell is not None} for row in rows]


KINDS: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "dict": dict,
    "tuples": lambda columns: {name: tuple(cells) for name, cells in columns.items()},
    "rows": to_rows,
    "numpy": to_numpy,
    "pandas": pd.DataFrame,
    "pandas index": lambda columns: pd.DataFrame(columns).set_index("person"),
    "pandas nullable": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "pandas arrow": lambda columns: pd.DataFrame(columns).convert_dtypes(dtype_backend="pyarrow"),
    "pandas categorical": lambda columns: pd.DataFrame(columns).astype({"unit": "category", "person": "category"}),
    "pandas timestamps": lambda columns: pd.DataFrame(columns).assign(
        joined=lambda frame: pd.to_datetime(frame["joined"])
    ),
    "polars": pl.DataFrame,
    "polars categorical": lambda columns: pl.DataFrame(columns).with_columns(pl.col("role").cast(pl.Categorical)),
    "dict of polars": lambda columns: {name: pl.Series(cells) for name, cells in columns.items()},
    "dict of pandas": lambda columns: {name: pd.Series(cells, dtype=object) for name, cells in columns.items()},
    "dict of pyarrow": lambda columns: {name: pa.chunked_array([pa.array(cells)]) for name, cells in columns.items()},
    "pyarrow": pa.table,
    "pyarrow reader": lambda columns: pa.table(columns).to_reader(max_chunksize=2),
    "arrow array": ArrowArray,
    "duckdb": to_duckdb,
}


def organization(tables: Any, people: Any) -> gr.Organization:
    return gr.Organization.from_tables(**{**tables, "people": people})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_reads_alike(tables: Any, kind: str) -> None:
    expected = organization(tables, PEOPLE)
    assert len(expected.problems) == 0
    found = organization(tables, KINDS[kind](PEOPLE))
    assert found.people.to_pydict() == expected.people.to_pydict()
    assert len(found.problems) == 0
    assert found.people.to_pydict()["joined"] == [None, datetime.date(2020, 2, 29), datetime.date(1969, 12, 31)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("pandas") and kind != "pandas arrow"])
def test_pandas_needs_no_pyarrow(tables: Any, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = KINDS[kind](PEOPLE)
    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Blind(), *sys.meta_path])
    with pytest.raises(ImportError):
        import pyarrow  # noqa: F401
    assert organization(tables, frame).people.to_pydict() == organization(tables, PEOPLE).people.to_pydict()


def test_a_result_is_an_input(tables: Any, org: gr.Organization) -> None:
    again = gr.Organization.from_tables(**{name: org.table(name) for name in org.tables if len(org.table(name))})
    assert {name: again.table(name).to_pydict() for name in org.tables} == {
        name: org.table(name).to_pydict() for name in org.tables
    }


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_what_pandas_calls_missing_is_missing(tables: Any, missing: Any) -> None:
    people = pd.DataFrame({"person": ["a"], "role": ["Analyst"], "unit": [missing], "name": [missing]}, dtype=object)
    people["hours"] = [float("nan")]
    row = organization(tables, people).people.rows()[0]
    assert (row["unit"], row["name"], row["hours"]) == (None, None, None)


def test_nan_of_numpy_is_not_missing(tables: Any) -> None:
    people = {"person": ["a"], "role": ["Analyst"], "hours": np.array([np.nan])}
    with pytest.raises(gr.Error) as caught:
        organization(tables, people)
    assert (caught.value.table, caught.value.row, caught.value.column) == ("people", 1, "hours")


@pytest.mark.parametrize(
    "hours",
    [
        [Decimal("1.5"), 2, 2.5, "3"],
        np.array([1.5, 2, 2.5, 3]),
        np.array([1.5, 2, 2.5, 3], dtype=np.float32),
        np.array([1.5, 2, 2.5, 3], dtype=np.float16),
        np.array([1.5, 2, 2.5, 3], dtype=">f8"),
        np.array([0, 1.5, 0, 2, 0, 2.5, 0, 3])[1::2],
        np.array([b"1.5", b"2", b"2.5", b"3"]),
        np.array(["1.5", "2", "2.5", "3"]),
        [np.float64(1.5), np.int8(2), np.float32(2.5), np.str_("3")],
        pd.Series(["1.5", "2", "2.5", "3"]),
        pd.array([1.5, 2, 2.5, 3], dtype="Float64"),
    ],
    ids=lambda hours: f"{type(hours).__name__} {getattr(hours, 'dtype', '')}".strip(),
)
def test_numbers_of_any_kind(tables: Any, hours: Any) -> None:
    people = {"person": [1, 2, 3, 4], "role": ["Analyst"] * 4, "hours": hours}
    found = organization(tables, people).people
    assert found["hours"].tolist() == [1.5, 2, 2.5, 3]
    assert found["person"].tolist() == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "joined",
    [
        ["2020-01-31", None],
        [datetime.date(2020, 1, 31), None],
        [datetime.datetime(2020, 1, 31), None],
        [datetime.datetime(2020, 1, 31), "2021-01-01"],
        [np.datetime64("2020-01-31"), np.datetime64("NaT")],
        [np.datetime64("2020-01-31", "ns"), None],
        [pd.Timestamp("2020-01-31"), pd.NaT],
        *(np.array(["2020-01-31", "NaT"], dtype=f"datetime64[{unit}]") for unit in ("D", "h", "s", "ms", "us", "ns")),
    ],
    ids=lambda joined: f"{type(joined[0]).__name__} {getattr(joined, 'dtype', '')}".strip(),
)
def test_days_of_any_kind(tables: Any, joined: Any) -> None:
    people = {"person": ["a", "b"], "role": ["Analyst"] * 2, "joined": joined}
    assert organization(tables, people).people.to_pydict()["joined"][0] == datetime.date(2020, 1, 31)


@pytest.mark.parametrize(
    "joined",
    [
        datetime.datetime(2020, 1, 31, 12),
        datetime.datetime(2020, 1, 31, tzinfo=datetime.timezone.utc),
        np.datetime64("2020-01-31T12:00"),
        "31.01.2020",
        20200131,
        True,
    ],
)
def test_what_is_no_day_is_refused_with_its_place(tables: Any, joined: Any) -> None:
    people = {"person": ["a", "b"], "role": ["Analyst"] * 2, "joined": [None, joined]}
    with pytest.raises(gr.Error) as caught:
        organization(tables, people)
    assert (caught.value.table, caught.value.row, caught.value.column) == ("people", 2, "joined")


def test_truth_values(tables: Any) -> None:
    for repeatable in ([True, False, None], np.array([True, False, False]), ["true", False, None], [np.True_, 0, ""]):
        org = gr.Organization.from_tables(**{
            **tables,
            "activities": {**tables["activities"], "repeatable": repeatable},
        })
        assert org.activities["repeatable"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("people", "code", "words"),
    [
        (42, "wrong_type", "int"),
        ("people.csv", "wrong_type", "str"),
        ([1, 2], "wrong_type", "row 1"),
        ({"person": ["a", "b"], "role": ["Analyst"]}, "contradiction", "1 cells"),
        ({"person": "ab", "role": ["Analyst"] * 2}, "wrong_type", "list or an array"),
        ({"person": ["a"], "role": ["Analyst"], 3: ["x"]}, "wrong_type", "name of a column"),
        ({"person": ["a", "b"], "role": ["Analyst", ["Analyst"]]}, "wrong_type", "row 2"),
        ({"person": ["a", "\ud800"], "role": ["Analyst"] * 2}, "invalid_text", "row 2"),
        ({"person": np.zeros((2, 2)), "role": ["Analyst"] * 2}, "wrong_type", "dimension"),
        (pd.DataFrame([["a", "b", "Analyst"]], columns=["person", "person", "role"]), "contradiction", "person"),
        (pa.table({"person": ["a"], "role": [["Analyst"]]}), "invalid_arrow", "role"),
        ([{}, {}], "missing_column", "2 rows without any column"),
        (pd.DataFrame(index=range(3)), "missing_column", "3 rows without any column"),
        (pd.DataFrame(columns=["person"]), "missing_column", "'role' is required"),
    ],
)
def test_what_is_no_table_is_refused(tables: Any, people: Any, code: str, words: str) -> None:
    with pytest.raises(gr.Error, match=words) as caught:
        organization(tables, people)
    assert caught.value.code == code
    assert "people" in str(caught.value)


def test_absent_tables_and_columns(tables: Any) -> None:
    org = gr.Organization.from_tables(**tables, sessions=None, objectives={"objective": []})
    assert len(org.sessions) == len(org.objectives) == 0
    nothing = {**tables, "people": {"person": None, "role": None, "name": []}}
    assert len(gr.Organization.from_tables(**nothing).people) == 0


@pytest.mark.parametrize("empty", [[], {}, (), pd.DataFrame(), pl.DataFrame(), pa.table({})], ids=repr)
def test_a_list_of_no_rows_is_an_empty_table_and_given(tables: Any, empty: Any) -> None:
    org = gr.Organization.from_tables(**{**tables, "funds": empty, "mandatory": empty})
    assert len(org.mandatory) == len(org.funds) == 0
    no_word = gr.Organization.from_tables(**{**tables, "funds": None})
    columns = gr.Organization.from_tables(**{**tables, "funds": {"fund": [], "amount": []}})
    assert org._core.digest == columns._core.digest != no_word._core.digest
    assert len(gr.Assessments.from_table(org, empty)) == 0


def test_a_table_of_another_name_is_refused(org: gr.Organization) -> None:
    with pytest.raises(gr.Error, match="units: given is the table 'people', expected 'units'") as caught:
        org.with_tables(units=org.people)
    assert (caught.value.code, caught.value.table) == ("missing_table", "units")


def test_memory_of_numpy_arrays_is_lent_and_given_back(tables: Any) -> None:
    hours = np.arange(4.0)
    before = sys.getrefcount(hours)
    people = {"person": list("abcd"), "role": ["Analyst"] * 4, "hours": hours}
    for _ in range(3):
        organization(tables, people)
    del people
    assert sys.getrefcount(hours) == before


cells = st.one_of(
    st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False), st.dates(), st.booleans(),
)  # fmt: skip


def as_text(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return None if cell is None else str(cell)


@given(st.lists(cells, min_size=1, max_size=8))
def test_a_column_of_mixed_cells_is_read_as_text(names: list[Any]) -> None:
    """Whatever a cell of a label is, it is kept as files would have it; no cell is lost or moved."""
    mixed = [*names, "a text", None]
    roles = {"role": [f"R{place}" for place in range(len(mixed))], "name": mixed}
    try:
        table = gr.Organization.from_tables(roles=roles).roles
    except gr.Error as error:
        assert error.table == "roles" and error.column == "name"
        return
    found = dict(zip(table["role"], table["name"], strict=True))
    assert [found[role] for role in roles["role"]] == [as_text(cell) for cell in mixed]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=70))
def test_numbers_and_missing_ones_keep_their_place(grades: list[float | None]) -> None:
    roles = {"role": [f"R{place:03}" for place in range(len(grades))], "grade": grades}
    kinds = (roles, pd.DataFrame(roles), pl.DataFrame(roles, schema_overrides={"grade": pl.Float64}), to_rows(roles))
    for table in kinds:
        assert gr.Organization.from_tables(roles=table).roles.to_pydict()["grade"] == grades
