"""The story of examples/plan.c once more, from another language and with nothing but its standard library.

Usage: test_ctypes.py LIBRARY HEADER EXAMPLE
Passes if the library exports what the header declares, the plan is the example's to the last bit, and errors arrive
whole.
"""

import ctypes
import re
import subprocess
import sys
from ctypes import POINTER, byref, c_char, c_char_p, c_double, c_int32, c_int64, c_uint32, c_uint64, c_void_p
from datetime import date
from pathlib import Path

library, header, example = sys.argv[1:]
gradus = ctypes.CDLL(library)


class Error(ctypes.Structure):
    _fields_ = [
        ("code", c_int32),
        ("reserved", c_int32),
        ("row", c_int64),
        ("table", c_char * 64),
        ("column", c_char * 64),
        ("message", c_char * 880),
    ]


class Column(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("unit", c_char_p),
        ("meaning", c_char_p),
        ("references", c_char_p),
        ("type", c_int32),
        ("minor_digits", c_int32),
        ("length", c_int64),
        ("data", c_void_p),
        ("key_count", c_int64),
        ("key_offsets", POINTER(c_int32)),
        ("key_bytes", c_void_p),
    ]


class EstimateOptions(ctypes.Structure):
    _fields_ = (
        [("struct_size", c_uint32)]
        + [
            (name, c_int32)
            for name in (
                "as_of term_person term_person_capability term_severity term_halo pooled_severity pooled_halo "
                "pooled_residual common_uncertainty threads likelihood"
            ).split()
        ]
        + [
            (name, c_double)
            for name in (
                "half_information_years prior_mean prior_sd prior_weight variance_person variance_person_capability"
            ).split()
        ]
        + [(name, c_double * 6) for name in "variance_severity variance_halo variance_residual".split()]
        + [("previous", c_void_p)]
    )


class OptimizeOptions(ctypes.Structure):
    _fields_ = (
        [("struct_size", c_uint32)]
        + [
            (name, c_int32)
            for name in (
                "start months period_months max_activities max_capabilities max_of_a_kind "
                "allow_overlap threads reserved"
            ).split()
        ]
        + [("gap", c_double), ("work_limit", c_double), ("time_limit", c_double), ("change_cost", c_double)]
        + [("previous", ctypes.c_void_p)]
    )


class Certificate(ctypes.Structure):
    _fields_ = [(name, c_int32) for name in "status stop_reason bound_kind people items conflicts".split()] + [
        (name, c_double) for name in "value bound gap price_bound".split()
    ]


class GradusError(Exception):
    def __init__(self, error):
        super().__init__(error.message.decode())
        self.table, self.row, self.column = error.table.decode(), error.row, error.column.decode()


def call(name, *arguments):
    """Calls a function that returns a status, with an error of its own."""
    error = Error()
    if getattr(gradus, "gradus_" + name)(*arguments, byref(error)) != 0:
        raise GradusError(error)


class Handle:
    """Any handle: garbage collection may free them in any order."""

    def __init__(self, kind, function, *arguments, after=()):
        self.kind, self.pointer = kind, c_void_p()
        call(function, *arguments, byref(self.pointer), *after)

    def __del__(self):
        release = getattr(gradus, f"gradus_{self.kind}_free")
        release.argtypes = [c_void_p]
        release(self.pointer)

    @property
    def _as_parameter_(self):
        return self.pointer


def options(struct, name, **values):
    filled = struct()
    getattr(gradus, f"gradus_{name}_options_init")(byref(filled), c_uint32(ctypes.sizeof(filled)))
    for key, value in values.items():
        setattr(filled, key, value)
    return byref(filled)


def days(year, month, day):
    return (date(year, month, day) - date(1970, 1, 1)).days


def column(table, name):
    """A column as a list: text for keys and words, numbers else."""
    c = Column()
    call("table_column", table, name.encode(), byref(c))
    ctype = {0: c_int32, 1: ctypes.c_uint8, 3: c_double, 4: c_int32, 5: ctypes.c_uint8, 6: c_int32, 10: c_double}
    texts = [
        ctypes.string_at(c.key_bytes + c.key_offsets[i], c.key_offsets[i + 1] - c.key_offsets[i]).decode()
        for i in range(c.key_count)
    ]
    if c.type == 2:
        return texts
    values = list((ctype.get(c.type, c_int64) * c.length).from_address(c.data)) if c.length else []
    return [texts[v] if v < len(texts) and v >= 0 else None for v in values] if c.type < 2 else values


def add(builder, table, rows):
    names, *cells = [[cell.strip() for cell in line.split("|")] for line in rows.strip().splitlines()]
    for row in cells:
        call("builder_row", builder, table.encode())
        for name, cell in zip(names, row, strict=True):
            if cell:
                call("builder_set_text", builder, name.encode(), cell.encode(), c_int64(-1))


def tables_of_example():
    """The tables that the example writes out, read from its source, so that the two cannot drift apart."""
    source = Path(__file__).parents[2].joinpath("examples/plan.c").read_text(encoding="utf-8")
    for table, body in re.findall(r"^static const Line (\w+)\[\] = \{(.*?)\};", source, re.M | re.S):
        lines = [re.findall(r'"([^"]*)"', line) for line in re.findall(r"\{([^{}]*)\}", body)]
        yield table, "\n".join("|".join(line + [""] * (len(lines[0]) - len(line))) for line in lines)


# 1. What the header declares is what the library exports.
code = re.sub(r"/\*.*?\*/", "", Path(header).read_text(encoding="utf-8"), flags=re.S)
declared = set(re.findall(r"\b(gradus_\w+)\(", code))
missing = [name for name in sorted(declared) if not hasattr(gradus, name)]
assert declared and not missing, missing

# 2. The story.
builder = Handle("builder", "builder_new")
for table, rows in tables_of_example():
    add(builder, table, rows)
call("builder_row", builder, b"funds")
call("builder_set_text", builder, b"fund", b"learning", c_int64(-1))
call("builder_set_real", builder, b"amount", c_double(2500.0))
call("builder_row", builder, b"sessions")
call("builder_set_text", builder, b"session", b"A2-may", c_int64(-1))
call("builder_set_text", builder, b"activity", b"A2", c_int64(-1))
call("builder_set_date", builder, b"first_day", c_int32(days(2026, 5, 18)))
call("builder_set_date", builder, b"last_day", c_int32(days(2026, 5, 20)))
call("builder_set_integer", builder, b"seats", c_int64(1))
add(
    builder,
    "assessments",
    """
    person | capability | source  | level | date
    E1     | sql        | manager | 3     | 2026-01-01
    E1     | statistics | self    | 2     | 2026-01-01
    E2     | sql        | manager | 4     | 2025-09-30
    E2     | statistics | test    | 2.5   | 2026-02-16
    E3     | sql        | manager | 3     | 2025-11-08
    E3     | security   | test    | 1     | 2026-02-26
    E4     | sql        | peer    | 4     | 2025-11-28
    E5     | security   | self    | 2     | 2025-07-31
""",
)
organization = Handle("organization", "organization_load", builder, None)
assessments = Handle("assessments", "assessments_load", organization, builder, None)
as_of = options(EstimateOptions, "estimate", as_of=days(2026, 3, 31))
estimates = Handle("estimates", "estimate", organization, assessments, as_of, None)
sources = Handle("table", "estimates_table", estimates, b"sources")
assert column(sources, "source") == ["self", "manager", "peer", "test"]
assert column(sources, "ratings") == [2, 3, 1, 2]
gaps = Handle("gaps", "find_gaps", organization, estimates, None, None)
risks = Handle("risks", "assess_risk", organization, gaps, None, None)
control = Handle("control", "control_new")
limits = options(OptimizeOptions, "optimize", start=days(2026, 4, 1), max_activities=3)
plan = Handle("plan", "optimize", organization, risks, limits, control)
certificate = Certificate()
call("plan_certificate", plan, byref(certificate))

# 3. The same to the last bit.
printed = subprocess.run([example], check=True, capture_output=True, text=True).stdout
expected = float.fromhex(re.search(r"^value (0x\S+)$", printed, re.M)[1])
assert certificate.value == expected > 0, (certificate.value.hex(), expected.hex())

# 4. The columns of the plan, the verdict on it.
items = Handle("table", "plan_table", plan, b"items")
assert set(column(items, "person")) <= {"E1", "E2", "E3", "E4", "E5"}
assert len(column(items, "gain")) == certificate.items
assert abs(sum(column(items, "gain")) - certificate.value) < 1e-9
assert "mandatory" in column(items, "reason")
verification = Handle("verification", "verify", organization, risks, plan, None, None)
gradus.gradus_verification_price_bound.restype = c_double
assert gradus.gradus_verification_ok(verification) == 1
assert abs(gradus.gradus_verification_price_bound(verification) - certificate.price_bound) < 1e-9
gradus.gradus_control_progress.restype = c_double
assert 0 < gradus.gradus_control_progress(control) <= 1

# 5. Errors, in the words of the input.
gradus.gradus_status_name.restype = c_char_p
assert gradus.gradus_status_name(c_int32(9)) == b"unknown_key"
add(builder, "people", "person|role\nE9|cook")
try:
    Handle("organization", "organization_load", builder, None)
except GradusError as error:
    assert (error.table, error.row, error.column) == ("people", 6, "role"), vars(error)
    assert "cook" in str(error)
else:
    raise AssertionError("an unknown role was accepted")
problems = Handle("table", "builder_problems", builder)
assert column(problems, "severity")[0] == "error"
assert "cook" in column(problems, "message")[0]

gradus.gradus_organization_digest.restype = c_uint64
assert gradus.gradus_organization_digest(organization) != 0

# 6. A ledger, and in it a plan that employee and manager agree on.
people = Handle("table", "organization_table", organization, b"people")
rows = Handle("builder", "builder_new")
staff = zip(column(people, "person"), column(people, "role"), strict=True)
add(rows, "people", "person|role|manager\n" + "\n".join(f"{p}|{r}|{'E1' if p != 'E1' else ''}" for p, r in staff))
managed = Handle("organization", "organization_with_tables", organization, rows, None)
add(rows, "requests", "key|at|by|operation|fund|kind|amount\nfounded|2026-01-01|hr|supply|learning|money|2500")
ledger = Handle("ledger", "ledger_open", b":memory:", None)
receipts = Handle("table", "ledger_apply", ledger, rows, None, c_int32(0), after=[None])
assert column(receipts, "applied") == [1] and column(receipts, "transaction") == [1]
agreements = Handle("agreements", "agreements_open", ledger, managed)
chosen = column(items, "person").index("E2")
add(
    rows,
    "plan_requests",
    """
    key | at         | by | as            | operation | plan | person
    w   | 2026-04-01 | hr | administrator | write     | P2   | E2
    p   | 2026-04-01 | E2 | employee      | propose   | P2   |
    e   | 2026-04-02 | E2 | employee      | agree     | P2   |
    m   | 2026-04-02 | E1 | manager       | agree     | P2   |
""",
)
receipts = Handle("table", "agreements_apply", agreements, rows, plan, None)
assert column(receipts, "state") == ["draft", "proposed", "employee_agreed", "agreed"], column(receipts, "message")
agreed = Handle("table", "agreements_table", agreements, b"agreed_items", b"E2")
assert column(agreed, "activity")[0] == column(items, "activity")[chosen]
assert set(column(agreed, "status")) == {"enrolled"}
reserved = Handle("table", "ledger_table", ledger, b"ledger_pending", c_int64(-(2**63)))
cost = sum(column(agreed, "cost"))
assert sum(column(reserved, "amount")) == cost > 0
after = c_int64(days(2026, 4, 3) * 86_400_000_000)
upcoming = Handle("organization", "agreements_next_organization", agreements, after, None)
funds = Handle("table", "organization_table", upcoming, b"funds")
assert column(funds, "amount") == [250_000 - cost]
try:
    Handle("table", "agreements_content", agreements, b"P9", b"items")
except GradusError as error:
    assert "P9" in str(error) and error.table == "plans", vars(error)
else:
    raise AssertionError("a plan that is not there was told")
print(f"{len(declared)} functions, plan value {certificate.value.hex()}")
