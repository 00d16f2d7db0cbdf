"""The command line, as people type it."""

from __future__ import annotations

import subprocess
import sys

import gradus as gr


def gradus(*arguments: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    code = f"import sys; {before}; sys.argv = ['gradus', *{arguments!r}]; from gradus.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)


def test_version() -> None:
    done = gradus("version")
    assert (done.returncode, done.stdout) == (0, f"{gr.__version__}\n")


def test_help() -> None:
    done = gradus("--help")
    assert done.returncode == 0 and "demo" in done.stdout and "version" in done.stdout


def test_demo_tells_the_story_without_colours() -> None:
    done = gradus("demo", "--people", "40", "--units", "4", "--seed", "2")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout and done.stderr == ""
    for words in (
        "1,781 requirements",
        "40 people",
        "certificate",
        "ten greatest risks",
        "One plan",
        "all hold",
        "gr.load",
    ):
        assert words in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_without_typer_the_extra_is_named() -> None:
    done = gradus("version", before="sys.modules['typer'] = None")
    assert done.returncode == 1 and "pip install 'gradus[cli]'" in done.stderr
