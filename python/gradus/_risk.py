"""Gaps between what is wanted of people and what is believed of them, and what those may cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _core, _text
from ._assessment import Estimates, given_estimates, outside_as_of
from ._error import Error
from ._input import Tabular, read
from ._options import Day, cores, day, most_drawn, real, reals, truth, wholes, word
from ._organization import Organization
from ._problems import read_here, with_warnings
from ._run import run
from ._table import Table

LIKELIHOOD_BANDS = (0.1, 0.3, 0.5, 0.8)
IMPACT_BANDS = (2.0, 4.0, 6.0, 8.0)
LEVEL_CUTS = (4, 9, 16)
MOST_CELLS = 200  # on a side of a chart


class Gaps(Table):
    """What is wanted of people against what is believed of them: one row per person, basis, role and capability."""

    __slots__ = ()

    def _headline(self) -> str:
        unknown = int(np.count_nonzero(self.column("status") == "unknown"))
        return (
            f"{_text.count(len(self), 'requirement')} of {_text.count(self._count('person'), 'person', 'people')}; "
            f"{np.sum(self.column('likelihood')):,.0f} expected not to be met; {unknown:,} unknown: nobody rated them"
        )

    @classmethod
    def from_table(cls, organization: Organization, table: Tabular, *, as_of: Day, threads: int | None = None) -> Gaps:
        """Gaps made elsewhere, read and checked.

        Parameters
        ----------
        organization
            Whose people, roles and capabilities they speak of.
        table
            Columns person, basis, capability, required, mean, sd, likelihood and shortfall; the others of gaps where
            known.
        as_of
            The day they hold for.
        threads
            Most threads to use; None: all cores.

        Raises
        ------
        Error
            With all problems found.
        """
        return cls(_core.load_gaps(organization._core, read("gaps", table), day("as_of", as_of), cores(threads)))


class Risks(Gaps):
    """Gaps with their likelihood, impact and exposure: same rows and order."""

    __slots__ = ()

    def _headline(self) -> str:
        exposure = self.column("exposure")
        parts = [
            _text.count(len(self), "requirement"),
            f"exposure {np.sum(exposure):,.1f}",
            f"{np.count_nonzero(self.column('risk_level') == 'extreme'):,} extreme",
        ]
        codes = self.codes("capability")
        if len(codes):
            sums = np.bincount(codes, weights=exposure)
            greatest = int(np.argmax(sums))
            parts.append(f"greatest: {self.keys('capability')[greatest]} ({sums[greatest]:,.1f})")
        return "; ".join(parts)

    def plot(self, *, dark: bool = False) -> Any:
        """Draws the 5 × 5 matrix of likelihood and impact, with how many requirements lie in each cell.

        Parameters
        ----------
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.LayerChart
            Of 25 rows, whatever the number of people. It can be restyled.

        Raises
        ------
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> risks.plot().properties(width=600)  # doctest: +SKIP
        """
        from .charts.palette import shown
        from .charts.risk_matrix import risk_matrix

        made = self.provenance["options"]  # of risks from outside, the bands are those of the defaults
        names = ("likelihood_bands", "impact_bands", "level_cuts")
        return shown(risk_matrix, self, dark=dark, **{name: made[name] for name in names if made.get(name)})

    @classmethod
    def from_table(cls, organization: Organization, table: Tabular, *, as_of: Day, threads: int | None = None) -> Risks:
        """Risks made elsewhere, read and checked.

        Parameters
        ----------
        organization
            Whose people, roles and capabilities they speak of.
        table
            Columns person, basis, capability, required, mean, sd, likelihood, shortfall and impact; the others of risks
            where known.
        as_of
            The day they hold for.
        threads
            Most threads to use; None: all cores.

        Raises
        ------
        Error
            With all problems found.
        """
        return cls(_core.load_risks(organization._core, read("risks", table), day("as_of", as_of), cores(threads)))


class HeatMap(Table):
    """Exposure by a grouping of people and by capability."""

    __slots__ = ()

    def _headline(self) -> str:
        if not len(self):
            return "no cells"
        exposure, member = self.column("exposure"), self.column("member")
        greatest = int(np.argmax(exposure))
        names = (member[greatest], self.column("capability")[greatest])
        where = " in ".join(str(name) for name in reversed(names) if name is not None)
        return (
            f"{_text.count(len(self), 'cell')} of {_text.count(len(set(member)), *self._grouping())} × "
            f"{_text.count(self._count('capability'), 'capability', 'capabilities')}; "
            f"greatest: {where} ({exposure[greatest]:,.1f})"
        )

    def _grouping(self) -> tuple[str, str | None]:
        """What the members are, and the plural where it is not that with an s."""
        grouping = str(self.column("grouping")[0]) if len(self) else "member"
        return {"family": ("family", "families"), "all": ("group", None)}.get(grouping, (grouping, None))

    def plot(self, *, colour: str = "exposure", most: int = 30, dark: bool = False) -> Any:
        """Draws the cells: members across, capabilities down, the greatest exposure first.

        Parameters
        ----------
        colour
            What the colour says: exposure or risk_level.
        most
            Most members and most capabilities that are drawn, 1 to 200: those with the greatest exposure. A line under
            the title says what is left out.
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.Chart
            It can be restyled.

        Raises
        ------
        Error
            An option is out of its range.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> gr.heat_map(org, risks, by="unit").plot()  # doctest: +SKIP
        """
        from .charts.heat_map import heat_map
        from .charts.palette import shown

        word("colour", colour, ("exposure", "risk_level"))
        most_drawn(most, MOST_CELLS)
        member, _ = self._grouping()
        title = f"Exposure by {member} and capability" if member != "group" else "Exposure by capability"
        return shown(heat_map, self, colour=colour, most=most, title=title, member=member, dark=dark)


def given_gaps(
    organization: Organization, table: Gaps | Tabular, as_of: Day | None, threads: int | None = None
) -> Gaps:
    if isinstance(table, Gaps) and table._core.same_keys(organization._core):
        return table
    return Gaps.from_table(organization, table, as_of=outside_as_of(table, as_of), threads=threads)


def given_risks(
    organization: Organization, table: Risks | Tabular, as_of: Day | None, threads: int | None = None
) -> Risks:
    if isinstance(table, Risks) and table._core.same_keys(organization._core):
        return table
    return Risks.from_table(organization, table, as_of=outside_as_of(table, as_of), threads=threads)


def find_gaps(
    organization: Organization,
    estimates: Estimates | Tabular,
    *,
    as_of: Day | None = None,
    credit_completed: bool = True,
    threads: int | None = None,
    progress: bool = False,
) -> Gaps:
    """Compares every level wanted, by the own role, a target role or a personal goal, with the level believed.

    With level ~ N(mean, sd²), required level R and u = (R − mean) / sd: likelihood = Φ(u) is the probability to be
    below it and shortfall = (R − mean) Φ(u) + sd φ(u) the expected positions missing.

    Parameters
    ----------
    organization
        The organisation.
    estimates
        `Estimates`, or a table with person, capability, mean and sd.
    as_of
        The day whose requirements count; None: the day of the estimates. Needed for a table from outside.
    credit_completed
        Count what a person completed after the newest rating.
    threads
        Most threads to use; None: all cores.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    Gaps
        Where nobody rated a capability the prior counts, and the status is unknown. `problems` has the warnings, those
        of the estimates too.

    Raises
    ------
    Error
        An option is out of its range, or the estimates have problems.

    Notes
    -----
    The expected linear loss of a normal variable: Raiffa & Schlaifer (1961), Applied Statistical Decision Theory,
    section 11.2.5.

    Examples
    --------
    >>> gaps = gr.find_gaps(org, gr.estimate(org, ratings, as_of="2026-03-31"))  # doctest: +SKIP
    """
    levels = given_estimates(organization, estimates, as_of, threads)
    job = _core.start_find_gaps(
        organization._core,
        levels._core,
        day("as_of", as_of),
        truth("credit_completed", credit_completed),
        cores(threads),
    )
    return Gaps(with_warnings(run(job, "find_gaps", progress), levels))


def assess_risk(
    organization: Organization,
    gaps: Gaps | Tabular,
    *,
    likelihood_bands: Sequence[float] = LIKELIHOOD_BANDS,
    impact_bands: Sequence[float] = IMPACT_BANDS,
    level_cuts: Sequence[int] = LEVEL_CUTS,
    as_of: Day | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Risks:
    """Adds to the gaps what they may cost: impact, exposure, and the place in the 5 × 5 matrix.

    impact = criticality × strategic weight, 1 to 10; exposure = impact × shortfall / range of the scale. The band of a
    value is 1 + the number of cuts below it, and the risk level that of the product of both bands.

    Parameters
    ----------
    organization
        The organisation.
    gaps
        `Gaps`, or a table of them.
    likelihood_bands, impact_bands
        Four cuts each, strictly increasing; of likelihood between 0 and 1, of impact above 0.
    level_cuts
        The highest score (1 to 25) that is low, moderate, high; what is above is extreme.
    as_of
        The day of gaps from outside; not needed else.
    threads
        Most threads to use; None: all cores.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    Risks
        The rows of the gaps, in their order, with their `problems`.

    Raises
    ------
    Error
        An option is out of its range, or the gaps have problems.

    Notes
    -----
    The consequence/likelihood matrix of ISO 31000:2018 and IEC 31010:2019.

    Examples
    --------
    >>> risks = gr.assess_risk(org, gaps)  # doctest: +SKIP
    """
    wanted = given_gaps(organization, gaps, as_of, threads)
    job = _core.start_assess_risk(
        organization._core,
        wanted._core,
        reals("likelihood_bands", likelihood_bands, 4),
        reals("impact_bands", impact_bands, 4),
        wholes("level_cuts", level_cuts, 3),
        cores(threads),
    )
    return Risks(with_warnings(run(job, "assess_risk", progress), wanted))


def heat_map(
    organization: Organization,
    risks: Risks | Tabular,
    *,
    by: str = "unit",
    roll_up: bool = False,
    likelihood_bands: Sequence[float] = LIKELIHOOD_BANDS,
    impact_bands: Sequence[float] = IMPACT_BANDS,
    level_cuts: Sequence[int] = LEVEL_CUTS,
    as_of: Day | None = None,
    threads: int | None = None,
) -> HeatMap:
    """Exposure by a grouping of people and capability; rows of the own role only.

    Without `roll_up` the cells sum to the total exposure exactly.

    Parameters
    ----------
    organization
        The organisation.
    risks
        `Risks`, or a table of them.
    by
        unit, role, family, manager, persona or all.
    roll_up
        A unit includes those below it, a capability those below it.
    likelihood_bands, impact_bands, level_cuts
        As in `assess_risk`, for the risk level of a cell.
    as_of
        The day of risks from outside; not needed else.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    HeatMap
        Sorted by member and capability; people without a member are the missing member, which comes last.

    Raises
    ------
    Error
        An option is out of its range, or the risks have problems.

    Examples
    --------
    >>> gr.heat_map(org, risks, by="family").to_pandas()  # doctest: +SKIP
    """
    given = given_risks(organization, risks, as_of, threads)
    job = _core.start_heat_map(
        organization._core,
        given._core,
        word("by", by, _core.GROUPINGS),
        truth("roll_up", roll_up),
        reals("likelihood_bands", likelihood_bands, 4),
        reals("impact_bands", impact_bands, 4),
        wholes("level_cuts", level_cuts, 3),
        cores(threads),
    )
    return HeatMap(with_warnings(run(job, "heat_map", False), read_here(risks, given)))


def concentration(
    organization: Organization,
    estimates: Estimates | Tabular,
    *,
    cover: float = 2,
    as_of: Day | None = None,
    credit_completed: bool = True,
    threads: int | None = None,
) -> Table:
    """Capabilities that rest on few people.

    For each capability and level that some own role requires: how many people are expected to have it.

    Parameters
    ----------
    organization
        The organisation.
    estimates
        `Estimates`, or a table with person, capability, mean and sd.
    cover
        Fewest holders that are enough, > 0; with fewer the capability is a single point.
    as_of
        The day whose requirements count; None: the day of the estimates. Needed for a table from outside.
    credit_completed
        Count what a person completed after the newest rating.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    Table
        capability, level, required_by (people), holders (expected: Σ P(level ≥ it) over all with evidence) and
        single_point (holders < cover).

    Raises
    ------
    Error
        An option is out of its range, or the estimates have problems.

    Examples
    --------
    >>> gr.concentration(org, estimates, cover=3).to_pandas().query("single_point")  # doctest: +SKIP
    """
    levels = given_estimates(organization, estimates, as_of, threads)
    job = _core.start_concentration(
        organization._core,
        levels._core,
        real("cover", cover),
        day("as_of", as_of),
        truth("credit_completed", credit_completed),
        cores(threads),
    )
    return Table(with_warnings(run(job, "concentration", False), read_here(estimates, levels)))


def compare(before: Risks, after: Risks) -> Table:
    """What changed between two tables of risks, of one organisation or of two.

    Rows are matched by the keys of person, basis, role and capability.

    Parameters
    ----------
    before, after
        Two tables made by `assess_risk` or `Risks.from_table`.

    Returns
    -------
    Table
        Per kind of change (added, removed, level_wanted, estimate, impact: the first that differs): rows, people, and
        their exposure in both.

    Raises
    ------
    Error
        One of them is no `Risks`.

    Examples
    --------
    >>> later = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, more, as_of="2026-06-30")))  # doctest: +SKIP
    >>> gr.compare(risks, later)  # doctest: +SKIP
    """
    for name, table in (("before", before), ("after", after)):
        if not isinstance(table, Risks):
            raise Error(
                f"{name} must be Risks, made by assess_risk or Risks.from_table, not {type(table).__name__}",
                "wrong_type",
            )
    return Table(_core.compare(before._core, after._core))
