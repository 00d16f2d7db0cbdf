"""Every relative link in the project's Markdown files leads to a file, and every #anchor to a heading."""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?([^)<>\s]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
ANCHOR = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them: lower case, no punctuation, '-' for a space."""
    text = page.read_text(encoding="utf-8")
    found = set(ANCHOR.findall(text))
    for title in HEADING.findall(re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
        anchor = "".join("-" if c == " " else c for c in title if c in " -_" or unicodedata.category(c)[0] in "LNM")
        repeats = 0
        while (unique := f"{anchor}-{repeats}" if repeats else anchor) in found:
            repeats += 1
        found.add(unique)
    return found


def broken(page: Path) -> list[str]:
    problems = []
    text = CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), page.read_text(encoding="utf-8"))
    for match in LINK.finditer(text):
        target, _, anchor = match.group(1).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        line = text.count("\n", 0, match.start()) + 1
        file = page.parent / target if target else page
        if not file.exists():
            problems.append(f"{page}:{line}: no such file: {target}")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            problems.append(f"{page}:{line}: no such heading: {match.group(1)}")
    return problems


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        check=True,
        capture_output=True,
        text=True,
    )
    pages = [Path(name) for name in listed.stdout.splitlines() if Path(name).exists()]
    problems = [problem for page in pages for problem in broken(page)]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(pages)} pages, {len(problems)} broken links")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
