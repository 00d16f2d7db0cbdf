"""The charts of a report, as Vega-Lite. Colours of text and axes come from the page, which knows light from dark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..charts._altair import import_altair
from ..charts.agreement import agreement
from ..charts.palette import RISK_LEVELS
from ..charts.severity import severity

FUNDS = 20  # bars that a chart has room for


class Drawing(NamedTuple):
    """A chart and what it shows in words; its figures stand beside it as a table."""

    key: str
    spec: dict[str, Any]
    label: str


def _drawing(key: str, chart: Any, label: str) -> Drawing:
    spec: dict[str, Any] = chart.to_dict()
    spec.pop("config", None)  # the page's, as is the title
    spec.pop("title", None)
    spec["description"] = label
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return Drawing(key, spec, label)


def _named_axis(field: str, names: dict[str, str], limit: int) -> Any:
    """An axis of keys in this order, labelled by name: two of one name stay apart."""
    alt = import_altair()
    axis = alt.Axis(labelLimit=limit, labelExpr=f"({json.dumps(names)})[datum.value]")
    return alt.Y(f"{field}:N", title=None, sort=list(names), axis=axis)


def draw_matrix(cells: Sequence[dict[str, Any]], likelihoods: Sequence[str], impacts: Sequence[str]) -> Drawing:
    alt = import_altair()
    values = [
        {
            "likelihood": likelihoods[cell["likelihood"] - 1],
            "impact": impacts[cell["impact"] - 1],
            "level": cell["level"],
            "text": cell["text"],
            "requirements": "hidden: too few people" if cell["hidden"] else cell["text"],
        }
        for cell in cells
    ]
    gaps = alt.Scale(paddingInner=0.03, paddingOuter=0)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "impact:N",
            title="impact",
            sort=list(impacts),
            axis=alt.Axis(labelAngle=0, labelLimit=70, domain=False, ticks=False),
            scale=gaps,
        ),
        y=alt.Y(
            "likelihood:N",
            title="likelihood to fall short",
            sort=list(likelihoods)[::-1],
            axis=alt.Axis(domain=False, ticks=False),
            scale=gaps,
        ),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("likelihood", "impact", "level", "requirements")],
    )
    boxes = base.mark_rect(cornerRadius=4).encode(
        color=alt.Color(
            "level:N", scale=alt.Scale(domain=list(RISK_LEVELS)), legend=alt.Legend(title=None, orient="top")
        )
    )
    # Nominal colours are those of the levels here, ordinal ones those of text upon them: see charts.js.
    text = base.mark_text(fontSize=14, fontWeight=600).encode(
        text="text:N", color=alt.Color("level:O", scale=alt.Scale(domain=list(RISK_LEVELS)), legend=None)
    )
    chart = alt.layer(boxes, text).resolve_scale(color="independent").properties(width="container", height=280)
    return _drawing("matrix", chart, "Requirements of own roles by likelihood of falling short and impact")


def draw_funds(funds: Sequence[dict[str, Any]], currency: str) -> Drawing | None:
    alt = import_altair()
    shown = [fund for fund in funds if fund["chart"]][:FUNDS]
    if not shown:
        return None
    values = []
    for place, fund in enumerate(shown):
        used, capacity = fund["chart"]["used"], fund["chart"]["capacity"]
        for part, amount in (("used", used), ("left", max(0.0, capacity - used))):
            values.append({
                "key": fund["key"], "fund": fund["name"], "order": place, "part": part,
                "rank": 0 if part == "used" else 1, "amount": round(amount, 2),
            })  # fmt: skip
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar(height=14, cornerRadius=2)
        .encode(
            x=alt.X("sum(amount):Q", title=currency, axis=alt.Axis(format="~s", tickCount=5)),
            y=_named_axis("key", {fund["key"]: fund["name"] for fund in shown}, 190),
            color=alt.Color(
                "part:N", scale=alt.Scale(domain=["used", "left"]), legend=alt.Legend(title=None, orient="top")
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("fund:N"), alt.Tooltip("part:N"), alt.Tooltip("amount:Q", format=",.2f", title=currency)
            ],
        )
        .properties(width="container", height=26 * len(shown) + 10)
    )  # fmt: skip
    drawing = _drawing("funds", chart, f"Used and left of each fund in {currency}")
    drawing.spec["usermeta"] = {"rest": True}  # the second colour is that of what is left: charts.js
    return drawing


def draw_sessions(rows: Sequence[dict[str, Any]]) -> Drawing | None:
    """The activities whose sessions are used most, each session where it lies in time."""
    alt = import_altair()
    totals: dict[str, int] = {}
    names = {row["activity_key"]: row["activity"] for row in rows}
    for row in rows:
        if row["first"] is not None and row["taken"]:
            totals[row["activity_key"]] = totals.get(row["activity_key"], 0) + row["taken"]
    if not totals:
        return None
    kept = sorted(totals, key=lambda key: (-totals[key], names[key], key))[:24]
    values = [
        {
            "key": row["activity_key"],
            "activity": row["activity"],
            "first": row["first"].isoformat(),
            "from": row["first_text"],
            "to": row["last_text"],
            "taken": row["taken"],
            "taken_text": row["taken_text"],
            "free": row["free_text"],
            "state": "full" if row["full"] else "seats free",
        }
        for row in rows
        if row["activity_key"] in kept and row["taken"]
    ]
    chart = (
        alt
        .Chart(alt.Data(values=values))
        .mark_circle(opacity=0.85)
        .encode(
            x=alt.X("first:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True, grid=True)),
            y=_named_axis("key", {key: names[key] for key in kept}, 210),
            size=alt.Size("taken:Q", scale=alt.Scale(range=[30, 260]), title="seats taken", legend=None),
            color=alt.Color(
                "state:N", scale=alt.Scale(domain=["seats free", "full"]), legend=alt.Legend(title=None, orient="top")
            ),
            tooltip=[
                alt.Tooltip("activity:N"),
                alt.Tooltip("from:N"),
                alt.Tooltip("to:N"),
                alt.Tooltip("taken_text:N", title="seats taken"),
                alt.Tooltip("free:N", title="seats free"),
            ],
        )
        .properties(width="container", height=22 * len(kept) + 20)
    )
    return _drawing("sessions", chart, "Sessions by activity and day; larger dots take more seats")


def draw_levels(key: str, name: str, labels: dict[float, str], rows: Sequence[dict[str, Any]]) -> Drawing:
    """Levels of one scale with their uncertainty against what is required: an interval, a dot and a tick each.

    To one decimal: from more, and the other ratings, what one peer said could be worked out.
    """
    alt = import_altair()
    low, high = min(labels), max(labels)
    values = []
    for row in rows:
        mean, sd = round(row["mean"], 1), round(row["sd"], 1)
        values.append({
            "key": row["capability"],
            "capability": row["name"],
            "mean": mean,
            "from": round(max(low, mean - sd), 1),
            "to": round(min(high, mean + sd), 1),
            "required": row["required"],
            "status": row["status_text"],
        })
    scale = alt.Scale(domain=[low, high], nice=False)
    words = json.dumps({f"{place:g}": label for place, label in labels.items()})
    axis = alt.Axis(values=list(labels), labelExpr=f"({words})[datum.value]", labelOverlap=True)
    base = alt.Chart(alt.Data(values=values)).encode(
        y=_named_axis("key", {row["capability"]: row["name"] for row in rows}, 210),
        tooltip=[
            alt.Tooltip("capability:N"),
            alt.Tooltip("mean:Q", title="expected level", format=".1f"),
            alt.Tooltip("required:Q", title="required", format=".1f"),
            alt.Tooltip("status:N"),
        ],
    )
    span = base.mark_bar(height=8, cornerRadius=4, opacity=0.35).encode(
        x=alt.X("from:Q", title=None, scale=scale, axis=axis), x2="to:Q"
    )
    dot = base.mark_circle(size=80, opacity=1).encode(x=alt.X("mean:Q", scale=scale))
    tick = base.mark_tick(thickness=3, size=18, style="required").encode(x=alt.X("required:Q", scale=scale))
    chart = alt.layer(span, dot, tick).properties(width="container", height=24 * len(rows) + 20)
    return _drawing(
        key, chart, f"{name}: levels believed, with one standard deviation either side, and levels required"
    )


def draw_standing(standing: dict[str, Any] | None) -> Drawing | None:
    """Severity of those who stand apart from other raters."""
    if standing is None or not (rows := standing["others"]["rows"]):
        return None
    chart = severity(rows, axis=f"severe < 0 < lenient ({standing['others']['unit']})").properties(
        width="container", height=18 * len(rows) + 10
    )
    return _drawing("raters", chart, "Severity of raters with 95 % intervals")


def draw_agreement(found: dict[str, Any] | None, x: str, y: str) -> Drawing | None:
    """How often each pair of levels was given; what would tell of few is not in it."""
    if found is None or not len(found["pairs"]):
        return None
    chart = agreement(found["pairs"], x=x, y=y).properties(width="container", height=320)
    return _drawing("agreement", chart, f"What {y} and {x} say of the same, by the number of pairs")
