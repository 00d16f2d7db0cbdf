"""How far two sources agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._altair import figures_axis, heading, import_altair
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair

STEP = 0.5  # positions of a cell: means of several raters lie between levels


def counted(pairs: Any) -> tuple[Any, Any, Any]:
    """The cells of a chart of pairs, the cell of each pair, and how many pairs each has."""
    return np.unique(np.round(pairs / STEP) * STEP, axis=0, return_inverse=True, return_counts=True)


def agreement(
    pairs: Any,
    *,
    x: str = "manager",
    y: str = "self",
    palette: Palette = LIGHT,
    title: str | None = None,
) -> altair.LayerChart:
    """Draws how often each pair of levels was given, by the size of a circle; on the diagonal both sources agree.

    Parameters
    ----------
    pairs
        An array of n × 2: positions by source `x` and by source `y` of the same person and capability. They are rounded
        to half positions.
    x, y
        What the sources are called.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.

    Returns
    -------
    altair.LayerChart
        Of one circle per pair of levels.
    """
    alt = import_altair()
    given = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
    cells, _, counts = counted(given)
    rows = [
        {"x": one, "y": other, "pairs": count, "share": count / len(given)}
        for (one, other), count in zip(cells.tolist(), counts.tolist(), strict=True)
    ]
    most = int(counts.max(initial=1))
    sizes = sorted({1, (most + 2) // 4, most})
    low, high = (float(given.min()), float(given.max())) if len(given) else (0.0, 1.0)
    domain = [low - STEP, high + STEP]
    axis = {"scale": alt.Scale(domain=domain, nice=False, zero=False), "axis": figures_axis(tickMinStep=1, format="~g")}
    titles = [f"Level by {source}, position on the scale" for source in (x, y)]
    circles = (
        alt
        .Chart(alt.Data(values=rows))
        .mark_circle(opacity=0.85, color=palette.series[0])
        .encode(
            x=alt.X("x:Q", title=titles[0], **axis),
            y=alt.Y("y:Q", title=titles[1], **axis),
            size=alt.Size(
                "pairs:Q",
                title="Pairs",
                scale=alt.Scale(rangeMin=4, rangeMax=700, zero=True),
                legend=alt.Legend(orient="bottom", symbolFillColor=palette.series[0], values=sizes),
            ),
            tooltip=[
                alt.Tooltip("x:Q", title=x.capitalize(), format="~g"),
                alt.Tooltip("y:Q", title=y.capitalize(), format="~g"),
                alt.Tooltip("pairs:Q", title="Pairs", format=","),
                alt.Tooltip("share:Q", title="Share of all", format=".1%"),
            ],
        )
    )
    ends = [{"x": end, "y": end} for end in domain]
    diagonal = (
        alt
        .Chart(alt.Data(values=ends))
        .mark_line(color=palette.series[1], strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=alt.X("x:Q", title=titles[0]), y=alt.Y("y:Q", title=titles[1]))
    )
    words = description(given, x, y)
    chart: altair.LayerChart = alt.layer(circles, diagonal).properties(
        title=heading(title or f"What {y} and {x} say of the same", words), description=words, width=340, height=340
    )
    return chart


def description(pairs: Any, x: str, y: str) -> str:
    """The plot in words."""
    if not len(pairs):
        return "No pairs of ratings."
    apart = pairs[:, 1] - pairs[:, 0]
    above, below = float(np.mean(apart > 0)), float(np.mean(apart < 0))
    mean = f"{abs(apart.mean()):.2f} positions {'higher' if apart.mean() >= 0 else 'lower'}"
    return (
        f"{len(pairs):,} {'pair' if len(pairs) == 1 else 'pairs'}: {y} above {x} in {above:.0%}, equal in "
        f"{1 - above - below:.0%}, below in {below:.0%}; {mean} on average."
    )
