"""What the vector peers share: a worker that builds an index and searches it.

Vectors are unit vectors, so that the inner product is the cosine. Times are of one thread, a whole
set of queries at once where the library can (which costs it least), divided by their number.
"""

import re
import sys
import time
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure.worker import answer  # noqa: E402


def serve(build, search):
    """Answers `build` with its seconds and the process's peak memory, and `search` with the ids
    found and the mean time of a query in microseconds. `build(vectors, threads)` returns an index,
    `search(index, queries, ef)` a list of ids for each query."""
    kept = {}

    def on_build(vectors, threads):
        vectors = numpy.load(vectors)
        start = time.perf_counter()
        kept["index"] = build(vectors, threads)
        seconds = time.perf_counter() - start
        # Not `getrusage`, whose peak includes that of the process that started this one.
        peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
        return {"seconds": seconds, "peak": int(peak[1]) * 1024}

    def on_search(queries, ef):
        queries = numpy.load(queries)
        start = time.perf_counter()
        ids = search(kept["index"], queries, ef)
        taken = time.perf_counter() - start
        return {"us": taken / len(queries) * 1e6, "ids": numpy.asarray(ids).tolist()}

    answer({"build": on_build, "search": on_search})
