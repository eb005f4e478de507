"""The whole service over HTTP: how many queries a second, and how long they take."""

import sys

from measure import inputs, paths, server
from measure.figures import Row
from measure.worker import Worker, rust

from peer import MODEL_FOLDER

CONNECTIONS = 8
SECONDS = 15
# Queries of the first measurement, for each of two modes: more than are answered in that time.
DISTINCT = 20_000
# The steady rate of the second measurement, in requests a second.
RATE = 100
STEADY_SECONDS = 30


def distinct(name, wanted):
    """Queries that all differ, so that none is in a cache: words of titles."""

    def make(path):
        with Worker([rust("words"), inputs.collection(name), name]) as worker:
            worker.ask("queries", wanted=3 * wanted, out=str(path))

    queries = inputs.load(inputs.kept(f"distinct-{name}-{wanted}.json", make))
    return list(dict.fromkeys(queries))[:wanted]


def stacks():
    """The services of the peers: name, application and environment."""
    model, common = paths.model(), {"VECTORS": str(inputs.vectors("startups")), "RECORDS": str(paths.STARTUPS)}
    transformer = common | {"MODEL": str(MODEL_FOLDER)}
    onnx = common | {"MODEL": str(model / "model.onnx"), "TOKENIZER": str(model / "tokenizer.json"), "THREADS": "1"}
    # As many threads as cores for one worker; for two, one each, which is faster.
    return [
        ("FastAPI, sentence-transformers, FAISS, 1 worker", "service_st_faiss", 1, transformer),
        ("the same, 2 workers", "service_st_faiss", 2, transformer | {"OMP_NUM_THREADS": "1"}),
        ("FastAPI, onnxruntime, hnswlib, 1 worker", "service_onnx_hnsw", 1, onnx),
        ("the same, 2 workers", "service_onnx_hnsw", 2, onnx),
    ]


def run():
    """The rows of the table."""
    return saturation() + [*steady(), *cached()]


def saturation():
    """Eight connections, uncached queries by meaning over the start-ups."""
    all_queries = distinct("startups", 2 * DISTINCT)
    queries, others = all_queries[:DISTINCT], all_queries[DISTINCT:]
    with server.parallax(inputs.collection("startups"), "startups") as ours:
        urls = [server.search_url("startups", query, "neural") for query in queries]
        ours.load(urls[-200:], CONNECTIONS)
        mine = ours.load(urls[:-200], CONNECTIONS, SECONDS)
        # Other queries, because the vectors of those are in the cache.
        urls = [server.search_url("startups", query, "hybrid") for query in others]
        both = ours.load(urls, CONNECTIONS, SECONDS)
    found = []
    for name, module, workers, env in stacks():
        command = [sys.executable, "-m", "uvicorn", "--app-dir", paths.PEERS, f"{module}:app", "--log-level", "error"]
        command += ["--port", "{port}", "--workers", workers]
        with server.Server(command, "/search?q=ready", env) as theirs:
            theirs.settle()
            urls = [f"/search?q={server.quote(query)}&k=10" for query in queries]
            theirs.load(urls[-200:], CONNECTIONS)
            found.append((name, theirs.load(urls[:-200], CONNECTIONS, SECONDS)))
    rows = []
    what = f"service, start-ups, uncached, by meaning, {CONNECTIONS} connections"
    best = max(found, key=lambda one: one[1]["per_second"])[0:2]
    for one in found:
        target = ">= 4" if one == best else None
        rows.append(Row(what, one[0], one[1]["per_second"], mine["per_second"], "/s", target))
        rows.append(Row(f"{what}, p99", one[0], one[1]["p99_ms"], mine["p99_ms"], "ms"))
    rows.append(Row("the same by both", "", None, both["per_second"], "/s"))
    return rows


def steady():
    """A steady rate of uncached hybrid queries over 500,000 titles."""
    queries = distinct("titles", 2 * STEADY_SECONDS * RATE)
    with server.parallax(inputs.collection("titles"), "titles") as ours:
        server.wait_for_graph(ours, "titles")
        ours.settle()
        urls = [server.search_url("titles", query, "hybrid") for query in queries]
        ours.load(urls[:500], CONNECTIONS)
        found = ours.load(urls[500:], 32, STEADY_SECONDS, RATE)
        spent = stages(ours, urls[-500:])
    yield Row(f"hybrid at {RATE}/s, 500,000 titles, p50", "", None, found["p50_ms"], "ms")
    yield Row(f"hybrid at {RATE}/s, 500,000 titles, p99", "", None, found["p99_ms"], "ms", "<= 15")
    yield Row("share of total_ms outside its stages", "", None, spent, "", "<= 0.02")


def stages(ours, urls):
    """The share of the total time that belongs to no stage, over many answers."""
    total = outside = 0
    for url in urls:
        timings = ours.json(url)["timings"]
        whole = timings.pop("total_ms")
        total += whole
        outside += whole - sum(value for name, value in timings.items() if name.endswith("_ms"))
    return outside / total


def cached():
    """The same few queries again and again, on one connection: their vectors and rankings are kept."""
    queries = distinct("startups", 2 * DISTINCT)[:50]
    with server.parallax(inputs.collection("startups"), "startups") as ours:
        for mode, what, bound in (("neural", "by meaning", "<= 0.3"), ("hybrid", "by both", "<= 0.5")):
            urls = [server.search_url("startups", query, mode) for query in queries]
            ours.load(urls, 1)
            found = ours.load(urls * 40, 1)
            yield Row(f"cached query over HTTP, {what}, p50", "", None, found["p50_ms"], "ms", bound)
