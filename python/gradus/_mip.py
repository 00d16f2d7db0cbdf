"""The problem of a plan as a mixed-integer programme, for other solvers."""

from __future__ import annotations

import io
import os
from typing import IO, Any

from . import _core
from ._input import Tabular
from ._organization import Organization
from ._plan import planning_options, risks_to_plan
from ._risk import Risks
from ._run import run
from ._write import write_file


def export_mps(
    organization: Organization,
    risks: Risks | Tabular,
    file: str | os.PathLike[str] | IO[bytes] | IO[str],
    **options: Any,
) -> None:
    """Writes the problem of `optimize` as a mixed-integer programme in free MPS."""
    as_of = options.pop("as_of", None)
    chosen = planning_options(organization, **options)
    given = risks_to_plan(organization, risks, chosen, as_of)
    text = run(_core.start_export_mps(organization._core, given._core, chosen), "export_mps", False)
    if isinstance(file, (str, os.PathLike)):
        write_file(os.fspath(file), text.encode())
    elif isinstance(file, io.TextIOBase):
        file.write(text)
    else:
        file.write(text.encode())  # type: ignore[arg-type]
