"""Runs Parallax and its peers on the same inputs, and prints one table.

`make bench-peers`, or `make bench-peers PARTS=encoder,vectors` for some parts. A full run writes
the table to benches/RESULTS.md.
"""

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import figures, paths, results  # noqa: E402
from peer import versions  # noqa: E402

PARTS = ("encoder", "vectors", "words", "service", "size")


def main():
    wanted = [part for part in sys.argv[1].split(",") if part] if len(sys.argv) > 1 else []
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"unknown part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    paths.BENCH.mkdir(parents=True, exist_ok=True)
    rows = []
    for part in wanted or PARTS:
        found = importlib.import_module(f"part_{part}").run()
        kept = paths.BENCH / f"peers-{part}.json"
        kept.write_text(json.dumps([asdict(row) for row in found], indent=1), encoding="utf-8")
        # Printed at once too: a whole run takes an hour.
        print(figures.markdown(figures.HEAD, [row.cells() for row in found]), file=sys.stderr)
        rows += found
    table = figures.markdown(figures.HEAD, [row.cells() for row in rows])
    missed = [row for row in rows if row.verdict == "miss"]
    print(table)
    print(f"{len(missed)} misses of {sum(row.target is not None for row in rows)} targets")
    if not wanted:
        results.write("Compared with other libraries", "make bench-peers", body(table, missed))


def body(table, missed):
    """The section of RESULTS.md."""
    misses = [f"- {row.what}: {row.cells()[3] if row.theirs else row.cells()[2]}, wanted {row.target}" for row in missed]
    return f"""\
{versions()}.

Each line runs Parallax and one peer in turn on the same inputs, pinned to the same cores. The ratio is Parallax's figure divided by the peer's; the target is a bound on the ratio, or on the figure where there is no peer. Graphs are compared at equal recall@10, interpolated on their curves. A cached query was asked before, with no write since: its vector and its ranking are kept, and the records are read anew. What a query costs whose vector alone is kept is said under *Where the time of a query goes*.

{table}

{"Misses:" if misses else "No misses."}

{chr(10).join(misses)}
"""


main()
