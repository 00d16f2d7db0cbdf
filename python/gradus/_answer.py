"""What the answers to questions about a plan share."""

from __future__ import annotations

import datetime
from typing import Any

ALIKE = 1e-9  # exposure: values that differ by no more are the same


def plain(value: Any) -> Any:
    """The same as values that JSON can hold: days as ISO text, answers within an answer as dicts."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return value.isoformat() if isinstance(value, datetime.date) else value
