"""What plans that are agreed upon hold."""

from __future__ import annotations

from dataclasses import dataclass

from ._goals import Goals
from ._table import Table


@dataclass(frozen=True)
class PlanContent:
    """What a plan of one person holds, as it was written last."""

    person: str
    """Whose plan."""
    items: Table
    """Its activities with their days, hours and who pays what: the table items."""
    goals: Goals
    """Its goals, with their `milestones`."""
    supersedes: str | None
    """The plan that ends, or ended, when this one is agreed."""
