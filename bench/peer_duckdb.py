"""Gaps, risks and heat map in DuckDB, from native in-memory tables into native in-memory tables."""

from __future__ import annotations

import duckdb
from peer import LOGISTIC, ROOT_TWO_PI, Columns, Peer

RISKS = f"""
create or replace temp table risks as
with strongest as (
    select capability, objective, max(strength) as strength from objective_links group by all
), strategy as (
    select capability, 1 + sum(strength * weight) / (select sum(weight) from objectives) as strategic_weight
    from strongest join objectives using (objective) group by capability
), ranges as (
    select scale, max(position) - min(position) as range from scales group by scale
), needs as (
    select role, capability, level, max_level, criticality, range,
        coalesce(strategic_weight, 1.0) as strategic_weight,
        criticality * coalesce(strategic_weight, 1.0) as impact
    from requirements join capabilities using (capability) join ranges using (scale)
        left join strategy using (capability)
), rows as (
    select person, role, capability, level as required, mean, sd, ratings, max_level, criticality, strategic_weight,
        impact, range, level - mean as lacking, (level - mean) / sd as u
    from estimates join people using (person) join needs using (role, capability)
), measured as (
    select *, 1 / (1 + exp(-{LOGISTIC} * u)) as likelihood,
        greatest(0, lacking / (1 + exp(-{LOGISTIC} * u)) + sd * exp(-0.5 * u * u) / {ROOT_TWO_PI}) as shortfall,
        1 + (impact > 2)::int + (impact > 4)::int + (impact > 6)::int + (impact > 8)::int as impact_band
    from rows
), banded as (
    select *, 1 + (likelihood > 0.1)::int + (likelihood > 0.3)::int + (likelihood > 0.5)::int + (likelihood > 0.8)::int
        as likelihood_band
    from measured
)
select person, 0::utinyint as basis, role, capability, required, mean, sd, 0::double as credited, likelihood, shortfall,
    1::double as weight,
    (case when ratings = 0 then 3 when mean > max_level then 2 when mean < required then 1 else 0 end)::utinyint
        as status,
    criticality, strategic_weight, impact, impact * shortfall / range as exposure, likelihood_band, impact_band,
    ((likelihood_band * impact_band > 4)::int + (likelihood_band * impact_band > 9)::int
        + (likelihood_band * impact_band > 16)::int)::utinyint as risk_level
from banded
"""

HEAT_MAP = """
create or replace temp table heat_map as
with cells as (
    select unit, capability, count(*)::int as requirements, count(*)::int as people,
        count(*) filter (where status = 3)::int as unknown, sum(likelihood) as below, sum(shortfall) as shortfall,
        sum(exposure) as exposure, avg(likelihood) as likelihood, avg(impact) as impact
    from risks join people using (person) group by unit, capability
), banded as (
    select *,
        (1 + (likelihood > 0.1)::int + (likelihood > 0.3)::int + (likelihood > 0.5)::int + (likelihood > 0.8)::int)
        * (1 + (impact > 2)::int + (impact > 4)::int + (impact > 6)::int + (impact > 8)::int) as score
    from cells
)
select 0::utinyint as grouping, unit as member, capability, requirements, people, unknown, below, shortfall, exposure,
    likelihood, ((score > 4)::int + (score > 9)::int + (score > 16)::int)::utinyint as risk_level
from banded order by member, capability
"""


class DuckDB(Peer):
    version = duckdb.__version__

    def __init__(self, tables: dict[str, Columns], threads: int) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "preserve_insertion_order": False,  # quicker
            # Left to itself it hashes the estimates, the largest table, and takes half as long again.
            "disabled_optimizers": "join_order,build_side_probe_side",
        }
        self._connection = duckdb.connect(":memory:", config=config)
        for name, columns in tables.items():
            self._connection.register("given", columns)
            self._connection.execute(f"create table {name} as select * from given")
            self._connection.unregister("given")

    def work(self) -> None:
        self._connection.execute(RISKS)
        self._connection.execute(HEAT_MAP)

    def columns(self, table: str, names: list[str]) -> Columns:
        return self._connection.execute(f"select {', '.join(names)} from {table}").fetchnumpy()
