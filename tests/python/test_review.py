"""Review rounds: who would rate whom, and what levels would be known like."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

import gradus as gr
from gradus._variances import BELIEVED
from gradus.cli.app import app

DAY = "2026-06-30"
DESIGNS = {"managers": {"manager": 1}, "peers": {"manager": 1, "peer": {"raters": 2, "drawn_from": "anyone"}}}


@pytest.fixture(scope="module")
def acme() -> gr.Dataset:
    return gr.load(gr.examples.starter())


def test_more_raters_tell_more(acme: gr.Dataset) -> None:
    found = gr.review_design(acme.organization, DESIGNS, as_of=DAY, assessments=acme.assessments)
    assert isinstance(found, gr.DesignReview)
    assert found["design"].tolist() == [None, "managers", "peers"]
    sd, interval, accuracy = found["sd"], found["interval"], found["accuracy"]
    assert (np.diff(sd) < 0).all()
    assert (np.diff(interval) < 0).all()
    assert accuracy[2] > accuracy[1]
    assert found["ratings"][0] == 0
    assert found["raters"][2] - found["raters"][1] == pytest.approx(2)
    assert "2 designs" in repr(found) and "'peers'" in repr(found)


def test_a_table_says_the_same_as_a_mapping(acme: gr.Dataset) -> None:
    table = {
        "design": ["managers", "peers", "peers"],
        "source": ["manager", "peer", "manager"],
        "raters": [None, 2, None],
        "drawn_from": [None, "anyone", None],
    }
    found = [gr.review_design(acme.organization, one, as_of=DAY, repetitions=2).rows() for one in (DESIGNS, table)]
    assert found[0] == found[1]


def test_designs_stand_in_their_order(acme: gr.Dataset) -> None:
    designs = {"z": {"manager": 1, "peer": 2}, "b": {"self": 1}, "a": {"manager": 1}}
    found = gr.review_design(acme.organization, designs, as_of=DAY, repetitions=1)
    assert found["design"].tolist() == [None, "z", "b", "a"]
    chart = found.plot().to_dict()
    assert [row["label"] for row in chart["hconcat"][0]["data"]["values"]] == ["no round", "z", "b", "a"]


def test_capabilities_add_up(acme: gr.Dataset) -> None:
    found = gr.review_design(acme.organization, DESIGNS, as_of=DAY, assessments=acme.assessments)
    parts = found.capabilities
    assert parts.name == "design_review_capabilities" and parts.provenance["stage"] == "review_design"
    for row in found:
        mine = parts["design"] == row["design"]
        assert parts["ratings"][mine].sum() == pytest.approx(row["ratings"])
        assert np.average(parts["interval"][mine], weights=parts["people"][mine]) == pytest.approx(row["interval"])


def test_too_few_raters_are_told(acme: gr.Dataset) -> None:
    found = gr.review_design(acme.organization, {"D": {"peer": 9}}, as_of=DAY, repetitions=1)
    assert found["lacking"].tolist() == [0, 1]
    assert "1 warning, see .problems: design 'D': for 12 of 12 people there are fewer of the source peer" in repr(found)


def test_the_usual_designs_come_without_any(acme: gr.Dataset) -> None:
    found = gr.review_design(acme.organization, as_of=DAY, repetitions=1)
    assert len(found) == 6


def test_simulated_ratings_lead_back_to_their_levels() -> None:
    acme = gr.simulate(gr.examples.gdad(), people=150, units=5, activities=10, seed=2)
    org = acme.organization
    made = gr.simulate_assessments(
        org, {"self": 1, "manager": 1, "peer": 3, "test": 1}, as_of=DAY, bias={"self": 0.2}, seed=3
    )
    assert isinstance(made, gr.Assessments)
    assert set(made["source"]) == {"self", "manager", "peer", "test"}
    estimates = gr.estimate(org, made, as_of=DAY)
    levels = {(row["person"], row["capability"]): row["level"] for row in made.levels}
    truth = np.array([levels[row["person"], row["capability"]] for row in estimates])
    assert np.corrcoef(truth, estimates["mean"])[0, 1] > np.corrcoef(truth, estimates["as_rated"])[0, 1] > 0.5
    assert np.mean(np.abs(truth - estimates["mean"]) < 1.96 * estimates["sd"]) > 0.85
    kinder = {row["source"]: row["bias"] for row in estimates.sources}
    assert 0.1 < kinder["self"] < 0.25
    again = gr.simulate_assessments(org, {"test": 1}, as_of=DAY, bias={"self": 0.2}, seed=3)
    assert again.levels.rows() == made.levels.rows()


def test_variances_of_estimates_are_taken(acme: gr.Dataset) -> None:
    given = {"person": 1e-6, "person_capability": 1e-6, "residual": {"test": 1e-6}}
    made = gr.simulate_assessments(acme.organization, {"test": 1}, given, as_of=DAY)
    level = {(row["person"], row["capability"]): row["level"] for row in made.levels}
    assert all(abs(row["level"] - level[row["person"], row["capability"]]) <= 0.51 for row in made)
    estimates = gr.estimate(acme.organization, acme.assessments, as_of=DAY)
    found = gr.review_design(acme.organization, DESIGNS, as_of=DAY, variances=estimates.variances, repetitions=1)
    assert len(found) == 3


def test_simulated_ratings_are_as_those_that_are_there(acme: gr.Dataset) -> None:
    org = acme.organization
    asked = {"manager": 1, "peer": 2}
    known = gr.simulate_assessments(org, asked, {"person": 1e-4, "person_capability": 1e-4}, as_of=DAY, seed=4)
    estimates = gr.estimate(org, known, as_of=DAY)
    made = gr.simulate_assessments(org, asked, as_of=DAY, assessments=known)
    told = gr.simulate_assessments(org, asked, estimates.variances, as_of=DAY, assessments=known)
    assert made.rows() == told.rows()  # what is learnt from ratings is what estimates say of them
    blind = gr.simulate_assessments(org, asked, as_of=DAY)
    assert len(blind) == len(made) and made.levels.rows() != blind.levels.rows()


@pytest.mark.parametrize(
    ("designs", "words"),
    [
        ({"manager": 1}, "designs have names"),
        ({"manager": 1, "peer": {"raters": 2}}, "designs have names"),
        ({"a": {"manager": 1}, "b": 3}, "design 'b' must be a mapping from source to a number of raters, .* not 3"),
        ({"a": "manager"}, "design 'a' must be a mapping from source to a number of raters, .* not 'manager'"),
        ({"manager": {"manager": 1}, "b": {"peers": 1}}, "design 'b': there is no source 'peers'"),
        ({"D": {"peer": None}}, "design 'D', peer: a number of raters, .* was expected, not None"),
        ({"D": {"peer": "two"}}, "design 'D', peer: a number of raters, .* was expected, not 'two'"),
        ({"D": {"peer": []}}, r"design 'D', peer: a number of raters, .* was expected, not \[\]"),
        ({"D": {}}, "design 'D' asks nobody"),
        ({"D": {"boss": 1}}, "design 'D': there is no source 'boss'; there are self, manager"),
        ({"D": {"peer": {"count": 2}}}, "design 'D', peer: there is no 'count'; there are capability, raters"),
        ({"D": {"peer": {"rater": 2}}}, "there is no 'rater'; .*; did you mean 'raters'"),
        ({"D": {"peers": 2}}, "there is no source 'peers'; .*; did you mean 'peer'"),
        ({"D": {"peer": 0}}, "raters"),
        ({"D": {"self": 2}}, "there is one rater of the source self, not 2"),
        ({"D": {"test": {"drawn_from": "unit"}}}, "raters are drawn of peer and observation"),
        ({"design": ["D"], "source": ["peers"]}, "peers"),
        (7, "a data frame"),
    ],
)
def test_a_design_that_cannot_be(acme: gr.Dataset, designs: object, words: str) -> None:
    with pytest.raises(gr.Error, match=words):
        gr.review_design(acme.organization, designs, as_of=DAY)


def test_a_design_may_be_called_like_a_source(acme: gr.Dataset) -> None:
    org = acme.organization
    found = gr.review_design(org, {"manager": {"manager": 1}}, as_of=DAY, repetitions=1)
    assert found["design"].tolist() == [None, "manager"]
    named, plain = (
        gr.simulate_assessments(org, one, as_of=DAY) for one in ({"manager": {"manager": 1}}, {"manager": 1})
    )
    assert named.rows() == plain.rows() and set(named["source"]) == {"manager"}
    with pytest.raises(gr.Error, match=r"design 'round', peer: a number of raters, .* was expected, not None"):
        gr.simulate_assessments(org, {"peer": None}, as_of=DAY)


def test_one_variance_for_all_sources_is_drawn_and_reviewed_alike(acme: gr.Dataset) -> None:
    org, ratings = acme.organization, acme.assessments
    pooled = ("severity", "halo", "residual")
    estimates = gr.estimate(org, ratings or [], as_of=DAY, pooled=pooled)
    asked = {"manager": 1, "peer": 2}
    apart, alike, told = (
        gr.simulate_assessments(org, asked, given, as_of=DAY, assessments=ratings, **options)
        for given, options in ((None, {}), (None, {"pooled": pooled}), (estimates.variances, {}))
    )
    assert alike.rows() == told.rows() != apart.rows()


def test_what_is_only_believed_is_told(acme: gr.Dataset) -> None:
    org = acme.organization
    assert acme.assessments is not None
    ratings = [row for row in acme.assessments if row["source"] != "observation"]
    designs = {"with them": {"manager": 1, "observation": 2}}
    options = {"as_of": DAY, "repetitions": 1}
    found = gr.review_design(org, designs, assessments=ratings, **options)
    assert found.believed == {"observation": pytest.approx(0.0125**0.5)}
    words = "No ratings of observation yet: what it tells is believed (sd of chance in one rating, in shares of the "
    assert f"{words}scale's range: observation 0.11)" in repr(found)
    assert not gr.review_design(org, {"D": {"manager": 1}}, assessments=ratings, **options).believed
    given = gr.review_design(org, designs, assessments=ratings, variances={"residual": 0.02}, **options)
    assert not given.believed and "No ratings of" not in repr(given)
    # Before the first rating, nothing is known of managers either.
    early = gr.review_design(org, designs, assessments=ratings, as_of="2023-01-31", repetitions=1)
    assert early.believed.keys() == {"manager", "observation"} and "what they tell is believed" in repr(early)


def test_what_is_believed_is_what_the_core_believes(acme: gr.Dataset) -> None:
    """A weight of the prior beside which a rating tells nothing."""
    row = {"person": "E02", "capability": "privacy", "level": "certified", "rater": "E01", "date": "2026-01-15"}
    rows = [{**row, "source": source, "rater": None if source == "self" else "E01"} for source in BELIEVED]
    variances = gr.estimate(acme.organization, rows, as_of=DAY, prior_weight=1e9).variances
    found = {row["source"]: row["variance"] for row in variances if row["term"] == "residual"}
    assert found == pytest.approx(BELIEVED, rel=1e-6)


def test_options_that_cannot_be(acme: gr.Dataset) -> None:
    org = acme.organization
    for options, words in (
        ({"seed": -1}, "seed must be 0 or more"),
        ({"seed": True}, "seed must be a whole number, not True"),
        ({"seed": 2**31}, "seed must be a whole number below 2³¹"),
        ({"repetitions": 10_001}, "from 0 to 10,000"),
        ({"bias": {"boss": 0}}, "bias: there is no source 'boss'"),
        ({"bias": {"self": 3}}, "bias.self must be from -1 to 1"),
        ({"bias": 3}, "bias must be a mapping"),
    ):
        with pytest.raises(gr.Error, match=words):
            gr.review_design(org, DESIGNS, as_of=DAY, **options)
    several = {"design": ["E", "Drei"], "source": ["self", "self"]}
    with pytest.raises(gr.Error, match="of 2 designs one must be named; there are E, Drei"):
        gr.simulate_assessments(org, several, as_of=DAY)
    with pytest.raises(gr.Error, match="there is no design 'Dre'; there are E, Drei; did you mean 'Drei'"):
        gr.simulate_assessments(org, several, as_of=DAY, name="Dre")


@pytest.mark.parametrize("dark", [False, True])
def test_the_plot_has_every_design(acme: gr.Dataset, dark: bool) -> None:
    found = gr.review_design(acme.organization, DESIGNS, as_of=DAY, repetitions=1)
    text = json.dumps(found.plot(dark=dark).to_dict())
    assert all(f'"{name}"' in text for name in ("no round", "managers", "peers"))
    nothing = gr.review_design(acme.organization, {"design": [], "source": []}, as_of=DAY, repetitions=1)
    with pytest.raises(gr.Error, match="nothing to draw"):
        nothing.plot()


def test_the_command(tmp_path) -> None:
    folder = str(gr.examples.starter())
    run = CliRunner().invoke
    shown = run(app, ["review", folder, "--as-of", DAY, "--repetitions", "2"])
    assert shown.exit_code == 0, shown.output
    assert "no round" in shown.output
    assert "No ratings of" not in shown.output
    early = run(app, ["review", folder, "--as-of", "2023-01-31"])
    text = " ".join(early.output.split())
    assert "With no ratings by that day" in text and "No ratings of manager, peer, test yet" in text
    assert "what they tell is believed (sd of chance in one rating" in text
    between = json.loads(run(app, ["review", folder, "--as-of", "2025-06-30", "--json", "--repetitions", "1"]).stdout)
    acme = gr.load(folder)
    estimates = gr.estimate(acme.organization, acme.assessments or [], as_of="2025-06-30")
    assert between["ratings"] == estimates["ratings"].sum() > 0
    assert between["ratings"] < len(acme.assessments or ())
    told = run(app, ["review", folder, "--as-of", "2025-06-30", "--repetitions", "1"]).output
    assert f"With {between['ratings']} ratings by that day" in told
    designs = tmp_path / "designs.csv"
    designs.write_text("design,source,raters\nA,manager,\nB,manager,\nB,peer,3\n")
    given = ["review", folder, "--as-of", DAY, "--designs", str(designs), "--repetitions", "2"]
    told = run(app, [*given, "--json", "-o", str(tmp_path / "out")])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)["designs"]
    assert [row["design"] for row in found] == [None, "A", "B"]
    assert (tmp_path / "out" / "design_review.csv").read_text().startswith("design,raters,ratings,lacking,sd,")
    assert (tmp_path / "out" / "design_review_capabilities.csv").read_text().startswith("design,capability,people,")
    assert {row["design"] for row in json.loads(told.stdout)["capabilities"]} == {None, "A", "B"}
    some = run(app, [*given, "--top", "2"])
    assert "By capability, after B" in some.output and "2 of 6, those known least then" in some.output, some.output
    designs.write_text("design,source,ratters\nB,manager,\nA,peer,9\n")
    warned = run(app, given)
    assert warned.exit_code == 0
    assert "column ratters: 'ratters' is not a column" in warned.output and "did you mean 'raters'?" in warned.output, (
        warned.output
    )
    assert warned.output.index("\n  B ") < warned.output.index("\n  A ")
    designs.write_text("design,source,raters\nA,peer,9\n")
    few = run(app, given)
    assert "for 12 of 12 people there are fewer of the source peer" in few.output and "lacking" in few.output
    designs.write_text("design,source,raters\nA,manager,\nB,manager,3\n")
    wrong = run(app, given)
    assert wrong.exit_code == 1
    assert "row 2" in wrong.output and "column raters" in wrong.output and "designs.csv" in wrong.output
    assert "gradus check" not in wrong.output  # which would not look at this file
    faulty = tmp_path / "my acme"
    shutil.copytree(folder, faulty)
    people = faulty / "people.csv"
    people.write_text(people.read_text().replace("E05,adviser", "E05,advisor"))
    wrong = run(app, ["review", str(faulty), "--as-of", DAY])
    assert wrong.exit_code == 1
    assert "1 error in all" in wrong.output and f"gradus check '{faulty}'" in wrong.output, wrong.output
