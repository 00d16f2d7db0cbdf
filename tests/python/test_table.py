"""Tables as they go out: arrays, Arrow, text."""

from __future__ import annotations

import datetime
import gc
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import gradus as gr


def test_columns_are_described(org: gr.Organization) -> None:
    by_name = {column.name: column for column in org.activities.columns}
    assert by_name["hours"].type == "hours" and by_name["hours"].unit == "hours"
    assert by_name["cost"].type == "money"
    assert all(column.meaning for column in org.activities.columns)
    assert "cost" in org.activities and "price" not in org.activities


def test_arrays_have_plain_values(org: gr.Organization) -> None:
    assert org.people["person"].tolist() == ["007", "E2"]
    assert org.people["unit"].tolist() == ["U", None]
    assert org.people["joined"].dtype == "datetime64[D]" and np.isnat(org.people["joined"][0])
    assert org.activities["cost"].tolist() == [100.5, 20.0, 0.0]
    assert org.activities["hours"].tolist() == [8.0, 2.5, 1.0]
    assert np.isnan(org.people["hours"][1])


def test_arrays_are_read_only_and_live_on(org: gr.Organization) -> None:
    risks = gr.estimate(org, {"person": [], "capability": [], "level": [], "source": []}, as_of="2026-03-31")
    mean, codes = risks["mean"], risks.codes("person")
    copies = mean.copy(), codes.copy()
    for name in (column.name for column in risks.columns):
        with pytest.raises(ValueError, match="read-only"):
            risks[name][:1] = risks[name][:1]
    del risks
    gc.collect()
    assert (mean == copies[0]).all() and (codes == copies[1]).all()


def test_codes_index_keys(risks: gr.Risks) -> None:
    assert risks.keys("person")[risks.codes("person")].tolist() == risks["person"].tolist()
    assert risks.codes("person").dtype == np.int32 and risks.codes("basis").dtype == np.uint8
    assert np.shares_memory(risks.codes("person"), risks.codes("person"))
    assert risks["exposure"] is risks["exposure"]
    with pytest.raises(gr.Error, match="no codes"):
        risks.codes("exposure")


def test_an_unknown_column_names_the_known(risks: gr.Risks) -> None:
    with pytest.raises(gr.Error, match="exposure") as caught:
        risks["exposures"]
    assert caught.value.code == "unknown_column"


def test_arrow_is_read_by_all(org: gr.Organization, risks: gr.Risks) -> None:
    for table in (org.people, org.activities, org.funds, risks):
        arrow = pa.table(table)
        arrow.validate(full=True)
        assert arrow.num_rows == len(table) and arrow.column_names == [column.name for column in table.columns]
        plain: dict[str, list[Any]] = table.to_pydict()
        for name, values in arrow.to_pydict().items():
            assert [float(value) if isinstance(value, Decimal) else value for value in values] == plain[name]
        assert pl.DataFrame(table).shape == arrow.shape
        frame = table  # noqa: F841
        assert duckdb.sql("select count(*) from frame").fetchall() == [(len(table),)]
        if hasattr(pd.DataFrame, "from_arrow"):
            assert pd.DataFrame.from_arrow(table).shape == arrow.shape
    assert pa.types.is_dictionary(pa.table(risks).schema.field("person").type)
    assert pa.types.is_decimal(pa.table(org.funds).schema.field("amount").type)


def test_arrow_outlives_the_table(tables: Any) -> None:
    arrow = pa.table(gr.Organization.from_tables(**tables).people)
    gc.collect()
    assert arrow.column("person").to_pylist() == ["007", "E2"]


def test_pandas_and_polars_get_plain_columns(org: gr.Organization) -> None:
    pandas, polars = org.people.to_pandas(), org.people.to_polars()
    assert pandas["person"].tolist() == polars["person"].to_list() == ["007", "E2"]
    assert polars.schema["person"] == pl.String and polars.schema["joined"] == pl.Date
    assert pandas["joined"].dtype.kind == "M"
    assert org.funds.to_pandas()["amount"].tolist() == org.funds.to_polars()["amount"].to_list() == [120.5]
    assert org.funds.to_polars().schema["amount"] == pl.Float64


def test_amounts_are_in_the_unit_of_their_kind(tables: Any) -> None:
    accounts = {
        "person": ["007"] * 3,
        "kind": ["money", "hours", "items"],
        "available": ["10.25", "1.5", "3"],
        "cap": [None, 1, None],
        "cap_period": [None, "month", None],
    }
    table = gr.Organization.from_tables(**tables, accounts=accounts).accounts
    found = dict(zip(table["kind"], table["available"], strict=True))
    assert found == {"money": 10.25, "hours": 1.5, "items": 3.0}
    assert pa.table(table).column("available").to_pylist() == table["available"].tolist()
    assert table.to_pydict()["cap"].count(None) == 2


def test_rows(org: gr.Organization) -> None:
    rows = list(org.people)
    assert rows == org.people.rows() and len(rows) == 2
    assert rows[1]["joined"] == datetime.date(2020, 1, 1) and rows[1]["unit"] is None and rows[0]["hours"] == 10.0


def test_integers_with_missing_ones_are_floats(org: gr.Organization) -> None:
    problems = gr.Organization.from_tables(roles={"role": ["R"], "wage": ["1"]}).problems
    assert "unknown_column" in problems["code"].tolist()
    assert problems["line"].dtype == np.float64 and problems.rows()[0]["line"] is None
    assert gr.Organization.from_tables().activities["days"].dtype == np.int32
    assert org.activities["days"].tolist() == [2, 1, 1]


def test_repr_shows_names_units_and_both_ends(acme: gr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    people = acme.organization.people
    text = repr(people)
    lines = text.splitlines()
    assert lines[0] == "people: 60 rows"
    assert lines[1].startswith("person")
    assert people["person"][0] in text and people["person"][-1] in text and people["person"][30] not in text
    assert max(map(len, lines)) <= 100
    assert "more: " in repr(acme.organization.programs)
    assert "EUR" in repr(acme.organization.funds).splitlines()[2]


def test_repr_of_an_empty_table() -> None:
    org = gr.Organization.from_tables()
    assert repr(org.people).splitlines()[0] == "people: 0 rows"
    assert "0 rows" in org.people._repr_html_()


def test_html_is_escaped(tables: Any) -> None:
    people = {"person": ["<b>", "a" * 100], "role": ["Analyst"] * 2, "name": ["&", "ok"]}
    html = gr.Organization.from_tables(**{**tables, "people": people}).people._repr_html_()
    assert "<b>" not in html and "&lt;b&gt;" in html and "&amp;" in html and "a" * 50 not in html
    assert html.startswith("<table>") and html.endswith("</table>")


def test_provenance(risks: gr.Risks) -> None:
    provenance = risks.provenance
    assert provenance["stage"] == "assess_risk" and provenance["version"] == gr.__version__
    assert provenance["as_of"] == datetime.date(2026, 3, 31)
    assert provenance["options"]["level_cuts"] == [4, 9, 16]
    assert len(provenance["digest"]) == 16


def test_an_organization_shows_its_tables(org: gr.Organization) -> None:
    assert "people 2" in repr(org)
    assert "requirements" in dir(org) and org.tables[0] == "settings"
    assert org.currency == "EUR"
    assert org.table("people").to_pydict() == org.people.to_pydict()
    with pytest.raises(gr.Error, match="there is no table"):
        org.table("peeple")
    with pytest.raises(AttributeError):
        _ = org.peeple


def test_messages_are_never_cut() -> None:
    with pytest.raises(gr.Error) as caught:
        gr.Organization.from_tables(scales={"scale": ["S"], "level": ["a"], "x" * 300: ["1"], "capability": [1]},
                                    people={"person": ["p"], "role": ["a very long name of a role " * 9]})  # fmt: skip
    for message in caught.value.problems["message"].tolist():
        assert message in repr(caught.value.problems)


def test_an_organisation_is_not_made_of_a_dict() -> None:
    with pytest.raises(TypeError, match="from_tables"):
        gr.Organization({"people": []})  # type: ignore[arg-type]
