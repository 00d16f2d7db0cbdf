"""Plan an organisation's learning by the risk it removes.

    import gradus as gr

    acme = gr.simulate(gr.examples.gdad(), people=200, units=10)  # or gr.load("acme/")
    org = acme.organization
    estimates = gr.estimate(org, acme.assessments, as_of="2026-03-31")
    risks = gr.assess_risk(org, gr.find_gaps(org, estimates))
    plan = gr.optimize(org, risks, start="2026-04-01", months=12, progress=True)

Every stage takes the table of the one before, or any table of that form from outside.
"""

from . import examples
from . import report as _report_module  # so that neither is ever imported over the function of its name
from . import simulate as _simulate_module
from ._agreements import Agreements
from ._assessment import Assessments, Estimates, estimate, ratings_by_source
from ._budget_curve import BudgetCurve, budget_curve
from ._check import check
from ._core import __version__
from ._dataset import Dataset, load, simulate
from ._error import Error
from ._goals import GoalChecks, Goals, ObjectiveTrace, check_goal, trace_items, trace_objectives, write_goals
from ._ledger import Ledger
from ._ledger_check import Balance, LedgerCheck, LedgerHead, PlanHead
from ._mip import export_mps, read_solution
from ._organization import Organization
from ._plan import Plan, Verification, optimize
from ._plan_content import PlanContent
from ._plan_receipt import PlanReceipt, PlanReceipts
from ._plan_tables import Resources
from ._programs import entitlement, grants_due, notices, program_report
from ._raters import Raters, RatingsBySource
from ._receipt import Part, Receipt, Receipts
from ._recommend import Recommendations
from ._remaining import Remaining, Taking
from ._replan import Proposal
from ._residuals import Residuals
from ._review import DesignReview, SimulatedAssessments, review_design, simulate_assessments
from ._risk import Gaps, HeatMap, Risks, assess_risk, compare, concentration, find_gaps, heat_map
from ._table import Column, Table
from ._versions import show_versions
from ._what_if import WhatIf, what_if
from ._why import Why
from .report.page import Report, report

del _report_module, _simulate_module

__all__ = [
    "Agreements",
    "Assessments",
    "Balance",
    "BudgetCurve",
    "Column",
    "Dataset",
    "DesignReview",
    "Error",
    "Estimates",
    "Gaps",
    "GoalChecks",
    "Goals",
    "HeatMap",
    "Ledger",
    "LedgerCheck",
    "LedgerHead",
    "ObjectiveTrace",
    "Organization",
    "Part",
    "Plan",
    "PlanContent",
    "PlanHead",
    "PlanReceipt",
    "PlanReceipts",
    "Proposal",
    "Raters",
    "RatingsBySource",
    "Receipt",
    "Receipts",
    "Recommendations",
    "Remaining",
    "Report",
    "Residuals",
    "Resources",
    "Risks",
    "SimulatedAssessments",
    "Table",
    "Taking",
    "Verification",
    "WhatIf",
    "Why",
    "__version__",
    "assess_risk",
    "budget_curve",
    "check",
    "check_goal",
    "compare",
    "concentration",
    "entitlement",
    "estimate",
    "examples",
    "export_mps",
    "find_gaps",
    "grants_due",
    "heat_map",
    "load",
    "notices",
    "optimize",
    "program_report",
    "ratings_by_source",
    "read_solution",
    "report",
    "review_design",
    "show_versions",
    "simulate",
    "simulate_assessments",
    "trace_items",
    "trace_objectives",
    "what_if",
    "write_goals",
]
