"""What the documentation repeats from the code is what the code says. (docs/tables.md is compared by ctest.)"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


def read(name: str) -> str:
    return (TOP / name).read_text(encoding="utf-8")


def test_every_code_is_told_with_its_number() -> None:
    (body,) = re.findall(r"enum class Code : std::int32_t \{(.*?)\};", read("include/gradus/base/error.h"), re.DOTALL)
    codes = [(name, number) for name, number in re.findall(r"(\w+) = (\d+),", body) if name != "ok"]
    assert codes == re.findall(r"^\| `(\w+)` \| (\d+) \|", read("docs/errors.md"), re.MULTILINE)


def test_the_column_of_the_worked_example_is_there() -> None:
    (line,) = re.findall(r"^Column<.*$", read("CONTRIBUTING.md"), re.MULTILINE)
    assert "".join(line.split()) in "".join(read("include/gradus/risk/risk.h").split())


@pytest.mark.parametrize("page", sorted(path.name for path in (TOP / "docs" / "decisions").glob("*.md")))
def test_a_decision_has_its_three_parts(page: str) -> None:
    text = read(f"docs/decisions/{page}")
    assert text.startswith(f"# {page[:4]} ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
