"""Who rated, and how: severity of raters, and sources side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _text
from ._error import Error
from ._interval import SURE
from ._options import most_drawn, near, word
from ._table import Table
from ._variances import SOURCES

TOLD = 0.3  # identifiability from which a severity says more about the rater than about the people rated


class Raters(Table):
    """How severe or lenient raters are, and how far that can be told, in shares of the scale's range."""

    __slots__ = ()

    def _headline(self) -> str:
        if not len(self):
            return "nobody who rated is named"
        told = int(np.count_nonzero(self.column("identifiability") >= TOLD))
        groups = len(np.unique(self["component"]))
        apart = f", in {groups:,} groups that ratings do not connect" if groups > 1 else ""
        return (
            f"{_text.count(len(self), 'rater')}{apart}; the severity of {told:,} can be told "
            f"(identifiability of {TOLD:g} or more)"
        )

    def _of(self, source: str | None) -> NDArray[np.bool_]:
        """The raters of a source; without one, all but those who rated themselves."""
        return self["source"] != "self" if source is None else np.asarray(self["source"] == source)

    def _farthest(self, places: NDArray[np.int64], most: int, lenient: bool = False) -> NDArray[np.int64]:
        """Of these raters those farthest from 0, as `_ranked` orders them."""
        first = np.argsort(-np.abs(self["severity"][places]), kind="stable")[:most]
        return self._ranked(places[first], lenient)

    def _ranked(self, places: NDArray[np.int64], lenient: bool = False) -> NDArray[np.int64]:
        """Those whom ratings connect together, the most severe first; the largest group first, else the most severe.

        With `lenient`, the most lenient in place of the most severe.
        """
        component, severity = self["component"][places], self["severity"][places] * (-1 if lenient else 1)
        numbers, group, size = np.unique(component, return_inverse=True, return_counts=True)
        first = np.full(len(numbers), np.inf)
        np.minimum.at(first, group, severity)
        return places[np.lexsort((severity, component, first[group], -size[group]))]

    def _sides(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Who is severe and who is lenient, with 95 % intervals that leave 0 out; of whom it cannot be told."""
        known, reach = self["identifiability"] >= TOLD, SURE * self["severity_sd"]
        return known & (self["severity"] + reach < 0), known & (self["severity"] - reach > 0), ~known

    def plot(self, *, source: str | None = None, most: int = 60, dark: bool = False) -> Any:
        """Draws the severity of raters with 95 % intervals, the most severe first.

        Hollow and pale are those whose severity cannot be told from the level of the people whom they rated:
        identifiability below 0.3. Raters whom ratings do not connect stand in groups with numbers (the column
        `component`), the largest first: compare within a group, since between groups only tests and the
        prior do.

        Parameters
        ----------
        source
            Only raters of this source, such as manager; "self" for how people rate themselves. None: all but self,
            since that is one person's few ratings.
        most
            Most raters that are drawn, 1 to 500: those farthest from 0. A line under the title says if there are more.
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.LayerChart
            It can be restyled: ``chart.properties(width=600)``, ``chart.configure_axis(labelFontSize=12)``.

        Raises
        ------
        Error
            There is no such source, no rater of it, or `most` is out of its range.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> estimates.raters.plot(source="manager")  # doctest: +SKIP
        """
        from .charts.palette import shown
        from .charts.severity import severity

        most_drawn(most)
        places = np.flatnonzero(self._of(None if source is None else word("source", source, SOURCES)))
        if not len(places):
            other = "; source='self' draws how people rate themselves" if source is None and len(self) else ""
            raise Error(f"raters: there is no rater{f' of the source {source}' if source else ''} to draw{other}")
        columns = [column.name for column in self.columns]
        first = self._farthest(places, most)
        rows = [{name: self[name][place] for name in columns} for place in first.tolist()]
        words = [f"{most:,} of {len(places):,}: those farthest from 0"] if len(places) > most else []
        if len({row["component"] for row in rows}) > 1:
            words.append("groups that ratings do not connect: compare within a group only")
        title = "Severity of raters" if source is None else f"Severity of raters: {source}"
        return shown(severity, rows, title=title, subtitle="; ".join(words) or None, dark=dark)


class RatingsBySource(Table):
    """What each source says of a person's capability, side by side, in positions of the scale."""

    __slots__ = ()

    def plot(self, x: str = "manager", y: str = "self", *, capability: str | None = None, dark: bool = False) -> Any:
        """Draws how far two sources agree: how often each pair of levels was given to the same person and capability.

        On the diagonal they agree; above it `y` is kinder.

        Parameters
        ----------
        x, y
            The sources: self, manager, peer, report, test or observation.
        capability
            Only ratings of this one. Without it, positions of all scales are in one chart.
        dark
            For a dark page: colours of the ground and of the axes are set too.

        Returns
        -------
        altair.LayerChart
            A line under the title says how many pairs there are, and how they differ.

        Raises
        ------
        Error
            There is no such source or capability, or both sources rated nobody in the same capability.
        ImportError
            Vega-Altair is not installed: the extra `charts`.

        Examples
        --------
        >>> gr.ratings_by_source(org, ratings, as_of="2026-03-31").plot()  # doctest: +SKIP
        """
        from .charts.agreement import agreement
        from .charts.palette import shown

        word("x", x, SOURCES)
        word("y", y, SOURCES)
        if x == y:
            raise Error(f"x and y must be two sources, not {x!r} twice")
        if capability is not None and capability not in self["capability"]:
            raise Error(
                f"ratings_by_source: there are no ratings of the capability {capability!r}"
                + near(capability, self.keys("capability")),
                "unknown_key",
            )
        _, pairs = self._pairs(x, y, capability)
        if not len(pairs):
            raise Error(f"ratings_by_source: {x} and {y} rated nobody in the same capability, so there is no pair")
        return shown(agreement, pairs, x=x, y=y, dark=dark)

    def _pairs(self, x: str, y: str, capability: str | None = None) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Of each person and capability that both sources rated: the code of the person, and what each says."""
        person, what, mean = self.codes("person").astype(np.int64), self.codes("capability"), self["mean"]
        key = person * (int(what.max(initial=0)) + 1) + what
        wanted = np.ones(len(self), bool) if capability is None else self["capability"] == capability
        rows = [np.flatnonzero(wanted & (self["source"] == source)) for source in (x, y)]
        _, of_x, of_y = np.intersect1d(key[rows[0]], key[rows[1]], assume_unique=True, return_indices=True)
        return person[rows[0][of_x]], np.column_stack([mean[rows[0][of_x]], mean[rows[1][of_y]]])
