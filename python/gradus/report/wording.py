"""How numbers, days and lists read in a report."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

DASH = "–"
WORDS = {
    "risk": "removes risk",
    "goal": "a personal goal or target role",
    "mandatory": "mandatory",
    "pinned": "already under way",
    "prerequisite": "needed for a later activity",
    "gap": "below",
    "met": "met",
    "over": "above",
    "unknown": "not rated",
    "hours": "no hours left in the period",
    "account": "the learning account is used up",
    "seats": "no seat left",
    "fund": "no money left in the fund",
    "eligibility": "the person is not eligible",
    "due": "cannot end by the due date",
    "overlap": "overlaps with other dates",
    "maximum": "the person's maximum is reached",
}
LIMITS = {**WORDS, "prerequisite": "a prerequisite cannot be placed"}
SOURCES = {
    "self": "own rating",
    "manager": "manager",
    "peer": "peers",
    "report": "direct reports",
    "test": "test",
    "observation": "observation",
}


def known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def number(value: float | None, digits: int | None = None) -> str:
    """With as many decimals as matter: 0.034, 4.52, 217.5, 12,345."""
    if value is None or not math.isfinite(value):
        return DASH
    if digits is None:
        size = abs(value)
        digits = 0 if size == 0 or size >= 1000 else 1 if size >= 10 else 2 if size >= 0.1 else 3 if size >= 0.01 else 4
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")


def whole(value: float | None) -> str:
    return number(value, 0)


def share(value: float | None, digits: int | None = None) -> str:
    if value is None or not math.isfinite(value):
        return DASH
    if 0 < value < 0.001 and digits is None:
        return "under 0.1 %"
    if digits is None:
        digits = 0 if value in (0, 1) or 0.1 <= value <= 0.99 else 2 if 0.99 < value < 1 else 1
    text = f"{value:.{digits}%}"
    while value < 1 and text.startswith("100"):  # never "all" of what is not all
        if digits == 2:
            return "over 99.99 %"
        digits += 1
        text = f"{value:.{digits}%}"
    return text.replace("%", " %")


def money(value: float | None, currency: str) -> str:
    """In whole units from a hundred on: "EUR 1,234", "EUR 9.50"."""
    if value is None or not math.isfinite(value):
        return DASH
    digits = 0 if value == 0 or abs(value) >= 100 or value == round(value) else 2
    return f"{currency} {value:,.{digits}f}"


def hours(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return DASH
    digits = 0 if abs(value) >= 100 or value == round(value) else 1
    return f"{value:,.{digits}f} h"


def day(value: Any) -> str:
    """2026-04-01 as "1 Apr 2026"."""
    found = plain_day(value)
    return DASH if found is None else f"{found.day} {found:%b} {found.year}"


def long_day(value: Any) -> str:
    found = plain_day(value)
    return DASH if found is None else f"{found.day} {found:%B} {found.year}"


def plain_day(value: Any) -> datetime.date | None:
    if value is None or (isinstance(value, np.datetime64) and np.isnat(value)):
        return None
    if isinstance(value, np.datetime64):
        found = value.astype("datetime64[D]").item()
        return found if isinstance(found, datetime.date) else None
    return value if isinstance(value, datetime.date) else None


def count(value: int, noun: str, plural: str | None = None) -> str:
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
