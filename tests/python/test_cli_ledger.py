"""The ledger on the command line, as people type it."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest

import gradus as gr
from test_cli import gradus
from test_docs import blocks

COMMANDS = (
    *("create", "apply", "balance", "entries", "balances", "pending", "verify", "backup", "export"),
    *("fund", "entitlement", "notices", "report"),
)
REQUESTS = """\
key,at,by,operation,fund,person,program,kind,amount
s,2026-01-01,hr,supply,learning,,,money,1000
g,2026-01-01,hr,grant,learning,E03,my-money,money,300
r,2026-02-01T09:30:00Z,E03,reserve,,E03,my-money,money,120
n,2026-02-02,E03,reserve,,E03,my-money,money,200
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "accounts.ledger"
    assert gradus("ledger", "create", made).returncode == 0
    (tmp_path / "requests.csv").write_text(REQUESTS, encoding="utf-8")
    return made


@pytest.fixture
def filled(file: Path) -> Path:
    assert gradus("ledger", "apply", file, file.parent / "requests.csv").returncode == 3
    return file


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_teaches_by_example(command: str) -> None:
    done = gradus("ledger", command, "--help")
    assert done.returncode == 0 and f"  gradus ledger {command} " in done.stdout and "Exit codes" in done.stdout


def test_a_dry_run_tells_refusals_and_changes_nothing(file: Path) -> None:
    before = file.read_bytes()
    tried = gradus("ledger", "apply", file, file.parent / "requests.csv", "--dry-run")
    assert tried.returncode == 3 and "4 requests: 3 applied, 1 refused." in tried.stdout
    assert "by the rule available" in tried.stdout and "Nothing is changed" in tried.stdout
    assert file.read_bytes() == before and sorted(path.name for path in file.parent.iterdir()) == [
        "accounts.ledger", "requests.csv"
    ]  # fmt: skip
    done = gradus("ledger", "apply", file, file.parent / "requests.csv")
    assert done.returncode == 3 and tried.stdout.startswith(done.stdout)
    again = gradus("ledger", "apply", file, file.parent / "requests.csv", "--json")
    assert [row["applied"] for row in json.loads(again.stdout)] == [True, True, True, False]
    with gr.Ledger(file, read_only=True) as ledger:
        assert ledger.head.transaction == 4


def test_a_column_that_is_ignored_is_told(file: Path) -> None:
    requests = file.parent / "requests.csv"
    requests.write_text(REQUESTS.replace("amount", "amount,expire").replace("\n", ",\n").replace("expire,", "expire"))
    done = gradus("ledger", "apply", file, requests)
    assert "requests.csv: 'expire' is not a column of requests and is ignored" in done.stderr


def test_linked_rows_are_all_or_none(file: Path) -> None:
    done = gradus("ledger", "apply", file, file.parent / "requests.csv", "--linked")
    assert done.returncode == 3 and "0 applied, 4 refused" in done.stdout
    with gr.Ledger(file, read_only=True) as ledger:
        assert ledger.balance(fund="learning", at="2026-02-02").available == 0


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "key,at,by,operation\nx,2026-03-01T09:00,hr,expire\n",
            "row 1, line 2, column at: at ",
        ),
        (
            "key,at,by,operation,amount\nx,2026-03-01,hr,grant,1\n",
            "row 1, line 2, column amount: ",
        ),
        ("key,at,by\nx,2026-03-01,hr\n", "column 'operation' is required"),
        ("key,at,by,operation\nx,2026-01-01,hr,expire\n", "expected no earlier than 2026-02-02"),
        ("key,at,by,operation\nx,2026-01-01,hr\n", "3 cells found, 4 expected"),
    ],
)
def test_a_row_at_fault_is_one_and_named(filled: Path, rows: str, told: str) -> None:
    wrong = filled.parent / "wrong.csv"
    wrong.write_text(rows, encoding="utf-8")
    done = gradus("ledger", "apply", filled, wrong)
    assert (done.returncode, done.stdout) == (1, "") and told in done.stderr and "wrong.csv" in done.stderr
    with gr.Ledger(filled, read_only=True) as ledger:
        assert ledger.head.transaction == 4


def test_wrong_use_is_two(filled: Path) -> None:
    for arguments in (
        ("create", filled), ("verify", "none.ledger"), ("balance", filled), ("apply", filled, "none.csv"),
        ("backup", filled, filled), ("balance", filled, "--fund", "learning", "--at", "soon"),
        ("entitlement", filled, "E03", "--tables", "nowhere", "--at", "2026-03-01"),
    ):  # fmt: skip
        done = gradus("ledger", *arguments)
        assert done.returncode == 2 and done.stderr, arguments
        assert "Traceback" not in done.stderr


def test_what_a_ledger_holds_is_shown(filled: Path) -> None:
    person = ("--person", "E03", "--program", "my-money")
    done = gradus("ledger", "balance", filled, *person)
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["available", "180.00", "EUR"], ["reserved", "120.00", "EUR"], ["expired", "0.00", "EUR"]
    ]  # fmt: skip
    found = json.loads(gradus("ledger", "balance", filled, *person, "--at", "2026-01-15", "--json").stdout)
    assert found == {"available": "300.00", "reserved": "0.00", "expired": "0.00", "kind": "money"}
    for command, words in (
        ("entries", ("5 rows", "reserve", "lot E03 my-money", "2026-02-01 09:30", "-1,000.00 EUR")),
        ("balances", ("3 rows", "fund learning", "700.00 EUR", "180.00 EUR")),
        ("pending", ("1 row.", "120.00 EUR")),
    ):
        done = gradus("ledger", command, filled)
        assert done.returncode == 0 and all(word in done.stdout for word in words), done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 100
        rows = json.loads(gradus("ledger", command, filled, "--json").stdout)
        assert f"{len(rows)} row" in done.stdout
    assert json.loads(gradus("ledger", "pending", filled, "--at", "2026-01-15", "--json").stdout) == []


def test_play_money_says_so_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "mock.ledger"
    done = gradus("ledger", "create", file, "--currency", "USD", "--play-money")
    assert "play USD" in done.stdout
    (tmp_path / "requests.csv").write_text(REQUESTS, encoding="utf-8")
    gradus("ledger", "apply", file, tmp_path / "requests.csv")
    for command in (("balance", "--fund", "learning"), ("balances",), ("pending",), ("entries",)):
        done = gradus("ledger", command[0], file, *command[1:])
        assert "USD (play)" in done.stdout and "USD " not in done.stdout.replace("USD (play)", "")


def test_damage_is_one(filled: Path) -> None:
    done = gradus("ledger", "verify", filled)
    assert done.returncode == 0 and "sound." in done.stdout
    with gr.Ledger(filled, read_only=True) as ledger:
        assert f"transaction 4, {ledger.head.hash}" in done.stdout
        head = ledger.head
    found = json.loads(gradus("ledger", "verify", filled, "--json").stdout)
    assert found["head"] == {
        "transaction": 4, "entry": head.entry, "at": "2026-02-02T00:00:00Z", "hash": head.hash,
    }  # fmt: skip
    content = filled.read_bytes()
    filled.write_bytes(content.replace(b"my-money", b"my-honey"))
    done = gradus("ledger", "verify", filled)
    assert done.returncode == 1 and "not sound" in done.stdout
    assert json.loads(gradus("ledger", "verify", filled, "--json").stdout)["sound"] is False


def test_copies_and_exports(filled: Path) -> None:
    folder = filled.parent
    assert gradus("ledger", "backup", filled, folder / "copy").returncode == 0
    with gr.Ledger(folder / "copy", read_only=True) as copy, gr.Ledger(filled, read_only=True) as ledger:
        assert copy.head == ledger.head
        journal = ledger.hledger()
    assert gradus("ledger", "export", filled, folder / "out.journal").returncode == 0
    assert (folder / "out.journal").read_text(encoding="utf-8") == journal
    assert gradus("ledger", "export", filled, folder / "out", "--format", "csv").returncode == 0
    with (folder / "out" / "ledger_entries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5 and rows[4]["at"] == "2026-02-01 09:30:00+00:00" and rows[4]["pending"] == "120.0"


def test_programmes_from_tables(filled: Path) -> None:
    folder = filled.parent
    assert gradus("example", folder / "acme").returncode == 0
    tables = ("--tables", folder / "acme")
    at = ("--at", "2026-02-03")
    due = gradus("ledger", "fund", filled, *tables, *at, "--by", "hr", "--dry-run", "--json")
    done = gradus("ledger", "fund", filled, *tables, *at, "--by", "hr")
    assert due.returncode == 0 and done.returncode == 3
    assert len(json.loads(due.stdout)) == 17 and "5 requests: 3 applied" in done.stdout  # who waits is told once
    spendings = folder / "spendings.csv"
    spendings.write_text(
        "key,at,by,operation,person,program,activity,first_day,cost,agreed_plan,spending\n"
        "a,2026-02-04,E03,spend,E03,my-money,charts,2026-06-09,200,,\n"
        "o,2026-02-04,E03,spend,E03,my-money,charts,2026-06-09,20,plan,\n",
        encoding="utf-8",
    )
    without = gradus("ledger", "apply", filled, spendings)
    assert without.returncode == 1 and "an organisation is needed" in without.stderr
    done = gradus("ledger", "apply", filled, spendings, *tables)
    assert done.returncode == 3 and "by the rule plan" in done.stdout and "by the rule own" in done.stdout
    at = ("--at", "2026-02-05")
    told = gradus("ledger", "entitlement", filled, "E03", *tables, *at)
    assert told.returncode == 0 and "usable 150.00 EUR, available 380.00 EUR" in told.stdout
    assert gradus("ledger", "entitlement", filled, "E99", *tables, *at).returncode == 1
    assert "no_plan" in gradus("ledger", "notices", filled, *tables, *at).stdout
    stages = folder / "stages.csv"
    stages.write_text("person,stage\nE03,agreed\n", encoding="utf-8")
    report = gradus("ledger", "report", filled, *tables, *at, "--stages", stages)
    assert report.returncode == 0 and "agreed 1" in report.stdout and "granted 900.00 EUR" in report.stdout
    stages.write_text("person,stage\nE99,agreed\n", encoding="utf-8")
    wrong = gradus("ledger", "report", filled, *tables, *at, "--stages", stages)
    assert wrong.returncode == 1 and "stages.csv, row 1" in wrong.stderr


def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    (requests,) = blocks("docs/ledger.md", "text")
    (tmp_path / "requests.csv").write_text(requests, encoding="utf-8")
    commands = [line for block in blocks("docs/ledger.md", "sh") for line in block.splitlines()]
    assert len(commands) > 5
    for command in commands:
        name, *rest = shlex.split(command)
        assert name == "gradus"
        done = gradus(*rest, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
    assert (tmp_path / "accounts.journal").is_file()


@pytest.mark.parametrize(
    ("transaction", "entry", "change", "place", "kept"),
    [
        (0, 7, 0, "entry 7: ", ""),
        (3, 0, 0, "transaction 3: ", "ab" * 32),
        (0, 0, 0, "", ""),
        (2, 5, 0, "transaction 2, entry 5: ", ""),
        (0, 0, 4, "change of plans 4: ", "ab" * 32),
    ],
)
def test_what_is_known_of_damage_is_told(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, transaction: int, entry: int,
    change: int, place: str, kept: str,
) -> None:  # fmt: skip
    """Of an entry of no transaction its number; a head only where there is one to keep."""
    import typer

    from gradus.cli.ledger import verify

    head = gr.LedgerHead(1 if kept else 0, 2 if kept else 0, None, kept)
    found = gr.LedgerCheck(False, transaction, entry, change, "what was found", head)
    monkeypatch.setattr(gr.Ledger, "verify", lambda _: found)
    with pytest.raises(typer.Exit):
        verify(file=filled)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [f"  {place}what was found", *([f"transaction 1, {kept}"] if kept else [])]


def test_nothing_is_exported_over_a_ledger(filled: Path) -> None:
    folder = filled.parent
    before = filled.read_bytes()
    (folder / "link").symlink_to(filled)
    (folder / "same").hardlink_to(filled)
    (folder / "out").mkdir()
    (folder / "out" / "ledger_entries.csv").write_bytes(before)
    for target in (filled, folder / "link", folder / "same"):
        done = gradus("ledger", "export", filled, target)
        assert done.returncode == 2 and "is a ledger" in done.stderr
    assert gradus("ledger", "export", filled, folder / "out", "--format", "csv").returncode == 2
    assert gradus("ledger", "export", filled, "-", "--format", "csv").returncode == 2
    assert filled.read_bytes() == before == (folder / "out" / "ledger_entries.csv").read_bytes()
    with gr.Ledger(filled, read_only=True) as ledger:
        assert gradus("ledger", "export", filled, "-", cwd=folder).stdout == ledger.hledger()
    assert not (folder / "-").exists()


def test_what_a_person_has_in_programmes_is_named(filled: Path) -> None:
    done = gradus("ledger", "balance", filled, "--person", "E03")
    assert done.stdout.splitlines()[3] == "of no programme; E03 also has money of my-money (--program)"
    done = gradus("ledger", "balance", filled, "--person", "E04")
    assert done.stdout.splitlines()[3] == "of no programme"
    assert len(gradus("ledger", "balance", filled, "--person", "E03", "--program", "my-money").stdout.splitlines()) == 3


def test_balances_say_what_expires_when(filled: Path) -> None:
    with gr.Ledger(filled) as ledger:
        ledger.grant("x", at="2026-02-03", by="hr", fund="learning", person="E05", amount=5, expires="2027-01-01")
    assert "2027-01-01" in gradus("ledger", "balances", filled).stdout
    rows = json.loads(gradus("ledger", "balances", filled, "--json").stdout)
    assert "2027-01-01T00:00:00Z" in {row["expires"] for row in rows}
