"""What the site demands of docstrings: sections that exist, and names in single back-ticks that mean something."""

from __future__ import annotations

import functools
import inspect
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import gradus
from gradus import charts

DOCS = Path(__file__).parents[1]
NAME = re.compile(r"([A-Za-z_][\w.]*)(\(.*\))?")
CODE = re.compile(r"`([\w.]+)`|^### (\w+)$", re.MULTILINE)
OUTSIDE = ("DataFrame", "altair", "requested_schema")  # of others, and needed to say what is meant


def refuse_broken_sections() -> None:
    """Makes errors of what numpydoc only warns of, such as a section of a misspelt name."""
    warnings.filterwarnings("error", r"\s*(Unknown section|potentially wrong underline)", UserWarning)


def unknown(text: str) -> list[str]:
    """The parts of a name in single back-ticks that nobody who reads the reference could look up."""
    found = NAME.fullmatch(text)
    return [part for part in found[1].split(".") if part not in known()] if found else []


@functools.cache
def known() -> frozenset[str]:
    """Public names, their members and parameters; tables, columns, codes of errors and extras."""
    pages = "\n".join((DOCS / name).read_text(encoding="utf-8") for name in ("tables.md", "errors.md", "install.md"))
    told = {part for name, title in CODE.findall(pages) for part in (name or title).split(".")}
    return frozenset({"gradus", "gr", *OUTSIDE, *told, *_names(gradus), *charts.__all__, *_names(charts)})


def _names(module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        yield name
        thing = getattr(module, name)
        if inspect.ismodule(thing):
            yield from _names(thing)
        else:
            yield from _inside(thing)


def _inside(thing: Any) -> Iterator[str]:
    if callable(thing):
        yield from inspect.signature(thing).parameters
    if inspect.isclass(thing):
        for name in dir(thing):
            if not name.startswith("_"):
                yield name
                member = getattr(thing, name)
                if inspect.isfunction(member) or inspect.ismethod(member):
                    yield from inspect.signature(member).parameters
