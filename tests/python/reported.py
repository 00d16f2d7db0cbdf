"""One small organisation with a plan, for the tests of its report. Made once."""

from __future__ import annotations

import functools
from typing import NamedTuple

import gradus as gr

AS_OF, START = "2026-03-31", "2026-04-01"


class Case(NamedTuple):
    acme: gr.Dataset
    estimates: gr.Estimates
    plan: gr.Plan

    def report(self, **options: object) -> gr.Report:
        return gr.report(self.plan, estimates=self.estimates, assessments=self.acme.assessments, **options)

    def manager(self) -> str:
        """Whom most people have as their manager."""
        heads = [head for head in self.acme.organization.people["manager"].tolist() if head is not None]
        return max(sorted(set(heads)), key=heads.count)

    def person(self) -> str:
        """Who has most items."""
        people = self.plan.items["person"].tolist()
        return max(sorted(set(people)), key=people.count)


@functools.cache
def case(people: int = 60, units: int = 6, activities: int = 20) -> Case:
    acme = gr.simulate(gr.examples.gdad(), people=people, units=units, activities=activities, seed=3, as_of=AS_OF)
    org = acme.organization
    estimates = gr.estimate(org, acme.assessments, as_of=AS_OF)
    risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    # A limit of work, since the tests need the same plan each time.
    return Case(acme, estimates, gr.optimize(org, risks, start=START, work_limit=0.05))
