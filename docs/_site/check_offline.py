"""No page of the built site asks the network for anything: python check_offline.py FOLDER"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "link": "href"}
ELSEWHERE = re.compile(r"(https?:)?//", re.IGNORECASE)
IN_CSS = re.compile(r"(?:@import\s+|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)


class Loads(HTMLParser):
    """The addresses that a page loads by itself. What a reader may click is not among them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get(LOADS.get(tag, ""))
        if address and ELSEWHERE.match(address) and given.get("rel") != "canonical":
            self.found.append(address)
        self.found += IN_CSS.findall(given.get("style") or "")


def loads(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".html":
        return IN_CSS.findall(text)
    page = Loads()
    page.feed(text)
    return page.found + IN_CSS.findall("\n".join(re.findall(r"<style.*?</style>", text, re.DOTALL)))


def main() -> int:
    top = Path(sys.argv[1])
    files = [path for path in top.rglob("*") if path.suffix in (".html", ".css", ".svg")]
    faults = [f"{path}: {address}" for path in files for address in loads(path)]
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(files)} files, {len(faults)} addresses elsewhere")
    return bool(faults) or not files


if __name__ == "__main__":
    sys.exit(main())
