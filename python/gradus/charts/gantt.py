"""The items of one person over time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._altair import heading, import_altair, names_axis
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair

REASONS = ("risk", "goal", "mandatory", "pinned", "prerequisite")
DAY = datetime.timedelta(1)


def gantt(
    items: Sequence[Mapping[str, Any]],
    *,
    start: datetime.date | None = None,
    end: datetime.date | None = None,
    currency: str = "EUR",
    palette: Palette = LIGHT,
    title: str = "Plan over time",
) -> altair.LayerChart:
    """Draws each item from its first to its last day.

    Parameters
    ----------
    items
        Rows of plan.items of one person, such as ``plan.person("E1")``; with a label in place of activity where given.
    start, end
        First day of the axis, and the day after the last; None: those of the items. An item that begins before or ends
        after them makes the axis longer.
    currency
        For the tooltips.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.

    Returns
    -------
    altair.LayerChart
        Of one row per item.
    """
    alt = import_altair()
    items = sorted(items, key=lambda item: (item["first_day"], item["last_day"], item["activity"]))
    rows = [
        {
            "label": str(item.get("label", item["activity"])),
            "first": item["first_day"].isoformat(),
            "last": item["last_day"].isoformat(),
            # Whole days: the bar ends where the day after the last begins.
            "until": (item["last_day"] + DAY).isoformat(),
            **{name: item[name] for name in ("session", "hours", "cost", "gain", "reason")},
        }
        for item in items
    ]
    # Days are the same everywhere: in local time they would begin the day before, west of Greenwich.
    axis = alt.Scale(type="utc")
    if start and end:
        # What is under way may have begun before the start, and may end after the end.
        first = min([start, *(item["first_day"] for item in items)])
        after = max([end, *(item["last_day"] + DAY for item in items)])
        axis = alt.Scale(type="utc", domain=[first.isoformat(), after.isoformat()])
    colours = alt.Color(
        "reason:N",
        title="Reason",
        scale=alt.Scale(domain=list(REASONS), range=list(palette.series)),
        legend=alt.Legend(values=[reason for reason in REASONS if any(row["reason"] == reason for row in rows)]),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("first:T", title="Date", scale=axis),
        y=alt.Y("label:N", sort=None, title="Activity", axis=names_axis(300)),
        color=colours,
        tooltip=[
            alt.Tooltip("label:N", title="Activity"),
            alt.Tooltip("session:N", title="Session"),
            alt.Tooltip("first:T", title="First day", timeUnit="utcyearmonthdate", format="%Y-%m-%d"),
            alt.Tooltip("last:T", title="Last day", timeUnit="utcyearmonthdate", format="%Y-%m-%d"),
            alt.Tooltip("hours:Q", title="Hours", format=".2f"),
            alt.Tooltip("cost:Q", title=f"Cost, {currency}", format=",.2f"),
            alt.Tooltip("gain:Q", title="Exposure removed", format=".3f"),
            alt.Tooltip("reason:N", title="Reason"),
        ],
    )
    bars = base.mark_bar(height=10).encode(x2="until:T")
    # A day is narrower than a pixel or two in a year: where an item begins is always seen.
    begins = base.mark_point(filled=True, opacity=1, size=70, shape="diamond")
    chart: altair.LayerChart = alt.layer(bars, begins).properties(
        title=heading(title), description=description(rows), width=480, height=alt.Step(24)
    )
    return chart


def description(rows: Sequence[Mapping[str, Any]]) -> str:
    """The chart in words."""
    if not rows:
        return "Plan over time: no items."
    parts = "; ".join(f"{row['label']} from {row['first']} to {row['last']}" for row in rows)
    return f"Plan over time, {len(rows):,} item{'s' * (len(rows) > 1)}: {parts}."
