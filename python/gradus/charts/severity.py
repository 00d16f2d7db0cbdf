"""Severity of raters with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._interval import interval
from .._raters import TOLD
from .._variances import SOURCES
from ._altair import figures_axis, heading, import_altair, names_axis
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair

TICKS = 5  # about: so few that all have room for a label, 0 among them
PALE = 0.45  # opacity of what cannot be told


def severity(
    rows: Sequence[Mapping[str, Any]],
    *,
    palette: Palette = LIGHT,
    title: str = "Severity of raters",
    subtitle: str | None = None,
    axis: str = "Severity, share of the scale's range: severe < 0 < lenient",
) -> altair.LayerChart:
    """Draws the severity of each rater as a point with its 95 % interval; hollow and pale where it cannot be told.

    Parameters
    ----------
    rows
        Dicts with rater, source, severity, severity_sd (in the unit of the axis), identifiability (share), ratings and
        people (counts). Drawn in their order. With component too, raters have the number of their group where there
        are several: severities of different groups are not compared.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title, subtitle
        Above the chart.
    axis
        Below the chart: what severity is counted in.

    Returns
    -------
    altair.LayerChart
        Of one row per rater and source.
    """
    alt = import_altair()
    present = [source for source in SOURCES if any(row["source"] == source for row in rows)]
    several = len({row["rater"] for row in rows}) < len(rows)
    apart = len({row.get("component") for row in rows}) > 1
    data = [
        {
            "label": (f"{row['rater']} ({row['source']})" if several else str(row["rater"]))
            + (f" · group {row['component']}" if apart else ""),
            "source": row["source"],
            "severity": float(row["severity"]),
            **interval(row["severity"], row["severity_sd"]),
            "identifiability": float(row["identifiability"]),
            "told": bool(row["identifiability"] >= TOLD),
            "ratings": int(row["ratings"]),
            "people": int(row["people"]),
        }
        for row in rows
    ]
    colours = [*palette.series, palette.muted]  # one for each of six sources
    by_source = dict(zip(SOURCES, colours, strict=True))
    colour = alt.Color(
        "source:N",
        title=None,
        scale=alt.Scale(domain=present, range=[by_source[source] for source in present]),
        legend=alt.Legend(orient="bottom"),
    )
    given = alt.Data(values=data)
    base = alt.Chart(given).encode(
        y=alt.Y("label:N", sort=None, title="Rater", axis=names_axis()),
        tooltip=[
            alt.Tooltip("label:N", title="Rater"),
            alt.Tooltip("source:N", title="Source"),
            alt.Tooltip("severity:Q", title="Severity", format="+.3f"),
            alt.Tooltip("low:Q", title="95 % from", format="+.3f"),
            alt.Tooltip("high:Q", title="95 % to", format="+.3f"),
            alt.Tooltip("identifiability:Q", title="Identifiability", format=".0%"),
            alt.Tooltip("ratings:Q", title="Ratings", format=","),
            alt.Tooltip("people:Q", title="People rated", format=","),
        ],
    )
    opacity = alt.condition("datum.told", alt.value(1), alt.value(PALE))
    ranges = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=axis, axis=figures_axis(format=".2~f", tickCount=TICKS, labelOverlap=False)),
        x2="high:Q",
        color=colour,
        opacity=opacity,
    )
    told = (
        base
        .transform_filter("datum.told")
        .mark_point(filled=True, opacity=1, size=55)
        .encode(x=alt.X("severity:Q", title=axis), color=colour)
    )
    hollow = (
        base
        .transform_filter("!datum.told")
        .mark_point(filled=True, opacity=1, size=45, fill=palette.ground, strokeWidth=1.5)
        .encode(x=alt.X("severity:Q", title=axis), stroke=colour)
    )
    zero = (
        alt
        .Chart(given)
        .transform_aggregate(rows="count()")
        .mark_rule(color=palette.muted)
        .encode(x=alt.datum(0, title=axis))
    )
    points = [
        layer for layer, is_told in ((told, True), (hollow, False)) if any(row["told"] is is_told for row in data)
    ]
    chart: altair.LayerChart = alt.layer(zero, ranges, *points).properties(
        title=heading(title, subtitle or ""), description=description(data), width=420, height=alt.Step(18)
    )
    return chart


def description(data: Sequence[Mapping[str, Any]]) -> str:
    """The plot in words."""
    known = [row for row in data if row["told"]]
    severe, lenient = sum(row["high"] < 0 for row in known), sum(row["low"] > 0 for row in known)
    return (
        f"Severity with 95 % intervals, {len(data):,} {'rater' if len(data) == 1 else 'raters'}. Can be told from the "
        f"level of those rated: {len(known):,}; of these severe for sure: {severe:,}; lenient for sure: {lenient:,}."
    )
