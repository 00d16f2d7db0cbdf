"""``gradus example``"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .outcome import unusable
from .terminal import console, heading, paragraph, quoted

AS_OF = "2026-03-31"  # the day that the example is seen as of; its README says so

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", show_default=False, help="Where to put it; made where absent.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Also into a folder that is not empty; files there may be replaced.")
]


def example(folder: Folder, force: Force = False) -> None:
    """A small complete folder of tables to start from, with a README that explains each file.

    [bold]Example[/bold]
      gradus example acme

    [bold]Exit codes[/bold]
      0  done
      2  the folder is not empty, or cannot be written
    """
    import gradus as gr
    from gradus._write import write_file, writing

    if folder.exists() and not folder.is_dir():
        unusable(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        unusable(f"{folder} is not empty: name another folder, or add --force to replace the files of the example")
    files = {path.name: path.read_bytes() for path in gr.examples.starter().iterdir() if path.suffix in (".csv", ".md")}
    with writing(folder, files=files) as temporary:
        for name, content in files.items():
            write_file(temporary / name, content)
    out = console()
    heading(out, f"{len(list(folder.glob('*.csv')))} tables in {folder}")
    paragraph(out, "README.md says what each file is for. Replace them by your own, one after the other. Now try:")
    name = quoted(folder)
    for line in (
        f"gradus check {name}",
        f"gradus risk {name} --as-of {AS_OF}",
        f"gradus plan {name} -o out --as-of {AS_OF}",
    ):
        out.print(f"    {line}", markup=False)
