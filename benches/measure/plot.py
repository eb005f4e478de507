"""A plot with logarithmic axes, as SVG."""

import math
from html import escape

WIDTH, HEIGHT, MARGIN, LEGEND = 640, 400, 60, 170
COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b")


def chart(sizes, lines, x_name, y_name):
    """A line for each name, over the sizes."""
    values = [value for line in lines.values() for value in line]
    across, down = Axis(sizes, MARGIN, WIDTH - LEGEND), Axis(values, HEIGHT - MARGIN, MARGIN / 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for tick in across.ticks():
        x = across.place(tick)
        parts.append(line((x, down.start), (x, down.end), "#ddd"))
        parts.append(text(x, down.start + 18, f"{tick:,.0f}", "middle"))
    for tick in down.ticks():
        y = down.place(tick)
        parts.append(line((across.start, y), (across.end, y), "#ddd"))
        parts.append(text(across.start - 6, y + 4, f"{tick:g}", "end"))
    parts.append(text((across.start + across.end) / 2, HEIGHT - 16, x_name, "middle"))
    parts.append(text(6, 16, y_name, "start"))
    for at, (name, figures) in enumerate(lines.items()):
        colour = COLOURS[at % len(COLOURS)]
        points = [(across.place(size), down.place(figure)) for size, figure in zip(sizes, figures)]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        y = MARGIN + 18 * at
        parts.append(line((WIDTH - LEGEND + 12, y), (WIDTH - LEGEND + 30, y), colour))
        parts.append(text(WIDTH - LEGEND + 36, y + 4, name, "start"))
    return "\n".join([*parts, "</svg>", ""])


class Axis:
    """A logarithmic axis from the power of ten below the values to the one above."""

    def __init__(self, values, start, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def place(self, value):
        """Where a value is drawn."""
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        """The powers of ten."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def line(start, end, colour):
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def text(x, y, words, anchor):
    """A label."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
