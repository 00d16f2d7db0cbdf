"""CP-SAT, which knows whole numbers only.

What is whole stays as it is: items, money, minutes, seats. Uplifts and what they remove are not: lengths are counted in
1e-5 positions and values in 1e-10, both rounded up, so that CP-SAT's bound remains one of the true problem and is at
most some 1e-5 of it too high. The value of each solution is worked out anew from its items, in doubles.
"""

from __future__ import annotations

import math
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ortools.linear_solver.python import model_builder
from ortools.sat.python import cp_model
from solver import Log, Solver

LENGTH = 10**5  # units of a position
VALUE = 10**10  # units of value


class CpSat(Solver):
    version = version("ortools")

    def __init__(self, file: Path) -> None:
        reader = model_builder.Model()
        if not reader.import_from_mps_file(str(file)):
            raise ValueError(f"OR-Tools cannot read {file}")
        self._problem = reader.export_to_proto()
        if self._problem.maximize:
            raise ValueError(f"{file} should minimise")
        self._model = cp_model.CpModel()
        self._make()

    def _make(self) -> None:
        problem, model = self._problem, self._model
        self._rows_of_lengths = []  # of what is not whole
        self._variables: list[Any] = []
        objective = []
        for column in problem.variable:
            unit = 1 if column.is_integer else LENGTH
            top = min(column.upper_bound, 10.0**6)  # no length is longer
            variable = model.new_int_var(
                math.ceil(column.lower_bound * unit), math.ceil(top * unit - 1e-9), column.name
            )
            self._variables.append(variable)
            # Minimised is minus the value: rounded down, the value is no smaller.
            objective.append(math.floor(column.objective_coefficient * VALUE / unit))
        for row in problem.constraint:
            columns = [self._variables[i] for i in row.var_index]
            if all(problem.variable[i].is_integer for i in row.var_index):
                coefficients = [whole(coefficient) for coefficient in row.coefficient]
                low, high = bound(row.lower_bound), bound(row.upper_bound)
            else:
                # Σ length <= limit + Σ uplift × item: what stands at the items is rounded down, and so allows no less.
                if row.lower_bound > -math.inf:
                    raise ValueError(f"row {row.name} should have an upper bound alone")
                coefficients = [
                    self._one(coefficient, row.name)
                    if not problem.variable[i].is_integer
                    else math.floor(coefficient * LENGTH)
                    for i, coefficient in zip(row.var_index, row.coefficient, strict=True)
                ]
                low, high = cp_model.INT_MIN, math.ceil(row.upper_bound * LENGTH)
                self._rows_of_lengths.append(row)
            expression = cp_model.LinearExpr.weighted_sum(columns, coefficients)
            model.add_linear_expression_in_domain(expression, cp_model.Domain(low, high))
        model.minimize(cp_model.LinearExpr.weighted_sum(self._variables, objective))

    @staticmethod
    def _one(coefficient: float, row: str) -> int:
        if coefficient != 1:
            raise ValueError(f"row {row}: a length counts {coefficient!r} times; once was expected")
        return 1

    def value(self, chosen: list[int]) -> float:
        """Of the items chosen, with lengths as long as they can be then: each is in one row, the best comes first."""
        columns = self._problem.variable
        total: float = self._problem.objective_offset + math.fsum(
            column.objective_coefficient * number
            for column, number in zip(columns, chosen, strict=True)
            if column.is_integer
        )
        for row in self._rows_of_lengths:
            entries = list(zip(row.var_index, row.coefficient, strict=True))
            left = row.upper_bound - math.fsum(a * chosen[i] for i, a in entries if columns[i].is_integer)
            lengths = [columns[i] for i, _ in entries if not columns[i].is_integer]
            for column in sorted(lengths, key=lambda column: column.objective_coefficient):
                length = max(0.0, min(left, column.upper_bound))
                total += column.objective_coefficient * length
                left -= length
        return -total

    def solve(self, log: Log, threads: int, seconds: float, gap: float) -> str:
        offset = self._problem.objective_offset

        variables, value = self._variables, self.value

        class Notes(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> None:
                found = value([self.value(variable) for variable in variables])
                log.note(found, -self.best_objective_bound / VALUE - offset)

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = threads
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.relative_gap_limit = gap
        solver.best_bound_callback = lambda found: log.note(bound=-found / VALUE - offset)
        status = solver.solve(self._model, Notes())
        if status != cp_model.UNKNOWN:  # what it then calls its bound is 0, and proves nothing
            log.note(bound=-solver.best_objective_bound / VALUE - offset)
        if status != cp_model.OPTIMAL:
            return "time_limit"
        return "optimal" if gap == 0 else "within_gap"


def whole(number: float) -> int:
    if number != round(number):
        raise ValueError(f"{number!r} should be whole")
    return int(number)


def bound(number: float) -> int:
    if math.isinf(number):
        return cp_model.INT_MAX if number > 0 else cp_model.INT_MIN
    return whole(number)
