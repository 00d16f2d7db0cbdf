"""The header of a table: the names of its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ._fault import Unreadable, fault


def check_names_differ(table: str, place: str, header: Iterable[str]) -> None:
    """That no column is named twice; any number may have no name.

    Parameters
    ----------
    table
        The name of the table.
    place
        Where its header stands, such as "people.csv, line 1".
    header
        The names of the columns; empty where one has none.

    Raises
    ------
    Unreadable
        With every name that occurs twice.
    """
    twice = [column for column, times in Counter(header).items() if times > 1 and column]
    if not twice:
        return
    raise Unreadable(
        *(
            fault(
                "contradiction",
                table,
                f"{place}: the column {column} occurs twice in the header: keep or rename one",
                line=1,
                column=column,
            )
            for column in twice
        )
    )
