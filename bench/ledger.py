"""Durable posts by a ledger, beside a bare insert into a file with the same settings; batches; balances."""

from __future__ import annotations

from measured import Bench, Measured, digits, goal, print_table

CASES = {
    "bare insert, a transaction each": "ledger/bare_insert",
    "post, a transaction each": "ledger/post",
    "1,000 requests a transaction": "ledger/batch",
    "balance, 1,000,000 entries in the file": "ledger/balance",
}
BARE, POST, BATCH, BALANCE = CASES


def measure(bench: Bench) -> dict[str, Measured]:
    """In turns, so that whatever else the disk does meets all of them."""
    rounds: dict[str, list[Measured]] = {what: [] for what in CASES}
    for _ in range(bench.repetitions):
        for what, case in CASES.items():
            rounds[what].append(bench.gradus(what, "one process", case, 1))
    return {
        what: Measured(
            what,
            "one process",
            [one.median for one in found],
            [one.processor_median for one in found],
            None,
            sorted(found, key=lambda one: one.median)[len(found) // 2].counters,
        )
        for what, found in rounds.items()
    }


def print_ledger(found: dict[str, Measured]) -> None:
    """The last column: as often as the bare insert, in the same seconds of the same disk."""
    rows = []
    for what, measured in found.items():
        entries = measured.counters["items_per_second"] if what == BATCH else 1 / measured.median
        rows.append([
            what,
            "entries" if what == BATCH else "calls",
            f"{1e6 * measured.median:,.0f}",
            f"{1e6 * measured.processor_median:,.0f}",
            f"{entries:,.0f}",
            f"{found[BARE].median / measured.median:.2f}" if what in (BARE, POST) else "",
        ])
    print_table(["what", "counted", "µs each", "processor µs", "a second", "of the bare insert"], rows)


def print_goals(found: dict[str, Measured]) -> None:
    share = found[BARE].median / found[POST].median
    goal(f"half as many durable posts as bare inserts: {100 * share:.0f} %", share >= 0.5)
    entries = found[BATCH].counters["items_per_second"]
    goal(f"50,000 entries a second in batches: {digits(entries)}", entries >= 50_000)
    seconds = found[BALANCE].median
    goal(f"a balance in 20 µs: {1e6 * seconds:.1f} µs", seconds <= 20e-6)
