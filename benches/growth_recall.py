"""The recall of a server's answers by meaning, compared with all cosines in numpy."""

import growth_data
import numpy
from measure import inputs, paths, server
from measure.worker import Worker, all_cores, rust

NEAREST = 10
# Enough that ten of them differ in their titles, nearly always.
CANDIDATES = 100
# More than the rounding of a cosine in f32, less than differences that matter.
TOLERANCE = 1e-5


def recall(ours, collection, queries, size):
    """The share of the nearest ten records that the answers contain. Records with the same title
    have the same vector, and an answer collapses those that are equal otherwise too, so each title
    counts once."""
    places, cosines = nearest(encoded(queries), size)
    wanted = set(places.flat)
    titles = {at: record["title"] for at, record in enumerate(growth_data.records(size)) if at in wanted}
    shares = []
    for query, of_query, cosines_of_query in zip(queries, places, cosines):
        # By the cosine alone, which is what the graph searches by.
        url = server.search_url(collection, query, "neural", NEAREST) + "&late_interaction=false"
        hits = ours.json(url)["hits"]
        found = {hit["title"]: hit["score"] for hit in hits}
        best = {}
        for place, cosine in zip(of_query, cosines_of_query):
            best.setdefault(titles[place], cosine)
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


def nearest(queries, size):
    """The places and cosines of the nearest vectors of each query, best first."""
    best = numpy.full((len(queries), CANDIDATES), -2, dtype=numpy.float32)
    places = numpy.zeros((len(queries), CANDIDATES), dtype=numpy.int64)
    start = 0
    for block in growth_data.blocks(size):
        cosines = queries @ block.T
        # The best of this block, in no order; a block may have fewer.
        most = min(CANDIDATES, len(block))
        chosen = numpy.argpartition(-cosines, most - 1, axis=1)[:, :most]
        cosines = numpy.hstack([best, numpy.take_along_axis(cosines, chosen, 1)])
        chosen = numpy.hstack([places, chosen + start])
        order = numpy.argsort(-cosines, axis=1, kind="stable")[:, :CANDIDATES]
        best, places = numpy.take_along_axis(cosines, order, 1), numpy.take_along_axis(chosen, order, 1)
        start += len(block)
    return places, best
