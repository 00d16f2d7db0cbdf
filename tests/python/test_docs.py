"""What the documentation repeats from the code is what the code says. (docs/tables.md is compared by ctest.)"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import pytest

import gradus as gr

TOP = Path(__file__).parents[2]


def read(name: str) -> str:
    return (TOP / name).read_text(encoding="utf-8")


def test_every_code_is_told_with_its_number() -> None:
    (body,) = re.findall(r"enum class Code : std::int32_t \{(.*?)\};", read("include/gradus/base/error.h"), re.DOTALL)
    codes = [(name, number) for name, number in re.findall(r"(\w+) = (\d+),", body) if name != "ok"]
    assert codes == re.findall(r"^\| `(\w+)` \| (\d+) \|", read("docs/errors.md"), re.MULTILINE)


def test_the_column_of_the_worked_example_is_there() -> None:
    (line,) = re.findall(r"^Column<.*$", read("CONTRIBUTING.md"), re.MULTILINE)
    assert "".join(line.split()) in "".join(read("include/gradus/risk/risk.h").split())


@pytest.mark.parametrize("page", sorted(path.name for path in (TOP / "docs" / "decisions").glob("*.md")))
def test_a_decision_has_its_three_parts(page: str) -> None:
    text = read(f"docs/decisions/{page}")
    assert text.startswith(f"# {page[:4]} ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def program(name: str) -> ModuleType:
    """A program of docs/_site/ as a module."""
    spec = importlib.util.spec_from_file_location(name, TOP / "docs" / "_site" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_name_in_a_docstring_means_something() -> None:
    """docs/conf.py warns of every other, which fails the site."""
    unknown = program("docstrings").unknown
    for name in ("optimize", "gr.heat_map", "Plan.load", "work_limit", "problems", "starter()", "is code, no name"):
        assert unknown(name) == []
    assert unknown("optimise") == ["optimise"] and unknown("Plan.laod(path)") == ["laod"]


@pytest.mark.parametrize("fault", ["Retruns\n-------\nint\n    Some.", "Returns\n-----\nint\n    Some."])
def test_a_broken_section_of_a_docstring_is_an_error(fault: str) -> None:
    """numpydoc only warns of it."""
    scraping = pytest.importorskip("numpydoc.docscrape")
    with warnings.catch_warnings():
        program("docstrings").refuse_broken_sections()
        with pytest.raises(UserWarning):
            scraping.NumpyDocString(f"Does it.\n\n{fault}\n")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/install.md"])
def test_what_is_installed_goes_into_an_environment_that_was_made(page: str) -> None:
    """Debian's own Python has no pip, and takes no packages from one."""
    made = set()
    for line in "".join(blocks(page, "sh")).splitlines():
        command = shlex.split(line, comments=True)
        if command[:2] == ["scripts/setup", "demo"]:
            made.add(".venv")
        elif command[:3] == ["python3", "-m", "venv"]:
            made.add(command[3])
        elif command[1:2] == ["install"]:
            assert command[0].removesuffix("/bin/pip") in made, line
    assert made


PYTHON_PAGES = [path.relative_to(TOP).as_posix() for path in sorted((TOP / "docs").rglob("*.md"))]
PYTHON_PAGES = [page for page in PYTHON_PAGES if blocks(page, "python")]


# What a page may use without saying so: the names of docs/first-plan-python.md.
BEFORE = """
import gradus as gr
acme = gr.load(gr.examples.starter())
org = acme.organization
estimates = gr.estimate(org, acme.assessments, as_of="2026-03-31")
risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
plan = gr.optimize(org, risks, start="2026-04-01", months=12)
"""


@pytest.mark.parametrize("page", PYTHON_PAGES)
def test_the_python_of_a_page_runs(page: str, tmp_path: Path) -> None:
    """All blocks of a page in order, as in one notebook; what a notebook would show is shown."""
    code = [BEFORE]
    for block in blocks(page, "python"):
        tree = ast.parse(block)
        if isinstance(tree.body[-1], ast.Expr):
            tree.body[-1] = ast.parse(f"print({ast.unparse(tree.body[-1])})").body[0]
        code.append(ast.unparse(tree))
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code)], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


def test_there_are_pages_with_python() -> None:
    assert "docs/first-plan-python.md" in PYTHON_PAGES


def test_the_commands_of_the_first_plan_do_what_the_page_says(tmp_path: Path) -> None:
    page = "docs/first-plan-command-line.md"

    def run(line: str) -> tuple[int, str]:
        name, *rest = shlex.split(line)
        assert name == "gradus"
        done = subprocess.run(
            [sys.executable, "-m", "gradus", *rest],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout

    commands = [line for block in blocks(page, "sh") for line in block.splitlines()]
    results = [run(command) for command in commands]
    assert [code for code, _ in results] == [0] * len(commands)
    assert len((tmp_path / "out" / "report.html").read_text(encoding="utf-8")) > 10_000
    printed = "".join(text for _, text in results)

    people = tmp_path / "acme" / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("E05,adviser", "E05,advisor"), encoding="utf-8")
    code, told = run("gradus check acme")
    assert code == 1

    lines = [line for block in blocks(page, "text") for line in block.splitlines()]
    assert len(lines) > 5
    missing = [line for line in lines if line.rstrip() not in (row.rstrip() for row in (printed + told).splitlines())]
    assert not missing


def test_the_commands_of_raters_and_rounds_run(tmp_path: Path) -> None:
    commands = [line for block in blocks("docs/raters-and-rounds.md", "sh") for line in block.splitlines()]
    assert len(commands) > 5
    for command in commands:
        name, *rest = shlex.split(command)
        assert name == "gradus"
        done = subprocess.run(
            [sys.executable, "-m", "gradus", *rest],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0 and done.stdout, (command, done.stderr)
        assert all(line.startswith("gradus: warning: ") for line in done.stderr.splitlines()), done.stderr
    assert (tmp_path / "acme-raters" / "residuals.csv").is_file()


@pytest.mark.parametrize("page", sorted(path.relative_to(TOP).as_posix() for path in (TOP / "docs").rglob("*.md")))
def test_where_the_site_shows_a_file_plain_markdown_links_it(page: str) -> None:
    """On a code host nothing stands in that place, so nothing may announce it."""
    for before, file in re.findall(
        r"([^\n]+(?:\n[^\n]+)*)\n\n(?:```c\n.*?```\n\n)?<!-- site: file (\S+) -->", read(page)
    ):
        assert (TOP / file).is_file()
        assert f"](../{file})" in read(page) and not before.endswith(":"), (page, before)


def test_the_page_for_engineers_has_the_project_that_is_tested() -> None:
    assert blocks("docs/first-plan-embedding.md", "cmake") == [read("examples/embed/CMakeLists.txt")]


def test_the_examples_of_tables_are_what_the_stages_give() -> None:
    """If not: scripts/make_docs examples."""
    assert program("table_examples").page() == read("docs/table-examples.md")


def test_every_table_has_an_example() -> None:
    tables = re.findall(r"^### (.*)$", read("docs/tables.md"), re.MULTILINE)
    assert len(tables) > 40
    assert re.findall(r"^### (.*)$", read("docs/table-examples.md"), re.MULTILINE) == tables


@pytest.mark.parametrize("name", ["flow", "level", "matrix", "certificate", "horizon"])
def test_a_picture_shows_what_the_library_says(name: str) -> None:
    """If not: scripts/make_docs pictures."""
    assert program("pictures").PICTURES[name]() == read(f"docs/images/{name}.svg")


def test_the_headers_of_the_library_have_a_page_each_room() -> None:
    rooms = {path.name for path in (TOP / "include" / "gradus").iterdir() if path.is_dir()}
    assert rooms == {path.stem.removeprefix("cpp-") for path in (TOP / "docs" / "reference").glob("cpp-*.md")}


@pytest.mark.parametrize("name", sorted(set(gr.__all__) - {"__version__"}))
def test_every_public_name_has_a_docstring(name: str) -> None:
    assert (getattr(gr, name).__doc__ or "").strip(), f"gradus.{name}"
