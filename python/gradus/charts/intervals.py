"""Levels with their uncertainty, against what is required."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._altair import heading, import_altair, names_axis
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair

SURE = 1.96  # standard deviations on either side that hold 95 % of a normal distribution


def intervals(
    rows: Sequence[Mapping[str, Any]],
    *,
    of: str = "capability",
    palette: Palette = LIGHT,
    title: str = "Levels and what is required",
    subtitle: str | None = None,
) -> altair.LayerChart:
    """Draws each level as a point with its 95 % interval, and the required level as a bar across.

    Parameters
    ----------
    rows
        Dicts with mean and sd (positions of the scale), a label named by `of`, and where known required (position),
        likelihood (to be below it), ratings (count) and last (day). Drawn in their order.
    of
        What the labels are: capability or person.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title, subtitle
        Above the chart.

    Returns
    -------
    altair.LayerChart
        Of one row per level.
    """
    alt = import_altair()
    data = [
        {
            "label": str(row[of]),
            "mean": float(row["mean"]),
            "low": float(row["mean"] - SURE * row["sd"]),
            "high": float(row["mean"] + SURE * row["sd"]),
            "required": None if row.get("required") is None else float(row["required"]),
            "likelihood": row.get("likelihood"),
            "ratings": row.get("ratings"),
            "last": None if row.get("last") is None else str(row["last"]),
        }
        for row in rows
    ]
    level, wanted = "believed, with 95 % interval", "required"
    colours = alt.Scale(domain=[level, wanted], range=[palette.series[0], palette.series[1]])

    colour = alt.Color("what:N", scale=colours, title=None, legend=alt.Legend(orient="bottom", labelLimit=0))

    def called(name: str) -> Any:
        return base.transform_calculate(what=f"'{name}'")

    base = alt.Chart(alt.Data(values=data)).encode(
        y=alt.Y("label:N", sort=None, title=of.capitalize(), axis=names_axis()),
        tooltip=[
            alt.Tooltip("label:N", title=of.capitalize()),
            alt.Tooltip("mean:Q", title="Level", format=".2f"),
            alt.Tooltip("low:Q", title="95 % from", format=".2f"),
            alt.Tooltip("high:Q", title="95 % to", format=".2f"),
            alt.Tooltip("required:Q", title="Required", format=".2f"),
            alt.Tooltip("likelihood:Q", title="Probability to be below", format=".0%"),
            alt.Tooltip("ratings:Q", title="Ratings"),
            alt.Tooltip("last:N", title="Last rating"),
        ],
    )
    axis = alt.Scale(zero=False, nice=True)
    x = "Level, position on the scale"
    ranges = (
        called(level).mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=x, scale=axis), x2="high:Q", color=colour)
    )
    points = called(level).mark_point(filled=True, opacity=1, size=55).encode(x=alt.X("mean:Q", title=x), color=colour)
    required = (
        called(wanted)
        .transform_filter("datum.required != null")
        .mark_tick(thickness=4, height=14)
        .encode(x=alt.X("required:Q", title=x), color=colour)
    )
    chart: altair.LayerChart = alt.layer(ranges, required, points).properties(
        title=heading(title, subtitle or ""), description=description(data, of), width=420, height=alt.Step(20)
    )
    return chart


def description(data: Sequence[Mapping[str, Any]], of: str = "capability") -> str:
    """The plot in words."""
    known = [row for row in data if row["required"] is not None]
    below = sum(row["high"] < row["required"] for row in known)
    above = sum(row["low"] >= row["required"] for row in known)
    noun = {"capability": "capabilities", "person": "people"}.get(of, of)
    return (
        f"Levels with 95 % intervals, {len(data):,} {noun}. Of {len(known):,} with a required level, {below:,} lie "
        f"below it with their whole interval, {above:,} at or above it, {len(known) - below - above:,} may be either."
    )
