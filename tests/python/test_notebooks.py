"""The notebooks of examples/ run, say nothing on standard error, and are committed with what they show."""

from __future__ import annotations

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import nbformat
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
LARGEST = 300_000  # bytes


def maker() -> Any:
    """scripts/make_notebooks, which made what is committed."""
    loader = SourceFileLoader("make_notebooks", str(EXAMPLES.parent / "scripts" / "make_notebooks"))
    module = module_from_spec(spec_from_loader(loader.name, loader))  # type: ignore[arg-type]
    loader.exec_module(module)
    return module


def run(notebook: Any, folder: Path) -> Any:
    return maker().execute(notebook, folder)


def shown(notebook: Any) -> list[list[str]]:
    """The words and numbers that each cell shows as text. Where lines break and columns stand is not compared."""
    texts = [
        " ".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return [re.findall(r"[A-Za-z]+|\d[\d.,]*", text) for text in texts]


def run_cells(sources: list[str]) -> list[Any]:
    """The cells after they have run."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        return list(run(notebook, Path(folder)).cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_it_runs_and_shows_what_is_committed(path: Path, tmp_path: Path) -> None:
    committed = nbformat.read(path, as_version=4)
    notebook = run(nbformat.read(path, as_version=4), tmp_path)
    streams = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [output for output in streams if output.output_type == "error" or output.get("name") == "stderr"]
    assert not errors
    assert shown(notebook) == shown(committed), "run scripts/make_notebooks"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_it_is_committed_with_what_it_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert sum(bool(cell.outputs) for cell in code) > len(code) / 2
    assert [cell.id for cell in notebook.cells] == [f"{path.stem}-{n:02}" for n in range(len(notebook.cells))]
    assert len(text.encode()) < LARGEST
    assert "/home/" not in text and "/tmp/" not in text and str(EXAMPLES.parent) not in text


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["budgets", "first_plan", "uncertainty"]
