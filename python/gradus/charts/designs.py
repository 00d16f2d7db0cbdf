"""What review rounds would tell, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._altair import figures_axis, heading, import_altair, names_axis
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair

NOW = "no round"  # what a row without a design is called


def designs(
    rows: Sequence[Mapping[str, Any]],
    *,
    palette: Palette = LIGHT,
    title: str = "What a review round would tell",
) -> altair.HConcatChart:
    """Draws how wide 95 % intervals would be after each design, and how accurate levels, beside plain means.

    Parameters
    ----------
    rows
        Dicts with design (None: no round), raters, ratings, interval (share of the scale's range), accuracy and
        as_rated (correlations, or None): `DesignReview.rows()`. Drawn in their order.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.

    Returns
    -------
    altair.HConcatChart
        Two panels with one row per design.
    """
    alt = import_altair()
    data = [{**row, "label": NOW if row["design"] is None else row["design"]} for row in rows]
    tooltip = [
        alt.Tooltip("label:N", title="Design"),
        alt.Tooltip("raters:Q", title="Raters a person", format=".1f"),
        alt.Tooltip("ratings:Q", title="Ratings in all", format=",.0f"),
        alt.Tooltip("interval:Q", title="Width of 95 % intervals", format=".3f"),
        alt.Tooltip("accuracy:Q", title="Accuracy of estimates", format=".3f"),
        alt.Tooltip("as_rated:Q", title="Accuracy of plain means", format=".3f"),
    ]
    order = [row["label"] for row in data]
    size = {"width": 260, "height": alt.Step(26)}
    axis = alt.Y("label:N", sort=order, scale=alt.Scale(domain=order), title=None)
    widths = (
        alt
        .Chart(alt.Data(values=data))
        .mark_bar(color=palette.series[0], height={"band": 0.6})
        .encode(
            x=alt.X("interval:Q", title="Width of 95 % intervals, share of the scale's range", axis=figures_axis()),
            y=axis.axis(names_axis()),
            tooltip=tooltip,
        )
        .properties(**size)
    )
    kinds = {"accuracy": "estimates", "as_rated": "plain means of ratings"}
    points = [
        {**row, "what": words, "correlation": row[name]}
        for row in data
        for name, words in kinds.items()
        if row[name] is not None
    ]
    domain = list(kinds.values())
    accuracy = (
        alt
        .Chart(alt.Data(values=points))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=alt.X(
                "correlation:Q",
                title="Correlation with true levels",
                scale=alt.Scale(zero=False, padding=12),
                axis=figures_axis(),
            ),
            y=axis.axis(alt.Axis(labels=False, ticks=False, grid=True)),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=domain, range=[palette.series[0], palette.muted]),
                legend=alt.Legend(orient="bottom"),
            ),
            shape=alt.Shape("what:N", title=None, scale=alt.Scale(domain=domain, range=["circle", "diamond"])),
            tooltip=tooltip,
        )
        .properties(**size)
    )
    chart: altair.HConcatChart = alt.hconcat(widths, accuracy).properties(title=heading(title))
    return chart
