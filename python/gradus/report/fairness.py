"""Whether sources rate groups of people alike, as far as that can be told without telling of few."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from .._assessment import Estimates
from .._interval import SURE
from .._withheld import fairness_told, reference
from .material import Material
from .wording import SOURCES, listed, whole


def make_fairness(
    material: Material,
    estimates: Estimates,
    hidden: Collection[str],
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
    anchor = material.fairness_against or reference(estimates)
    assert anchor is not None  # there are ratings, so there is one
    found = estimates.fairness(least, against=material.fairness_against)
    told = fairness_told(material.organization, estimates, found, anchor, hidden, least)
    attributes = sorted(set(declared["attribute"].tolist()))
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
            for row in told
            if row["attribute"] == attribute
        ]
        if rows:
            tables.append({"attribute": attribute, "rows": rows})
    with_table = {table["attribute"] for table in tables}
    return {
        "tables": tables,
        "not_told": listed([attribute for attribute in attributes if attribute not in with_table]),
        "against": SOURCES[anchor],
        "anchor_hidden": anchor in hidden,
        "instead": _instead(estimates, anchor, hidden),
        "apart": sum(row["apart"] for table in tables for row in table["rows"]),
        "count": sum(len(table["rows"]) for table in tables),
        "least": least,
    }


def _instead(estimates: Estimates, anchor: str, hidden: Collection[str]) -> str | None:
    """Where the anchor is hidden, the source with most ratings that others can be held against; None: there is none."""
    others = [row for row in estimates.sources if row["source"] != anchor and row["source"] not in hidden]
    others.sort(key=lambda row: (row["source"] == "self", -row["ratings"]))  # what people say of themselves comes last
    return str(others[0]["source"]) if len(others) > 1 else None
