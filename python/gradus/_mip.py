"""The problem of a plan as a mixed-integer programme, for solvers that are not ours."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO, Any

from . import _core
from ._input import Tabular
from ._options import real
from ._organization import Organization
from ._plan import Plan, planning_options, risks_to_plan
from ._risk import Risks
from ._run import run
from ._write import replacing


def export_mps(
    organization: Organization,
    risks: Risks | Tabular,
    file: str | os.PathLike[str] | IO[bytes] | IO[str],
    **options: Any,
) -> None:
    """Writes the problem of `optimize` as a mixed-integer programme in free MPS, for any solver of such.

    It is the same problem: the same limits, dates, mandatory and pinned items, and charges for change; minimised is
    minus the value. It is exact, so it is written only for levels known exactly: where something is wanted of a person
    and can be taught to them, the sd must be 0, the probability of the outcomes 1 (preference included), and their
    up_to the top of the scale. What concerns nobody's choice may be uncertain.

    Parameters
    ----------
    organization
        The organisation.
    risks
        `Risks`, or a table of them.
    file
        A path, which is replaced once all is written, or an open file.
    **options
        Those of `optimize`, `as_of` included; gap and limits of work and time mean nothing here.

    Raises
    ------
    Error
        Something is not certain: the error names table, row and column, what was found and what is expected. As
        `optimize` for options and accounts.

    See Also
    --------
    read_solution : Brings a solution back as a plan.

    Notes
    -----
    The column ``x_p12_a3_s7`` is 1 if the 12th person takes the 3rd activity in the 7th session,
    ``x_p12_a3_d20260401`` if on demand from that day on. Numbers count from 1 in the order of the keys, which comments
    at the head of the file list. The column ``gradus_…`` is fixed at 1; its name is a digest of the problem. The same
    input gives the same bytes. The formulation is in the method note on the mixed-integer programme.

    Examples
    --------
    Levels taken as exact:

    >>> known = [{**row, "sd": 0} for row in estimates.rows()]  # doctest: +SKIP
    >>> risks = gr.assess_risk(org, gr.find_gaps(org, known, as_of="2026-03-31"))  # doctest: +SKIP
    >>> gr.export_mps(org, risks, "plan.mps", start="2026-04-01")  # doctest: +SKIP
    """
    as_of = options.pop("as_of", None)
    chosen = planning_options(organization, **options)
    given = risks_to_plan(organization, risks, chosen, as_of)

    def write(path: str | None) -> Any:
        return run(_core.start_export_mps(organization._core, given._core, chosen, path), "export_mps", False)

    if isinstance(file, (str, os.PathLike)):
        with replacing(Path(file)) as place:
            write(os.fspath(place.name))
    elif isinstance(file, io.TextIOBase):
        file.write(write(None))
    else:
        file.write(write(None).encode())


def read_solution(
    organization: Organization,
    risks: Risks | Tabular,
    file: str | os.PathLike[str] | IO[bytes] | IO[str],
    *,
    bound: float | None = None,
    **options: Any,
) -> Plan:
    """The plan that a solver found for what `export_mps` wrote of the same organisation, risks and options.

    Gains, costs and value are worked out anew from the items. Limits are not checked again: a solver keeps them to its
    tolerance only, so `Plan.verify` the plan.

    Parameters
    ----------
    organization
        The organisation.
    risks
        `Risks`, or a table of them.
    file
        A path or an open file: lines of name and value, as Gurobi and others write them, or what HiGHS (raw or sparse
        style), CBC or SCIP write. A column that it does not name is 0; a binary one lies within 1e-5 of 0 or 1.
    bound
        No plan has a higher value, as the solver says; it minimises minus the value, so this is minus its own bound.
        Taken on trust, as the certificate's bound of kind search. None: the bound is the proven one at no prices,
        everyone's best as if nothing were shared, which is loose.
    **options
        Those of `optimize` that the problem was written with; `gap` says when the status is within_gap.

    Returns
    -------
    Plan
        With prices of 0. Its status is optimal or within_gap by its bound, else work_limit.

    Raises
    ------
    Error
        The file cannot be read or has no solution (with the line), it is of another problem, names a column that the
        problem does not have or gives one twice, or a binary column is neither 0 nor 1; the bound is more than 1e-6
        relative below the value. As `export_mps`.

    See Also
    --------
    export_mps : Writes the problem.

    Examples
    --------
    With HiGHS, from levels taken as exact:

    >>> known = [{**row, "sd": 0} for row in estimates.rows()]  # doctest: +SKIP
    >>> risks = gr.assess_risk(org, gr.find_gaps(org, known, as_of="2026-03-31"))  # doctest: +SKIP
    >>> gr.export_mps(org, risks, "plan.mps", start="2026-04-01")  # doctest: +SKIP
    >>> import highspy  # doctest: +SKIP
    >>> highs = highspy.Highs()  # doctest: +SKIP
    >>> highs.readModel("plan.mps")  # doctest: +SKIP
    >>> highs.run()  # doctest: +SKIP
    >>> highs.writeSolution("plan.sol", 0)  # doctest: +SKIP
    >>> best = -highs.getInfo().mip_dual_bound  # doctest: +SKIP
    >>> plan = gr.read_solution(org, risks, "plan.sol", bound=best, start="2026-04-01")  # doctest: +SKIP
    >>> plan.verify(bound=False).ok  # doctest: +SKIP
    """
    as_of = options.pop("as_of", None)
    chosen = planning_options(organization, **options)
    given = risks_to_plan(organization, risks, chosen, as_of)
    content = Path(file).read_bytes() if isinstance(file, (str, os.PathLike)) else file.read()
    known = None if bound is None else real("bound", bound)
    return Plan(
        run(_core.start_read_solution(organization._core, given._core, content, chosen, known), "read_solution", False)
    )
