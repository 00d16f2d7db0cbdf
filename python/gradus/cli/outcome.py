"""How a command ends: its exit code, and what it says on standard error."""

from __future__ import annotations

import contextlib
import difflib
import errno
import functools
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn

import typer

from .. import _text
from .._error import Error
from .._table import Table
from .terminal import quoted, say

ABOUT_NOBODY = ("review_designs",)  # tables whose keys are no people's
WARNED = 10  # most warnings on standard error
INPUT = 1  # the tables have problems
USAGE = 2  # cannot be run as asked; Typer's own code for an unknown option
USAGE_CODES = ("invalid_option", "invalid_argument", "file", "busy")  # of errors that no table is to blame for
STOPPED = 3  # ended before its goal
BUG = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT, as shells count
CLOSED = 141  # 128 + SIGPIPE
TERMINATED = 143  # 128 + SIGTERM

EXIT_CODES = """[bold]Exit codes[/bold]
  0    done
  1    the tables have errors
  2    cannot be run as asked: an unknown option, a folder that cannot be written
  3    stopped before its goal, and what was found by then is written; or some
       requests to a ledger were refused
  130  interrupted: nothing is written"""


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Lets a command end as people expect: one readable paragraph, an exit code, and no traceback."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        # Unwinds, so that nothing half-written stays behind; else the process would end on the spot.
        signal.signal(signal.SIGTERM, _terminate)
        try:
            command(*arguments, **options)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            say("Interrupted: nothing was written.")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # What is still in the buffer has nowhere to go, and must not fail again when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(CLOSED) from None
        except Error as error:
            raise typer.Exit(_fault(error, options.get("path"))) from None
        except ImportError as error:
            if "pip install" not in str(error):
                _bug(error)
            say(f"gradus: {error}")
            raise typer.Exit(USAGE) from None
        except OSError as error:
            full = "standard output: " if error.errno == errno.ENOSPC else ""  # every other file has its name
            where = f"{error.filename}: " if error.filename else full
            say(f"gradus: {where}{error.strerror or error}")
            raise typer.Exit(USAGE) from None
        except Exception as error:
            _bug(error)

    return run


def unusable(message: str) -> NoReturn:
    """Ends a command that cannot be run as asked."""
    say(f"gradus: {message}")
    raise typer.Exit(USAGE)


def warn(problems: Table) -> None:
    """Warnings on standard error: those of a whole table first, the first few of the others."""
    rows = sorted(problems.rows(), key=lambda row: row["row"] is not None)  # which keeps the order of each
    for problem in rows[:WARNED]:
        say(f"gradus: warning: {problem['table']}{place(problem)}: {problem['message']}")
    if len(rows) > WARNED:
        say(f"gradus: warning: and {len(rows) - WARNED:,} more like these; gradus check has all of the tables")


def place(problem: Mapping[str, Any]) -> str:
    """', row 3, column raters'"""
    return "".join(f", {name} {problem[name]}" for name in ("row", "column") if problem[name])


def problems_told(problems: Table, names: bool) -> list[dict[str, Any]]:
    """Warnings as rows; without `names`, those of one row or key, which may be a person's, without key and words."""
    return [
        row
        if names or row["table"] in ABOUT_NOBODY or (row["row"] is None and row["key"] is None)
        else {**row, "key": None, "message": None}
        for row in problems
    ]


def known_key(known: Collection[str], key: str, hint: str, noun: str) -> None:
    """Ends a command that names what the tables do not have."""
    if key not in known:
        near = difflib.get_close_matches(key, known, 1)
        more = f"; did you mean {near[0]!r}?" if near else "."
        raise typer.BadParameter(f"there is no {noun} {key!r}{more}", param_hint=hint)


def _fault(error: Error, path: Path | None) -> int:
    if error.code == "internal":
        _bug(error)
    say(f"gradus: {error}")
    problems = error.problems
    if problems is not None and path is not None:
        errors = int((problems["severity"] == "error").sum())
        say(f"{_text.count(errors, 'error')} in all, with their places and all warnings: gradus check {quoted(path)}")
    return USAGE if error.code in USAGE_CODES else INPUT


def _bug(error: Exception) -> NoReturn:
    with contextlib.suppress(BrokenPipeError):
        if os.environ.get("GRADUS_TRACEBACK"):
            traceback.print_exception(error)
        where = traceback.extract_tb(error.__traceback__)[-1]
        say(
            f"gradus: this is a bug of gradus, not of your tables: {type(error).__name__}: {error} "
            f"({os.path.basename(where.filename)}, line {where.lineno}).\n"  # noqa: PTH119
            "Please report it, with what `gradus version --json` prints. "
            "With GRADUS_TRACEBACK=1 the command also says how it got there."
        )
    raise typer.Exit(BUG)


def _terminate(*_: object) -> NoReturn:
    raise SystemExit(TERMINATED)
