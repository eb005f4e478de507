"""Statistics, and the table that every driver prints."""

import math
from dataclasses import dataclass


def median(values):
    """The middle value."""
    return quantile(values, 0.5)


def quantile(values, share):
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(len(ordered) * share) - 1))]


def exponent(sizes, values):
    """The exponent e of the power law values = c * sizes^e that fits best, by least squares over
    the logarithms."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in values]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


def at_recall(curve, recall):
    """The time at a recall, from a curve of (recall, time) points: interpolated between the
    logarithms of the time and of the share missed, which is close to a line for a graph. `None` if
    the curve does not reach it; the time of the first point if even that has a higher recall."""
    points = sorted(curve)
    if points[0][0] >= recall:
        return points[0][1]
    for (low, fast), (high, slow) in zip(points, points[1:]):
        if high >= recall:
            missed = [math.log(max(1 - at, 1e-4)) for at in (low, recall, high)]
            share = (missed[0] - missed[1]) / ((missed[0] - missed[2]) or 1)
            return math.exp(math.log(fast) + share * (math.log(slow) - math.log(fast)))
    return None


@dataclass
class Row:
    """One line of the table. A ratio is Parallax's figure divided by the peer's, so it is better
    low for times and high for rates. The target is on the ratio, or on the figure where there is
    no peer. `None` where there is no target."""

    what: str
    peer: str
    theirs: float | None
    ours: float | None
    unit: str
    target: str | None = None

    @property
    def ratio(self):
        """Ours divided by theirs."""
        return self.ours / self.theirs if self.ours is not None and self.theirs else None

    @property
    def verdict(self):
        """`pass`, `miss`, or nothing without a target; a figure that is absent is a miss."""
        if self.target is None:
            return ""
        judged = self.ratio if self.theirs is not None else self.ours
        kind, bound = self.target.split()[:2]
        if judged is None:
            return "miss"
        return "pass" if (judged <= float(bound) if kind == "<=" else judged >= float(bound)) else "miss"

    def cells(self):
        """The cells of the row, as text."""
        theirs = f"{self.peer} {number(self.theirs)}" if self.theirs is not None else self.peer
        ours = f"{number(self.ours)} {self.unit}"
        return [self.what, theirs, ours, number(self.ratio), self.target or "", self.verdict]


HEAD = ["what", "peer", "parallax", "ratio", "target", "pass/miss"]


def number(value):
    """Three significant digits, or a dash for none."""
    if value is None:
        return "-"
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def markdown(head, rows):
    """A table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
