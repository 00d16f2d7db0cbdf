"""Exposure removed against money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._altair import heading, import_altair
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair


def supply_curve(
    points: Sequence[Mapping[str, Any]],
    *,
    currency: str = "EUR",
    palette: Palette = LIGHT,
    title: str = "Exposure removed by budget",
) -> altair.LayerChart:
    """Draws what budgets remove, and the bound that no plan can pass.

    Parameters
    ----------
    points
        Rows with budget and spent (currency units), value and bound (exposure), items and share: `BudgetCurve.rows()`.
    currency
        For the axis.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.

    Returns
    -------
    altair.LayerChart
        Of one row per budget.
    """
    alt = import_altair()
    rows = [dict(point) for point in points]
    value, bound = "removed by the plan found", "bound: no plan removes more"
    colours = alt.Scale(domain=[value, bound], range=list(palette.series[:2]))
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("budget:Q", title=f"Budget, {currency}", axis=alt.Axis(format="~s")),
        tooltip=[
            alt.Tooltip("budget:Q", title=f"Budget, {currency}", format=",.0f"),
            alt.Tooltip("spent:Q", title=f"Spent, {currency}", format=",.0f"),
            alt.Tooltip("value:Q", title="Removed", format=",.3f"),
            alt.Tooltip("bound:Q", title="Bound", format=",.3f"),
            alt.Tooltip("items:Q", title="Items", format=","),
        ],
    )

    def y(column: str) -> Any:
        return alt.Y(f"{column}:Q", title="Exposure removed, average over the horizon")

    colour = alt.Color("what:N", scale=colours, title=None, legend=alt.Legend(orient="bottom", labelLimit=0))

    def called(name: str) -> Any:
        return base.transform_calculate(what=f"'{name}'")

    # The bound is dashed and square, the plan solid and round: told apart without colours.
    above = (
        called(bound)
        .mark_line(strokeDash=[5, 4], point=alt.OverlayMarkDef(shape="square"))
        .encode(y=y("bound"), color=colour)
    )
    below = (
        called(value).mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=60)).encode(y=y("value"), color=colour)
    )
    chart: altair.LayerChart = alt.layer(above, below).properties(
        title=heading(title), description=description(rows, currency), width=460, height=280
    )
    return chart


def description(rows: Sequence[Mapping[str, Any]], currency: str = "EUR") -> str:
    """The curve in words."""
    if not rows:
        return "Exposure removed by budget: no budgets."
    parts = ", ".join(f"{row['value']:,.2f} (bound {row['bound']:,.2f}) at {row['budget']:,.0f}" for row in rows)
    return f"Exposure removed by budget in {currency}: {parts}."
