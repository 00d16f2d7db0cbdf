"""The report: what it says, and what it must not tell."""

from __future__ import annotations

import datetime
import html as markup
import json
import math
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import gradus as gr
from conftest import small_ratings, small_tables
from gradus import _core
from gradus._table import Table
from reported import AS_OF, START, Case, case

pytest.importorskip("altair")
pytest.importorskip("vl_convert")
pytest.importorskip("jinja2")

from gradus._objectives import objectives_served
from gradus.report.activities import make_activities
from gradus.report.assumptions import make_assumptions
from gradus.report.capabilities import make_capabilities
from gradus.report.cube import make_cube
from gradus.report.drawing import draw_funds, draw_levels, draw_sessions
from gradus.report.funds import make_funds
from gradus.report.headline import make_headline
from gradus.report.material import Material
from gradus.report.page import embedded
from gradus.report.person import _give_reasons, _glance
from gradus.report.ratings import make_ratings
from gradus.report.sessions import make_sessions
from gradus.report.single_points import make_single_points
from gradus.report.team import make_team
from gradus.report.wording import day, number, share

NASTY = "</script><b>bold</b><!-- <script>alert(1)</script> &amp; \u2028 ' \""


class Page(HTMLParser):
    """The elements of a page: text by section, and the content of its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sections: dict[str, str] = {}
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self._section = self._open = ""
        self._script: list[str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [str(given[name]) for name in ("href", "src", "action", "data", "srcset") if name in given]
        if tag == "section":
            self._section = str(given["id"])
        if tag == "script":
            self.scripts.append((given, ""))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._section = ""
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            given, text = self.scripts[-1]
            self.scripts[-1] = given, text + data
        elif self._section:
            self.sections[self._section] = self.sections.get(self._section, "") + " " + " ".join(data.split())

    def embedded(self, key: str) -> Any:
        (text,) = (text for given, text in self.scripts if given.get("id") == key)
        return json.loads(text)


def plan_of(tables: dict[str, Any], ratings: dict[str, Any] | None = None, **options: Any) -> Case:
    org = gr.Organization.from_tables(**tables)
    ratings = ratings or small_ratings()
    estimates = gr.estimate(org, ratings, as_of=AS_OF)
    risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    plan = gr.optimize(org, risks, start=START, **options)
    return Case(gr.Dataset(org, gr.Assessments.from_table(org, ratings)), estimates, plan)


@pytest.fixture(scope="module")
def acme() -> Case:
    return case()


@pytest.fixture(scope="module")
def page(acme: Case) -> Page:
    return Page(acme.report().html)


# --- what it says -------------------------------------------------------------------------------------------------


def test_it_has_every_section_in_order(page: Page) -> None:
    assert list(page.sections) == [
        "worth", "activities", "objectives", "heat-map", "matrix", "funds",
        "capabilities", "single-points", "sessions", "ratings", "conflicts", "assumptions",
        "provenance",
    ]  # fmt: skip


def test_it_says_what_is_done_for_each_objective(acme: Case, page: Page) -> None:
    rows = objectives_served(acme.plan)
    text, named = page.sections["objectives"], Page(acme.report(names=True).html).sections["objectives"]
    for row in rows[:-1]:
        assert row["name"] in text and row["name"] in named
    served = sum(row["people"] > 0 for row in rows[:-1])
    assert f"{served} of {len(rows) - 1} objectives are served by what is planned." in text
    assert "People are told in steps of 5." in text and "steps" not in named
    # Without names there is no figure but people, in steps.
    assert "Money" in named and not any(word in text for word in ("Money", "Hours", "Goals"))
    found = objectives_served(acme.plan, 5)
    assert [row["objective"] for row in found] == [row["objective"] for row in rows]
    for row, exact in zip(found, rows, strict=True):
        assert row["people"] == exact["people"] // 5 * 5 and row["few"] == (0 < exact["people"] < 5)
        assert all(row[name] is None for name in ("goals", "items", "activities", "gain", "hours", "cost"))
    roots = [row for row in rows if row["parent"] is None]
    assert math.isclose(sum(row["gain_share"] for row in roots), 1)
    without = small_tables()
    assert "objectives" not in Page(gr.report(plan_of(without).plan, names=True).html).sections


def test_the_page_of_a_person_tells_the_steps_to_each_goal(acme: Case) -> None:
    key = acme.person()
    text = " ".join(Page(acme.report(person=key).html).sections["goals"].split())
    goals = gr.write_goals(acme.plan, person=key, assessments=acme.acme.assessments).person(key)
    assert goals
    for goal in goals:
        assert goal["text"] in text and goal["measure"] in text
        for step in goal["milestones"]:
            assert day(step["date"]) in text
    assert "Your level is rated again" in text and " (you)" in text
    owners = {step["owner"] for goal in goals for step in goal["milestones"]} - {None, key}
    assert owners and "(your manager)" in text and not any(f"({owner})" in text for owner in owners)


def test_it_says_what_was_planned_and_how_good_it_is(acme: Case, page: Page) -> None:
    certificate = acme.plan.certificate.rows()[0]
    html = " ".join(acme.report().html.split())
    assert f"{certificate['items']:,} learning activities for {certificate['people']} of" in html
    worth = page.sections["worth"]
    assert f"removes {certificate['value']:.2f} of" in worth or f"removes {certificate['value']:.1f} of" in worth
    reached = f"{certificate['value'] / certificate['bound']:.1%}".replace("%", " %")
    assert f"this one reaches {reached} of it" in worth
    assert "Nobody has rated" in worth


def test_exposure_at_the_end_counts_also_people_without_items(acme: Case, page: Page) -> None:
    risks, people = acme.plan.risks, acme.plan.people
    today = float((risks["exposure"] * risks["weight"]).sum())
    end = today - float((people["exposure_before"] - people["exposure_after"]).sum())
    shown = re.findall(r"Today\s+([\d.]+)\s+At the end\s+([\d.]+)", page.sections["worth"])
    assert [(float(a), float(b)) for a, b in shown] == [(pytest.approx(today, abs=0.06), pytest.approx(end, abs=0.06))]


def test_the_heat_map_can_be_read_back(acme: Case, page: Page) -> None:
    import base64
    import zlib

    cube = page.embedded("cube")
    raw = zlib.decompress(base64.b64decode(cube["cells"]))
    columns, at = {}, 0
    for name, kind in cube["columns"]:
        size = np.dtype(kind).itemsize
        planes = np.frombuffer(raw, np.uint8, size * cube["count"], at).reshape(size, -1)
        columns[name] = np.ascontiguousarray(planes.T).view(kind).ravel()
        at += planes.size
    assert at == len(raw)
    root = (columns["unit"] == 0) & (columns["group"] == 0) & (columns["capability"] == 0)
    own = acme.plan.risks["basis"] == "role"
    assert columns["exposure"][root] == pytest.approx([acme.plan.risks["exposure"][own].sum()], rel=1e-4)
    assert (columns["people"] >= 5).all()


def test_the_matrix_counts_requirements_of_own_roles(acme: Case) -> None:
    page = Page(acme.report(names=True).html)
    values = page.embedded("spec-matrix")["data"]["values"]
    assert len(values) == 25
    risks = acme.plan.risks
    own = risks["basis"] == "role"
    assert sum(int(cell["text"].replace(",", "")) for cell in values) == own.sum()


def test_funds_say_what_more_money_would_remove(acme: Case, page: Page) -> None:
    funds = [row for row in acme.plan.resources.rows() if row["kind"] == "fund"]
    for fund in funds:
        assert fund["resource"] in page.sections["funds"]
        assert f"EUR {fund['capacity']:,.0f}" in page.sections["funds"]
    best = max(funds, key=lambda row: row["price"])
    if "Which funds stand in the way is hidden" in page.sections["funds"]:
        assert best["binding"] and "would help" not in page.sections["funds"]
    elif best["binding"]:
        assert f"The next EUR 1,000 in {best['resource']} would remove about" in page.sections["funds"]


def test_without_estimates_it_says_that_single_points_are_not_worked_out(acme: Case) -> None:
    assert "made without estimates" in Page(gr.report(acme.plan).html).sections["single-points"]


def test_it_says_how_sources_rate_in_levels(acme: Case) -> None:
    made = make_ratings(Material(acme.plan, acme.estimates, acme.acme.assessments, names=False, min_cell=5))
    assert made["unit"] == "levels"  # from 1 to 5 or from 0 to 3: a range is as many levels less one
    (steps,) = {len(levels) - 1 for levels in Material(acme.plan, None, None, False, 5).scales.values()}
    for shown, row in zip(made["sources"], acme.estimates.sources, strict=True):
        assert shown["source"] == row["source"] and shown["ratings"] == f"{row['ratings']:,}"
        if row["bias_sd"]:
            expected = f"{steps * row['bias']:+.2f} ± {steps * 1.96 * row['bias_sd']:.2f}".replace("-", "−")
            assert shown["bias"] == expected
        people = set(acme.estimates.residuals["person"][acme.estimates.residuals["source"] == row["source"]])
        assert shown["people"] == str(len(people))


def test_it_tells_of_ratings_only_what_is_known(acme: Case) -> None:
    def section(**options: Any) -> str:
        return Page(gr.report(acme.plan, **options).html).sections["ratings"]

    assert "made without estimates" in section()
    outside = gr.Estimates.from_table(acme.acme.organization, acme.estimates.to_pandas(), as_of=AS_OF)
    assert "come from outside" in section(estimates=outside)
    assert "What people and their managers say" not in section(estimates=acme.estimates)
    nobody = plan_of(small_tables(), {name: [] for name in small_ratings()})
    assert "Nobody was rated" in Page(nobody.report(names=True).html).sections["ratings"]
    few = plan_of(small_tables())
    assert "Few ratings tell of" in Page(few.report(names=True).html).sections["ratings"]


def test_raters_are_named_only_with_names(acme: Case) -> None:
    raters = acme.estimates.raters
    severe, lenient, unknown = raters._sides()
    assert (severe | lenient).any() and unknown.any()
    own = raters["source"] == "self"
    called = dict(acme.acme.organization.people.to_pandas()[["person", "name"]].to_numpy().tolist())
    html = acme.report(names=True).html
    for place in (*np.flatnonzero((severe | lenient) & own), *np.flatnonzero(unknown & ~own)):
        assert called[raters["rater"][place]] in Page(html).sections["ratings"]
    for options in ({}, {"person": acme.person()}, {"team": acme.manager()}):
        hidden = acme.report(**options).html
        assert "spec-raters" not in hidden and "Severity in" not in hidden
    assert "severe" not in acme.report(team=acme.manager()).html


def test_raters_who_stand_apart_are_drawn_in_levels() -> None:
    acme = case(people=200, units=12)
    raters = acme.estimates.raters
    severe, lenient, _ = raters._sides()
    others = (severe | lenient) & (raters["source"] != "self")
    assert others.any()
    spec = Page(acme.report(names=True).html).embedded("spec-raters")
    drawn = spec["data"]["values"]
    (steps,) = {len(levels) - 1 for levels in Material(acme.plan, None, None, False, 5).scales.values()}
    assert sorted(row["severity"] for row in drawn) == pytest.approx(
        sorted((steps * raters["severity"][others]).tolist())
    )
    labels = [row["label"].rpartition(" · group ")[2] for row in drawn]
    groups = list(dict.fromkeys(labels))
    assert labels == sorted(labels, key=groups.index)  # of one group all stand together, rising
    for group in groups:
        of = [row["severity"] for row, label in zip(drawn, labels, strict=True) if label == group]
        assert of == sorted(of)


def test_provenance_is_enough_to_make_it_again(acme: Case, page: Page) -> None:
    provenance = acme.plan.provenance
    for text in (provenance["version"], provenance["inputs"], provenance["digest"], "31 Mar 2026", "5 people"):
        assert text in page.sections["provenance"]


def test_conflicts_say_what_stopped_them() -> None:
    tables = small_tables()
    tables["people"]["hours"] = [1, 1]
    tables["mandatory"] = {"activity": ["A1"]}
    made = plan_of(tables)
    text = Page(made.report(names=True).html).sections["conflicts"]
    assert "2 mandatory items could not be placed" in text
    assert "no hours left in the period" in text


def test_the_same_plan_gives_the_same_bytes(acme: Case) -> None:
    assert acme.report().html == acme.report().html
    assert acme.report(team=acme.manager()).html == acme.report(team=acme.manager()).html
    assert acme.report(person=acme.person()).html == acme.report(person=acme.person()).html


# --- one file that loads nothing ----------------------------------------------------------------------------------


def test_it_refers_to_nothing_outside(acme: Case) -> None:
    for options in ({}, {"names": True}, {"person": acme.person()}, {"team": acme.manager()}):
        page = Page(acme.report(**options).html)
        assert all(address.startswith("#") for address in page.addresses)
        assert not {"link", "iframe", "img", "object", "embed", "base"} & set(page.tags)
        assert page.tags.count("h1") == 1


@pytest.mark.parametrize("text", [NASTY, "<!--", "]]>", "\u2029</SCRIPT >", 'a"b\\c'])
def test_embedded_json_cannot_end_its_script(text: str) -> None:
    packed = embedded({text: [text]})
    assert json.loads(packed) == {text: [text]}
    assert not set("<>&\u2028\u2029") & set(packed)


def test_names_that_look_like_markup_do_no_harm() -> None:
    tables = small_tables()
    tables["units"]["name"] = [NASTY]
    tables["roles"]["name"] = [NASTY]
    tables["roles"]["family"] = [NASTY]
    tables["capabilities"]["name"] = [NASTY, "Writing"]
    tables["activities"]["name"] = [NASTY, NASTY, "A3"]
    tables["people"]["name"] = [NASTY, "Second"]
    tables["people"]["manager"] = [None, "007"]
    tables["funds"]["fund"] = [NASTY]
    made = plan_of(tables)
    for options in ({"names": True}, {"person": "007"}, {"team": "007"}):
        html = made.report(title=NASTY, **options).html
        page = Page(html)
        assert "</script><b>" not in html
        assert "b" not in page.tags
        assert f"<title>{markup.escape(NASTY).replace('&#x27;', '&#39;').replace('&quot;', '&#34;')}</title>" in html
        assert page.tags.count("script") == len(page.scripts)
        assert NASTY in "".join(page.sections.values()) or " ".join(NASTY.split()) in "".join(page.sections.values())
    assert page.tags.count("main") == 1


@pytest.mark.parametrize(("least", "told"), [(10, 0), (8, 1)])
def test_a_heat_map_of_no_cell_or_one_can_be_packed(least: int, told: int) -> None:
    tables = small_tables()
    tables["units"] = {"unit": ["U"]}
    tables["people"] = {"person": [f"E{n}" for n in range(9)], "role": ["Analyst"] * 8 + ["None"]}
    tables["roles"] = {"role": ["Analyst", "None"]}
    tables["requirements"] = {"role": ["Analyst"], "capability": ["SQL"], "level": ["Expert"]}
    tables["personal_goals"] = {"person": ["E8"], "capability": ["Writing"], "level": ["Expert"]}
    made = plan_of(tables, {"person": ["E1"], "capability": ["SQL"], "level": [2], "source": ["test"]})
    cube = make_cube(made.acme.organization, made.plan.risks, least)
    assert (len(cube.columns["unit"]) > 0) == bool(told)
    empty = replace(cube, columns={name: column[:told] for name, column in cube.columns.items()})
    assert empty.encode()["count"] == told
    assert cube.encode()["count"] == len(cube.columns["unit"])


def test_uplifts_that_were_assumed_are_told_without_a_count() -> None:
    tables = small_tables()
    assert "not as it was measured" in Page(plan_of(tables).report(min_cell=1).html).sections["worth"]
    del tables["outcomes"]["uplift"]
    worth = Page(plan_of(tables).report(min_cell=1).html).sections["worth"]
    assert "where it is not, it was assumed" in worth and "outcomes of learning" not in worth


# --- what it must not tell -----------------------------------------------------------------------------------------


def told(html: str, words: set[str]) -> set[str]:
    """Which of these words stand anywhere in the file but in the drawing library."""
    text = re.sub(r"<script>\s*\(function \(\) \{\n.*?\n\}\)\(\);\s*</script>", "", html, flags=re.DOTALL)
    assert len(text) < len(html)
    found = set(re.findall(r"\w+", text)) & words
    return found | {word for word in words if " " in word and word in text}


def test_without_names_nobody_is_named(acme: Case) -> None:
    people = acme.acme.organization.people
    words = {*people["person"].tolist(), *people["name"].tolist()}
    words |= {rater for rater in acme.acme.assessments["rater"].tolist() if rater}
    assert len(words) > 100
    assert not told(acme.report().html, words)
    assert told(acme.report(names=True).html, words)


def test_messages_about_people_are_only_counted() -> None:
    tables = small_tables()
    tables["target_roles"] = {"person": ["007"], "role": ["Analyst"]}  # the own role: a warning with the person's key
    made = plan_of(tables)
    assert any("007" in row["message"] or row["key"] == "007" for row in made.acme.organization.problems.rows())
    hidden = made.report(min_cell=1).html
    assert not told(hidden, {"007"})
    assert "may name people" in Page(hidden).sections["assumptions"]
    assert "target_roles" in Page(hidden).sections["assumptions"]


@pytest.mark.parametrize("key", ["Doe, Jane", "E 7", "o'neil", "É-1", "(x)"])
def test_keys_of_any_letters_are_withheld(key: str) -> None:
    tables = small_tables()
    tables["people"]["person"] = [key, "E2"]
    tables["activities"]["code"] = ["1", "2", "3"]
    tables["roles"][f"column of {key}"] = ["1"]
    made = plan_of(tables, {"person": [key], "capability": ["SQL"], "level": [2], "source": ["test"]})
    assert any(row["table"] == "roles" and key in row["message"] for row in made.acme.organization.problems.rows())
    html = gr.report(made.plan).html
    assert key not in html and markup.escape(key) not in html and key.replace("'", "&#39;") not in html
    assert "code" in Page(html).sections["assumptions"]


def test_the_key_of_a_problem_withholds_it() -> None:
    made = plan_of(small_tables())
    problems = _core.problems([("warning", "ignored", "roles", 1, 0, "role", "007", "a word about somebody")])

    class Told(Material):
        @property
        def organization(self) -> Any:  # type: ignore[override]
            org = made.plan.organization
            return SimpleNamespace(problems=Table(problems), table=org.table, tables=org.tables)

    for names in (False, True):
        found = make_assumptions(Told(made.plan, None, None, names, 5))
        assert ("a word about somebody" in str(found)) == names


def test_an_organisation_of_few_has_no_figures_and_says_what_to_do() -> None:
    made = plan_of(small_tables())
    page = Page(made.report().html)
    assert list(page.sections) == ["worth", "conflicts", "assumptions", "provenance"]
    html = made.report().html
    assert "Figures are hidden" in html
    assert "min_cell=1" in html
    value = made.plan.value
    assert f"{value:.2f}" not in html and f"{value:.3f}" not in html
    assert "heat-map" in Page(made.report(min_cell=1).html).sections
    assert "people" in Page(made.report(names=True).html).sections


def test_an_organisation_of_one() -> None:
    tables = small_tables()
    for name, values in tables["people"].items():
        tables["people"][name] = values[:1]
    made = plan_of(tables, {name: values[:2] for name, values in small_ratings().items()})
    for options in ({}, {"names": True}, {"min_cell": 1}, {"person": "007"}, {"team": "007"}):
        assert made.report(**options).html.startswith("<!DOCTYPE html>")


def test_figures_about_few_are_hidden(acme: Case) -> None:
    """Every count of people in the tables is of at least min_cell, whatever min_cell is."""
    for least in (5, 12):
        page = Page(acme.report(min_cell=least).html)
        spec = page.embedded("spec-matrix")["data"]["values"]
        risks = acme.plan.risks
        own = risks["basis"] == "role"
        heads: dict[tuple[int, int], set[str]] = {}
        rows = zip(risks["likelihood_band"][own], risks["impact_band"][own], risks["person"][own], strict=True)
        for likelihood, impact, person in rows:
            heads.setdefault((int(likelihood), int(impact)), set()).add(person)
        for place, cell in enumerate(spec):
            people = len(heads.get((place // 5 + 1, place % 5 + 1), ()))
            if 0 < people < least:
                assert cell["text"] == "·"
        assert (sum(cell["text"] == "·" for cell in spec)) != 1
        if "spec-sessions" in {given.get("id") for given, _ in page.scripts}:
            assert all(row["taken"] >= least for row in page.embedded("spec-sessions")["data"]["values"])


def test_sources_of_few_raters_are_hidden_and_what_tells_of_them(acme: Case) -> None:
    raters = dict(zip(acme.estimates.sources["source"], acme.estimates.sources["raters"], strict=True))
    least = int(raters["manager"]) + 1
    made = make_ratings(Material(acme.plan, acme.estimates, acme.acme.assessments, names=False, min_cell=least))
    assert {row["source"] for row in made["sources"] if row["hidden"]} == {"manager"}
    assert made["agreement"] is None and made["glance"].startswith("Ratings from 4")
    (managers,) = (row for row in made["raters"] if row["name"] == "manager")
    assert managers["count"] is None and set(managers["parts"]) <= {None, "0"}
    # Without tests the managers are the reference: what others give more tells of the managers.
    known = {"residual": {"test": float("inf")}}
    org = acme.acme.organization
    without = gr.estimate(org, acme.acme.assessments, as_of=AS_OF, variances=known)
    made = make_ratings(Material(acme.plan, without, acme.acme.assessments, names=False, min_cell=least))
    assert all(row["bias"] is None for row in made["sources"]) and "Farthest" not in made["glance"]
    assert not made["fairness"]["tables"] and made["reference_hidden"] == "manager"
    html = gr.report(acme.plan, estimates=without, min_cell=least).html
    text = " ".join(re.sub(r"<[^>]*>", " ", html).split())
    assert "is hidden for every source: it is against the reference, which is the manager" in text
    assert "all sources would be held against the manager, of which fewer people or raters are known" in text
    assert "nothing can be told: no two sources" not in text
    assert 'fairness_against="peer"' in text.replace("&#34;", '"') and "--fairness-against peer" in text
    assert '<td class="withheld" colspan="8">' in html and re.search(r"td\.withheld \{ text-align: center", html)
    # Named, another anchor tells.
    against = gr.report(acme.plan, estimates=without, min_cell=least, fairness_against="peer").html
    assert "held against the peers of the same people" in against
    shown = gr.report(acme.plan, estimates=acme.estimates, min_cell=5).html
    assert "is hidden for every source" not in shown


@pytest.mark.parametrize("least", [5, 9])
def test_pairs_of_few_are_not_drawn(acme: Case, least: int) -> None:
    made = make_ratings(Material(acme.plan, acme.estimates, acme.acme.assessments, names=False, min_cell=least))
    table = gr.ratings_by_source(acme.acme.organization, acme.acme.assessments, as_of=AS_OF)
    said = {(row["person"], row["capability"], row["source"]): row["mean"] for row in table}
    cells: dict[tuple[float, float], set[str]] = {}
    for (person, capability, source), mean in said.items():
        if source == "self" and (person, capability, "manager") in said:
            cells.setdefault((said[person, capability, "manager"], mean), set()).add(person)
    assert any(len(people) < least for people in cells.values())
    drawn = set(map(tuple, made["agreement"]["pairs"].tolist()))
    for side in (-1, 0, 1):
        mine = {cell: people for cell, people in cells.items() if np.sign(cell[1] - cell[0]) == side}
        gone = [people for cell, people in mine.items() if cell not in drawn]
        assert all(len(mine[cell]) >= least for cell in drawn & mine.keys())
        assert not gone or len(set().union(*gone)) >= least


def test_groups_of_few_cannot_be_worked_out_from_the_others(acme: Case) -> None:
    values = acme.acme.organization.person_attributes.to_pandas().query("attribute == 'gender'")["value"]
    assert values.value_counts()["another"] < 5 and values.nunique() == 3
    for names in (False, True):
        made = make_ratings(Material(acme.plan, acme.estimates, acme.acme.assessments, names, min_cell=5))
        (gender, pattern) = made["fairness"]["tables"]
        # Women, men and another: with two of them the third would be known.
        assert {row["value"] for row in gender["rows"]} == {"woman"}
        assert {row["value"] for row in pattern["rows"]} == {"part time"}  # of two, the others mirror them
    shown = gender["rows"][0]
    (row,) = (row for row in acme.estimates.fairness() if row["value"] == "woman" and row["source"] == "self")
    assert shown["people"] == str(row["people"]) and not shown["apart"]
    material = Material(acme.plan, acme.estimates, None, names=False, min_cell=5, fairness_against="manager")
    made = make_ratings(material)["fairness"]
    assert made["against"] == "manager"
    assert {row["source"] for table in made["tables"] for row in table["rows"]} == {"own rating", "peers", "test"}


def test_fairness_against_a_source_that_is_there(acme: Case) -> None:
    html = gr.report(acme.plan, estimates=acme.estimates, fairness_against="manager").html
    assert "held against the manager of the same people" in html
    with pytest.raises(gr.Error, match="must be a source that ratings came from"):
        gr.report(acme.plan, estimates=acme.estimates, fairness_against="observation")
    with pytest.raises(gr.Error, match="fairness_against needs estimates="):
        gr.report(acme.plan, fairness_against="manager")


@pytest.fixture(scope="module")
def material(acme: Case) -> Material:
    return Material(acme.plan, acme.estimates, acme.acme.assessments, names=False, min_cell=5)


def test_spending_on_few_is_hidden_by_itself_and_together(acme: Case) -> None:
    few = 3
    material = Material(acme.plan, acme.estimates, acme.acme.assessments, names=False, min_cell=few)
    items = acme.plan.items.rows()
    names = {key: material.activity(key) for key in {item["activity"] for item in items}}
    funds = [fund for fund in make_funds(material)["funds"] if fund["spending"]]
    assert funds
    for fund in funds:
        paid = [item for item in items if item["fund"] == fund["key"] and item["fund_cost"] > 0]
        shown = {row["name"] for row in fund["spending"] if row["people"]}
        for name in shown:
            assert len({item["person"] for item in paid if names[item["activity"]] == name}) >= few
        rest = {item["person"] for item in paid if names[item["activity"]] not in shown}
        assert not 0 < len(rest) < few


def test_the_same_few_in_two_activities_are_few() -> None:
    """Four people take both of two activities: eight seats, but what is not spent on others is about four."""
    tables = small_tables()
    del tables["outcomes"]
    people = [f"E{n:02}" for n in range(14)]
    tables["people"] = {"person": people, "role": ["Analyst"] * 14}
    tables["activities"]["cost"] = [10, 20, 30]
    tables["funds"]["amount"] = [10_000]
    tables["mandatory"] = {
        "activity": ["A1"] * 10 + ["A2"] * 4 + ["A3"] * 4,
        "person": people[:10] + people[10:] * 2,
    }
    made = plan_of(tables, {"person": ["E01"], "capability": ["SQL"], "level": [2], "source": ["test"]})
    assert len(made.plan.items) == 18
    (fund,) = make_funds(Material(made.plan, None, None, names=False, min_cell=5))["funds"]
    assert fund["spending"] == []
    (fund,) = make_funds(Material(made.plan, None, None, names=False, min_cell=4))["funds"]
    assert [row["people"] for row in fund["spending"]] == [4, 10, 4]


def test_what_is_removed_for_few_is_hidden(acme: Case, material: Material) -> None:
    rows = make_capabilities(material, make_cube(acme.acme.organization, acme.plan.risks, 5))["rows"]
    helped: dict[str, set[str]] = {}
    for goal in acme.plan.goals.rows():
        if goal["basis"] == "role" and goal["exposure_removed"] > 0:
            helped.setdefault(goal["capability"], set()).add(goal["person"])
    few = [row for row in rows if 0 < len(helped.get(row["key"], ())) < 5]
    assert few
    assert all(row["left"] is None for row in few)
    assert any(row["left"] is not None and row["left"] < row["before"] for row in rows)


def crowd(size: int, activities: dict[str, Any], taken: dict[str, range], **more: Any) -> Case:
    """Analysts who must take these activities; nothing is gained but by `outcomes`."""
    tables = small_tables()
    del tables["outcomes"], tables["units"]
    people = [f"E{n:02}" for n in range(size)]
    tables["people"] = {"person": people, "role": ["Analyst"] * size}
    tables["activities"] = {"activity": list(activities["cost"]), "cost": list(activities["cost"].values())}
    for name in ("account_share", "employee_share", "hours"):
        given = activities.get(name, {})
        tables["activities"][name] = [given.get(key, 0) for key in activities["cost"]]
    tables["funds"] = {"fund": ["F"], "amount": [100_000]}
    pairs = [(activity, people[n]) for activity, who in taken.items() for n in who]
    tables["mandatory"] = {"activity": [pair[0] for pair in pairs], "person": [pair[1] for pair in pairs]}
    made = plan_of(tables | more, {"person": people[:1], "capability": ["SQL"], "level": [2], "source": ["test"]})
    assert len(made.plan.items) >= len(pairs)
    return made


def shares_of_few() -> Case:
    """Two people pay a part themselves."""
    return crowd(
        30,
        {"cost": {"A": 10, "B": 7.25}, "employee_share": {"B": 0.5}},
        {"A": range(30), "B": range(2)},
    )


def money_of_few() -> Case:
    """Three people on paid courses, forty on free ones."""
    return crowd(40, {"cost": {"A": 0, "B": 137.5}}, {"A": range(40), "B": range(3)})


def sessions_of_few(beside: int = 10) -> Case:
    """Twenty in two sessions of one activity, two of them in the second, which is full; others in another's."""
    return crowd(
        40,
        {"cost": {"X": 11, "Y": 13}},
        {"X": range(20), "Y": range(20, 20 + beside)},
        sessions={
            "session": ["X1", "X2", "Y1", "Y2"],
            "activity": ["X", "X", "Y", "Y"],
            "first_day": ["2026-05-04", "2026-05-05", "2026-05-06", "2026-05-07"],
            "seats": [18, 2, 3, 30],
        },
    )


def targets_of_few(few: int = 2) -> Case:
    people = [f"E{n:02}" for n in range(30)]
    outcomes = {"activity": ["A", "A"], "capability": ["SQL", "Writing"], "uplift": [1, 1]}
    return crowd(
        30,
        {"cost": {"A": 10}},
        {"A": range(30)},
        outcomes=outcomes,
        personal_goals={"person": people[:few], "capability": ["SQL"] * few, "level": ["Expert"] * few},
    )


def same_few() -> Case:
    """Three people take two activities of two funds; others take others."""
    return crowd(
        40,
        {"cost": {"A": 10, "B": 20, "C": 30, "D": 40}},
        {"A": range(3), "B": range(3), "C": range(3, 23), "D": range(20, 40)},
        units={"unit": ["U"]},
    )


def amounts(made: Case) -> list[dict[str, Any]]:
    """What each item costs each payer: the unknowns of a reader."""
    found = []
    for place, item in enumerate(made.plan.items.rows()):
        paid = [name for name in ("fund_cost", "account_cost", "employee_cost") if (item[name] or 0) > 0]
        found += [
            {**item, "payer": name, "item": place, "first": name == (paid or ["free"])[0]} for name in paid or ["free"]
        ]
    return found


@pytest.mark.parametrize(
    "make", [shares_of_few, money_of_few, sessions_of_few, lambda: sessions_of_few(20), same_few, targets_of_few, case]
)
def test_all_figures_of_items_and_money_together_tell_nothing_of_few(make: Any) -> None:
    """Every figure that the page shows is an equation in what each item costs each payer."""
    made = make()
    hidden = Material(made.plan, None, None, names=False, min_cell=5)
    funds = make_funds(hidden)
    sessions = make_sessions(hidden, funds["told"])
    unknowns = amounts(made)
    equations: list[list[bool]] = []
    cells: list[list[bool]] = []  # what may be told only of many

    def say(shown: bool, holds: Any) -> None:
        row = [bool(holds(one)) for one in unknowns]
        cells.append(row)
        if shown:
            equations.append(row)

    say(funds["total"], lambda one: one["payer"] != "free")
    names = {"fund_cost": "Funds", "account_cost": "Learning accounts", "employee_cost": "Employees themselves"}
    for payer, name in names.items():
        told = any(part["name"] == name and part["money"] is not None for part in funds["parts"])
        say(told, lambda one, payer=payer: one["payer"] == payer)
    above = dict(zip(*(made.acme.organization.funds[name].tolist() for name in ("fund", "parent")), strict=True))

    def within(key: str | None, fund: str) -> bool:
        return key == fund or (key is not None and within(above.get(key), fund))

    for fund in funds["funds"]:
        key = fund["key"]
        say(fund["used"] is not None, lambda one, key=key: one["payer"] == "fund_cost" and within(one["fund"], key))
        named = {row["name"] for row in fund["spending"]}
        for activity in {one["activity"] for one in unknowns}:
            say(
                hidden.activity(activity) in named,
                lambda one, key=key, activity=activity: (
                    one["payer"] == "fund_cost" and one["fund"] == key and one["activity"] == activity
                ),
            )
    for row in sessions["rows"]:
        say(
            row["taken"] is not None,
            lambda one, key=row["key"]: one["first"] and one["session"] == key and one["reason"] != "pinned",
        )
    seats = [row for row in sessions["rows"] if row["taken"]]
    told = {row["key"] for row in seats}
    rest = {one["person"] for one in unknowns if one["session"] not in told or one["reason"] == "pinned"}
    assert not 0 < len(rest) < 5  # how many items there are is known
    matrix = np.array(equations, dtype=float).reshape(-1, len(unknowns))
    rank = np.linalg.matrix_rank(matrix) if len(matrix) else 0
    for cell in cells:
        people = {one["person"] for one, inside in zip(unknowns, cell, strict=True) if inside}
        if 0 < len(people) < 5:
            assert np.linalg.matrix_rank(np.vstack([matrix, np.array(cell, dtype=float)])) > rank, people
    for one in equations:
        for other in equations:
            if all(b for a, b in zip(one, other, strict=True) if a):
                behind = {who["person"] for who, a, b in zip(unknowns, one, other, strict=True) if b and not a}
                assert not 0 < len(behind) < 5


def test_money_of_few_is_told_nowhere() -> None:
    html = money_of_few().report().html
    assert "EUR 412" not in html and "EUR 10." not in html
    assert "EUR 412" in money_of_few().report(names=True).html
    html = shares_of_few().report().html
    assert "EUR 300" not in html or "EUR 307" not in html
    assert "Employees themselves" in html


def test_a_hidden_session_or_fund_has_no_price() -> None:
    made = sessions_of_few()
    shown = Material(made.plan, None, None, names=False, min_cell=5)
    sessions = make_sessions(shown, make_funds(shown)["told"])
    assert {row["key"] for row in sessions["rows"] if row["taken"] is None} >= {"X2"}
    assert all(row["price"] is None and row["value"] == 0 for row in sessions["rows"] if row["taken"] is None)
    few = Material(money_of_few().plan, None, None, names=False, min_cell=5)
    (fund,) = make_funds(few)["funds"]
    assert fund["used"] is None and fund["price"] is None and not fund["binding"]


def test_target_roles_and_goals_of_few_are_not_the_rest_of_a_sum() -> None:
    made = targets_of_few()
    own = made.plan.risks["basis"] == "role"
    headline = make_headline(Material(made.plan, None, None, names=False, min_cell=5))
    assert headline["before"] == number(float(made.plan.risks["exposure"][own].sum()))
    removed = made.plan.goals["exposure_removed"]
    assert headline["removed"] == number(float(removed[made.plan.goals["basis"] == "role"].sum()))
    assert headline["removed"] != number(made.plan.value) and headline["after"] is None
    assert number(made.plan.bound) not in Page(made.report().html).sections["worth"]
    many = make_headline(Material(targets_of_few(6).plan, None, None, names=False, min_cell=5))
    assert many["after"] is not None and not many["own_only"]


def test_a_plan_for_few_is_not_counted() -> None:
    made = crowd(40, {"cost": {"A": 10}}, {"A": range(2)})
    report = made.report()
    assert "Figures are hidden" in report.html
    for text in (report.html, repr(report)):
        assert "2 of 40" not in text and "2 learning" not in text


def test_capabilities_above_others_are_told_by_their_own_requirements() -> None:
    tables = small_tables()
    tables["capabilities"] = {"capability": ["SQL", "Writing"], "scale": ["S", "S"], "parent": [None, "SQL"]}
    tables["people"] = {"person": [f"E{n}" for n in range(9)], "role": ["Analyst"] * 9}
    made = plan_of(tables, {"person": ["E1"], "capability": ["SQL"], "level": [2], "source": ["test"]})
    cube = make_cube(made.acme.organization, made.plan.risks, 5)
    rows = make_capabilities(Material(made.plan, None, None, False, 5), cube)["rows"]
    risks = made.plan.risks
    expected = {key: risks["exposure"][risks["capability"] == key].sum() for key in ("SQL", "Writing")}
    assert {row["key"]: row["before"] for row in rows} == pytest.approx(expected)


def test_who_takes_part_is_counted_and_no_others() -> None:
    tables = small_tables()
    tables["roles"] = {"role": ["Analyst", "Other"]}
    tables["people"] = {
        "person": [f"E{n}" for n in range(10)],
        "role": ["Analyst"] * 2 + ["Other"] * 8,
        "joined": [None] * 9 + ["2026-04-01"],
        "left": ["2026-03-31", "2027-01-01"] + [None] * 8,
    }
    tables["mandatory"] = {"activity": ["A3"]}
    made = plan_of(tables, {"person": ["E1"], "capability": ["SQL"], "level": [2], "source": ["test"]})
    assert set(made.plan.items["person"]) == {f"E{n}" for n in range(1, 9)}
    assert "for 8 of 8 people" in made.report().html


def test_conflicts_of_few_are_not_counted() -> None:
    tables = small_tables()
    tables["people"] = {
        "person": [f"E{n:02}" for n in range(12)],
        "role": ["Analyst"] * 12,
        "hours": [1] * 3 + [100] * 9,
    }
    tables["mandatory"] = {"activity": ["A1"]}
    tables["activities"]["cost"] = [0, 0, 0]
    made = plan_of(tables, {"person": ["E01"], "capability": ["SQL"], "level": [2], "source": ["test"]})
    assert len(made.plan.conflicts) == 3
    text = Page(made.report().html).sections["conflicts"]
    assert "Some mandatory learning, of fewer than 5 people" in text
    assert "hidden" in text and not re.search(r"\b3\b", text)
    assert re.search(r"\b3\b", Page(made.report(min_cell=3).html).sections["conflicts"])


def test_seats_of_few_are_hidden_whichever_way_they_are_told(acme: Case) -> None:
    for made in (acme, sessions_of_few()):
        items = [item for item in made.plan.items.rows() if item["session"] and item["reason"] != "pinned"]
        heads: dict[str, set[str]] = {}
        for item in items:
            heads.setdefault(item["session"], set()).add(item["person"])
        few = {key for key, people in heads.items() if len(people) < 5}
        assert few
        html = made.report().html
        wanted = html.split("Where one more seat would help", 1)
        for key in few:
            (row,) = (row for row in html.split("<tr>") if f'<span class="fine">{key}</span></th>' in row)
            assert row.split("</tr>")[0].count("hidden</span>") == 2
            assert f'<span class="fine">{key}</span>' not in wanted[-1].split("</table>")[0] or len(wanted) == 1
        if few != set(heads):
            (key,) = sorted(set(heads) - few)[:1]
            assert f'<span class="fine">{key}</span></th>' in html


def test_exposure_removed_for_few_is_hidden() -> None:
    """Forty must take what teaches nobody, three what teaches."""
    outcomes = {"activity": ["B", "B"], "capability": ["SQL", "Writing"], "uplift": [1, 1]}
    eligible = {"activity": ["B"] * 3, "person": ["E00", "E01", "E02"]}
    made = crowd(
        40, {"cost": {"A": 0, "B": 0}}, {"A": range(40), "B": range(3)}, outcomes=outcomes, eligibility=eligible
    )
    assert set(made.plan.goals["person"]) == {"E00", "E01", "E02"}
    page = Page(made.report().html)
    assert "it helps too few people" in page.sections["worth"]
    for figure in (made.plan.value, made.plan.bound):
        assert number(figure) not in page.sections["worth"] and number(figure) not in repr(made.report())
    headline = make_headline(Material(made.plan, None, None, names=False, min_cell=5))
    assert headline["removed"] is headline["after"] is None and headline["removed_share"] is None


def test_hours_of_few_are_hidden() -> None:
    for few, hidden in ((3, True), (5, False)):
        activities = {"cost": {"A": 0, "B": 0}, "hours": {"B": 4.5}}
        made = crowd(40, activities, {"A": range(40), "B": range(few)})
        headline = make_headline(Material(made.plan, None, None, names=False, min_cell=5))
        assert (headline["hours"] is None) == hidden
        assert (f"{4.5 * few:.1f} h" in made.report().html) != hidden


# --- pages of a person and of a team -------------------------------------------------------------------------------


def test_the_page_of_a_person_says_what_when_and_why(acme: Case) -> None:
    key = acme.person()
    page = Page(acme.report(person=key).html)
    assert list(page.sections)[:4] == ["plan", "goals", "levels", "ratings"]
    names = dict(zip(*(acme.acme.organization.activities[name].tolist() for name in ("activity", "name")), strict=True))
    for item in acme.plan.person(key):
        assert names[item["activity"]] in page.sections["plan"]
    assert "is asked for by your role" in page.sections["plan"]


def test_a_person_never_learns_who_rated_them(acme: Case) -> None:
    key = acme.person()
    people = acme.acme.organization.people
    others = {word for word in (*people["person"], *people["name"]) if word != key}
    others -= {name for person, name in zip(people["person"], people["name"], strict=True) if person == key}
    assert not told(acme.report(person=key).html, others)


def test_peers_are_averaged_only_from_three_on() -> None:
    tables = small_tables()
    tables["people"] = {"person": [f"E{n}" for n in range(5)], "role": ["Analyst"] * 5}
    peers = [(f"E{n}", level) for n, level in ((1, 1.25), (2, 1.75), (3, 3.0))]

    def shown(raters: int) -> str:
        ratings = [
            {"person": "E0", "capability": "SQL", "level": level, "source": "peer", "rater": rater}
            for rater, level in peers[:raters]
        ]
        ratings.append({"person": "E0", "capability": "SQL", "level": 3.5, "source": "self"})
        org = gr.Organization.from_tables(**tables)
        estimates = gr.estimate(org, ratings, as_of=AS_OF)
        plan = gr.optimize(org, gr.assess_risk(org, gr.find_gaps(org, estimates)), start=START)
        return Page(gr.report(plan, assessments=ratings, person="E0").html).sections["ratings"]

    assert "2.0" in shown(3) and "of 3" in shown(3)
    assert "1.5" not in shown(2) and "of 2" not in shown(2) and "hidden" in shown(2)
    assert "3.5" in shown(2)


def test_a_manager_sees_the_team_by_name(acme: Case) -> None:
    boss = acme.manager()
    people = acme.acme.organization.people
    html = acme.report(team=boss).html
    page = Page(html)
    team = [name for name, head in zip(people["name"], people["manager"], strict=True) if head == boss]
    assert team and all(name in page.sections["members"] for name in team)
    below, heads = {boss}, list(zip(people["person"], people["manager"], strict=True))
    for _ in heads:
        below |= {person for person, head in heads if head in below}
    names = dict(zip(people["person"], people["name"], strict=True))
    outside = {name for person, name in names.items() if person not in below}
    assert not told(html.replace("<script>\n", "<script>\n(function () {\n\n})();</script><script>\n", 1), outside)


def test_who_manages_nobody_has_a_page_that_says_so(acme: Case) -> None:
    people = acme.acme.organization.people
    heads = set(people["manager"].tolist())
    alone = next(person for person in people["person"] if person not in heads)
    assert "manages nobody" in acme.report(team=alone).html


@pytest.mark.parametrize(("value", "text"), [
    (0.9951, "99.51 %"), (0.9995, "99.95 %"), (0.99994, "99.99 %"), (0.99996, "over 99.99 %"), (1.0, "100 %"),
])  # fmt: skip
def test_a_share_below_all_never_reads_as_all(value: float, text: str) -> None:
    assert share(value) == text
    for digits in (0, 1, 2):
        told = share(value, digits).removesuffix(" %")
        least = float(told.removeprefix("over "))
        assert (least < 100) == (value < 1)
        assert abs(least - 100 * value) <= 0.5 and (not told.startswith("over") or 100 * value > least)


def test_of_several_goals_for_one_capability_the_most_important_is_the_reason() -> None:
    goals = [
        {"capability": "C", "name": "See", "basis": basis, "required": level, "removed": removed}
        for basis, level, removed in (("role", "Expert", 9.0), ("goal", "Working", 1.0), ("target", "Awareness", 0.5))
    ]
    org = SimpleNamespace(
        outcomes=Table(gr.Organization.from_tables(**small_tables()).outcomes._core),
        activity_prerequisites=gr.Organization.from_tables(**small_tables()).activity_prerequisites,
    )
    item: dict[str, Any] = {"key": "A2", "reason": "risk"}
    material: Any = SimpleNamespace(organization=org)
    _give_reasons(material, [item], [{**goal, "capability": "Writing"} for goal in goals])
    assert "See (Expert is asked for by your role)" in item["why"]
    plan = SimpleNamespace(options={"start": START, "months": 12})
    assert _glance(SimpleNamespace(plan=plan), [item], goals).endswith("most of all for See.")  # type: ignore[arg-type]


def test_who_has_nothing_planned_is_told_so() -> None:
    tables = small_tables()
    del tables["outcomes"]
    made = plan_of(tables)
    assert "Nothing new is planned in this time." in made.report(person="007").html


def test_a_team_is_weighed_alike_with_and_without_items() -> None:
    tables = small_tables()
    tables["people"] = {"person": ["E0", "E1"], "role": ["Analyst"] * 2, "manager": [None, "E0"]}
    tables["personal_goals"] = {"person": ["E1"], "capability": ["SQL"], "level": ["Expert"], "weight": [0.25]}
    del tables["outcomes"]
    made = plan_of(tables, {"person": ["E1"], "capability": ["SQL"], "level": [2], "source": ["test"]})
    assert not len(made.plan.people)
    (row,) = make_team(Material(made.plan, None, None, names=False, min_cell=5), "E0")["people"]
    risks = made.plan.risks
    mine = risks["person"] == "E1"
    assert row["before"] == row["after"] == number(float((risks["exposure"] * risks["weight"])[mine].sum()))
    assert row["before"] != number(float(risks["exposure"][mine & (risks["basis"] == "role")].sum()))


def test_single_points_are_counted_as_asked_for(acme: Case) -> None:
    for cover in (2, 5):
        expected = gr.concentration(acme.acme.organization, acme.estimates, cover=cover)["single_point"].sum()
        material = Material(acme.plan, acme.estimates, None, names=True, min_cell=1, cover=cover)
        assert make_single_points(material)["count"] == expected
        assert f"fewer than {cover}." in Page(acme.report(names=True, cover=cover).html).sections["single-points"]
    made = plan_of(small_tables() | {"enrolments": {
        "person": ["007"], "activity": ["A1"], "status": ["completed"], "date": ["2026-03-01"]}})  # fmt: skip
    holders = [
        make_single_points(Material(made.plan, made.estimates, None, True, 1, credit_completed=credit))["rows"]
        for credit in (False, True)
    ]
    assert holders[0] != holders[1]


@pytest.mark.parametrize("make", [draw_funds, draw_sessions, draw_levels])
def test_two_of_one_name_stay_apart_in_a_chart(make: Any) -> None:
    if make is draw_funds:
        chart = {"used": 1.0, "capacity": 2.0}
        drawn = draw_funds([{"key": key, "name": "Same", "chart": chart} for key in "ab"], "EUR")
    elif make is draw_sessions:
        day = datetime.date(2026, 5, 4)
        drawn = draw_sessions([
            {"activity_key": key, "activity": "Same", "first": day, "first_text": "", "last_text": "", "taken": 5,
             "taken_text": "5", "free_text": "0", "full": True} for key in "ab"
        ])  # fmt: skip
    else:
        drawn = draw_levels("levels-1", "S", {1.0: "low", 4.0: "high"}, [
            {"capability": key, "name": "Same", "mean": 2.345, "sd": 0.678, "required": 3.0, "status_text": "met"}
            for key in "ab"
        ])  # fmt: skip
        assert [value["mean"] for value in drawn.spec["data"]["values"]] == [2.3, 2.3]
        assert [value["from"] for value in drawn.spec["data"]["values"]] == [1.6, 1.6]
    assert drawn is not None
    encoding = drawn.spec.get("encoding") or drawn.spec["layer"][0]["encoding"]
    field = encoding["y"]["field"]
    assert encoding["y"]["sort"] == ["a", "b"]
    assert {value[field] for value in drawn.spec["data"]["values"]} == {"a", "b"}
    assert '"a": "Same"' in encoding["y"]["axis"]["labelExpr"]


def test_levels_on_two_scales_have_a_chart_each() -> None:
    tables = small_tables()
    levels = ["Awareness", "Working", "Practitioner", "Expert", "no", "yes"]
    tables["scales"] = {"scale": ["S"] * 4 + ["T"] * 2, "level": levels}
    tables["capabilities"]["scale"] = ["S", "T"]
    tables["requirements"]["level"] = ["Expert", "yes"]
    ratings = {"person": ["007"], "capability": ["SQL"], "level": ["Working"], "source": ["test"]}
    page = Page(plan_of(tables, ratings).report(person="007").html)
    assert [value["key"] for value in page.embedded("spec-levels-1")["data"]["values"]] == ["SQL"]
    assert [value["key"] for value in page.embedded("spec-levels-2")["data"]["values"]] == ["Writing"]


def test_one_peer_hides_the_other_sources_but_ones_own() -> None:
    tables = small_tables()
    tables["people"] = {"person": ["E0", "E1"], "role": ["Analyst"] * 2}
    ratings = [
        {"person": "E0", "capability": "SQL", "level": level, "source": source}
        for source, level in (("self", 3.5), ("manager", 1.25), ("peer", 2.75))
    ]
    org = gr.Organization.from_tables(**tables)
    estimates = gr.estimate(org, ratings, as_of=AS_OF)
    plan = gr.optimize(org, gr.assess_risk(org, gr.find_gaps(org, estimates)), start=START)
    text = Page(gr.report(plan, assessments=ratings, person="E0").html).sections["ratings"]
    assert "3.5" in text and "1.2" not in text and "2.8" not in text and text.count("hidden") >= 2


@pytest.mark.parametrize(("start", "months", "title"), [
    ("2026-04-01", 1, "April 2026"), ("2026-04-15", 1, "April 2026 to May 2026"),
    ("2026-04-01", 12, "April 2026 to March 2027"),
])  # fmt: skip
def test_the_title_names_the_months(start: str, months: int, title: str) -> None:
    org = gr.Organization.from_tables(**small_tables())
    estimates = gr.estimate(org, small_ratings(), as_of=AS_OF)
    plan = gr.optimize(org, gr.assess_risk(org, gr.find_gaps(org, estimates)), start=start, months=months)
    assert gr.report(plan).title == f"Learning plan, {title}"


def test_a_long_list_says_how_much_is_left_out(acme: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    material = Material(acme.plan, None, None, names=False, min_cell=5)
    for name in ("MOST_RISK", "MOST_POINTS"):
        monkeypatch.setattr(sys.modules["gradus.report.team"], name, 1)
    found = make_team(material, acme.manager())
    assert found["gaps_more"] > 0 and len(found["gaps"]) == 1
    assert f"And {found['gaps_more']} more." in Page(acme.report(team=acme.manager()).html).sections["gaps"]


def test_a_letter_that_html_does_not_know_is_replaced(acme: Case) -> None:
    html = acme.report(title="A\0B").html
    assert "\0" not in html and "A\ufffdB" in html


# --- options and files ----------------------------------------------------------------------------------------------


def test_unknown_people_are_named_with_the_nearest(acme: Case) -> None:
    for option in ("person", "team"):
        with pytest.raises(gr.Error, match=f"{option}: there is no person 'P1O' in people; the nearest is 'P") as fault:
            acme.report(**{option: "P1O"})
        assert fault.value.code == "unknown_key"


@pytest.mark.parametrize(
    "options",
    [{"person": "P01", "team": "P01"}, {"min_cell": 0}, {"min_cell": 2.5}, {"names": 1}, {"title": 3}, {"cover": 0}],
)
def test_options_that_make_no_sense_are_refused(acme: Case, options: dict[str, Any]) -> None:
    with pytest.raises(gr.Error):
        acme.report(**options)


def test_a_table_is_no_plan(acme: Case) -> None:
    with pytest.raises(gr.Error, match="must be a Plan"):
        gr.report(acme.plan.items)  # type: ignore[arg-type]


def test_saving_is_whole_or_not_at_all(acme: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = acme.report()
    path = tmp_path / "report.html"
    assert report.save(path) == path
    assert path.read_text(encoding="utf-8") == report.html
    assert path.stat().st_mode & 0o444

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        gr.report(acme.plan, title="other").save(path)
    assert path.read_text(encoding="utf-8") == report.html
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    monkeypatch.undo()
    with pytest.raises(OSError):
        report.save(tmp_path / "nowhere" / "report.html")


def test_a_report_is_short_where_it_is_printed(acme: Case) -> None:
    report = acme.report(title="A & B")
    assert repr(report).startswith("Report: A & B\n")
    assert "<b>Report: A &amp; B</b>" in report._repr_html_()
    assert len(report._repr_html_()) < 2000
    with pytest.raises(AttributeError):
        report.html = ""  # type: ignore[misc]


def test_what_was_planned_is_told_in_steps(acme: Case) -> None:
    material = Material(acme.plan, None, None, False, 5)
    told = {row["activity"]: row["people"] for row in make_activities(material)["rows"]}
    takers: dict[str, set[str]] = {}
    for row in acme.plan.items.rows():
        takers.setdefault(material.activity(row["activity"]), set()).add(row["person"])
    assert told.keys() == takers.keys()
    for activity, people in takers.items():
        few = len(people) < 5
        assert told[activity] == ("fewer than 5" if few else f"{len(people) // 5 * 5} or more")
    exact = make_activities(Material(acme.plan, None, None, True, 5))
    assert {row["activity"]: row["people"] for row in exact["rows"]} == {a: str(len(p)) for a, p in takers.items()}
    assert len(exact["items"]) == len(acme.plan.items)


def test_what_few_take_comes_last_in_an_order_that_tells_nothing(acme: Case) -> None:
    material = Material(acme.plan, None, None, False, 5)
    rows = make_activities(material)["rows"]
    few = [row["people"] == "fewer than 5" for row in rows]
    assert any(few) and not all(few) and few == sorted(few)
    takers: dict[str, set[str]] = {}
    for row in acme.plan.items.rows():
        takers.setdefault(row["activity"], set()).add(row["person"])
    by_key = sorted(activity for activity, people in takers.items() if len(people) < 5)
    assert [row["activity"] for row, of_few in zip(rows, few, strict=True) if of_few] == list(
        map(material.activity, by_key)
    )
