"""docs/table-examples.md: rows of every table, and what they say: python table_examples.py > docs/table-examples.md

The rows are those of the folder that `gradus.examples.starter` names, and what the stages make of it. Sentences about
results take their numbers from the rows.
"""

from __future__ import annotations

import csv
import datetime
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradus as gr

sys.path.insert(0, str(Path(__file__).parent))  # whoever runs this program, and from wherever
import ledger_examples
import plan_examples

Row = Mapping[str, Any]
Pick = Mapping[str, Any]  # a row is shown if it has these cells
Say = str | Callable[[list[Row]], str]

INPUTS: dict[str, tuple[list[Pick], str]] = {
    "settings": ([{}], "All money is in euro."),
    "scales": (
        [{}],
        "Practice has four levels, one position apart. A certificate is held or not, so its scale has two.",
    ),
    "capabilities": (
        [{"capability": "data"}, {"capability": "sql"}, {"capability": "charts"}],
        "Querying databases, and charts and reports, are parts of working with data, and are measured on the scale of "
        "practice.",
    ),
    "roles": (
        [{"role": "analyst"}, {"role": "engineer"}],
        "Both belong to the family data; the engineer is the senior of the two, and a vacancy there hurts most.",
    ),
    "requirements": (
        [{"role": "adviser", "capability": "complaints"}, {"role": "engineer", "capability": "sql"}],
        "From 2026 on an adviser needs complaints at working, before it was aware. Above expert one would be "
        "over-qualified. An "
        "engineer needs expert SQL, and not to have it hurts most (5).",
    ),
    "units": ([{}], "Two units under one."),
    "people": (
        [{"person": "E05"}, {"person": "E11"}, {"person": "E12"}],
        "Philippa is an adviser in tenant services, reports to E01 and has six hours a month to learn. Henrietta's "
        "hours are not known, so "
        "they are no limit. Crispin leaves on 2026-11-01, so 31 October is the last day that he is there.",
    ),
    "positions": (
        [{"person": "E11"}],
        "Henrietta was an analyst until the end of March 2025, and is an engineer since.",
    ),
    "person_attributes": (
        [{"person": "E01"}, {"person": "E03"}],
        "E01 works full time and E03 part time. Kept for checks on discrimination; no plan sees it.",
    ),
    "target_roles": (
        [{"person": "E02"}, {"person": "E06"}],
        "Tobias may become a team leader: what he lacks for it counts 0.6 as much as what he lacks in his own role. "
        "Linus "
        "would like to be an analyst, with a weight of 0.3.",
    ),
    "personal_goals": ([{"person": "E03"}], "Imogen wants to reach working in charts. It counts 0.4."),
    "objectives": (
        [{"objective": "trust"}, {"objective": "complaints10"}],
        "That complaints are settled within ten days serves the trust of tenants, and weighs half as much again.",
    ),
    "objective_links": (
        [{"objective": "complaints10"}],
        "The objective depends wholly on complaints, in all of tenant services. It depends on listening in advisers "
        "(0.6), more in "
        "newcomers (0.8): of several rows that fit a person the strongest counts.",
    ),
    "kpi_targets": (
        [{"kpi": "days_to_settle"}],
        "The days that a complaint takes should fall to 10 by the end of 2026. One day less is worth 150 euro.",
    ),
    "activities": (
        [{"activity": "sql-start"}, {"activity": "sql-masters"}, {"activity": "charts-book"}],
        "The first course takes 14 hours on two days and costs 420 euro, all charged to funds. Of the third course's "
        "cost 20 % is paid "
        "from the person's account and 10 % by the person. The reading group runs for six weeks, and is paid from the "
        "account of who has one.",
    ),
    "outcomes": (
        [{"activity": "sql-start"}, {"activity": "sql-reports"}, {"activity": "complaints"}],
        "Who takes the first course gains a position in SQL with probability 0.95, but no more than to working. The "
        "second "
        "teaches to skilled. The workshop on complaints also helps a little with listening.",
    ),
    "activity_prerequisites": ([{}], "The three courses on SQL build on one another."),
    "clusters": (
        [{"cluster": "settle-it"}],
        "Three activities serve the same objective; two of them are meant for newcomers.",
    ),
    "sessions": (
        [{"activity": "sql-start"}, {"session": "CH-JUN"}],
        "The first course on SQL is given twice, with four seats each. In September it costs 380 instead of 420. The "
        "course on "
        "charts lasts a day, so its last day is the first.",
    ),
    "eligibility": (
        [{"activity": "sql-masters"}, {"activity": "shadowing"}],
        "The third course is for engineers and for those who aspire to be one. Beside the complaints desk sit "
        "newcomers of tenant "
        "services, and E12.",
    ),
    "mandatory": (
        [{}],
        "Everyone takes data protection by the end of June. Listening is for advisers who are newcomers: cells of one "
        "row must all match. "
        "Who aspires to lead takes coaching. E11 takes the course on charts at some time within the horizon.",
    ),
    "preferences": (
        [{"person": "E06"}, {"person": "E09"}],
        "Linus learns better than others by e-learning, Winifred less well by courses.",
    ),
    "enrolments": (
        [{"person": "E07"}, {"person": "E04"}, {"person": "E08"}, {"person": "E12"}],
        "Cordelia completed the first course in 2024. What Bartholomew is doing and what Ambrose is enrolled in stay "
        "in every plan. Crispin "
        "declined coaching: it is not offered to him again.",
    ),
    "funds": (
        [{}],
        "4,000 euro in all. Of these tenant services may use 1,100, and data 2,600 until the end of 2026. What they "
        "spend "
        "counts at the fund above, too.",
    ),
    "programs": (
        [{"program": "my-money"}],
        "Everyone may have an account for money, for courses, reading and workshops. Half of a cost is paid from it "
        "and a tenth "
        "by the person, up to 150 euro a year.",
    ),
    "accounts": (
        [{"person": "E03"}, {"person": "E09"}],
        "Imogen may still use 180 euro. Winifred has 30 hours, of which no more than 10 in a quarter.",
    ),
    "assessments": (
        [{"person": "E02"}],
        "Tobias's manager sees complaints at working, he himself at skilled. In the test on data protection he did "
        "not reach the "
        "certificate. The rater may be left out: here it is he himself, his manager, and the test.",
    ),
    "review_designs": (
        [{"design": "manager and peers"}, {"design": "manager and test"}],
        "Two rounds to choose from: in the first two peers of the unit are asked besides the manager, and four in five "
        "of those who are asked rate. In the second there is a test, on data protection alone.",
    ),
    "kpis": (
        [{"kpi": "days_to_settle"}],
        "In tenant services a complaint took 16.5 days at the end of 2025, and 15.8 three months later.",
    ),
    "rollouts": (
        [{"entity": "tenants"}],
        "Tenant services began with the activities of a cluster in February.",
    ),
    "anecdotes": (
        [{"author": "E07"}],
        "What an analyst said about the second course on SQL, and about the objective that it serves.",
    ),
}


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value).replace("|", "\\|")


def markdown(rows: list[Row], columns: list[str]) -> str:
    """A table of the columns that have something to show; the others are named below it."""
    shown = [name for name in columns if not rows or any(cell(row[name]) for row in rows)]
    lines = ["| " + " | ".join(f"`{name}`" for name in shown) + " |", "|" + "---|" * len(shown)]
    lines += ["| " + " | ".join(cell(row[name]) for name in shown) + " |" for row in rows]
    empty = [f"`{name}`" for name in columns if name not in shown]
    if empty:
        lines += ["", f"Empty in {'this row' if len(rows) == 1 else 'these rows'}: {', '.join(empty)}."]
    return "\n".join(lines)


def pick(rows: list[Row], picks: list[Pick], table: str) -> list[Row]:
    for wish in picks:
        if not any(all(row[name] == value for name, value in wish.items()) for row in rows):
            raise SystemExit(f"{table} has no row with {wish}")
    return [row for row in rows if any(all(row[name] == value for name, value in wish.items()) for wish in picks)]


def section(table: str, rows: list[Row], columns: list[str], text: str) -> str:
    anchor = table.replace(".", "")
    return f"### {table}\n\n{markdown(rows, columns)}\n\n{text} ([columns](tables.md#{anchor}))\n"


def inputs() -> list[str]:
    parts = []
    for table, (picks, text) in INPUTS.items():
        with (gr.examples.starter() / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows: list[Row] = [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]
        parts.append(section(table, pick(rows, picks, table), list(rows[0]), text))
    return parts


def results() -> list[str]:
    acme = gr.load(gr.examples.starter())
    org, day = acme.organization, "2026-03-31"
    estimates = gr.estimate(org, acme.assessments, as_of=day)
    gaps = gr.find_gaps(org, estimates)
    risks = gr.assess_risk(org, gaps)
    plan = gr.optimize(org, risks, start="2026-04-01")

    seen = [*acme.assessments, {"person": "E02", "capability": "privacy", "level": "certified", "source": "test"}]
    seen[-1]["date"] = "2026-06-15"
    later = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, seen, as_of="2026-06-30")))
    poor = org.with_tables(funds=[{"fund": "learning", "amount": 300}])
    rated = {"person": ["E11"], "capability": ["sql"], "mean": [4.0], "sd": [0.2], "last": ["2026-08-14"]}
    proposal = plan.replan("E11", estimates=rated, as_of="2026-08-14")
    left = gr.Remaining(plan)
    goals = gr.write_goals(plan, assessments=acme.assessments)
    left.try_take(proposal)
    again = left.try_take(proposal)
    strict = gr.optimize(poor, gr.assess_risk(poor, gr.find_gaps(poor, estimates)), start="2026-04-01")
    try:
        wrong = [{"person": "E99", "capability": "sql", "level": "great", "source": "manager"}]
        gr.Assessments.from_table(org, wrong)
        raise SystemExit("a wrong rating was taken")
    except gr.Error as error:
        assert error.problems is not None
        problems = error.problems

    reviewed = gr.review_design(org, acme.review_designs, as_of="2026-06-30", assessments=acme.assessments)
    made = gr.simulate_assessments(org, acme.review_designs, as_of="2026-06-30", name="manager")

    someone = [{"person": "E02", "capability": "complaints"}]
    own = [{"person": "E02", "capability": "complaints", "basis": "role"}]
    stated: list[tuple[str, gr.Table, list[Pick], Say]] = [
        (
            "problems",
            problems,
            [{}],
            "One rating with two faults: nobody has the key E99, and the scale has no level great.",
        ),
        (
            "estimates",
            estimates,
            someone,
            lambda r: (
                f"Two ratings, of which the newest is of {r[0]['last']}, put Tobias at {r[0]['mean']:.2f}, give or "
                f"take "
                f"{r[0]['sd']:.2f}. Their plain mean is {r[0]['as_rated']:g}. They took away {r[0]['evidence']:.0%} "
                f"of the doubt "
                "that there was before."
            ),
        ),
        (
            "raters",
            estimates.raters,
            [{"rater": "E01", "source": "manager"}, {"rater": "E02", "source": "self"}],
            lambda r: (
                f"{r[0]['ratings']} ratings of {r[0]['people']} people tell {r[0]['identifiability']:.0%} of what "
                f"was not known of the manager E01: a little severe, by {-r[0]['severity']:.2f} of the range of a "
                f"scale, give or take "
                f"{r[0]['severity_sd']:.2f}."
            ),
        ),
        (
            "sources",
            estimates.sources,
            [{"source": "manager"}, {"source": "test"}],
            lambda r: (
                f"Managers rate {-r[0]['bias']:.2f} of the range below what a test says, give or take "
                f"{r[0]['bias_sd']:.2f}. The test "
                f"is the reference, so its bias is 0."
            ),
        ),
        (
            "variances",
            estimates.variances,
            [{"term": "person"}, {"term": "severity", "source": "manager"}],
            lambda r: (
                f"With 44 ratings most of what is known is the prior: {r[0]['prior_share']:.0%} of how people differ, "
                f"{r[1]['prior_share']:.0%} of how managers do."
            ),
        ),
        (
            "fairness",
            estimates.fairness(2),
            [{"source": "manager"}],
            lambda r: (
                f"Of {r[0]['people']} people with the value {r[0]['value']}, against {r[0]['others']} others: the "
                f"smallest difference that "
                f"would be seen is {r[0]['detectable']:.2f} of the range, and {r[0]['difference']:.2f} says nothing."
            ),
        ),
        (
            "residuals",
            estimates.residuals,
            someone,
            lambda r: (
                f"From all other ratings one would expect Tobias to give himself {r[0]['expected']:.1f}. He gives "
                f"himself {r[0]['level']:g}: {abs(r[0]['standardised']):.1f} standard deviations "
                f"{'above' if r[0]['residual'] > 0 else 'below'}, so nothing out of the ordinary."
            ),
        ),
        (
            "ratings_by_source",
            gr.ratings_by_source(org, acme.assessments, as_of=day),
            someone,
            lambda r: f"Tobias sees himself at {r[0]['mean']:g}, his manager sees him at {r[1]['mean']:g}.",
        ),
        (
            "design_review",
            reviewed,
            [{}],
            lambda r: (
                f"Without a round, a level is known to ±{r[0]['interval'] / 2:.2f} of the range of a scale (95 %). "
                f"Ratings by managers would make that ±{r[1]['interval'] / 2:.2f}, and with peers "
                f"±{r[2]['interval'] / 2:.2f}."
            ),
        ),
        (
            "design_review_capabilities",
            reviewed.capabilities,
            [{"capability": "privacy"}],
            lambda r: (
                f"Of {r[0]['people']} people, levels in data protection are known to ±{r[0]['interval'] / 2:.2f} "
                f"(95 %). After a test of it, that would be ±{r[-1]['interval'] / 2:.2f}."
            ),
        ),
        (
            "true_levels",
            made.levels,
            someone,
            lambda r: (
                f"In a round that was drawn by chance, Tobias has a level of {r[0]['level']:.2f} in complaints: not "
                "his own, but one that he could have."
            ),
        ),
        (
            "gaps",
            gaps,
            [*own, {"person": "E02", "capability": "privacy", "basis": "role"}],
            lambda r: (
                f"An adviser needs complaints at {r[0]['required']:g}. Tobias is below it with probability "
                f"{r[0]['likelihood']:.2f}. He "
                f"almost certainly lacks data protection: {r[1]['shortfall']:.2f} positions on average."
            ),
        ),
        (
            "risks",
            risks,
            [*own, {"person": "E02", "capability": "privacy", "basis": "role"}],
            lambda r: (
                f"Without data protection {r[1]['criticality']:g} × {r[1]['strategic_weight']:.3g} = "
                f"{r[1]['impact']:.3g} of impact is at "
                f"stake: {r[1]['risk_level']}. Complaints are {r[0]['risk_level']}, since he is likely to meet what "
                f"is required. (The columns of `gaps` come first; "
                "they are left out here.)"
            ),
        ),
        (
            "risk_changes",
            gr.compare(risks, later),
            [{}],
            lambda r: (
                "In June E02 passes the test on data protection. All other ratings have aged by three months, so what "
                "they say "
                f"is a little less sure. Both are changes of the estimate: {r[3]['rows']} rows, whose exposure goes "
                f"from "
                f"{r[3]['exposure_before']:.2f} to {r[3]['exposure_after']:.2f}."
            ),
        ),
        (
            "heat_map",
            gr.heat_map(org, risks, by="unit"),
            [{"member": "data", "capability": "sql"}, {"member": "tenants", "capability": "listening"}],
            lambda r: (
                f"In the unit data {r[0]['requirements']} people need SQL, and {r[0]['below']:.2f} of them are "
                f"expected to lack "
                f"it: an exposure of {r[0]['exposure']:.1f}."
            ),
        ),
        (
            "concentration",
            gr.concentration(org, estimates),
            [{"capability": "sql"}],
            lambda r: (
                f"{r[0]['required_by']} people's roles require SQL at {r[0]['level']:g}; {r[0]['holders']:.2f} people "
                f"are "
                f"expected to have it. At {r[1]['level']:g} it is {r[1]['holders']:.2f}: fewer than two, a single "
                f"point."
            ),
        ),
        (
            "plan.items",
            plan.items,
            [{"person": "E09"}],
            lambda r: (
                f"What Winifred takes, in order of last day, and why. All of it costs {sum(x['cost'] for x in r):g} "
                f"euro and removes "
                f"{sum(x['gain'] for x in r):.2f} of exposure, averaged over the year."
            ),
        ),
        (
            "plan.people",
            plan.people,
            [{"person": "E09"}],
            lambda r: (
                f"{r[0]['activities']} items, {r[0]['hours']:g} hours, {r[0]['cost']:g} euro. Her exposure is "
                f"expected to "
                f"fall from {r[0]['exposure_before']:.2f} to {r[0]['exposure_after']:.2f} by the end of the year."
            ),
        ),
        (
            "plan.goals",
            plan.goals,
            [{"person": "E09", "basis": "role"}],
            lambda r: (
                f"In {r[0]['capability']} she is expected to come from {r[0]['from_mean']:.2f} to "
                f"{r[0]['to_mean']:.2f}, where "
                f"{r[0]['required']:g} is required. The last of what helps with it has taken effect by {r[0]['due']}."
            ),
        ),
        (
            "plan.resources",
            plan.resources,
            [{"resource": "data"}, {"resource": "learning"}, {"resource": "LI-APR"}],
            lambda r: (
                f"One more euro in the fund data would remove {r[0]['price']:.2g} of exposure, at the margin. The "
                f"fund above has money "
                f"left and a price of {r[1]['price']:g}. One more seat in the session of April would remove "
                f"{r[2]['price']:.2g}."
            ),
        ),
        (
            "plan.conflicts",
            strict.conflicts,
            [{}],
            lambda r: (
                f"The plan above has none. These come about with 300 euro in one fund for all: {r[0]['person']} must "
                f"take "
                f"{r[0]['activity']}, which costs the fund {r[0]['demanded']:g}, and {r[0]['capacity']:g} is left."
            ),
        ),
        (
            "plan.certificate",
            plan.certificate,
            [{}],
            lambda r: (
                f"The plan removes {r[0]['value']:.2f} of exposure, averaged over the year. No plan within the limits "
                f"removes more than "
                f"{r[0]['bound']:.2f}, which is {r[0]['gap']:.2%} of that away."
            ),
        ),
        ("violations", plan.verify().violations, [], "None: the plan holds."),
        (
            "goals",
            goals,
            [{"person": "E09"}],
            lambda r: (
                f"Winifred's first goal takes {r[0]['hours']:g} hours and {r[0]['cost']:g} euro. Its probability is "
                f"{r[0]['probability']:.0%}, so it is no achievable goal yet."
            ),
        ),
        (
            "milestones",
            goals.milestones,
            [{"person": "E09"}],
            "The steps to it: who looks at what when, and the level that is expected then.",
        ),
        (
            "goal_checks",
            gr.check_goal(
                org, risks, {"person": "E03", "capability": "charts", "level": "skilled"}, assessments=acme.assessments
            ),
            [{}],
            "A goal that Imogen wrote, with nothing but a level: what it lacks of being SMART.",
        ),
        (
            "trace",
            gr.trace_items(plan, person="E09"),
            [{}],
            "What she takes, the goals that it serves and the objectives that depend on these, each with its share.",
        ),
        (
            "objective_trace",
            gr.trace_objectives(plan),
            [{}],
            "What is done for each objective, with those below it. Money of those without a parent and of the last "
            "row adds up to all that the plan costs.",
        ),
        (
            "proposal",
            proposal.proposal,
            [{}],
            lambda r: (
                f"In August Henrietta is rated an expert in SQL: what she should do now is to give up "
                f"{r[0]['dropped']} item. It would remove nothing more, and the money that comes back is worth "
                f"{-r[0]['price']:.3f} of exposure to others."
            ),
        ),
        (
            "proposal.changes",
            proposal.changes,
            [{}],
            "What she would give up: the masterclass on SQL in November.",
        ),
        (
            "proposal.uses",
            proposal.uses,
            [{}],
            "What comes back, and what it is worth at the plan's prices.",
        ),
        (
            "remaining",
            left.resources,
            [{"resource": "data"}],
            lambda r: f"After the proposal was taken {r[0]['left']:,.2f} euro are left in the fund data.",
        ),
        (
            "refusal",
            again.refusal,
            [{}],
            "The proposal cannot be taken twice: she no longer holds what it starts from.",
        ),
        (
            "recommendations",
            plan.recommend("E03"),
            [{}],
            "What would help Imogen, best first: what is planned, and what stops the rest.",
        ),
    ]
    parts = []
    accounts = ledger_examples.results(org)
    asked = [one for one in accounts if one[0] in ("receipts", "spending_parts")]
    for name, table, picks, say in [*stated, *asked, *plan_examples.results(org), *accounts[len(asked) :]]:
        rows = pick(list(table), picks, name)
        columns = [column.name for column in table.columns]
        if name == "risks":
            columns = [*columns[:4], *columns[columns.index("criticality") :]]
        parts.append(section(name, rows, columns, say if isinstance(say, str) else say(rows)))
    return parts


def page() -> str:
    return "\n".join([
        "# Tables by example\n",
        "<!-- Made by docs/_site/table_examples.py from the starter folder. Do not edit. -->\n",
        "Rows of every table, and what they say. [Tables](tables.md) describes each column.\n",
        "The inputs are those of Larkfield Homes, twelve made-up people in three units:",
        "`python/gradus/examples/starter`. `gradus example FOLDER` writes them to a",
        "folder of yours, and `gr.load(gr.examples.starter())` reads them. Every file of it has more columns and rows "
        "than are shown.\n",
        "## Input tables of an organisation\n",
        *inputs()[:-4],
        "## Input tables of what was seen\n",
        *inputs()[-4:],
        "## Input tables of accounts\n",
        *(
            section(name, rows, list(rows[0]), text)
            for name in ("requests", "plan_requests", "stages")
            for rows, text in [{**ledger_examples.INPUTS, **plan_examples.INPUTS}[name]]
        ),
        "## Result tables\n",
        "What the stages make of these tables as of 2026-03-31, and a plan for the year from 2026-04-01.\n",
        *results(),
    ])


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(page())
