"""Levels from ratings, by Gradus and by programs that fit the same mixed model."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measured import THREADS, Bench, Measured, digits, goal, output_of, print_table, say

RATINGS = 80  # of a person: 20 capabilities, four raters
SIZES = [100, 1_000, 10_000, 100_000, 1_000_000]
LARGE = 100_000  # people from which on the levels are estimated once
PEERS = {"gpboost": "GPBoost", "lme4": "lme4"}
PEERED = [100, 1_000]  # people that peers do in less than a minute
PATIENT = 10_000  # people that GPBoost does in minutes
TERMS = ["person", "person_capability", "severity", "halo", "residual"]
# How far a figure may be from that of Gradus. GPBoost's likelihood is the full one, not the restricted one, and with
# many ratings it is found by chance vectors.
RELATIVE = {"gpboost": 0.08, "lme4": 0.005}


@dataclass
class Reviews:
    """What was measured of reviews of so many people: Gradus, Gradus with the model of its peers, the peers."""

    people: int
    default: Measured
    pooled: Measured
    peers: dict[str, Measured]


def has_lme4() -> bool:
    if not shutil.which("Rscript"):
        return False
    asked = ["Rscript", "-e", 'quit(status = !requireNamespace("lme4", quietly = TRUE))']
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def peer(bench: Bench, name: str, size: str, file: Path, python: str) -> Measured:
    say(f"reviews by {PEERS[name]}, {size}")
    here = Path(__file__).parent
    if name == "lme4":
        found = output_of(["Rscript", str(here / "peer_lme4.R"), str(file)])
    else:
        found = output_of([python, str(here / "peer_gpboost.py"), str(file), f"--threads={THREADS}"])
    bench.versions[PEERS[name]] = found["version"]
    return Measured(
        f"the same by {PEERS[name]}",
        size,
        [found["seconds"]],
        [found["processor_seconds"]],
        found["peak_mebibytes"],
        found["found"],
    )


def check_same_work(gradus: Measured, name: str, peer: Measured) -> None:
    relative = RELATIVE[name]
    for figure, theirs in peer.counters.items():
        ours = gradus.counters[figure]
        # Of what matters, so that small variances need not agree to more digits than they have.
        least = 0.1 if figure in TERMS else 0
        if abs(theirs - ours) > relative * max(abs(ours), least):
            sys.exit(f"bench: {peer.what}, {peer.size}: {figure} is {theirs}, that of Gradus {ours}: not the same work")


def joined(rounds: list[Measured]) -> Measured:
    first = rounds[0]
    return Measured(
        first.what,
        first.size,
        [second for one in rounds for second in one.seconds],
        [second for one in rounds for second in one.processor_seconds],
        max((one.peak_mebibytes or 0 for one in rounds), default=None),
        first.counters,
    )


def measure(bench: Bench, sizes: list[int], patient: bool, python: str) -> list[Reviews]:
    """Gradus and its peers take turns, so that whatever else the machine does meets all of them."""
    found = []
    lme4 = has_lme4()
    if not lme4:
        say("lme4 is not installed and left out (Debian: r-cran-lme4)")
    for people in sizes:
        size = f"{people:,} people, {RATINGS * people:,} ratings"
        names = [name for name in PEERS if people in PEERED and (name != "lme4" or lme4)]
        if people == PATIENT and patient:
            names = ["gpboost"]
        rounds: list[list[Measured]] = []
        with tempfile.TemporaryDirectory(prefix="gradus-bench-") as folder:
            file = Path(folder) / "ratings.csv"
            if names:
                subprocess.run([str(bench.program), "--write-reviews", str(people), str(file)], check=True)
            for _ in range(1 if people >= LARGE or (people == PATIENT and names) else bench.repetitions):
                ours = [
                    bench.gradus("estimate", size, f"estimate/reviews/{people}", 1),
                    bench.gradus("estimate, the model of the peers", size, f"estimate/reviews_pooled/{people}", 1),
                ]
                theirs = [peer(bench, name, size, file, python) for name in names]
                for name, one in zip(names, theirs, strict=True):
                    check_same_work(ours[1], name, one)
                rounds.append([*ours, *theirs])
        default, pooled, *others = (joined(list(contender)) for contender in zip(*rounds, strict=True))
        found.append(Reviews(people, default, pooled, dict(zip(names, others, strict=True))))
    return found


def print_reviews(reviews: list[Reviews]) -> None:
    """The last column: seconds as a multiple of those of Gradus with the same model."""
    rows = []
    for one in reviews:
        for measured in (one.default, one.pooled, *one.peers.values()):
            above: Any = measured.counters.get("above_mebibytes")
            peak = measured.peak_mebibytes
            rows.append([
                measured.what,
                measured.size,
                digits(measured.median),
                digits(measured.processor_median),
                "" if peak is None else f"{peak:,.0f}",
                "" if above is None else f"{above:,.0f}",
                f"{1e9 * measured.median / (RATINGS * one.people):,.0f}",
                f"{measured.median / one.pooled.median:.3g}",
            ])
    print_table(["what", "size", "seconds", "processor s", "peak MiB", "above ratings", "ns a rating", "ratio"], rows)


def print_goals(reviews: list[Reviews]) -> None:
    for one in reviews:
        if one.people == 1_000:
            for name, measured in one.peers.items():
                ratio = measured.median / one.pooled.median
                goal(f"80,000 ratings 100 times as quick as {PEERS[name]}: {digits(ratio)} times", ratio >= 100)
        if one.people == 1_000_000:
            seconds = one.default.median
            goal(f"80,000,000 ratings in 15 s: {digits(seconds)} s", seconds <= 15)
            peak = one.default.peak_mebibytes or 0
            goal(f"in 6 GB: {peak * 2**20 / 1e9:.1f} GB", peak * 2**20 <= 6e9)
    each = [one.default.median / one.people for one in reviews if one.people >= 10_000]
    if len(each) > 1:
        goal(
            f"time for a rating grows at most by half from 800,000 on: {max(each) / each[0]:.2f} times",
            max(each) <= 1.5 * each[0],
        )
