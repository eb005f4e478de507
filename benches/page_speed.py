"""Measures how fast the page is in Chromium, over the 40,474 start-ups. `make bench-page`."""

import json
import os
import subprocess

from measure import figures, inputs, paths, results, server
from measure.figures import median, quantile

OUT = paths.BENCH / "page-speed.jsonl"


def main():
    OUT.unlink(missing_ok=True)
    with server.parallax(inputs.collection("startups"), "startups") as ours:
        measure(f"http://127.0.0.1:{ours.port}")
    measured = list(inputs.lines(OUT))
    table = figures.markdown(["what", "median", "5th to 95th percentile", "of", "wanted", ""], map(row, measured))
    print(table)
    missed = sum(not is_met(figure) for figure in measured)
    said = "All targets are met." if missed == 0 else f"Missed: {missed}."
    explained = (
        "Chromium on this machine, in a window of 1,440 by 900 pixels, with the server on the same machine. "
        "The processor is slowed down by Chromium, for the page only. Slow 4G is that of Lighthouse: 1.6 Mbit/s "
        "down, 750 kbit/s up, and each answer begins 150 ms later. Pages are loaded without a cache, and without "
        "pictures of other hosts. Painted means after the frame that shows the list; interactions are measured "
        "by the browser's Event Timing, which does not tell times up to 16 ms apart."
    )
    paths.PAGE.touch()
    results.write("Speed in the browser", "make bench-page", f"{explained}\n\n{table}\n\n{said}", paths.PAGE)


def measure(url):
    """Runs the measurements of end2end/page-speed against a server."""
    variables = os.environ | {"PARALLAX_URL": url, "PAGE_SPEED": str(OUT)}
    command = ["npx", "playwright", "test", "--config", "page-speed.config.ts"]
    subprocess.run(command, cwd=paths.ROOT / "end2end", env=variables, check=True)


def row(figure):
    """A line of the table."""
    values = figure["values"]
    of = lambda value: written(value, figure["unit"])
    spread = f"{of(quantile(values, 0.05))} to {of(quantile(values, 0.95))}"
    below = figure.get("below")
    wanted = "" if below is None else f"below {written(below, figure['unit'])}"
    verdict = "" if below is None else "met" if is_met(figure) else "**missed**"
    return [figure["what"], of(median(values)), spread, str(len(values)), wanted, verdict]


def is_met(figure):
    """Whether the median is below what is wanted, if anything is."""
    below = figure.get("below")
    return below is None or median(figure["values"]) < below


def written(value, unit):
    """Milliseconds without decimals, or a plain number."""
    return f"{value:,.0f} ms" if unit == "ms" else f"{value:.3f}".rstrip("0").rstrip(".")


main()
