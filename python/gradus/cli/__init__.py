"""The command line: ``gradus check``, ``raters``, ``risk``, ``plan``, ``why``, ``example``, ``demo`` and ``version``.

One file a command. Typer and Rich are imported by `main` only, since they are an extra.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command line."""
    try:
        import rich  # noqa: F401
        import typer  # noqa: F401
    except ImportError:
        print("gradus: the command line needs Typer and Rich: pip install 'gradus[cli]'", file=sys.stderr)
        sys.exit(2)
    try:
        from .app import app

        app(prog_name="gradus")
    except KeyboardInterrupt:  # before or after a command, which says more
        sys.exit(130)
