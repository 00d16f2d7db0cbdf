"""``gradus version``"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .._core import __version__
from .._versions import versions


def version(
    as_json: Annotated[bool, typer.Option("--json", help="Also of Python, the system and related packages.")] = False,
) -> None:
    """The version of gradus.

    [bold]Example[/bold]
      gradus version --json    what to add to a report of a fault

    [bold]Exit codes[/bold]
      0  done
      2  cannot be run as asked
    """
    print(json.dumps(versions(), indent=1) if as_json else __version__)
