"""Files that are there whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import gradus as gr
from gradus._write import write_file, write_table, writing
from gradus.simulate import write_folder

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SEEN = ("assessments", "kpis", "rollouts", "anecdotes")


def tree(folder: Path) -> dict[str, str]:
    """All that is in a folder, hidden files too."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def write_all(dataset: gr.Dataset, folder: Path, suffix: str) -> None:
    with writing(folder) as temporary:
        for name in dataset.organization.tables:
            if len(dataset.organization.table(name)):
                write_table(dataset.organization.table(name), temporary / f"{name}{suffix}")
        for name in SEEN:
            table = getattr(dataset, name)
            if table is not None:
                write_table(table, temporary / f"{name}{suffix}")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_organisation_survives_being_written(tmp_path: Path, suffix: str, acme: gr.Dataset) -> None:
    for name, dataset in {"starter": gr.load(gr.examples.starter()), "acme": acme}.items():
        write_all(dataset, tmp_path / name, suffix)
        again = gr.load(tmp_path / name)
        assert again.organization._core.digest == dataset.organization._core.digest
        for seen in SEEN:
            one, other = getattr(dataset, seen), getattr(again, seen)
            assert (one and one.to_pydict()) == (other and other.to_pydict()), seen
        assert not [path for path in (tmp_path / name).iterdir() if path.suffix != suffix]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), TEXTS
    ),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    data=st.data(),
)
def test_any_text_and_number_survives(
    tmp_path: Path, suffix: str, names: dict[str, str | None], currency: str, data: st.DataObject
) -> None:
    digits = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
    units = [{"unit": key, "name": name} for key, name in names.items()]
    count = len(units)
    numbers = st.floats(1e-300, 1e12, allow_nan=False)
    amounts = st.decimals(0, 10**12, places=digits).map(str)
    try:
        org = gr.Organization.from_tables(
            settings=[{"currency": currency}],
            units=units,
            objectives=[{"objective": key, "weight": data.draw(numbers)} for key in names],
            funds=[{"fund": key, "amount": data.draw(amounts)} for key in names],
        )
    except gr.Error:
        assume(False)  # a key that is no key, such as one of spaces alone
    for old in tmp_path.iterdir():
        old.unlink()
    with writing(tmp_path) as temporary:
        for name in ("settings", "units", "objectives", "funds"):
            write_table(org.table(name), temporary / f"{name}{suffix}")
    again = gr.load(tmp_path).organization
    assert len(again.units) == count
    for name in ("settings", "units", "objectives", "funds"):
        assert again.table(name).to_pydict() == org.table(name).to_pydict(), name
    assert again._core.digest == org._core.digest


def test_digests_tell_organisations_apart(acme: gr.Dataset) -> None:
    org = acme.organization
    assert org._core.digest != org.with_tables(kpi_targets=[{"kpi": "K", "direction": "up"}])._core.digest


def test_parquet_has_plain_types(tmp_path: Path, plan: gr.Plan) -> None:
    write_table(plan.items, tmp_path / "items.parquet")
    schema = pq.read_schema(tmp_path / "items.parquet")
    assert schema.field("person").type == pa.string()
    assert schema.field("first_day").type == pa.date32()
    assert pa.types.is_decimal(schema.field("cost").type)
    assert schema.field("cost").metadata == pa.table(plan.items).schema.field("cost").metadata
    assert pq.read_table(tmp_path / "items.parquet")["person"].to_pylist() == plan.items["person"].tolist()


def test_csv_has_every_bit(tmp_path: Path, risks: gr.Risks) -> None:
    write_table(risks, tmp_path / "risks.CSV")
    header, *rows = (tmp_path / "risks.CSV").read_text(encoding="utf-8").splitlines()
    place = header.split(",").index("exposure")
    assert [float(row.split(",")[place]) for row in rows] == risks["exposure"].tolist()


def test_another_suffix_is_refused(tmp_path: Path, risks: gr.Risks) -> None:
    with pytest.raises(gr.Error, match=r"risks\.xlsx: tables are written as \.csv or \.parquet"):
        write_table(risks, tmp_path / "risks.xlsx")


def test_a_simulated_folder_that_is_interrupted_stays_as_it_was(tmp_path: Path) -> None:
    def cells() -> Iterator[str]:
        yield "new"
        raise KeyboardInterrupt

    (tmp_path / "units.csv").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_folder({"units": {"unit": ["new"]}, "roles": {"role": cells()}}, tmp_path)
    assert tree(tmp_path) == {"units.csv": "old"}


class Whole(NamedTuple):
    """Something that is written to one file."""

    name: str
    write: Callable[[gr.Plan, Path], object]


WHOLE = (
    Whole("items.csv", lambda plan, path: write_table(plan.items, path)),
    Whole("items.parquet", lambda plan, path: write_table(plan.items, path)),
    Whole("plan.gradus", lambda plan, path: plan.save(path)),
    Whole("report.html", lambda plan, path: gr.report(plan).save(path)),
)
whole = pytest.mark.parametrize("whole", WHOLE, ids=lambda whole: whole.name)


@whole
def test_a_file_that_is_interrupted_stays_as_it_was(
    whole: Whole, plan: gr.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / whole.name).write_text("old")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gradus._write._flush", stop)  # all is written, and not yet in its place
    with pytest.raises(KeyboardInterrupt):
        whole.write(plan, tmp_path / whole.name)
    assert tree(tmp_path) == {whole.name: "old"}


@whole
def test_a_link_stays_a_link_and_a_file_keeps_its_rights(whole: Whole, plan: gr.Plan, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    place, link = tmp_path / "other" / whole.name, tmp_path / whole.name
    link.symlink_to(f"other/{whole.name}")
    whole.write(plan, link)  # of what is not there yet
    place.chmod(0o640)
    (tmp_path / f"plain{place.suffix}").write_text("")
    assert link.is_symlink() and place.read_bytes()
    place.write_text("old")
    whole.write(plan, link)
    assert link.is_symlink() and place.read_bytes() not in (b"", b"old")
    assert place.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in place.parent.iterdir()] == [whole.name]


@whole
def test_a_new_file_has_the_rights_of_any(whole: Whole, plan: gr.Plan, tmp_path: Path) -> None:
    (tmp_path / "any").write_text("")
    whole.write(plan, tmp_path / whole.name)
    assert (tmp_path / whole.name).stat().st_mode == (tmp_path / "any").stat().st_mode


@whole
@pytest.mark.parametrize("length", [253, 255])
def test_a_name_may_be_as_long_as_the_system_allows(whole: Whole, length: int, plan: gr.Plan, tmp_path: Path) -> None:
    name = whole.name.rjust(length, "n")
    whole.write(plan, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@whole
@pytest.mark.parametrize("place", ["nowhere", "file"])
def test_a_file_without_a_folder_is_named(whole: Whole, place: str, plan: gr.Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / place / whole.name
    with pytest.raises(OSError) as caught:
        whole.write(plan, path)
    assert caught.value.filename == str(path)


def test_what_is_no_file_is_written_directly() -> None:
    write_file("/dev/null", b"text")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("other_system", [False, True])
def test_a_link_in_a_folder_stays_a_link(other_system: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, far = tmp_path / "out", tmp_path / "far"
    for folder in (out, far):
        folder.mkdir()
    (far / "one.csv").write_text("old 1")
    for name in ("one.csv", "two.csv"):
        (out / name).symlink_to(far / name)
    real = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if path.name == "zoo" and stops:
            raise KeyboardInterrupt
        if other_system and path.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(path))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    for stops in (True, False):
        with contextlib.suppress(KeyboardInterrupt), writing(out) as temporary:
            for name in ("one.csv", "two.csv", "zoo"):
                (temporary / name).write_text("new")
        assert tree(far) == ({"one.csv": "old 1"} if stops else {"one.csv": "new", "two.csv": "new"})
        assert all((out / name).is_symlink() for name in ("one.csv", "two.csv"))
        assert not list(out.glob(".*")) and not list(far.glob(".*"))


def test_files_appear_together(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    with writing(out) as temporary:
        (temporary / "one.csv").write_text("1")
        (temporary / "pages").mkdir()
        (temporary / "pages" / "two.html").write_text("2")
        assert not (out / "one.csv").exists()
        assert temporary.stat().st_dev == out.stat().st_dev
    assert tree(out) == {"one.csv": "1", "pages/two.html": "2"}
    with writing(out, files=["one.csv"]) as temporary:
        (temporary / "one.csv").write_text("new")
        (temporary / "three.csv").write_text("3")
    assert tree(tmp_path) == {"a/b/one.csv": "new", "a/b/pages/two.html": "2", "a/b/three.csv": "3"}
    assert sorted(path.name for path in out.iterdir()) == ["one.csv", "pages", "three.csv"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_fails_leaves_the_folder_as_it_was(tmp_path: Path, fault: type[BaseException]) -> None:
    (tmp_path / "one.csv").write_text("old")
    for folder in (tmp_path, tmp_path / "new" / "er"):
        with pytest.raises(fault), writing(folder) as temporary:
            (temporary / "one.csv").write_text("half")
            raise fault
    assert tree(tmp_path) == {"one.csv": "old"} and list(tmp_path.iterdir()) == [tmp_path / "one.csv"]


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("links", [True, False])
def test_an_interrupt_between_two_moves_puts_the_old_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, links: bool
) -> None:
    before = {"one.csv": "old 1", "three.csv": "old 3"}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    real = Path.replace
    moves = 0

    def interrupted(path: Path, target: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves == at // 2 + 1 and at % 2 == 0:
            raise KeyboardInterrupt
        moved = real(path, target)
        if moves == at // 2 + 1 and at % 2 == 1:
            raise KeyboardInterrupt
        return moved

    def no_links(*_: Any) -> None:
        raise OSError

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt), writing(tmp_path) as temporary:
        for name in ("one.csv", "three.csv", "two.csv"):
            (temporary / name).write_text("new")
    assert tree(tmp_path) == before


def test_what_stands_in_the_way_is_found_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "items.csv").mkdir()
    (tmp_path / "old.csv").write_text("")

    def refused(folder: Path, words: str, **options: Any) -> None:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(gr.Error, match=words) as caught, writing(folder, **options):
            pytest.fail("the work has begun")
        assert caught.value.code == "invalid_option"
        assert sorted(tmp_path.rglob("*")) == before

    refused(tmp_path / "file", "file is a file; a folder to write into was expected")
    refused(tmp_path / "file" / "out" / "er", "file is a file, not a folder")
    refused(tmp_path, "items.csv is a folder; a file is to be written there", files=["items.csv"])
    refused(tmp_path, "already has old.csv: remove", files=["new.csv", "old.csv"], replace=False)

    def full(*_: Any, **__: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gradus._write.tempfile.mkdtemp", full)
    refused(tmp_path / "made" / "in vain", "cannot be written: No space left on device; choose another folder")

    def forbidden(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", forbidden)
    refused(tmp_path / "out", "out cannot be made: Permission denied; choose another folder")


def test_a_folder_in_place_of_an_unforeseen_file_moves_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(gr.Error, match=r"b\.csv is a folder"), writing(tmp_path) as temporary:
        (temporary / "a.csv").write_text("")
        (temporary / "b.csv").write_text("")
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]


def test_a_process_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    """By the signal itself, as from the keyboard."""
    out = tmp_path / "out"
    code = (
        "import os, signal, sys\n"
        "from gradus._write import writing\n"
        f"with writing({str(out)!r}) as temporary:\n"
        "    (temporary / 'half.csv').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "KeyboardInterrupt" in done.stderr and not out.exists()


def test_without_pyarrow_the_extra_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import gradus\nfrom gradus._write import write_table\n"
        "org = gradus.Organization.from_tables(units=[{'unit': 'U'}])\n"
        f"write_table(org.units, {str(tmp_path / 'units.csv')!r})\n"
        f"write_table(org.units, {str(tmp_path / 'units.parquet')!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError" in done.stderr and "pip install 'gradus[files]'" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["units.csv"]
