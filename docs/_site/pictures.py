"""The pictures of docs/concepts.md, drawn from what the library says: python pictures.py FOLDER

Each has a background of its own, and colours for readers who prefer light or dark: it is readable on any page.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

import gradus as gr

STYLE = """
  .page { fill: #fcfcfb; stroke: #d9d8d4 }
  text { fill: #1f1f1e; font: 15px system-ui, sans-serif }
  .small { font-size: 13px; fill: #55534e } .strong { font-weight: 600 } .code { font-family: ui-monospace, monospace }
  .middle { text-anchor: middle } .end { text-anchor: end }
  .box { fill: #e8eff9; stroke: #3b6fb6 } .ask { fill: #f1f0ec; stroke: #8d8a82 }
  .line { stroke: #55534e; stroke-width: 1.5; fill: none } .head { fill: #55534e }
  .curve { stroke: #3b6fb6; stroke-width: 2.5; fill: none } .area { fill: #d9822b; opacity: .45 }
  .mark { stroke: #a8430b; stroke-width: 2; stroke-dasharray: 6 4 } .bar { fill: #3b6fb6 } .rest { fill: #d9822b }
  .tint { fill: #3b6fb6; opacity: .16 } .edge { stroke: #fcfcfb; stroke-width: 2 }
  .low { fill: #dcecdf } .moderate { fill: #f6e6b4 } .high { fill: #f3b98a } .extreme { fill: #dd7f78 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #1b1c1e; stroke: #3c3d40 }
    text { fill: #ecebe8 } .small { fill: #b5b2ab }
    .box { fill: #22344f; stroke: #7ba7e0 } .ask { fill: #2c2d30; stroke: #8d8a82 }
    .line { stroke: #b5b2ab } .head { fill: #b5b2ab } .curve { stroke: #7ba7e0 } .bar { fill: #7ba7e0 }
    .area, .rest { fill: #e39a4f } .mark { stroke: #f0b27a } .tint { fill: #7ba7e0 } .edge { stroke: #1b1c1e }
    .low { fill: #254a30 } .moderate { fill: #5b4d14 } .high { fill: #7d4519 } .extreme { fill: #8c2f2c }
  }
"""


def svg(width: int, height: int, title: str, text: str, *parts: str) -> str:
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="title text">\n<title id="title">{title}</title>\n<desc id="text">{text}</desc>\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>\n{inside}\n</svg>\n'
    )


def words(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{text}</text>'


def arrow(*points: tuple[float, float]) -> str:
    """A line through the points with a head at its end."""
    (x0, y0), (x1, y1) = points[-2:]
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    head = f'<path class="head" d="M0 0 -9 -4.5 -9 4.5Z" transform="translate({x1:g} {y1:g}) rotate({angle:g})"/>'
    return f'<polyline class="line" points="{line}"/>{head}'


def box(x: float, y: float, width: float, name: str, note: str, kind: str = "box") -> str:
    frame = f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="56" rx="6"/>'
    middle = x + width / 2
    return frame + words(middle, y + 24, name, "middle strong") + words(middle, y + 44, note, "middle small")


def flow() -> str:
    """The stages, top to bottom, with what each takes from the organisation."""
    stages = [
        ("Assessments", "ratings, checked", None),
        ("Estimates", "level ± doubt, per person and capability", "estimate()"),
        ("Gaps", "chance and size of a shortfall", "find_gaps()"),
        ("Risks", "what each gap may cost", "assess_risk()"),
        ("Plan", "who learns what and when, with its proof", "optimize()"),
    ]
    given = [
        "people, capabilities, scales",
        "scales, requirements",
        "roles, requirements, goals",
        "objectives, criticality",
        "courses, funds, seats, hours",
    ]
    aside = {1: ("concentration()", ""), 3: ("heat_map(), compare()", ""), 4: ("verify()", "")}
    parts = [
        '<rect class="ask" x="24" y="24" width="210" height="456" rx="6"/>',
        words(129, 48, "Organization", "middle strong"),
        words(129, 67, "your tables, checked together", "middle small"),
    ]
    for i, (name, note, made_by) in enumerate(stages):
        y = 24 + 100 * i
        parts += [box(290, y, 300, name, note), arrow((234, y + 28), (290, y + 28))]
        if i:
            parts += [arrow((440, y - 44), (440, y)), words(450, y - 17, made_by or "", "code")]
            parts.append(words(129, y + 33, given[i], "middle small"))
        if i in aside:
            parts += [arrow((590, y + 28), (622, y + 28)), words(630, y + 33, aside[i][0], "code")]
    text = (
        "Your tables are checked together as an Organization. Ratings become Assessments, then Estimates, Gaps, Risks "
        "and a Plan; each stage takes the table of the one before, and the organisation."
    )
    return svg(840, 504, "The flow of stages", text, *parts)


def one_level() -> dict[str, float]:
    """What is believed of one made-up person, of whom two people say different things."""
    org = gr.Organization.from_tables(
        scales={"scale": ["skill"] * 4, "level": ["awareness", "working", "practitioner", "expert"]},
        capabilities={"capability": ["SQL"], "scale": ["skill"]},
        roles={"role": ["analyst"]},
        requirements={"role": ["analyst"], "capability": ["SQL"], "level": ["practitioner"]},
        people={"person": ["E1"], "role": ["analyst"]},
    )
    ratings = {
        "person": ["E1", "E1"],
        "capability": ["SQL", "SQL"],
        "level": ["working", "practitioner"],
        "source": ["manager", "self"],
        "date": ["2026-02-15", "2026-01-10"],
    }
    gaps = gr.find_gaps(org, gr.estimate(org, ratings, as_of="2026-03-31"))
    return {name: float(gaps[name][0]) for name in ("mean", "sd", "required", "likelihood", "shortfall")}


def level() -> str:
    """A level as a distribution against a requirement."""
    found = one_level()
    mean, sd, required = found["mean"], found["sd"], found["required"]

    def place(position: float) -> float:
        return 60 + (position - 0.5) * 180

    def density(position: float) -> float:
        return 250 - 170 * math.exp(-0.5 * ((position - mean) / sd) ** 2)

    grid = np.linspace(0.5, 4.5, 161)
    curve = " ".join(f"{place(x):.1f},{density(x):.1f}" for x in grid)
    below = " ".join(f"{place(x):.1f},{density(x):.1f}" for x in grid if x <= required)
    labels = ["awareness", "working", "practitioner", "expert"]
    parts = [
        f'<polygon class="area" points="{place(0.5):g},250 {below} {place(required):g},250"/>',
        f'<polyline class="curve" points="{curve}"/>',
        f'<line class="line" x1="{place(0.5):g}" y1="250" x2="{place(4.5):g}" y2="250"/>',
        f'<line class="mark" x1="{place(required):g}" y1="56" x2="{place(required):g}" y2="250"/>',
        words(place(required) + 8, 70, "required: practitioner, 3", "strong"),
        words(place(mean), 36, f"believed: {mean:.2f}, sd {sd:.2f}", "middle strong"),
        arrow((place(mean), 44), (place(mean), 72)),
        words(place(mean) - 20, 200, f"{found['likelihood']:.0%}", "middle strong"),
        words(place(mean) - 20, 219, "below", "middle small"),
        words(place(required) + 60, 130, f"likelihood {found['likelihood']:.2f}", ""),
        words(place(required) + 60, 150, f"shortfall {found['shortfall']:.2f} positions", ""),
        *(words(place(i), 272, label, "middle small") for i, label in enumerate(labels, 1)),
        *(words(place(i), 290, str(i), "middle small") for i in range(1, 5)),
    ]
    text = (
        f"A bell curve of what is believed of a level: mean {mean:.2f}, standard deviation {sd:.2f}. The requirement "
        f"is at position {required:g}. The part of the curve below it is the likelihood, {found['likelihood']:.2f}. "
        f"On average {found['shortfall']:.2f} positions are missing."
    )
    return svg(840, 308, "A level is a distribution, set against a requirement", text, *parts)


def cuts() -> tuple[tuple[float, ...], tuple[float, ...], tuple[int, ...]]:
    from gradus._risk import IMPACT_BANDS, LEVEL_CUTS, LIKELIHOOD_BANDS

    return LIKELIHOOD_BANDS, IMPACT_BANDS, LEVEL_CUTS


def matrix() -> str:
    """The 5 × 5 matrix at the default cuts."""
    likelihood, impact, levels = cuts()
    names = ("low", "moderate", "high", "extreme")
    left, top, wide, high = 150, 40, 108, 52
    parts = []
    for row in range(5):  # likelihood, the highest on top
        y = top + (4 - row) * high
        for column in range(5):
            score = (row + 1) * (column + 1)
            name = names[sum(score > cut for cut in levels)]
            x = left + column * wide
            parts.append(f'<rect class="{name} edge" x="{x}" y="{y}" width="{wide}" height="{high}"/>')
            parts.append(words(x + wide / 2, y + high / 2 - 2, name, "middle"))
            parts.append(words(x + wide / 2, y + high / 2 + 16, str(score), "middle small"))
    for i, cut in enumerate(likelihood):
        parts.append(words(left - 10, top + (4 - i) * high + 5, f"{cut:g}", "end small"))
    for i, cut in enumerate(impact):
        parts.append(words(left + (i + 1) * wide, top + 5 * high + 20, f"{cut:g}", "middle small"))
    parts += [
        words(left - 10, top + 5 * high + 5, "0", "end small"),
        words(left - 10, top + 5, "1", "end small"),
        words(left, top + 5 * high + 20, "1", "middle small"),
        words(left + 5 * wide, top + 5 * high + 20, "10", "middle small"),
        words(20, top + 2.5 * high, "likelihood", "strong"),
        words(left + 2.5 * wide, top + 5 * high + 46, "impact", "middle strong"),
    ]
    text = (
        f"Likelihood is cut at {', '.join(f'{c:g}' for c in likelihood)}, impact at "
        f"{', '.join(f'{c:g}' for c in impact)}: five bands each. The product of both bands is the score: low to "
        f"{levels[0]}, moderate to {levels[1]}, high to {levels[2]}, extreme above."
    )
    return svg(840, 370, "The 5 by 5 matrix of risks", text, *parts)


def certificate() -> str:
    """Value, bound and gap of a plan for a made-up organisation, the gap not to scale."""
    acme = gr.simulate(gr.examples.gdad(), people=60, units=6, activities=20, seed=3)
    org = acme.organization
    risks = gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, acme.assessments, as_of="2026-03-31")))
    plan = gr.optimize(org, risks, start="2026-04-01")
    value, bound, gap = plan.value, plan.bound, plan.gap
    scale = 640 / bound
    parts = [
        words(40, 40, "what the plan removes (value)", "strong"),
        f'<rect class="bar" x="40" y="52" width="{value * scale:.1f}" height="34"/>',
        words(48 + value * scale, 75, f"{value:.2f}", "strong"),
        words(40, 122, "what no plan can pass (bound)", "strong"),
        f'<rect class="bar" x="40" y="134" width="{value * scale:.1f}" height="34"/>',
        f'<rect class="rest" x="{40 + value * scale:.1f}" y="134" width="{(bound - value) * scale:.1f}" height="34"/>',
        words(48 + bound * scale, 157, f"{bound:.2f}", "strong"),
        f'<line class="mark" x1="{40 + bound * scale:.1f}" y1="44" x2="{40 + bound * scale:.1f}" y2="186"/>',
        words(40, 214, f"gap = (bound − value) / bound = {gap:.2%}: the best plan lies somewhere in between.", ""),
        words(40, 236, f"A simulated organisation of 60 people; status {plan.status}.", "small"),
    ]
    text = (
        f"Two bars. The plan removes {value:.2f} of exposure. No plan within the limits removes more than {bound:.2f}. "
        f"The difference, {gap:.2%} of the bound, is the gap."
    )
    return svg(840, 260, "Value, bound and gap", text, *parts)


def horizon() -> str:
    """A year in four periods; one item takes effect on the day after its last."""
    left, width, day = 40, 760, 760 / 365
    names = ["April–June", "July–September", "October–December", "January–March"]
    ends = [0, 91, 183, 275, 365]
    first, last = 40, 75  # days from 1 April: 11 May to 15 June
    parts = []
    for i, name in enumerate(names):
        x, wide = left + ends[i] * day, (ends[i + 1] - ends[i]) * day
        if i % 2 == 0:
            parts.append(f'<rect class="tint" x="{x:.1f}" y="52" width="{wide:.1f}" height="150"/>')
        parts.append(words(x + wide / 2, 40, f"period {i + 1}: {name}", "middle small"))
    start, end = left + first * day, left + (last + 1) * day
    high, low = 84, 150
    parts += [
        f'<polygon class="area" points="{end:.1f},{high} {left + width},{high} {left + width},{low} {end:.1f},{low}"/>',
        f'<polyline class="curve" points="{left},{high} {end:.1f},{high} {end:.1f},{low} {left + width},{low}"/>',
        words(left + 6, high - 8, "exposure without the plan", "small"),
        words(end + 8, low + 20, "exposure with it", "small"),
        words(end + (left + width - end) / 2, (high + low) / 2 + 6, "removed: counts day by day", "middle strong"),
        f'<rect class="bar" x="{start:.1f}" y="176" width="{end - start:.1f}" height="14" rx="3"/>',
        words(start, 222, "one activity, from its first to its last day", "small"),
        words(
            left,
            250,
            "The horizon: 12 months from the start. Value is the exposure removed, averaged over all its days.",
            "",
        ),
    ]
    text = (
        "A year is cut into four periods. An activity ends in the first. From the day after, exposure is lower until "
        "the end of the year. What is removed counts for each of those days, so early help counts longer."
    )
    return svg(840, 270, "The horizon and its periods", text, *parts)


PICTURES = {"flow": flow, "level": level, "matrix": matrix, "certificate": certificate, "horizon": horizon}


def main() -> None:
    for name, draw in PICTURES.items():
        (Path(sys.argv[1]) / f"{name}.svg").write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
