"""Ratings against what all others make one expect of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._interval import SURE
from .._variances import SOURCES
from ._altair import figures_axis, heading, import_altair
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair

WIDE, HIGH = 40, 0.25  # cells across, and standard deviations up, into which ratings are counted
GROUPS, FEWEST = 8, 10  # most parts of the axis with a mean of their own, and fewest ratings of one
EXPECTED = 0.05  # share beyond SURE of a normal distribution


def residuals(
    source: Any,
    expected: Any,
    standardised: Any,
    *,
    palette: Palette = LIGHT,
    title: str = "Ratings against what others make one expect",
) -> altair.FacetChart:
    """Draws how often each residual was left at each expected level, a panel for each source.

    If the model holds, 19 of 20 ratings lie in the band at any level, and the line of means stays near 0. Whole levels
    make stripes. A line that falls towards the right tells of a scale that ends too soon, ratings far outside of raters
    who differ in how much is chance.

    Parameters
    ----------
    source
        Who or what rated, a word for each rating: self, manager, peer, report, test or observation.
    expected
        What was expected of the rating: a position of the scale.
    standardised
        What is left, in its own standard deviations, so that old ratings are as far out as new ones.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.

    Returns
    -------
    altair.FacetChart
        Of circles whose size is a number of ratings.
    """
    alt = import_altair()
    by, x, y = np.asarray(source, dtype=str), np.asarray(expected, np.float64), np.asarray(standardised, np.float64)
    present = [one for one in SOURCES if (by == one).any()]
    panels = {one: panel(one, y[by == one]) for one in present}
    low, high = (float(x.min()), float(x.max())) if len(x) else (0.0, 1.0)
    step = (high - low) / WIDE or 1.0
    rows = [row for one in present for row in _rows(panels[one], x[by == one], y[by == one], low, step)]
    most = max((row["ratings"] for row in rows if row["what"] == "cell"), default=1)
    across = alt.X(
        "expected:Q",
        title="Rating expected, position on the scale",
        scale=alt.Scale(zero=False),
        axis=figures_axis(),
    )
    up = "Residual, in its standard deviations"
    base = alt.Chart()
    band, zero = (
        base.transform_aggregate(ratings="sum(ratings)").mark_rect(color=palette.line, opacity=0.4),
        base.transform_aggregate(ratings="sum(ratings)").mark_rule(color=palette.muted),
    )
    cells = (
        base
        .transform_filter("datum.what == 'cell'")
        .mark_circle(opacity=0.85, color=palette.series[0])
        .encode(
            x=across,
            y=alt.Y("standardised:Q", title=up),
            size=alt.Size(
                "ratings:Q",
                title="Ratings",
                scale=alt.Scale(rangeMin=3, rangeMax=120),
                legend=alt.Legend(orient="bottom", values=sorted({1, (most + 2) // 4, most})),
            ),
            tooltip=[
                alt.Tooltip("expected:Q", title="Expected", format=".2f"),
                alt.Tooltip("standardised:Q", title="Residual in its sd", format="+.2f"),
                alt.Tooltip("ratings:Q", title="Ratings", format=","),
            ],
        )
    )
    means = (
        base
        .transform_filter("datum.what == 'mean'")
        .mark_line(color=palette.series[1], strokeWidth=2, point={"color": palette.series[1], "size": 30})
        .encode(x=across, y=alt.Y("standardised:Q", title=up))
    )
    layers = alt.layer(
        band.encode(y=alt.datum(-SURE, title=up), y2=alt.datum(SURE)),
        zero.encode(y=alt.datum(0, title=up)),
        cells,
        means,
    ).properties(width=200, height=200)
    words = description(by, y)
    panel_titles = alt.Facet("panel:N", title=None, sort=list(panels.values()), header=alt.Header(labelLimit=210))
    chart: altair.FacetChart = layers.facet(
        panel_titles,
        data=alt.Data(values=rows),
        columns=2 if len(present) == 4 else 3,
        title=heading(title, SUBTITLE),
        description=words,
    )
    return chart


SUBTITLE = "Band: where 95 % are expected. Line: means of ratings by level."


def _rows(panel: str, x: Any, y: Any, low: float, step: float) -> list[dict[str, Any]]:
    """The cells of a panel with their numbers of ratings, then the means of parts of its axis."""
    places = np.column_stack([np.round((x - low) / step), np.round(y / HIGH)])
    cells, counts = np.unique(places, axis=0, return_counts=True)
    rows = [
        {"panel": panel, "what": "cell", "expected": low + across * step, "standardised": up * HIGH, "ratings": count}
        for (across, up), count in zip(cells.tolist(), counts.tolist(), strict=True)
    ]
    order = np.argsort(x, kind="stable")
    for part in np.array_split(order, min(GROUPS, len(x) // FEWEST)) if len(x) >= FEWEST else ():
        middle, mean = float(x[part].mean()), float(y[part].mean())
        rows.append({"panel": panel, "what": "mean", "expected": middle, "standardised": mean, "ratings": len(part)})
    return rows


def beyond(standardised: Any) -> float:
    """Share of residuals farther than 1.96 standard deviations from 0."""
    return float(np.mean(np.abs(standardised) > SURE)) if len(standardised) else 0.0


def panel(source: str, standardised: Any) -> str:
    """'manager: 6 % of 1,200 outside'"""
    return f"{source}: {beyond(standardised):.0%} of {len(standardised):,} outside".replace("%", " %")


def description(source: Any, standardised: Any) -> str:
    """The plot in words."""
    if not len(standardised):
        return "No ratings."
    parts = [panel(one, standardised[source == one]) for one in SOURCES if (source == one).any()]
    return (
        f"Residuals of {len(standardised):,} ratings in their standard deviations, against the rating expected. "
        f"Outside ±{SURE}, where {EXPECTED:.0%} are expected: {'; '.join(parts)}."
    )
