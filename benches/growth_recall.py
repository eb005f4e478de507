"""The recall of a server's answers by meaning, compared with all cosines in numpy."""

import numpy
from measure import inputs, paths, server
from measure.worker import Worker, all_cores, rust

NEAREST = 10
# Enough that ten of them differ in their titles, nearly always.
CANDIDATES = 100
BLOCK = 100_000
# More than the rounding of a cosine in f32, less than differences that matter.
TOLERANCE = 1e-5


def recall(ours, collection, queries, vectors, titles):
    """The share of the nearest ten records that the answers contain. Records with the same title
    have the same vector, and an answer collapses those that are equal otherwise too, so each title
    counts once."""
    truth = nearest(encoded(queries), vectors)
    shares = []
    for query, (positions, cosines) in zip(queries, truth):
        hits = ours.json(server.search_url(collection, query, "neural", NEAREST))["hits"]
        found = {hit["title"]: hit["score"] for hit in hits}
        best = {}
        for position, cosine in zip(positions, cosines):
            best.setdefault(titles[position], cosine)
        last = sorted(best.values(), reverse=True)[: len(found)][-1]
        shares.append(sum(score >= last - TOLERANCE for score in found.values()) / len(found))
    return sum(shares) / len(shares)


def encoded(queries):
    """The vectors of the queries, by our encoder."""
    file, out = paths.BENCH / "growth-queries.json", paths.BENCH / "growth-queries.npy"
    inputs.dump(queries, file)
    with Worker([rust("encode"), paths.model()], all_cores()) as worker:
        worker.ask("vectors", file=str(file), out=str(out))
    return numpy.load(out)


def nearest(queries, vectors):
    """The positions and cosines of the nearest vectors of each query, best first."""
    vectors = numpy.load(vectors, mmap_mode="r")
    best = numpy.full((len(queries), CANDIDATES), -2, dtype=numpy.float32)
    places = numpy.zeros((len(queries), CANDIDATES), dtype=numpy.int64)
    for start in range(0, len(vectors), BLOCK):
        cosines = queries @ vectors[start : start + BLOCK].T
        positions = numpy.broadcast_to(numpy.arange(start, start + cosines.shape[1]), cosines.shape)
        cosines, positions = numpy.hstack([best, cosines]), numpy.hstack([places, positions])
        order = numpy.argsort(-cosines, axis=1, kind="stable")[:, :CANDIDATES]
        best, places = numpy.take_along_axis(cosines, order, 1), numpy.take_along_axis(positions, order, 1)
    return zip(places, best)
