"""How Parallax grows with its collection: time to build, disk, memory, start, times by mode, recall.

`make bench-growth`, or `make bench-growth SIZES=10000,40000` for some sizes. There are 500,000
titles; beyond, they are repeated with noise (growth_data.py).
"""

import json
import subprocess
import sys
import time

import growth_data
from growth_recall import recall
from measure import figures, inputs, paths, results, server
from measure.figures import number
from measure.plot import chart

SIZES = (10_000, 40_000, 100_000, 500_000, 2_000_000)
MODES = ("neural", "text", "hybrid")
QUERIES = 1_000
# How many of them recall is measured with.
RECALL_QUERIES = 200


def main():
    sizes = [int(size) for size in sys.argv[1].split(",") if size] if len(sys.argv) > 1 else []
    measured = []
    for size in sizes or SIZES:
        found = measure(size)
        print(json.dumps(found), file=sys.stderr)
        measured.append(found)
    text = report(measured)
    print(text)
    if not sizes:
        results.write("Growth", "make bench-growth", text)


def measure(size):
    """All figures of one size."""
    records, vectors = growth_data.records(size), growth_data.vectors(size)
    folder = paths.BENCH / "growth" / "data"
    command = [paths.PARALLAX, "index", records, "--collection", "titles", "--vectors", vectors, "--replace"]
    command += ["--id", "_id", "--title", "title", "--facet", "subreddit", "--data-dir", folder]
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)
    found = {"size": size, "build s": time.perf_counter() - start}
    queries = titles_words()
    with server.parallax(folder, "titles") as ours:
        found["ready s"] = ours.seconds
        server.wait_for_graph(ours, "titles")
        found["graph s"] = time.perf_counter() - start - found["build s"]
        for mode in MODES:
            urls = [server.search_url("titles", query, mode) for query in queries]
            ours.load(urls, 1)
            # Encoding takes as long in a collection of any size, so vectors are taken from the cache.
            answers = ours.load(urls, 1)
            found |= {f"{mode} p50 ms": answers["p50_ms"], f"{mode} p99 ms": answers["p99_ms"]}
        resident, heap = ours.memory()
        found |= {"resident B/record": resident / size, "heap B/record": heap / size}
        asked = queries[:: len(queries) // RECALL_QUERIES]
        found["recall@10"] = recall(ours, "titles", asked, vectors, [r["title"] for r in inputs.lines(records)])
        found["disk B/record"] = ours.json("/api/v1/collections/titles")["bytes"] / size
    return found


def titles_words():
    """Queries, the same for every size: the first one to six words of titles."""
    titles = [title.split() for title in inputs.load(inputs.titles())]
    return list(dict.fromkeys(" ".join(words[: 1 + at % 6]) for at, words in enumerate(titles)))[:QUERIES]


def report(measured):
    """The table, the fitted exponents and the plot."""
    sizes = [found["size"] for found in measured]
    names = [name for name in measured[0] if name != "size"]
    table = [[name, *(number(found[name]) for found in measured), fitted(sizes, measured, name)] for name in names]
    head = ["what", *(f"{size:,}" for size in sizes), "exponent"]
    lines = {name: [found[name] for found in measured] for name in names if name.endswith("ms")}
    plot = paths.ROOT / "benches" / "growth.svg"
    if len(sizes) > 1:
        plot.write_text(chart(sizes, lines, "records", "milliseconds"), encoding="utf-8")
    targets = {"neural p50 ms": 0.2, "text p50 ms": 0.7}
    verdicts = []
    for name, bound in targets.items() if len(sizes) > 1 else ():
        found = figures.exponent(sizes, [found[name] for found in measured])
        verdicts.append(f"{name} grows as N^{found:.2f}, wanted at most N^{bound}: {'pass' if found <= bound else 'miss'}.")
    noise = "Beyond 500,000 records, titles are repeated with noise: each copy's vector is moved by Gaussian noise "
    noise += f"of length {growth_data.NOISE}, and its title ends with a word of its own. Queries are {QUERIES} beginnings of titles, "
    noise += "their vectors in the cache, on one connection."
    return "\n\n".join([noise, figures.markdown(head, table), *verdicts, "![Times by size](growth.svg)"])


def fitted(sizes, measured, name):
    """The exponent of a figure, where it can be fitted."""
    values = [found[name] for found in measured]
    return f"{figures.exponent(sizes, values):.2f}" if len(sizes) > 1 and min(values) > 0 else ""


main()
