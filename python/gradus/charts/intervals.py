"""Levels with their uncertainty, against what is required."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._interval import interval
from ._altair import figures_axis, heading, import_altair, names_axis
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair


def intervals(
    rows: Sequence[Mapping[str, Any]],
    *,
    of: str = "capability",
    palette: Palette = LIGHT,
    title: str = "Levels and what is required",
    subtitle: str | None = None,
) -> altair.LayerChart:
    """Draws each level as a point with its 95 % interval, the level that the role requires as a bar across, and the
    highest of those wanted besides as a diamond.

    Parameters
    ----------
    rows
        Dicts with mean and sd (positions of the scale), a label named by `of`, and where known required (position),
        likelihood (to be below it), wanted (position, by a target role or a goal), ratings (count) and last (day).
        Drawn in their order.
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
            **interval(row["mean"], row["sd"]),
            "required": None if row.get("required") is None else float(row["required"]),
            "likelihood": row.get("likelihood"),
            "wanted": None if row.get("wanted") is None else float(row["wanted"]),
            "ratings": row.get("ratings"),
            "last": None if row.get("last") is None else str(row["last"]),
        }
        for row in rows
    ]
    level, needed, wanted = "believed, with 95 % interval", "required by the role", "target role or goal"
    drawn = {
        level: palette.series[0],
        **({needed: palette.series[1]} if any(row["required"] is not None for row in data) else {}),
        **({wanted: palette.series[2]} if any(row["wanted"] is not None for row in data) else {}),
    }
    colours = alt.Scale(domain=list(drawn), range=list(drawn.values()))

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
            alt.Tooltip("required:Q", title="Required by the role", format=".2f"),
            alt.Tooltip("likelihood:Q", title="Probability to be below that", format=".0%"),
            alt.Tooltip("wanted:Q", title="Target role or goal", format=".2f"),
            alt.Tooltip("ratings:Q", title="Ratings"),
            alt.Tooltip("last:N", title="Last rating"),
        ],
    )
    axis = alt.Scale(zero=False, nice=True)
    x = "Level, position on the scale"
    ranges = (
        called(level)
        .mark_rule(strokeWidth=2)
        .encode(x=alt.X("low:Q", title=x, scale=axis, axis=figures_axis()), x2="high:Q", color=colour)
    )
    points = called(level).mark_point(filled=True, opacity=1, size=55).encode(x=alt.X("mean:Q", title=x), color=colour)
    required = (
        called(needed)
        .transform_filter("datum.required != null")
        .mark_tick(thickness=4, height=14)
        .encode(x=alt.X("required:Q", title=x), color=colour)
    )
    more = (
        called(wanted)
        .transform_filter("datum.wanted != null")
        .mark_point(filled=True, opacity=1, size=60, shape="diamond")
        .encode(x=alt.X("wanted:Q", title=x), color=colour)
    )
    layers = [ranges, *([required] if needed in drawn else []), *([more] if wanted in drawn else []), points]
    chart: altair.LayerChart = alt.layer(*layers).properties(
        title=heading(title, subtitle or ""), description=description(data, of), width=420, height=alt.Step(20)
    )
    return chart


def description(data: Sequence[Mapping[str, Any]], of: str = "capability") -> str:
    """The plot in words."""
    known = [row for row in data if row["required"] is not None]
    below = sum(row["high"] < row["required"] for row in known)
    above = sum(row["low"] >= row["required"] for row in known)
    nouns = {"capability": ("capability", "capabilities"), "person": ("person", "people")}.get(of, (of, of))
    return (
        f"Levels with 95 % intervals, {len(data):,} {nouns[len(data) != 1]}. Required by the role: {len(known):,}; "
        f"whole interval below that: {below:,}; at or above it: {above:,}; either: {len(known) - below - above:,}."
    )
