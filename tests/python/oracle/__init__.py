"""An independent oracle of the data contract: slow, plain, exact, and with nothing in common with the library.

`tables` maps a table's name to its rows; a row maps columns to plain values (text, numbers, Decimal, date, bool), None
or no column for what is missing. The rows are taken to be valid. Risks and estimates are rows too. Plan functions know
`as_of` from Options: the day before `start` unless given.

Where the contract (tables.md) leaves a choice, the plainest reading is taken:

Evidence and gaps
- The prior counts as evidence of its own: precisions of prior and ratings add, so `evidence` lies in [0, 1).
- A completion after `as_of` has not happened; one without a date has, and is credited only where there is no rating.
- Credit looks at the completed rows as facts, whatever other enrolments the person has; an activity counts once.
- `credited` is an expected lift, and the gap is that of N(mean + credited, sd²): no mixture over what occurred.
- Goals count whatever their due date, and so do several goals for one capability.
- Criticality of a target's row is that of the target role's requirement (roles.criticality is only carried).
- `heat_map` by `all` has the one member None. roll_up climbs the capabilities under every grouping.
- `concentration`: `level` is a position; holders are people who take part and have ratings.

Scope and offer
- `target_role` matches the target roles that are not the own role.
- from_level compares positions (1.0 apart), and is checked where the person has a risk row for that capability.
- Prerequisites that are completed neither wait nor push, even if they are taken again.
- A mandatory activity that was completed, or is pinned, is no longer a duty, whatever its due date.
- Cost not known is refused where funds are given or a usable money account would pay; hours not known where the person
  has hours or a usable hours account would pay. The table `funds` counts as given even when it is empty.

Money and hours
- Shares are the decimal numbers that were written: a share of 0.7 of 0.45 is 0.315 exactly, half-even 0.32.
- A program's share that is absent leaves the activity's.
- A program is usable if it is valid, holds the kind (no kind is never held) and its scope holds the person.
- A program's cap holds for each account of its own kind (program without kind: any) that names it, beside the
  account's own.
- Pins use no account; what is `available` is still to use. Pins alone break no limit: where they exceed one already,
  nothing may add to it.
- `fund` is None where nothing is charged to one.
- Activities without a kind do not count towards max_of_a_kind.

Time and value
- Periods are counted from the start by calendar months, clamped to the month's end.
- Only items and pins with a session can overlap.
- "At the horizon's end" includes what ends on its last day, although it adds no value.
- exposure_before is today's, without pins; exposure_pins (the oracle's own) is with pins alone at the horizon's end.
- Of several pinned rows of one activity one in progress holds, then the latest.

Duty
- As few mandatory items as possible are left out; among such plans value decides. A left-out activity is not taken.
- plan.conflicts has no word for the maxima: `maximum` here. Other words of `violations`: repeated, pinned, mandatory.
  What lies outside the horizon, the validity or the stay of the person breaks `eligibility`.

A change charge (`previous`, `change_cost`) is left out.
"""

from .dates import Options
from .gains import value
from .heat_map import concentration, heat_map
from .levels import Model, estimate, fairness, find_gaps, raters, residuals, sources
from .limits import violations
from .planning import resources, schedule
from .risk import assess_risk
from .search import best_choice, brute_force, price_bound

__all__ = [
    "Model",
    "Options",
    "assess_risk",
    "best_choice",
    "brute_force",
    "concentration",
    "estimate",
    "fairness",
    "find_gaps",
    "heat_map",
    "price_bound",
    "raters",
    "residuals",
    "resources",
    "schedule",
    "sources",
    "value",
    "violations",
]
