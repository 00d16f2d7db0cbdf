"""The heat map of a report against the one that the library works out."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import pytest

import gradus as gr
from gradus.report.cube import Cube, make_cube


@pytest.fixture(scope="module")
def cube(acme: gr.Dataset, acme_risks: gr.Risks) -> Cube:
    return make_cube(acme.organization, acme_risks, 1)


def cells(cube: Cube) -> dict[tuple[Any, ...], dict[str, Any]]:
    names = list(cube.columns)
    found = {}
    for row in zip(*cube.columns.values(), strict=True):
        cell = dict(zip(names, (value.item() for value in row), strict=True))
        unit, group, capability = (
            cube.units[cell["unit"]],
            cube.groups[cell["group"]],
            cube.capabilities[cell["capability"]],
        )
        found[unit.key, group.kind, group.key, capability.key] = cell
    return found


@pytest.mark.parametrize("by", ["unit", "role", "family", "all"])
def test_every_cell_agrees_with_the_heat_map(acme: gr.Dataset, acme_risks: gr.Risks, cube: Cube, by: str) -> None:
    rolled = gr.heat_map(acme.organization, acme_risks, by=by, roll_up=True)
    told = cells(cube)
    levels = ("low", "moderate", "high", "extreme")
    compared = 0
    for row in rolled.rows():
        if row["member"] is None and by != "all":
            continue
        key = {
            "unit": (row["member"], "all", None),
            "role": (None, "role", row["member"]),
            "family": (None, "family", row["member"]),
            "all": (None, "all", None),
        }[by]
        cell = told[(*key, row["capability"])]
        for name in ("people", "requirements", "unknown"):
            assert cell[name] == row[name], (key, row["capability"], name)
        for name in ("below", "exposure"):
            assert cell[name] == pytest.approx(row[name], rel=1e-5, abs=2e-6)
        assert levels[cell["level"] - 1] == row["risk_level"]
        compared += 1
    assert compared > 50


def test_totals_are_there(acme_risks: gr.Risks, cube: Cube) -> None:
    own = acme_risks["basis"] == "role"
    total = cells(cube)[None, "all", None, None]
    assert total["requirements"] == own.sum()
    assert total["exposure"] == pytest.approx(acme_risks["exposure"][own].sum(), rel=1e-6)


def test_small_cells_are_left_out(acme: gr.Dataset, acme_risks: gr.Risks, cube: Cube) -> None:
    told = make_cube(acme.organization, acme_risks, 5)
    assert told.columns["people"].min() >= 5
    assert told.hidden == len(cube.columns["unit"]) - len(told.columns["unit"])
    everything = cells(cube)
    for key, cell in cells(told).items():
        assert cell == everything[key]


def test_encoded_cells_are_the_columns(cube: Cube) -> None:
    code = cube.encode()
    content = zlib.decompress(base64.b64decode(code["cells"]))
    offset = 0
    for name, kind in code["columns"]:
        dtype = np.dtype(kind).newbyteorder("<")
        size = code["count"] * dtype.itemsize
        planes = np.frombuffer(content, np.uint8, size, offset).reshape(dtype.itemsize, -1)
        column = np.ascontiguousarray(planes.T).view(dtype).ravel()
        offset += size
        assert column == pytest.approx(cube.columns[name], rel=2**-14 if kind == "float32" else 0, abs=0)
    assert offset == len(content)
    for tree in ("units", "capabilities", "groups"):
        assert code[tree][0]["parent"] == -1
        assert all(0 <= node["parent"] < len(code[tree]) for node in code[tree][1:])
