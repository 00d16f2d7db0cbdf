"""Every problem at once, and nothing that follows from another."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gradus as gr
from gradus._check import REFERS
from gradus._found import table_names

COLUMNS = ("severity", "code", "table", "row", "line", "column", "key", "message")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(gr.examples.starter(), tmp_path / "acme"))


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8", newline="")


def told(problems: gr.Table) -> list[tuple[Any, ...]]:
    return [(row["severity"], row["code"], row["table"], row["line"], row["column"]) for row in problems]


def test_all_is_well() -> None:
    problems = gr.check(gr.examples.starter())
    assert problems.name == "problems" and len(problems) == 0
    assert tuple(column.name for column in problems.columns) == COLUMNS


def test_faults_of_files_and_of_rows_come_together(folder: Path) -> None:
    (folder / "kpis.csv").write_bytes(b"")
    edit(folder / "sessions.csv", ",4,380", ",4")
    edit(folder / "people.csv", "E02,adviser", "E02,advisor")
    edit(folder / "funds.csv", "1100", "cheap")
    edit(folder / "units.csv", "name", "nmae")
    found = told(gr.check(folder))
    assert sorted(found, key=str) == sorted([
        ("error", "invalid_text", "kpis", None, None),
        ("error", "invalid_text", "sessions", 3, None),
        ("error", "unknown_key", "people", 3, "role"),
        ("error", "wrong_type", "funds", 3, "amount"),
        ("warning", "unknown_column", "units", None, "nmae"),
        ("warning", "ignored", "sessions", None, None),  # whether keys are in it was not checked
        ("warning", "ignored", "assessments", None, None),  # and the other four: not checked
    ], key=str)  # fmt: skip
    messages = [row["message"] for row in gr.check(folder) if row["code"] == "ignored"]
    assert any("not checked: whether keys are in sessions" in text for text in messages)
    assert any("not checked: assessments, review_designs, rollouts, anecdotes" in text for text in messages)


def test_the_error_of_load_has_them_all(folder: Path) -> None:
    edit(folder / "people.csv", "E02,adviser", "E02,advisor")
    edit(folder / "funds.csv", "1100", "cheap")
    with pytest.raises(gr.Error, match=r"and 1 more error\)") as caught:
        gr.load(folder)
    assert caught.value.problems is not None
    assert caught.value.problems.to_pydict() == gr.check(folder).to_pydict()
    assert str(caught.value).startswith("people, row 2, line 3, column role: role 'advisor'")


def test_what_was_seen_is_checked_table_by_table(folder: Path) -> None:
    edit(folder / "assessments.csv", "E01,complaints,skilled", "E99,complaints,skilled")
    edit(folder / "kpis.csv", "16.5", "many")
    edit(folder / "rollouts.csv", "2026-02-02", "in spring")
    edit(folder / "anecdotes.csv", "E07,reports", "E07,report")
    errors = {row[2:] for row in told(gr.check(folder))}
    assert errors == {
        ("assessments", 2, "person"),
        ("kpis", 2, "value"),
        ("rollouts", 2, "start"),
        ("anecdotes", 3, "objective"),
    }


def test_warnings_of_ratings_are_told(folder: Path) -> None:
    edit(folder / "assessments.csv", "peer,E10,2025-11-20", "peer,E10,")
    edit(folder / "outcomes.csv", "sql-start,sql,1,", "sql-start,sql,,")
    assert {row[:3] for row in told(gr.check(folder))} == {
        ("warning", "assumed", "outcomes"),
        ("warning", "assumed", "assessments"),
    }
    assert gr.load(folder).organization.problems["code"].tolist() == ["assumed"]


@pytest.mark.parametrize("table", table_names())
def test_a_file_that_cannot_be_read_is_the_only_error(folder: Path, table: str) -> None:
    """What follows from its absence alone is not told: whoever mends the file would be sent elsewhere."""
    (folder / f"{table}.csv").write_bytes(b"")
    problems = gr.check(folder)
    assert [row["table"] for row in problems if row["severity"] == "error"] == [table]
    notes = [row["message"] for row in problems if row["severity"] == "warning"]
    assert all(note.startswith("not checked: ") for note in notes), notes
    referred = table in REFERS.values()
    assert referred == any(f"whether keys are in {table}," in note for note in notes)


def test_real_errors_are_told_beside_a_file_that_cannot_be_read(folder: Path) -> None:
    (folder / "roles.csv").write_bytes(b"")
    edit(folder / "people.csv", "2017-09-01", "long ago")
    edit(folder / "people.csv", "E03,adviser,Imogen Farraday,tenants", "E03,adviser,Imogen Farraday,tenents")
    errors = {row[1:] for row in told(gr.check(folder)) if row[0] == "error"}
    assert errors == {
        ("invalid_text", "roles", None, None),
        ("wrong_type", "people", 3, "joined"),
        ("unknown_key", "people", 4, "unit"),
    }


def test_columns_of_keys_refer_to_tables() -> None:
    assert set(REFERS.values()) <= set(table_names())
    org = gr.load(gr.examples.starter()).organization
    keys = {column.name for name in org.tables for column in org.table(name).columns if column.type == "key"}
    own_words = {"attribute", "cluster", "family", "kind", "kpi", "parent", "persona"}
    assert keys - own_words == set(REFERS) - {"activity_kinds"}


def test_a_bad_option_is_no_problem_of_the_tables() -> None:
    with pytest.raises(gr.Error, match="threads"):
        gr.check(gr.examples.starter(), threads=-1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_of_any_kind_is_told_and_never_raised(folder: Path, data: st.DataObject) -> None:
    """Bytes of any one file are overwritten, cut off or put in; the answer is a table, the same as that of load."""
    path = data.draw(st.sampled_from(sorted(folder.glob("*.csv"))))
    before = path.read_bytes()
    place = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(place, min(len(before), place + 40)))
    damaged = before[:place] + data.draw(st.binary(max_size=8)) + before[end:]
    try:
        path.write_bytes(damaged)
        problems = gr.check(folder)
        if "error" in problems["severity"]:
            with pytest.raises(gr.Error) as caught:
                gr.load(folder)
            assert caught.value.problems is not None
            assert caught.value.problems.to_pydict() == problems.to_pydict()
        else:
            gr.load(folder)
    finally:
        path.write_bytes(before)


def test_a_needed_table_that_is_absent_is_named(folder: Path) -> None:
    (folder / "requirements.csv").unlink()
    assert "there is no table requirements: without it nobody has a gap" in " ".join(gr.check(folder)["message"])
