"""The 5 × 5 matrix of likelihood and impact."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._risk import IMPACT_BANDS, LEVEL_CUTS, LIKELIHOOD_BANDS
from ._altair import heading, import_altair
from .palette import LIGHT, RISK_LEVELS, Palette

if TYPE_CHECKING:
    import altair

BANDS = 5


def band_names(cuts: Sequence[float], unit: str = "") -> list[str]:
    """'< 10 %', '10–30 %', …, '≥ 80 %'"""
    texts = [f"{cut:g}" for cut in cuts]
    inner = [f"{low}–{high}{unit}" for low, high in itertools.pairwise(texts)]
    return [f"< {texts[0]}{unit}", *inner, f"≥ {texts[-1]}{unit}"]


def risk_level(score: int, level_cuts: Sequence[int] = LEVEL_CUTS) -> str:
    """The level of a product of two bands."""
    return RISK_LEVELS[sum(score > cut for cut in level_cuts)]


def cells(
    risks: Mapping[str, Any],
    *,
    likelihood_bands: Sequence[float] = LIKELIHOOD_BANDS,
    impact_bands: Sequence[float] = IMPACT_BANDS,
    level_cuts: Sequence[int] = LEVEL_CUTS,
) -> list[dict[str, Any]]:
    """The 25 cells as rows: both bands (1 to 5) and what they cover, risk level, requirements, people and exposure.

    Parameters
    ----------
    risks
        `Risks`, or anything whose columns person, likelihood_band, impact_band and exposure are had by name.
    likelihood_bands, impact_bands, level_cuts
        What the bands and levels were made with; see `assess_risk`.
    """
    likelihood, impact = (np.asarray(risks[name], dtype=np.int64) for name in ("likelihood_band", "impact_band"))
    place = (likelihood - 1) * BANDS + impact - 1
    size = BANDS * BANDS
    rows = np.bincount(place, minlength=size)
    exposure = np.bincount(place, weights=np.asarray(risks["exposure"], dtype=np.float64), minlength=size)
    _, person = np.unique(np.asarray(risks["person"]), return_inverse=True)
    people = np.bincount(np.unique(person.ravel() * size + place) % size, minlength=size)
    covers = band_names([100 * cut for cut in likelihood_bands], " %"), band_names(impact_bands)
    return [
        {
            "likelihood_band": likely + 1,
            "impact_band": hurts + 1,
            "likelihood": covers[0][likely],
            "impact": covers[1][hurts],
            "risk_level": risk_level((likely + 1) * (hurts + 1), level_cuts),
            "requirements": int(rows[likely * BANDS + hurts]),
            "people": int(people[likely * BANDS + hurts]),
            "exposure": float(exposure[likely * BANDS + hurts]),
        }
        for likely in range(BANDS)
        for hurts in range(BANDS)
    ]


def risk_matrix(
    risks: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    likelihood_bands: Sequence[float] = LIKELIHOOD_BANDS,
    impact_bands: Sequence[float] = IMPACT_BANDS,
    level_cuts: Sequence[int] = LEVEL_CUTS,
    palette: Palette = LIGHT,
    title: str = "Requirements by likelihood and impact",
) -> altair.LayerChart:
    """Draws how many requirements lie in each cell of the matrix, coloured by risk level.

    Parameters
    ----------
    risks
        `Risks`, or anything whose columns person, likelihood_band, impact_band and exposure are had by name; or the
        rows that `cells` gives.
    likelihood_bands, impact_bands, level_cuts
        What the bands and levels were made with; see `assess_risk`.
    palette
        Colours: `LIGHT` or `DARK`. Of ground and axes too: ``chart.configure(**palette.config())``.
    title
        Above the chart.

    Returns
    -------
    altair.LayerChart
        Of 25 rows, whatever the size of the organisation.
    """
    alt = import_altair()
    if isinstance(risks, Sequence):
        rows = [dict(row) for row in risks]
    else:
        bands = {"likelihood_bands": likelihood_bands, "impact_bands": impact_bands, "level_cuts": level_cuts}
        rows = cells(risks, **bands)  # type: ignore[arg-type]
    likelihoods = {row["likelihood_band"]: row["likelihood"] for row in rows}
    impacts = {row["impact_band"]: row["impact"] for row in rows}
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "impact:N",
            title="Impact, criticality × strategic weight (1 to 10)",
            sort=[impacts[band] for band in sorted(impacts)],
            axis=alt.Axis(labelAngle=0, ticks=False, domain=False),
            scale=alt.Scale(paddingInner=0.03, paddingOuter=0),
        ),
        y=alt.Y(
            "likelihood:N",
            title="Likelihood to be below the required level",
            sort=[likelihoods[band] for band in sorted(likelihoods, reverse=True)],
            axis=alt.Axis(ticks=False, domain=False),
            scale=alt.Scale(paddingInner=0.03, paddingOuter=0),
        ),
        tooltip=[
            alt.Tooltip("risk_level:N", title="Risk level"),
            alt.Tooltip("likelihood:N", title="Likelihood"),
            alt.Tooltip("impact:N", title="Impact"),
            alt.Tooltip("requirements:Q", title="Requirements", format=","),
            alt.Tooltip("people:Q", title="People", format=","),
            alt.Tooltip("exposure:Q", title="Exposure", format=",.1f"),
        ],
    )
    colours = alt.Scale(domain=list(RISK_LEVELS), range=[palette.levels[level] for level in RISK_LEVELS])
    inks = alt.Scale(domain=list(RISK_LEVELS), range=[palette.on_levels[level] for level in RISK_LEVELS])
    fields = base.mark_rect().encode(
        color=alt.Color("risk_level:N", title="Risk level", scale=colours),
        opacity=alt.condition("datum.requirements > 0", alt.value(1), alt.value(0.3)),
    )
    # Text has a colour channel of its own, whose scale must not be merged with that of the fields.
    counts = (
        base
        .transform_filter("datum.requirements > 0")
        .mark_text(fontSize=13)
        .encode(text=alt.Text("requirements:Q", format=","), color=alt.Color("risk_level:N", scale=inks, legend=None))
    )
    chart: altair.LayerChart = (
        alt
        .layer(fields, counts)
        .resolve_scale(color="independent")
        .properties(title=heading(title), description=description(rows), width=420, height=300)
    )
    return chart


def description(rows: Sequence[Mapping[str, Any]]) -> str:
    """The matrix in words."""
    totals = {level: sum(row["requirements"] for row in rows if row["risk_level"] == level) for level in RISK_LEVELS}
    parts = ", ".join(f"{totals[level]:,} {level}" for level in reversed(RISK_LEVELS))
    exposure = sum(row["exposure"] for row in rows)
    return f"Risk matrix of {sum(totals.values()):,} requirements with an exposure of {exposure:,.1f}: {parts}."
