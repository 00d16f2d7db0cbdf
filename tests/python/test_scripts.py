"""The scripts find what is missing before they begin, and ask for no more than they need."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.mark.parametrize(
    ("command", "purposes"),
    [
        (("test",), "test docs"),
        (("test", "ruff"), "test docs"),
        (("test", "--all", "site"), "test docs"),
        (("make_docs",), "build"),
        (("make_docs", "examples"), "demo"),
        (("make_docs", "pictures"), "test"),
        (("make_docs", "site"), "test docs"),
        (("demo",), "demo"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_script_asks_first_for_what_it_needs(command: tuple[str, ...], purposes: str, tmp_path: Path) -> None:
    """In place of scripts/setup stands one that says what it is asked for, and finds nothing."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPTS / command[0], tmp_path / "scripts")
    setup = tmp_path / "scripts" / "setup"
    setup.write_text('#!/bin/sh\necho "setup: $*"\nexit 7\n', encoding="utf-8")
    setup.chmod(0o755)
    name, *arguments = command
    done = subprocess.run(
        [tmp_path / "scripts" / name, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (7, f"setup: {purposes}\n"), done.stderr


@pytest.mark.parametrize(("required", "code", "words"), [("1", 1, "asks for it"), ("", 0, "are skipped")])
def test_a_browser_test_that_is_required_is_not_skipped(required: str, code: int, words: str, tmp_path: Path) -> None:
    """npm is one that fails."""
    text = (SCRIPTS / "setup").read_text(encoding="utf-8")
    functions = re.findall(r"^(?:say|die|install_axe)\(\) \{.*?\}$", text, re.MULTILINE | re.DOTALL)
    assert len(functions) == 3
    (tmp_path / "tests" / "browser").mkdir(parents=True)
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    npm.chmod(0o755)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join([*functions, "install_axe"])],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "GRADUS_REQUIRE_BROWSER": required},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code and words in done.stdout + done.stderr


def test_what_is_slow_is_left_to_the_step_for_it() -> None:
    """Of the tests that pytest leaves out unless asked, each is run by scripts/test slow."""
    options = (SCRIPTS.parent / "pyproject.toml").read_text(encoding="utf-8")
    steps = (SCRIPTS / "test").read_text(encoding="utf-8")
    assert "-m 'not slow'" in options
    assert re.search(r"^slow_steps=\(.*\bslow\b.*\)$", steps, re.MULTILINE)
    assert re.search(r"^slow\(\) \{ \$python -m pytest .*-m slow ", steps, re.MULTILINE)
