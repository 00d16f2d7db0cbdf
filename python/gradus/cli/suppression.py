"""Which figures to hide so that none tells of fewer people than asked for, not even by subtraction from totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A group of people, and the groups below it that have nobody in common. The rest of it is in none of those."""

    key: str | None
    people: int
    parts: tuple[Part, ...] = ()

    def below(self) -> Iterator[Part]:
        for part in self.parts:
            yield part
            yield from part.below()


def hidden(whole: Part, least: int) -> set[str | None]:
    """The parts to hide, at any depth, when the figure of the whole is shown.

    Hidden are parts of fewer than `least` people. Where what is hidden within a shown group would follow by
    subtraction, for fewer than `least` people or for one part alone, further parts are hidden too: those of fewest
    people. Below a hidden part all is hidden.
    """
    rest = whole.people - sum(part.people for part in whole.parts)
    small = [part for part in whole.parts if part.people < least]
    shown = sorted((part for part in whole.parts if part.people >= least), key=lambda part: -part.people)
    gone = list(small)
    if small or 0 < rest < least:
        while shown and (len(gone) + (rest > 0) < 2 or rest + sum(part.people for part in gone) < least):
            gone.append(shown.pop())
    found = {below.key for part in gone for below in (part, *part.below())}
    for part in shown:
        found |= hidden(part, least)
    return found
