"""How Parallax grows with its collection: time to build, disk, memory, start, times by mode, recall.

`make bench-growth`, or `make bench-growth SIZES=10000,40000` for some sizes. There are 500,000
titles; beyond, they are repeated with noise (growth_data.py). What a size needs on disk is removed
before the next one.
"""

import json
import re
import shutil
import subprocess
import sys
import time

import growth_data
from growth_recall import recall
from measure import figures, inputs, paths, results, server
from measure.figures import number
from measure.plot import chart
from measure.worker import rust

SIZES = (10_000, 40_000, 100_000, 500_000, 2_000_000)
MODES = ("neural", "text", "hybrid")
QUERIES = 1_000
# How many of them recall is measured with.
RECALL_QUERIES = 200
FOLDER = paths.BENCH / "growth"
# The largest exponents that are wanted.
TARGETS = {"neural p50 ms": 0.2, "text p50 ms": 0.7}


def main():
    sizes = [int(size) for size in sys.argv[1].split(",") if size] if len(sys.argv) > 1 else []
    # Built before anything is measured.
    rust("load")
    inputs.vectors("titles")
    queries = beginnings()
    measured = []
    for size in sizes or SIZES:
        found = measure(size, queries)
        print(json.dumps(found), file=sys.stderr, flush=True)
        measured.append(found)
    print(report(measured))
    if not sizes:
        lines = {name: [found[name] for found in measured] for name in measured[0] if name.endswith(" ms")}
        plot = paths.ROOT / "benches" / "growth.svg"
        plot.write_text(chart(SIZES, lines, "records", "milliseconds"), encoding="utf-8")
        results.write("Growth", "make bench-growth", report(measured) + "\n\n![Times by size](growth.svg)")


def measure(size, queries):
    """All figures of one size."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    records, data = FOLDER / "titles.jsonl", FOLDER / "data"
    growth_data.write_records(records, size)
    command = [paths.PARALLAX, "index", records, "--collection", "titles", "--data-dir", data]
    command += ["--id", "_id", "--title", "title", "--facet", "subreddit"]
    start = time.perf_counter()
    with growth_data.piped_vectors(FOLDER / "vectors.npy", size) as vectors:
        subprocess.run([*command, "--vectors", vectors], check=True, stdout=sys.stderr)
    found = {"size": size, "build s": time.perf_counter() - start}
    records.unlink()
    start = time.perf_counter()
    with server.parallax(data, "titles") as ours:
        found["start s"] = ours.seconds
        server.wait_for_graph(ours, "titles")
        found["start with graph s"] = time.perf_counter() - start
        # The files are compared with their checksums after the start.
        ours.settle()
        for mode in MODES:
            urls = [server.search_url("titles", query, mode) for query in queries]
            ours.load(urls, 1)
            # Encoding takes as long in a collection of any size, so vectors are taken from the cache.
            answers = ours.load(urls, 1)
            found |= {f"{mode} p50 ms": answers["p50_ms"], f"{mode} p99 ms": answers["p99_ms"]}
        resident, heap = ours.memory()
        found |= {"resident B/record": resident / size, "heap B/record": heap / size}
        found["disk B/record"] = ours.json("/api/v1/collections/titles")["bytes"] / size
        asked = queries[:: len(queries) // RECALL_QUERIES]
        found["recall@10"] = recall(ours, "titles", asked, size)
    shutil.rmtree(FOLDER)
    return found


def beginnings():
    """Queries, the same for every size: the first one to six words of titles, without those that
    are read as operators."""
    titles = [title.split() for title in inputs.load(inputs.titles())]
    queries = dict.fromkeys(" ".join(words[: 1 + at % 6]) for at, words in enumerate(titles))
    plain = (query for query in queries if re.search(r"\w", query) and not re.search(r'(^|\s)-|[*:"“”„«»]', query))
    return list(plain)[:QUERIES]


def report(measured):
    """The table and the fitted exponents."""
    sizes = [found["size"] for found in measured]
    names = [name for name in measured[0] if name != "size"]
    fitted = {}
    if len(sizes) > 1:
        values = {name: [found[name] for found in measured] for name in names}
        # A power law has no value of 0.
        fitted = {name: figures.exponent(sizes, values[name]) for name in names if min(values[name]) > 0}
    table = [
        [name, *(number(found[name]) for found in measured), number(fitted.get(name))] for name in names
    ]
    head = ["what", *(f"{size:,}" for size in sizes), "exponent"]
    verdicts = [
        f"{name} grows as N^{fitted[name]:.2f}, wanted at most N^{bound}: {'pass' if fitted[name] <= bound else 'miss'}."
        for name, bound in TARGETS.items()
        if name in fitted
    ]
    about = (
        f"Up to 500,000 records are titles. Beyond, they are repeated with noise: each copy's vector is moved by "
        f"Gaussian noise of length {growth_data.NOISE}, and its title ends with a word of its own. The build takes "
        f"vectors that were made before. Queries are {QUERIES} beginnings of titles, their vectors in the cache, on "
        f"one connection; recall is that of {RECALL_QUERIES} of them. The exponent e is that of the law c·N^e that "
        f"fits best."
    )
    return "\n\n".join([about, figures.markdown(head, table), *verdicts])


main()
