"""What is shown of a result says first what a reader wants to know, as text and as HTML."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import gradus as gr
from conftest import AS_OF, START
from gradus import _text

VOID = {"br"}


class Tags(HTMLParser):
    """Whether tags nest, and what text they hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            # A colour that fits a light page is wrong on a dark one.
            assert name != "style" or set((value or "").split(":")[0].split()) == {"text-align"}, value
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def shown(acme: gr.Dataset, acme_risks: gr.Risks) -> dict[str, Any]:
    org = acme.organization
    estimates = gr.estimate(org, acme.assessments, as_of=AS_OF)
    gaps = gr.find_gaps(org, estimates)
    plan = gr.optimize(org, acme_risks, start=START)
    return {
        "dataset": acme,
        "organization": org,
        "assessments": acme.assessments,
        "estimates": estimates,
        "raters": estimates.raters,
        "sources": estimates.sources,
        "variances": estimates.variances,
        "residuals": estimates.residuals,
        "fairness": estimates.fairness(),
        "gaps": gaps,
        "risks": acme_risks,
        "heat_map": gr.heat_map(org, acme_risks),
        "concentration": gr.concentration(org, estimates),
        "plan": plan,
        "verification": plan.verify(),
        "problems": org.problems,
        **{name: getattr(plan, name) for name in ("items", "people", "goals", "resources", "conflicts", "certificate")},
    }


NAMES = (
    "dataset organization assessments estimates raters sources variances residuals fairness gaps risks heat_map "
    "concentration plan verification problems items people goals resources conflicts certificate"
).split()


@pytest.mark.parametrize("name", NAMES)
def test_html_is_sound_small_and_fits_any_page(shown: dict[str, Any], name: str) -> None:
    html = shown[name]._repr_html_()
    assert Tags(html).text.strip()
    assert len(html) < 12_000


def headline(shown: dict[str, Any], name: str) -> str:
    first: str = repr(shown[name]).splitlines()[0]
    html = Tags(shown[name]._repr_html_()).text
    # The same words come first in the page.
    assert html.startswith(first) or name == "dataset"
    return first


def test_risks_say_how_much_and_where(shown: dict[str, Any]) -> None:
    risks = shown["risks"]
    first = headline(shown, "risks")
    assert f"{len(risks):,} requirements" in first and f"exposure {risks['exposure'].sum():,.1f}" in first
    sums = {key: risks["exposure"][risks["capability"] == key].sum() for key in set(risks["capability"])}
    greatest = max(sums, key=lambda key: sums[key])
    assert f"greatest: {greatest} ({sums[greatest]:,.1f})" in first
    assert f"{(risks['risk_level'] == 'extreme').sum():,} extreme" in first


def test_the_certificate_says_what_is_left(shown: dict[str, Any]) -> None:
    plan = shown["plan"]
    assert headline(shown, "certificate") == f"certificate: at most {plan.gap:.2%} is left on the table"
    assert f"at most {plan.gap:.2%} is left on the table" in headline(shown, "plan")
    assert f"{plan.value:,.2f} of exposure is removed" in headline(shown, "plan")


def test_an_optimal_plan_leaves_nothing(plan: gr.Plan) -> None:
    assert repr(plan.certificate).splitlines()[0] == "certificate: no plan removes more"
    assert "no plan removes more" in repr(plan).splitlines()[0]


def test_estimates_say_how_sure_they_are(shown: dict[str, Any]) -> None:
    estimates = shown["estimates"]
    first = headline(shown, "estimates")
    assert f"{len(estimates):,} levels of 60 people" in first
    assert f"{(estimates['ratings'] > 0).sum():,} of them rated" in first
    width = 1.96 * float(np.median(estimates["sd"]))
    assert f"±{width:.2g}" in first


def test_warnings_are_seen(org: gr.Organization) -> None:
    person, capability = org.people["person"][0], org.capabilities["capability"][0]
    row = {"person": person, "capability": capability, "level": org.scales["position"][0], "source": "test"}
    undated = gr.Assessments.from_table(org, [row, row])
    late = gr.Assessments.from_table(org, [{**row, "date": "2026-12-31"}])
    estimates = gr.estimate(org, late, as_of="2026-03-31")
    for table, first in ((undated, "2 ratings have no date"), (estimates, "1 rating")):
        assert table.problems is not None and len(table.problems) == 1
        told = f"1 warning, see .problems: {table.problems['message'][0]}"
        assert told.startswith(f"1 warning, see .problems: {first}")
        assert told in " ".join(repr(table).split()) and told in table._repr_html_()
    dated = gr.Assessments.from_table(org, [{**row, "date": "2026-01-31"}])
    assert ".problems" not in repr(dated) and ".problems" not in dated._repr_html_()


def test_gaps_say_what_is_expected_not_to_be_met(shown: dict[str, Any]) -> None:
    gaps = shown["gaps"]
    first = headline(shown, "gaps")
    assert f"{gaps['likelihood'].sum():,.0f} expected not to be met" in first
    assert f"{(gaps['status'] == 'unknown').sum():,} unknown" in first


def test_heat_maps_say_where_it_is_greatest(shown: dict[str, Any]) -> None:
    heat = shown["heat_map"]
    greatest = heat.rows()[int(np.argmax(heat["exposure"]))]
    assert f"{greatest['capability']} in {greatest['member']}" in headline(shown, "heat_map")


def test_tables_of_a_plan(shown: dict[str, Any]) -> None:
    plan = shown["plan"]
    assert f"{plan.items['fund_cost'].sum():,.0f} from funds" in headline(shown, "items")
    assert f"removed, on average over the time: {plan.value:,.2f}" in headline(shown, "goals")
    assert "60 people" in headline(shown, "people")
    binding = plan.resources["binding"] & (plan.resources["kind"] == "fund")
    dearest = plan.resources["resource"][np.argmax(np.where(binding, plan.resources["price"], -1))]
    assert f"most {dearest}" in headline(shown, "resources")
    assert headline(shown, "conflicts") == "conflicts: all that is mandatory is in the plan"


def test_conflicts_are_counted_by_limit(tables: Any, risks: gr.Risks) -> None:
    org = gr.Organization.from_tables(**{**tables, "mandatory": {"activity": ["A1", "A2"]}})
    plan = gr.optimize(org, risks, start=START)
    limits = plan.conflicts["limit"].tolist()
    assert f"{limits.count('fund')} by fund" in repr(plan.conflicts).splitlines()[0]


def test_nobody_is_named_where_a_count_will_do(shown: dict[str, Any]) -> None:
    people = set(shown["organization"].people["person"]) | set(shown["organization"].people["name"])
    for name in NAMES:
        first = headline(shown, name)
        assert not [person for person in people if person and person in first.replace("P(", "")], first


def test_an_organisation_says_who_it_is(shown: dict[str, Any]) -> None:
    org = shown["organization"]
    assert f"60 people, {len(org.roles)} roles" in headline(shown, "organization")
    assert f"{len(org.problems)} warnings, see .problems" in headline(shown, "organization")
    assert "ratings of" in Tags(shown["dataset"]._repr_html_()).text


def test_a_verification_says_whether_it_holds(shown: dict[str, Any]) -> None:
    assert headline(shown, "verification").startswith("The plan holds")


def test_empty_tables_say_so() -> None:
    org = gr.Organization.from_tables()
    estimates = gr.Estimates.from_table(org, {"person": [], "capability": [], "mean": [], "sd": []}, as_of=AS_OF)
    risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    plan = gr.optimize(org, risks, start=START)
    for one in (org, estimates, risks, gr.heat_map(org, risks), plan, plan.items, plan.resources, plan.goals):
        assert repr(one) and Tags(one._repr_html_()).text
    assert "nothing is planned" in repr(plan.items)


def test_small_prices_are_not_shown_as_nothing(shown: dict[str, Any]) -> None:
    resources = shown["resources"]
    smallest = min(price for price in resources["price"] if price > 0)
    assert smallest < 1e-4 and f"{smallest:.3g}" in repr(resources)


def test_small_numbers_have_three_digits() -> None:
    def cells(*values: float) -> list[str]:
        return _text.cells(np.array(values), "real")

    assert cells(0.000123, 0.45, 0, 1234.5) == ["0.000123", "0.45", "0", "1,234"]  # a price per euro, one per seat
    assert cells(0.00123, 0.00456) == ["0.00123", "0.00456"]
    assert cells(0.0012, 0.97, np.nan) == ["0.001", "0.970", ""]
