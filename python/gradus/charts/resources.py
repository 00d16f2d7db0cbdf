"""Funds and sessions: how much of each is used, and what more of it would remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ._altair import heading, import_altair, names_axis
from .palette import LIGHT, Palette

if TYPE_CHECKING:
    import altair


def resources(
    table: Mapping[str, Any],
    *,
    kind: str = "fund",
    most: int = 30,
    currency: str = "EUR",
    palette: Palette = LIGHT,
    title: str | None = None,
) -> altair.Chart:
    """Draws the share that is used of each fund, or of each session's seats; what is scarce stands out, dearest first.

    Parameters
    ----------
    table
        plan.resources, or anything whose columns kind, resource, capacity, used, price and binding are had by name.
    kind
        fund or session.
    most
        Most of them that are shown: those with the highest price, then those used most.
    currency
        For the tooltips.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart; None: what is shown.

    Returns
    -------
    altair.Chart
        Of one row per fund or session.
    """
    alt = import_altair()
    places = np.flatnonzero(np.asarray(table["kind"]) == kind)
    capacity, used, price = (
        np.asarray(table[name], dtype=np.float64)[places] for name in ("capacity", "used", "price")
    )
    share = np.divide(used, capacity, out=np.zeros_like(used), where=capacity > 0)
    order = np.lexsort((-share, -price))[:most]
    names, binding = np.asarray(table["resource"])[places], np.asarray(table["binding"])[places]
    unit = currency if kind == "fund" else "seat"
    rows = [
        {
            "resource": str(names[one]),
            "share": float(share[one]),
            "used": float(used[one]),
            "capacity": float(capacity[one]),
            "price": float(price[one]),
            "scarce": "scarce: more would help" if binding[one] else "enough",
        }
        for one in order.tolist()
    ]
    left = len(places) - len(rows)
    default = "Funds: share used" if kind == "fund" else "Sessions: share of seats used"
    colours = alt.Scale(domain=["scarce: more would help", "enough"], range=[palette.levels["high"], palette.series[0]])
    text = f"The {len(rows):,} dearest of {len(places):,}"
    chart: altair.Chart = (
        alt
        .Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="Used, share of what there is", axis=alt.Axis(format="%")),
            y=alt.Y("resource:N", sort=None, title=kind.capitalize(), axis=names_axis()),
            color=alt.Color("scarce:N", title=None, scale=colours, legend=alt.Legend(orient="bottom", labelLimit=0)),
            tooltip=[
                alt.Tooltip("resource:N", title=kind.capitalize()),
                alt.Tooltip("used:Q", title="Used", format=",.2f"),
                alt.Tooltip("capacity:Q", title="There is", format=",.2f"),
                alt.Tooltip("price:Q", title=f"Exposure that one more {unit} removes", format=".3g"),
            ],
        )
        .properties(
            title=heading(title or default, text if left else ""),
            description=description(rows, kind, unit),
            width=420,
            height=alt.Step(20),
        )
    )
    return chart


def description(rows: list[dict[str, Any]], kind: str, unit: str) -> str:
    """The chart in words."""
    scarce = [row for row in rows if row["scarce"] != "enough"]
    parts = "; ".join(f"{row['resource']} ({row['price']:.3g} per {unit})" for row in scarce[:5])
    return f"Use of {len(rows):,} {kind}s; {len(scarce):,} scarce{': ' + parts if parts else ''}."
