"""Charts: colours that everyone can tell apart, and specifications that say what they show."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import numpy as np
import pytest

import gradus as gr
from conftest import AS_OF, START, small_ratings
from gradus.charts import DARK, LIGHT, Palette, risk_matrix
from gradus.charts.palette import RISK_LEVELS

PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])

# Linear RGB as seen with and without each kind of cone: Machado, Oliveira & Fernandes (2009), severity 1.
VISIONS = {
    "all cones": np.eye(3),
    "no L cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no M cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no S cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], LUMINANCE, [0.0193339, 0.1191920, 0.9503041]])
WHITE = np.array([0.95047, 1, 1.08883])


def linear(colour: str) -> Any:
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: Any) -> Any:
    """CIE L*a*b* of what is seen."""
    relative = XYZ @ np.clip(np.asarray(vision) @ linear(colour), 0, 1) / WHITE
    f = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(linear(colour) @ LUMINANCE) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def apart(colours: Any) -> float:
    """The least distance of any two colours, to any eye."""
    return min(
        float(np.linalg.norm(lab(one, vision) - lab(other, vision)))
        for vision in VISIONS.values()
        for one, other in itertools.combinations(colours, 2)
    )


@PALETTES
def test_colours_are_told_apart_by_all_readers(palette: Palette) -> None:
    assert apart(palette.levels.values()) >= 20
    assert apart(palette.series) >= 30
    greys = [lab(palette.levels[level], np.eye(3))[0] for level in RISK_LEVELS]
    ground = lab(palette.ground, np.eye(3))[0]
    distances = [abs(grey - ground) for grey in greys]
    assert distances == sorted(distances)


@PALETTES
def test_text_and_series_stand_out(palette: Palette) -> None:
    for level in RISK_LEVELS:
        assert contrast(palette.levels[level], palette.on_levels[level]) >= 4.5, level
    assert min(contrast(palette.ground, text) for text in (palette.text, palette.muted)) >= 4.5
    assert min(contrast(palette.ground, colour) for colour in (*palette.series, palette.levels["high"])) >= 3


def titles(spec: dict[str, Any]) -> list[str]:
    """The titles of all axes."""
    spec = spec.get("spec", spec)  # of a chart with panels
    parts = [spec, *spec.get("layer", []), *spec.get("hconcat", []), *spec.get("vconcat", [])]
    return [part["encoding"][axis].get("title") for part in parts for axis in "xy" if axis in part.get("encoding", {})]


def checked(chart: Any, palette: Palette = LIGHT) -> dict[str, Any]:
    """The specification of a chart, which is valid, says what it shows, and can be restyled and joined."""
    spec: dict[str, Any] = chart.to_dict()
    assert spec["title"]["text"] and spec["description"].endswith(".")
    named = titles(spec)
    assert named and all(named)
    assert "tooltip" in str(spec)
    restyled = chart.configure(**palette.config()).to_dict()
    assert restyled["config"]["background"] == palette.ground
    (chart | chart).to_dict()
    return spec


def values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows of a specification."""
    rows = [row for data in spec.get("datasets", {}).values() for row in data]
    for part in (spec, *spec.get("layer", [])):
        rows += part.get("data", {}).get("values", [])
    return rows


@PALETTES
def test_the_matrix_counts_everyone_once(acme_risks: gr.Risks, palette: Palette) -> None:
    spec = checked(risk_matrix(acme_risks, palette=palette), palette)
    rows = values(spec)
    assert len(rows) == 25
    assert sum(row["requirements"] for row in rows) == len(acme_risks)
    assert sum(row["exposure"] for row in rows) == pytest.approx(float(np.sum(acme_risks["exposure"])))
    for row in rows:
        inside = (acme_risks["likelihood_band"] == row["likelihood_band"]) & (
            acme_risks["impact_band"] == row["impact_band"]
        )
        assert row["requirements"] == inside.sum()
        assert row["people"] == len(set(acme_risks["person"][inside]))
        assert not inside.any() or set(acme_risks["risk_level"][inside]) == {row["risk_level"]}
    assert f"{len(acme_risks):,} requirements" in spec["description"]


def test_the_matrix_takes_frames_and_its_own_cells(acme_risks: gr.Risks) -> None:
    from gradus.charts.risk_matrix import cells

    spec = risk_matrix(acme_risks).to_dict()
    assert values(risk_matrix(acme_risks.to_pandas()).to_dict()) == values(spec)
    assert values(risk_matrix(cells(acme_risks)).to_dict()) == values(spec)


def test_bands_are_named_by_their_cuts(acme_risks: gr.Risks) -> None:
    rows = values(risk_matrix(acme_risks, likelihood_bands=(0.1, 0.125, 0.5, 0.8)).to_dict())
    assert {row["likelihood"] for row in rows} == {"< 10 %", "10–12.5 %", "12.5–50 %", "50–80 %", "≥ 80 %"}


@pytest.fixture(scope="module")
def acme_estimates(acme: gr.Dataset) -> gr.Estimates:
    return gr.estimate(acme.organization, acme.assessments, as_of=AS_OF)


@pytest.fixture(scope="module")
def acme_plan(acme: gr.Dataset, acme_risks: gr.Risks) -> gr.Plan:
    return gr.optimize(acme.organization, acme_risks, start=START)


@PALETTES
def test_every_plot_is_valid_and_says_what_it_shows(
    palette: Palette, acme: gr.Dataset, acme_estimates: gr.Estimates, acme_risks: gr.Risks, acme_plan: gr.Plan
) -> None:
    """And can be drawn: Vega-Lite compiles it to a picture."""
    import vl_convert

    dark = palette is DARK
    curve = gr.budget_curve(acme_plan, shares=(0, 1))
    heat = gr.heat_map(acme.organization, acme_risks, by="unit")
    plots = [
        lambda dark: acme_estimates.plot(person="P01", requirements=acme_risks, dark=dark),
        lambda dark: acme_estimates.plot(capability="User focus", dark=dark),
        acme_risks.plot,
        heat.plot,
        lambda dark: heat.plot(colour="risk_level", dark=dark),
        acme_plan.plot,
        lambda dark: acme_plan.plot("P01", dark=dark),
        acme_plan.resources.plot,
        lambda dark: acme_plan.resources.plot(kind="session", dark=dark),
        curve.plot,
    ]
    for plot in plots:
        if not dark:
            checked(plot(dark=False), palette)
        spec = plot(dark=dark).to_dict()
        assert ("background" in spec["config"]) == dark
        assert vl_convert.vegalite_to_png(spec).startswith(b"\x89PNG")


def test_intervals_are_of_one_person_or_capability(acme_estimates: gr.Estimates, acme_risks: gr.Risks) -> None:
    with pytest.raises(gr.Error, match="give person= or capability="):
        acme_estimates.plot()
    with pytest.raises(gr.Error, match="nearest is 'P01'"):
        acme_estimates.plot(person="P001")
    with pytest.raises(gr.Error, match="most must be"):
        acme_estimates.plot(person="P01", most=0)
    with pytest.raises(gr.Error, match="there are no levels"):
        acme_estimates.plot(capability=next(
            key for key in acme_estimates.keys("capability") if key not in set(acme_estimates["capability"])
        ))  # fmt: skip
    rows = values(acme_estimates.plot(person="P01", requirements=acme_risks).to_dict())
    own = [row for row in acme_estimates if row["person"] == "P01"]
    assert {row["label"] for row in rows} == {row["capability"] for row in own}
    by_label = {row["label"]: row for row in rows}
    for row in own:
        shown = by_label[row["capability"]]
        assert shown["low"] == pytest.approx(row["mean"] - 1.96 * row["sd"])
        assert shown["high"] == pytest.approx(row["mean"] + 1.96 * row["sd"])
    wanted = [row for row in acme_risks if row["person"] == "P01" and row["basis"] == "role"]
    assert wanted and all(by_label[row["capability"]]["required"] == row["required"] for row in wanted)
    distance = [row["mean"] - row["required"] for row in rows if row["required"] is not None]
    assert distance == sorted(distance)


def test_what_a_role_requires_is_told_from_what_is_wanted_besides(tables: Any) -> None:
    """The role first: a target role or a goal may ask for more, or for what the role does not."""
    tables["roles"] = {"role": ["Analyst", "Boss"]}
    tables["requirements"] = {
        "role": ["Analyst", "Boss", "Boss"], "capability": ["SQL", "SQL", "Writing"],
        "level": ["Working", "Expert", "Practitioner"],
    }  # fmt: skip
    tables["target_roles"] = {"person": ["007"], "role": ["Boss"]}
    tables["personal_goals"] = {"person": ["007"], "capability": ["SQL"], "level": ["Practitioner"]}
    org = gr.Organization.from_tables(**tables)
    estimates = gr.estimate(org, small_ratings(), as_of=AS_OF)
    gaps = gr.find_gaps(org, estimates)
    assert len([row for row in gaps if row["person"] == "007"]) == 4
    spec = checked(estimates.plot(person="007", requirements=gaps))
    rows = [row for data in spec["datasets"].values() for row in data] if "datasets" in spec else values(spec)
    found = {row["label"]: (row["required"], row["wanted"]) for row in rows}
    assert found == {"SQL": (2.0, 4.0), "Writing": (None, 3.0)}
    assert "target role or goal" in str(spec) and "2 capabilities. Required by the role: 1;" in spec["description"]
    one = estimates.plot(person="E2", requirements=gaps).to_dict()
    assert "1 capability." in one["description"] and "target role or goal" not in str(one["layer"][0])


def test_more_levels_than_can_be_read_are_cut_and_it_is_said(acme_estimates: gr.Estimates) -> None:
    spec = acme_estimates.plot(capability="User focus", most=5).to_dict()
    assert len(values(spec)) == 5 and spec["title"]["subtitle"].startswith("5 of ")


def test_heat_maps_say_what_they_leave_out(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    heat = gr.heat_map(acme.organization, acme_risks, by="role")
    spec = heat.plot(most=3).to_dict()
    rows = values(spec)
    assert {row["exposure"] for row in rows} <= set(heat["exposure"].tolist())
    assert len({row["member"] for row in rows}) <= 3 and len({row["capability"] for row in rows}) <= 3
    share = sum(row["exposure"] for row in rows) / heat["exposure"].sum()
    assert f"{share:.0%} of the exposure" in spec["title"]["subtitle"]
    whole = values(heat.plot(most=200).to_dict())
    assert sum(row["exposure"] for row in whole) == pytest.approx(heat["exposure"].sum())
    with pytest.raises(gr.Error, match="most must be"):
        heat.plot(most=201)
    with pytest.raises(gr.Error, match="colour must be one of"):
        heat.plot(colour="red")


def test_the_plan_of_a_person_has_all_items_by_whole_days(acme_plan: gr.Plan) -> None:
    rows = values(acme_plan.plot("P01").to_dict())
    items = acme_plan.person("P01")
    assert sorted((row["first"], row["last"]) for row in rows) == sorted(
        (str(item["first_day"]), str(item["last_day"])) for item in items
    )
    assert all(row["until"] > row["last"] for row in rows)
    with pytest.raises(gr.Error, match="there is no person"):
        acme_plan.plot("nobody")


def test_money_adds_up_to_what_is_charged(acme_plan: gr.Plan) -> None:
    rows = values(acme_plan.plot().to_dict())
    for fund in {row["fund"] for row in rows}:
        own = [row for row in rows if row["fund"] == fund]
        assert [row["day"] for row in own] == sorted(row["day"] for row in own)
        charged = acme_plan.items["fund_cost"][acme_plan.items["fund"] == fund].sum()
        assert own[-1]["money"] == pytest.approx(charged, abs=0.01) and own[-1]["day"] == "2027-04-01"


def test_funds_beyond_the_colours_are_one_line() -> None:
    from gradus.charts import money

    columns = {
        "first_day": np.array(["2026-04-01"] * 9, dtype="datetime64[D]"),
        "fund": np.array([f"F{n}" for n in range(8)] + [None], dtype=object),
        "fund_cost": np.array([*range(1, 9), 0.0]),
    }
    rows = values(money(columns).to_dict())
    assert len(rows) == len(LIGHT.series)
    assert sum(row["money"] for row in rows) == 36 and {"other funds", "F7"} <= {row["fund"] for row in rows}
    assert values(money({name: column[:0] for name, column in columns.items()}).to_dict()) == []


def test_resources_show_what_is_scarce_first(acme_plan: gr.Plan) -> None:
    rows = values(acme_plan.resources.plot().to_dict())
    prices = [row["price"] for row in rows]
    assert prices == sorted(prices, reverse=True)
    scarce = {row["resource"] for row in rows if row["scarce"].startswith("scarce")}
    table = acme_plan.resources
    assert scarce == set(table["resource"][table["binding"] & (table["kind"] == "fund")])
    assert table.plot(most=1).to_dict()["title"]["subtitle"] == "The 1 dearest of 4"
    for most in (0, 501):
        with pytest.raises(gr.Error, match="most must be"):
            table.plot(most=most)


def test_a_fund_without_money_is_not_drawn_as_used(tables: Any, risks: gr.Risks) -> None:
    tables["funds"]["amount"] = [0]
    plan = gr.optimize(gr.Organization.from_tables(**tables), risks, start=START)
    (row,) = values(plan.resources.plot().to_dict())
    assert (row["used"], row["share"]) == (0, 0)


def test_heat_maps_name_their_members(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    heads = {by: repr(gr.heat_map(acme.organization, acme_risks, by=by)) for by in ("family", "unit", "all")}
    assert " families ×" in heads["family"] and " units ×" in heads["unit"] and " 1 group ×" in heads["all"]
    whole = gr.heat_map(acme.organization, acme_risks, by="all").plot().to_dict()
    assert whole["title"]["text"] == "Exposure by capability"


def test_cells_that_hold_each_other_are_not_called_all_exposure(acme: gr.Dataset, acme_risks: gr.Risks) -> None:
    spec = gr.heat_map(acme.organization, acme_risks, by="unit", roll_up=True).plot(most=3).to_dict()
    assert "in all" not in spec["description"] and spec["title"]["subtitle"].endswith("of the exposure of all cells")


def test_a_hundred_thousand_people_fit_into_a_chart() -> None:
    """What is drawn does not grow with the number of people."""
    many = 100_000
    draw = np.random.default_rng(1)
    columns = {
        "person": np.arange(many),
        "likelihood_band": draw.integers(1, 6, many),
        "impact_band": draw.integers(1, 6, many),
        "exposure": draw.random(many),
    }
    rows = values(risk_matrix(columns).to_dict())
    assert len(rows) == 25 and sum(row["requirements"] for row in rows) == many


def test_without_altair_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, acme_risks: gr.Risks) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ImportError, match=r"gradus\[charts\]"):
        acme_risks.plot()


DAYS = """
import datetime, sys
import vl_convert
from gradus.charts import gantt, money

day = datetime.date.fromisoformat
item = {"activity": "a", "first_day": day("2026-03-09"), "last_day": day("2026-04-14"), "reason": "pinned",
        "session": None, "hours": 1.0, "cost": 1.0, "gain": 0.0}
late = {**item, "activity": "b", "first_day": day("2026-04-20"), "last_day": day("2026-05-09")}
charged = {"first_day": ["2026-04-01", "2026-05-01"], "fund": ["F", "F"], "fund_cost": [1.0, 1.0]}
charts = [gantt([item, late], start=day("2026-04-01"), end=day("2026-05-01")), money(charged)]
sys.stdout.reconfigure(encoding="utf-8")
print(*(vl_convert.vegalite_to_svg(chart.to_dict()) for chart in charts))
"""


def test_days_are_the_same_in_every_time_zone() -> None:
    """And what is under way is drawn from its first day, though the plan starts later."""
    import os
    import subprocess
    import sys

    drawn = [
        subprocess.run(
            [sys.executable, "-c", DAYS], env={**os.environ, "TZ": zone}, capture_output=True, check=True, timeout=120
        ).stdout.decode()
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Auckland")
    ]
    # Labels for readers of the screen are in local time but for the tooltips and the axis.
    shapes = [re.sub(r'aria-label="[^"]*"', "", picture) for picture in drawn]
    assert shapes[0] == shapes[1] == shapes[2]
    for picture in drawn:
        assert "from Monday, 09 March 2026" in picture and "to Sunday, 10 May 2026" in picture
        assert "First day: 2026-03-09; Last day: 2026-04-14" in picture and "Day: 2026-04-01" in picture


# Raters and sources


@pytest.fixture(scope="module")
def believed(acme: gr.Dataset) -> gr.Estimates:
    return gr.estimate(acme.organization, acme.assessments, as_of=AS_OF)


@PALETTES
def test_severity_is_sorted_and_says_what_cannot_be_told(believed: gr.Estimates, palette: Palette) -> None:
    from gradus.charts import severity

    rows = believed.raters.rows()
    rows.sort(key=lambda row: row["severity"])
    spec = checked(severity(rows, palette=palette), palette)
    drawn = [row for row in values(spec) if "label" in row]
    assert [row["severity"] for row in drawn] == [row["severity"] for row in rows]
    told = sum(row["identifiability"] >= 0.3 for row in rows)
    assert 0 < told < len(rows) and sum(row["told"] for row in drawn) == told
    assert f"those rated: {told}; " in spec["description"]
    for row, given in zip(drawn, rows, strict=True):
        assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * given["severity_sd"])
        group = f" · group {given['component']}" if len({row["component"] for row in rows}) > 1 else ""
        assert row["label"] == f"{given['rater']} ({given['source']})" + group


def axis_labels(chart: Any, axis: str) -> list[tuple[str, float]]:
    """The labels of the axis below that are seen, each with its place, in pixels."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(chart.to_dict())
    (group,) = re.findall(rf'aria-label="X-axis titled \'{re.escape(axis)}[^"]*"(.*?)role-axis-title', drawn, re.DOTALL)
    labels = group.split("role-axis-label")[1]
    texts = re.findall(r"<text ([^>]*)>([^<]*)</text>", labels)
    seen = [(text, re.search(r"translate\(([-\d.]+),", tags)) for tags, text in texts if 'opacity="0"' not in tags]
    assert all(place and 'text-anchor="middle"' in tags for (tags, _), (_, place) in zip(texts, seen, strict=True))
    return [(text.replace("\u2212", "-"), float(place[1])) for text, place in seen if place]


@pytest.mark.parametrize("ends", [(-0.30, 0.27), (-0.25, 0.27), (-0.02, 0.4), (-1.3, 1.1)])
def test_the_axis_of_severity_has_nought_and_each_label_at_its_tick(ends: tuple[float, float]) -> None:
    from gradus.charts import severity

    given = {"source": "peer", "severity_sd": 0.0, "identifiability": 0.9, "ratings": 9, "people": 9}
    rows = [{**given, "rater": f"R{place}", "severity": end} for place, end in enumerate(ends)]
    labels = axis_labels(severity(rows), "Severity")
    figures = [float(text) for text, _ in labels]
    assert 0 in figures and 3 <= len(labels) <= 9
    # All ticks have one: the steps are alike, and so are the distances.
    assert np.allclose(np.diff(figures), figures[1] - figures[0])
    assert np.allclose(np.diff([place for _, place in labels]), labels[1][1] - labels[0][1], atol=0.6)


def test_labels_at_the_ends_of_an_axis_stand_at_their_ticks(acme: gr.Dataset, believed: gr.Estimates) -> None:
    assert len(axis_labels(believed.plot(person="P01"), "Level")) > 2
    rounds = gr.review_design(acme.organization, {"D": {"manager": 1}}, as_of=AS_OF, repetitions=1)
    assert all('"labelFlush": false' in json.dumps(part) for part in rounds.plot().to_dict()["hconcat"])
    assert '"labelFlush": false' in json.dumps(believed.residuals.plot().to_dict())
    pairs = gr.ratings_by_source(acme.organization, acme.assessments, as_of=AS_OF).plot()
    assert '"labelFlush": false' in json.dumps(pairs.to_dict())


def test_the_legend_of_levels_names_what_is_drawn(believed: gr.Estimates, acme_risks: gr.Risks) -> None:
    plain = json.dumps(believed.plot(person="P01").to_dict())
    assert "believed, with 95 % interval" in plain and "required by the role" not in plain
    with_requirements = json.dumps(believed.plot(person="P01", requirements=acme_risks).to_dict())
    assert "required by the role" in with_requirements


def test_the_plot_of_raters_shows_those_farthest_from_nought(believed: gr.Estimates) -> None:
    raters = believed.raters
    others = raters["source"] != "self"
    spec = raters.plot(most=4).to_dict()
    drawn = [row["severity"] for row in values(spec) if "label" in row]
    assert sorted(map(abs, drawn)) == sorted(np.abs(raters["severity"][others]).tolist())[-4:]
    assert f"4 of {others.sum():,}: those farthest from 0" in spec["title"]["subtitle"]
    drawn = [row for row in values(raters.plot(source="self").to_dict()) if "label" in row]
    assert {row["source"] for row in drawn} == {"self"}
    spec = raters.plot(source="manager", dark=True).to_dict()
    drawn = [row for row in values(spec) if "label" in row]
    assert {row["source"] for row in drawn} == {"manager"} and "(" not in drawn[0]["label"]
    assert spec["config"]["background"] == DARK.ground
    for options, words in (
        ({"most": 0}, "most must be from 1 to 500"),
        ({"source": "boss"}, "source must be one of self, manager"),
        ({"source": "report"}, "no rater of the source report"),
    ):
        with pytest.raises(gr.Error, match=words):
            raters.plot(**options)


def test_raters_that_ratings_do_not_connect_stand_in_groups(acme: gr.Dataset) -> None:
    """Managers who rate only their own teams: nothing but the prior compares one with the other."""
    given = acme.assessments
    assert given is not None
    rows = given.to_pandas().query("source == 'manager'").drop(columns="rater")
    raters = gr.estimate(acme.organization, rows, as_of=AS_OF).raters
    groups = len(set(raters["component"]))
    assert groups == len(raters) > 1 and f"in {groups:,} groups that ratings do not connect" in repr(raters)
    spec = raters.plot().to_dict()
    assert spec["title"]["subtitle"] == "groups that ratings do not connect: compare within a group only"
    drawn = [row for row in values(spec) if "label" in row]
    assert [row["severity"] for row in drawn] == sorted(row["severity"] for row in drawn)  # each stands alone
    assert all(" · group " in row["label"] for row in drawn)
    own = gr.estimate(acme.organization, given.to_pandas().query("source == 'self'"), as_of=AS_OF).raters
    with pytest.raises(gr.Error, match="no rater to draw; source='self' draws how people rate themselves"):
        own.plot()


@PALETTES
def test_residuals_count_every_rating_by_source(believed: gr.Estimates, palette: Palette) -> None:
    from gradus.charts import residuals

    table = believed.residuals
    columns = [table[name] for name in ("source", "expected", "standardised")]
    spec = checked(residuals(*columns, palette=palette), palette)
    for source in ("self", "manager", "peer", "test"):
        left = table["standardised"][table["source"] == source]
        outside = f"{np.mean(np.abs(left) > 1.96):.0%}".replace("%", " %")
        rows = [row for row in values(spec) if row["panel"] == f"{source}: {outside} of {len(left):,} outside"]
        cells, means = ([row for row in rows if row["what"] == what] for what in ("cell", "mean"))
        assert sum(row["ratings"] for row in cells) == sum(row["ratings"] for row in means) == len(left)
        middle = sum(row["standardised"] * row["ratings"] for row in means) / len(left)
        assert middle == pytest.approx(left.mean())
        spread = sum(row["ratings"] * row["standardised"] ** 2 for row in cells) / len(left)
        assert spread == pytest.approx(np.mean(left**2), rel=0.05)
        assert f"{source}: {outside} of {len(left):,}" in spec["description"]


def test_the_plot_of_residuals_takes_one_capability(believed: gr.Estimates) -> None:
    table = believed.residuals
    one = table["capability"][0]
    spec = table.plot(capability=one, dark=True).to_dict()
    assert sum(row["ratings"] for row in values(spec) if row["what"] == "cell") == (table["capability"] == one).sum()
    assert spec["config"]["background"] == DARK.ground
    with pytest.raises(gr.Error, match="no ratings of the capability 'SQL'"):
        table.plot(capability="SQL")


@PALETTES
def test_agreement_counts_every_pair(acme: gr.Dataset, palette: Palette) -> None:
    from gradus.charts import agreement

    table = gr.ratings_by_source(acme.organization, acme.assessments, as_of=AS_OF)
    assert isinstance(table, gr.RatingsBySource)
    said = {(row["person"], row["capability"], row["source"]): row["mean"] for row in table}
    pairs = [
        (mean, said[p, c, "self"]) for (p, c, s), mean in said.items() if s == "manager" and (p, c, "self") in said
    ]
    spec = checked(agreement(pairs, palette=palette), palette)
    cells = [row for row in values(spec) if "pairs" in row]
    assert sum(row["pairs"] for row in cells) == len(pairs)
    assert {(row["x"], row["y"]) for row in cells} == {(round(2 * x) / 2, round(2 * y) / 2) for x, y in pairs}
    above = sum(y > x for x, y in pairs) / len(pairs)
    assert f"{len(pairs):,} pairs: self above manager in {above:.0%}" in spec["description"]
    plotted = table.plot(dark=palette is DARK).to_dict()
    assert [row for row in values(plotted) if "pairs" in row] == cells


def test_agreement_needs_two_sources_that_rated_the_same(acme: gr.Dataset) -> None:
    table = gr.ratings_by_source(acme.organization, acme.assessments, as_of=AS_OF)
    one = table["capability"][0]
    spec = table.plot("peer", "self", capability=one).to_dict()
    assert 0 < sum(row["pairs"] for row in values(spec) if "pairs" in row) < 60
    for options, words in (
        ({"x": "self"}, "two sources, not 'self' twice"),
        ({"y": "boss"}, "y must be one of self"),
        ({"capability": "Juggling"}, "no ratings of the capability 'Juggling'"),
        ({"x": "report"}, "report and self rated nobody in the same capability"),
    ):
        with pytest.raises(gr.Error, match=words):
            table.plot(**options)
