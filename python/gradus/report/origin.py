"""Where the report comes from: enough to make it again."""

from __future__ import annotations

from typing import Any

from .material import Material
from .wording import DASH, day, number

NAMES = {
    "start": "First day",
    "months": "Months",
    "period_months": "Months of a period",
    "max_activities": "Most activities of a person",
    "max_capabilities": "Most capabilities of a person",
    "max_of_a_kind": "Most activities of one kind",
    "allow_overlap": "Sessions may overlap",
    "gap": "Gap asked for",
    "work_limit": "Work limit (millions of nodes)",
    "time_limit": "Time limit (seconds)",
    "change_cost": "Cost of a change",
}


def make_origin(material: Material) -> dict[str, Any]:
    provenance = material.plan.provenance
    options = material.plan.options
    rows = [
        ("Made by", f"Gradus {provenance['version']}"),
        ("State of knowledge", day(material.plan.as_of)),
        ("Digest of the inputs", provenance["inputs"]),
        ("Digest of the plan", provenance["digest"]),
        ("Time it took to plan", f"{number(provenance['seconds'], 1)} s"),
        ("Smallest group shown", f"{material.min_cell} people"),
        ("People named", "yes" if material.names else "no"),
    ]
    chosen = []
    for key, name in NAMES.items():
        value = options.get(key)
        text = DASH if value is None else "yes" if value is True else "no" if value is False else str(value)
        chosen.append((name, day(value) if key == "start" else text))
    return {"rows": rows, "options": chosen}
