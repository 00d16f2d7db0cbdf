"""Intervals that hold what is not known 19 times in 20."""

from __future__ import annotations

SURE = 1.96  # standard deviations on either side that hold 95 % of a normal distribution


def reach(sd: float) -> float:
    """What stands after ±, wherever people see it: half the width of the interval."""
    return SURE * sd


def interval(mean: float, sd: float) -> dict[str, float]:
    """Its ends, low and high."""
    return {"low": float(mean - reach(sd)), "high": float(mean + reach(sd))}
