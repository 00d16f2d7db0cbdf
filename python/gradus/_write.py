"""Files written so that none is ever there by half."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ._csv import csv_text
from ._error import Error
from ._table import Table

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # what the system says of a write without naming a file


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """A file that takes its place once all of it is written; until then, and where that fails, the old one stays.

    A link stays a link: what it leads to is written. A file keeps its rights. What is no file, such as a pipe, is
    written directly.

    Raises
    ------
    OSError
        It cannot be written: no such folder, no right to, no space. The error has the path.

    Examples
    --------
    >>> with replacing("notes.txt") as file:  # doctest: +SKIP
    ...     file.write(b"whole, or not at all")
    """
    path = Path(path)
    place = _place(path)
    temporary = place.parent / f".gradus-{secrets.token_hex(8)}"  # its length does not depend on that of the name
    try:
        try:
            mode = place.stat().st_mode
        except FileNotFoundError:
            mode = None
        if mode is not None and not stat.S_ISREG(mode):
            with place.open("wb") as file:
                yield file
            return
        with temporary.open("xb") as file:
            yield file
        if mode is not None:
            with contextlib.suppress(OSError):  # some file systems have no rights
                temporary.chmod(stat.S_IMODE(mode))
        _flush(temporary)
        temporary.replace(place)
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(temporary)):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with contextlib.suppress(OSError):  # it is not there: it took its place, or was never made
            temporary.unlink()


def write_file(path: str | Path, content: bytes) -> None:
    """Writes one file, as `replacing` does."""
    with replacing(path) as file:
        file.write(content)


def write_table(table: Table, path: str | Path) -> None:
    """Writes one table in the form that `load` reads, by the end of its name: ``.csv`` or ``.parquet``.

    CSV has every number to its last bit. Parquet has plain texts, dates, and money as decimals. An existing file is
    replaced once all is written; see `writing` for files that appear together or not at all.

    Raises
    ------
    Error
        The name ends otherwise.
    OSError
        The file cannot be written.
    ImportError
        PyArrow is not installed, and Parquet is asked for.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_file(path, csv_text(table).encode())
    elif suffix == ".parquet":
        _write_parquet(table, path)
    else:
        raise Error(f"{path.name}: tables are written as .csv or .parquet", "invalid_option")


def _write_parquet(table: Table, path: Path) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ImportError(f"writing {path.name} needs PyArrow: pip install 'gradus[files]'") from None
    given = pyarrow.table(table)
    plain = [
        column.cast(column.type.value_type) if pyarrow.types.is_dictionary(column.type) else column
        for column in given.columns
    ]
    fields = [
        pyarrow.field(field.name, column.type, metadata=field.metadata)
        for field, column in zip(given.schema, plain, strict=True)
    ]
    schema = pyarrow.schema(fields, metadata=given.schema.metadata)
    with replacing(path) as file:
        parquet.write_table(pyarrow.Table.from_arrays(plain, schema=schema), file)


@contextmanager
def writing(folder: str | Path, *, files: Collection[str] = (), replace: bool = True) -> Iterator[Path]:
    """Files that appear in a folder all together once the work is done, or not at all.

    Before the work it is tried whether the folder can be made and written. The work then writes into a temporary folder
    within it, which is what the context manager gives. When the work ends well, every file is moved to its place, and
    replaces one of its name; files of other names stay, and so do links: what they lead to is replaced. When it fails
    or is interrupted, the folder is as it was.

    Parameters
    ----------
    folder
        The folder; it and those above it are made where they are absent.
    files
        Names that will be written, as far as they are known: what stands in their way is found before the work.
    replace
        Whether files of these names may be replaced.

    Raises
    ------
    Error
        The folder cannot be made or written, a folder has the name of a file, or a file is there that may not be
        replaced.
    OSError
        There is no space left. The error has the path.

    Examples
    --------
    >>> with writing("out", files=["items.csv"]) as temporary:  # doctest: +SKIP
    ...     write_table(plan.items, temporary / "items.csv")
    """
    folder = Path(folder)
    made = _make(folder)
    temporary: Path | None = None
    try:
        _check_places(folder, [Path(name) for name in files], replace)
        try:
            temporary = Path(tempfile.mkdtemp(prefix=".gradus-", dir=folder))
        except OSError as error:
            raise Error(f"{folder} cannot be written: {error.strerror or error}; choose another folder") from error
        new = temporary / "new"
        try:
            new.mkdir()
            yield new
            _move(new, folder, temporary / "old", replace)
        except OSError as error:
            _tell_place(error, new, folder)
            raise
    except BaseException:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        for parent in reversed(made):
            with contextlib.suppress(OSError):  # somebody else has put something there
                parent.rmdir()
        raise
    shutil.rmtree(temporary, ignore_errors=True)


def _tell_place(error: OSError, new: Path, folder: Path) -> None:
    """Raises the same error for the place that a file was on its way to, which people know."""
    if error.filename is None and error.errno in FULL:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    if isinstance(error.filename, str) and Path(error.filename).is_relative_to(new):
        raise OSError(error.errno, error.strerror, str(folder / Path(error.filename).relative_to(new))) from error


def _make(folder: Path) -> list[Path]:
    """Makes a folder; returns those that had to be made, from the top down."""
    absent = [path for path in (folder, *folder.parents) if not path.exists()][::-1]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        if folder.is_symlink() and not folder.exists():
            raise Error(
                f"{folder} is a link to {folder.readlink()}, which is not there: make that folder, or choose another"
            ) from error
        raise Error(f"{folder} is a file; a folder to write into was expected") from error
    except NotADirectoryError as error:
        file = next(path for path in folder.parents if path.exists())
        raise Error(f"{folder} cannot be made: {file} is a file, not a folder") from error
    except OSError as error:
        raise Error(f"{folder} cannot be made: {error.strerror or error}; choose another folder") from error
    return absent


def _check_places(folder: Path, files: Collection[Path], replace: bool) -> None:
    """That every file can take its place."""
    for file in files:
        if (folder / file).is_dir():
            raise Error(
                f"{folder / file} is a folder; a file is to be written there: remove it or choose another place"
            )
    there = sorted(str(file) for file in files if (folder / file).exists())
    if there and not replace:
        raise Error(f"{folder} already has {', '.join(there)}: remove them, allow to replace them, or choose another")


def _move(new: Path, folder: Path, old: Path, replace: bool) -> None:
    """Every file to its place; what they replace comes back if one cannot."""
    files = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
    _check_places(folder, files, replace)
    for file in files:
        _flush(new / file)
    done: list[Path] = []
    try:
        for file in files:
            place = _place(folder / file)
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.exists():
                _keep(place, old / file)
            done.append(file)  # before the move: an interrupt after it must find it here
            _put(new / file, place)
    except BaseException:
        for file in reversed(done):
            _undo(file, new, folder, old)
        raise
    for parent in {_place(folder / file).parent for file in files}:
        _flush(parent)


def _undo(file: Path, new: Path, folder: Path, old: Path) -> None:
    if (old / file).exists():
        _put(old / file, _place(folder / file))
    elif not (new / file).exists():  # it had been moved
        _place(folder / file).unlink(missing_ok=True)


def _place(path: Path) -> Path:
    """Where a path leads to, which need not be there."""
    return Path(os.path.realpath(path))


def _put(file: Path, place: Path) -> None:
    try:
        file.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with file.open("rb") as source, replacing(place) as target:  # a link had led to another file system
            shutil.copyfileobj(source, target)
        file.unlink()


def _keep(place: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(place, copy)
    except OSError:  # not every file system has links
        shutil.copy2(place, copy)


def _flush(path: Path) -> None:
    """Waits until a file or the entries of a folder are on the disk."""
    with contextlib.suppress(OSError):  # some file systems cannot
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
