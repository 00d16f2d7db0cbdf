"""The report in a real browser: it draws, sorts, filters, prints, and asks the network for nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gradus as gr
from gradus.charts import DARK, LIGHT
from reported import Case, case

REQUIRED = os.environ.get("GRADUS_REQUIRE_BROWSER") == "1"
AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
HEAT, CHARTS = "body[data-heat=ready]", "body[data-charts=drawn]"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def need(found: object, what: str) -> None:
    """Skips where the browser is absent; fails where it is required."""
    if found:
        return
    if REQUIRED:
        pytest.fail(what)
    pytest.skip(what, allow_module_level=True)


def browser_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


for module in ("altair", "vl_convert", "jinja2", "playwright"):
    if not REQUIRED:
        pytest.importorskip(module)
need(browser_path(), "no chromium: scripts/setup installs it")

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def acme() -> Case:
    return case()


@pytest.fixture(scope="module")
def files(acme: Case, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    reports = {
        "report": acme.report(),
        "names": acme.report(names=True),
        "person": acme.report(person=acme.person()),
        "team": acme.report(team=acme.manager()),
    }
    return {name: report.save(folder / f"{name}.html") for name, report in reports.items()}


class Seen:
    """A page and all that it complained of or asked for."""

    def __init__(self, browser: Browser, path: Path, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": DESKTOP, **options})
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("request", self._asked)
        self.page.goto(path.as_uri())

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.complaints.append(f"asked for {request.url}")

    def __enter__(self) -> Page:
        return self.page

    def __exit__(self, *fault: object) -> None:
        self.context.close()
        if fault[0] is None:
            assert self.complaints == []


def opened(browser: Browser, path: Path, **options: Any) -> Seen:
    seen = Seen(browser, path, **options)
    if path.stem in ("report", "names"):
        seen.page.wait_for_selector(HEAT)
        seen.page.wait_for_selector(CHARTS)
    elif path.stem == "person":
        seen.page.wait_for_selector(CHARTS)
    return seen


def column(page: Page, place: int) -> list[str]:
    """The texts of a column of the heat map, without the row of totals and what is said to screen readers."""
    return page.evaluate(
        "place => [...document.querySelectorAll('#heat-table tbody tr:not(.total)')]"
        ".map(row => row.cells[place].querySelector('button').firstChild.textContent)",
        place,
    )


def rows(page: Page) -> list[str]:
    return page.locator("#heat-table tbody th .sort span:first-child").all_inner_texts()


def percent(texts: list[str]) -> list[int]:
    return [int(text.split()[0]) for text in texts if text != "·"]


# --- it draws, and works by mouse ------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_draws_and_nothing_is_asked_of_the_network(
    browser: Browser, files: dict[str, Path], scheme: str
) -> None:
    for path in files.values():
        with opened(browser, path, color_scheme=scheme) as page:
            assert page.locator("h1").count() == 1
            for chart in page.locator(".chart").all():
                assert chart.locator("svg").count() == 1
            box = page.locator(".chart svg").first
            if box.count():
                assert box.bounding_box()["width"] > 300


def test_the_heat_map_sorts_by_a_column_and_by_a_row(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["names"]) as page:
        page.select_option("#heat-measure", "likelihood")
        page.locator("#heat-table thead th.total .sort").click()
        values = percent(column(page, 1))
        assert len(set(values)) > 3 and values == sorted(values, reverse=True)
        assert page.locator("#heat-table thead th.total").get_attribute("aria-sort") == "descending"
        assert "sorted by Total, highest first" in page.locator("#heat-status").inner_text()
        page.locator("#heat-table thead th.total .sort").click()
        values = percent(column(page, 1))
        assert values == sorted(values)
        page.locator("#heat-sort-name").click()
        names = rows(page)[1:]
        assert names == sorted(names, key=str.casefold)
        page.locator("#heat-table tbody tr.total th .sort").click()
        across = page.evaluate(
            "[...document.querySelectorAll('#heat-table tbody tr.total td:not(.total) button')]"
            ".map(button => button.firstChild.textContent)"
        )
        assert percent(across) == sorted(percent(across), reverse=True)


def test_the_heat_map_filters(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["names"]) as page:
        before = page.locator("#heat-status").inner_text()
        page.locator("#heat-find").fill("data")
        assert rows(page)[1:] and all("data" in name.lower() for name in rows(page)[1:])
        page.locator("#heat-find").fill("")
        family = page.locator("#heat-family option").nth(1)
        page.select_option("#heat-family", value=family.get_attribute("value"))
        assert family.inner_text() in page.locator("#heat-status").inner_text()
        roles = page.locator("#heat-role option").count()
        role = page.locator("#heat-role option").nth(1)
        page.select_option("#heat-role", value=role.get_attribute("value"))
        assert role.inner_text() in page.locator("#heat-status").inner_text()
        page.locator("#heat-reset").click()
        assert page.locator("#heat-status").inner_text() == before
        assert page.locator("#heat-role option").count() > roles


def test_the_heat_map_goes_down_and_back_up(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["names"]) as page:
        inside = page.locator("#heat-table thead .open").first
        name = inside.get_attribute("aria-label").removeprefix("Look inside ")
        inside.click()
        here = page.locator("#heat-unit-path .here")
        assert here.inner_text() == name
        assert page.evaluate("document.activeElement.className") == "here"
        page.locator("#heat-unit-path button").first.click()
        assert here.inner_text() == "Everyone"
        page.locator("#heat-unit").fill(name)
        page.locator("#heat-unit").press("Enter")
        assert here.inner_text() == name
        page.locator("#heat-unit").fill("no such unit")
        page.locator("#heat-unit").press("Enter")
        assert "There is no unit" in page.locator("#heat-status").inner_text()


def test_a_tree_of_capabilities_opens(browser: Browser, tmp_path: Path) -> None:
    tables: dict[str, Any] = {
        "scales": {"scale": ["S"] * 3, "level": ["a", "b", "c"]},
        "capabilities": {
            "capability": ["IT", "SQL", "Java"],
            "name": [None, None, "Java <b>bold</b> <script>alert(1)</script>"],
            "scale": ["S"] * 3,
            "parent": [None, "IT", "IT"],
        },
        "roles": {"role": ["R"]},
        "requirements": {"role": ["R", "R"], "capability": ["SQL", "Java"], "level": ["c", "b"]},
        "people": {"person": [f"E{n}" for n in range(9)], "role": ["R"] * 9},
    }
    org = gr.Organization.from_tables(**tables)
    seen = {"person": ["E1"], "capability": ["SQL"], "level": ["b"], "source": ["test"]}
    estimates = gr.estimate(org, seen, as_of="2026-03-31")
    plan = gr.optimize(org, gr.assess_risk(org, gr.find_gaps(org, estimates)))
    gr.report(plan).save(tmp_path / "tree.html")
    with Seen(browser, tmp_path / "tree.html") as page:
        page.wait_for_selector(HEAT)
        if rows(page)[1:] == ["IT"]:
            page.locator("#heat-table tbody .open").click()
        assert sorted(rows(page)[1:]) == ["Java <b>bold</b> <script>alert(1)</script>", "SQL"]
        assert page.locator("b").count() == 0
        page.locator("#heat-capability-path button").first.click()
        assert rows(page)[1:] == ["IT"]


def test_a_cell_tells_its_figures(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["report"]) as page:
        cell = page.locator("#heat-table tbody td.total button").nth(1)
        cell.hover()
        assert "likely to fall short" in page.locator("#heat-tip").inner_text()
        cell.click()
        assert "people" in page.locator("#heat-detail").inner_text()


def test_the_theme_can_be_changed(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["report"], color_scheme="light") as page:
        ground = "getComputedStyle(document.querySelector('section')).backgroundColor"
        ink = "getComputedStyle(document.querySelector('#chart-matrix svg text')).fill"
        light, light_ink = page.evaluate(ground), page.evaluate(ink)
        assert page.locator("#theme").inner_text() == "Dark"
        page.locator("#theme").click()
        assert page.evaluate(ground) != light
        page.wait_for_selector(f"{CHARTS}[data-theme=dark]")
        assert page.evaluate(ink) != light_ink
        page.locator("#theme").click()
        assert page.evaluate(ground) == light


def test_colours_of_a_chart_follow_the_theme(browser: Browser, files: dict[str, Path]) -> None:
    circle = "getComputedStyle(document.querySelector('#chart-agreement .mark-symbol path')).fill"
    for palette in (LIGHT, DARK):
        with opened(browser, files["report"], color_scheme=palette.name) as page:
            red, green, blue = (int(palette.series[0][place : place + 2], 16) for place in (1, 3, 5))
            assert page.evaluate(circle) == f"rgb({red}, {green}, {blue})"


def test_a_manager_may_look_further_down(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["team"]) as page:
        more = page.locator("#everyone")
        assert more.count() == 1
        before = page.locator("#members tbody tr:visible").count()
        more.click()
        assert page.locator("#members tbody tr:visible").count() > before
        assert more.get_attribute("aria-pressed") == "true"


# --- keyboard, phone, paper ------------------------------------------------------------


def test_the_keyboard_reaches_and_sorts_the_heat_map(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["names"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.select_option("#heat-measure", "likelihood")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "heat-sort-unit--1":
                break
        assert page.evaluate("document.activeElement.id") == "heat-sort-unit--1"
        page.keyboard.press("Enter")
        values = percent(column(page, 1))
        assert values == sorted(values, reverse=True)
        assert page.evaluate("document.activeElement.id") == "heat-sort-unit--1"  # focus stays where it was
        page.locator("#heat-table td button[tabindex='0']").focus()
        assert page.locator("#heat-tip").is_visible()
        first = page.evaluate("document.activeElement.dataset.y + ',' + document.activeElement.dataset.x")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        second = page.evaluate("document.activeElement.dataset.y + ',' + document.activeElement.dataset.x")
        assert first == "0,0" and second == "1,1"
        assert page.locator("#heat-table td button[tabindex='0']").count() == 1
        page.keyboard.press("Escape")
        assert not page.locator("#heat-tip").is_visible()
        page.keyboard.press("Enter")
        assert page.locator("#heat-detail").is_visible()


def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, files: dict[str, Path]) -> None:
    for path in files.values():
        with opened(browser, path, viewport=PHONE, is_mobile=True) as page:
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
            page.wait_for_timeout(100)
            width = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
            assert width <= PHONE["width"], path.name


def test_it_prints_open_and_light(browser: Browser, files: dict[str, Path], tmp_path: Path) -> None:
    with opened(browser, files["report"], color_scheme="dark") as page:
        was_open = page.locator("details[open]").count()
        page.evaluate(
            "addEventListener('beforeprint', () => {"
            " window.closed = document.querySelectorAll('details:not([open])').length;"
            " window.printed = document.querySelectorAll('#heat-table thead th').length; })"
        )
        page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
        assert page.evaluate("window.closed") == 0
        assert 0 < page.evaluate("window.printed") <= 12
        assert page.locator("details[open]").count() == was_open
        page.emulate_media(media="print")
        assert (
            page.evaluate("getComputedStyle(document.querySelector('section')).backgroundColor") == "rgb(255, 255, 255)"
        )
        assert not page.locator(".controls").is_visible()


def test_a_filter_that_finds_nothing_colours_nothing(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["report"]) as page:
        assert page.locator("#heat-legend li").count() == 4
        page.locator("#heat-find").fill("zzzz")
        assert page.locator("#heat-table tbody tr").count() == 1
        assert "No capability has this in its name" in page.locator("#heat-status").inner_text()
        assert page.locator("#heat-legend li").count() == 0
        for level in ("low", "moderate", "high", "extreme"):
            assert page.locator(f"#heat-table td.{level}").count() == 0


def test_charts_are_light_on_paper(browser: Browser, files: dict[str, Path]) -> None:
    ink = "[...document.querySelectorAll('#matrix .chart:not(.screen) svg')].at(-1).outerHTML"
    with opened(browser, files["report"], color_scheme="light") as page:
        light = page.evaluate(f"[...new Set({ink}.match(/#[0-9a-f]{{6}}/g))].sort()")
    with opened(browser, files["report"], color_scheme="dark") as page:
        assert page.evaluate(f"[...new Set({ink}.match(/#[0-9a-f]{{6}}/g))].sort()") != light
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("#matrix .chart.paper").is_visible()
        assert page.evaluate("document.querySelector('#chart-matrix').offsetHeight") == 0
        assert page.evaluate(f"[...new Set({ink}.match(/#[0-9a-f]{{6}}/g))].sort()") == light
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator(".chart.paper").count() == 0


def test_printing_keeps_the_focus(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["names"]) as page:
        page.locator("#heat-sort-unit--1").focus()
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("document.activeElement.id") == "heat-sort-unit--1"


def test_the_pointer_may_go_onto_the_tip(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["names"]) as page:
        page.locator("#heat-table tbody td.total button").nth(1).hover()
        page.locator("#heat-tip").hover()
        assert page.locator("#heat-tip").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#heat-tip").is_visible()


# --- everyone ------------------------------------------------------------


def serious(page: Page) -> list[str]:
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["report", "names", "person", "team"])
def test_nothing_serious_stands_in_anyones_way(
    browser: Browser, files: dict[str, Path], name: str, scheme: str
) -> None:
    need(AXE.exists(), "no axe-core: npm ci in tests/browser installs it")
    # Axe is put into the page, which its own policy would not allow.
    with opened(browser, files[name], color_scheme=scheme, bypass_csp=True) as page:
        assert serious(page) == []


# --- large organisations ------------------------------------------------------------


@pytest.mark.parametrize(("people", "units"), [(2_000, 40), pytest.param(100_000, 2_000, marks=pytest.mark.slow)])
def test_a_large_report_is_small_and_works(browser: Browser, tmp_path: Path, people: int, units: int) -> None:
    acme = gr.simulate(gr.examples.gdad(), people=people, units=units, activities=20)
    org = acme.organization
    estimates = gr.estimate(org, acme.assessments, as_of="2026-03-31")
    risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    plan = gr.optimize(org, risks, start="2026-04-01", work_limit=0.05)
    path = gr.report(plan, estimates=estimates).save(tmp_path / "report.html")
    size = path.stat().st_size / 1e6
    assert size <= 10
    with opened(browser, path) as page:
        usable, drawn = (
            page.evaluate("name => performance.getEntriesByName(name)[0].startTime / 1000", name)
            for name in ("heat-ready", "charts-drawn")
        )
        print(f"\n{people:,} people, {units:,} units: {size:.1f} MB, usable after {usable:.2f} s, drawn {drawn:.2f} s")
        before = page.locator("#heat-status").inner_text()
        page.locator("#heat-table thead th.total .sort").click()
        assert page.locator("#heat-table thead th.total").get_attribute("aria-sort") == "descending"
        page.locator("#heat-find").fill("data")
        assert rows(page)[1:] and all("data" in name.lower() for name in rows(page)[1:])
        family = page.locator("#heat-family option").nth(1)
        page.select_option("#heat-family", value=family.get_attribute("value"))
        assert family.inner_text() in page.locator("#heat-status").inner_text()
        page.locator("#heat-reset").click()
        assert page.locator("#heat-status").inner_text() == before
        here = page.locator("#heat-unit-path .here")
        top = here.inner_text()
        page.locator("#heat-table thead .open").first.click()
        assert here.inner_text() != top
        page.locator("#heat-unit-path button").last.click()
        assert here.inner_text() == top
        page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
