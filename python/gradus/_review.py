"""Planning a review round: who would rate whom, and how well levels would be known after it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from . import _core, _text
from ._assessment import Assessments, estimate_options, given_assessments, given_organization
from ._error import Error
from ._input import Tabular, read
from ._options import Day, near, real, whole
from ._organization import Organization
from ._problems import read_here, with_warnings
from ._run import run
from ._table import Table
from ._variances import BELIEVED, SOURCES, TERMS, given_variances

COLUMNS = ("source", "capability", "raters", "drawn_from", "answered")  # of one design
SIMULATED = "round"  # what a design is called that has no name

USUAL: dict[str, dict[str, int]] = {
    "managers": {"manager": 1},
    "self and managers": {"self": 1, "manager": 1},
    "self, managers, 2 peers": {"self": 1, "manager": 1, "peer": 2},
    "self, managers, 4 peers": {"self": 1, "manager": 1, "peer": 4},
    "self, managers, a test": {"self": 1, "manager": 1, "test": 1},
}
"""Designs to begin with."""


class SimulatedAssessments(Assessments):
    """Ratings that were drawn, and the `levels` behind them."""

    __slots__ = ("levels",)

    levels: Table
    """The true levels: person, capability, level in positions of the scale, which no scale ends."""

    def __init__(self, core: _core.Table, levels: _core.Table) -> None:
        super().__init__(core)
        self.levels = Table(levels)


class DesignReview(Table):
    """How well levels would be known after each review round, in shares of the scale's range."""

    __slots__ = ("believed", "capabilities")

    capabilities: Table
    """The same by capability: design, capability, people, ratings, sd, interval, rated, accuracy, …"""

    believed: dict[str, float]
    """Sources that a design asks and of which no rating tells yet: the standard deviation of chance in one rating that
    is believed of each, in shares of the scale's range. What their rounds would tell rests on it."""

    def __init__(self, core: _core.Table, capabilities: _core.Table, believed: dict[str, float]) -> None:
        super().__init__(core)
        self.capabilities = Table(capabilities)
        self.believed = believed

    def _headline(self) -> str:
        rows = self.rows()
        if len(rows) < 2:
            return "no design"
        best = min(rows[1:], key=lambda row: row["sd"] if row["sd"] is not None else np.inf)
        if best["sd"] is None:
            return f"{_text.count(len(rows) - 1, 'design')} of nobody"
        return ". ".join([
            f"{_text.count(len(rows) - 1, 'design')}; levels would be known best after {best['design']!r}: "
            f"to ±{best['interval'] / 2:.2f} of the scale's range (95 %), now ±{rows[0]['interval'] / 2:.2f}",
            *self._unrated(),
        ])

    def _unrated(self) -> list[str]:
        """A sentence, without its full stop, where sources are asked of which nothing is known but what is believed."""
        if not self.believed:
            return []
        told = ", ".join(f"{source} {sd:.2f}" for source, sd in self.believed.items())
        tells = "it tells" if len(self.believed) == 1 else "they tell"
        return [
            f"No ratings of {', '.join(self.believed)} yet: what {tells} is believed "
            f"(sd of chance in one rating, in shares of the scale's range: {told})"
        ]

    def plot(self, *, dark: bool = False) -> Any:
        """Draws the width of 95 % intervals and the accuracy of levels by design, in their order.

        Parameters
        ----------
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.HConcatChart
            It can be restyled: ``chart.configure_axis(labelFontSize=12)``.

        Raises
        ------
        Error
            There is no design, or nobody to rate.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> gr.review_design(org, designs, as_of="2026-06-30").plot()  # doctest: +SKIP
        """
        from .charts.designs import designs
        from .charts.palette import shown

        rows = self.rows()
        if len(rows) < 2 or rows[0]["sd"] is None:
            raise Error("design_review: there is no design, or nobody to rate, so there is nothing to draw")
        return shown(designs, rows, dark=dark)


def simulate_assessments(
    organization: Organization,
    design: Mapping[str, Any] | Tabular,
    variances: Mapping[str, Any] | Table | None = None,
    *,
    as_of: Day,
    name: str | None = None,
    assessments: Assessments | Tabular | None = None,
    bias: Mapping[str, float] | None = None,
    half_information_years: float = 1,
    prior_mean: float = 0.5,
    prior_sd: float = 0.25,
    terms: Iterable[str] = TERMS,
    pooled: Iterable[str] = (),
    prior_weight: float = 10,
    likelihood: str = "normal",
    seed: int = 1,
    threads: int | None = None,
) -> SimulatedAssessments:
    """Draws a round of ratings from the model that `estimate` fits, and the true levels behind them.

    For trying out what estimates can tell: ratings are rounded to the levels of the scale and end where it ends, as
    people's do. Everyone is rated on what the own role, the roles aimed at and personal goals need. The same seed
    draws the same people, severities and chance for any design.

    Parameters
    ----------
    organization
        The organisation.
    design
        Who rates everyone: a mapping from source to a number of raters or to a mapping with raters, drawn_from (team,
        unit or anyone: among whom peers and observers are drawn), answered (share of those asked who rate) and
        capability (only this one; a list of such mappings for several); or a table `review_designs`.
    variances
        As `estimate` takes them, such as the `variances` of earlier estimates. What is missing is estimated from
        `assessments`; of sources without ratings it is as believed before any.
    as_of
        The day of the round.
    name
        Which design, of a table with several.
    assessments
        The ratings there are, to learn variances, biases and how difficult capabilities are from, as `review_design`
        does; they are not among those that are drawn. None: none.
    bias
        How kind sources are, -1 to 1, in shares of the scale's range: a mapping from source. Missing: as estimated
        from `assessments`, else 0.
    half_information_years, prior_mean, prior_sd, terms, pooled, prior_weight, likelihood
        As in `estimate`. True levels have `prior_mean` on average, or the mean that `assessments` tell.
    seed
        A whole number from 0 to 2³¹−1.
    threads
        Most threads to use; None: all cores.

    Returns
    -------
    SimulatedAssessments
        Ratings that every stage takes, and their `levels`.

    Raises
    ------
    Error
        The design has problems, or an option is out of its range.

    Examples
    --------
    >>> round = gr.simulate_assessments(org, {"self": 1, "manager": 1, "peer": 3}, as_of="2026-06-30")
    ... # doctest: +SKIP
    >>> gr.estimate(org, round, as_of="2026-06-30")  # doctest: +SKIP
    """
    given: Any = {SIMULATED: design} if _is_design(design) else design
    designs = given_designs(given_organization(organization), given)
    options = estimate_options(
        as_of=as_of, half_information_years=half_information_years, prior_mean=prior_mean, prior_sd=prior_sd,
        variances=variances, terms=terms, pooled=pooled, prior_weight=prior_weight, common_uncertainty=True,
        likelihood=likelihood,
        threads=threads,
    )  # fmt: skip
    ratings = None if assessments is None else given_assessments(organization, assessments, threads)
    job = _core.start_simulate_assessments(
        organization._core,
        None if ratings is None else ratings._core,
        designs._core,
        name or "",
        options,
        _biases(bias),
        _seed(seed),
    )
    made, levels = run(job, "simulate", False)
    warned = with_warnings(made, read_here(assessments, ratings), read_here(given, designs))
    return SimulatedAssessments(warned, levels)


def review_design(
    organization: Organization,
    designs: Mapping[str, Mapping[str, Any]] | Tabular = USUAL,
    *,
    as_of: Day,
    assessments: Assessments | Tabular | None = None,
    variances: Mapping[str, Any] | Table | None = None,
    bias: Mapping[str, float] | None = None,
    half_information_years: float = 1,
    prior_mean: float = 0.5,
    prior_sd: float = 0.25,
    terms: Iterable[str] = TERMS,
    pooled: Iterable[str] = (),
    prior_weight: float = 10,
    likelihood: str = "normal",
    seed: int = 1,
    repetitions: int = 0,
    threads: int | None = None,
    progress: bool = False,
) -> DesignReview:
    """How well levels would be known after each of several review rounds, together with the ratings there are.

    Rounds are drawn by chance, as `simulate_assessments` does, and estimated: who rates, what they see, and how far
    the estimate is from the true level. Of the ratings there are, who rated whom and when stay; their levels are drawn
    anew, since the true levels behind the real ones are not known.

    Parameters
    ----------
    organization
        The organisation.
    designs
        Designs by name, each a mapping from source to a number of raters, or to a mapping with raters, drawn_from
        (team, unit or anyone: among whom peers and observers are drawn), answered (share of those asked who rate) and
        capability (only this one; a list of such mappings for several); or a table `review_designs`. Without it:
        managers, self and managers, these with two and with four peers, and with a test.
    as_of
        The day of the round, and of the question.
    assessments
        The ratings there are; None: none.
    variances
        As `estimate` takes them. What is missing is estimated from the ratings there are; of sources without ratings
        it is as believed before any.
    bias
        How kind sources are, -1 to 1, in shares of the scale's range: a mapping from source. Missing: as estimated
        from the ratings there are, else 0.
    half_information_years, prior_mean, prior_sd, terms, pooled, prior_weight, likelihood
        As in `estimate`.
    seed
        A whole number from 0 to 2³¹−1.
    repetitions
        How often each round is drawn, 0 to 10,000; 0: enough for 10,000 levels, 100 at most.
    threads
        Most threads to use; None: all cores.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    DesignReview
        The first row has no design: what is known without a round; then come the designs as they were given.
        `interval` is the mean width of 95 % intervals, `accuracy` the correlation of estimated with true levels,
        `as_rated` that of plain means of ratings, `lacking` the share of people for whom fewer raters are there than
        the design asks for (`problems` counts them by source). Its `capabilities` are the same by capability;
        `believed` names sources that a design asks and of which no rating tells by `as_of`.

    Raises
    ------
    Error
        The designs or the ratings have problems, or an option is out of its range.

    Examples
    --------
    >>> designs = {"managers": {"manager": 1}, "two peers more": {"manager": 1, "peer": 2}, "test": {"test": 1}}
    >>> gr.review_design(org, designs, as_of="2026-06-30", assessments=ratings)  # doctest: +SKIP
    """
    options = estimate_options(
        as_of=as_of, half_information_years=half_information_years, prior_mean=prior_mean, prior_sd=prior_sd,
        variances=variances, terms=terms, pooled=pooled, prior_weight=prior_weight, common_uncertainty=True,
        likelihood=likelihood,
        threads=threads,
    )  # fmt: skip
    given_organization(organization)
    ratings = None if assessments is None else given_assessments(organization, assessments, threads)
    asked = given_designs(organization, designs)
    job = _core.start_review_design(
        organization._core,
        None if ratings is None else ratings._core,
        asked._core,
        options,
        _biases(bias),
        _seed(seed),
        whole("repetitions", repetitions),
    )
    made, capabilities = run(job, "review", progress, keeps_best=True)
    rated = set() if ratings is None else set(ratings["source"][ratings._used(organization, as_of)].tolist())
    known = rated | given_variances(variances).get("residual", {}).keys()
    sources = set(asked["source"].tolist())
    believed = {source: math.sqrt(of) for source, of in BELIEVED.items() if source in sources - known}
    return DesignReview(with_warnings(made, read_here(assessments, ratings)), capabilities, believed)


def _is_named(given: Any) -> bool:
    """A mapping from names to designs, some of which may be wrong; no table by columns, and no design without name."""
    if not isinstance(given, Mapping) or not given or _is_design(given):
        return False
    if any(isinstance(of, Mapping) for of in given.values()):
        return True
    columns = given.keys() <= {"design", *COLUMNS}
    return not columns and any(isinstance(of, str | int | float) for of in given.values())


def _is_design(given: Any) -> bool:
    """A mapping from sources to raters. Where sources stand below, it is designs by name, be a name a source's."""
    if not isinstance(given, Mapping) or not any(source in SOURCES for source in given):
        return False
    return not any(isinstance(of, Mapping) and any(source in SOURCES for source in of) for of in given.values())


def given_designs(organization: Organization, given: Any) -> Table:
    """The table `review_designs`, from any form of it."""
    if isinstance(given, Table) and given.name == "review_designs" and given._core.same_keys(organization._core):
        return given
    if isinstance(given, _core.Input):
        return Table(_core.load_review_designs(organization._core, given))
    if _is_design(given):
        raise Error("designs have names, such as {'with peers': {'manager': 1, 'peer': 2}}; this is one without")
    table = [row for design, of in given.items() for row in _rows(design, of)] if _is_named(given) else given
    return Table(_core.load_review_designs(organization._core, read("review_designs", table)))


def _rows(design: Any, given: Any) -> Iterable[dict[str, Any]]:
    if not isinstance(given, Mapping):
        raise Error(
            f"design {design!r} must be a mapping from source to a number of raters, such as {{'manager': 1}}, "
            f"not {given!r}"
        )
    if not given:
        raise Error(f"design {design!r} asks nobody: name a source, such as {{'manager': 1}}")
    for source, asked in given.items():
        if source not in SOURCES:
            raise Error(
                f"design {design!r}: there is no source {source!r}; there are {', '.join(SOURCES)}"
                f"{near(source, SOURCES)}"
            )
        for one in asked if isinstance(asked, list | tuple) and asked else [asked]:
            if not isinstance(one, Mapping | int | float | np.number) or isinstance(one, bool):
                raise Error(
                    f"design {design!r}, {source}: a number of raters, a mapping such as {{'raters': 2}} or a list of "
                    f"such mappings was expected, not {one!r}"
                )
            more = dict(one) if isinstance(one, Mapping) else {"raters": one}
            for column in more:
                if column not in COLUMNS[1:]:
                    known = f"there are {', '.join(COLUMNS[1:])}{near(column, COLUMNS[1:])}"
                    raise Error(f"design {design!r}, {source}: there is no {column!r}; {known}")
            yield {"design": design, "source": source, **more}


def _biases(given: Mapping[str, float] | None) -> dict[str, float]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise Error(f"bias must be a mapping from source to a number, not {given!r}")
    for source in given:
        if source not in SOURCES:
            known = f"there are {', '.join(SOURCES)}{near(source, SOURCES)}"
            raise Error(f"bias: there is no source {source!r}; {known}")
    return {source: real(f"bias[{source!r}]", value) for source, value in given.items()}


def _seed(seed: int) -> int:
    if (number := whole("seed", seed)) < 0:
        raise Error(f"seed must be 0 or more, not {seed!r}")
    return number
