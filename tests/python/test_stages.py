"""The stages in Python: options, tables from outside, errors in the words of who asked."""

from __future__ import annotations

import datetime
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import gradus as gr
from conftest import AS_OF, small_ratings


def test_the_stages_give_their_tables(org: gr.Organization, risks: gr.Risks) -> None:
    estimates = gr.estimate(org, small_ratings(), as_of=AS_OF)
    assert isinstance(estimates, gr.Estimates) and estimates.name == "estimates"
    assert isinstance(risks, gr.Risks) and isinstance(risks, gr.Gaps) and risks.name == "risks"
    assert len(risks) == 4 and (risks["exposure"] > 0).all()
    assert risks.to_pydict()["status"] == ["gap", "gap", "gap", "unknown"]
    assert estimates.problems is not None
    assert [row["column"] for row in estimates.problems] == ["date"] * 2  # an undated rating: when read, and when used
    heat = gr.heat_map(org, risks, by="all", roll_up=True)
    assert heat["exposure"].sum() == pytest.approx(risks["exposure"].sum())
    assert gr.heat_map(org, risks)["member"].tolist() == ["U", "U", None, None]
    assert gr.concentration(org, estimates, cover=3)["single_point"].all()
    assert gr.ratings_by_source(org, small_ratings(), as_of=AS_OF)["source"].tolist() == ["manager", "self", "test"]
    assert gr.compare(risks, risks)["rows"].sum() == 0


@pytest.mark.parametrize(
    "as_of",
    [
        AS_OF,
        datetime.date(2026, 3, 31),
        datetime.datetime(2026, 3, 31),
        np.datetime64("2026-03-31"),
        np.datetime64("2026-03-31T00:00:00", "ns"),
        pd.Timestamp("2026-03-31"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_days_as_options(org: gr.Organization, estimates: gr.Estimates, as_of: Any) -> None:
    assert gr.estimate(org, small_ratings(), as_of=as_of).to_pydict() == estimates.to_pydict()


@pytest.mark.parametrize(
    "as_of",
    ["31.03.2026", "2026-02-30", "20260331", 20260331, pd.NaT, np.datetime64("NaT"), pd.Timestamp("2026-03-31 12:00"),
     datetime.datetime(2026, 3, 31, tzinfo=datetime.timezone.utc)],
    ids=str,
)  # fmt: skip
def test_what_is_no_day(org: gr.Organization, as_of: Any) -> None:
    with pytest.raises(gr.Error, match="as_of must be a day") as caught:
        gr.estimate(org, small_ratings(), as_of=as_of)
    assert caught.value.code == "invalid_option"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"half_information_years": 0}, "half_information_years"),
        ({"half_information_years": "1"}, "half_information_years must be a number"),
        ({"prior_sd": float("nan")}, "prior_sd must be a number"),
        ({"prior_mean": 2}, "prior_mean"),
        ({"variances": {"boss": 1}}, "no term 'boss'; there are person, person_capability, severity"),
        (
            {"variances": {"severity": {"boss": 1}}},
            r"variances\['severity'\]: there is no source 'boss'; there are self",
        ),
        ({"variances": {"residual": {"self": -1}}}, "variances.residual.self"),
        ({"variances": {"residual": 0}}, "variances.residual.self"),
        ({"variances": {"severity": float("inf")}}, "variances.severity.self"),
        ({"variances": {"halo": {"peer": "much"}}}, r"variances\['halo'\]\['peer'\] must be a number, not 'much'"),
        ({"variances": {"person": {"self": 1}}}, r"variances\['person'\] must be a number"),
        ({"variances": 0.04}, "variances must be a mapping of terms or the variances of estimates, not 0.04"),
        ({"terms": "severity"}, r"terms must be a list of names, such as \['severity'\]"),
        ({"terms": ["residual", "mood"]}, "terms: there is no term 'mood'; there are person"),
        ({"terms": ["severity"]}, "the residual cannot be left out"),
        ({"terms": 3}, "terms must be a list of names, not 3"),
        ({"pooled": ["person"]}, "pooled: there is no term 'person'; there are severity, halo, residual"),
        ({"prior_weight": -1}, "prior_weight"),
        ({"common_uncertainty": 1}, "common_uncertainty must be True or False"),
        ({"likelihood": "probit"}, "likelihood must be one of normal, ordinal, not 'probit'"),
        ({"threads": 0}, "threads"),
        ({"threads": 1.5}, "threads must be a whole number"),
        ({"threads": 10**12}, "threads"),
    ],
)
def test_options_of_estimate(org: gr.Organization, options: Any, words: str) -> None:
    with pytest.raises(gr.Error, match=words) as caught:
        gr.estimate(org, small_ratings(), as_of=AS_OF, **options)
    assert caught.value.code == "invalid_option"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "team"}, "by must be one of unit, role"),
        ({"roll_up": 1}, "roll_up must be True or False"),
        ({"likelihood_bands": [0.1, 0.2]}, "likelihood_bands must be 4 numbers"),
        ({"impact_bands": [4, 3, 2, 1]}, "impact_bands"),
        ({"level_cuts": [1, 2, 3.5]}, "level_cuts"),
    ],
)
def test_options_of_heat_map(org: gr.Organization, risks: gr.Risks, options: Any, words: str) -> None:
    with pytest.raises(gr.Error, match=words):
        gr.heat_map(org, risks, **options)


def test_variances_matter(org: gr.Organization, estimates: gr.Estimates) -> None:
    surer = gr.estimate(org, small_ratings(), as_of=AS_OF, variances={"residual": {"manager": 0.001}})
    assert surer["sd"][0] < estimates["sd"][0]
    told = {(row["term"], row["source"]): row for row in surer.variances}
    given = told["residual", "manager"]
    assert (given["variance"], given["sd"], given["prior_share"]) == (0.001, None, None)
    assert told["residual", "self"]["prior_share"] > 0.5 and told["person", None]["sd"] > 0
    without = gr.estimate(org, small_ratings(), as_of=AS_OF, variances={"residual": {"manager": float("inf")}})
    assert without["ratings"].tolist() == [0, 1, 1, 0] and without.sources["source"].tolist() == ["self", "test"]


@pytest.fixture(scope="module")
def believed(acme: gr.Dataset) -> gr.Estimates:
    return gr.estimate(acme.organization, acme.assessments, as_of=AS_OF)


def test_known_variances_give_the_same_levels(acme: gr.Dataset, believed: gr.Estimates) -> None:
    again = gr.estimate(acme.organization, acme.assessments, as_of=AS_OF, variances=believed.variances)
    assert again["mean"].tolist() == believed["mean"].tolist() and again["sd"].tolist() == believed["sd"].tolist()
    known = {(row["term"], row["source"]): row["variance"] for row in believed.variances}
    assert {(row["term"], row["source"]): row["variance"] for row in again.variances} == known
    with pytest.raises(gr.Error, match="not the table raters"):
        gr.estimate(acme.organization, acme.assessments, as_of=AS_OF, variances=believed.raters)


def test_terms_can_be_left_out_and_pooled(acme: gr.Dataset) -> None:
    options: dict[str, Any] = {"terms": ["person_capability", "residual", "halo"], "pooled": ["residual"]}
    less = gr.estimate(acme.organization, acme.assessments, as_of=AS_OF, **options)
    terms = less.variances["term"].tolist()
    assert set(terms) == {"person_capability", "halo", "residual"}
    assert len(set(less.variances["variance"][less.variances["term"] == "residual"])) == 1
    assert (less.raters["severity"] == 0).all() and (less.raters["identifiability"] == 0).all()
    assert less.provenance["options"]["terms.severity"] is False and less.provenance["options"]["pooled.residual"]


def test_estimates_tell_of_those_who_rated(acme: gr.Dataset, believed: gr.Estimates) -> None:
    raters, sources = believed.raters, believed.sources
    assert isinstance(raters, gr.Raters) and raters is believed.raters and sources is believed.sources
    assert believed.variances is believed.variances
    told = (raters["identifiability"] >= 0.3).sum()
    groups = len(set(raters["component"]))
    assert f"{len(raters):,} raters, in {groups} groups" in repr(raters) and groups > 1
    assert f"; the severity of {told:,} can be told" in repr(raters)
    assert ((raters["severity_sd"] > 0) & (raters["people"] > 0)).all()
    assert set(raters["source"]) <= set(sources["source"]) == set(acme.assessments["source"])  # type: ignore[index]
    assert sources["ratings"].sum() == believed["ratings"].sum()
    residuals = believed.residuals
    assert isinstance(residuals, gr.Residuals) and len(residuals) == sources["ratings"].sum()
    assert abs(residuals["standardised"].mean()) < 0.1 and 0.85 < residuals["standardised"].std() < 1.15
    test = sources["source"] == "test"
    assert sources["bias"][test].tolist() == [0] and (sources["bias_sd"][~test] > 0).all()


def test_of_no_ratings_the_prior_is_all_that_is_known(org: gr.Organization) -> None:
    nothing = gr.estimate(org, [], as_of=AS_OF)
    assert len(nothing.raters) == len(nothing.sources) == len(nothing.fairness()) == 0
    assert nothing.variances["term"].tolist() == ["person", "person_capability"]
    assert nothing.variances["prior_share"].tolist() == [1, 1] and (nothing.variances["sd"] > 0).all()
    assert "nobody who rated is named" in repr(nothing.raters)
    assert "there are no ratings" in repr(nothing.residuals)
    with pytest.raises(gr.Error, match="nothing to draw"):
        nothing.residuals.plot()


def odd_ratings(org: gr.Organization) -> list[dict[str, Any]]:
    """A peer who is the person, which is read with a warning; and the same from a day to come."""
    own: dict[str, Any] = {"person": "007", "capability": "SQL", "level": 2, "source": "peer", "rater": "007"}
    return [{**own, "date": "2026-01-15"}, {**own, "date": "2026-12-31"}]


def test_what_is_read_on_the_way_keeps_its_warnings(org: gr.Organization) -> None:
    rows = odd_ratings(org)
    read = gr.Assessments.from_table(org, rows)
    assert read.problems is not None and len(read.problems)
    told = read.problems.rows()
    options: dict[str, Any] = {"as_of": AS_OF}
    designs = {"design": ["D"], "source": ["manager"], "ratters": [1]}
    for raw, known in (
        (gr.estimate(org, rows, **options), gr.estimate(org, read, **options)),
        (gr.ratings_by_source(org, rows, **options), gr.ratings_by_source(org, read, **options)),
        (
            gr.review_design(org, {"D": {"peer": 9}}, assessments=rows, repetitions=1, **options),
            gr.review_design(org, {"D": {"peer": 9}}, assessments=read, repetitions=1, **options),
        ),
        (
            gr.simulate_assessments(org, {"self": 1}, assessments=rows, **options),
            gr.simulate_assessments(org, {"self": 1}, assessments=read, **options),
        ),
    ):
        own = [] if known.problems is None else known.problems.rows()
        assert raw.problems is not None and sorted(map(str, raw.problems)) == sorted(map(str, [*told, *own]))
        assert raw.rows() == known.rows() and raw.provenance["digest"] == known.provenance["digest"]
    estimates = gr.estimate(org, rows, **options)
    assert len(estimates.problems or ()) > len(told)  # one rating is later
    gaps = gr.find_gaps(org, estimates)
    assert gaps.problems is not None and gaps.problems.rows() == estimates.problems.rows()  # type: ignore[union-attr]
    risks = gr.assess_risk(org, gaps)
    assert risks.problems is not None and risks.problems.rows() == gaps.problems.rows()
    simulated = gr.simulate_assessments(org, designs, **options)
    assert "ratters" in str(simulated.problems.rows())  # type: ignore[union-attr]


def test_goals_keep_the_warnings_of_ratings(org: gr.Organization, plan: gr.Plan, risks: gr.Risks) -> None:
    rows = odd_ratings(org)
    told = gr.Assessments.from_table(org, rows).problems
    goals = gr.write_goals(plan, assessments=rows)
    assert told is not None and goals.problems is not None and goals.problems.rows() == told.rows()
    checks = gr.check_goal(org, risks, {"person": "007", "capability": "SQL"}, assessments=rows)
    assert checks.problems is not None and checks.problems.rows() == told.rows()


def test_what_is_read_on_the_way_is_read_by_as_many_threads(
    org: gr.Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    load = gr.Assessments.from_table.__func__  # type: ignore[attr-defined]

    def loading(kind: Any, *given: Any, threads: int | None = None) -> gr.Assessments:
        asked.append(threads)
        return load(kind, *given, threads=threads)

    monkeypatch.setattr(gr.Assessments, "from_table", classmethod(loading))
    gr.estimate(org, small_ratings(), as_of=AS_OF, threads=1)
    gr.review_design(org, {"D": {"self": 1}}, as_of=AS_OF, assessments=small_ratings(), repetitions=1, threads=2)
    gr.simulate_assessments(org, {"self": 1}, as_of=AS_OF, assessments=small_ratings(), threads=3)
    assert asked == [1, 2, 3]


def test_a_dataset_is_told_from_its_parts(acme: gr.Dataset) -> None:
    with pytest.raises(gr.Error, match=r"assessments must be ratings, not a Dataset: give its \.assessments"):
        gr.estimate(acme.organization, acme, as_of=AS_OF)
    with pytest.raises(gr.Error, match=r"must be an Organization, not Dataset: give its \.organization"):
        gr.estimate(acme, acme.assessments, as_of=AS_OF)  # type: ignore[arg-type]
    with pytest.raises(gr.Error, match=r"must be an Organization, not int$"):
        gr.ratings_by_source(3, acme.assessments, as_of=AS_OF)  # type: ignore[arg-type]
    with pytest.raises(gr.Error, match="must be one of normal, ordinal, not 'ordinall'; did you mean 'ordinal'"):
        gr.estimate(acme.organization, acme.assessments, as_of=AS_OF, likelihood="ordinall")


def test_ratings_are_added(acme: gr.Dataset) -> None:
    org, ratings = acme.organization, acme.assessments
    assert ratings is not None
    frame = ratings.to_pandas()
    some = gr.Assessments.from_table(org, frame.iloc[::2])
    all_of_them = some.with_rows(org, frame.iloc[1::2])
    assert isinstance(all_of_them, gr.Assessments)
    assert all_of_them.provenance["digest"] == ratings.provenance["digest"]
    assert some.with_rows(org, gr.Assessments.from_table(org, frame.iloc[1::2])).rows() == ratings.rows()
    assert len(some) == (len(ratings) + 1) // 2  # as it was
    with pytest.raises(gr.Error, match="is not in people"):
        some.with_rows(org, [{**frame.iloc[0], "person": "nobody"}])


def test_fairness_compares_groups(acme: gr.Dataset, believed: gr.Estimates) -> None:
    found = believed.fairness()
    assert found.name == "fairness" and found["people"].min() >= 0
    known = ~np.isnan(found["difference"])
    assert known.any() and (found["people"][known] >= 5).all() and (found["others"][known] >= 5).all()
    assert (found["against"][known] != found["source"][known]).all()
    assert np.allclose(found["detectable"][known], 2.8 * found["sd"][known])
    assert not np.isfinite(believed.fairness(10**6)["difference"]).any()
    assert set(found["against"][found["source"] != "test"]) == {"test"}
    other = believed.fairness(against="manager")
    assert set(other["against"][other["source"] != "manager"]) == {"manager"} and other.provenance["options"] == {
        "min_people": 5,
        "against": "manager",
    }
    turned = {
        (row["attribute"], row["value"], row["source"], row["against"]): (row["difference"], row["sd"])
        for table in (found, other)
        for row in table
        if row["difference"] is not None
    }
    of_manager = [key for key in turned if key[2:] == ("manager", "test")]
    assert of_manager
    for key in of_manager:  # what managers are kinder than tests, tests are severer than managers
        back = turned[key[0], key[1], "test", "manager"]
        assert np.allclose((-back[0], back[1]), turned[key], atol=1e-6)
    absent = next(source for source in ("report", "observation", "peer") if source not in believed.sources["source"])
    with pytest.raises(gr.Error, match=rf"must be a source that ratings came from \(self, .*\), not {absent}"):
        believed.fairness(against=absent)
    with pytest.raises(gr.Error, match=r"against must be one of self, manager, peer, .*, not 'boss'"):
        believed.fairness(against="boss")
    with pytest.raises(gr.Error, match="min_people"):
        believed.fairness(1)
    with pytest.raises(gr.Error, match="min_people must be a whole number"):
        believed.fairness(2.5)  # type: ignore[arg-type]


def test_ratings_as_good_as_exact_lose_no_digits(acme: gr.Dataset) -> None:
    terms = {"person": 0.03, "person_capability": 0.03, "severity": 0.01, "halo": 0.006}
    near, exact = (
        gr.estimate(acme.organization, acme.assessments, as_of=AS_OF, variances={**terms, "residual": residual})
        for residual in (1e-6, 1e-300)
    )
    for name in ("bias", "bias_sd"):
        assert np.allclose(exact.sources[name], near.sources[name], atol=2e-4)
    fair, exactly = near.fairness(), exact.fairness()
    assert (fair["sd"] > 0.01).any()
    for name in ("difference", "sd"):
        assert np.allclose(exactly[name], fair[name], atol=2e-4, equal_nan=True)


def test_estimates_from_outside_do_not_tell_who_rated(org: gr.Organization, estimates: gr.Estimates) -> None:
    outside = gr.Estimates.from_table(org, estimates.to_pandas(), as_of=AS_OF)
    for name in ("raters", "sources", "variances", "residuals"):
        with pytest.raises(gr.Error, match=f"{name} needs estimates that gradus made from ratings") as caught:
            getattr(outside, name)
        assert caught.value.code == "missing_table"
    with pytest.raises(gr.Error, match="fairness needs estimates that gradus made"):
        outside.fairness()


@pytest.mark.parametrize(
    "convert", [gr.Table.to_pandas, gr.Table.to_polars, pa.table, gr.Table.to_pydict, gr.Table.rows]
)
def test_each_stage_takes_a_table_from_outside(
    org: gr.Organization, estimates: gr.Estimates, gaps: gr.Gaps, risks: gr.Risks, convert: Any
) -> None:
    found = gr.find_gaps(org, convert(estimates), as_of=AS_OF)
    assert np.allclose(found["shortfall"], gaps["shortfall"], rtol=1e-12)
    assert gr.assess_risk(org, convert(gaps), as_of=AS_OF)["exposure"].tolist() == risks["exposure"].tolist()
    heat, again = gr.heat_map(org, risks), gr.heat_map(org, convert(risks), as_of=AS_OF)
    assert again.to_pydict() == heat.to_pydict()


def test_estimates_of_your_own(org: gr.Organization) -> None:
    own = pl.DataFrame({"person": ["007"], "capability": ["SQL"], "mean": [1.25], "sd": [0.0]})
    gaps = gr.find_gaps(org, own, as_of=AS_OF)
    row = next(row for row in gaps if (row["person"], row["capability"]) == ("007", "SQL"))
    assert (row["shortfall"], row["likelihood"]) == (1.75, 1.0)
    with pytest.raises(gr.Error, match="as_of must be given"):
        gr.find_gaps(org, own)
    with pytest.raises(gr.Error, match="estimates, row 1, column person"):
        gr.find_gaps(org, own.with_columns(person=pl.lit("nobody")), as_of=AS_OF)


def test_a_table_of_another_organization_is_read_again(
    tables: Any, org: gr.Organization, estimates: gr.Estimates
) -> None:
    """Inside, keys are ranks: of another organisation they would name other people."""
    people = {"person": ["000", "007", "E2"], "role": ["Analyst"] * 3}
    more = org.with_tables(people=people)
    gaps = gr.find_gaps(more, estimates)
    assert gaps["person"].tolist() == ["000", "000", "007", "007", "E2", "E2"]
    known = {(row["person"], row["capability"]): row["mean"] for row in estimates}
    assert all(known.get((row["person"], row["capability"]), 2.5) == row["mean"] for row in gaps)
    with pytest.raises(gr.Error, match="'007'"):
        gr.find_gaps(org.with_tables(people={"person": ["E2"], "role": ["Analyst"]}), estimates)


def test_with_tables_replaces_and_keeps(org: gr.Organization) -> None:
    easier = org.with_tables(requirements={"role": ["Analyst"], "capability": ["SQL"], "level": [1]})
    assert len(easier.requirements) == 1 and len(org.requirements) == 2
    assert easier.people.to_pydict() == org.people.to_pydict()


def test_compare_needs_risks(risks: gr.Risks) -> None:
    with pytest.raises(gr.Error, match="after must be Risks"):
        gr.compare(risks, risks.to_pandas())  # type: ignore[arg-type]


def test_an_error_says_where(tables: Any) -> None:
    tables["people"]["role"][1] = "Analist"
    with pytest.raises(ValueError, match="people, row 2, column role") as caught:
        gr.Organization.from_tables(**tables)
    error = caught.value
    assert isinstance(error, gr.Error)
    assert (error.code, error.table, error.row, error.column) == ("unknown_key", "people", 2, "role")
    assert error.problems is not None and error.problems["key"].tolist()[0]
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.code, copy.row) == (str(error), error.code, error.row)


def test_only_numpy_is_imported() -> None:
    code = (
        "import sys, gradus as gr\n"
        "gr.simulate(gr.examples.gdad(), people=5, units=2, activities=10).organization.people\n"
        "others = {'pandas', 'polars', 'pyarrow', 'duckdb', 'tqdm', 'rich', 'typer'} & set(sys.modules)\n"
        "sys.exit(' '.join(others) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_versions(capsys: pytest.CaptureFixture[str]) -> None:
    gr.show_versions()
    assert f"gradus   {gr.__version__}" in capsys.readouterr().out


def test_simulate_refuses_what_makes_no_sense() -> None:
    with pytest.raises(gr.Error, match="people"):
        gr.simulate(gr.examples.gdad(), people=0)
    first, second = (gr.simulate(gr.examples.gdad(), people=9, units=2, activities=9, seed=4) for _ in range(2))
    assert first.organization.people.to_pydict() == second.organization.people.to_pydict()


@pytest.mark.parametrize("tqdm", [True, False])
def test_progress_goes_to_standard_error(tqdm: bool) -> None:
    code = (
        f"import sys\nif not {tqdm}: sys.modules['tqdm'] = None\n"
        "import gradus as gr\n"
        "acme = gr.simulate(gr.examples.gdad(), people=9, units=2, activities=9)\n"
        "gr.estimate(acme.organization, acme.assessments, as_of='2026-03-31', progress=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "" and "estimate" in done.stderr and "100%" in done.stderr


def test_update_changes_only_whom_new_ratings_are_of():
    acme = gr.load(gr.examples.starter())
    estimates = gr.estimate(acme.organization, acme.assessments, as_of="2026-03-31")
    rows = [{"person": "E02", "capability": "privacy", "level": "certified", "source": "test", "date": "2026-04-10"}]
    new = gr.Assessments.from_table(acme.organization, rows)
    updated = estimates.update(new, as_of="2026-04-15")
    assert {row["person"] for row in updated.rows()} == {"E02"}
    of = {row["capability"]: row for row in updated.rows()}
    before = {row["capability"]: row for row in estimates.rows() if row["person"] == "E02"}
    assert of.keys() == before.keys()
    assert of["privacy"]["mean"] > before["privacy"]["mean"]
    assert of["privacy"]["ratings"] == before["privacy"]["ratings"] + 1
    # Of those who rated it tells what the estimates told that it began with, as its docstrings say.
    assert updated.raters.rows() == estimates.raters.rows() and updated.sources.rows() == estimates.sources.rows()
    assert updated.variances.rows() == estimates.variances.rows()
    assert updated.fairness(2, against="manager").rows() == estimates.fairness(2, against="manager").rows()
    for name in ("raters", "sources", "variances", "fairness"):
        assert "Of an update, " in " ".join((getattr(gr.Estimates, name).__doc__ or "").split())
    with pytest.raises(gr.Error, match="2026-03-31"):
        estimates.update(new, as_of="2026-03-30")
    with pytest.raises(gr.Error, match="update takes"):
        estimates.update(rows)
