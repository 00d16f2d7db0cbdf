"""What a report of a fault should say of where it happened."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

from ._core import __version__

RELATED = ("numpy", "pandas", "polars", "pyarrow", "duckdb", "openpyxl", "tqdm", "typer", "rich", "altair", "jinja2")


def versions() -> dict[str, str]:
    """The versions of gradus, of Python, of the system and of related packages; "-" for one that is not installed."""
    found = {"gradus": __version__, "python": sys.version.split()[0], "system": platform.platform()}
    for package in RELATED:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "-"
    return found


def show_versions() -> None:
    """Prints the versions of gradus, of Python, of the system and of related packages, for a report of a fault.

    Examples
    --------
    >>> gr.show_versions()  # doctest: +SKIP
    """
    for name, version in versions().items():
        print(f"{name:<8} {version}")
