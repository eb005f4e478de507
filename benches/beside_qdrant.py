"""Compares Parallax with Qdrant's own server through Qdrant's Python client, on the tutorial's 40,474
start-ups with their vectors: uploads, and queries with and without a filter.

    QDRANT=/path/to/qdrant make bench-qdrant

The vectors are made once, by `parallax embed`. Both servers run at the same time, and are used in turn.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
from measure import figures, paths, results, server
from qdrant_client import QdrantClient, models

ROUNDS, QUERIES, BATCH = 3, 500, 256
IN_CITY = "London"


def main():
    qdrant = os.environ.get("QDRANT")
    if not qdrant or not paths.STARTUPS.exists():
        sys.exit(f"QDRANT must be the path of Qdrant's server, and {paths.STARTUPS} must exist")
    with open(paths.STARTUPS, encoding="utf-8") as file:
        payload = [json.loads(line) for line in file]
    vectors = numpy.load(embedded())
    with tempfile.TemporaryDirectory() as folder, theirs(qdrant, folder) as peer, ours(folder) as own:
        sides = {"Qdrant": client(peer), "Parallax": client(own)}
        version = sides["Qdrant"].info().version
        uploads = {name: [] for name in sides}
        for each in range(ROUNDS):
            for name, side in sides.items():
                uploads[name].append(upload(side, f"startups-{each}", vectors, payload))
                wait_until_settled(side, f"startups-{each}")
        times = queries(sides, f"startups-{ROUNDS - 1}", vectors)
    report(version, uploads, times)


def embedded():
    """The vectors of the start-ups."""
    kept = paths.BENCH / "startups-vectors.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([paths.PARALLAX, "embed", paths.STARTUPS, "--out", kept], check=True, stdout=sys.stderr)
    return kept


def theirs(binary, folder):
    """Qdrant's server."""
    settings = {
        "STORAGE__STORAGE_PATH": f"{folder}/storage",
        "STORAGE__SNAPSHOTS_PATH": f"{folder}/snapshots",
        "SERVICE__HTTP_PORT": "{port}",
        "SERVICE__GRPC_PORT": server.free_port(),
        "TELEMETRY_DISABLED": "true",
        "LOG_LEVEL": "warn",
    }
    variables = [f"QDRANT__{name}={value}" for name, value in settings.items()]
    # Otherwise it leaves a file in the current folder.
    variables.append(f"QDRANT_INIT_FILE_PATH={folder}/initialized")
    return server.Server(["env", *variables, binary], "/readyz")


def ours(folder):
    """Parallax without any collection but the sample."""
    return server.parallax(Path(folder) / "parallax")


def client(running):
    """A client of a server."""
    return QdrantClient(url=f"http://127.0.0.1:{running.port}", timeout=300)


def upload(side, name, vectors, payload):
    """Creates a collection as the tutorial does. The time in seconds until it is uploaded and the
    last write is answered as complete."""
    side.create_collection(name, models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE))
    side.create_payload_index(name, "city", models.PayloadSchemaType.KEYWORD)
    start = time.perf_counter()
    side.upload_collection(name, vectors=vectors, payload=payload, ids=None, batch_size=BATCH)
    return time.perf_counter() - start


def wait_until_settled(side, name):
    """Waits until all points are there and indexed."""
    while side.get_collection(name).status != models.CollectionStatus.GREEN:
        time.sleep(0.2)
    time.sleep(5)


def queries(sides, name, vectors):
    """The times of queries in milliseconds, by side and by whether they are filtered."""
    chance = numpy.random.default_rng(11)
    in_city = models.Filter(must=[models.FieldCondition(key="city", match=models.MatchValue(value=IN_CITY))])
    times = {}
    for what, condition in [("without a filter", None), (f"in {IN_CITY}", in_city)]:
        for side in sides.values():
            side.query_points(name, query=vectors[0], query_filter=condition, limit=5)
        for _ in range(QUERIES):
            noise = chance.normal(0, 0.01, vectors.shape[1]).astype(numpy.float32)
            query = (vectors[chance.integers(len(vectors))] + noise).tolist()
            for label, side in sides.items():
                start = time.perf_counter()
                found = side.query_points(name, query=query, query_filter=condition, limit=5)
                times.setdefault((what, label), []).append((time.perf_counter() - start) * 1e3)
                assert len(found.points) == 5
    return times


def report(version, uploads, times):
    """Prints the table, and writes it."""
    middle = {name: figures.median(seconds) for name, seconds in uploads.items()}
    rows = [figures.Row("upload of 40,474 points", f"Qdrant {version}", middle["Qdrant"], middle["Parallax"], "s", "<= 1.5")]
    for what in dict.fromkeys(what for what, _ in times):
        theirs_, ours_ = (figures.median(times[what, side]) for side in ("Qdrant", "Parallax"))
        rows.append(figures.Row(f"query {what}, p50", f"Qdrant {version}", theirs_, ours_, "ms", "<= 1"))
    table = figures.markdown(figures.HEAD, [row.cells() for row in rows])
    spread = "; ".join(
        f"{name} {min(seconds):.1f} to {max(seconds):.1f} s" for name, seconds in uploads.items()
    )
    body = (
        f"{table}\n\nThrough `qdrant-client` over REST, in batches of {BATCH}, {ROUNDS} uploads each in turn ({spread}) and "
        f"{QUERIES} queries each in turn, of which the client itself takes the larger part. Qdrant with its default settings "
        "and an index on the field `city`."
    )
    print(body)
    results.write("Compared with Qdrant through its own client", "make bench-qdrant", body)


main()
