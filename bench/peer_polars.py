"""Gaps, risks and heat map in Polars, from data frames into data frames."""

from __future__ import annotations

from typing import Any

import polars as pl
from peer import LIKELIHOOD_CUTS, LOGISTIC, ROOT_TWO_PI, Columns, Peer
from polars import col, lit


def cuts_below(column: pl.Expr, cuts: tuple[float, ...], kind: Any = pl.Int32) -> pl.Expr:
    count: pl.Expr = lit(0, kind)
    for cut in cuts:
        count = count + (column > cut).cast(kind)
    return count


def likelihood_band(likelihood: pl.Expr) -> pl.Expr:
    return 1 + cuts_below(likelihood, LIKELIHOOD_CUTS)


def impact_band(impact: pl.Expr) -> pl.Expr:
    return 1 + cuts_below(impact, (2, 4, 6, 8))


def risk_level(score: pl.Expr) -> pl.Expr:
    return cuts_below(score, (4, 9, 16), pl.UInt8)


def word(code: int) -> pl.Expr:
    return lit(code, pl.UInt8)


class Polars(Peer):
    version = pl.__version__

    def __init__(self, tables: dict[str, Columns]) -> None:
        self._tables = {name: pl.DataFrame(columns) for name, columns in tables.items()}
        self._made: dict[str, pl.DataFrame] = {}

    def work(self) -> None:
        self._made.clear()
        for name, frame in (("risks", self._risks), ("heat_map", self._heat_map)):
            self._made[name] = frame().collect(engine="streaming")  # quicker here than the in-memory engine

    def columns(self, table: str, names: list[str]) -> Columns:
        return {name: self._made[table][name].to_numpy() for name in names}

    def _needs(self) -> pl.LazyFrame:
        """Requirements with all that depends on the role and the capability alone."""
        tables = {name: frame.lazy() for name, frame in self._tables.items()}
        shares = tables["objectives"].select("objective", share=col("weight") / col("weight").sum())
        strategy = (
            tables["objective_links"]
            .group_by("capability", "objective")
            .agg(col("strength").max())
            .join(shares, on="objective")
            .group_by("capability")
            .agg(strategic_weight=1 + (col("strength") * col("share")).sum())
        )
        ranges = tables["scales"].group_by("scale").agg(range=col("position").max() - col("position").min())
        return (
            tables["requirements"]
            .join(tables["capabilities"], on="capability")
            .join(ranges, on="scale")
            .join(strategy, on="capability", how="left")
            .with_columns(col("strategic_weight").fill_null(1.0))
            .with_columns(impact=col("criticality") * col("strategic_weight"))
            .with_columns(impact_band=impact_band(col("impact")))
        )

    def _risks(self) -> pl.LazyFrame:
        roles = self._tables["people"].lazy().select("person", "role")
        lacking = col("level") - col("mean")
        u = lacking / col("sd")
        return (
            self
            ._tables["estimates"]
            .lazy()
            .join(roles, on="person")
            .join(self._needs(), on=["role", "capability"])
            .with_columns(likelihood=1 / (1 + (-LOGISTIC * u).exp()), density=(-0.5 * u * u).exp() / ROOT_TWO_PI)
            .with_columns(
                shortfall=(lacking * col("likelihood") + col("sd") * col("density")).clip(0),
                likelihood_band=likelihood_band(col("likelihood")),
            )
            .select(
                "person",
                word(0).alias("basis"),
                "role",
                "capability",
                col("level").alias("required"),
                "mean",
                "sd",
                lit(0.0).alias("credited"),
                "likelihood",
                "shortfall",
                lit(1.0).alias("weight"),
                pl
                .when(col("ratings") == 0)
                .then(word(3))
                .when(col("mean") > col("max_level"))
                .then(word(2))
                .when(lacking > 0)
                .then(word(1))
                .otherwise(word(0))
                .alias("status"),
                "criticality",
                "strategic_weight",
                "impact",
                (col("impact") * col("shortfall") / col("range")).alias("exposure"),
                "likelihood_band",
                "impact_band",
                risk_level(col("likelihood_band") * col("impact_band")).alias("risk_level"),
            )
        )

    def _heat_map(self) -> pl.LazyFrame:
        units = self._tables["people"].lazy().select("person", "unit")
        return (
            self
            ._made["risks"]
            .lazy()
            .join(units, on="person")
            .group_by("unit", "capability")
            .agg(
                requirements=pl.len().cast(pl.Int32),
                people=pl.len().cast(pl.Int32),
                unknown=(col("status") == 3).sum().cast(pl.Int32),
                below=col("likelihood").sum(),
                shortfall=col("shortfall").sum(),
                exposure=col("exposure").sum(),
                likelihood=col("likelihood").mean(),
                impact=col("impact").mean(),
            )
            .select(
                word(0).alias("grouping"),
                col("unit").alias("member"),
                "capability",
                "requirements",
                "people",
                "unknown",
                "below",
                "shortfall",
                "exposure",
                "likelihood",
                risk_level(likelihood_band(col("likelihood")) * impact_band(col("impact"))).alias("risk_level"),
            )
            .sort("member", "capability")
        )
