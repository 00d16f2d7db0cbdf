"""The small organisation to start from."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradus as gr
from gradus._found import table_names

FOLDER = gr.examples.starter()
AS_OF = "2026-03-31"


@pytest.fixture(scope="module")
def plan() -> gr.Plan:
    loaded = gr.load(FOLDER)
    org = loaded.organization
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, loaded.assessments, as_of=AS_OF)))
    return gr.optimize(org, risks, start="2026-04-01")


def told() -> Iterator[tuple[str, list[str], set[str]]]:
    """Table, columns and required columns, as the README tells them."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name, rest in re.findall(r"^- `(\w+)\.csv` – (.*?)\. ", text, re.MULTILINE | re.DOTALL):
        columns = [word.strip() for word in rest.split(",")]
        yield name, [word.strip("*") for word in columns], {word.strip("*") for word in columns if "*" in word}


def header(name: str) -> list[str]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_it_has_every_table_and_no_problem() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(table_names())
    problems = gr.check(FOLDER)
    assert not len(problems), problems


def test_it_has_every_column_with_a_cell() -> None:
    loaded = gr.load(FOLDER)
    tables = [loaded.organization.table(name) for name in loaded.organization.tables]
    tables += [loaded.assessments, loaded.kpis, loaded.rollouts, loaded.anecdotes]
    for table in tables:
        assert table is not None
        with (FOLDER / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for column in table.columns:
            assert any(row[column.name] for row in rows), (table.name, column.name)


def test_the_readme_tells_every_file_and_column() -> None:
    told_tables = list(told())
    assert sorted(name for name, _, _ in told_tables) == sorted(table_names())
    for name, columns, _ in told_tables:
        assert sorted(columns) == sorted(header(name)), name


def test_the_readme_tells_what_is_required() -> None:
    text = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    for name, _, required in told():
        (section,) = re.findall(rf"^### {name}$(.*?)(?=^##|\Z)", text.split("## Result tables")[0], re.M | re.S)
        wanted = set(re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\| yes \|", section, re.MULTILINE))
        assert required == wanted, name


def test_five_files_are_enough(tmp_path: Path) -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    (sentence,) = re.findall(r"\*\*Five files are enough to begin\*\*: (.*?) tell what", text, re.DOTALL)
    names = re.findall(r"`(\w+)\.csv`", sentence)
    for name in names:
        shutil.copy(FOLDER / f"{name}.csv", tmp_path)
    people = (tmp_path / "people.csv").read_text(encoding="utf-8")
    (tmp_path / "people.csv").write_text(re.sub(",(homes|tenants|data),", ",,", people), encoding="utf-8")
    assert len(names) == 5
    org = gr.load(tmp_path).organization
    assert len(gr.find_gaps(org, gr.estimate(org, [], as_of=AS_OF))) == 6 * 4 + 1 * 5 + 3 * 4 + 2 * 4  # people × needs


def test_its_plan_shows_what_a_plan_is(plan: gr.Plan) -> None:
    assert 30 <= len(plan.items) <= 60
    assert not len(plan.conflicts) and not len(plan.problems)
    reasons = set(plan.items["reason"])
    assert {"risk", "goal", "mandatory", "pinned"} <= reasons
    kinds = plan.resources["kind"][plan.resources["binding"]]
    assert set(kinds) == {"fund", "session"}
    assert plan.gap < 0.02 and plan.verify().ok
