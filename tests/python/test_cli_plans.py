"""Plans on the command line, as people type it."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

import gradus as gr
from agency import CLERKS, COURSE, Office, clerk, tables
from test_cli import gradus
from test_docs import blocks

COMMANDS = ("apply", "write", "step", "list", "show", "items", "history", "next", "notices", "report")
HEAD = "key,at,by,as,operation,plan,person,reason"


def write_csv(path: Path, table: Any) -> None:
    rows = (
        table
        if isinstance(table, list)
        else [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        out.writeheader()
        out.writerows(rows)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agency's tables, with ratings, and a plan from them."""
    folder = tmp_path_factory.mktemp("agency") / "acme"
    folder.mkdir()
    for name, table in tables().items():
        write_csv(folder / f"{name}.csv", table)
    ratings = [{"person": clerk(n), "capability": "SQL", "level": "basic", "source": "test"} for n in range(CLERKS)]
    write_csv(folder / "assessments.csv", ratings)
    done = gradus("plan", folder, "-o", folder.parent / "out", "--as-of", "2026-01-31", "--no-report")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    office = Office(tmp_path / "accounts.ledger")
    office.supply()
    office.ledger.close()
    write_csv(tmp_path / "items.csv", [{"person": clerk(n), **COURSE} for n in (0, 1)])
    (tmp_path / "requests.csv").write_text(
        f"{HEAD}\n"
        "a,2026-01-05,E1000,employee,write,E1000/1,E1000,\n"
        "b,2026-01-05,E1000,employee,propose,E1000/1,,\n"
        "c,2026-01-05,E1001,employee,write,E1001/1,E1001,my year\n"
        "d,2026-01-06,Chief,manager,agree,E1001/1,,\n",
        encoding="utf-8",
    )
    return tmp_path / "accounts.ledger"


@pytest.fixture
def filled(file: Path, acme: Path) -> Path:
    folder = file.parent
    done = gradus("plans", "apply", file, folder / "requests.csv", "--tables", acme, "--items", folder / "items.csv")
    assert done.returncode == 3, done.stderr
    return file


def step(
    file: Path, acme: Path, *words: Any, capacity: str = "employee", by: str = "E1000", at: str = "2026-01-07"
) -> Any:
    return gradus(
        "plans", "step", file, *words, "--tables", acme, "--at", at, "--by", by, "--acting-as", capacity
    )  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_teaches_by_example(command: str) -> None:
    done = gradus("plans", command, "--help")
    assert done.returncode == 0 and "Exit codes" in done.stdout
    assert f"  gradus plans {command} " in done.stdout


def test_a_dry_run_tells_refusals_and_changes_nothing(file: Path, acme: Path) -> None:
    before = file.read_bytes()
    rows = (
        "plans",
        "apply",
        file,
        file.parent / "requests.csv",
        "--tables",
        acme,
        "--items",
        file.parent / "items.csv",
    )
    tried = gradus(*rows, "--dry-run")
    assert tried.returncode == 3 and "4 requests: 3 applied, 1 refused." in tried.stdout
    assert "agree E1001/1 (change 4), by the rule state" in tried.stdout and "Nothing is changed" in tried.stdout
    assert "Plans now: 1 proposed, 1 draft." in tried.stdout
    assert file.read_bytes() == before
    done = gradus(*rows)
    assert done.returncode == 3 and tried.stdout.startswith(done.stdout)
    again = json.loads(gradus(*rows, "--json").stdout)
    assert [row["applied"] for row in again] == [True, True, True, False]
    assert again[0]["at"] == "2026-01-05T00:00:00Z" and again[3]["rule"] == "state"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("requests", f"{HEAD}\na,2026-01-05,E1000,employee,write,,E1000,\n",
         "requests.csv, row 1, line 2, column plan: write needs plan"),
        ("requests", "key,at,by\na,2026-01-05,E1000\n", "requests.csv, column as: column 'as' is required"),
        ("requests", f"{HEAD}\na,2026-01-05,E1000,boss,propose,none,,\n", "requests.csv, row 1, line 2, column as: "),
        ("items", "person,activity,first_day,last_day\nE1000,analyses,2026-02-02,2026-02-02\n", "items.csv, row 1"),
        ("items", "person,activity,first_day,last_day\nE1003,analysis,2026-02-02,2026-02-02\n",
         "items.csv, row 1, line 2, column person: expected somebody for whom a row of plan_requests writes"),
        ("items", "person\nE1000,\n", "items.csv"),
    ],
)  # fmt: skip
def test_a_row_at_fault_is_one_and_named(file: Path, acme: Path, name: str, text: str, told: str) -> None:
    (file.parent / f"{name}.csv").write_text(text, encoding="utf-8")
    done = gradus(
        "plans", "apply", file, file.parent / "requests.csv", "--tables", acme, "--items", file.parent / "items.csv"
    )
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert told in done.stderr
    assert json.loads(gradus("plans", "list", file, "--json").stdout) == []


def test_a_column_that_is_ignored_is_told(file: Path, acme: Path) -> None:
    items = file.parent / "items.csv"
    items.write_text("person,activity,first_day,last_day,mood\nE1000,analysis,2026-02-02,2026-02-02,good\n")
    done = gradus("plans", "apply", file, file.parent / "requests.csv", "--tables", acme, "--items", items)
    assert "items.csv: 'mood' is not a column of items and is ignored" in done.stderr


def test_wrong_use_is_two(filled: Path, acme: Path) -> None:
    with_tables = ("--tables", acme)
    for arguments in (
        ("list", "none.ledger"), ("list", filled, "--state", "agre"), ("items", filled, "--status", "done"),
        ("apply", filled, "none.csv", *with_tables), ("apply", filled, acme / "people.csv", "--tables", "nowhere"),
        ("step", filled, "agre", "E1000/1", *with_tables, "--at", "2026-01-07", "--by", "x", "--acting-as", "manager"),
        ("step", filled, "agree", "E1000/1", *with_tables, "--at", "2026-01-07", "--by", "x", "--acting-as", "boss"),
        ("step", filled, "agree", "E1000/1", *with_tables, "--at", "2026-01-07", "--by", "x"),
        ("next", filled, *with_tables, "--at", "2026-01-07", "-o", acme),
        ("next", filled, *with_tables, "--at", "soon", "-o", filled.parent / "next"),
        ("write", filled, acme.parent / "none", *with_tables, "--name", "1", "--at", "2026-01-07", "--by", "x"),
    ):  # fmt: skip
        done = gradus("plans", *arguments)
        assert done.returncode == 2 and done.stderr and "Traceback" not in done.stderr, (arguments, done.stderr)


def test_steps_go_from_draft_to_closed(filled: Path, acme: Path) -> None:
    assert "Plans now: 1 employee_agreed." in step(filled, acme, "agree", "E1000/1").stdout
    agreed = step(filled, acme, "agree", "E1000/1", capacity="manager", by="Chief")
    assert agreed.returncode == 0 and "Plans now: 1 agreed." in agreed.stdout
    assert step(filled, acme, "agree", "E1000/1", capacity="manager", by="Chief").stdout == agreed.stdout
    assert "1 active" in step(filled, acme, "begin_item", "E1000/1", "--activity", "analysis", "--dry-run").stdout
    assert step(filled, acme, "begin_item", "E1000/1", "--activity", "analysis").returncode == 0
    more = ("raise_item", "E1000/1", "--activity", "analysis", "--account-cost", "10.50", "--hours", "0")
    chief = {"capacity": "manager", "by": "Chief"}
    assert step(filled, acme, *more, **chief).returncode == 0
    refused = step(filled, acme, "close", "E1000/1", **chief)
    assert refused.returncode == 3 and "by the rule state" in refused.stdout
    # What was refused may be possible by now: the same command asks anew.
    dear = ("complete_item", "E1000/1", "--activity", "analysis", "--cost", "1015")
    assert "by the rule reserved" in step(filled, acme, *dear, **chief, at="2026-01-07").stdout
    assert step(filled, acme, *more, "--reason", "dearer still", **chief).returncode == 0
    assert step(filled, acme, *dear, "--dry-run", **chief).returncode == 0
    spent = (
        "complete_item",
        "E1000/1",
        "--activity",
        "analysis",
        "--cost",
        "800",
        "--hours",
        "6",
        "--provider",
        "school",
    )
    assert step(filled, acme, *spent, **chief).returncode == 0
    for said in ("well done", "and quickly"):
        assert step(filled, acme, "comment", "E1000/1", "--reason", said, **chief).returncode == 0
    assert step(filled, acme, "name_advisor", "E1000/1", "--advisor", "Eve", **chief).returncode == 0
    seats = ("set_seats", "--session", "W-MAR", "--seats", "7")
    assert step(filled, acme, *seats, capacity="administrator", by="hr").returncode == 0
    for last in ("review", "close"):
        assert step(filled, acme, last, "E1000/1", **chief, at="2026-02-03").returncode == 0
    assert step(filled, acme, "propose", "E1009/1").returncode == 1
    lacking = step(filled, acme, "begin_item", "E1000/1")
    assert lacking.returncode == 1 and "column activity: begin_item needs activity" in lacking.stderr
    (row,) = json.loads(gradus("plans", "list", filled, "--state", "closed", "--json").stdout)
    assert (row["plan"], row["advisor"], row["changed"]) == ("E1000/1", "Eve", "2026-02-03T00:00:00Z")
    listed = gradus("plans", "items", filled, "--person", "E1000").stdout
    assert (
        "1 item: 1 completed." in listed and "1,021.00 EUR" in listed and "800.00 EUR" in listed and " 8 h " in listed
    )


def test_what_stands_in_the_file_is_shown(filled: Path) -> None:
    done = gradus("plans", "list", filled)
    assert done.returncode == 0 and "2 plans: 1 proposed, 1 draft." in done.stdout and "E1000/1" in done.stdout
    assert [
        row["plan"] for row in json.loads(gradus("plans", "list", filled, "--person", "E1001", "--json").stdout)
    ] == ["E1001/1"]
    done = gradus("plans", "history", filled, "E1001")
    assert "2 rows." in done.stdout or "3 rows." in done.stdout
    assert "refused: state" in done.stdout and "Chief (manager)" in done.stdout and "my year" in done.stdout
    assert gradus("plans", "history", filled, "E9").returncode == 1
    assert len(json.loads(gradus("plans", "history", filled, "--json").stdout)) > 4
    done = gradus("plans", "show", filled, "E1000/1")
    assert "E1000/1 of E1000: proposed." in done.stdout and "analysis" in done.stdout and "0 goals" in done.stdout
    found = json.loads(gradus("plans", "show", filled, "E1000/1", "--json").stdout)
    assert found["state"] == "proposed" and [item["activity"] for item in found["items"]] == ["analysis"]
    unknown = gradus("plans", "show", filled, "E1000/2")
    assert unknown.returncode == 1 and "there is no plan 'E1000/2'" in unknown.stderr


def test_an_empty_ledger_has_no_plans(file: Path) -> None:
    for command in ("list", "items", "history"):
        done = gradus("plans", command, file)
        assert done.returncode == 0 and done.stdout.startswith("0 "), done.stderr


def test_a_plan_for_many_is_written_and_the_next_starts_from_it(file: Path, acme: Path) -> None:
    out = acme.parent / "out"
    write = ("plans", "write", file, out, "--tables", acme, "--name", "2026", "--by", "planner", "--propose")
    tried = gradus(*write, "--at", "2026-02-01", "--dry-run")
    done = gradus(*write, "--at", "2026-02-01")
    assert done.returncode == 0, done.stderr
    assert f"{2 * CLERKS} requests: {2 * CLERKS} applied, 0 refused." in done.stdout
    assert f"Plans now: {CLERKS} proposed." in done.stdout and tried.stdout.startswith(done.stdout)
    assert gradus(*write, "--at", "2026-02-01").stdout == done.stdout
    again = gradus(*write, "--at", "2026-02-02")
    assert again.returncode == 1 and "used for another request" in again.stderr
    assert f"{CLERKS} plans: {CLERKS} proposed." in gradus("plans", "list", file).stdout
    shown = gradus("plans", "show", file, f"{clerk(0)}/2026").stdout
    assert "1 goal" in shown and "Reach skilled in SQL" in shown

    organization = gr.load(acme).organization
    with gr.Ledger(file) as ledger:
        plans = gr.Agreements(ledger, organization)
        for number in range(CLERKS):
            for by, capacity in ((clerk(number), "employee"), ("Chief", "manager")):
                plans.agree(f"{by} {number}", at="2026-02-02", by=by, acting_as=capacity, plan=f"{clerk(number)}/2026")
    listed = gradus("plans", "list", file, "--top", "3")
    assert "14 plans: 13 agreed, 1 employee_agreed." in listed.stdout and "and 11 more: --top 14" in listed.stdout
    assert len(listed.stdout.splitlines()) < 10 and max(map(len, listed.stdout.splitlines())) <= 100
    folder = file.parent / "next"
    done = gradus("plans", "next", file, "--tables", acme, "--at", "2026-02-03", "-o", folder)
    assert done.returncode == 0 and "enrolments.csv (13 rows)" in done.stdout, done.stderr
    with gr.Ledger(file, read_only=True) as ledger:
        expected = gr.Agreements(ledger, organization).organization("2026-02-03")
    found = organization.with_tables(**{
        path.stem: gr.load(acme).organization and _rows(path) for path in folder.glob("*.csv")
    })
    for name in ("enrolments", "accounts", "funds", "sessions"):
        assert found.table(name).rows() == expected.table(name).rows()
    counts = json.loads(
        gradus("plans", "next", file, "--tables", acme, "--at", "2026-02-03", "-o", folder, "--json").stdout
    )
    assert counts == {"enrolments": 13, "accounts": 2 * CLERKS, "funds": 2, "sessions": 1}

    at = ("--tables", acme, "--at", "2026-02-03")
    assert "no_plan" not in gradus("plans", "notices", file, *at).stdout
    (file.parent / "told.txt").write_text(f"{clerk(0)}\n\n{clerk(2)}\n", encoding="utf-8")
    report = gradus("plans", "report", file, *at, "--informed", file.parent / "told.txt")
    assert "informed 2, planned 7, agreed 7" in report.stdout and "reserved" in report.stdout
    rows = json.loads(gradus("plans", "report", file, *at, "--json").stdout)
    assert sum(row["agreed"] for row in rows if row["program"] == "tuition") == 13
    (file.parent / "told.txt").write_text("E9\n", encoding="utf-8")
    assert gradus("plans", "report", file, *at, "--informed", file.parent / "told.txt").returncode == 1


def _rows(path: Path) -> list[dict[str, str | None]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]


def test_many_refusals_are_told_shortly(file: Path, acme: Path) -> None:
    rows = [f"r{n},2026-01-05,Chief,manager,agree,{clerk(n)}/1,," for n in range(CLERKS)]
    drafts = [f"w{n},2026-01-05,Chief,manager,write,{clerk(n)}/1,{clerk(n)}," for n in range(CLERKS)]
    requests = file.parent / "many.csv"
    requests.write_text("\n".join([HEAD, *drafts, *rows, ""]), encoding="utf-8")
    done = gradus("plans", "apply", file, requests, "--tables", acme)
    assert done.returncode == 3 and "Refused by rule: state 14. The first 10" in done.stdout
    assert done.stdout.count("by the rule state") == 10


def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    commands = [line for block in blocks("docs/plans.md", "sh") for line in block.replace("\\\n", "").splitlines()]
    assert len(commands) > 8
    (supply,) = blocks("docs/plans.md", "text")
    (tmp_path / "supply.csv").write_text(supply, encoding="utf-8")
    for command in commands:
        name, *rest = shlex.split(command)
        if name == "cp":
            shutil.copytree(tmp_path / rest[1], tmp_path / rest[2])
            continue
        assert name == "gradus"
        done = gradus(*rest, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    with gr.Ledger(tmp_path / "accounts.ledger", read_only=True) as ledger:
        assert ledger.verify()
