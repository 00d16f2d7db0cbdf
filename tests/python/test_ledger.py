"""The ledger from Python: the answers of a plain model, and one file for several processes and threads."""

from __future__ import annotations

import copy
import datetime
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradus as gr

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def second(number: int) -> datetime.datetime:
    return START + datetime.timedelta(seconds=number)


@pytest.fixture
def ledger() -> Iterator[gr.Ledger]:
    with gr.Ledger() as opened:
        opened.supply("s", at="2026-01-01", by="hr", fund="pool", amount=1000)
        opened.grant("g", at="2026-01-01", by="hr", fund="pool", person="Ann", amount="250.50")
        yield opened


# What each operation does


def test_each_operation_does_what_it_says(ledger: gr.Ledger) -> None:
    by: dict[str, Any] = {"at": "2026-02-01", "by": "hr"}
    hold = ledger.reserve("r", **by, person="Ann", amount=100, expires="2026-03-01", draw="granted", reason="course")
    assert hold and hold.asked == Decimal("100.00") and hold.available == Decimal("250.50") and hold.kind == "money"
    assert ledger.balance(person="Ann", at="2026-02-01") == gr.Balance(Decimal("150.50"), Decimal("100.00"), Decimal(0))
    assert ledger.balance(person="Ann", at="2026-03-01").available == Decimal("250.50")
    assert ledger.post("p", **by, reservation="r", amount=80.25, provider="school")
    assert ledger.reserve("r2", **by, person="Ann", amount=10) and ledger.void("v", **by, reservation="r2")
    assert ledger.contribute("c", **by, person="Ann", amount=5)
    assert ledger.transfer("t", **by, person="Ann", to_person="Bo", amount=20)
    assert ledger.claw_back("b", **by, person="Bo", amount=7, fund="pool")
    assert ledger.reverse("u", **by, reverses="c")
    assert ledger.grant("l", **by, fund="pool", person="Bo", amount=1, expires="2026-02-02")
    assert ledger.expire("e", at="2026-02-02", by="hr")
    now = "2026-02-02"
    assert ledger.balance(person="Ann", at=now).available == Decimal("150.25")
    assert ledger.balance(person="Bo", at=now).available == 13
    assert ledger.balance(fund="pool", at=now).available == Decimal("756.50")
    assert ledger.verify() and ledger.verify().head == ledger.head
    entries = ledger.entries()
    assert entries["posted"].sum() == 0 and entries["reason"].tolist().count("course") == 1
    assert ledger.balances()["posted"].sum() == 0 and len(ledger.pending()) == 0
    assert ledger.pending(at="2026-02-01").rows() == []
    assert "fund:pool" in ledger.hledger()


def test_a_refusal_is_false_and_says_why(ledger: gr.Ledger) -> None:
    refused = ledger.reserve("r", at="2026-02-01", by="Ann", person="Ann", amount=300)
    assert not refused and refused.rule == "available" and refused.message
    assert refused.available == Decimal("250.50") and refused.asked == Decimal("300.00")
    assert "refused by available" in repr(refused) and ledger.receipt("r") == refused
    assert ledger.reserve("r", at="2026-02-01", by="Ann", person="Ann", amount=300) == refused
    assert ledger.receipt("nothing") is None
    with pytest.raises(gr.Error, match="used for another request") as told:
        ledger.reserve("r", at="2026-02-01", by="Ann", person="Ann", amount=200)
    assert (told.value.code, told.value.table, told.value.row) == ("contradiction", "requests", 1)


def test_hours_and_items_are_counted_as_what_they_are(ledger: gr.Ledger) -> None:
    assert ledger.supply("h", at="2026-01-02", by="hr", fund="pool", kind="hours", amount=8.5).asked == 8.5
    assert ledger.supply("i", at="2026-01-02", by="hr", fund="pool", kind="items", amount=3).asked == 3
    assert ledger.balance(fund="pool", kind="hours", at="2026-01-02").available == 8.5
    assert ledger.balance(fund="pool", kind="items", at="2026-01-02") == gr.Balance(3, 0, 0)
    assert ledger.reserve("r", at="2026-01-02", by="hr", fund="pool", kind="hours", amount=2)
    with pytest.raises(gr.Error, match="units are never mixed"):
        ledger.post("p", at="2026-01-02", by="hr", reservation="r", amount=2)


@pytest.mark.parametrize("amount", ["0.005", 0.005, Decimal("1.001"), "1,50", float("nan"), -1, 0, True])
def test_an_amount_that_would_be_changed_is_refused(ledger: gr.Ledger, amount: Any) -> None:
    with pytest.raises(gr.Error) as told:
        ledger.supply("x", at="2026-02-01", by="hr", fund="pool", amount=amount)
    assert told.value.column == "amount" and ledger.head.transaction == 2


@pytest.mark.parametrize(
    ("at", "column"),
    [
        (datetime.datetime(2026, 2, 1, 9), "at"),
        ("2026-02-01T09:00:00", "at"),
        (np.datetime64("2026-02-01T09:00"), "at"),
        ("yesterday", "at"),
        (None, "at"),
    ],
)
def test_a_moment_without_a_zone_is_refused(ledger: gr.Ledger, at: Any, column: str) -> None:
    with pytest.raises(gr.Error) as told:
        ledger.expire("x", at=at, by="hr")
    assert told.value.column == column
    with pytest.raises(gr.Error):
        ledger.balance(fund="pool", at=at)


def test_moments_are_the_same_in_every_form(ledger: gr.Ledger) -> None:
    berlin = datetime.timezone(datetime.timedelta(hours=2))
    summer = datetime.datetime(2026, 6, 1, 11, 30, 0, 5, tzinfo=berlin)
    receipt = ledger.expire("x", at=summer, by="hr")
    assert receipt.at == summer and receipt.at.tzinfo is datetime.timezone.utc
    for again in ("2026-06-01T09:30:00.000005Z", "2026-06-01 11:30:00.000005+02:00", "2026-06-01T04:30:00.000005-0500"):
        assert ledger.expire("x", at=again, by="hr") == receipt
        assert ledger.balance(fund="pool", at=again).available == Decimal("749.50")
    rows = ledger.entries().rows()
    assert rows[0]["at"] == START and ledger.entries().to_pandas()["at"].iloc[0] == START
    assert ledger.supply("y", at=datetime.date(2026, 7, 1), by="hr", fund="pool", amount=1).at == datetime.datetime(
        2026, 7, 1, tzinfo=datetime.timezone.utc
    )


# Tables of requests


def rows() -> list[dict[str, Any]]:
    base = {"at": "2026-01-01", "by": "hr", "kind": "money"}
    return [
        {**base, "key": "a", "operation": "supply", "fund": "pool", "amount": 100},
        {**base, "key": "b", "operation": "grant", "fund": "pool", "person": "Ann", "amount": "60.50"},
        {**base, "key": "c", "operation": "reserve", "person": "Ann", "amount": Decimal(70)},
    ]


def test_a_table_is_applied_row_by_row() -> None:
    with gr.Ledger() as ledger:
        receipts = ledger.apply(rows())
        assert receipts["applied"].tolist() == [True, True, False]
        assert [one.key for one in receipts.refused] == ["c"] and "2 applied, 1 refused" in repr(receipts)
        assert len(receipts.problems or ()) == 0 and len(receipts.parts or ()) == 0
        hash = ledger.head.hash
        assert ledger.apply(rows()).rows() == receipts.rows() and ledger.head.hash == hash
    with gr.Ledger() as ledger:
        assert ledger.apply(rows(), linked=True)["rule"].tolist() == ["linked", "linked", "available"]
        assert ledger.balance(fund="pool", at="2026-01-01").available == 0


def test_every_form_of_table_leaves_the_same_chain(tmp_path: Path) -> None:
    polars, pandas, pyarrow = (pytest.importorskip(name) for name in ("polars", "pandas", "pyarrow"))
    # Of other libraries, all rows have all columns, and a column has one type.
    plain = [{"fund": None, "person": None, **row, "amount": float(row["amount"])} for row in rows()]
    hashes = set()
    for table in (plain, polars.DataFrame(plain), pandas.DataFrame(plain), pyarrow.Table.from_pylist(plain)):
        with gr.Ledger() as ledger:
            ledger.apply(table)
            hashes.add(ledger.head.hash)
    with gr.Ledger() as ledger:
        by: dict[str, Any] = {"at": START, "by": "hr"}
        ledger.supply("a", **by, fund="pool", amount=100)
        ledger.grant("b", **by, fund="pool", person="Ann", amount=Decimal("60.5"))
        ledger.reserve("c", **by, person="Ann", amount="70")
        hashes.add(ledger.head.hash)
    assert len(hashes) == 1


def test_a_row_at_fault_is_named_and_nothing_is_applied() -> None:
    with gr.Ledger() as ledger:
        wrong = [*rows(), {**rows()[0], "key": "d", "provider": "school"}, {**rows()[0], "key": "e", "amount": "1.234"}]
        with pytest.raises(gr.Error) as told:
            ledger.apply(wrong)
        found = [(fault["row"], fault["column"], fault["code"]) for fault in told.value.problems]
        assert found == [(4, "provider", "contradiction"), (5, "amount", "lossy")]
        with pytest.raises(gr.Error, match="supply has no use for provider"):
            ledger.apply(wrong[:4])
        with pytest.raises(gr.Error, match="no earlier than") as told:
            ledger.apply([*rows(), {**rows()[0], "key": "d", "at": "2025-12-31"}])
        assert told.value.row == 4 and ledger.head.transaction == 0


def test_a_column_that_is_ignored_is_told() -> None:
    with gr.Ledger() as ledger:
        receipts = ledger.apply([{**rows()[0], "expire": "2026-02-01"}])
        assert [problem["column"] for problem in receipts.problems or ()] == ["expire"]


# A plain model: dicts of cents, nothing else


class Model:
    def __init__(self) -> None:
        self.available = {"pool": 0, "Ann": 0, "Bo": 0}
        self.held: dict[str, tuple[str, int]] = {}
        self.seen: dict[str, tuple[Any, bool]] = {}

    def apply(self, key: str, what: str, who: str, amount: int, of: str) -> bool | None:
        """Whether it is applied; None: it is an error."""
        if key in self.seen:
            known, applied = self.seen[key]
            return applied if known == (what, who, amount, of) else None
        done = self._apply(key, what, who, amount, of)
        if done is not None:
            self.seen[key] = ((what, who, amount, of), done)
        return done

    def _apply(self, key: str, what: str, who: str, amount: int, of: str) -> bool | None:
        if what == "supply":
            self.available["pool"] += amount
            return True
        if what in ("grant", "reserve"):
            payer = "pool" if what == "grant" else who
            if self.available[payer] < amount:
                return False
            self.available[payer] -= amount
            if what == "grant":
                self.available[who] += amount
            else:
                self.held[key] = (who, amount)
            return True
        if of not in self.seen or self.seen[of][0][0] != "reserve":
            return None
        if of not in self.held:  # it was refused, posted or given up
            return False
        payer, reserved = self.held[of]
        if what == "post" and amount > reserved:
            return False
        del self.held[of]
        self.available[payer] += reserved - (amount if what == "post" else 0)
        return True


KEYS = st.sampled_from([f"k{number}" for number in range(12)])
STEPS = st.lists(
    st.tuples(
        KEYS, st.sampled_from(["supply", "grant", "reserve", "post", "void"]), st.sampled_from(["Ann", "Bo"]),
        st.integers(1, 60), KEYS,
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_the_ledger_answers_as_a_plain_model(steps: list[tuple[str, str, str, int, str]]) -> None:
    model = Model()
    with gr.Ledger() as ledger:
        for key, what, who, cents, of in [("k", "supply", "Ann", 100, "k"), *steps]:
            # What an operation has no use for is not part of it.
            who = who if what in ("grant", "reserve") else ""
            of = of if what in ("post", "void") else ""
            cents = cents if what != "void" else 0
            expected = model.apply(key, what, who, cents, of)
            row: dict[str, Any] = {"key": key, "at": START, "by": "test", "operation": what}
            if cents:
                row |= {"kind": "money", "amount": Decimal(cents) / 100}
            if what in ("supply", "grant"):
                row["fund"] = "pool"
            if who:
                row["person"] = who
            if of:
                row["reservation"] = of
            try:
                found: bool | None = bool(next(ledger.apply([row]).receipts()))
            except gr.Error:
                found = None
            assert found == expected, row
        for who, cents in model.available.items():
            payer = {"fund": "pool"} if who == "pool" else {"person": who}
            assert ledger.balance(**payer, at=START).available == Decimal(cents) / 100  # type: ignore[arg-type]
        assert ledger.verify()


# Files, processes, threads


def test_a_file_keeps_its_currency_and_kind_of_money(tmp_path: Path) -> None:
    path = tmp_path / "accounts.ledger"
    with pytest.raises(gr.Error, match="ledger") as told:
        gr.Ledger(path)
    assert told.value.code == "file"
    with gr.Ledger(path, create=True, currency="JPY", play_money=True) as ledger:
        assert ledger.supply("s", at="2026-01-01", by="hr", fund="pool", amount=5).play_money
        assert "play JPY" in repr(ledger)
    assert "closed" in repr(ledger)
    with pytest.raises(gr.Error, match="is closed"):
        ledger.head  # noqa: B018
    for options in ({"currency": "EUR"}, {"play_money": False}):
        with pytest.raises(gr.Error) as told:
            gr.Ledger(path, **options)  # type: ignore[arg-type]
        assert told.value.code == "contradiction"
    with gr.Ledger(path, read_only=True) as ledger:
        with pytest.raises(gr.Error, match="for reading only"):
            ledger.expire("x", at="2026-02-01", by="hr")
        ledger.backup(tmp_path / "copy")
        with gr.Ledger(tmp_path / "copy") as copied:
            copied.rebuild()
            assert copied.head == ledger.head and copied.verify().sound
        with pytest.raises(gr.Error) as told:
            ledger.backup(tmp_path / "copy")
        assert told.value.code == "file"
    with pytest.raises(gr.Error, match="0 to 3600"):
        gr.Ledger(path, busy_timeout=-1)


def test_damage_is_told(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "accounts.ledger"
    with gr.Ledger(path, create=True) as ledger:
        ledger.supply("s", at="2026-01-01", by="hr", fund="pool", amount=5)
    with sqlite3.connect(path) as file:
        file.execute("DROP TRIGGER IF EXISTS entries_update")
        for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute("UPDATE entries SET posted = posted + 1 WHERE entry = 2")
    file.close()
    with gr.Ledger(path, read_only=True) as ledger:
        found = ledger.verify()
        assert not found and found.message


DRAIN = """
import sys, gradus as gr
path, name = sys.argv[1:]
hold = {"at": "2026-01-01", "by": name, "fund": "pool", "amount": 1}
with gr.Ledger(path) as ledger:
    print(sum(bool(ledger.reserve(f"{name}-{i}", **hold)) for i in range(30)))
"""


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts.ledger"
    with gr.Ledger(path, create=True) as ledger:
        ledger.supply("s", at="2026-01-01", by="hr", fund="pool", amount=40)
        children = [
            subprocess.Popen([sys.executable, "-c", DRAIN, str(path), name], stdout=subprocess.PIPE, text=True)
            for name in ("one", "two")
        ]
        counts = [int(child.communicate(timeout=120)[0]) for child in children]
        assert sum(counts) == 40 and all(child.returncode == 0 for child in children)
        assert ledger.balance(fund="pool", at="2026-01-01").available == 0
        assert ledger.head.transaction == 61 and ledger.verify()


def test_threads_take_turns(ledger: gr.Ledger) -> None:
    done: list[bool] = []

    def drain(name: str) -> None:
        for number in range(25):
            done.append(bool(ledger.reserve(f"{name}{number}", at="2026-01-01", by=name, person="Ann", amount=10)))

    threads = [threading.Thread(target=drain, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 25 and len(done) == 100 and ledger.verify()


def test_a_child_of_fork_is_refused(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    code = """
import os, gradus as gr
ledger = gr.Ledger(create=True)
ledger.supply("s", at="2026-01-01", by="hr", fund="pool", amount=40)
if os.fork() == 0:
    try:
        ledger.head
    except gr.Error as error:
        os._exit(7 if error.code == "invalid_argument" and "fork" in str(error) else 1)
    os._exit(2)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "7\n", done.stderr


def test_a_ledger_is_not_pickled_but_receipts_are(ledger: gr.Ledger) -> None:
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="open"):
            copier(ledger)
    receipt = ledger.receipt("g")
    assert pickle.loads(pickle.dumps(receipt)) == receipt
    assert multiprocessing.get_start_method()  # what it would have been sent by
