"""Options as people give them, checked and turned into what the core takes."""

from __future__ import annotations

import datetime
import difflib
import math
import operator
import re
from collections.abc import Iterable
from typing import Any, SupportsIndex, TypeAlias, TypeVar

import numpy as np

from ._error import Error

Day: TypeAlias = "str | datetime.date | np.datetime64"

Kind = TypeVar("Kind")

EPOCH = datetime.date(1970, 1, 1)


def day(name: str, value: Day | None) -> int | None:
    """Days since 1970 of an ISO day, a date, a datetime at midnight, a datetime64 or a pandas Timestamp."""
    if value is None:
        return None
    fault = Error(f"{name} must be a day such as '2026-03-31', not {value!r}")
    if isinstance(value, np.datetime64):
        whole = value.astype("datetime64[D]")
        if np.isnat(value) or whole != value:
            raise fault
        return int(whole.astype(np.int64))
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            value = datetime.date.fromisoformat(value)
        except ValueError:
            raise fault from None
    if not isinstance(value, datetime.date) or value != value:  # pandas.NaT is a datetime, and equals nothing
        raise fault
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None or value.time() != datetime.time():
            raise fault
        value = value.date()
    return (value - EPOCH).days


def date(days: int | None) -> datetime.date | None:
    return None if days is None else EPOCH + datetime.timedelta(days)


def whole(name: str, value: SupportsIndex) -> int:
    """A whole number that fits the core."""
    try:
        number = operator.index(value)
    except TypeError:
        raise Error(f"{name} must be a whole number, not {value!r}") from None
    if isinstance(value, bool | np.bool_):
        raise Error(f"{name} must be a whole number, not {value!r}")
    if not -(2**31) <= number < 2**31:
        raise Error(f"{name} must be a whole number below 2³¹, not {value!r}")
    return number


def real(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise Error(f"{name} must be a number, not {value!r}") from None
    if isinstance(value, str) or math.isnan(number):
        raise Error(f"{name} must be a number, not {value!r}")
    return number


def most_drawn(most: int, limit: int = 500) -> int:
    """How many of something one chart shows: more are drawn slowly, and read by nobody."""
    if not 1 <= whole("most", most) <= limit:
        raise Error(f"most must be from 1 to {limit}, not {most!r}")
    return most


def truth(name: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise Error(f"{name} must be True or False, not {value!r}")
    return bool(value)


def of(name: str, value: Any, kind: type[Kind]) -> Kind:
    """Something that the package made, such as a plan."""
    if not isinstance(value, kind):
        raise Error(f"{name} must be a {kind.__name__}, not {type(value).__name__}")
    return value


def needed(table: str, **given: Any) -> None:
    """That what every request has is given."""
    for name, value in given.items():
        if value is None or (isinstance(value, str) and not value):
            raise Error(f"{name} must be given, not {value!r}", "missing_value", table, None, name)


def near(value: Any, known: Iterable[str]) -> str:
    """The end of a message about a word that is not known: "; did you mean 'manager'?", or nothing."""
    close = difflib.get_close_matches(str(value), [str(one) for one in known], 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def word(name: str, value: str, words: Iterable[str]) -> str:
    known = tuple(words)
    if value not in known:
        raise Error(f"{name} must be one of {', '.join(known)}, not {value!r}{near(value, known)}")
    return value


def reals(name: str, values: Iterable[Any], count: int) -> list[float]:
    numbers = [real(name, value) for value in values]
    if len(numbers) != count:
        raise Error(f"{name} must be {count} numbers, not {len(numbers)}")
    return numbers


def wholes(name: str, values: Iterable[Any], count: int) -> list[int]:
    numbers = [whole(name, value) for value in values]
    if len(numbers) != count:
        raise Error(f"{name} must be {count} whole numbers, not {len(numbers)}")
    return numbers


def cores(threads: int | None) -> int:
    """Number of threads for the core, where 0 means all."""
    if threads is None:
        return 0
    if (number := whole("threads", threads)) < 1:
        raise Error(f"threads must be at least 1, or None for all cores, not {threads!r}")
    return number
