"""Folders of CSV and Parquet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gradus as gr
from conftest import AS_OF, small_ratings
from gradus.simulate import simulate_tables, write_folder


@pytest.fixture
def folder(tables: Any, tmp_path: Path) -> Path:
    write_folder({**tables, "assessments": small_ratings()}, tmp_path)
    return tmp_path


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8", newline="")


def test_a_folder_of_csv(folder: Path, org: gr.Organization) -> None:
    (folder / "README.md").write_text("not a table")
    (folder / "notes.csv.bak").write_text("not a table either")
    loaded = gr.load(folder)
    assert loaded.organization.people.to_pydict() == org.people.to_pydict()  # 007 has its zeros
    assert loaded.organization.problems.to_pydict() == org.problems.to_pydict()
    assert loaded.assessments is not None and len(loaded.assessments) == 3
    assert loaded.kpis is loaded.rollouts is loaded.anecdotes is None
    assert "people 2" in repr(loaded) and "assessments 3" in repr(loaded)
    again = gr.estimate(loaded.organization, loaded.assessments, as_of=AS_OF)
    assert again.to_pydict() == gr.estimate(org, small_ratings(), as_of=AS_OF).to_pydict()


def test_a_folder_of_parquet_gives_the_same(folder: Path) -> None:
    expected = gr.load(folder)
    for path in folder.glob("*.csv"):
        read = pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(strings_can_be_null=True, null_values=[""]))
        if path.stem == "people":
            read = read.set_column(0, "person", pa.array(["007", "E2"]).dictionary_encode())
        if path.stem == "assessments":
            read = read.set_column(0, "person", pa.array(["007", "007", "E2"]))
        pq.write_table(read, path.with_suffix(".parquet"))
        path.unlink()
    loaded = gr.load(str(folder))
    for name in loaded.organization.tables:
        assert loaded.organization.table(name).to_pydict() == expected.organization.table(name).to_pydict(), name
    assert loaded.assessments is not None and expected.assessments is not None
    assert loaded.assessments.to_pydict() == expected.assessments.to_pydict()


def test_all_that_is_simulated_survives_a_folder(tmp_path: Path) -> None:
    options: dict[str, Any] = {"people": 30, "units": 4, "activities": 40, "seed": 5}
    write_folder(simulate_tables(gr.examples.gdad(), **options), tmp_path)
    loaded, simulated = gr.load(tmp_path), gr.simulate(gr.examples.gdad(), **options)
    for name in loaded.organization.tables:
        assert loaded.organization.table(name).to_pydict() == simulated.organization.table(name).to_pydict(), name
    for name in ("assessments", "kpis", "rollouts", "anecdotes"):
        one, other = getattr(loaded, name), getattr(simulated, name)
        assert (one and one.to_pydict()) == (other and other.to_pydict()), name


def test_only_the_empty_cell_is_missing(folder: Path) -> None:
    (folder / "roles.csv").write_text('role,name\nAnalyst,NA\nnull,"n/a"\nNaN,""\n')
    roles = gr.load(folder).organization.roles
    assert dict(zip(roles["role"], roles["name"], strict=True)) == {"Analyst": "NA", "null": "n/a", "NaN": None}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_problems_name_the_line_of_the_file(folder: Path, newline: str, bom: str, end: str) -> None:
    text = 'role,name\nAnalyst,"a name\n\nof ""three"" lines"\n\nOther,x\n,y' + end
    (folder / "roles.csv").write_text(bom + text.replace("\n", newline), encoding="utf-8", newline="")
    with pytest.raises(gr.Error) as caught:
        gr.load(folder)
    assert (caught.value.table, caught.value.row, caught.value.column) == ("roles", 3, "role")
    assert caught.value.problems is not None
    problem = next(row for row in caught.value.problems if row["code"] == "missing_value")
    assert (problem["row"], problem["line"]) == (3, 7)


def test_every_problem_comes_at_once(folder: Path) -> None:
    edit(folder / "people.csv", "E2,Analyst", "E2,Analist")
    edit(folder / "requirements.csv", "Practitioner", "Guru")
    with pytest.raises(gr.Error) as caught:
        gr.load(folder)
    problems = caught.value.problems
    assert problems is not None and "error" in str(caught.value)
    found = {(row["table"], row["row"], row["line"], row["column"], row["code"]) for row in problems}
    assert ("people", 2, 3, "role", "unknown_key") in found
    assert ("requirements", 1, 2, "level", "unknown_level") in found


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda folder: (folder / "people.parquet").write_bytes(b""), "contradiction", "two files for one table"),
        (lambda folder: (folder / "peeple.csv").write_text("person\n"), "unknown_table", "peeple"),
        (lambda folder: (folder / "units.csv").write_text(""), "invalid_text", "units.csv"),
        (lambda folder: (folder / "units.csv").write_text("unit,name\nU,a,b\n"), "invalid_text", "units.csv"),
        (lambda folder: (folder / "units.csv").write_bytes(b"unit\n\xff\n"), "invalid_text", "units.csv"),
        (lambda folder: (folder / "units.csv").write_text("unit,unit\nU,V\n"), "contradiction", "unit"),
        (lambda folder: (folder / "kpis.parquet").write_bytes(b"PAR1half"), "invalid_text", "kpis.parquet"),
    ],
)  # fmt: skip
def test_a_folder_with_a_fault(folder: Path, spoil: Any, code: str, words: str) -> None:
    spoil(folder)
    with pytest.raises(gr.Error, match=words) as caught:
        gr.load(folder)
    assert caught.value.code == code


def test_half_of_a_parquet_file(folder: Path) -> None:
    path = folder / "units.parquet"
    pq.write_table(pa.table({"unit": ["U"], "name": ["x" * 1000]}), path)
    (folder / "units.csv").unlink()
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(gr.Error, match=r"units\.parquet cannot be read"):
        gr.load(folder)


def test_no_folder_and_no_tables(tmp_path: Path) -> None:
    with pytest.raises(gr.Error, match="not a folder"):
        gr.load(tmp_path / "absent")
    with pytest.raises(gr.Error, match="no tables"):
        gr.load(tmp_path)


def test_without_pyarrow_the_extra_is_named(folder: Path) -> None:
    code = f"import sys; sys.modules['pyarrow'] = None; import gradus; gradus.load({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError" in done.stderr and "pip install 'gradus[files]'" in done.stderr
