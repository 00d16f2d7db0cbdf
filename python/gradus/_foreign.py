"""Content that is of another kind than its name says."""

from __future__ import annotations

SQLITE = b"SQLite format 3\0"


def foreign_kind(content: bytes) -> str | None:
    """What the first bytes of a file say it is, and what to do, if it is no text; None where they tell nothing."""
    if not content:
        return "is empty (0 bytes): write it again, or take it away if the table is not to be given"
    if content.startswith(b"version https://git-lfs."):
        return "is a pointer of Git LFS, not the file itself: fetch it by 'git lfs pull'"
    if content.startswith(b"PAR1"):
        return "is Parquet: let its name end in .parquet"
    if content.startswith(b"PK\x03\x04"):
        return "is a zip archive or an Excel workbook, not a table in text: give the path of a workbook itself (.xlsx)"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "is an old or a protected Excel workbook: save it without a password as .xlsx"
    if content.startswith(b"\x1f\x8b"):
        return "is compressed by gzip: unpack it"
    if content.startswith(SQLITE) or content[8:12] == b"DUCK":
        return "is a database: give its path itself"
    return None
