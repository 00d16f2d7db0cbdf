"""``gradus demo``"""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    people: Annotated[int, typer.Option(min=1, help="How many people to make up.")] = 2000,
    units: Annotated[int, typer.Option(min=1, help="How many units they work in.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other people.")] = 1,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Most threads to use. [dim]\\[default: all cores][/]")
    ] = None,
) -> None:
    """A made-up organisation around a real framework, from ratings to a plan with its proof.

    [bold]Examples[/bold]
      gradus demo                          2,000 people; less than a minute
      gradus demo --people 200 --seed 7    fewer, and others

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    from ..demo import run

    run(people=people, units=units, seed=seed, threads=threads)
