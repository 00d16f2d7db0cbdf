"""The report: one self-contained file that can be sent on."""

from __future__ import annotations

import datetime
import difflib
import functools
import json
from html import escape
from pathlib import Path
from typing import Any

from .._assessment import Assessments, Estimates, given_assessments, given_estimates
from .._error import Error
from .._input import Tabular
from .._options import real, truth, whole
from .._plan import Plan
from .._write import write_file
from ..charts.palette import DARK, LIGHT
from . import drawing
from .activities import make_activities
from .assumptions import make_assumptions
from .capabilities import make_capabilities, make_exposed
from .conflicts import make_conflicts
from .cube import make_cube
from .funds import make_funds
from .headline import make_headline
from .material import Material
from .matrix import make_matrix
from .objectives import make_objectives
from .origin import make_origin
from .person import make_person
from .ratings import BOTH, make_ratings
from .sessions import make_sessions
from .single_points import make_single_points
from .team import make_team
from .wording import SOURCES, long_day

ASSETS = ("report.css", "page.js", "heat_map.js", "charts.js")


class Report:
    """A report as one HTML file without any link to elsewhere. Immutable; made by `report`.

    Attributes
    ----------
    html : str
        The whole page.
    title : str
        Its title.
    """

    __slots__ = ("_lines", "html", "title")

    html: str
    title: str
    _lines: tuple[str, ...]

    def __init__(self, html: str, title: str, lines: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "html", html)
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "_lines", lines)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Report is immutable: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Report is immutable: {name} cannot be deleted")

    def save(self, path: str | Path) -> Path:
        """Writes the page to one file, whole or not at all: an interrupted run leaves what was there before.

        Parameters
        ----------
        path
            The file, such as "report.html"; its folder must exist.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OSError
            The folder does not exist or cannot be written to.
        """
        path = Path(path)
        write_file(path, self.html.encode())
        return path

    def __repr__(self) -> str:
        size = f"{len(self.html.encode()) / 1e6:.1f} MB"
        return "\n  ".join([f"Report: {self.title}", *self._lines, f"{size} of HTML: save it by .save('report.html')"])

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self._lines)
        return (
            f"<b>Report: {escape(self.title)}</b><ul>{lines}</ul>"
            "<p>Save it by <code>.save('report.html')</code> and open it in a browser.</p>"
        )


def report(
    plan: Plan,
    *,
    estimates: Estimates | Tabular | None = None,
    assessments: Assessments | Tabular | None = None,
    person: str | None = None,
    team: str | None = None,
    names: bool = False,
    min_cell: int = 5,
    cover: float = 2,
    credit_completed: bool = True,
    fairness_against: str | None = None,
    title: str | None = None,
) -> Report:
    """A plan as one HTML page that can be sent on: for the organisation, for one person, or for a manager.

    The page needs no network. It reads well on a phone, in print, by keyboard and by screen reader.

    Parameters
    ----------
    plan
        The plan.
    estimates
        Those that the plan's risks were made from; needed for the single points of failure, and to tell of ratings.
    assessments
        Ratings; the page of a person compares them by source, that of the organisation those by people and managers.
    person
        The key of a person: the page is theirs. It never names who rated them.
    team
        The key of a manager: the page shows whom they manage, by name.
    names
        Show people and raters in the report of the organisation, and figures about groups of any size.
    min_cell
        Fewest people that a figure may be about, at least 1, unless `names`; others are hidden, and so are as many
        more as are needed so that they cannot be worked out from totals.
    cover
        Single points of failure: fewest holders of a capability that are enough, > 0, as of `concentration`.
    credit_completed
        Single points of failure: count what a person completed after the newest rating; as given to `find_gaps`.
    fairness_against
        The source that others are held against where groups of people are compared, such as "manager"; None: the
        reference of the estimates. See `Estimates.fairness`.
    title
        The title of the page; None: one that says what it is.

    Returns
    -------
    Report
        html, save(path).

    Raises
    ------
    Error
        There is no such person, both `person` and `team` are given, or an option is out of its range.
    ImportError
        Altair, Jinja2 or vl-convert is not installed: ``pip install 'gradus[report]'``.

    Notes
    -----
    `names` and `min_cell` are of the report of the organisation. The page of a person or of a team is about people
    known to its reader. What the rules do not protect against is told by the page "The report" of the documentation.

    Examples
    --------
    >>> gr.report(plan, estimates=estimates).save("report.html")  # doctest: +SKIP
    >>> gr.report(plan, person="E1042", assessments=acme.assessments).save("E1042.html")  # doctest: +SKIP
    """
    if not isinstance(plan, Plan):
        raise Error(f"plan must be a Plan, made by optimize or Plan.load, not {type(plan).__name__}", "wrong_type")
    if whole("min_cell", min_cell) < 1:
        raise Error(f"min_cell must be at least 1, not {min_cell!r}")
    if title is not None and not isinstance(title, str):
        raise Error(f"title must be text, not {title!r}", "wrong_type")
    if person is not None and team is not None:
        raise Error("person and team are pages of their own: give one of them")
    organization = plan.organization
    if estimates is not None:
        estimates = given_estimates(organization, estimates, plan.as_of)
    if assessments is not None:
        assessments = given_assessments(organization, assessments)
    if not real("cover", cover) > 0:
        raise Error(f"cover must be more than 0, not {cover!r}")
    credited = truth("credit_completed", credit_completed)
    if fairness_against is not None:
        if estimates is None or not estimates._own:
            raise Error("fairness_against needs estimates= that gradus made from ratings (gr.estimate)")
        estimates.fairness(against=fairness_against)  # refused here if nobody rated so
    material = Material(
        plan, estimates, assessments, truth("names", names), min_cell, cover, credited, fairness_against
    )
    if person is not None:
        return _person_page(material, _key(material, "person", person), title)
    if team is not None:
        return _team_page(material, _key(material, "team", team), title)
    return _organization_page(material, title)


def _title(material: Material) -> str:
    """'Learning plan, April 2026 to March 2027'"""
    start, months = material.plan.options["start"], material.plan.options["months"]
    # The last month that the horizon reaches into: [start, start + months).
    years, month = divmod(start.month - 1 + months - (start.day == 1), 12)
    last = datetime.date(start.year + years, month + 1, 1)
    first = start.replace(day=1)
    return f"Learning plan, {start:%B %Y} to {last:%B %Y}" if last > first else f"Learning plan, {start:%B %Y}"


def _key(material: Material, option: str, key: str) -> str:
    if not isinstance(key, str):
        raise Error(f"{option} must be the key of a person, such as 'E1042', not {key!r}", "wrong_type")
    known = material.labels("people", "person")
    if key in known:
        return key
    nearest = difflib.get_close_matches(key, known, 1, 0.0)
    hint = f"; the nearest is {nearest[0]!r}" if nearest else ""
    raise Error(f"{option}: there is no person {key!r} in people{hint}", "unknown_key", "people", column="person")


def _organization_page(material: Material, title: str | None) -> Report:
    title = title or _title(material)
    funds = make_funds(material)
    headline = make_headline(material, funds["total"])
    context: dict[str, Any] = {
        "headline": headline,
        "conflicts": make_conflicts(material),
        "assumptions": make_assumptions(material),
        "origin": make_origin(material),
        "full": not headline["hidden"],
    }
    drawings: list[drawing.Drawing | None] = []
    if context["full"]:
        cube = make_cube(material.organization, material.risks, 1 if material.names else material.min_cell)
        matrix, sessions = make_matrix(material), make_sessions(material, funds["told"])
        ratings = make_ratings(material)
        context |= {
            "activities": make_activities(material),
            "objectives": make_objectives(material),
            "cube": cube.encode(),
            "matrix": matrix,
            "funds": funds,
            "sessions": sessions,
            "capabilities": make_capabilities(material, cube),
            "exposed": make_exposed(material) if material.names else None,
            "single_points": make_single_points(material),
            "ratings": ratings,
        }
        drawings = [
            drawing.draw_matrix(matrix["cells"], matrix["likelihoods"], matrix["impacts"]),
            drawing.draw_funds(funds["funds"], material.currency),
            drawing.draw_sessions(sessions["rows"]),
            drawing.draw_standing(ratings.get("standing")),
            drawing.draw_agreement(ratings.get("agreement"), *map(SOURCES.__getitem__, BOTH)),
        ]
    lines = (headline["what"], *([headline["best"]["sentence"]] if headline["best"] else []))
    return Report(_render("organization.html", material, title, context, drawings), title, lines)


def _person_page(material: Material, key: str, title: str | None) -> Report:
    title = title or f"Development plan of {material.person(key)}"
    found = make_person(material, key)
    drawings = [drawing.draw_levels(**scale) for scale in found["scales"]]
    return Report(_render("person.html", material, title, {"person": found}, [*drawings]), title, (found["glance"],))


def _team_page(material: Material, key: str, title: str | None) -> Report:
    title = title or f"The team of {material.person(key)}"
    found = make_team(material, key)
    return Report(_render("team.html", material, title, {"team": found}, []), title, (found["glance"],))


def _render(
    template: str, material: Material, title: str, context: dict[str, Any], drawings: list[drawing.Drawing | None]
) -> str:
    charts = {chart.key: chart for chart in drawings if chart is not None}
    palettes = {
        palette.name: {
            "config": palette.config(),
            "levels": list(palette.levels.values()),
            "on_levels": list(palette.on_levels.values()),
            "series": list(palette.series),
            "drawn": [palette.ground, palette.text, palette.muted, palette.line, *palette.series],
        }
        for palette in (LIGHT, DARK)
    }
    html: str = (
        _environment()
        .get_template(template)
        .render(
            title=title,
            material=material,
            assets={name: _asset(name) for name in ASSETS},
            bundle=_bundle() if charts else None,
            charts=charts,
            palettes=palettes,
            light=LIGHT,
            dark=DARK,
            as_of=long_day(material.plan.as_of),
            **context,
        )
    )
    return html.replace("\0", "\ufffd")  # HTML knows no such letter


@functools.lru_cache(1)
def _environment() -> Any:
    try:
        import jinja2
        import markupsafe
    except ImportError:
        raise ImportError("a report needs Jinja2: pip install 'gradus[report]'") from None
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gradus.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def embed(value: Any) -> Any:
        return markupsafe.Markup(embedded(value))

    environment.filters["embed"] = embed
    environment.filters["raw"] = markupsafe.Markup
    return environment


def embedded(value: Any) -> str:
    """JSON that may stand in a script element: no name in it can end the element or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


@functools.lru_cache(len(ASSETS))
def _asset(name: str) -> str:
    return (Path(__file__).parent / "assets" / name).read_text(encoding="utf-8")


@functools.lru_cache(1)
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed in one script."""
    try:
        import vl_convert
    except ImportError:
        raise ImportError("a report needs vl-convert: pip install 'gradus[report]'") from None
    script: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub is wrong
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
