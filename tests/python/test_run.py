"""Progress: redrawn on a terminal and in a notebook, one line in a log, and no word about other packages."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from typing import Any

import pytest

from gradus._run import steps

CODE = """
import sys
if {absent}: sys.modules["tqdm"] = None
import gradus as gr
acme = gr.simulate(gr.examples.gdad(), people=9, units=2, activities=9)
gr.estimate(acme.organization, acme.assessments, as_of="2026-03-31", progress=True)
"""


def on_a_terminal(code: str) -> str:
    """What a program writes to standard error where that is a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))  # lines and columns
    process = subprocess.Popen([sys.executable, "-c", code], stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 4096):
            written += chunk
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(ours)
        assert process.wait(60) == 0
        assert process.stdout is not None
        assert process.stdout.read() == b""
        process.stdout.close()
    return written.decode()


@pytest.mark.parametrize("absent", [False, True], ids=["tqdm", "plain"])
def test_a_terminal_is_redrawn(absent: bool) -> None:
    text = on_a_terminal(CODE.format(absent=absent))
    assert "\r" in text and "100%" in text and text.endswith("\n")
    assert ("|" in text) != absent


@pytest.mark.parametrize("absent", [False, True], ids=["tqdm", "plain"])
def test_a_log_has_one_line(absent: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(absent=absent)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "" and done.stderr.count("\n") == 1 and "\r" not in done.stderr
    assert done.stderr.startswith("estimate  100%")


def outputs(code: str) -> list[Any]:
    """What a cell shows that runs in a kernel of this interpreter."""
    from test_notebooks import run_cells

    (cell,) = run_cells([code])
    return list(cell.outputs)


def test_a_notebook_without_widgets_gets_a_bar_and_no_warning() -> None:
    code = CODE.format(absent=False).replace(
        "import sys\n", "import sys, warnings\nwarnings.simplefilter('always')\nsys.modules['ipywidgets'] = None\n", 1
    )
    shown = outputs(code)
    text = "".join(output.get("text", "") for output in shown if output.output_type == "stream")
    assert "estimate" in text and "100%" in text
    assert "IProgress" not in str(shown) and "Warning" not in str(shown)


def test_steps_give_what_they_are_given(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(steps([1, 2, 3], "points", False)) == [1, 2, 3]
    assert capfd.readouterr().err == ""
    assert list(steps([1, 2], "points", True)) == [1, 2]
    assert "points  100%" in capfd.readouterr().err
    assert list(steps([], "points", False)) == []
