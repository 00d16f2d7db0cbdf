"""The command line: ``gradus demo``, ``gradus version``."""

from __future__ import annotations

import sys

from ._core import __version__
from ._error import Error

try:
    import rich  # noqa: F401
    import typer
except ImportError:

    def main() -> None:
        """Runs the command line."""
        sys.exit("gradus: the command line needs Typer and Rich: pip install 'gradus[cli]'")

else:
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Plan an organisation's learning by the risk it removes.",
    )

    @app.command()
    def demo(
        people: int = typer.Option(2000, min=1, help="How many people to make up."),
        units: int = typer.Option(40, min=1, help="How many units they work in."),
        seed: int = typer.Option(1, min=0, help="Another seed, other people."),
        threads: int | None = typer.Option(None, min=1, help="Most threads to use; absent: all cores."),
    ) -> None:
        """A made-up organisation around a real framework, from ratings to a plan with its proof."""
        from .demo import run

        run(people=people, units=units, seed=seed, threads=threads)

    @app.command()
    def version() -> None:
        """The version of gradus."""
        print(__version__)

    def main() -> None:
        """Runs the command line."""
        try:
            app()
        except Error as error:
            sys.exit(f"gradus: {error}")


if __name__ == "__main__":
    main()
