"""help() is enough to use a function: every parameter is told, and every example runs."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gradus as gr
from conftest import AS_OF, START
from gradus import charts

FUNCTIONS = {name: one for name, one in vars(gr).items() if inspect.isfunction(one) and name in gr.__all__}
CLASSES = {name: one for name, one in vars(gr).items() if inspect.isclass(one) and name in gr.__all__}
METHODS = {
    f"{name}.{method}": one
    for name, kind in CLASSES.items()
    for method, one in vars(kind).items()
    if (inspect.isfunction(one) or isinstance(one, classmethod)) and not method.startswith("_")
}
CHARTS = {f"charts.{name}": one for name, one in vars(charts).items() if inspect.isfunction(one)}


def unwrapped(one: Any) -> Callable[..., Any]:
    return one.__func__ if isinstance(one, classmethod) else one


def told(text: str) -> list[str]:
    """The names under Parameters; a line may have several."""
    if "Parameters\n" not in text:
        return []
    section = text.split("Parameters\n")[1].split("\n\n")[0].splitlines()[1:]
    names: list[str] = []
    for line in section:
        if line and not line.startswith(" "):
            names += [name.strip().lstrip("*") for name in line.split(":")[0].split(",")]
    return names


@pytest.mark.parametrize("name", [*FUNCTIONS, *CHARTS])
def test_every_parameter_is_told(name: str) -> None:
    one = {**FUNCTIONS, **CHARTS}[name]
    assert told(inspect.getdoc(one) or "") == list(inspect.signature(one).parameters)


@pytest.mark.parametrize("name", METHODS)
def test_what_is_told_of_a_method_is_true(name: str) -> None:
    one = unwrapped(METHODS[name])
    text = inspect.getdoc(one)
    assert text, name
    parameters = [key for key in inspect.signature(one).parameters if key not in ("self", "cls")]
    if told(text):
        # What all functions share may be left to the function of the same name.
        assert sorted(told(text)) == sorted(parameters)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_returns_with_an_example(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    assert "Examples\n" in text
    if inspect.signature(FUNCTIONS[name]).return_annotation not in (None, "None"):
        assert "Returns\n" in text and "Raises\n" in text


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the examples speak of."""
    tables: dict[str, Any] = {
        "scales": {"scale": ["S"] * 3, "level": ["low", "fair", "good"]},
        "capabilities": {"capability": ["SQL", "Law"], "scale": ["S", "S"]},
        "roles": {"role": ["Analyst"], "family": ["Data"]},
        "requirements": {"role": ["Analyst"] * 2, "capability": ["SQL", "Law"], "level": ["good", "good"]},
        "units": {"unit": ["U"]},
        "people": {"person": ["E1042", "E1"], "role": ["Analyst"] * 2, "unit": ["U"] * 2, "hours": [9, 9]},
        "activities": {"activity": ["A17", "A2"], "hours": [8, 8], "cost": [100, 100]},
        "outcomes": {"activity": ["A17", "A2"], "capability": ["SQL", "Law"]},
        "sessions": {"session": ["S1"], "activity": ["A2"], "first_day": ["2026-05-04"], "seats": [9]},
        "funds": {"fund": ["training"], "amount": [150]},
    }
    org = gr.Organization.from_tables(**tables)
    ratings = {
        "person": ["E1042", "E1", "E1"],
        "capability": ["SQL"] * 3,
        "level": ["low"] * 3,
        "source": ["manager", "manager", "self"],
        "rater": ["boss", "boss", None],
    }
    estimates = gr.estimate(org, ratings, as_of=AS_OF)
    gaps = gr.find_gaps(org, estimates)
    risks = gr.assess_risk(org, gaps)
    plan = gr.optimize(org, risks, start=START)
    agreements = gr.Agreements(gr.Ledger(), org)
    asks: dict[str, Any] = {"at": START, "by": "hr", "acting_as": "administrator", "plan": "E1042/2026"}
    agreements.write("k0", **asks, person="E1042")
    return {
        "gr": gr, "org": org, "ratings": ratings, "more": ratings, "estimates": estimates, "gaps": gaps,
        "risks": risks, "plan": plan, "acme": gr.Dataset(org, gr.Assessments.from_table(org, ratings)),
        "designs": {"managers": {"manager": 1}}, "agreements": agreements,
    }  # fmt: skip


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_every_example_runs(name: str, names: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those whose output is not compared."""
    import shutil

    examples = doctest.DocTestParser().get_examples(
        inspect.getdoc(unwrapped({**FUNCTIONS, **METHODS}[name])) or "", name
    )
    monkeypatch.chdir(tmp_path)
    shutil.copytree(gr.examples.starter(), tmp_path / "acme")
    scope = dict(names)
    for example in examples:
        exec(compile(example.source, name, "single"), scope)
