"""The documentation site: docs/*.md as they stand, and the reference from docstrings, headers and gradus.h.

    scripts/make_docs site

Nothing is fetched from the network, when it is built or when it is read.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from inspect import getdoc, isclass, isfunction, ismodule
from pathlib import Path
from typing import Any

import sphinx.application
from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.util.logging import getLogger

import gradus

DOCS = Path(__file__).parent
TOP = DOCS.parent
LOG = getLogger(__name__)
XML = TOP / "build" / "site-doxygen" / "xml"
sys.path.insert(0, str(DOCS / "_site"))

import docstrings  # noqa: E402  # beside this file
import doxygen_filter  # noqa: E402

project = "Gradus"
author = "The authors of Gradus"
copyright = author
version = release = gradus.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "breathe"]
exclude_patterns = ["_site"]
root_doc = "index"
default_role = "name"
nitpicky = True
# There is no inventory of other projects to look up, since that would need the network: what is not ours is no link.
# Nor is what is not public: a name that does not stand in gradus.__all__.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!gradus\b).*|gradus\._.*"),
    (r"c(pp)?:identifier", r"u?int\d+_t|ArrowArrayStream"),
    (r"cpp:identifier", "State"),  # of Input: declared, and no business of callers
    (r"cpp:identifier", "RatingModel"),  # of Estimates, likewise
]

# --- pages ------------------------------------------------------------------------------------------------------------

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]
myst_links_external_new_tab = False
suppress_warnings = ["myst.header"]

# --- Python -----------------------------------------------------------------------------------------------------------

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
python_use_unqualified_type_names = True
add_module_names = False
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# --- C++ and C --------------------------------------------------------------------------------------------------------

breathe_projects = {"gradus": str(XML)}
breathe_default_project = "gradus"
breathe_domain_by_file_pattern = {"*/gradus.h": "c"}
breathe_default_members = ("members", "undoc-members")
cpp_maximum_signature_line_length = 100
c_maximum_signature_line_length = 100

# --- looks ------------------------------------------------------------------------------------------------------------

html_theme = "furo"
html_title = f"Gradus {version}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_static_path = ["_site/static"]
html_css_files = ["site.css"]


# --- what stands in a page in place of a comment <!-- site: … -->, which a code host does not show ---

PLACE = re.compile(r"^<!-- site: (\w+) ?(.*?) -->$", re.MULTILINE)


def block(*lines: str) -> str:
    return "\n".join(["```{eval-rst}", *lines, "```", ""])


def contents(text: str) -> str:
    """Pages for the list at the side: `Caption: page page …`, or the pages alone.

    … stands for the pages that no list names, `methods/…` for those of the folder methods.
    """
    caption, _, pages = text.rpartition(":")
    lines = [".. toctree::", "   :hidden:"]
    lines += [f"   :caption: {caption}"] if caption else []
    for page in pages.split():
        lines += ["", *(f"   {name}" for name in (others(page[:-1]) if page.endswith("…") else [page]))]
    return block(*lines)


def others(folder: str) -> list[str]:
    """The pages of a folder of docs/ that no list names."""
    lists = [text for page in DOCS.glob("*.md") for _, text in PLACE.findall(page.read_text(encoding="utf-8"))]
    named = {"index", *(name for text in lists for name in text.split())}
    return sorted({f"{folder}{page.stem}" for page in (DOCS / folder).glob("*.md")} - named)


def visible(pages: str) -> str:
    """Pages with their titles, as a list in the page itself."""
    return block(".. toctree::", "   :glob:", "", *(f"   {page}" for page in pages.split()))


FIRST = (
    "_dataset",
    "_organization",
    "_assessment",
    "_risk",
    "_plan",
)  # the story; then the alphabet


MORE = ("gradus.charts",)  # packages beside it that are imported on their own


def modules() -> list[tuple[str, list[str]]]:
    """The public names by the module that defines them."""
    homes: dict[str, list[str]] = {}
    for name in gradus.__all__:
        thing = getattr(gradus, name)
        if isinstance(thing, str):
            continue  # __version__: the page itself tells of it
        home = thing.__name__ if ismodule(thing) else getattr(thing, "__module__", "")
        if not home.startswith("gradus."):
            raise ValueError(f"docs/conf.py does not know where to tell of gradus.{name}")
        homes.setdefault(home, []).append(name)
    order = [f"gradus.{name}" for name in FIRST]
    return sorted(homes.items(), key=lambda item: (order.index(item[0]) if item[0] in order else len(order), item[0]))


def python_reference(_: str) -> str:
    """Every name of gradus.__all__, under the first sentence of the module that defines it."""
    parts = []
    for home, names in modules():
        title = (getdoc(sys.modules[home]) or home).split("\n")[0].rstrip(".")
        parts.append(f"## {title}\n")
        things = [(name, getattr(gradus, name)) for name in names]
        things.sort(key=lambda pair: not isfunction(pair[1]))
        for name, thing in things:
            if ismodule(thing):
                parts.append(block(f".. automodule:: {home}", "   :members:"))
            elif isclass(thing):
                parts.append(block(f".. autoclass:: gradus.{name}", "   :members:", "   :show-inheritance:"))
            elif isfunction(thing):
                parts.append(block(f".. autofunction:: gradus.{name}"))
            else:
                parts.append(block(f".. autodata:: gradus.{name}"))
    for name in MORE:
        module = importlib.import_module(name)
        parts.append(f"## {(getdoc(module) or name).splitlines()[0].rstrip('.')}\n")
        parts.append(block(f".. automodule:: {name}", "   :members:"))
    return "\n".join(parts)


def without_aliases(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Fields of a named tuple that have no docstring of their own are told by its signature."""
    return True if (getattr(thing, "__doc__", "") or "").startswith("Alias for field number") else None


def cpp_reference(room: str) -> str:
    """Every header of a room."""
    headers = sorted((TOP / "include" / "gradus" / room).glob("*.h"))
    if not headers:
        raise ValueError(f"there is no header in include/gradus/{room}")
    groups = ((header.name, doxygen_filter.group_of(room, header.stem)) for header in headers)
    return "\n".join(
        f"## {name}\n\n" + block(".. cpp:namespace:: gradus", "", f".. doxygengroup:: {group}", "   :content-only:")
        for name, group in groups
    )


def c_reference(_: str) -> str:
    """Every section of gradus.h."""
    titles = doxygen_filter.sections((TOP / "capi" / "gradus.h").read_text(encoding="utf-8"))
    return "\n".join(
        f"## {title}\n\n" + block(f".. doxygengroup:: c_{i}", "   :content-only:") for i, title in enumerate(titles)
    )


def file(path: str) -> str:
    """A file of the project, in full; a code host shows the link that stands before."""
    language = {".cpp": "cpp", ".c": "c", ".py": "python"}[Path(path).suffix]
    return f"```{{literalinclude}} /../{path}\n:language: {language}\n```\n"


MAKERS = {
    "file": file,
    "contents": contents,
    "list": visible,
    "python": python_reference,
    "cpp": cpp_reference,
    "c": c_reference,
}


def fill(app: sphinx.application.Sphinx, page: str, source: list[str]) -> None:
    source[0] = PLACE.sub(lambda match: MAKERS[match.group(1)](match.group(2)), source[0])


def name_role(
    role: str, rawtext: str, text: str, line: int, inliner: Inliner, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """What stands in single back-ticks in a docstring: code, and where it is a name, one that can be looked up."""
    if parts := docstrings.unknown(text):
        LOG.warning("there is no %s, in `%s`", parts[0], text, location=inliner.document.current_source)
    return [nodes.literal(rawtext, text)], []


def every_room_has_a_page(app: sphinx.application.Sphinx) -> None:
    for room in (TOP / "include" / "gradus").iterdir():
        if room.is_dir() and not (DOCS / "reference" / f"cpp-{room.name}.md").exists():
            raise ValueError(f"include/gradus/{room.name} has no page docs/reference/cpp-{room.name}.md")


def run_doxygen(app: sphinx.application.Sphinx) -> None:
    (TOP / "build").mkdir(exist_ok=True)
    subprocess.run(["doxygen", "docs/Doxyfile"], cwd=TOP, check=True)
    for path in XML.glob("*.xml"):  # Breathe would make links of these that lead nowhere
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"^ *<(includes|derivedcompoundref) .*</\1>\n", "", text, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")


def setup(app: sphinx.application.Sphinx) -> dict[str, Any]:
    docstrings.refuse_broken_sections()
    app.add_role("name", name_role)
    run_doxygen(app)  # before Breathe looks for the XML
    app.connect("builder-inited", every_room_has_a_page)
    app.connect("source-read", fill)
    app.connect("autodoc-skip-member", without_aliases)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
