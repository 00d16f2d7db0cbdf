"""Ratings of people's capabilities, and the levels that are believed from them."""

from __future__ import annotations

from collections.abc import Mapping

from . import _core
from ._error import Error
from ._input import Tabular, read
from ._options import Day, cores, day, real
from ._organization import Organization
from ._run import run
from ._table import Table

SOURCES = ("self", "manager", "peer", "report", "test", "observation")


class Assessments(Table):
    """Ratings of people's capabilities, checked against an organisation."""

    __slots__ = ()

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
    """
    table = given_assessments(organization, assessments)
    job = _core.start_ratings_by_source(organization._core, table._core, day("as_of", as_of))
    return Table(run(job, "ratings_by_source", False))
