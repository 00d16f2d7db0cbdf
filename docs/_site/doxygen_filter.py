"""What Doxygen reads in place of a header: python doxygen_filter.py HEADER

The description of a column stands in its `Field`, and that of a C function in a plain comment. Here both become
comments of the kind that Doxygen looks for, so that neither is written twice.
"""

import re
import sys
from pathlib import Path

COLUMN = re.compile(r"Column<([^<>]+)>\s+(\w+)\{\s*\*this,\s*\{(.*?)\}\};", re.DOTALL)
WORDS = re.compile(r"template <>\nstruct Words<\w+> \{.*?^\};\n", re.DOTALL | re.MULTILINE)
SECTION = re.compile(r"^/\* -{4} (.+?) -+ \*/$", re.MULTILINE)


def text_of(field: str, name: str) -> str:
    found = re.search(rf'\.{name}\s*=\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', field)
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found.group(1))) if found else ""


def plain(text: str) -> str:
    """Text that Doxygen takes as it stands."""
    return re.sub(r"([<>@\\*#_`])", r"\\\1", text)


def describe(match: re.Match[str]) -> str:
    kind, name, field = match.groups()
    meaning, unit = text_of(field, "meaning"), text_of(field, "unit")
    told = meaning + (f" ({unit})" if unit else "")
    return f"Column<{kind}> {name};  ///< {plain(told)}"


def sections(header: str) -> list[str]:
    """The titles of the sections of gradus.h, in order; section i is the Doxygen group c_i."""
    return SECTION.findall(header)


def group_of(room: str, stem: str) -> str:
    """The Doxygen group that holds what a header declares."""
    return f"cpp_{room}_{stem}"


def cpp(header: str, room: str, stem: str) -> str:
    header = COLUMN.sub(describe, WORDS.sub("", header))
    # The namespace is left out here and set again by docs/conf.py: Breathe would nest it once more for every header.
    group = f"/** @defgroup {group_of(room, stem)} {stem}.h\n@{{ */"
    header = re.sub(r"^namespace gradus \{$", group, header, flags=re.MULTILINE)
    return re.sub(r"^\}  // namespace gradus$", "/** @} */", header, flags=re.MULTILINE)


def c(header: str) -> str:
    """Comments before a declaration become /**, those after one on its line /**<; sections become groups."""
    number = iter(range(len(sections(header))))

    def group(match: re.Match[str]) -> str:
        i = next(number)
        return ("/** @} */ " if i else "") + f"/** @defgroup c_{i} {match.group(1)}\n@{{ */"

    header = SECTION.sub(group, header)
    header = re.sub(r"\A/\* ", "/** @file\n * ", header)
    header = re.sub(r"^(\s*)/\* ", r"\1/** ", header, flags=re.MULTILINE)
    header = re.sub(r"(?<=[;,{\w])([ \t]+)/\* ", r"\1/**< ", header)
    return header.replace("\n#ifdef __cplusplus\n}", "\n/** @} */\n#ifdef __cplusplus\n}")


def main() -> None:
    path = Path(sys.argv[1])
    header = path.read_text(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(c(header) if path.parent.name == "capi" else cpp(header, path.parent.name, path.stem))


if __name__ == "__main__":
    main()
