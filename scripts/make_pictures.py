"""Draws docs/images/report.png and report-phone.png: the report of a simulated organisation, as a browser shows it.

Usage: .venv/bin/python scripts/make_pictures.py
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import gradus as gr

IMAGES = Path(__file__).parents[1] / "docs" / "images"
LARGEST = 300_000  # bytes of a picture in the README
# Name, width and height of the window, how many dots a pixel of it has.
PICTURES = (("report.png", 1280, 2400, 0.8), ("report-phone.png", 360, 780, 2))


def make_report(folder: Path) -> Path:
    acme = gr.simulate(gr.examples.gdad(), people=400, units=24)
    org = acme.organization
    estimates = gr.estimate(org, acme.assessments, as_of="2026-03-31")
    risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    plan = gr.optimize(org, risks, start="2026-04-01", months=12)
    return gr.report(plan, estimates=estimates, title="Simulated learning plan").save(folder / "report.html")


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no chromium: scripts/setup test installs it", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = make_report(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, width, height, scale in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme="light"
            )
            page = context.new_page()
            page.goto(path.as_uri())
            page.wait_for_selector("body[data-heat=ready]")
            page.wait_for_selector("body[data-charts=drawn]")
            page.screenshot(path=IMAGES / name)
            context.close()
            size = (IMAGES / name).stat().st_size
            print(f"docs/images/{name}: {size:,} bytes")
            if size > LARGEST:
                print(f"{name} is larger than {LARGEST:,} bytes", file=sys.stderr)
                return 1
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
