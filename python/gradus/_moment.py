"""Moments as people give them, in microseconds since 1970 in UTC."""

from __future__ import annotations

import datetime
import re
from typing import Any, TypeAlias

from ._error import Error
from ._options import day

Moment: TypeAlias = "str | datetime.datetime | datetime.date"
"""A moment: a datetime with a time zone, or text such as ``2026-03-31T09:30:00Z`` or ``2026-03-31 11:30+02:00``. A day
is its first moment in UTC. A time without a zone is refused: nobody could tell which moment it is."""

FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})0*)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
MICROSECOND = datetime.timedelta(microseconds=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def micros(name: str, value: Moment) -> int:
    """Microseconds since 1970."""
    if isinstance(value, str):
        return (_read(name, value) - EPOCH) // MICROSECOND
    if isinstance(value, datetime.datetime) and value == value:  # pandas.NaT equals nothing
        if value.tzinfo is None:
            raise _unzoned(name, value)
        if getattr(value, "nanosecond", 0):
            raise Error(f"{name} {value} is finer than a microsecond", "lossy", column=name)
        return (value - EPOCH) // MICROSECOND
    if isinstance(value, datetime.date) and value == value:
        days = day(name, value)
        assert days is not None
        return days * 86_400_000_000
    raise _fault(name, value)


def optional_micros(name: str, value: Moment | None) -> int | None:
    return None if value is None else micros(name, value)


def moment(value: int | None) -> datetime.datetime | None:
    """The moment so many microseconds after 1970."""
    return None if value is None else EPOCH + value * MICROSECOND


def _read(name: str, text: str) -> datetime.datetime:
    found = FORM.fullmatch(text)
    if not found:
        raise _fault(name, text)
    date, hour, minute, second, fraction, zone = found.groups()
    if hour and not zone:
        raise _unzoned(name, text)
    offset = "+00:00" if zone in (None, "Z") else zone[:3] + ":" + (zone[-2:] if len(zone) > 3 else "00")
    try:
        return datetime.datetime.fromisoformat(
            f"{date}T{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction or '0').ljust(6, '0')}{offset}"
        )
    except ValueError:
        raise _fault(name, text) from None


def _unzoned(name: str, value: Any) -> Error:
    return Error(
        f"{name} {value!s} has no time zone; end it with Z for UTC, or with an offset such as +02:00",
        "lossy",
        column=name,
    )


def _fault(name: str, value: Any) -> Error:
    return Error(f"{name} must be a moment such as '2026-03-31T09:30:00Z', or a day, not {value!r}")
