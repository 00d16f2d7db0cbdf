"""Columns of a table, the texts that its cells hold, and the random numbers that both are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

Column: TypeAlias = "list[Any] | NDArray[Any]"
Table: TypeAlias = dict[str, Column]
Tables: TypeAlias = dict[str, Table]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.object_]
Days: TypeAlias = NDArray[np.datetime64]

YEAR = 365  # days from as_of within which what is on offer lies


def stream(seed: int, name: str) -> Generator:
    """The random numbers of one name: apart from those of every other."""
    return Generator(PCG64([seed, *name.encode()]))


def texts(values: Iterable[str]) -> Texts:
    return np.array([*values, None], dtype=object)[:-1]  # the None keeps NumPy from choosing fixed-width text


def keys(letter: str, count: int) -> Texts:
    """U01, U02, …: as many digits as the last needs, and at least two."""
    width = max(2, len(str(count)))
    return texts(f"{letter}{number:0{width}d}" for number in range(1, count + 1))


def weighted(rng: Generator, weights: Floats, count: int) -> Ints:
    return rng.choice(len(weights), size=count, p=weights / weights.sum())


def or_none(keys: Texts, places: Ints) -> list[Any]:
    """The key at each place; absent where the place is -1."""
    return list(np.concatenate([keys, np.array([None], dtype=object)])[places])


def maybe(values: Iterable[Any], given: Iterable[Any]) -> list[Any]:
    """The values, absent where not given."""
    return [value if known else None for value, known in zip(values, given, strict=True)]


def cents(amount: int) -> str:
    """Money as text: 12345 → '123.45'."""
    return f"{amount // 100}.{amount % 100:02d}"


def scaled(rng: Generator, low: float, high: float, step: float, count: int) -> list[float]:
    """Decimals from low to high, both included, in whole steps."""
    places = rng.integers(round(low / step), round(high / step) + 1, count)
    return [round(place * step, 4) for place in places.tolist()]


def iso(days: Days) -> list[str | None]:
    """Days as text, absent where they are NaT."""
    text = np.datetime_as_string(days, unit="D").astype(object)
    text[np.isnat(days)] = None
    return list(text)


def from_rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """A small table from its rows."""
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
