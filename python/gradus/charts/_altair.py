"""Vega-Altair, imported when the first chart is drawn."""

from __future__ import annotations

from typing import Any


def import_altair() -> Any:
    try:
        import altair
    except ImportError:
        raise ImportError("charts need Vega-Altair: pip install 'gradus[charts]'") from None
    return altair
