"""The example framework and the simulated organisation keep the data contract; the same seed gives the same bytes."""

import csv
import importlib.util
import re
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

HOME = Path(__file__).resolve().parents[2]
PACKAGE = HOME / "python" / "gradus"
SOURCE = HOME.parent / "shared" / "data" / "gdad"


def by_path(name, path):
    """A module of the package from its file: these two need no compiled core."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


try:
    from gradus.examples import gdad, gdad_report
    from gradus.simulate import simulate_tables, write_folder
except ImportError:
    examples = by_path("gradus_examples", PACKAGE / "examples" / "__init__.py")
    simulate = by_path("gradus_simulate", PACKAGE / "simulate" / "__init__.py")
    gdad, gdad_report = examples.gdad, examples.gdad_report
    simulate_tables, write_folder = simulate.simulate_tables, simulate.write_folder

AS_OF = np.datetime64("2026-03-31")
END = AS_OF + 365

# Two scales, positions that are not 1, 2, 3, a requirement that has ended, roles without family or grade.
SMALL = {
    "scales": {"scale": ["skill"] * 4 + ["done"] * 2, "level": ["none", "some", "good", "best", "no", "yes"],
               "position": [0, 1, 3, 7, 0, 1]},
    "capabilities": {"capability": ["a", "b", "c"], "scale": ["skill", "skill", "done"]},
    "roles": {"role": ["one", "two"]},
    "requirements": {"role": ["one", "one", "two", "two"], "capability": ["a", "c", "b", "a"],
                     "level": ["good", "yes", "3", 7], "valid_to": [None, None, None, "2026-01-01"]},
}  # fmt: skip

# The contract's columns by type, where simulated; {table.column: table named}.
NAMES = {
    "people": {"role": "roles", "unit": "units", "manager": "people"},
    "units": {"parent": "units"},
    "capabilities": {"scale": "scales"},
    "requirements": {"role": "roles", "capability": "capabilities"},
    "person_attributes": {"person": "people"},
    "target_roles": {"person": "people", "role": "roles"},
    "personal_goals": {"person": "people", "capability": "capabilities"},
    "objectives": {"parent": "objectives", "unit": "units", "person": "people"},
    "objective_links": {"objective": "objectives", "capability": "capabilities", "unit": "units"},
    "kpi_targets": {"objective": "objectives"},
    "outcomes": {"activity": "activities", "capability": "capabilities"},
    "activity_prerequisites": {"activity": "activities", "prerequisite": "activities"},
    "sessions": {"activity": "activities"},
    "eligibility": {"activity": "activities", "role": "roles", "unit": "units"},
    "mandatory": {"activity": "activities", "unit": "units"},
    "preferences": {"person": "people"},
    "enrolments": {"person": "people", "activity": "activities", "session": "sessions"},
    "funds": {"parent": "funds", "unit": "units"},
    "programs": {"fund": "funds"},
    "accounts": {"person": "people", "program": "programs"},
    "assessments": {"person": "people", "capability": "capabilities", "rater": "people"},
    "kpis": {"kpi": "kpi_targets", "entity": "units"},
    "rollouts": {"entity": "units", "activity": "activities"},
    "anecdotes": {"author": "people", "objective": "objectives", "activity": "activities", "program": "programs"},
}
KEYS = {
    "scales": ("scale", "level"), "capabilities": ("capability",), "roles": ("role",), "units": ("unit",),
    "requirements": ("role", "capability"), "people": ("person",), "objectives": ("objective",),
    "kpi_targets": ("kpi",), "activities": ("activity",), "sessions": ("session",), "funds": ("fund",),
    "programs": ("program",), "person_attributes": ("person", "attribute"), "target_roles": ("person", "role"),
    "personal_goals": ("person", "capability"), "objective_links": ("objective", "capability"),
    "outcomes": ("activity", "capability"), "activity_prerequisites": ("activity", "prerequisite"),
    "preferences": ("person", "kind"), "enrolments": ("person", "activity"),
    "eligibility": ("activity", "role", "unit", "persona"), "mandatory": ("activity", "unit", "persona"),
    "accounts": ("person", "program"), "kpis": ("kpi", "entity", "date"), "rollouts": ("entity", "start"),
}  # fmt: skip
SHARES = {"weight", "strength", "probability", "account_share", "employee_share", "carry_over", "score", "reaction"}
DATES = {"joined", "left", "due", "date", "first_day", "last_day", "valid_from", "valid_to", "start",
         "baseline_date", "measure_date"}  # fmt: skip
MONEY = {"cost", "amount", "unit_value", "cap", "grant"}


def column(table, name):
    """A column as a list, absent cells and columns None."""
    cells = table.get(name)
    rows = len(next(iter(table.values())))
    return [None] * rows if cells is None else cells.tolist() if isinstance(cells, np.ndarray) else cells


def rows(table, *names):
    return list(zip(*(column(table, name) for name in names), strict=True))


def days(cells):
    """Days, with NaT where absent."""
    return np.array([np.datetime64(cell or "NaT", "D") for cell in cells], dtype="datetime64[D]")


def positions(tables):
    """The position of each label, per capability."""
    scales = defaultdict(dict)
    for scale, level, position in rows(tables["scales"], "scale", "level", "position"):
        scales[scale][level] = float(position) if position is not None else len(scales[scale]) + 1.0
    return {key: scales[scale] for key, scale in rows(tables["capabilities"], "capability", "scale")}


def acyclic(pairs):
    """Whether following the pairs (from, to) ever comes back."""
    after = defaultdict(list)
    for here, there in pairs:
        after[here].append(there)
    done, path = set(), set()
    for first in list(after):
        stack = [(first, iter(after[first]))] if first not in done else []
        path = {first}
        while stack:
            here, following = stack[-1]
            there = next(following, None)
            if there is None:
                stack.pop()
                path.discard(here)
                done.add(here)
            elif there in path:
                return False
            elif there not in done:
                path.add(there)
                stack.append((there, iter(after[there])))
    return True


def folder_bytes(tables, folder):
    write_folder(tables, folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def framework():
    return gdad()


@pytest.fixture(scope="module", params=["gdad", "small"])
def tables(request, framework):
    if request.param == "gdad":
        return simulate_tables(framework)
    return simulate_tables(SMALL, people=300, units=9, activities=60, seed=8)


# The example framework


def test_gdad_counts(framework):
    assert {name: len(next(iter(table.values()))) for name, table in framework.items()} == {
        "scales": 4, "capabilities": 188, "roles": 205, "requirements": 1781}  # fmt: skip
    assert len(set(framework["roles"]["role"])) == 205
    assert len(set(rows(framework["requirements"], "role", "capability"))) == 1781
    assert framework["scales"]["level"] == ["Awareness", "Working", "Practitioner", "Expert"]
    assert set(framework["requirements"]["level"]) == set(framework["scales"]["level"])
    assert "criticality" not in framework["requirements"]


def test_gdad_report(framework):
    report = gdad_report()
    assert report["counts"] == {
        "source_rows": 1825, "requirements": 1781, "not_in_use": 28, "repeat": 16,
        "role_without_requirements": 4, "capability_without_requirements": 22}  # fmt: skip
    left_out = rows(report["left_out"], "row", "role", "capability", "reason")
    assert len(left_out) == 28 + 16 + 4
    known = set(framework["roles"]["role"]), set(framework["capabilities"]["capability"])
    for row, role, capability, reason in left_out:
        assert role in known[0]
        assert (row is None) == (capability is None) == (reason == "role_without_requirements")
        assert capability is None or (capability in known[1] and 1 <= row <= 1825)


def test_gdad_holds_names_and_no_sentences():
    for path in sorted((PACKAGE / "examples" / "gdad").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for cell in (cell for row in csv.reader(file) for cell in row):
                assert len(cell) <= 90 and "\n" not in cell and ". " not in cell, (path.name, cell)
    assert "Open Government Licence" in (PACKAGE / "examples" / "gdad" / "ATTRIBUTION.md").read_text("utf-8")


def test_gdad_grades_rise_with_what_is_required(framework):
    level = {label: place for place, label in enumerate(framework["scales"]["level"], 1)}
    needed = defaultdict(list)
    for role, _, label in rows(framework["requirements"], "role", "capability", "level"):
        needed[role].append(level[label])
    grades = np.array([float(grade) for role, grade in rows(framework["roles"], "role", "grade") if needed[role]])
    means = np.array([np.mean(needed[role]) for role in framework["roles"]["role"] if needed[role]])
    assert np.corrcoef(grades, means)[0, 1] > 0.8


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the published files of the framework are not here")
def test_gdad_is_what_the_script_makes(tmp_path):
    script = HOME / "scripts" / "make_gdad"
    command = [sys.executable, str(script), "--source", str(SOURCE), "--target", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    kept = {path.name: path.read_bytes() for path in (PACKAGE / "examples" / "gdad").glob("*.csv")}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept


# The simulated organisation


def test_same_seed_same_bytes(framework, tmp_path):
    first = folder_bytes(simulate_tables(framework, people=400, seed=3), tmp_path / "first")
    again = folder_bytes(simulate_tables(framework, people=400, seed=3), tmp_path / "again")
    other = folder_bytes(simulate_tables(framework, people=400, seed=4), tmp_path / "other")
    assert first == again
    fixed = (*framework, "settings", "kpi_targets", "programs", "mandatory", "anecdotes")
    drawn = set(first) - {f"{name}.csv" for name in fixed}
    assert not [name for name in drawn if first[name] == other.get(name)]


def test_sizes(framework):
    tables = simulate_tables(framework, people=1234, units=17, activities=120)
    assert [len(tables[name][key]) for name, key in (("people", "person"), ("units", "unit"))] == [1234, 17]
    assert len(tables["activities"]["activity"]) == 120


@pytest.mark.parametrize("people", [1, 2, 30])
@pytest.mark.parametrize("units", [1, 2, 3, 40])
@pytest.mark.parametrize("activities", [1, 4])
def test_the_smallest_organisations(people, units, activities):
    tables = simulate_tables(SMALL, people=people, units=units, activities=activities)
    assert len(tables["people"]["person"]) == people
    assert all(len(cells) for table in tables.values() for cells in table.values())


def test_a_framework_that_needs_nothing():
    bare = SMALL | {"requirements": {"role": [], "capability": [], "level": []}}
    tables = simulate_tables(bare, people=20)
    assert "people" in tables and not {"requirements", "assessments", "outcomes"} & set(tables)


@pytest.mark.parametrize("wrong", [{"people": 0}, {"units": 0}, {"activities": 0}, {"unmet": 1.5}, {"seats": (9, 2)},
                                   {"money": 0.001}, {"money": -1}])  # fmt: skip
def test_senseless_arguments_are_refused(wrong):
    with pytest.raises(ValueError):
        simulate_tables(SMALL, **wrong)


def test_many_people(framework):
    tables = simulate_tables(framework, people=100_000)
    assert len(set(tables["people"]["person"])) == 100_000
    assert len(tables["assessments"]["person"]) > 2_000_000


def test_columns_are_of_one_length_and_tables_are_not_empty(tables):
    for name, table in tables.items():
        assert {len(cells) for cells in table.values()} == {len(next(iter(table.values())))} != {0}, name
        for cells in table.values():
            assert isinstance(cells, list) or cells.dtype.kind in "ifM"


def test_the_framework_is_handed_on(framework):
    tables = simulate_tables(framework, people=10)
    assert {name: tables[name] for name in framework} == framework


def test_names_say_that_it_is_simulated(tables):
    for name in ("units", "people", "activities", "objectives", "programs"):
        assert all(text.startswith("Simulated ") for text in tables[name]["name"]), name
    assert all(text.startswith("Simulated") for text in tables["anecdotes"]["text"])


def test_every_key_names_a_row(tables):
    for name, columns in NAMES.items():
        for key, named in columns.items():
            used = {cell for cell in column(tables.get(name, {key: []}), key) if cell is not None}
            assert not used or used <= set(tables[named][KEYS[named][0]]), (name, key)
    personas = set(tables["people"]["persona"])
    for name in ("objective_links", "eligibility", "mandatory"):
        assert {cell for cell in column(tables.get(name, {"persona": []}), "persona") if cell} <= personas


def test_rows_have_keys_of_their_own(tables):
    for name, key in KEYS.items():
        if name in tables and not (name == "requirements" and "valid_to" in tables[name]):
            found = rows(tables[name], *key)
            assert len(set(found)) == len(found), name


def test_trees_and_orders_have_no_cycle(tables):
    for name, here, there in (
        ("units", "unit", "parent"), ("people", "person", "manager"), ("objectives", "objective", "parent"),
        ("funds", "fund", "parent"), ("activity_prerequisites", "activity", "prerequisite"),
    ):  # fmt: skip
        pairs = [pair for pair in rows(tables[name], here, there) if pair[1] is not None]
        assert pairs and acyclic(pairs), name
    assert not acyclic([("a", "b"), ("b", "c"), ("c", "a")])


def test_managers_are_of_the_same_or_the_parent_unit(tables):
    parent = dict(rows(tables["units"], "unit", "parent"))
    unit = dict(rows(tables["people"], "person", "unit"))
    managers = rows(tables["people"], "person", "manager")
    assert sum(manager is None for _, manager in managers) == 1
    assert all(manager is None or unit[manager] in (unit[person], parent[unit[person]]) for person, manager in managers)


def test_cells_have_the_type_of_their_column(tables):
    for name, table in tables.items():
        for key in table:
            cells = [cell for cell in column(table, key) if cell is not None]
            if key in DATES and name not in ("scales",):
                assert not np.isnat(days(cells)).any(), (name, key)
            if key in SHARES and name not in ("objectives", "preferences"):
                assert all(0 <= cell <= 1 for cell in cells), (name, key)
            if key in MONEY:
                assert all(re.fullmatch(r"\d+\.\d\d|24", cell) for cell in cells), (name, key)
            if key == "hours":
                assert all(cell > 0 and cell * 4 == int(cell * 4) for cell in cells), (name, key)
    assert all(1 <= hours <= 40 for hours in tables["activities"]["hours"])
    assert all(hours is None or 4 <= hours <= 12 for hours in tables["people"]["hours"])
    assert None in tables["people"]["hours"]
    assert all(0 <= weight <= 2 for weight in column(tables["preferences"], "weight"))
    assert all(weight > 0 for weight in tables["objectives"]["weight"])


def test_levels_are_labels_of_the_scale(tables):
    label = positions(tables)
    for name in ("personal_goals", "assessments"):
        assert all(level in label[key] for key, level in rows(tables[name], "capability", "level")), name
    for key, up_to, entry, uplift in rows(tables["outcomes"], "capability", "up_to", "from_level", "uplift"):
        reach = max(label[key].values()) - min(label[key].values())
        assert entry is None or label[key][entry] < label[key][up_to]
        assert label[key][up_to] > min(label[key].values()) and 0 < uplift <= 1.25 * reach


def test_dates_are_ordered(tables):
    for name in ("activities", "funds", "programs", "accounts"):
        begin, end = days(column(tables[name], "valid_from")), days(column(tables[name], "valid_to"))
        assert not (begin >= end).any(), name
    first, last = days(column(tables["sessions"], "first_day")), days(column(tables["sessions"], "last_day"))
    assert (first <= last).all() and (first > AS_OF).all() and (last <= END).all()
    length = dict(rows(tables["activities"], "activity", "days"))
    assert (last - first).astype(int).tolist() == [length[key] - 1 for key in tables["sessions"]["activity"]]
    seen = days(column(tables["assessments"], "date"))
    assert (seen <= AS_OF).all() and (seen >= AS_OF - 731).all()
    assert (days(column(tables["kpis"], "date")) <= AS_OF).all()
    for name in ("personal_goals", "objectives", "mandatory"):
        due = days(column(tables[name], "due"))
        assert not (due <= AS_OF).any() and not (due > END).any(), name


def test_shares_of_one_cost_are_at_most_the_whole(tables):
    for name in ("activities", "programs"):
        for account, employee in rows(tables[name], "account_share", "employee_share"):
            assert (account or 0) + (employee or 0) <= 1
    assert any(column(tables["activities"], "account_share"))


def test_funds_reach_everyone_and_do_not_overlap(tables):
    funds = rows(tables["funds"], "fund", "amount", "parent", "unit", "valid_from", "valid_to")
    whole = [fund for fund in funds if fund[3] is None]
    assert len(whole) == 1 and whole[0][2:] == (None,) * 4 and Decimal(whole[0][1]) > 0
    spans = defaultdict(list)
    for _, _, _, unit, begin, end in funds:
        spans[unit].append((begin or "0000", end or "9999"))
    for of_unit in spans.values():
        of_unit.sort()
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(of_unit))


def test_no_two_accounts_serve_one_item(tables):
    kinds = dict(rows(tables["programs"], "program", "activity_kinds"))
    assert len(set(kinds.values())) == len(kinds)
    kind = dict(rows(tables["programs"], "program", "kind"))
    assert all(kind[program] == own for program, own in rows(tables["accounts"], "program", "kind"))


def test_who_is_away_takes_no_part(tables):
    away = set()
    for person, joined, left in rows(tables["people"], "person", "joined", "left"):
        if (joined and np.datetime64(joined) > AS_OF) or (left and np.datetime64(left) <= AS_OF):
            away.add(person)
    assert away and not away & set(tables["people"]["manager"])
    for name in ("target_roles", "personal_goals", "preferences", "enrolments", "accounts", "assessments"):
        assert not away & set(tables.get(name, {"person": []})["person"]), name


def test_target_roles_are_the_next_of_the_family(framework):
    tables = simulate_tables(framework)
    own = dict(rows(tables["people"], "person", "role"))
    family, grade = dict(rows(framework["roles"], "role", "family")), dict(rows(framework["roles"], "role", "grade"))
    for person, role in rows(tables["target_roles"], "person", "role"):
        assert family[role] == family[own[person]] and int(grade[role]) > int(grade[own[person]])


def test_a_person_has_at_most_one_pin(tables):
    pins = [row for row in rows(tables["enrolments"], "person", "activity", "status", "session")
            if row[2] in ("enrolled", "in_progress")]  # fmt: skip
    assert len({person for person, *_ in pins}) == len(pins)
    of = dict(rows(tables["sessions"], "session", "activity"))
    assert all(session is None or of[session] == activity for _, activity, _, session in pins)


def test_mandatory_activities_are_open_to_everyone(tables):
    duties = set(tables["mandatory"]["activity"])
    for name in ("eligibility", "activity_prerequisites"):
        assert not duties & set(tables.get(name, {"activity": []})["activity"]), name
    assert not duties & {key for key, entry in rows(tables["outcomes"], "activity", "from_level") if entry}


def test_raters_stand_apart_from_the_rated(tables):
    manager = dict(rows(tables["people"], "person", "manager"))
    seen = rows(tables["assessments"], "person", "source", "rater")
    assert {source for _, source, _ in seen} == {"self", "manager", "peer", "test"}
    assert all(rater == manager[person] for person, source, rater in seen if source == "manager")
    assert all(rater not in (person, manager[person]) for person, source, rater in seen if source == "peer" and rater)
    assert all(rater is None for _, source, rater in seen if source in ("self", "test"))


def test_gaps_are_realistic(framework):
    tables = simulate_tables(framework)
    label, role = positions(tables), dict(rows(tables["people"], "person", "role"))
    needed = {
        (role, key): label[key][level]
        for role, key, level in rows(framework["requirements"], "role", "capability", "level")
    }
    rated, by_source = defaultdict(list), defaultdict(list)
    for person, key, level, source in rows(tables["assessments"], "person", "capability", "level", "source"):
        distance = label[key][level] - needed[role[person], key]
        by_source[source].append(distance)
        if source != "self":
            rated[person, key].append(distance)
    below = np.mean([np.mean(distances) < 0 for distances in rated.values()])
    assert 0.2 < below < 0.45  # a third of the true levels
    assert 0.15 < np.mean(by_source["self"]) - np.mean(by_source["manager"]) < 0.45  # leniency, cut at the top level


def test_catalogue_teaches_what_is_needed(framework):
    tables = simulate_tables(framework)
    needed = set(framework["requirements"]["capability"])
    taught = column(tables["outcomes"], "capability")
    assert set(taught) <= needed
    per = np.unique(tables["outcomes"]["activity"], return_counts=True)[1]
    assert len(per) == 300 and per.min() == 1 and per.max() == 3
    assert 30 <= len(tables["activity_prerequisites"]["activity"]) <= 50
    assert 65 <= len(set(tables["sessions"]["activity"])) <= 85
    kinds = {"course", "coaching", "mentoring", "assignment", "reading", "conference"}
    assert set(tables["activities"]["kind"]) == kinds


def test_write_folder(tmp_path):
    write_folder(
        {"t": {"a": ["x", None, "1,5"], "b": np.array([1.5, np.nan, 2]), "c": [True, None, False],
               "d": np.array(["2026-03-31", "NaT", "2026-04-01"], dtype="datetime64[D]")}},
        tmp_path / "new",
    )  # fmt: skip
    expected = 'a,b,c,d\nx,1.5,true,2026-03-31\n,,,\n"1,5",2.0,false,2026-04-01\n'
    assert (tmp_path / "new" / "t.csv").read_bytes() == expected.encode()
