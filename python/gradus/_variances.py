"""Variances as people give them: by term and source, or as the table of earlier estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._error import Error
from ._options import near, real
from ._table import Table

OF_PEOPLE = ("person", "person_capability")
BY_SOURCE = ("severity", "halo", "residual")
TERMS = (*OF_PEOPLE, *BY_SOURCE)
UNSURE = 0.5  # share of the prior from which the ratings say little of a variance
LIKELIHOODS = ("normal", "ordinal")
SOURCES = ("self", "manager", "peer", "report", "test", "observation")

BELIEVED = {"self": 0.0375, "manager": 0.02, "peer": 0.02, "report": 0.02, "test": 0.0075, "observation": 0.0125}
"""The residual variance of a source of which no rating tells, as docs/methods/estimate.md has it."""


def given_variances(given: Mapping[str, Any] | Table | None) -> dict[str, dict[str, float]]:
    """Variances by term and source; those of people are under the source "". Ranges are the core's to check."""
    if given is None:
        return {}
    if isinstance(given, Table):
        return _of_table(given)
    if not isinstance(given, Mapping):
        raise Error(f"variances must be a mapping of terms or the variances of estimates, not {given!r}")
    found: dict[str, dict[str, float]] = {}
    for term, value in given.items():
        if term not in TERMS:
            raise Error(f"variances: there is no term {term!r}; there are {', '.join(TERMS)}{near(term, TERMS)}")
        if isinstance(value, Mapping):
            if term in OF_PEOPLE:
                raise Error(f"variances[{term!r}] must be a number, not {value!r}: it is of people, not of a source")
            found[term] = {_source(term, source): real(f"variances[{term!r}][{source!r}]", of)
                           for source, of in value.items()}  # fmt: skip
        else:
            number = real(f"variances[{term!r}]", value)
            found[term] = {"": number} if term in OF_PEOPLE else dict.fromkeys(SOURCES, number)
    return found


def _source(term: str, source: Any) -> str:
    if source not in SOURCES:
        raise Error(
            f"variances[{term!r}]: there is no source {source!r}; there are {', '.join(SOURCES)}{near(source, SOURCES)}"
        )
    return str(source)


def _of_table(table: Table) -> dict[str, dict[str, float]]:
    if table.name != "variances":
        raise Error(f"variances must be a mapping of terms or the variances of estimates, not the table {table.name}")
    found: dict[str, dict[str, float]] = {}
    for row in table:
        found.setdefault(row["term"], {})[row["source"] or ""] = row["variance"]
    return found


def unsure(table: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Terms, with their sources, of which the ratings say less than what was believed before them."""
    found: dict[str, list[str]] = {}
    for row in table:
        if row["prior_share"] is not None and row["prior_share"] > UNSURE:
            found.setdefault(row["term"], []).append(row["source"] or "")
    return found


def names(name: str, given: Iterable[str], known: tuple[str, ...]) -> list[str]:
    """Some of the terms."""
    if isinstance(given, str):
        raise Error(f"{name} must be a list of names, such as [{given!r}], not {given!r}")
    try:
        chosen = list(given)
    except TypeError:
        raise Error(f"{name} must be a list of names, not {given!r}") from None
    for one in chosen:
        if one not in known:
            raise Error(f"{name}: there is no term {one!r}; there are {', '.join(known)}{near(one, known)}")
    return chosen
