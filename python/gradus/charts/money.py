"""Money over time, by fund."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ._altair import heading, import_altair
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair

OTHER = "other funds"
UNLIMITED = "no fund"  # money is not limited, or nothing is charged


def money(
    items: Mapping[str, Any],
    *,
    end: datetime.date | None = None,
    currency: str = "EUR",
    palette: Palette = LIGHT,
    title: str = "Money planned, cumulated by fund",
) -> altair.Chart:
    """Draws what a plan charges to funds over time, added up. An item is charged on its first day.

    Parameters
    ----------
    items
        plan.items, or anything whose columns first_day, fund and fund_cost are had by name.
    end
        The day to which the lines go on; None: each ends with its last charge.
    currency
        For the axis.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.

    Returns
    -------
    altair.Chart
        Of one row per day and fund; where there are more funds than colours, the smaller ones are one line.
    """
    alt = import_altair()
    cost = np.asarray(items["fund_cost"], dtype=np.float64)
    cost = np.where(np.isnan(cost), 0.0, cost)
    charged = np.flatnonzero(cost > 0)
    days = np.asarray(items["first_day"], dtype="datetime64[D]")[charged]
    funds = np.array([
        UNLIMITED if one is None or one != one else str(one) for one in np.asarray(items["fund"])[charged]
    ])
    cost = cost[charged]
    names, place = np.unique(funds, return_inverse=True)
    order = np.argsort(-np.bincount(place.ravel(), weights=cost, minlength=len(names)), kind="stable")
    room = len(palette.series)
    kept = names[order] if len(names) <= room else names[order[: room - 1]]
    shown = np.where(np.isin(funds, kept), funds, OTHER) if len(funds) else funds
    labels = [str(name) for name in kept] + ([OTHER] if len(names) > room else [])
    rows: list[dict[str, Any]] = []
    for label in labels:
        own = shown == label
        dates, at = np.unique(days[own], return_inverse=True)
        sums = np.cumsum(np.bincount(at.ravel(), weights=cost[own]))
        points = list(zip(dates.tolist(), sums.tolist(), strict=True))
        if end is not None and points and points[-1][0] < end:
            points.append((end, points[-1][1]))
        rows += [{"day": day.isoformat(), "fund": label, "money": round(total, 2)} for day, total in points]
    colours = alt.Scale(domain=labels, range=list(palette.series[: len(labels)]))
    legend = alt.Legend(orient="bottom", labelLimit=0, columns=2, symbolType="stroke")
    chart: altair.Chart = (
        alt
        .Chart(alt.Data(values=rows))
        .mark_line(interpolate="step-after", strokeWidth=2, point=alt.OverlayMarkDef(size=18))
        .encode(
            x=alt.X("day:T", title="Date", scale=alt.Scale(type="utc")),
            y=alt.Y("money:Q", title=f"Charged so far, {currency}", axis=alt.Axis(format="~s")),
            color=alt.Color("fund:N", title="Fund", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("fund:N", sort=labels, legend=None),
            tooltip=[
                alt.Tooltip("fund:N", title="Fund"),
                alt.Tooltip("day:T", title="Day", timeUnit="utcyearmonthdate", format="%Y-%m-%d"),
                alt.Tooltip("money:Q", title=f"Charged so far, {currency}", format=",.2f"),
            ],
        )
        .properties(title=heading(title), description=description(rows, labels, currency), width=480, height=260)
    )
    return chart


def description(rows: list[dict[str, Any]], labels: list[str], currency: str = "EUR") -> str:
    """The chart in words."""
    if not rows:
        return "Money planned: nothing is charged to a fund."
    totals = {label: max(row["money"] for row in rows if row["fund"] == label) for label in labels}
    parts = "; ".join(f"{label} {total:,.0f}" for label, total in totals.items())
    return f"Money planned by fund, cumulated, in {currency}: {parts}."
