"""Intervals that hold what is not known 19 times in 20."""

from __future__ import annotations

SURE = 1.96  # standard deviations on either side that hold 95 % of a normal distribution


def interval(mean: float, sd: float) -> dict[str, float]:
    """Its ends, low and high."""
    return {"low": float(mean - SURE * sd), "high": float(mean + SURE * sd)}
