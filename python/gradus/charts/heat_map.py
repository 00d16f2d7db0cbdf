"""Exposure by a grouping of people and by capability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ._altair import heading, import_altair, names_axis
from .palette import LIGHT, RISK_LEVELS, Palette

if TYPE_CHECKING:
    import altair

NOBODY = "(none)"  # the member of those who have no member


def heat_map(
    cells: Mapping[str, Any],
    *,
    colour: str = "exposure",
    most: int = 30,
    palette: Palette = LIGHT,
    title: str = "Exposure by unit and capability",
    member: str = "unit",
) -> altair.Chart:
    """Draws the cells of a heat map, those with the greatest exposure first.

    Parameters
    ----------
    cells
        What `gr.heat_map` returns, or anything whose columns member, capability, exposure, requirements, people,
        likelihood and risk_level are had by name.
    colour
        What the colour says: exposure or risk_level.
    most
        Most members and most capabilities that are shown: those with the greatest exposure. A line under the title says
        what is left out.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.
    member
        What the members are: unit, role, …

    Returns
    -------
    altair.Chart
        Of most × most rows or fewer.
    """
    alt = import_altair()
    names = np.array([NOBODY if one is None or one != one else str(one) for one in cells["member"]], dtype=object)
    capability = np.asarray(cells["capability"], dtype=object)
    exposure = np.asarray(cells["exposure"], dtype=np.float64)
    members, capabilities = _greatest(names, exposure, most), _greatest(capability, exposure, most)
    places = np.flatnonzero(np.isin(names, members) & np.isin(capability, capabilities))
    columns = ("requirements", "people", "likelihood", "risk_level")
    rows = [
        {
            "member": names[place],
            "capability": capability[place],
            "exposure": float(exposure[place]),
            **{column: _plain(cells[column][place]) for column in columns},
        }
        for place in places.tolist()
    ]
    total, shown = float(exposure.sum()), float(exposure[places].sum())
    counts = len(set(names)), len(set(capability))
    what = f"{len(members):,} of {counts[0]:,} members, {len(capabilities):,} of {counts[1]:,} capabilities"
    left = (
        f"The greatest: {what}, {shown / total if total > 0 else 1:.0%} of the exposure of all cells"
        if shown < total
        else ""
    )
    if colour == "risk_level":
        scale = alt.Scale(domain=list(RISK_LEVELS), range=[palette.levels[level] for level in RISK_LEVELS])
        fill = alt.Color("risk_level:N", title="Risk level", scale=scale)
    else:
        fill = alt.Color("exposure:Q", title="Exposure", scale=alt.Scale(range=list(palette.ramp), zero=True))
    chart: altair.Chart = (
        alt
        .Chart(alt.Data(values=rows))
        .mark_rect()
        .encode(
            x=alt.X("member:N", title=member.capitalize(), sort=members, axis=alt.Axis(labelAngle=-40, labelLimit=140)),
            y=alt.Y("capability:N", title="Capability", sort=capabilities, axis=names_axis()),
            color=fill,
            tooltip=[
                alt.Tooltip("member:N", title=member.capitalize()),
                alt.Tooltip("capability:N", title="Capability"),
                alt.Tooltip("exposure:Q", title="Exposure", format=",.2f"),
                alt.Tooltip("risk_level:N", title="Risk level"),
                alt.Tooltip("requirements:Q", title="Requirements", format=","),
                alt.Tooltip("people:Q", title="People", format=","),
                alt.Tooltip("likelihood:Q", title="Mean likelihood", format=".0%"),
            ],
        )
        .properties(title=heading(title, left), description=description(rows), width=alt.Step(24), height=alt.Step(18))
    )
    return chart


def _greatest(names: Any, exposure: Any, most: int) -> list[str]:
    """The names with the most exposure, the greatest first; ties in the order of names."""
    keys, place = np.unique(names.astype(str), return_inverse=True)
    sums = np.bincount(place.ravel(), weights=exposure, minlength=len(keys))
    order = np.argsort(-sums, kind="stable")[:most]
    return [str(key) for key in keys[order]]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def description(rows: list[dict[str, Any]]) -> str:
    """The map in words."""
    if not rows:
        return "Heat map without cells."
    first = sorted(rows, key=lambda row: -row["exposure"])[:3]
    parts = "; ".join(f"{row['member']}, {row['capability']}: {row['exposure']:,.2f}" for row in first)
    return f"Heat map of {len(rows):,} cells. The greatest: {parts}."
