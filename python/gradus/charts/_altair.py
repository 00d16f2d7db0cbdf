"""Vega-Altair, imported when the first chart is drawn."""

from __future__ import annotations

from typing import Any


def import_altair() -> Any:
    try:
        import altair
    except ImportError:
        raise ImportError("charts need Vega-Altair: pip install 'gradus[charts]'") from None
    return altair


def heading(text: str, subtitle: str = "") -> Any:
    """A title that begins where the chart does; under it what is left out, if anything is."""
    alt = import_altair()
    return (
        alt.TitleParams(text=text, subtitle=subtitle, anchor="start")
        if subtitle
        else alt.TitleParams(text=text, anchor="start")
    )


def figures_axis(**more: Any) -> Any:
    """The axis of figures below a chart: each label stands at its tick, the first and the last too."""
    return import_altair().Axis(labelFlush=False, **more)


def names_axis(room: int = 260) -> Any:
    """The axis of names down the side: its title stands above them, where long names cannot run into it."""
    alt = import_altair()
    return alt.Axis(labelLimit=room, titleAngle=0, titleAlign="right", titleX=-8, titleY=-8)
