"""bm25s as a peer of word search, given the terms that Parallax's analysis makes."""

import sys
import time
from pathlib import Path

import bm25s

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure.worker import answer  # noqa: E402

kept = {}


def lines(file):
    """The terms of each line."""
    return [line.split() for line in Path(file).read_text(encoding="utf-8").splitlines()]


def build(records):
    records = lines(records)
    start = time.perf_counter()
    # The values of Parallax, so that the rankings are the same too.
    index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    index.index(records, show_progress=False)
    kept["index"] = index
    return {"seconds": time.perf_counter() - start, "records": len(records)}


def search(queries):
    times = []
    for terms in lines(queries):
        start = time.perf_counter()
        kept["index"].retrieve([terms], k=10, show_progress=False, n_threads=0)
        times.append((time.perf_counter() - start) * 1e6)
    return {"us": times}


answer({"build": build, "search": search})
