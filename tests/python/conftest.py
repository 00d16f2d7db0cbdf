"""Small organisations that the tests share."""

from __future__ import annotations

from typing import Any

import pytest

import gradus as gr

Tables = dict[str, dict[str, Any]]

AS_OF, START = "2026-03-31", "2026-04-01"


def small_tables() -> Tables:
    """Two people, one role, two capabilities, three activities, one fund that is too small for all."""
    return {
        "scales": {"scale": ["S"] * 4, "level": ["Awareness", "Working", "Practitioner", "Expert"]},
        "capabilities": {"capability": ["SQL", "Writing"], "scale": ["S", "S"]},
        "roles": {"role": ["Analyst"], "name": ["Data analyst"]},
        "requirements": {
            "role": ["Analyst"] * 2,
            "capability": ["SQL", "Writing"],
            "level": ["Practitioner", "Working"],
        },
        "units": {"unit": ["U"], "name": ["Simulated unit"]},
        "people": {
            "person": ["007", "E2"],
            "role": ["Analyst", "Analyst"],
            "unit": ["U", None],
            "hours": [10, None],
            "joined": [None, "2020-01-01"],
        },
        "activities": {
            "activity": ["A1", "A2", "A3"],
            "kind": ["course", "course", "reading"],
            "hours": [8, 2.5, 1],
            "cost": ["100.50", "20", "0"],
            "days": [2, 1, 1],
        },
        "outcomes": {"activity": ["A1", "A2", "A3"], "capability": ["SQL", "Writing", "SQL"], "uplift": [1, 1, 0.5]},
        "funds": {"fund": ["F"], "amount": ["120.50"]},
    }


def small_ratings() -> dict[str, list[Any]]:
    return {
        "person": ["007", "007", "E2"],
        "capability": ["SQL", "Writing", "SQL"],
        "level": ["Awareness", 1.5, 2],
        "source": ["manager", "self", "test"],
        "date": ["2026-01-15", "2025-06-30", None],
    }


@pytest.fixture
def tables() -> Tables:
    return small_tables()


@pytest.fixture
def ratings() -> dict[str, list[Any]]:
    return small_ratings()


@pytest.fixture(scope="session")
def org() -> gr.Organization:
    return gr.Organization.from_tables(**small_tables())


@pytest.fixture(scope="session")
def estimates(org: gr.Organization) -> gr.Estimates:
    return gr.estimate(org, small_ratings(), as_of=AS_OF)


@pytest.fixture(scope="session")
def gaps(org: gr.Organization, estimates: gr.Estimates) -> gr.Gaps:
    return gr.find_gaps(org, estimates)


@pytest.fixture(scope="session")
def risks(org: gr.Organization, gaps: gr.Gaps) -> gr.Risks:
    return gr.assess_risk(org, gaps)


@pytest.fixture(scope="session")
def plan(org: gr.Organization, risks: gr.Risks) -> gr.Plan:
    return gr.optimize(org, risks, start=START)


@pytest.fixture(scope="session")
def acme() -> gr.Dataset:
    return gr.simulate(gr.examples.gdad(), people=60, units=6, activities=20, seed=3, as_of=AS_OF)


@pytest.fixture(scope="session")
def acme_risks(acme: gr.Dataset) -> gr.Risks:
    org = acme.organization
    return gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, acme.assessments, as_of=AS_OF)))
