"""What would help one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _core, _text
from ._answer import plain
from ._error import Error
from ._options import truth, whole
from ._replan import named
from ._table import Table

if TYPE_CHECKING:
    from ._plan import Plan


class Recommendations(Table):
    """What would help one person, best first, what it would take, and what stops it."""

    __slots__ = ("_unpriced",)

    def __init__(self, core: _core.Table, unpriced: bool = False) -> None:
        super().__init__(core)
        self._unpriced = unpriced  # by a plan for which no prices were sought

    def _headline(self) -> str:
        if not len(self):
            return "nothing would help"
        person = self.column("person")[0]
        planned = int(self.column("planned").sum())
        free = sum(1 for limit, held in zip(self.column("limit"), self.column("planned"), strict=True)
                   if limit is None and not held)  # fmt: skip
        ways = f"{_text.count(len(self), 'way')} to help {person}: {planned} planned, {free} possible beside that"
        return f"{ways}; no prices were sought" if self._unpriced else ways

    def to_dict(self) -> dict[str, Any]:
        """The rows as values that JSON can hold."""
        return {"recommendations": plain(self.rows())}


def recommend(
    plan: Plan, person: str, told: dict[str, Any], top: int, every_session: bool, only_possible: bool
) -> Recommendations:
    try:
        return Recommendations(
            _core.recommend(
                plan._core,
                person,
                told,
                whole("top", top),
                truth("every_session", every_session),
                truth("only_possible", only_possible),
            ),
            unpriced=plan._read,
        )
    except Error as error:
        raise named(plan, person, error) from None
