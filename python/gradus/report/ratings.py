"""Who rated, and how: sources side by side, severity of raters, what people and their managers say of the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._assessment import Estimates, ratings_by_source
from .._disclosure import hide_small, hide_tree
from .._interval import SURE, reach
from .._raters import TOLD, Raters
from .._variances import unsure
from .._withheld import people_rated, reference, sources_of_few
from ..charts.agreement import counted
from ..charts.residuals import beyond
from .fairness import make_fairness
from .material import Material
from .wording import DASH, SOURCES, count, listed, number, share, whole

SHOWN = 30  # raters of the chart and its table
NAMED = 100  # raters of whom it cannot be told
FEWEST = 10  # pairs of levels that a chart is worth
BOTH = ("manager", "self")
TERMS = {
    "person": "how much people differ",
    "person_capability": "how much a person's capabilities differ",
    "severity": "how much raters differ in severity",
    "halo": "how much a rater's impressions of people differ",
    "residual": "how much of a rating is chance",
}


class Unit(NamedTuple):
    """What shares of a scale's range are counted in."""

    factor: float
    name: str
    digits: int

    def signed(self, value: float) -> str:
        text = number(self.factor * value, self.digits)
        return text if text.startswith("−") or not text.strip("0.,") else f"+{text}"

    def size(self, value: float) -> str:
        return number(self.factor * value, self.digits)

    def give_or_take(self, value: float, sd: float) -> str:
        return f"{self.signed(value)} ± {self.size(reach(sd))}"


def make_ratings(material: Material) -> dict[str, Any]:
    estimates = material.estimates
    if estimates is None or not estimates._own or not len(estimates.sources):
        return {"given": estimates is not None, "own": estimates is not None and estimates._own, "sources": []}
    unit = _unit(material)
    hidden = set() if material.names else sources_of_few(estimates, material.min_cell)
    sources, told = _sources(estimates, unit, hidden)
    anchor = reference(estimates)
    return {
        "given": True,
        "own": True,
        "unit": unit.name,
        "glance": _glance(estimates, told, unit, bool(hidden)),
        "sources": sources,
        "reference_hidden": SOURCES[anchor] if anchor in hidden else None,
        "unsure": _unsure(estimates),
        "raters": _raters(material, estimates),
        "standing": _standing(material, estimates, unit) if material.names else None,
        "identifiability": share(TOLD),
        "agreement": None if hidden & {*BOTH} else _agreement(material),
        "fairness": make_fairness(material, estimates, hidden, unit.give_or_take, unit.size),
    }


def _unit(material: Material) -> Unit:
    """Levels, where all scales that are used have as many."""
    steps = {len(material.scales[scale]) - 1 for scale in set(material.scale_of.values())}
    return Unit(steps.pop(), "levels", 2) if len(steps) == 1 else Unit(100, "% of the scale", 1)


def _sources(estimates: Estimates, unit: Unit, hidden: Collection[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows as they read, and the figures of those that may be told. A bias tells of the reference too."""
    residuals = estimates.residuals
    by, left = residuals["source"], residuals["standardised"]
    rows, told = [], {}
    for row in estimates.sources:
        source = row["source"]
        mine = by == source
        if source not in hidden:
            told[source] = row
        rows.append({
            "source": source,
            "name": SOURCES[source],
            "hidden": source in hidden,
            "reference": row["bias_sd"] == 0,
            "ratings": whole(row["ratings"]),
            "people": whole(people_rated(estimates, source)),
            "raters": whole(row["raters"]) if row["raters"] else DASH,
            "bias": unit.give_or_take(row["bias"], row["bias_sd"]),
            "severity": unit.size(row["severity_sd"]) if row["raters"] and row["severity_sd"] else DASH,
            "halo": unit.size(row["halo_sd"]) if row["halo_sd"] else DASH,
            "residual": unit.size(row["residual_sd"]),
            "outside": share(beyond(left[mine & ~np.isnan(left)])),
        })
    if any(row["reference"] and row["hidden"] for row in rows):
        told = {}
        for row in rows:
            row["bias"] = None
    return rows, told


def _glance(estimates: Estimates, told: dict[str, Any], unit: Unit, hidden: bool) -> str:
    """How many ratings there are, where that does not tell how many are hidden, and what stands out most."""
    sources = estimates.sources
    ratings = "Ratings" if hidden else count(int(sources["ratings"].sum()), "rating")
    what = f"{ratings} from {count(len(sources), 'source')}."
    reference = next((source for source, row in told.items() if row["bias_sd"] == 0), None)
    apart = [row for row in told.values() if row["bias_sd"] > 0 and abs(row["bias"]) > SURE * row["bias_sd"]]
    if reference is None or len(told) < 2:
        return what
    if not apart:
        return f"{what} None is told to be kinder or more severe than the {SOURCES[reference]}."
    most = max(apart, key=lambda row: abs(row["bias"]))
    return (
        f"{what} Farthest from the {SOURCES[reference]}: {SOURCES[most['source']]}, for the same level "
        f"{unit.size(abs(most['bias']))} {unit.name} {'higher' if most['bias'] > 0 else 'lower'} on average."
    )


def _unsure(estimates: Estimates) -> str:
    """What the ratings say little of; nobody asks how raters of a source differ that has none."""
    found: list[str] = []
    few = 0
    nobody = set(estimates.sources["source"][estimates.sources["raters"] == 0].tolist())
    for term, of in unsure(estimates.variances).items():
        sources = [source for source in of if term == "residual" or source not in nobody]
        few += len(sources)
        if sources:
            found.append(TERMS[term] + (f" ({listed([SOURCES[one] for one in sources])})" if sources[0] else ""))
    return "most of what is told here" if 2 * few > len(estimates.variances) else listed(found)


def _raters(material: Material, estimates: Estimates) -> list[dict[str, Any]]:
    """How many raters of each source stand apart, and of how many it cannot be told."""
    raters = estimates.raters
    severe, lenient, unknown = raters._sides()
    rows = []
    for source in SOURCES:
        of = raters["source"] == source
        if not of.any():
            continue
        sides = (severe, lenient, ~severe & ~lenient & ~unknown, unknown)
        parts = [np.flatnonzero(of & side) for side in sides]
        hide = [False] * 4 if material.names else hide_small(parts, material.min_cell)
        small = not material.names and int(of.sum()) < material.min_cell
        rows.append({
            "name": SOURCES[source],
            "count": None if small else whole(int(of.sum())),
            "parts": [None if hidden else whole(len(part)) for part, hidden in zip(parts, hide, strict=True)],
        })
    return rows


def _standing(material: Material, estimates: Estimates, unit: Unit) -> dict[str, Any]:
    """By name: who stands apart, the most severe first, and of whom it cannot be told.

    How people rate themselves is apart: it is one person's few ratings, and nobody's team.
    """
    raters = estimates.raters
    severe, lenient, unknown = raters._sides()
    own = raters["source"] == "self"
    keys = raters["rater"]
    not_told = sorted({material.person(keys[place]) for place in np.flatnonzero(unknown & ~own)})
    return {
        "others": _farthest(material, raters, np.flatnonzero((severe | lenient) & ~own), unit),
        "own": _farthest(material, raters, np.flatnonzero((severe | lenient) & own), unit),
        "unknown": not_told[:NAMED],
        "unknown_more": max(0, len(not_told) - NAMED),
    }


def _farthest(material: Material, raters: Raters, places: NDArray[np.int64], unit: Unit) -> dict[str, Any]:
    first = raters._farthest(places, SHOWN)
    columns = [column.name for column in raters.columns]
    rows: list[dict[str, Any]] = [{name: raters[name][place] for name in columns} for place in first.tolist()]
    called = _called(material, {row["rater"] for row in rows})
    for row in rows:
        row["rater"] = called[row["rater"]]
        row["group"] = row["component"]
        row["from"] = SOURCES[row["source"]]
        row["text"] = unit.give_or_take(row["severity"], row["severity_sd"])
        row["known"] = share(row["identifiability"])
        row["rated"] = f"{count(int(row['ratings']), 'rating')} of {count(int(row['people']), 'person', 'people')}"
        row["severity"], row["severity_sd"] = unit.factor * row["severity"], unit.factor * row["severity_sd"]
    apart = len({row["group"] for row in rows}) > 1
    return {"rows": rows, "more": len(places) - len(rows), "unit": unit.name, "apart": apart}


def _called(material: Material, keys: Iterable[str]) -> dict[str, str]:
    """The name of each, with the key where several are called alike."""
    names = {key: material.person(key) for key in keys}
    alone = list(names.values())
    return {key: name if alone.count(name) == 1 else f"{name} ({key})" for key, name in names.items()}


def _agreement(material: Material) -> dict[str, Any] | None:
    """What people and their managers say of the same, in pairs of levels that are told."""
    if material.assessments is None or material.plan.as_of is None:
        return None
    table = ratings_by_source(material.organization, material.assessments, as_of=material.plan.as_of)
    people, pairs = table._pairs(*BOTH)
    if len(pairs) < FEWEST:
        return None
    cells, of_pair, _ = counted(pairs)
    side = np.sign(cells[:, 1] - cells[:, 0]).astype(int) + 1  # below, equal, above
    inside = [np.unique(people[of_pair == cell]) for cell in range(len(cells))]
    # The whole, the sides, the cells of each.
    nobody = np.empty(0, np.int64)
    tree = hide_tree(
        [-1, 0, 0, 0, *(side + 1).tolist()], [nobody] * 4 + inside, 1 if material.names else material.min_cell
    )
    shown = ~np.asarray(tree[4:])[of_pair]
    if tree[0]:
        return None
    of_side = side[of_pair]
    parts = [None if tree[1 + place] else share(float(np.mean(of_side == place))) for place in range(3)]
    return {
        "pairs": pairs[shown],
        "count": whole(len(pairs)),
        "people": whole(len(np.unique(people))),
        "below": parts[0],
        "equal": parts[1],
        "above": parts[2],
        "mean": number(abs(float(np.mean(pairs[:, 1] - pairs[:, 0]))), 2),
        "higher": bool(np.mean(pairs[:, 1] - pairs[:, 0]) > 0),
        "hidden": whole(int(np.sum(~shown))) if not shown.all() else None,
    }
