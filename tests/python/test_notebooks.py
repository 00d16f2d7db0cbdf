"""The notebooks of examples/ run, say nothing on standard error, and are committed with what they show."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
SECONDS = 120
LARGEST = 300_000  # bytes


def run(notebook: Any, folder: Path) -> Any:
    """Runs all cells in a kernel of the interpreter that runs the tests, with its environment."""
    with_kernel = folder / "kernels" / "here"
    with_kernel.mkdir(parents=True, exist_ok=True)
    spec = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "here"}
    (with_kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    manager = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    client = NotebookClient(
        notebook, timeout=SECONDS, kernel_name="here", resources={"metadata": {"path": str(folder)}}
    )
    client.create_kernel_manager()
    client.km.kernel_spec_manager = manager
    asyncio.run(client.async_execute())
    return notebook


def run_cells(sources: list[str]) -> list[Any]:
    """The cells after they have run."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        return list(run(notebook, Path(folder)).cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_it_runs(path: Path, tmp_path: Path) -> None:
    notebook = run(nbformat.read(path, as_version=4), tmp_path)
    streams = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [output for output in streams if output.output_type == "error" or output.get("name") == "stderr"]
    assert not errors


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
