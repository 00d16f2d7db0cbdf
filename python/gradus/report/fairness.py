"""Whether sources rate groups of people alike, as far as that can be told without telling of few."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._assessment import Estimates
from .._disclosure import hide_small
from .._interval import SURE
from .material import Material
from .wording import SOURCES, listed, whole


def make_fairness(
    material: Material,
    estimates: Estimates,
    hidden: Container[str],
    give_or_take: Callable[[float, float], str],
    size: Callable[[float], str],
) -> dict[str, Any] | None:
    """One table for each declared attribute; None where there is none.

    Groups that are small stay out with and without names: theirs are the figures that say least and tell most. So do
    sources that are `hidden`, since few rated.
    """
    declared = material.organization.person_attributes
    if not len(declared):
        return None
    least = max(2, material.min_cell)
    asked_against = material.fairness_against
    found = [row for row in estimates.fairness(least, against=asked_against) if row["difference"] is not None]
    shown = _shown(material, estimates, least)
    anchor = asked_against or next(row["source"] for row in estimates.sources if row["bias_sd"] == 0)
    attributes = sorted(set(declared["attribute"].tolist()))
    asked = {attribute: _asked(declared["value"][declared["attribute"] == attribute]) for attribute in attributes}
    tables: list[dict[str, Any]] = []
    for attribute in attributes:
        rows = [
            {
                "value": row["value"],
                "source": SOURCES[row["source"]],
                "people": whole(row["people"]),
                "others": whole(row["others"]),
                "difference": give_or_take(row["difference"], row["sd"]),
                "apart": abs(row["difference"]) > SURE * row["sd"],
                "detectable": size(row["detectable"]),
            }
            for row in found
            if row["attribute"] == attribute
            and row["value"] in asked[attribute]
            and all(
                source not in hidden and (attribute, row["value"], source) in shown
                for source in (row["source"], anchor)
            )
        ]
        if rows:
            tables.append({"attribute": attribute, "rows": rows})
    told = {table["attribute"] for table in tables}
    return {
        "tables": tables,
        "not_told": listed([attribute for attribute in attributes if attribute not in told]),
        "against": SOURCES[anchor],
        "apart": sum(row["apart"] for table in tables for row in table["rows"]),
        "count": sum(len(table["rows"]) for table in tables),
        "least": least,
    }


def _asked(values: NDArray[Any]) -> list[str]:
    """The groups to tell of: of two, which mirror each other, the smaller."""
    groups, people = np.unique(values.astype(str), return_counts=True)
    return groups.tolist() if len(groups) != 2 else [str(groups[int(np.argmin(people))])]


def _shown(material: Material, estimates: Estimates, least: int) -> set[tuple[str, str, str]]:
    """Which groups may be told of, by attribute, value and source.

    All others less those that are shown would tell of a small group: as many groups are hidden with it as it takes.
    """
    residuals, declared = estimates.residuals, material.organization.person_attributes
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
