"""Colours of charts, on light and on dark ground.

Risk levels rise in one direction of lightness, away from the ground, so that they are told apart in grey, in print and
by colour-blind readers. Text on a risk level and on the ground has a contrast of at least 4.5, series one of at least 3
(WCAG 2.2, success criteria 1.4.3 and 1.4.11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

RISK_LEVELS = ("low", "moderate", "high", "extreme")


@dataclass(frozen=True)
class Palette:
    """The colours of one ground, as ``#rrggbb``."""

    name: str
    """light or dark"""
    ground: str
    """what is behind a chart"""
    text: str
    muted: str
    """text of second rank: units, notes"""
    line: str
    """axes and the grid"""
    levels: Mapping[str, str]
    """risk level → its colour"""
    on_levels: Mapping[str, str]
    """risk level → the colour of text on it"""
    ramp: tuple[str, str]
    """of amounts: the colours of none and of the most"""
    series: tuple[str, ...]
    """colours without a meaning of their own, for lines, bars and points, in order of use"""

    def config(self) -> dict[str, Any]:
        """The same ground, text and lines as a Vega-Lite ``config``: what is not a mark of the data.

        Examples
        --------
        >>> import gradus as gr
        >>> from gradus.charts.palette import DARK
        >>> chart.configure(**DARK.config())  # doctest: +SKIP
        """
        return {
            "background": self.ground,
            "view": {"stroke": None},
            "title": {"color": self.text, "subtitleColor": self.muted, "anchor": "start"},
            "axis": {
                "labelColor": self.text,
                "titleColor": self.text,
                "domainColor": self.line,
                "tickColor": self.line,
                "gridColor": self.line,
            },
            "legend": {"labelColor": self.text, "titleColor": self.text},
            "header": {"labelColor": self.text, "titleColor": self.text},
            "text": {"color": self.text},
            "range": {"category": list(self.series)},
        }


def _by_level(*colours: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(RISK_LEVELS, colours, strict=True)))


LIGHT = Palette(
    name="light",
    ground="#ffffff",
    text="#16181d",
    muted="#565d68",
    line="#d5d9df",
    levels=_by_level("#d3e3ee", "#f2c14e", "#d9682b", "#7d1538"),
    on_levels=_by_level("#16181d", "#16181d", "#16181d", "#ffffff"),
    ramp=("#edf1f5", "#0c2d4d"),
    series=("#143752", "#be862a", "#10a37c", "#6d130b", "#9c84d1"),
)

DARK = Palette(
    name="dark",
    ground="#16181d",
    text="#f1f3f6",
    muted="#aab2bd",
    line="#3d434d",
    levels=_by_level("#2b4868", "#7c6a1c", "#f28f4f", "#ffe1da"),
    on_levels=_by_level("#ffffff", "#ffffff", "#0e1014", "#0e1014"),
    ramp=("#232a34", "#b9d2ff"),
    series=("#868fd5", "#f6ed3d", "#dc7136", "#9dfdb4", "#af7e88"),
)


def shown(draw: Callable[..., Any], *data: Any, dark: bool = False, **options: Any) -> Any:
    """The chart of a `plot` method: for a light page as it is, for a dark one with ground and axes."""
    if not dark:
        return draw(*data, palette=LIGHT, **options)
    return draw(*data, palette=DARK, **options).configure(**DARK.config())
