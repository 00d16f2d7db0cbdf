"""The code of the README runs, and is what the README says it is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]


def blocks(language: str) -> list[str]:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_python_runs() -> None:
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "No plan within the limits removes more" in done.stdout
    assert "The plan holds" in done.stdout


def test_the_cpp_is_the_example() -> None:
    """examples/readme.cpp is built and run by ctest."""
    (code,) = blocks("cpp")
    first, *rest = (TOP / "examples" / "readme.cpp").read_text(encoding="utf-8").splitlines(keepends=True)
    assert first.startswith("//")
    assert code == "".join(rest)
