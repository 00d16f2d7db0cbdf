"""Ratings of people's capabilities, and the levels that are believed from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import _core, _text
from ._error import Error
from ._input import Tabular, read
from ._options import Day, cores, day, real, whole
from ._organization import Organization
from ._rows import rows_of, unknown_key
from ._run import run
from ._table import Table

MOST_LEVELS = 500  # of one chart: more are drawn slowly, and read by nobody
SURE = 1.96  # standard deviations on either side that hold 95 % of a normal distribution
SOURCES = ("self", "manager", "peer", "report", "test", "observation")


class Assessments(Table):
    """Ratings of people's capabilities, checked against an organisation."""

    __slots__ = ()

    def _headline(self) -> str:
        people = _text.count(self._count("person"), "person", "people")
        days = self.column("date")
        known = days[~np.isnat(days)]
        newest = f"; the newest of {known.max()}" if len(known) else ""
        return f"{_text.count(len(self), 'rating')} of {people}{newest}"

    @classmethod
    def from_table(cls, organization: Organization, table: Tabular, *, threads: int | None = None) -> Assessments:
        """Reads and checks ratings.

        Parameters
        ----------
        organization
            Whose people, capabilities and scales the ratings speak of.
        table
            Columns person, capability, level, source; rater, date and assessment where known.
        threads
            Most threads to use; None: all cores.

        Raises
        ------
        Error
            With all problems found: an unknown person, a level that is not on the scale, …
        """
        return cls(_core.load_assessments(organization._core, read("assessments", table), cores(threads)))


class Estimates(Table):
    """What is believed about people's levels, and how sure it is: level ~ N(mean, sd²), in positions of the scale."""

    __slots__ = ()

    def _headline(self) -> str:
        if not len(self):
            return "no levels"
        rated = int(np.count_nonzero(self.column("ratings")))
        width = SURE * float(np.median(self.column("sd")))
        return (
            f"{_text.count(len(self), 'level')} of {_text.count(self._count('person'), 'person', 'people')}, "
            f"{rated:,} of them rated; half are known to ±{width:.2g} positions or better (95 %)"
        )

    def plot(
        self,
        *,
        person: str | None = None,
        capability: str | None = None,
        requirements: Table | None = None,
        most: int = 60,
        dark: bool = False,
    ) -> Any:
        """Draws levels with their 95 % intervals, of one person or of one capability.

        Parameters
        ----------
        person, capability
            Whose levels, or which capability's. Give one of them.
        requirements
            `Gaps` or `Risks`: what the role requires is drawn too, and the highest that a target role or a goal wants.
            Those farthest below what the role requires come first.
        most
            Most levels that are drawn, 1 to 500; a line under the title says if there are more.
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.LayerChart
            It can be restyled: ``chart.properties(width=600)``, ``chart.configure_axis(labelFontSize=12)``.

        Raises
        ------
        Error
            Neither or both are given, the key is unknown, or `most` is out of its range.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> estimates.plot(person="E1042", requirements=risks)  # doctest: +SKIP
        >>> estimates.plot(capability="SQL", requirements=risks, most=20)  # doctest: +SKIP
        """
        from .charts.intervals import intervals
        from .charts.palette import shown

        if (person is None) == (capability is None):
            raise Error(
                f"an interval plot shows one person or one capability of {len(self):,} levels: "
                "give person= or capability="
            )
        if not 1 <= whole("most", most) <= MOST_LEVELS:
            raise Error(f"most must be from 1 to {MOST_LEVELS}, not {most!r}")
        by, of, key = ("person", "capability", person) if person is not None else ("capability", "person", capability)
        assert key is not None
        rows = rows_of(self, by, key)
        if not rows:
            if key in self.keys(by).tolist():
                raise Error(
                    f"there are no levels of the {by} {key!r} in {self.name}", "unknown_key", self.name, column=by
                )
            raise unknown_key(by, key, self.keys(by).tolist(), self.name)
        wanted = {} if requirements is None else _required(requirements, by, of, key)
        rows = [
            {"required": None, "likelihood": None, "wanted": None, **row, **wanted.get(row[of], {})} for row in rows
        ]
        rows.sort(key=_distance(of))
        left = f"{most:,} of {len(rows):,}: those farthest below what is required" if len(rows) > most else None
        title = f"Levels of {key}" if by == "person" else f"Levels in {key}"
        return shown(intervals, rows[:most], of=of, title=title, subtitle=left, dark=dark)

    @classmethod
    def from_table(
        cls, organization: Organization, table: Tabular, *, as_of: Day, threads: int | None = None
    ) -> Estimates:
        """Estimates made elsewhere, read and checked.

        Parameters
        ----------
        organization
            Whose people and capabilities they speak of.
        table
            Columns person, capability, mean (position) and sd (positions); ratings, last, as_rated and evidence where
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
        days = day("as_of", as_of)
        return cls(_core.load_estimates(organization._core, read("estimates", table), days, cores(threads)))


def _required(requirements: Table, by: str, of: str, key: str) -> dict[str, dict[str, Any]]:
    """Of each person or capability: what the role requires and the probability to be below it; what is wanted besides.

    A person has one role, so one row of the role.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in rows_of(requirements, by, key):
        one = found.setdefault(row[of], {})
        if row["basis"] == "role":
            one |= {name: row[name] for name in ("required", "likelihood")}
        else:
            one["wanted"] = max(row["required"], one.get("wanted", row["required"]))
    return found


def _distance(of: str) -> Callable[[dict[str, Any]], tuple[bool, bool, float, str]]:
    """Those farthest below what the role requires first, then below what is wanted besides, then the others."""

    def key(row: dict[str, Any]) -> tuple[bool, bool, float, str]:
        level = row["required"] if row["required"] is not None else row["wanted"]
        return row["required"] is None, level is None, row["mean"] - (level or 0.0), row[of]

    return key


def given_assessments(organization: Organization, table: Assessments | Tabular) -> Assessments:
    if isinstance(table, Assessments) and table._core.same_keys(organization._core):
        return table
    return Assessments.from_table(organization, table)


def given_estimates(organization: Organization, table: Estimates | Tabular, as_of: Day | None) -> Estimates:
    if isinstance(table, Estimates) and table._core.same_keys(organization._core):
        return table
    return Estimates.from_table(organization, table, as_of=outside_as_of(table, as_of))


def outside_as_of(table: Tabular, as_of: Day | None) -> Day:
    """The day that a table from outside holds for: as told, or as known of a table made for another organisation."""
    if as_of is None and isinstance(table, Table):
        as_of = table.provenance["as_of"]
    if as_of is None:
        raise Error("as_of must be given for a table from outside, such as as_of='2026-03-31'")
    return as_of


def estimate(
    organization: Organization,
    assessments: Assessments | Tabular,
    *,
    as_of: Day,
    half_information_years: float = 1,
    prior_mean: float = 0.5,
    prior_sd: float = 0.25,
    variances: Mapping[str, float] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Estimates:
    """Combines ratings into levels: what people can do, and how sure that is.

    The Gaussian posterior of a prior N(m, s²) and of ratings whose error variance is that of their source, multiplied
    by 1 + age / `half_information_years`: old ratings fade and none is thrown away, and more ratings never widen an
    estimate.

    Parameters
    ----------
    organization
        The organisation.
    assessments
        Ratings: `Assessments`, or a table from which they can be read.
    as_of
        The day of the question. Ratings after it are left out; who has left by then, or joins later, takes no part.
    half_information_years
        Years, > 0, in which a rating's error variance doubles.
    prior_mean
        Level believed before any rating, as a share of the scale's range above its bottom, 0 to 1.
    prior_sd
        How unsure that is, as a share of the scale's range, > 0.
    variances
        Error variances of one rating by source, in squared ranges of the scale, each > 0. Of the sources not named:
        test 0.10², observation 0.15², manager, peer and report 0.20², self 0.25².
    threads
        Most threads to use; None: all cores.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    Estimates
        One row per person and capability that was rated, is required, or is a personal goal.

    Raises
    ------
    Error
        An option is out of its range, or the ratings have problems.

    Notes
    -----
    Bayes' rule for a normal mean with known variances: Gelman et al., Bayesian Data Analysis, section 2.5.

    Examples
    --------
    >>> estimates = gr.estimate(org, ratings, as_of="2026-03-31")  # doctest: +SKIP
    """
    by_source = {source: real(f"variances[{source!r}]", value) for source, value in (variances or {}).items()}
    if unknown := [source for source in by_source if source not in SOURCES]:
        raise Error(f"variances: there is no source {unknown[0]!r}; there are {', '.join(SOURCES)}")
    job = _core.start_estimate(
        organization._core,
        given_assessments(organization, assessments)._core,
        day("as_of", as_of),
        real("half_information_years", half_information_years),
        real("prior_mean", prior_mean),
        real("prior_sd", prior_sd),
        by_source,
        cores(threads),
    )
    return Estimates(run(job, "estimate", progress))


def ratings_by_source(organization: Organization, assessments: Assessments | Tabular, *, as_of: Day) -> Table:
    """What each source says of a person's capability, side by side: self, manager, peers, tests, …

    Parameters
    ----------
    organization
        The organisation.
    assessments
        Ratings: `Assessments`, or a table from which they can be read.
    as_of
        Ratings after this day are left out.

    Returns
    -------
    Table
        One row per person, capability and source: the mean over raters of each one's newest rating, how many raters,
        the day of the newest, the mean of the ratings before, and the change.

    Raises
    ------
    Error
        The ratings have problems.

    Examples
    --------
    >>> gr.ratings_by_source(org, ratings, as_of="2026-03-31").to_pandas()  # doctest: +SKIP
    """
    table = given_assessments(organization, assessments)
    job = _core.start_ratings_by_source(organization._core, table._core, day("as_of", as_of))
    return Table(run(job, "ratings_by_source", False))
