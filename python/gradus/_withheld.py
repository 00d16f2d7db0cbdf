"""What of ratings may be told without telling of fewer than `min_cell` people: sources, raters, groups of people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._assessment import Estimates
from ._disclosure import hide_small
from ._organization import Organization
from ._raters import TOLD, Raters
from ._table import Table

Row = dict[str, Any]


def people_rated(estimates: Estimates, source: str) -> int:
    """How many people a source rated."""
    residuals = estimates.residuals
    return len(np.unique(residuals.codes("person")[residuals["source"] == source]))


def sources_of_few(estimates: Estimates, min_cell: int) -> set[str]:
    """Sources of which fewer than `min_cell` people or raters are known: their figures would tell of single ones."""
    return {
        row["source"]
        for row in estimates.sources
        if 0 < row["raters"] < min_cell or people_rated(estimates, row["source"]) < min_cell
    }


def reference(estimates: Estimates) -> str | None:
    """The source that biases are held against; None where nobody was rated. A bias tells of it too."""
    return next((row["source"] for row in estimates.sources if row["bias_sd"] == 0), None)


def untold(raters: Raters, places: NDArray[np.int64], min_cell: int) -> int | None:
    """Of how many raters it cannot be told how severe they are; None where that would tell of few.

    It would, where of one source, which can be asked for by itself, it does: less the other sources it is the rest.
    """
    unknown, source, rater = (raters["identifiability"] < TOLD)[places], raters["source"][places], raters.codes("rater")
    behind: set[int] = set()
    for one in np.unique(source.astype(str)):
        sides = [places[(source == one) & (unknown == side)] for side in (True, False)]
        hide, _ = hide_small([sides[0].tolist(), sides[1].tolist()], min_cell)
        if hide:
            behind |= set(rater[sides[0]].tolist())
    return None if 0 < len(behind) < min_cell else int(np.count_nonzero(unknown))


def fairness_told(
    organization: Organization, estimates: Estimates, found: Table, anchor: str, hidden: Collection[str], least: int
) -> list[Row]:
    """The differences of `Estimates.fairness` that may be told.

    Those of groups that are small stay out, and of as many others as it takes that no small one is the rest; those of
    sources that are `hidden` and all where the anchor is; of two groups, which mirror each other, those of the smaller.
    """
    declared = organization.person_attributes
    shown = _groups(organization, estimates, least)
    attributes = sorted(set(declared["attribute"].tolist()))
    asked = {attribute: _asked(declared["value"][declared["attribute"] == attribute]) for attribute in attributes}
    return [
        row
        for row in found
        if row["difference"] is not None
        and row["value"] in asked[row["attribute"]]
        and all(
            source not in hidden and (row["attribute"], row["value"], source) in shown
            for source in (row["source"], anchor)
        )
    ]


def _asked(values: NDArray[Any]) -> list[str]:
    """The groups to tell of: of two, which mirror each other, the smaller."""
    groups, people = np.unique(values.astype(str), return_counts=True)
    return groups.tolist() if len(groups) != 2 else [str(groups[int(np.argmin(people))])]


def _groups(organization: Organization, estimates: Estimates, least: int) -> set[tuple[str, str, str]]:
    """Which groups may be told of, by attribute, value and source.

    All others less those that are shown would tell of a small group: as many groups are hidden with it as it takes.
    """
    residuals, declared = estimates.residuals, organization.person_attributes
    codes, by = residuals.codes("person"), residuals["source"]
    rated = {source: set(codes[by == source].tolist()) for source in set(by.tolist())}
    groups: dict[str, dict[str, set[int]]] = {}
    columns = (column.tolist() for column in (declared["attribute"], declared["value"], declared.codes("person")))
    for attribute, value, person in zip(*columns, strict=True):
        groups.setdefault(attribute, {}).setdefault(value, set()).add(person)
    shown: set[tuple[str, str, str]] = set()
    for attribute, values in groups.items():
        for source, people in rated.items():
            hidden = hide_small([members & people for members in values.values()], least)
            shown |= {(attribute, value, source) for value, hide in zip(values, hidden, strict=True) if not hide}
    return shown
