"""From tables to a dated plan and its proof, with nothing but NumPy and gradus:

    python examples/plan.py

The same story in C is examples/plan.c. Each table is a dict of lists here; a data frame or an Arrow table does as well.
"""

import gradus as gr

tables = {
    "scales": {"scale": ["skill"] * 3, "level": ["basic", "skilled", "expert"]},
    "capabilities": {"capability": ["SQL", "Statistics", "Writing"], "scale": ["skill"] * 3},
    "roles": {"role": ["analyst", "lead"]},
    "requirements": {
        "role": ["analyst", "analyst", "lead", "lead", "lead"],
        "capability": ["SQL", "Statistics", "SQL", "Statistics", "Writing"],
        "level": ["skilled", "skilled", "skilled", "expert", "skilled"],
        "criticality": [3, 2, 3, 5, 2],  # 1 to 5
    },
    "people": {
        "person": ["Ada", "Ben", "Cyd", "Dee"],
        "role": ["analyst", "analyst", "analyst", "lead"],
        "unit": ["north", "north", "south", "south"],
        "hours": [6, 6, 4, 8],  # for learning, a month
    },
    "units": {"unit": ["north", "south"]},
    "activities": {
        "activity": ["sql-course", "stats-book", "stats-coach", "writing-club"],
        "hours": [12, 20, 10, 8],
        "cost": [400, 35, 900, 0],
        "days": [2, 60, 90, 30],
    },
    "outcomes": {
        "activity": ["sql-course", "stats-book", "stats-coach", "writing-club"],
        "capability": ["SQL", "Statistics", "Statistics", "Writing"],
        "uplift": [1, 0.5, 1, 0.5],  # steps of the scale
        "probability": [0.9, 0.6, 0.85, 0.7],
    },
    "sessions": {"session": ["May"], "activity": ["sql-course"], "first_day": ["2026-05-11"], "seats": [2]},
    "funds": {"fund": ["learning"], "amount": [1900]},
}
ratings = {
    "person": ["Ada", "Ada", "Ada", "Ben", "Ben", "Cyd", "Cyd", "Dee", "Dee", "Dee"],
    "capability": [
        "SQL",
        "SQL",
        "Statistics",
        "SQL",
        "Statistics",
        "SQL",
        "Statistics",
        "SQL",
        "Statistics",
        "Writing",
    ],
    "level": ["basic", "skilled", "basic", "basic", "skilled", "basic", "basic", "expert", "skilled", "basic"],
    "source": ["manager", "self", "manager", "manager", "test", "peer", "manager", "manager", "manager", "self"],
}

try:
    organization = gr.Organization.from_tables(**tables)
except gr.Error as error:  # all that is wrong, by table, row and column
    raise SystemExit(str(error)) from None
print(organization.problems)  # warnings: none here

estimates = gr.estimate(organization, ratings, as_of="2026-03-31")
print(estimates)  # what each can do, and how sure that is

risks = gr.assess_risk(organization, gr.find_gaps(organization, estimates))
print(gr.heat_map(organization, risks, by="unit"))

plan = gr.optimize(organization, risks, start="2026-04-01", months=12)
print(plan)
for item in plan.items:
    session = f", session {item['session']}" if item["session"] else ""
    print(f"{item['person']}: {item['activity']} from {item['first_day']} to {item['last_day']}{session}")
for resource in plan.resources:
    print(f"{resource['kind']} {resource['resource']}: {resource['used']:g} of {resource['capacity']:g}")
print(plan.verify())

# What would more money do?
richer = organization.with_tables(funds={"fund": ["learning"], "amount": [4000]})
more = gr.optimize(richer, gr.assess_risk(richer, gr.find_gaps(richer, estimates)), start="2026-04-01", months=12)
print(f"With 4,000 instead of 1,900 a plan removes {more.value:.2f} instead of {plan.value:.2f}")
