"""Running a call of the core: progress, and Ctrl-C."""

from __future__ import annotations

import contextlib
import math
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, TypeVar

from ._core import Job

POLL = 0.02  # seconds between looks at the clock and at Ctrl-C
REDRAW = 0.1  # seconds between two states of a bar: a notebook that is sent more falls behind
T = TypeVar("T")

Show = Callable[[float, str], None]
"""Takes how much is done, 0 to 1, and what has been found."""


def run(job: Job, label: str, progress: bool, keeps_best: bool = False) -> Any:
    """Waits for a call that runs in its own thread and gives its result.

    The first Ctrl-C cancels: a call that keeps its best result so far then returns it, any other raises
    KeyboardInterrupt, as the second Ctrl-C does in any case.
    """
    with _progress(label, progress) as show:
        cancelled = False
        while True:
            try:
                if job.wait(POLL):
                    break
                show(job.progress, _found(job) if keeps_best else "")
            except KeyboardInterrupt:
                job.cancel()
                if cancelled or not keeps_best:
                    raise
                cancelled = True
        result = job.result()
        show(1.0, _found(job) if keeps_best else "")
    return result


def steps(items: Iterable[T], label: str, progress: bool) -> Iterator[T]:
    """The same items, with a bar that says how many are done."""
    total = len(items) if isinstance(items, Sized) else 0
    with _progress(label, progress) as show:
        for done, item in enumerate(items):
            show(done / max(total, 1), f"{done} of {total}")
            yield item
        show(1.0, f"{total} of {total}")


def _found(job: Job) -> str:
    """What a search has so far: its value and how far the bound is above it."""
    value, bound = job.value, job.bound
    if math.isnan(value):
        return ""
    if math.isinf(bound):
        return f"{value:,.1f}"
    return f"{value:,.1f}, gap {max(0.0, bound - value) / max(abs(bound), 1e-9):.2%}"


@contextlib.contextmanager
def _progress(label: str, wanted: bool) -> Iterator[Show]:
    """Shows nothing, a bar that is redrawn, or, where standard error is a file or a pipe, one line at the end."""
    if not wanted:
        yield lambda done, found: None
        return
    bar = _line if not _redraws() else _tqdm() or _text
    drawn = -math.inf

    with bar(label) as draw:

        def show(done: float, found: str) -> None:
            nonlocal drawn
            now = time.monotonic()
            if done >= 1 or now - drawn >= REDRAW:
                drawn = now
                draw(done, found)

        yield show


def _redraws() -> bool:
    """Whether what is written to standard error can be rewritten in place: a terminal, or the output of a notebook."""
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel")


def _tqdm() -> Callable[[str], contextlib.AbstractContextManager[Show]] | None:
    try:
        with warnings.catch_warnings():
            # Without ipywidgets, tqdm says so in the notebook and draws text, which is what is wanted then.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        return None

    @contextlib.contextmanager
    def bar(label: str) -> Iterator[Show]:
        form = "{desc}  {percentage:3.0f}% |{bar}| {elapsed}{postfix}"
        with tqdm(total=1.0, desc=label, bar_format=form, leave=True) as shown:

            def draw(done: float, found: str) -> None:
                shown.n = done
                shown.set_postfix_str(found, refresh=True)

            yield draw

    return bar


@contextlib.contextmanager
def _text(label: str) -> Iterator[Show]:
    """One line of plain text, rewritten in place."""
    widest = 0

    def draw(done: float, found: str) -> None:
        nonlocal widest
        text = f"{label}  {done:4.0%}" + (f"  {found}" if found else "")
        widest = max(widest, len(text))
        print(f"\r{text:<{widest}}", end="", file=sys.stderr, flush=True)

    try:
        yield draw
    finally:
        if widest:
            print(file=sys.stderr)


@contextlib.contextmanager
def _line(label: str) -> Iterator[Show]:
    """One line, once all is done: a log is not to be filled with bars."""
    begin = time.monotonic()

    def draw(done: float, found: str) -> None:
        if done >= 1:
            seconds = time.monotonic() - begin
            print(f"{label}  100%  {seconds:.1f} s" + (f"  {found}" if found else ""), file=sys.stderr, flush=True)

    yield draw
