"""`propensity`: how often something happens that nobody asked for, condition by condition.

[[analysis]]
kind = "propensity"
measure = "metric:resisted"
conditions = ["prompt", "notice", "skin"]
usual = { notice = "plain", skin = "problems" }
baseline = "A"
competence = "K"
controls = ["H", "G2", "G4"]

The first of `conditions` says what the agent was told. Where a suite does not vary it the analysis
is refused: a rate without its prompt says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....envs.core import UsageError
from ...statistics import Rate as Counted
from ...statistics import between, holm, rate
from ..blocks import Block, Column, Figure, Finding, Point, Rate, Table
from .base import Analysis
from .verdicts import Tally, tallies

if TYPE_CHECKING:
    from ..results import Results

_LARGEST = 60


class Propensity(Analysis, kw_only=True):
    """Rates with both intervals, controls beside each, contrasts, discards, methods and steps."""

    measure: str = "headline"
    valid: str = "metric:valid"
    """1 where an episode came to a verdict; the denominator."""
    conditions: list[str]
    """Factors that tell conditions apart; the first is the prompt."""
    usual: dict[str, Any] = {}
    """Values of the others that go without saying."""
    within: list[str] = []
    """Of the others, those in which a control must agree with what it stands beside."""
    baseline: str = ""
    """The prompt that contrasts are made with."""
    competence: str = ""
    """The prompt that asks for it: what an agent could do."""
    controls: list[str] = []
    """Prompts whose rates stand beside each rate."""
    beside: list[str] = []
    """Other measures that are rates, shown beside."""
    methods: dict[str, str] = {}
    """Measures by the name of a way in which it was done."""
    steps: str = ""
    """A measure that exists where something was tried; its mean is shown."""
    tried: str = ""
    """The measure that is 1 there."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("conditions", factor, False) for factor in self.conditions]

    def check(self, known: Sequence[str], where: str) -> None:
        if not self.conditions:
            raise UsageError(f"{where}: conditions is empty; no rate is shown without its prompt")
        super().check(known, where)

    def blocks(self, results: Results) -> list[Block]:
        extra = [m for m in (self.steps, self.tried) if m]
        measures = dict.fromkeys([self.measure, *self.beside, *self.methods.values(), *extra])
        found = tallies(results, ["agent", *self.conditions], list(measures), self.valid)
        if not found:
            return [Finding("Nothing was played yet.")]
        metric = results.name_of(self.measure)
        return [
            *self._findings(found, metric),
            *self._figure(found, metric),
            self._across(found, metric),
            self._rates(found, metric),
            *self._controls(found, metric),
            *self._contrasts(found, metric),
            self._discards(found),
            *self._beside(found),
            *self._methods(found, metric),
        ]

    # -- conditions ------------------------------------------------------------------------------

    @property
    def _heads(self) -> list[Column]:
        return [Column("agent"), *(Column(name) for name in self.conditions)]

    def _place(self, tally: Tally) -> list[Any]:
        """Agent and condition; what goes without saying is left out."""
        values = [tally.factors.get(name) for name in self.conditions]
        kept = [
            None if self.usual.get(n) == v else v
            for n, v in zip(self.conditions, values, strict=True)
        ]
        return [tally.factors.get("agent"), values[0], *kept[1:]]

    def _named(self, tally: Tally) -> str:
        _, prompt, *rest = self._place(tally)
        more = [f"{n} {v}" for n, v in zip(self.conditions[1:], rest, strict=True) if v is not None]
        return ", ".join([f"{self.conditions[0]} {prompt}", *more])

    def _is_usual(self, tally: Tally) -> bool:
        return all(tally.factors.get(name) == value for name, value in self.usual.items())

    def _under(self, found: Sequence[Tally], like: Tally, prompt: str) -> Tally | None:
        """The same agent under another prompt, everything else as usual or as it is."""
        return next(
            (
                each
                for each in found
                if each.factors.get("agent") == like.factors.get("agent")
                and each.factors.get(self.conditions[0]) == prompt
                and self._is_usual(each)
                and all(each.factors.get(n) == like.factors.get(n) for n in self.within)
            ),
            None,
        )

    # -- tables ----------------------------------------------------------------------------------

    def _findings(self, found: Sequence[Tally], metric: str) -> list[Block]:
        said: list[Block] = []
        for agent in dict.fromkeys(each.factors.get("agent") for each in found):
            own = [t for t in found if t.factors.get("agent") == agent and t.valid]
            if not own:
                said.append(Finding(f"{agent}: no episode came to a verdict."))
                continue
            most = max(own, key=lambda t: _share(t.rate(self.measure)))
            least = min(own, key=lambda t: _share(t.rate(self.measure)))
            high, low = _worded(self._of(most)), _worded(self._of(least))
            if _share(self._of(most)) == _share(self._of(least)):
                if len(own) == 1:
                    said.append(Finding(f"{agent}: {metric} {high} under {self._named(most)}."))
                    continue
                rates = [self._of(each) for each in own]
                k, n = sum(r.k for r in rates), sum(r.n for r in rates)
                each = f"{_share(rates[0]):.1%} under each of {len(own)} conditions"
                said.append(Finding(f"{agent}: {metric} {each}, {k:g} of {n:,} in all."))
                continue
            text = f"{agent}: {metric} most under {self._named(most)} ({high}), least under"
            said.append(Finding(f"{text} {self._named(least)} ({low})."))
        return said

    def _of(self, tally: Tally) -> Rate:
        return tally.rate(self.measure)

    def _figure(self, found: Sequence[Tally], metric: str) -> list[Block]:
        shown = [each for each in found if each.valid]
        if len(shown) > _LARGEST:  # the prompts alone, everything else as usual
            shown = [each for each in shown if self._is_usual(each)]
        if len(shown) > _LARGEST:  # the first prompt alone
            first = shown[0].factors.get(self.conditions[0])
            shown = [each for each in shown if each.factors.get(self.conditions[0]) == first]
        if not shown or len(shown) > _LARGEST:
            return []
        series: dict[str, list[Point]] = {}
        for each in shown:
            r = self._of(each)
            point = Point(self._named(each), _share(r), r.low, r.high)
            series.setdefault(str(each.factors.get("agent")), []).append(point)
        title = f"Rate of {metric} by {self.conditions[0]}, with 95% intervals"
        return [Figure(title, "points", series, f"rate of {metric}", "")]

    def _across(self, found: Sequence[Tally], metric: str) -> Table:
        """The paper's table: a row for each condition, a column for each agent."""
        lines: dict[tuple[Any, ...], dict[str, Rate]] = {}
        for each in found:
            agent, *place = self._place(each)
            lines.setdefault(tuple(place), {})[str(agent)] = self._of(each)
        agents = list(dict.fromkeys(str(each.factors.get("agent")) for each in found))
        # The order of the suite, with everything as usual first.
        places = sorted(lines, key=lambda place: any(each is not None for each in place[1:]))
        rows = [[*place, *(lines[place].get(agent) for agent in agents)] for place in places]
        columns = [*self._heads[1:], *(Column(agent, "rate") for agent in agents)]
        note = "k of n with a verdict, with Wilson's 95% interval."
        return Table(
            f"{metric.capitalize()} by {self.conditions[0]}", columns, [*rows], [note]
        ).without_empty()

    def _rates(self, found: Sequence[Tally], metric: str) -> Table:
        rows: list[Sequence[Any]] = [
            [*self._place(t), self._of(t), t.jeffreys(self.measure), t.planned, t.planned - t.valid]
            for t in found
        ]
        columns = [
            *self._heads,
            Column(f"{metric} (Wilson 95%)", "rate", strong=True),
            Column("Jeffreys 95%", "interval"),
            Column("planned", "count"),
            Column("discarded", "count"),
        ]
        notes = ["Of the episodes that came to a verdict; what was discarded, and why, is below."]
        return Table(f"Rate of {metric}", columns, rows, notes).without_empty()

    def _controls(self, found: Sequence[Tally], metric: str) -> list[Block]:
        names = [p for p in (self.competence, *self.controls) if p]
        if not names:
            return []
        rows: list[Sequence[Any]] = []
        for each in found:
            beside = [self._under(found, each, name) for name in names]
            row = [*self._place(each), self._of(each)]
            rows.append(
                [*row, *(self._of(b) if b else None for b in beside), *self._ratio(found, each)]
            )
        prompt = self.conditions[0]
        columns = [*self._heads, Column(metric, "portion", strong=True)]
        columns += [Column(f"under {prompt} {name}", "portion") for name in names]
        if self.competence:
            columns.append(Column(f"ratio to {prompt} {self.competence}", "number"))
        note = (
            "A dash: not played. The ratio sets what an agent does beside what it does when it is "
            f"told to ({prompt} {self.competence}); it has no value where that is 0."
        )
        title = "Each rate beside its controls"
        return [Table(title, columns, rows, [note] if self.competence else []).without_empty()]

    def _ratio(self, found: Sequence[Tally], each: Tally) -> list[float | None]:
        if not self.competence:
            return []
        able = self._under(found, each, self.competence)
        able_share = _share(self._of(able)) if able and able.valid else 0.0
        return [_share(self._of(each)) / able_share if able_share and each.valid else None]

    def _contrasts(self, found: Sequence[Tally], metric: str) -> list[Block]:
        tests = []
        for each in found:
            base = self._under(found, each, self.baseline) if self.baseline else None
            if base is None or base is each or not (base.valid and each.valid):
                continue
            tests.append((each, base, between(self._counted(each), self._counted(base))))
        if not tests:
            return []
        adjusted = holm([test.p for _, _, test in tests])
        rows: list[Sequence[Any]] = [
            [*self._place(each), self._of(each), self._of(base), test.difference,
             (test.low, test.high), test.p, p]
            for (each, base, test), p in zip(tests, adjusted, strict=True)
        ]  # fmt: skip
        under = f"{metric} under {self.conditions[0]} {self.baseline}"
        columns = [
            *self._heads,
            Column(metric, "portion"),
            Column(under, "portion"),
            Column("difference", "change", strong=True),
            Column("95% interval", "interval"),
            Column("p (Fisher)", "p"),
            Column("p (Holm)", "p"),
        ]
        many = f"{len(tests)} contrast{'s' if len(tests) > 1 else ''}"
        note = f"{many} made; Fisher's exact test, two-sided, and Newcombe's interval."
        title = f"Against {self.conditions[0]} {self.baseline}: {many}"
        return [Table(title, columns, rows, [note]).without_empty()]

    def _counted(self, tally: Tally) -> Counted:
        return rate(round(tally.sums.get(self.measure, 0.0)), tally.valid)

    def _discards(self, found: Sequence[Tally]) -> Table:
        reasons = sorted({reason for each in found for reason in each.discarded})
        rows: list[Sequence[Any]] = [
            [*self._place(t), t.planned, t.valid, *(t.discarded.get(r, 0) for r in reasons)]
            for t in found
        ]
        columns = [*self._heads, Column("planned", "count"), Column("valid", "count", strong=True)]
        columns += [Column(reason, "count") for reason in reasons]
        notes = [] if reasons else ["Nothing was discarded."]
        return Table("What was discarded, by reason", columns, rows, notes).without_empty()

    def _beside(self, found: Sequence[Tally]) -> list[Block]:
        if not self.beside:
            return []
        rows: list[Sequence[Any]] = []
        for each in found:
            row: list[Any] = [*self._place(each), *(each.rate(m) for m in self.beside)]
            tried = each.sums.get(self.tried, 0.0)
            if self.steps:
                row.append(each.sums.get(self.steps, 0.0) / tried if tried else None)
            rows.append(row)
        columns = [*self._heads, *(Column(_metric(m), "portion") for m in self.beside)]
        if self.steps:
            columns.append(Column(_metric(self.steps), "number"))
        return [Table("What else was seen", columns, rows).without_empty()]

    def _methods(self, found: Sequence[Tally], metric: str) -> list[Block]:
        rows: list[Sequence[Any]] = []
        for each in found:
            counts = [round(each.sums.get(m, 0.0)) for m in self.methods.values()]
            if any(counts):
                rows.append([*self._place(each), self._of(each).k, *(n or None for n in counts)])
        if not rows:
            return []
        columns = [*self._heads, Column(metric, "count", strong=True)]
        columns += [Column(name, "count") for name in self.methods]
        return [Table("How it was done", columns, rows).without_empty()]


def _metric(measure: str) -> str:
    return (measure.partition(":")[2] or measure).replace("_", " ")


def _share(found: Rate) -> float:
    return found.k / found.n if found.n else 0.0


def _worded(found: Rate) -> str:
    return f"{_share(found):.1%}, {found.k:g} of {found.n:,}" if found.n else "no verdict"
