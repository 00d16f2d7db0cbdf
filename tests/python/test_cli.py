"""The command line, as people type it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradus as gr
from gradus import _core
from gradus._write import write_table
from gradus.cli.outcome import problems_told
from gradus.cli.plan import _safe
from gradus.cli.stages import _items
from gradus.simulate import simulate_tables, write_folder

AS_OF = "2026-03-31"
TABLES = {
    *("estimates", "gaps", "risks", "heat_map", "concentration", "items", "people", "goals", "resources", "conflicts"),
    *("certificate", "problems"),
}
COMMANDS = ("check", "plan", "goals", "raters", "review", "risk", "why", "ledger", "example", "demo", "version")

# Sends Ctrl-C at a moment that a parent could not hit: while optimize waits, and again while tables are written.
CANCEL = """
import os, signal
import gradus._plan as p
class Job:
    def __init__(self, job): self.job, self.sent = job, False
    def __getattr__(self, name): return getattr(self.job, name)
    def wait(self, seconds):
        if not self.sent:
            self.sent = True
            os.kill(os.getpid(), signal.SIGINT)
        return self.job.wait(seconds)
run = p.run
p.run = lambda job, *more, **options: run(Job(job), *more, **options)
"""
AGAIN = """
import gradus._write as w
write_table = w.write_table
def write(table, path):
    write_table(table, path)
    if path.stem == 'items': os.kill(os.getpid(), signal.SIGINT)
w.write_table = write
"""


def code(arguments: tuple[str, ...], before: str) -> list[str]:
    text = f"import sys; sys.argv = ['gradus', *{arguments!r}]\n{before}\nfrom gradus.cli import main; main()"
    return [sys.executable, "-c", text]


def gradus(
    *arguments: str | Path, before: str = "pass", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        code(tuple(map(str, arguments)), before), cwd=cwd, env={**plain, **environment}, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


def columns(path: Path) -> dict[str, list[str]]:
    header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    return {name: [row[place] for row in rows] for place, name in enumerate(header)}


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    shutil.copytree(gr.examples.starter(), folder)
    return folder


@pytest.fixture
def faulty(starter: Path) -> Path:
    people = starter / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace(",adviser,", ",advisor,", 1), encoding="utf-8")
    return starter


# What holds for every command


def test_version() -> None:
    for asked in ("version", "--version"):
        done = gradus(asked)
        assert (done.returncode, done.stdout) == (0, f"{gr.__version__}\n")
    found = json.loads(gradus("version", "--json").stdout)
    assert found["gradus"] == gr.__version__ and found["numpy"] == np.__version__


def test_help() -> None:
    done = gradus("--help")
    assert done.returncode == 0 and "Exit codes" in done.stdout
    assert all(f" {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_teaches_by_example(command: str) -> None:
    done = gradus(command, "--help")
    assert done.returncode == 0 and f"  gradus {command} " in done.stdout and "\x1b" not in done.stdout
    assert "Exit codes" in done.stdout


def test_as_a_module(starter: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gradus", "check", str(starter)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_completion_is_there() -> None:
    # Else Typer asks which shell its parent is, and there may be none.
    done = gradus("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.returncode == 0 and "gradus" in done.stdout


@pytest.mark.parametrize(
    "arguments", [("chek",), ("check",), ("check", "nowhere"), ("risk", ".", "--by", "team"), ("plan", ".", "--months")]
)
def test_wrong_use_is_two(arguments: tuple[str, ...]) -> None:
    done = gradus(*arguments)
    assert (done.returncode, done.stdout) == (2, "") and "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("check",), ("risk", "--as-of", AS_OF)])
def test_colours_only_where_they_are_wanted(starter: Path, arguments: tuple[str, ...]) -> None:
    command, *options = arguments
    plain = gradus(command, starter, *options)
    forced = gradus(command, starter, *options, FORCE_COLOR="1")
    assert plain.returncode == 0 and "\x1b" not in plain.stdout + plain.stderr
    assert "\x1b[" in forced.stdout
    assert max(map(len, plain.stdout.splitlines())) <= 100


@pytest.mark.parametrize("command", ["risk", "plan", "why"])
def test_faulty_tables_are_one(command: str, faulty: Path, tmp_path: Path) -> None:
    more = {"plan": ("-o", tmp_path / "out"), "why": ("E01",), "risk": ()}[command]
    done = gradus(command, faulty, *more, "--as-of", AS_OF)
    assert (done.returncode, done.stdout) == (1, "")
    assert "advisor" in done.stderr and "gradus check" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_as_of_the_newest_rating_is_suggested(starter: Path) -> None:
    newest = max(columns(starter / "assessments.csv")["date"])
    done = gradus("risk", starter)
    assert done.returncode == 2 and f"--as-of {newest}" in done.stderr


def test_a_reader_that_goes_away_is_no_fault(starter: Path) -> None:
    child = subprocess.Popen(
        code(("risk", str(starter), "--as-of", AS_OF), "pass"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None and child.stderr is not None
    child.stdout.close()
    errors = child.stderr.read()
    child.stderr.close()
    assert (child.wait(timeout=60), errors) == (141, b"")


def test_a_bug_is_called_one(starter: Path) -> None:
    breaks = "import gradus.cli.risk as r\ndef fail(*_): raise RuntimeError('no such thing')\nr.assess = fail"
    done = gradus("risk", starter, "--as-of", AS_OF, before=breaks)
    assert done.returncode == 70 and "bug" in done.stderr and "no such thing" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in gradus("risk", starter, "--as-of", AS_OF, before=breaks, GRADUS_TRACEBACK="1").stderr


def test_without_typer_the_extra_is_named() -> None:
    done = gradus("version", before="sys.modules['typer'] = None")
    assert done.returncode == 2 and "pip install 'gradus[cli]'" in done.stderr


def test_the_package_does_not_import_typer_or_rich() -> None:
    text = "import sys, gradus, gradus.cli; assert not {'typer', 'rich'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", text], check=True, timeout=60)


# check


def test_check_of_tables_without_faults(starter: Path) -> None:
    done = gradus("check", starter)
    assert done.returncode == 0 and "no errors" in done.stdout and "gradus plan" in done.stdout
    assert gradus("check", starter, "--json").returncode == 0


def test_check_shows_every_fault_by_table(faulty: Path) -> None:
    scales = faulty / "scales.csv"
    scales.write_text(scales.read_text(encoding="utf-8").replace("scale,", "scale,colour,", 1), encoding="utf-8")
    (faulty / "mandatory.csv").write_text("activity,due\nA-1,someday\nA-2,someday\n", encoding="utf-8")
    done = gradus("check", faulty)
    rows = gr.check(faulty).rows()
    assert done.returncode == 1
    words = " ".join(done.stdout.split())
    assert "people.csv: 1 error" in words and "did you mean 'adviser'" in words and "gradus check" in words
    titles = [line for line in done.stdout.splitlines() if ".csv: " in line]
    assert ["error" in title for title in titles] == sorted(("error" in title for title in titles), reverse=True)
    assert {title.split(".csv")[0] for title in titles} == {row["table"] for row in rows}
    found = json.loads(gradus("check", faulty, "--json").stdout)
    assert found == json.loads(json.dumps(rows, default=str))
    assert list(found[0]) == ["severity", "code", "table", "row", "line", "column", "key", "message"]


@pytest.mark.parametrize("name", ["acme[q1]", "acme[red]"])
def test_a_path_is_shown_as_it_is(name: str, starter: Path, tmp_path: Path) -> None:
    starter.rename(tmp_path / name)
    done = gradus("check", name, cwd=tmp_path)
    assert done.returncode == 0 and f"\n{name}: no errors." in done.stdout, done.stderr
    done = gradus("risk", name, "--as-of", AS_OF, "--progress", cwd=tmp_path, FORCE_COLOR="1")
    assert done.returncode == 0 and f"read {name}" in done.stderr
    (tmp_path / name / "people.csv").write_text("person,role\nE01,nothing\n", encoding="utf-8")
    done = gradus("check", name, cwd=tmp_path)
    assert done.returncode == 1 and f"gradus check '{name}'" in " ".join(done.stdout.split())


def test_check_cuts_no_message(starter: Path) -> None:
    (starter / "mandatory.csv").write_text(f"activity,person\nA-1,{'nobody-' * 9}\n", encoding="utf-8")
    shown = "".join(gradus("check", starter, COLUMNS="60").stdout.split())
    assert all("".join(message.split()) in shown for message in gr.check(starter)["message"])


def test_check_of_a_folder_without_tables(tmp_path: Path) -> None:
    done = gradus("check", tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr and "no tables" in " ".join(done.stdout.split())


# plan


def planned(folder: Path, suffix: str = ".csv") -> bool:
    files = {path.name for path in folder.iterdir()}
    return files >= {f"{name}{suffix}" for name in TABLES} | {"plan.gradus", "provenance.json", "report.html"}


def test_plan_writes_all(starter: Path, tmp_path: Path) -> None:
    out = tmp_path / "a" / "out"
    done = gradus("plan", starter, "-o", out, "--as-of", AS_OF, "--months", 6)
    assert (done.returncode, done.stderr) == (0, "") and "\x1b" not in done.stdout
    assert planned(out) and "items.csv" in done.stdout
    acme = gr.load(starter)
    org = acme.organization
    assert acme.assessments is not None
    estimates = gr.estimate(org, acme.assessments, as_of=AS_OF)
    risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    plan = gr.optimize(org, risks, months=6)
    assert columns(out / "items.csv")["activity"] == plan.items["activity"].tolist()
    assert np.array_equal(np.array(columns(out / "risks.csv")["exposure"], float), risks["exposure"])
    loaded = gr.Plan.load(out / "plan.gradus", org, risks)
    assert loaded.value == plan.value
    provenance = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["stages"]["plan"]["digest"] == plan.provenance["digest"]
    assert provenance["stages"]["risks"]["digest"] == risks.provenance["digest"]
    assert provenance["options"]["as_of"] == AS_OF


def test_plan_json_is_the_certificate(starter: Path, tmp_path: Path) -> None:
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, "--json", "--format", "parquet")
    assert done.returncode == 0 and planned(tmp_path / "out", ".parquet")
    found = json.loads(done.stdout)
    assert found["items"] > 0 and found["bound"] >= found["value"] and found["status"] == found["stop_reason"]


def test_every_option_reaches_its_stage(starter: Path, tmp_path: Path) -> None:
    given = {
        "estimate": {
            "half_information_years": 2, "prior_mean": 0.4, "prior_sd": 0.3, "prior_weight": 4, "likelihood": "ordinal",
        },
        "gaps": {"credit_completed": False},
        "risk": {"likelihood_bands": [0.2, 0.3, 0.5, 0.8], "impact_bands": [1, 4, 6, 8], "level_cuts": [3, 9, 16]},
        "plan": {
            "start": "2026-05-01", "months": 9, "period_months": 2, "max_activities": 3, "max_capabilities": 2,
            "max_of_a_kind": 2, "allow_overlap": True, "gap": 0.5, "work_limit": 7, "time_limit": 60,
        },
    }  # fmt: skip
    flags = ["--without", "halo", "--without", "person", "--pool", "severity", "--threads", "1", "--cover", "3"]
    for options in given.values():
        for name, value in options.items():
            flag = name.replace("_", "-")
            if isinstance(value, bool):
                flags.append(f"--{'' if value else 'no-'}{flag}")
            else:
                flags += [f"--{flag}", ",".join(map(str, value)) if isinstance(value, list) else str(value)]
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, *flags)
    assert done.returncode in (0, 3), done.stderr
    stages = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))["stages"]
    told = {name: stage["options"] for name, stage in stages.items()}
    assert given["estimate"].items() <= told["estimates"].items()
    chosen = {name: value for name, value in told["estimates"].items() if name.startswith(("terms.", "pooled."))}
    assert chosen == {"terms.person": False, "terms.halo": False, "pooled.severity": True}
    assert given["gaps"].items() <= told["gaps"].items()
    assert given["risk"] == told["risks"]
    assert given["plan"].items() <= told["plan"].items()
    assert told["concentration"]["cover"] == 3
    assert stages["plan"]["threads"] == 1


def test_an_earlier_plan_is_charged_for(starter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    org, risks = _risks(starter)
    before = gr.optimize(org, risks)
    before.save(tmp_path / "plan.gradus")
    options = ("--previous", tmp_path / "plan.gradus", "--change-cost", "1000", "--max-activities", "1", "--json")
    done = gradus("plan", starter, "-o", out, "--as-of", AS_OF, *options)
    assert done.returncode == 0, done.stderr
    dropped = len(before.items) - json.loads(done.stdout)["items"]
    assert json.loads(done.stdout)["value"] < -1e3 * (dropped - np.sum(before.items["reason"] == "pinned") - 1) < 0


def test_an_earlier_plan_is_read_in_every_form(starter: Path, tmp_path: Path) -> None:
    org, risks = _risks(starter)
    plan = gr.optimize(org, risks)
    files = [tmp_path / name for name in ("plan.gradus", "items.csv", "items.parquet")]
    plan.save(files[0])
    for file in files[1:]:
        write_table(plan.items, file)
    found = [_items(org, path) for path in (tmp_path, *files)]
    assert all(rows == found[0] for rows in found)
    assert found[0]["activity"] == plan.items["activity"].tolist()
    (tmp_path / "open.csv").write_text('person,"activity', encoding="utf-8")
    for path in (starter / "people.csv", starter / "README.md", tmp_path / "nothing.gradus", tmp_path / "open.csv"):
        with pytest.raises(gr.Error, match="--previous"):
            _items(org, path)


def test_pages_of_people_and_teams_and_none_of_an_earlier_plan(starter: Path, tmp_path: Path) -> None:
    people = starter / "people.csv"
    people.write_text(
        people.read_text(encoding="utf-8") + "a/b é,adviser,Una Moor,tenants,E01,,4,,\n", encoding="utf-8"
    )
    out = tmp_path / "out"
    keys = ("--person", "E02", "--person", "a/b é", "--team", "E01")
    done = gradus("plan", starter, "-o", out, "--as-of", AS_OF, *keys)
    assert done.returncode == 0, done.stderr
    pages = {path.name for path in out.glob("*.html")}
    assert pages == {"report.html", "person-E02.html", "person-a%2Fb%20é.html", "team-E01.html"}
    assert all(page in done.stdout for page in pages)
    assert "Una Moor" in (out / "person-a%2Fb%20é.html").read_text(encoding="utf-8")
    assert "Una Moor" not in (out / "report.html").read_text(encoding="utf-8")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    assert gradus("plan", starter, "-o", out, "--as-of", AS_OF, "--format", "parquet").returncode == 0
    assert planned(out, ".parquet") and (out / "notes.txt").exists()
    assert {path.name for path in out.iterdir() if path.suffix in (".html", ".csv")} == {"report.html"}


THEIRS = {"plan.txt": "[]", "../other.csv": "", "risks.xlsx": "", "person-.html": "", "sub/risks.csv": ""}


def test_only_what_a_plan_writes_is_removed(starter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    begin = ("plan", starter, "-o", out, "--as-of", AS_OF, "--no-report")
    assert gradus(*begin, "--format", "parquet").returncode == 0
    (out / "sub").mkdir()
    for name, text in THEIRS.items():
        (out / name).write_text(text, encoding="utf-8")
    record = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    record["files"] += [*THEIRS, 5]
    (out / "provenance.json").write_text(json.dumps(record), encoding="utf-8")
    (out / "gaps.parquet").unlink()
    (out / "gaps.parquet").mkdir()
    done = gradus(*begin)
    assert done.returncode == 0, done.stderr
    assert all((out / name).read_text(encoding="utf-8") == text for name, text in THEIRS.items())
    assert [path.name for path in out.glob("*.parquet")] == ["gaps.parquet"]


@pytest.mark.parametrize("record", ['{"files": ["items.csv"]}', "[]", "no JSON", '{"files": {}, "gradus": "1"}'])
def test_the_provenance_of_something_else_is_left_alone(record: str, starter: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name, text in (("provenance.json", record), ("items.csv", "mine"), ("risks.parquet", "mine")):
        (tmp_path / "out" / name).write_text(text, encoding="utf-8")
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF)
    assert done.returncode == 2 and "that no plan wrote" in done.stderr
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert found == {"provenance.json": record, "items.csv": "mine", "risks.parquet": "mine"}


def _risks(path: Path) -> tuple[gr.Organization, gr.Risks]:
    acme = gr.load(path)
    org = acme.organization
    return org, gr.assess_risk(org, gr.find_gaps(org, gr.estimate(org, acme.assessments or [], as_of=AS_OF)))


@pytest.mark.parametrize("out", ["/dev/null/x", "acme", "other", "file"])
def test_a_folder_that_cannot_be_used_is_found_before_the_work(out: str, starter: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "people.csv").write_text("person,role\n", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    (starter / "people.csv").write_text("not,a,table\n", encoding="utf-8")  # found only if it were read
    done = gradus("plan", starter, "-o", tmp_path / out, "--as-of", AS_OF)
    assert (done.returncode, done.stdout) == (2, "") and Path(out).name in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (starter / "people.csv").read_text(encoding="utf-8") == "not,a,table\n"


@pytest.mark.parametrize(
    "options",
    [
        ("--person", "E99"), ("--team", "E99"), ("--team", "E02"),
        ("--months", "0"), ("--without", "residual"), ("--pool", "person"), ("--prior-weight", "-1"),
        ("--level-cuts", "1,2"), ("--level-cuts", "1.5,2,3"), ("--impact-bands", "1;2"), ("--as-of", "31.3.2026"),
        ("--start", "soon"), ("--min-cell", "0"), ("--threads", "0"), ("--cover", "-1"),
    ],
)  # fmt: skip
def test_a_bad_option_is_two_and_leaves_nothing(options: tuple[str, ...], starter: Path, tmp_path: Path) -> None:
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, *options)
    assert (done.returncode, done.stdout) == (2, "") and not (tmp_path / "out").exists(), done.stderr


@pytest.mark.parametrize(
    ("package", "options", "extra"), [("pyarrow", ("--format", "parquet"), "files"), ("jinja2", (), "report")]
)
def test_the_extra_of_a_missing_package_is_named(
    package: str, options: tuple[str, ...], extra: str, starter: Path, tmp_path: Path
) -> None:
    begin = ("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF)
    (starter / "people.csv").write_text("not,a,table\n", encoding="utf-8")  # found only if it were read
    done = gradus(*begin, *options, before=f"sys.modules['{package}'] = None")
    assert done.returncode == 2 and f"pip install 'gradus[{extra}]'" in done.stderr and not (tmp_path / "out").exists()


def test_a_plan_without_report_needs_no_package_for_it(starter: Path, tmp_path: Path) -> None:
    options = ("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, "--no-report")
    done = gradus(*options, before="sys.modules['jinja2'] = sys.modules['vl_convert'] = None")
    assert done.returncode == 0 and "report.html" not in done.stdout, done.stderr
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {f"{name}.csv" for name in TABLES} | {"plan.gradus", "provenance.json"}


@pytest.mark.parametrize(("options", "code"), [(("--time-limit", "1e-9"), 3), (("--work-limit", "1e-6"), 3), ((), 0)])
def test_a_limit_of_the_user_is_three(options: tuple[str, ...], code: int, starter: Path, tmp_path: Path) -> None:
    """The search's own end, where more work promises little, is none."""
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, "--gap", "0", *options)
    assert done.returncode == code and planned(tmp_path / "out"), done.stderr


def test_learning_without_a_place_is_told_loudly(starter: Path, tmp_path: Path) -> None:
    activity = columns(starter / "activities.csv")["activity"][0]
    (starter / "mandatory.csv").write_text(f"activity,due\n{activity},{AS_OF}\n", encoding="utf-8")
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF)
    assert done.returncode == 0 and "found no place" in done.stdout, done.stderr
    assert len(columns(tmp_path / "out" / "conflicts.csv")["person"]) > 0


def test_ctrl_c_writes_the_best_plan_so_far(starter: Path, tmp_path: Path) -> None:
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, before=CANCEL)
    assert done.returncode == 3 and planned(tmp_path / "out") and "best plan so far" in done.stderr
    assert columns(tmp_path / "out" / "certificate.csv")["stop_reason"] == ["cancelled"]


def test_a_second_ctrl_c_leaves_nothing(starter: Path, tmp_path: Path) -> None:
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, before=CANCEL + AGAIN)
    assert done.returncode == 130 and not (tmp_path / "out").exists() and "nothing was written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_all_files_or_none(sent: signal.Signals, tmp_path: Path) -> None:
    """Whenever the signal comes. It is sent where the search is seen to begin."""
    acme = simulate_tables(gr.examples.gdad(), people=150, units=6, activities=40)
    folder = tmp_path / "acme"
    folder.mkdir()
    for name, table in acme.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(table)
            writer.writerows(zip(*table.values(), strict=True))
    options = ("--as-of", AS_OF, "--gap", "0", "--progress")
    child = subprocess.Popen(
        code(("plan", str(folder), "-o", str(tmp_path / "out"), *options), "pass"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert child.stderr is not None
    seen = b""
    while b"assess_risk" not in seen and (more := os.read(child.stderr.fileno(), 4096)):
        seen += more
    child.send_signal(sent)
    child.communicate(timeout=120)
    none = {signal.SIGINT: 130, signal.SIGTERM: 143}[sent]
    assert child.returncode in (3, none)
    if child.returncode == 3:
        assert planned(tmp_path / "out") and not list((tmp_path / "out").glob(".*"))
    else:
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("key", "safe"),
    [
        ("E1042", "E1042"),
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("Zoë.1", "Zoë.1"),
        ("..", ".."),
        ("€ ", "%E2%82%AC%20"),
    ],
)
def test_a_key_becomes_part_of_a_file_name(key: str, safe: str) -> None:
    assert _safe(key) == safe


# risk


def test_risk_shows_where_it_lies(starter: Path) -> None:
    done = gradus("risk", starter, "--as-of", AS_OF, "--min-cell", "1")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("Exposure by unit and capability", "Tenant services", "Data protection", "high"):
        assert words in done.stdout
    assert "·" not in done.stdout.replace("· hidden", "") and "E02" not in done.stdout


def test_risk_names_people_only_when_asked(starter: Path) -> None:
    _, risks = _risks(starter)
    greatest = risks["person"][int(np.argmax(np.where(risks["basis"] == "role", risks["exposure"], -1)))]
    assert greatest not in gradus("risk", starter, "--as-of", AS_OF).stdout
    assert greatest in gradus("risk", starter, "--as-of", AS_OF, "--names").stdout
    assert "people" not in json.loads(gradus("risk", starter, "--as-of", AS_OF, "--json").stdout)
    found = json.loads(gradus("risk", starter, "--as-of", AS_OF, "--json", "--names", "--top", "3").stdout)
    assert len(found["people"]) == 3 and found["people"][0]["person"] == greatest


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_risk_names_managers_only_when_asked(more: tuple[str, ...], starter: Path) -> None:
    begin = ("risk", starter, "--as-of", AS_OF, "--by", "manager", "--min-cell", "1", *more)
    done = gradus(*begin)
    assert (done.returncode, done.stdout) == (2, "") and "--names" in done.stderr
    named = gradus(*begin, "--names")
    assert named.returncode == 0 and "E01" in named.stdout


@pytest.mark.parametrize("by", ["unit", "role", "family", "manager", "persona"])
def test_risk_hides_what_tells_of_few(by: str, starter: Path) -> None:
    """What is hidden in a column whose total is shown, is of enough people, and of two members at least."""
    org, risks = _risks(starter)
    all_cells = {(row["member"], row["capability"]): row for row in gr.heat_map(org, risks, by=by)}
    named = ("--names",) if by == "manager" else ()
    done = gradus("risk", starter, "--as-of", AS_OF, "--by", by, "--json", "--min-cell", "4", *named)
    found = json.loads(done.stdout)
    totals = {row["capability"]: row for row in found["capabilities"]}
    hides = 0
    for capability, total in totals.items():
        cells = [row for row in found["heat_map"] if row["capability"] == capability]
        gone = [all_cells[row["member"], capability] for row in cells if row["exposure"] is None]
        hides += len(gone)
        assert all(row["people"] is None or row["people"] >= 4 for row in (total, *cells))
        assert total["people"] is None or not gone or (len(gone) > 1 and sum(row["people"] for row in gone) >= 4)
        for row in cells:
            if row["exposure"] is not None:
                assert row["exposure"] == all_cells[row["member"], capability]["exposure"]
    assert hides > 0
    gone = [row for row in gr.heat_map(org, risks, by="all") if totals[row["capability"]]["people"] is None]
    assert found["total_exposure"] is None or not gone or len(gone) > 1


def test_raters_tells_of_sources_and_variances(starter: Path) -> None:
    done = gradus("raters", starter, "--as-of", AS_OF, "--min-cell", "1")
    assert (done.returncode, done.stderr) == (0, "") and "\x1b" not in done.stdout
    org, acme = _risks(starter)[0], gr.load(starter)
    estimates = gr.estimate(org, acme.assessments or [], as_of=AS_OF)
    for source in estimates.sources["source"]:
        assert f"\n  {source} " in done.stdout
    assert "reference" in done.stdout and "what was believed before decides" in done.stdout
    assert " ±  " not in done.stdout.replace("95 % ±", "")  # a standard deviation is called sd
    for row in estimates.sources:
        if row["bias_sd"]:
            assert f"{row['bias']:+.3f} ± {1.96 * row['bias_sd']:.3f}" in done.stdout
    others = estimates.raters.to_pandas().query("source != 'self'")
    unknown = (others["identifiability"] < 0.3).sum()
    assert f"{len(others)} raters. Of {unknown} it cannot be told" in done.stdout
    assert f"{len(estimates.raters) - len(others)} people rated themselves: --source self" in done.stdout
    assert "the most severe " not in done.stdout.replace("the most severe and", "") and "--names" in done.stdout


def late(folder: Path, source: str, first: str = "2026-12-01") -> int:
    """All ratings of a source but its first are of a day to come; how many those are."""
    rows = (folder / "assessments.csv").read_text(encoding="utf-8").splitlines()
    header = rows[0].split(",")
    place, day = header.index("source"), header.index("date")
    of = [number for number, row in enumerate(rows) if row.split(",")[place] == source][1:]
    for number in of:
        cells = rows[number].split(",")
        cells[day] = first
        rows[number] = ",".join(cells)
    (folder / "assessments.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return len(of)


@pytest.mark.parametrize("command", ["raters", "risk", "why", "goals", "review"])
def test_warnings_of_the_estimate_are_told(command: str, starter: Path) -> None:
    moved = late(starter, "manager")
    assert moved > 1
    more = {"why": ("E02",), "goals": ()}.get(command, ())
    done = gradus(command, starter, *more, "--as-of", AS_OF)
    words = f"gradus: warning: assessments, column date: {moved} ratings are later than as_of {AS_OF} and left out\n"
    if command != "review":  # which draws, and leaves the real ones out
        assert done.stderr.count(words) == 1 and done.stderr.count("later than") == 1, done.stderr
    if command in ("raters", "risk"):
        told = gradus(command, starter, "--as-of", AS_OF, "--json")
        problems = json.loads(told.stdout)["problems"]
        assert [row["column"] for row in problems] == ["date"] and words in told.stderr
    assert done.returncode == 0


def test_a_plan_has_the_warnings_in_its_table_and_tells_them_once(starter: Path, tmp_path: Path) -> None:
    late(starter, "manager")
    done = gradus("plan", starter, "-o", tmp_path / "out", "--as-of", AS_OF, "--no-report")
    assert done.returncode == 0 and "later than" not in done.stderr
    messages = columns(tmp_path / "out" / "problems.csv")["message"]
    assert sum("later than" in message for message in messages) == 1


def test_of_many_warnings_the_first_are_told_and_no_person_in_json(starter: Path) -> None:
    rows = (starter / "assessments.csv").read_text(encoding="utf-8").splitlines()
    header = rows[0].split(",")
    odd = dict.fromkeys(header, "") | {"capability": "privacy", "level": "aware", "source": "peer", "date": AS_OF}
    people = columns(starter / "people.csv")["person"]
    level = next(row.split(",")[header.index("level")] for row in rows[1:] if ",privacy," in row)
    rows += [",".join({**odd, "person": key, "rater": key, "level": level}.values()) for key in people]
    (starter / "assessments.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = gradus("raters", starter, "--as-of", AS_OF, "--json")
    assert done.returncode == 0 and len(people) == 12
    assert done.stderr.count("is the person, who rates as self") == 10
    assert "and 2 more like these; gradus check has all of the tables" in done.stderr
    hidden = json.loads(done.stdout)["problems"]
    assert len(hidden) == 12 and all(row["key"] is row["message"] is None and row["row"] for row in hidden)
    assert not any(f'"{key}"' in done.stdout for key in people)
    named = json.loads(gradus("raters", starter, "--as-of", AS_OF, "--json", "--names").stdout)["problems"]
    assert sorted(row["key"] for row in named) == sorted(people)


def test_raters_hides_sources_of_few_as_the_report_does(tmp_path: Path) -> None:
    write_folder(simulate_tables(gr.examples.gdad(), people=60, units=6, activities=20, seed=3), tmp_path / "acme")
    file = tmp_path / "acme" / "assessments.csv"
    rows = file.read_text(encoding="utf-8").splitlines()
    of = columns(file)["source"]
    kept = [row for row, source in zip(rows[1:], of, strict=True) if source != "test"]  # so managers are the reference
    file.write_text("\n".join([rows[0], *kept]) + "\n", encoding="utf-8")
    acme = gr.load(tmp_path / "acme")
    estimates = gr.estimate(acme.organization, acme.assessments or [], as_of=AS_OF)
    raters = dict(zip(estimates.sources["source"].tolist(), estimates.sources["raters"].tolist(), strict=True))
    least = raters["manager"] + 1
    assert min(raters["self"], raters["peer"]) >= least
    options = ("raters", tmp_path / "acme", "--as-of", AS_OF, "--min-cell", str(least))
    done = gradus(*options)
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("  manager  "))
    assert set(line.split()[1:]) == {"·"}, line
    text = " ".join(done.stdout.split())
    assert f"hidden: of fewer than {least} people or raters, as is the reference" in text
    assert f"all sources would be held against manager, of which fewer than {least} people or raters are known" in text
    assert f"Not counted, since fewer than {least} raters are known: manager." in text
    assert "severity of manager" not in text and "reference " not in text.replace("reference gives", "")
    total = sum(estimates.sources["ratings"])
    assert f"{total:,}" not in text  # less the others, it would be the managers'
    found = json.loads(gradus(*options, "--json").stdout)
    assert found["hidden"] == ["manager"] and found["min_cell"] == least and found["fairness"] == []
    by_source = {row["source"]: row for row in found["sources"]}
    figures = {name: cell for name, cell in by_source["manager"].items() if name != "source"}
    assert figures and set(figures.values()) == {None}
    assert all(row["bias"] is row["bias_sd"] is None and row["ratings"] for row in found["sources"] if row["ratings"])
    (self_sd,) = (row["severity_sd"] for row in estimates.sources if row["source"] == "self")
    assert by_source["self"]["severity_sd"] == self_sd
    assert all((row["variance"] is None) == (row["source"] == "manager") for row in found["variances"])
    others = (estimates.raters["source"] == "peer").sum()
    assert found["raters"] == others and f"{others} raters" in text
    against = gradus(*options, "--against", "peer")
    assert f"{total:,} ratings" not in against.stdout and "Held against peer; --against" in " ".join(
        against.stdout.split()
    )
    told = json.loads(gradus(*options, "--against", "peer", "--json").stdout)["fairness"]
    assert told and {row["source"] for row in told} == {"self"}
    named = json.loads(gradus(*options, "--names", "--json").stdout)
    assert named["hidden"] == [] and named["sources"] == estimates.sources.rows()
    assert named["variances"] == estimates.variances.rows()
    gone = gradus(*options, "--source", "manager")
    assert "since fewer than" in gone.stdout and " raters. Of" not in gone.stdout
    written = gradus(*options, "-o", tmp_path / "out")
    assert written.returncode == 0
    assert columns(tmp_path / "out" / "sources.csv")["source"] == estimates.sources["source"].tolist()
    assert all(columns(tmp_path / "out" / "sources.csv")["ratings"])  # the tables have all


def test_the_report_of_a_plan_compares_groups_against_what_is_asked(starter: Path, tmp_path: Path) -> None:
    options = ("plan", starter, "--as-of", AS_OF, "--min-cell", "2", "-o", tmp_path / "out")
    done = gradus(*options, "--fairness-against", "manager")
    assert done.returncode == 0, done.stderr
    assert "held against the manager of the same people" in (tmp_path / "out" / "report.html").read_text("utf-8")
    sources = columns(starter / "assessments.csv")["source"]
    rows = (starter / "assessments.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row, source in zip(rows[1:], sources, strict=True) if source != "test"]
    (starter / "assessments.csv").write_text("\n".join([rows[0], *kept]) + "\n", encoding="utf-8")
    done = gradus("plan", starter, "--as-of", AS_OF, "-o", tmp_path / "new", "--fairness-against", "test")
    assert (done.returncode, done.stdout) == (2, "") and "a source that ratings came from (" in done.stderr
    assert not (tmp_path / "new").exists()


def test_of_two_groups_one_is_compared(tmp_path: Path) -> None:
    write_folder(simulate_tables(gr.examples.gdad(), people=60, units=6, activities=20, seed=3), tmp_path / "acme")
    options = ("raters", tmp_path / "acme", "--as-of", AS_OF, "--against", "manager", "--names")
    told = json.loads(gradus(*options, "--json").stdout)["fairness"]
    pattern = {row["value"] for row in told if row["attribute"] == "working pattern"}
    assert pattern == {"part time"}, told
    assert {row["value"] for row in told if row["attribute"] == "gender"} == {"woman"}  # with men, the third is known
    shown = gradus(*options).stdout
    assert "part time" in shown and "full time" not in shown


def test_severity_that_was_left_out_is_not_called_untellable(starter: Path) -> None:
    done = gradus("raters", starter, "--as-of", AS_OF, "--without", "severity", "--names")
    text = " ".join(done.stdout.split())
    assert "Severity was left out (--without severity), so nothing is told of single raters." in text
    assert "cannot be told whether they are severe" not in text and "the most severe" not in text
    found = json.loads(gradus("raters", starter, "--as-of", AS_OF, "--without", "severity", "--names", "--json").stdout)
    assert found["not_told"] is None and found["severe"] == found["lenient"] == []


def test_raters_names_and_writes(tmp_path: Path) -> None:
    write_folder(simulate_tables(gr.examples.gdad(), people=60, units=6, activities=20, seed=3), tmp_path / "acme")
    acme = gr.load(tmp_path / "acme")
    out = tmp_path / "out"
    options = ("--as-of", AS_OF, "--names", "--top", "3", "-o", out, "--min-cell", "4")
    done = gradus("raters", tmp_path / "acme", *options)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        f"{name}.csv" for name in ("fairness", "raters", "residuals", "sources", "variances")
    ]
    estimates = gr.estimate(acme.organization, acme.assessments or [], as_of=AS_OF)
    assert columns(out / "raters.csv")["rater"] == estimates.raters["rater"].tolist()
    assert columns(out / "residuals.csv")["person"] == estimates.residuals["person"].tolist()
    assert "Whether sources rate groups of people alike" in done.stdout and "detectable" in done.stdout
    found = json.loads(gradus("raters", tmp_path / "acme", *options, "--json").stdout)
    told = [row for row in estimates.raters if row["identifiability"] >= 0.3 and row["source"] != "self"]
    assert len({row["component"] for row in told}) > 1
    for name, sign in (("severe", 1), ("lenient", -1)):
        most = sorted((sign * row["severity"], row["rater"], row["component"]) for row in told)[:3]
        assert {row["rater"] for row in found[name]} == {rater for _, rater, _ in most}
        # Those whom ratings connect stand together, each group in its order, as in the chart.
        groups = [row["component"] for row in found[name]]
        assert all(groups.index(group) + groups.count(group) > place for place, group in enumerate(groups))
        for group in set(groups):
            mine = [sign * row["severity"] for row in found[name] if row["component"] == group]
            assert mine == sorted(mine)
    severe = found["severe"]
    assert all(row["rater"] in done.stdout for row in severe)
    assert len(found["lenient"]) <= 3 and all(row["severity"] > 0 for row in found["lenient"])
    fair = [row for row in estimates.fairness(4).rows() if row in found["fairness"]]
    assert fair == found["fairness"] and fair
    assert "Held against test: " in " ".join(done.stdout.split())
    done = gradus("raters", tmp_path / "acme", "--as-of", AS_OF, "--against", "manager")
    assert "Held against manager" in " ".join(done.stdout.split()) and "Whether manager itself is fair" in " ".join(
        done.stdout.split()
    )
    found = json.loads(gradus("raters", tmp_path / "acme", *options, "--against", "manager", "--json").stdout)
    assert found["fairness"] and {row["against"] for row in found["fairness"]} == {"manager"}
    assert all(row in estimates.fairness(4, against="manager").rows() for row in found["fairness"])
    done = gradus("raters", tmp_path / "acme", "--as-of", AS_OF, "--against", "report")
    assert (done.returncode, done.stdout) == (2, "") and "a source that ratings came from (" in done.stderr
    assert "severe" not in json.loads(gradus("raters", tmp_path / "acme", "--as-of", AS_OF, "--json").stdout)
    own = json.loads(gradus("raters", tmp_path / "acme", *options, "--source", "self", "--json").stdout)
    assert {row["source"] for row in own["severe"] + own["lenient"]} == {"self"}
    assert own["raters"] == (estimates.raters["source"] == "self").sum()


def test_raters_of_groups_that_ratings_do_not_connect(starter: Path) -> None:
    people = columns(starter / "people.csv")
    managers = sorted({manager for manager in people["manager"] if manager})
    capability = columns(starter / "capabilities.csv")["capability"][0]
    rows = [
        f"{person},{capability},manager,2026-01-15,{1 + place % 3}"
        for place, (person, manager) in enumerate(zip(people["person"], people["manager"], strict=True))
        if manager
    ]
    (starter / "assessments.csv").write_text("person,capability,source,date,level\n" + "\n".join(rows) + "\n")
    done = gradus("raters", starter, "--as-of", AS_OF, "--names")
    assert f"{len(managers)} groups that ratings do not connect" in done.stdout, done.stderr
    found = json.loads(gradus("raters", starter, "--as-of", AS_OF, "--names", "--json").stdout)
    assert found["groups"] == len(managers)
    done = gradus("raters", starter, "--as-of", AS_OF, "--names", "--source", "peer")
    assert done.returncode == 0 and "No rater is named of the source peer" in done.stdout


def test_raters_of_nobody(starter: Path) -> None:
    (starter / "assessments.csv").unlink()
    done = gradus("raters", starter, "--as-of", AS_OF)
    assert done.returncode == 0 and "there are no ratings by that day" in done.stdout
    done = gradus("raters", starter, "--as-of", AS_OF, "-o", starter)
    assert (done.returncode, done.stdout) == (2, "") and "holds the tables that are read" in done.stderr


def test_risk_rolled_up_tells_no_small_unit(starter: Path) -> None:
    org, risks = _risks(starter)
    found = json.loads(gradus("risk", starter, "--as-of", AS_OF, "--roll-up", "--json", "--min-cell", "4").stdout)
    people = {(row["member"], row["capability"]): row["people"] for row in gr.heat_map(org, risks, roll_up=True)}
    tops = {row["capability"] for row in org.capabilities if row["parent"] is None}
    assert {row["capability"] for row in found["capabilities"]} <= tops
    assert all(
        (row["people"] is None) or row["people"] == people[row["member"], row["capability"]] >= 4
        for row in found["heat_map"]
    )


# why, example, demo


def test_why_explains(starter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert gradus("plan", starter, "-o", out, "--as-of", AS_OF, "--max-activities", "3").returncode == 0
    items = columns(out / "items.csv")
    person, activity = items["person"][0], items["activity"][0]
    done = gradus("why", starter, person, activity, "--plan", out / "plan.gradus")
    assert (done.returncode, done.stderr) == (0, "") and activity in done.stdout
    again = gradus("why", starter, person, activity, "--as-of", AS_OF, "--max-activities", "3")
    assert again.stdout == done.stdout
    model = ("--likelihood", "ordinal", "--without", "severity", "--pool", "halo")
    assert gradus("plan", starter, "-o", out, "--as-of", AS_OF, "--no-report", *model).returncode == 0
    other = gradus("why", starter, person, "--plan", out)
    assert (other.returncode, other.stderr) == (0, "")
    found: dict[str, Any] = json.loads(gradus("why", starter, person, "--plan", out, "--json").stdout)
    assert found["person"] == person


@pytest.mark.parametrize("keys", [("E99",), ("E01", "nothing")])
def test_why_of_whom_nobody_knows(keys: tuple[str, ...], starter: Path) -> None:
    done = gradus("why", starter, *keys, "--as-of", AS_OF)
    assert (done.returncode, done.stdout) == (2, "") and keys[-1] in done.stderr


def test_goals(starter: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert gradus("plan", starter, "-o", out, "--as-of", AS_OF, "--no-report").returncode == 0
    done = gradus("goals", starter, "--plan", out, "-o", tmp_path / "goals")
    assert (done.returncode, done.stderr) == (0, "") and "In " in done.stdout
    names = {path.name for path in (tmp_path / "goals").iterdir()}
    assert names == {"goals.csv", "milestones.csv", "trace.csv", "objective_trace.csv"}
    written = columns(tmp_path / "goals" / "goals.csv")
    person = written["person"][0]
    assert not any(key in done.stdout for key in written["person"])  # without --names
    again = gradus("goals", starter, "--as-of", AS_OF, "--names")
    assert again.returncode == 0 and "of the gain" in again.stdout and "of the gain" not in done.stdout
    mine = gradus("goals", starter, "--plan", out, "--person", person)
    assert mine.returncode == 0 and written["text"][0] in " ".join(mine.stdout.split())
    found: dict[str, Any] = json.loads(gradus("goals", starter, "--plan", out, "--person", person, "--json").stdout)
    assert found["person"] == person and found["goals"][0]["milestones"][-1]["kind"] == "reassessment"
    hidden = json.loads(gradus("goals", starter, "--plan", out, "--json").stdout)["objectives"]
    assert all(row["cost"] is None and row["people"] % 5 == 0 for row in hidden)
    told = json.loads(gradus("goals", starter, "--plan", out, "--json", "--names").stdout)["objectives"]
    roots = [row for row in told if row["parent"] is None]
    assert round(sum(row["cost"] for row in roots) - sum(map(float, columns(out / "items.csv")["cost"])), 6) == 0


def test_goals_that_cannot_be(starter: Path) -> None:
    done = gradus("goals", starter, "--as-of", AS_OF, "--person", "E99")
    assert (done.returncode, done.stdout) == (2, "") and "E99" in done.stderr
    done = gradus("goals", starter, "--as-of", AS_OF, "-o", starter)
    assert (done.returncode, done.stdout) == (2, "") and "holds the tables that are read" in done.stderr


def test_example(tmp_path: Path) -> None:
    done = gradus("example", "my acme", cwd=tmp_path)
    assert done.returncode == 0 and "gradus check 'my acme'" in done.stdout
    assert len(gr.load(tmp_path / "my acme").organization.people) > 0
    assert (tmp_path / "my acme" / "README.md").exists()
    (tmp_path / "my acme" / "people.csv").write_text("mine", encoding="utf-8")
    assert gradus("example", "my acme", cwd=tmp_path).returncode == 2
    assert (tmp_path / "my acme" / "people.csv").read_text(encoding="utf-8") == "mine"
    assert gradus("example", "my acme", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "my acme" / "people.csv").read_text(encoding="utf-8") != "mine"
    assert gradus("example", "/dev/null/x").returncode == 2


@pytest.mark.parametrize("command", ["example", "plan"])
def test_a_link_to_nowhere_is_named(command: str, starter: Path, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("nowhere")
    done = gradus(*{"example": ("example", "out"), "plan": ("plan", starter, "-o", "out")}[command], cwd=tmp_path)
    assert done.returncode == 2 and "out is a link to nowhere, which is not there" in " ".join(done.stderr.split())
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_in_the_way_of_an_example_is_named(tmp_path: Path) -> None:
    (tmp_path / "acme" / "people.csv").mkdir(parents=True)
    done = gradus("example", tmp_path / "acme", "--force")
    assert done.returncode == 2 and "people.csv is a folder" in " ".join(done.stderr.split())
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["people.csv"]


@pytest.mark.parametrize("command", ["example", "plan"])
def test_what_there_is_no_space_for_is_named(command: str, starter: Path, tmp_path: Path) -> None:
    """A limit of the size of a file, which says the same of every write as a full disk does."""
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))"
    more = {"example": (), "plan": ("--as-of", AS_OF, "--no-report")}[command]
    begin = {"example": ("example", "out"), "plan": ("plan", starter, "-o", "out")}[command]
    done = gradus(*begin, *more, before=small, cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.startswith("gradus: out/"), done.stderr
    assert done.stderr.rstrip().endswith(": File too large") and ".gradus-" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["acme"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_standard_output_without_space_is_named(starter: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            code(("check", str(starter)), "pass"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stderr.startswith("gradus: standard output: No space left on device") and done.returncode != 0


def test_demo_tells_the_story_without_colours() -> None:
    done = gradus("demo", "--people", "40", "--units", "4", "--seed", "2")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout and done.stderr == ""
    for words in (
        "1,781 requirements",
        "40 people",
        "certificate",
        "ten greatest risks",
        "One plan",
        "all hold",
        "gr.load",
    ):
        assert words in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_nothing_required_is_an_error(starter: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(starter, tmp_path / "without"))
    for name in ("requirements", "target_roles", "personal_goals"):
        (folder / f"{name}.csv").unlink()
    done = gradus("plan", folder, "-o", tmp_path / "out", "--as-of", AS_OF)
    assert done.returncode == 1 and "nothing is required of anybody" in done.stderr


def test_a_warning_of_one_row_tells_of_nobody_without_names() -> None:
    """Its words may name the person, with a key or without."""
    blank = ("warning", "contradiction", "assessments", 0, 0, "rater", "", "")
    found = [
        (*blank[:3], 7, 0, "rater", "", "people has no manager of 'E01'"),
        (*blank[:6], "E02", "the first is of 'E02'"),
        (*blank[:5], "date", "", "3 ratings are later"),
    ]
    problems = gr.Table(_core.problems(found))
    assert {row["message"] for row in problems_told(problems, names=False)} == {None, "3 ratings are later"}
    assert len([row for row in problems_told(problems, names=False) if row["message"] is None]) == 2
    assert problems_told(problems, names=True) == problems.rows()
