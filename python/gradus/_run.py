"""Running a call of the core: progress, and Ctrl-C."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ._core import Job

POLL = 0.02  # seconds between looks at the clock, at Ctrl-C and at progress

Show = Callable[[Job], None]


def run(job: Job, label: str, progress: bool, keeps_best: bool = False) -> Any:
    """Waits for a call that runs in its own thread and gives its result.

    The first Ctrl-C cancels: a call that keeps its best result so far then returns it, any other raises
    KeyboardInterrupt, as the second Ctrl-C does in any case.
    """
    with _bar(label, keeps_best) if progress else contextlib.nullcontext() as show:
        cancelled = False
        while True:
            try:
                if job.wait(POLL):
                    break
                if show:
                    show(job)
            except KeyboardInterrupt:
                job.cancel()
                if cancelled or not keeps_best:
                    raise
                cancelled = True
        result = job.result()
        if show:
            show(job)
    return result


def _found(job: Job) -> str:
    """What a search has so far: its value and how far the bound is above it."""
    value, bound = job.value, job.bound
    if math.isnan(value):
        return ""
    if math.isinf(bound):
        return f"{value:,.1f}"
    return f"{value:,.1f}, gap {max(0.0, bound - value) / max(abs(bound), 1e-9):.2%}"


@contextlib.contextmanager
def _bar(label: str, searches: bool) -> Iterator[Show]:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        with _line(label, searches) as show:
            yield show
        return
    form = "{desc}  {percentage:3.0f}% |{bar}| {elapsed}{postfix}"
    with tqdm(total=1.0, desc=label, bar_format=form, leave=True) as bar:

        def show(job: Job) -> None:
            bar.n = job.progress
            bar.set_postfix_str(_found(job) if searches else "", refresh=True)

        yield show


@contextlib.contextmanager
def _line(label: str, searches: bool) -> Iterator[Show]:
    """One line of plain text on standard error, rewritten in place."""
    widest = 0

    def show(job: Job) -> None:
        nonlocal widest
        text = f"{label}  {job.progress:4.0%}"
        if searches and (found := _found(job)):
            text += f"  {found}"
        widest = max(widest, len(text))
        print(f"\r{text:<{widest}}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if widest:
            print(file=sys.stderr)
