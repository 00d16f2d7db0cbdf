"""Ratings of people's capabilities, and the levels that are believed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core, _text
from ._error import Error
from ._input import Tabular, read
from ._interval import SURE
from ._options import Day, cores, day, most_drawn, of, real, truth, whole, word
from ._organization import Organization
from ._problems import read_here, with_warnings
from ._raters import Raters, RatingsBySource
from ._residuals import Residuals
from ._rows import rows_of, unknown_key
from ._run import run
from ._table import Table
from ._variances import BY_SOURCE, LIKELIHOODS, SOURCES, TERMS, given_variances, names

KINDS: dict[str, type[Table]] = {"raters": Raters, "residuals": Residuals}


class Assessments(Table):
    """Ratings of people's capabilities, checked against an organisation."""

    __slots__ = ()

    def _headline(self) -> str:
        people = _text.count(self._count("person"), "person", "people")
        days = self.column("date")
        known = days[~np.isnat(days)]
        newest = f"; the newest of {known.max()}" if len(known) else ""
        return f"{_text.count(len(self), 'rating')} of {people}{newest}"

    def _used(self, organization: Organization, as_of: Day) -> NDArray[np.bool_]:
        """Which ratings an estimate of that day is made from: those by then, and without a day, of who takes part."""
        day_of = np.datetime64(day("as_of", as_of), "D")
        days = self["date"]
        by_then = np.isnat(days) | (days <= day_of)
        taking_part = organization._taking_part(day_of)
        return np.asarray(by_then & taking_part[self.codes("person")]) if len(self) else by_then

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

    def with_rows(
        self, organization: Organization, table: Assessments | Tabular, *, threads: int | None = None
    ) -> Assessments:
        """These ratings and further ones, without reading these again.

        Parameters
        ----------
        organization
            That of these ratings.
        table
            Further ratings: `Assessments`, or a table as `from_table` takes it. Rows that are here already count twice.
        threads
            Most threads to use; None: all cores.

        Returns
        -------
        Assessments
            All, as one load would make them. Rows in `problems` count in the table that each came from.

        Raises
        ------
        Error
            With all problems of the table, or if these ratings are of another organisation.

        Examples
        --------
        >>> new = [{"person": "E1042", "capability": "SQL", "level": 2, "source": "test"}]
        >>> ratings = acme.assessments.with_rows(acme.organization, new)
        ... # doctest: +SKIP
        """
        added = given_assessments(given_organization(organization), table, threads)
        return Assessments(_core.add_assessments(self._core, added._core, cores(threads)))


class Estimates(Table):
    """What is believed about people's levels, and how sure it is: level ~ N(mean, sd²), in positions of the scale.

    `raters`, `sources`, `variances` and `fairness` say what was found out about those who rated. They count in shares
    of the scale's range: 0.25 on a scale from 1 to 5 is one level. `residuals` say how well that fits the ratings.
    Estimates from outside do not have them.
    """

    __slots__ = ("_made",)

    def __init__(self, core: _core.Table) -> None:
        super().__init__(core)
        self._made: dict[str, Table] = {}

    def _headline(self) -> str:
        if not len(self):
            return "no levels"
        rated = int(np.count_nonzero(self.column("ratings")))
        width = SURE * float(np.median(self.column("sd")))
        return (
            f"{_text.count(len(self), 'level')} of {_text.count(self._count('person'), 'person', 'people')}, "
            f"{rated:,} of them rated; half are known to ±{width:.2g} positions or better (95 %)"
        )

    @property
    def raters(self) -> Raters:
        """How severe or lenient each rater is, and how far that can be told: one row per rater and source.

        `severity` is what the rater adds to ratings, in shares of the scale's range: below 0 severe, above 0 lenient,
        against others of that source. It is taken out of the levels already. `identifiability`, 0 to 1, is how much of
        the doubt about it the ratings removed: near 0 nobody can tell a severe rater from people with low levels,
        mostly since nobody else rated them. Ratings without a rater have no row. Of an update, they are those of the
        estimates that it began with. Made when first asked for, then kept.

        Raises
        ------
        Error
            The estimates are from outside.
        """
        made = self._report("raters", _core.start_report_raters)
        assert isinstance(made, Raters)
        return made

    @property
    def sources(self) -> Table:
        """How kind each source is, and how much its ratings vary: one row per source, such as self, that occurs.

        `bias` is how much more than the reference source it gives for the same level, in shares of the scale's range.
        The reference is the first that occurs of test, manager, observation, peer, report and self; its bias is 0.
        Of an update, they are those of the estimates that it began with.

        Raises
        ------
        Error
            The estimates are from outside.
        """
        return self._report("sources", _core.start_report_sources)

    @property
    def variances(self) -> Table:
        """How much each part of a rating varies: one row per term and source, in squared ranges of the scale.

        `prior_share`, 0 to 1, is how much of what is known of a variance comes from what was believed before any
        rating: above 0.5 the ratings say little of it. The table can be given to `estimate` again. Of an update, they
        are those of the estimates that it began with.

        Raises
        ------
        Error
            The estimates are from outside.
        """
        return self._report("variances", _core.start_report_variances)

    @property
    def residuals(self) -> Residuals:
        """Each rating against what all other ratings make one expect of it: one row per rating used.

        `expected` is a position of the scale: the level believed, with how kind the source is and how severe the rater.
        If the model holds, `standardised` (the residual in its own standard deviations, ages considered) is normal with
        a mean of 0 and a standard deviation of 1. Not among them are ratings given to `update`. Made when first asked
        for, then kept.

        Raises
        ------
        Error
            The estimates are from outside.

        Notes
        -----
        Full-conditional residuals: Haslett & Haslett (2007), International Statistical Review 75.
        """
        made = self._report("residuals", _core.start_report_residuals)
        assert isinstance(made, Residuals)
        return made

    def fairness(self, min_people: int = 5, *, against: str | None = None) -> Table:
        """Whether sources rate groups of people otherwise than an anchor does.

        One row per attribute of people (the table `person_attributes`), value and source. `difference` is how much
        kinder the source is to the group than to all others who have a value, once both are compared with what the
        anchor (the column `against`) says of the same people, in shares of the scale's range. `detectable` is the
        smallest difference that would be seen four times in five: where it is large, a small `difference` proves
        nothing. Of the anchor itself nothing can be told. The attributes enter no estimate. Of an update, it is that
        of the estimates that it began with.

        Parameters
        ----------
        min_people
            Groups of fewer people, or with as few others, are left out; at least 2.
        against
            The anchor: a source that ratings came from, such as "manager". None: the reference of `sources`. Choose
            another where that one rated few people, since little can be told against few ratings.

        Returns
        -------
        Table
            Without rows where no attribute is declared.

        Raises
        ------
        Error
            The estimates are from outside, `min_people` is out of its range, or no rating came from `against`.

        Notes
        -----
        Generalised least squares, Aitken (1936), given the variances.

        Examples
        --------
        >>> estimates.fairness(min_people=10, against="manager").to_pandas()  # doctest: +SKIP
        """
        self._check_own("fairness")
        anchor = None if against is None else word("against", against, SOURCES)
        job = _core.start_check_fairness(self._core, whole("min_people", min_people), anchor)
        return Table(run(job, "fairness", False))

    def _report(self, name: str, start: Callable[[_core.Table], _core.Job]) -> Table:
        if name not in self._made:
            self._check_own(name)
            self._made[name] = KINDS.get(name, Table)(run(start(self._core), name, False))
        return self._made[name]

    def update(self, ratings: Assessments, *, as_of: Day | None = None, threads: int | None = None) -> Estimates:
        """The levels of the people whom new ratings are of, with everything else as it was.

        Variances, severities, difficulties and biases stay those of these estimates: microseconds a person, where an
        estimate of all looks at everybody. For new severities call `estimate` with all ratings and ``previous=``.
        `raters`, `sources`, `variances`, `residuals` and `fairness` of the result are those of these estimates: the
        new ratings are not in them.

        Parameters
        ----------
        ratings
            New ratings only, ``gr.Assessments.from_table(organization, table)``. Those after `as_of`, from a source or
            of a capability that had no ratings before are left out, with a warning in `problems`.
        as_of
            The day of the question, not before that of these estimates, to which old ratings age. None: their day.
        threads
            Most threads to use; None: all cores.

        Returns
        -------
        Estimates
            One row per capability of each person concerned.

        Raises
        ------
        Error
            The estimates are from outside or an update themselves, the ratings of another organisation, or `as_of` is
            too early. Of an update nobody knows what it took in: update the estimates of all again, with all ratings
            since.

        Examples
        --------
        >>> new = gr.Assessments.from_table(org, ratings)  # doctest: +SKIP
        >>> estimates.update(new, as_of="2026-04-15")  # doctest: +SKIP
        """
        self._check_own("update")
        if not isinstance(ratings, Assessments):
            wanted = "gr.Assessments, such as gr.Assessments.from_table(organization, rows)"
            raise Error(f"update takes {wanted}, not {type(ratings).__name__}")
        days = None if as_of is None else day("as_of", as_of)
        return Estimates(
            run(_core.start_update_estimates(self._core, ratings._core, days, cores(threads)), "update", False)
        )

    @property
    def _own(self) -> bool:
        """Made from ratings, so it is known who rated."""
        return self.provenance["stage"] in ("estimate", "update_estimates")

    def _check_own(self, name: str) -> None:
        if not self._own:
            raise Error(
                f"{name} needs estimates that gradus made from ratings (gr.estimate); these are from outside, and do "
                "not say who rated",
                "missing_table",
                self.name,
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
        most_drawn(most)
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


def given_organization(organization: Organization) -> Organization:
    """What is given as one, or the error that says where a dataset has it."""
    if isinstance(organization, Organization):
        return organization
    part = ": give its .organization" if _is_dataset(organization) else ""
    raise Error(f"organization must be an Organization, not {type(organization).__name__}{part}", "wrong_type")


def given_assessments(
    organization: Organization, table: Assessments | Tabular, threads: int | None = None
) -> Assessments:
    if _is_dataset(table):
        raise Error("assessments must be ratings, not a Dataset: give its .assessments", "wrong_type", "assessments")
    if isinstance(table, Assessments) and table._core.same_keys(organization._core):
        return table
    return Assessments.from_table(organization, table, threads=threads)


def _is_dataset(given: object) -> bool:
    from ._dataset import Dataset  # which holds assessments

    return isinstance(given, Dataset)


def given_estimates(
    organization: Organization, table: Estimates | Tabular, as_of: Day | None, threads: int | None = None
) -> Estimates:
    if isinstance(table, Estimates) and table._core.same_keys(organization._core):
        return table
    return Estimates.from_table(organization, table, as_of=outside_as_of(table, as_of), threads=threads)


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
    variances: Mapping[str, Any] | Table | None = None,
    terms: Iterable[str] = TERMS,
    pooled: Iterable[str] = (),
    prior_weight: float = 10,
    common_uncertainty: bool = True,
    likelihood: str = "normal",
    previous: Estimates | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Estimates:
    """Combines ratings into levels: what people can do, and how sure that is.

    A rating is the person's level, and besides it how kind the source is (such as self-ratings), how severe the rater
    is, the rater's general impression of that person (halo), and chance. How much each of these varies is estimated
    from the ratings, and what sources and raters have in common is taken out of the levels. Old ratings fade and none
    is thrown away.

    Parameters
    ----------
    organization
        The organisation.
    assessments
        Ratings: `Assessments`, or a table from which they can be read.
    as_of
        The day of the question. Ratings after it are left out; who has left by then, or joins later, takes no part.
    half_information_years
        Years, at least 1e-6, in which a rating's error variance doubles.
    prior_mean
        Level believed before any rating, as a share of the scale's range above its bottom, 0 to 1.
    prior_sd
        How unsure that is, as a share of the scale's range, 1e-9 to 1000.
    variances
        What is known of variances, in squared ranges of the scale: 0.04 is a standard deviation of a fifth of it. Keys:
        person and person_capability, each with a number; severity, halo and residual, each with a number for all
        sources or a mapping from source to number. Each from 0 to 1e6, residual > 0 (below 1e-7 it counts as that);
        ``float("inf")`` there leaves a source out. What is not named is estimated. The `variances` of earlier estimates
        do as well. Sources: self, manager, peer, report, test, observation.
    terms
        What ratings differ by: person (over all capabilities), person_capability (from one capability to the other),
        severity (of raters), halo, residual (chance). The residual cannot be left out.
    pooled
        Those of severity, halo and residual that have one variance for all sources.
    prior_weight
        How many raters (people, ratings, …) what is believed of a variance before any rating counts for, 0 to 1e9.
        Lower: the ratings decide sooner.
    common_uncertainty
        Whether `sd` takes in how unsure the difficulty of capabilities and the kindness of sources are.
    likelihood
        How a rating is read. "normal": as the level itself, with a normal error; an estimate is then what would be
        shown on this scale. "ordinal": as the level nearest to one with a normal error, where the scale's first level
        says "at most" and the last "at least"; an estimate is then the level that no scale ends. A number between two
        levels of the scale is read as with "normal". Takes five to ten times as long.
    previous
        Earlier estimates, whose variances the search begins with: the same is found, and sooner.
    threads
        Most threads to use; None: all cores.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    Estimates
        One row per person and capability that was rated, is required, or is a personal goal. Its `raters`, `sources`
        and `variances` say what was found out about those who rated. `problems` has the warnings; of `assessments`
        those too that came from reading a table.

    Raises
    ------
    Error
        An option is out of its range, or the ratings have problems.

    Notes
    -----
    Best linear unbiased prediction: Henderson (1975), Biometrics 31; Robinson (1991), Statistical Science 6. Variances
    by restricted maximum likelihood: Gilmour, Thompson & Cullis (1995), Biometrics 51. Ordinal: Stewart (1983), Review
    of Economic Studies 50, by Opper & Archambeau (2009), Neural Computation 21.

    Examples
    --------
    >>> estimates = gr.estimate(org, ratings, as_of="2026-03-31")  # doctest: +SKIP
    >>> known = {"residual": {"test": 0.01, "self": float("inf")}}
    >>> surer = gr.estimate(org, ratings, as_of="2026-03-31", variances=known)  # doctest: +SKIP
    >>> again = gr.estimate(org, more, as_of="2026-03-31", variances=estimates.variances)  # doctest: +SKIP
    """
    options = estimate_options(
        as_of=as_of,
        half_information_years=half_information_years,
        prior_mean=prior_mean,
        prior_sd=prior_sd,
        variances=variances,
        terms=terms,
        pooled=pooled,
        prior_weight=prior_weight,
        common_uncertainty=common_uncertainty,
        likelihood=likelihood,
        threads=threads,
    )
    ratings = given_assessments(given_organization(organization), assessments, threads)
    before = None if previous is None else of("previous", previous, Estimates)._core
    job = _core.start_estimate(organization._core, ratings._core, options, before)
    return Estimates(with_warnings(run(job, "estimate", progress), read_here(assessments, ratings)))


def estimate_options(
    *,
    as_of: Day,
    half_information_years: float,
    prior_mean: float,
    prior_sd: float,
    variances: Mapping[str, Any] | Table | None,
    terms: Iterable[str],
    pooled: Iterable[str],
    prior_weight: float,
    common_uncertainty: bool,
    likelihood: str,
    threads: int | None,
) -> _core.EstimateOptions:
    """The options of `estimate`, as the core takes them."""
    return _core.EstimateOptions(
        day("as_of", as_of),
        real("half_information_years", half_information_years),
        real("prior_mean", prior_mean),
        real("prior_sd", prior_sd),
        given_variances(variances),
        names("terms", terms, TERMS),
        names("pooled", pooled, BY_SOURCE),
        real("prior_weight", prior_weight),
        truth("common_uncertainty", common_uncertainty),
        word("likelihood", likelihood, LIKELIHOODS),
        cores(threads),
    )


def ratings_by_source(organization: Organization, assessments: Assessments | Tabular, *, as_of: Day) -> RatingsBySource:
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
    RatingsBySource
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
    table = given_assessments(given_organization(organization), assessments)
    job = _core.start_ratings_by_source(organization._core, table._core, day("as_of", as_of))
    return RatingsBySource(with_warnings(run(job, "ratings_by_source", False), read_here(assessments, table)))
