"""Charts: colours that everyone can tell apart, and specifications that say what they show."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import gradus as gr
from gradus.charts import DARK, LIGHT, Palette, risk_matrix
from gradus.charts.palette import RISK_LEVELS

PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])

# Linear RGB as seen with and without each kind of cone: Machado, Oliveira & Fernandes (2009), severity 1.
VISIONS = {
    "all cones": np.eye(3),
    "no L cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no M cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no S cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], LUMINANCE, [0.0193339, 0.1191920, 0.9503041]])
WHITE = np.array([0.95047, 1, 1.08883])


def linear(colour: str) -> Any:
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: Any) -> Any:
    """CIE L*a*b* of what is seen."""
    relative = XYZ @ np.clip(np.asarray(vision) @ linear(colour), 0, 1) / WHITE
    f = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(linear(colour) @ LUMINANCE) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def apart(colours: Any) -> float:
    """The least distance of any two colours, to any eye."""
    return min(
        float(np.linalg.norm(lab(one, vision) - lab(other, vision)))
        for vision in VISIONS.values()
        for one, other in itertools.combinations(colours, 2)
    )


@PALETTES
def test_colours_are_told_apart_by_all_readers(palette: Palette) -> None:
    assert apart(palette.levels.values()) >= 20
    assert apart(palette.series) >= 30
    greys = [lab(palette.levels[level], np.eye(3))[0] for level in RISK_LEVELS]
    ground = lab(palette.ground, np.eye(3))[0]
    distances = [abs(grey - ground) for grey in greys]
    assert distances == sorted(distances)


@PALETTES
def test_text_and_series_stand_out(palette: Palette) -> None:
    for level in RISK_LEVELS:
        assert contrast(palette.levels[level], palette.on_levels[level]) >= 4.5, level
    assert min(contrast(palette.ground, text) for text in (palette.text, palette.muted)) >= 4.5
    assert min(contrast(palette.ground, colour) for colour in palette.series) >= 3


def titles(spec: dict[str, Any]) -> list[str]:
    """The titles of all axes."""
    parts = [spec, *spec.get("layer", []), *spec.get("hconcat", []), *spec.get("vconcat", [])]
    return [part["encoding"][axis].get("title") for part in parts for axis in "xy" if axis in part.get("encoding", {})]


def checked(chart: Any, palette: Palette = LIGHT) -> dict[str, Any]:
    """The specification of a chart, which is valid, says what it shows, and can be restyled and joined."""
    spec: dict[str, Any] = chart.to_dict()
    assert spec["title"] and spec["description"].endswith(".")
    named = titles(spec)
    assert named and all(named)
    assert "tooltip" in str(spec)
    restyled = chart.configure(**palette.config()).to_dict()
    assert restyled["config"]["background"] == palette.ground
    (chart | chart).to_dict()
    return spec


def values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows of a specification."""
    rows = [row for data in spec.get("datasets", {}).values() for row in data]
    for part in (spec, *spec.get("layer", [])):
        rows += part.get("data", {}).get("values", [])
    return rows


@PALETTES
def test_the_matrix_counts_everyone_once(acme_risks: gr.Risks, palette: Palette) -> None:
    spec = checked(risk_matrix(acme_risks, palette=palette), palette)
    rows = values(spec)
    assert len(rows) == 25
    assert sum(row["requirements"] for row in rows) == len(acme_risks)
    assert sum(row["exposure"] for row in rows) == pytest.approx(float(np.sum(acme_risks["exposure"])))
    for row in rows:
        inside = (acme_risks["likelihood_band"] == row["likelihood_band"]) & (
            acme_risks["impact_band"] == row["impact_band"]
        )
        assert row["requirements"] == inside.sum()
        assert row["people"] == len(set(acme_risks["person"][inside]))
        assert not inside.any() or set(acme_risks["risk_level"][inside]) == {row["risk_level"]}
    assert f"{len(acme_risks):,} requirements" in spec["description"]


def test_the_matrix_takes_frames_and_its_own_cells(acme_risks: gr.Risks) -> None:
    from gradus.charts.risk_matrix import cells

    spec = risk_matrix(acme_risks).to_dict()
    assert values(risk_matrix(acme_risks.to_pandas()).to_dict()) == values(spec)
    assert values(risk_matrix(cells(acme_risks)).to_dict()) == values(spec)


def test_bands_are_named_by_their_cuts(acme_risks: gr.Risks) -> None:
    rows = values(risk_matrix(acme_risks, likelihood_bands=(0.1, 0.125, 0.5, 0.8)).to_dict())
    assert {row["likelihood"] for row in rows} == {"< 10 %", "10–12.5 %", "12.5–50 %", "50–80 %", "≥ 80 %"}
